#pragma once

#include "core/types/envelope.h"

namespace SockScope {

/// Where a handler runs.
enum class RunPlace : quint8 {
    SocksThread,     ///< at once
    ReceiversThread, ///< its context lives elsewhere: posted there
    Pool             ///< it is concurrent: on the thread pool
};

/*! A handler that is about to be called, or has been handed to another thread, as whoever watches is told.
 *  Path    dispatch → [this] → TraceTap
 *  Shape   references that live as long as the call that carries them; owner is the Dispatcher that has the handler
 *  Units   nowNs: nanoseconds of the sock's Clock
 *  Errors  none
 *  Thread  the sock's
 *  Source  none
 */
struct HandlerCall
{
    const Envelope &message;
    const QString &name;
    quint64 handler = 0; ///< HandlerId
    const void *owner = nullptr;
    qint64 nowNs = 0;
    RunPlace place = RunPlace::SocksThread;
};

} // namespace SockScope
