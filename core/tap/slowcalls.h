#pragma once

#include <QtGlobal>

#include <vector>

namespace SockScope {

/// One of the longest calls of a handler.
struct SlowCall
{
    quint32 sequence = 0; ///< of its message, as MessageHead::sequence
    qint64 wallUs = 0;    ///< when the call began
    qint64 waitNs = 0;    ///< from the message's arrival to the call
    qint64 ranNs = 0;
    bool failed = false;
    friend bool operator==(const SlowCall &, const SlowCall &) = default;
};

/*! The longest calls of one handler.
 *  Path    TraceLog → [this] → SlowCallModel
 *  Shape   at most limit, the longest first, of equal ones the earlier; traced: among how many they were chosen
 *  Units   nanoseconds
 *  Errors  none
 *  Thread  a value
 *  Source  insertion into a short sorted list: nearly every call pays one comparison
 */
struct SlowCalls
{
    static constexpr size_t limit = 20;

    std::vector<SlowCall> calls;
    quint64 traced = 0;

    void add(const SlowCall &call);
};

} // namespace SockScope
