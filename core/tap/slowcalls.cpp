#include "core/tap/slowcalls.h"

#include <algorithm>

namespace SockScope {

void SlowCalls::add(const SlowCall &call)
{
    ++traced;
    if (calls.size() >= limit) {
        if (call.ranNs <= calls.back().ranNs) [[likely]]
            return;
        calls.pop_back();
    }
    const auto place = std::upper_bound(calls.begin(), calls.end(), call,
                                        [](const SlowCall &a, const SlowCall &b) { return a.ranNs > b.ranNs; });
    calls.insert(place, call);
}

} // namespace SockScope
