#include "core/hooks/messagehooks.h"

#include <algorithm>

namespace SockScope {

int MessageHooks::add(Hook hook)
{
    if (!hook || m_hooks.size() >= maximum)
        return 0;
    m_hooks.emplace_back(m_nextId, std::make_shared<Hook>(std::move(hook)));
    return m_nextId++;
}

bool MessageHooks::remove(int id)
{
    return std::erase_if(m_hooks, [id](const auto &entry) { return entry.first == id; }) > 0;
}

bool MessageHooks::run(Envelope &envelope)
{
    // The ids ascend, so that a position can be found again after a hook changed the list. What is added meanwhile
    // starts with the next message.
    const int end = m_nextId;
    int last = 0;
    for (size_t i = 0; i < m_hooks.size();) {
        const int id = m_hooks[i].first;
        if (id >= end)
            break;
        const std::shared_ptr<Hook> hook = m_hooks[i].second; // it may remove itself
        if (!(*hook)(envelope))
            return false;
        last = id;
        if (i < m_hooks.size() && m_hooks[i].first == id) {
            ++i;
        } else {
            const auto next = std::upper_bound(m_hooks.begin(), m_hooks.end(), last,
                                               [](int value, const auto &entry) { return value < entry.first; });
            i = static_cast<size_t>(next - m_hooks.begin());
        }
    }
    return true;
}

} // namespace SockScope
