#pragma once

#include <vector>

#include "core/time/clock.h"

namespace SockScope {

/*! A clock that stands still until it is advanced.
 *  Path    tests, and replaying a capture
 *  Shape   advance(d) calls every alarm that is due on the way, in order of deadline, each with now == its deadline
 *  Units   nanoseconds; starts at 1 s, so that 0 is never a valid time
 *  Errors  none
 *  Thread  one thread; alarms may be made, moved and destroyed inside callbacks
 *  Source  kj::TimerImpl
 */
class ManualClock : public Clock, public std::enable_shared_from_this<ManualClock>
{
public:
    ManualClock();
    ~ManualClock() override;
    qint64 nowNs() const override { return m_now; }
    std::unique_ptr<Alarm> createAlarm(std::function<void()> callback) override;
    void advance(qint64 ns);
    void advanceMs(qint64 ms) { advance(ms * 1'000'000); }
    /// Moves now without calling any alarm, as when a handler blocks the loop; due alarms follow with the next advance.
    void stall(qint64 ns) { m_now += ns; }

private:
    class ManualAlarm;
    qint64 m_now = 1'000'000'000;
    std::vector<ManualAlarm *> m_alarms;
    quint64 m_nextOrder = 0; // alarms of one deadline fire in the order in which they were set
};

} // namespace SockScope
