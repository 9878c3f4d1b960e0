#include "core/tap/sockmonitor.h"

#include "core/basesock.h"
#include "core/time/clock.h"

// The part of SockMonitor that knows which message an error or a run of a handler is about.

namespace SockScope {

void SockMonitor::setTracing(bool tracing)
{
    if (m_tracing.exchange(tracing) == tracing)
        return;
    QMetaObject::invokeMethod(this, [this] {
        m_traces.forgetRuns();
        if (m_sock && m_attached)
            m_sock->updateTaps();
    });
}

TraceTap *SockMonitor::traceTap()
{
    m_isTracer = m_tracing;
    return m_isTracer ? &m_traces : nullptr;
}

void SockMonitor::noteInbound(const Envelope &envelope, const SockError *error)
{
    ++m_lastNo;
    if (error)
        m_lastError = {m_lastNo, *error};
    if (m_isTracer)
        m_traces.received(m_lastNo, envelope);
}

void SockMonitor::noteOutbound(const TracedSend &what, const SockError *error)
{
    ++m_lastNo;
    if (error)
        m_lastError = {m_lastNo, *error};
    if (m_isTracer)
        m_traces.sent(m_lastNo, what.ns, what);
}

/// A tap hears of a broken message just before the sock reports the error, and of a run's end just before what came of
/// it.
quint32 SockMonitor::sequenceOf(const SockError &error)
{
    if (error.stage == Stage::Handler)
        return static_cast<quint32>(m_traces.lastEndedRecord());
    if (m_lastError.first == 0 || !(m_lastError.second == error))
        return 0;
    return static_cast<quint32>(std::exchange(m_lastError, {}).first);
}

void SockMonitor::sockDestroyed()
{
    m_traces.sockDestroyed(m_clock->nowNs());
}

} // namespace SockScope
