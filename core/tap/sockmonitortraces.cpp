#include "core/tap/sockmonitor.h"

#include <algorithm>
#include <utility>

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
    if (!m_numbers.empty()) [[unlikely]]
        m_numbers[envelope.sequence % numbersKept] = {envelope.sequence, m_lastNo};
    if (error)
        m_lastError = {m_lastNo, *error};
    if (m_isTracer)
        m_traces.received(m_lastNo, envelope);
}

void SockMonitor::keepNumbers(bool keep)
{
    if (keep)
        m_numbers.resize(numbersKept);
    else
        m_numbers = {};
}

quint64 SockMonitor::numberOf(quint64 envelopeSequence) const
{
    if (m_numbers.empty() || envelopeSequence == 0)
        return 0;
    const auto &[sequence, number] = m_numbers[envelopeSequence % numbersKept];
    return sequence == envelopeSequence ? number : 0;
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

/// The message's record is written before its handlers run, and kept here until the next flush: a handler that throws
/// before that is noted in it, a later one beside it.
void SockMonitor::noteFailure(quint64 record, const QString &handler, const QString &error)
{
    if (record == 0)
        return; // what it was about is not known any more: the list of errors has it
    markDirty();
    m_failures.push_back({static_cast<quint32>(record),
                          error.isEmpty() ? QStringLiteral("the handler %1 failed").arg(handler)
                                          : QStringLiteral("the handler %1 threw: %2").arg(handler, error)});
    if (m_failures.size() >= failureLimit)
        submitMessages();
}

/// Writes the failures into the batch, which costs a copy of it: only where something threw.
void SockMonitor::settleFailures()
{
    std::vector<LateFailure> failures = std::exchange(m_failures, {});
    // Numbers compare by their difference, and those of the batch grow.
    const quint32 first = m_batch.isEmpty() ? static_cast<quint32>(m_lastNo + 1) : m_batch.heads().front().sequence;
    const auto ahead = [first](quint32 sequence) { return static_cast<qint32>(sequence - first); };
    std::stable_sort(failures.begin(), failures.end(),
                     [&](const LateFailure &a, const LateFailure &b) { return ahead(a.sequence) < ahead(b.sequence); });
    auto next = failures.begin();
    for (; next != failures.end() && ahead(next->sequence) < 0; ++next) {
        if (m_lateFailures.size() < failureLimit)
            m_lateFailures.push_back(std::move(*next));
        else
            ++m_lostFailures;
    }
    if (next == failures.end())
        return;
    MessageBatch settled;
    settled.reserve(m_batch.count(), m_batch.bytes().size());
    QByteArrayView bytes = m_batch.bytes();
    for (MessageHead head : m_batch.heads()) {
        const QByteArrayView payload = bytes.first(head.payloadBytes);
        QString note = QString::fromUtf8(bytes.sliced(head.payloadBytes, head.noteBytes));
        bytes = bytes.sliced(qsizetype(head.payloadBytes) + head.noteBytes);
        while (next != failures.end() && ahead(next->sequence) < ahead(head.sequence))
            ++next; // its message was lost: the batch had no place
        for (; next != failures.end() && next->sequence == head.sequence; ++next) {
            head.flags |= EnvelopeFlag::HandlerFailed;
            note += note.isEmpty() ? next->text : QStringLiteral("; ") + next->text;
        }
        settled.add(head, payload, note);
    }
    m_batch = std::move(settled);
}

/// The caller holds the lock.
void SockMonitor::mergeFailures()
{
    for (LateFailure &failure : m_lateFailures) {
        if (m_ready.failures.size() < failureLimit)
            m_ready.failures.push_back(std::move(failure));
        else
            ++m_lostFailures;
    }
    m_lateFailures.clear();
}

void SockMonitor::sockDestroyed()
{
    m_traces.sockDestroyed(m_clock->nowNs());
}

} // namespace SockScope
