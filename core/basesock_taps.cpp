// What the taps of a sock see: every message, and, for those that trace, each stage and each run of a handler.

#include "core/basesock_p.h"

namespace SockScope {

// By index: a tap may go while it is called, and a copy of the list would cost every message an allocation.

/// nowNs: when the outcome was known; 0: now.
void BaseSockPrivate::tapInbound(const Envelope &envelope, Outcome outcome, const SockError *error,
                                 const StageTimes &times, qint64 nowNs)
{
    for (size_t i = 0; i < taps.size(); ++i)
        taps[i]->inbound(envelope, outcome, error);
    if (tracers.empty()) [[likely]]
        return;
    if (nowNs == 0)
        nowNs = traceNowNs();
    for (size_t i = 0; i < tracers.size(); ++i)
        tracers[i]->messageStaged(envelope, times, nowNs);
}

void BaseSockPrivate::tapPeer(const Endpoint &peer)
{
    for (size_t i = 0; i < taps.size(); ++i)
        taps[i]->peerChanged(peer);
}

void BaseSockPrivate::tapSock()
{
    for (size_t i = 0; i < taps.size(); ++i)
        taps[i]->sockChanged();
}

void BaseSockPrivate::findTracers()
{
    tracers.clear();
    for (Tap *tap : taps) {
        if (TraceTap *tracer = tap->traceTap())
            tracers.push_back(tracer);
    }
}

quint64 BaseSockPrivate::runBegan(const HandlerCall &call)
{
    const quint64 run = ++lastRun;
    const bool ofMetaSock = call.owner != dispatcher.get();
    for (size_t i = 0; i < tracers.size(); ++i)
        tracers[i]->handlerBegan(run, call, ofMetaSock);
    return run;
}

void BaseSockPrivate::runEnded(quint64 run, qint64 startNs, qint64 endNs, const QString &error)
{
    for (size_t i = 0; i < tracers.size(); ++i)
        tracers[i]->handlerEnded(run, startNs, endNs, error);
}

} // namespace SockScope
