#pragma once

#include <memory>
#include <vector>

#include "core/filter/filter.h"
#include "core/impair/impairer.h"
#include "core/simulate/messagematcher.h"
#include "core/time/clock.h"

namespace SockScope {

/// What a sock with impairments has beside them.
struct ImpairStage
{
    Impairer impairer;
    std::vector<Filter> filters; ///< of each rule; an empty one lets everything pass
    MessageMatcher matcher;
    std::unique_ptr<Alarm> alarm;
    qint64 alarmNs = 0;     ///< what it is set to
    bool isBlocked = false; ///< a frame has to go on, and parseQueue has no place
};

} // namespace SockScope
