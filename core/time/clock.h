#pragma once

#include <QtGlobal>

#include <functional>
#include <memory>
#include <utility>

class QObject;

namespace SockScope {

/*! A wake-up at a deadline of one Clock; setting it again moves it.
 *  Path    beside the stages: ticks, time-outs
 *  Shape   one deadline at a time; fires once
 *  Units   nanoseconds of the clock that made it
 *  Errors  none; a deadline in the past fires at the next turn of the event loop
 *  Thread  the thread that made it
 *  Source  timers that a test can advance instead of waiting for
 */
class Alarm
{
public:
    virtual ~Alarm() = default;
    virtual void setDeadline(qint64 deadlineNs) = 0;
    virtual void cancel() = 0;
    virtual bool isSet() const = 0;
};

/*! The only source of time in core: real, or advanced by a test.
 *  Path    beside the stages
 *  Shape   now, and alarms
 *  Units   nanoseconds since an arbitrary start; never goes back
 *  Errors  none
 *  Thread  nowNs: any; createAlarm: the thread whose event loop shall call back
 *  Source  clock_gettime(2) CLOCK_MONOTONIC for SteadyClock
 */
class Clock
{
public:
    virtual ~Clock() = default;
    virtual qint64 nowNs() const = 0;
    /// The callback may destroy the alarm it came from.
    virtual std::unique_ptr<Alarm> createAlarm(std::function<void()> callback) = 0;
    /// One that fires within microseconds of its deadline where the system can; for ticks rather than time-outs.
    virtual std::unique_ptr<Alarm> createPreciseAlarm(std::function<void()> callback)
    {
        return createAlarm(std::move(callback));
    }
};

} // namespace SockScope
