#pragma once

#include <memory>

#include "core/time/clock.h"
#include "core/time/counterrate.h"

namespace SockScope {

/*! The time inside one turn of the event loop, cheap enough to be asked around every handler.
 *  Path    beside dispatch
 *  Shape   start reads the Clock; now adds what the processor's time stamp counter says since, and reads the Clock
 *          again after 10 ms. Where there is no such counter, or the clock is not the steady one, now reads the Clock
 *  Units   nanoseconds of the Clock; within a few nanoseconds of it
 *  Errors  none; never goes back
 *  Thread  one thread
 *  Source  RDTSC and the invariant TSC (AMD64 Architecture Programmer's Manual, volume 2, 13.2.4): a third of the
 *          price of clock_gettime
 */
class TurnClock
{
public:
    explicit TurnClock(std::shared_ptr<Clock> clock = nullptr);
    /// Reads the clock.
    qint64 start();
    qint64 now()
    {
#if defined(__x86_64__)
        if (m_scale != 0) {
            const quint64 ticks = __builtin_ia32_rdtsc() - m_startTicks;
            if (ticks < m_longestTicks)
                return m_startNs + static_cast<qint64>(ticks * m_scale >> scaleBits);
        }
#endif
        return start();
    }

private:
    static constexpr int scaleBits = CounterRate::scaleBits;

    std::shared_ptr<Clock> m_clock;
    bool m_steady = false;
    quint64 m_startTicks = 0;
    quint64 m_longestTicks = 0;
    quint64 m_scale = 0; // nanoseconds a tick, times 2^32; 0: not known
    qint64 m_startNs = 0;
};

} // namespace SockScope
