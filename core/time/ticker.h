#pragma once

#include <QMetaType>

#include <functional>
#include <memory>

#include "core/time/clock.h"

namespace SockScope {

/*! A tick as the application sees it.
 *  Path    Ticker → tick() and ticked()
 *  Shape   number counts from 1 and includes missed ones: number n was due at start + n intervals
 *  Units   nanoseconds of the sock's Clock
 *  Errors  none
 *  Thread  a value
 *  Source  the original's tick(diff): lastDurationNs is its diff
 */
struct TickInfo
{
    quint64 number = 0;
    qint64 scheduledNs = 0;
    qint64 actualNs = 0;
    qint64 lastDurationNs = 0; ///< how long the last tick ran; 0 on the first
    quint64 missed = 0;        ///< ticks left out just before this one
};

struct TickStats
{
    qint64 intervalNs = 0;
    quint64 ticks = 0;
    quint64 missed = 0;
    quint64 late = 0; ///< ticks that came more than a tenth of the interval after they were due
    qint64 lastDeviationNs = 0;
    qint64 maximumDeviationNs = 0;
    qint64 lastPeriodNs = 0; ///< between the last two ticks
};

/*! Calls back at start + n intervals.
 *  Path    beside the stages
 *  Shape   absolute deadlines, so that nothing drifts; a deadline that has passed by a whole interval is missed,
 *          counted and left out
 *  Units   nanoseconds
 *  Errors  an interval of 0 or less: it never ticks
 *  Thread  the sock's thread; the callback may stop, restart or destroy the ticker
 *  Source  fixed time step loops of games
 */
class Ticker
{
public:
    Ticker(std::shared_ptr<Clock> clock, std::function<void(const TickInfo &)> callback, bool precise = true);
    ~Ticker();
    Ticker(const Ticker &) = delete;
    Ticker &operator=(const Ticker &) = delete;

    void start(qint64 intervalNs);
    void stop();
    bool isRunning() const;
    const TickStats &stats() const { return m_stats; }

private:
    void handleAlarm();

    std::shared_ptr<Clock> m_clock;
    std::function<void(const TickInfo &)> m_callback;
    const bool m_precise;
    std::unique_ptr<Alarm> m_alarm;
    TickStats m_stats;
    qint64 m_startNs = 0;
    qint64 m_lastActualNs = 0;
    qint64 m_lastDurationNs = 0;
    quint64 m_number = 0;
    quint64 m_run = 0;           // changes with every start and stop
    bool *m_destroyed = nullptr; // set while the callback runs
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::TickInfo)
