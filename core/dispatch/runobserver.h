#pragma once

#include <memory>

#include "core/types/handlercall.h"

namespace SockScope {

/*! Is told of each run of a handler.
 *  Path    Dispatcher → [this] → TraceTap
 *  Shape   runBegan answers the run's number; runEnded once for each, later when the run is in another thread, never
 *          when the dispatcher ends first
 *  Units   nanoseconds of the sock's Clock
 *  Errors  error is null unless the handler threw or could not be called
 *  Thread  the sock's thread
 *  Source  none
 */
class RunObserver
{
public:
    virtual ~RunObserver() = default;
    virtual quint64 runBegan(const HandlerCall &call) = 0;
    virtual void runEnded(quint64 run, qint64 startNs, qint64 endNs, const QString &error) = 0;
    /// For runs in other threads, which may end after this has.
    virtual std::weak_ptr<RunObserver> weakObserver() = 0;
};

} // namespace SockScope
