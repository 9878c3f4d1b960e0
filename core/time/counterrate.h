#pragma once

#include <QtGlobal>

#include <atomic>
#include <mutex>
#include <optional>

namespace SockScope {

/*! How many nanoseconds a tick of the processor's counter takes, found by watching both.
 *  Path    beside dispatch: TurnClock asks it
 *  Shape   the first reading begins, a later one at least shortestNs after it decides; a reading after the machine
 *          slept begins anew, because the counter went on in its sleep and the steady clock did not
 *  Units   nanoseconds; the scale is nanoseconds a tick, times 2^32
 *  Errors  0: not known yet, or no counter that could be one
 *  Thread  any
 *  Source  clock_gettime(2): CLOCK_BOOTTIME goes on in suspend, CLOCK_MONOTONIC does not
 */
class CounterRate
{
public:
    static constexpr qint64 shortestNs = 20'000'000; ///< both ends are read within some 50 ns: wrong by millionths
    static constexpr qint64 leastSleepNs =
        1'000'000; ///< the two clocks are read one after the other: less says nothing
    static constexpr int scaleBits = 32;

    struct Reading
    {
        qint64 steadyNs = 0;
        qint64 sleptNs = 0; ///< how long the machine has slept since it started
        quint64 ticks = 0;
    };

    quint64 scale() const { return m_scale.load(std::memory_order_relaxed); }
    /// The scale, once it is known.
    quint64 watch(const Reading &reading);

private:
    std::atomic<quint64> m_scale{0};
    std::mutex m_mutex; // guards what follows
    std::optional<Reading> m_began;
};

} // namespace SockScope
