#pragma once

#include "core/types/handlercall.h"
#include "core/types/stagetimes.h"

namespace SockScope {

/*! Sees when a message passed each stage, and each run of its handlers; a Tap that wants that answers one.
 *  Path    between the stages → [this] → TraceLog
 *  Shape   messageStaged follows Tap::inbound at once; then handlerBegan and handlerEnded, once a run, with the run's
 *          number (from 1, growing). A run in another thread ends later, or never when the sock ends first
 *  Units   nanoseconds of the sock's Clock
 *  Errors  error is null unless the handler threw or could not be called; what the sock reports of it comes next
 *  Thread  the sock's thread; it must not call back into the sock
 *  Source  distributed tracing's spans; with no such tap a message pays one branch a stage
 */
class TraceTap
{
public:
    virtual ~TraceTap() = default;
    /// nowNs: when its outcome was known.
    virtual void messageStaged(const Envelope &envelope, const StageTimes &times, qint64 nowNs) = 0;
    /// ofMetaSock: the handler is that of a MetaSock above.
    virtual void handlerBegan(quint64 run, const HandlerCall &call, bool ofMetaSock) = 0;
    virtual void handlerEnded(quint64 run, qint64 startNs, qint64 endNs, const QString &error) = 0;
};

} // namespace SockScope
