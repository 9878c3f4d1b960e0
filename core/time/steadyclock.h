#pragma once

#include "core/time/clock.h"

namespace SockScope {

/*! The system's monotonic clock, with QTimer behind its alarms.
 *  Path    beside the stages
 *  Shape   see Clock; an alarm is a precise single-shot QTimer, a precise alarm a timerfd where the system has it
 *  Units   nanoseconds since the system started
 *  Errors  none
 *  Thread  see Clock
 *  Source  clock_gettime(2) CLOCK_MONOTONIC through std::chrono::steady_clock; timerfd_create(2), because Qt's event
 *          dispatchers wait in whole milliseconds
 */
class SteadyClock : public Clock
{
public:
    static std::shared_ptr<SteadyClock> instance();
    qint64 nowNs() const override;
    std::unique_ptr<Alarm> createAlarm(std::function<void()> callback) override;
    std::unique_ptr<Alarm> createPreciseAlarm(std::function<void()> callback) override;
};

} // namespace SockScope
