#include "core/tap/tracewriter.h"

#include <algorithm>

#include "core/tap/tracelog.h"

namespace SockScope {

TraceWriter::TraceWriter(std::shared_ptr<TraceLog> log, std::function<void()> endedLate, Failed failed)
    : m_log(std::move(log))
    , m_endedLate(std::move(endedLate))
    , m_failed(std::move(failed))
{
}

TraceWriter::~TraceWriter()
{
    flush(m_wallOffsetNs);
    m_log->close();
}

void TraceWriter::received(quint64 record, const Envelope &envelope)
{
    m_lastRecord = record;
    m_recent[envelope.sequence % m_recent.size()] = {envelope.sequence, record};
}

void TraceWriter::messageStaged(const Envelope &envelope, const StageTimes &times, qint64 nowNs)
{
    if (m_batch.messages.size() >= batchLimit) [[unlikely]]
        flush(m_wallOffsetNs);
    TraceBatch::Message &message = m_batch.messages.emplace_back();
    message.no = m_lastRecord;
    message.receivedNs = envelope.receivedNs;
    message.stages = times;
    message.outcomeNs = nowNs;
    // Times from before tracing began are those of an earlier message: they do not fit the order.
    qint64 before = envelope.receivedNs;
    for (qint64 *time :
         {&message.stages.framedNs, &message.stages.decodingNs, &message.stages.decodedNs, &message.stages.queuedNs}) {
        if (*time < before || *time > nowNs)
            *time = 0;
        else
            before = *time;
    }
}

void TraceWriter::sent(quint64 record, qint64 nowNs, const TracedSend &what)
{
    if (m_batch.messages.size() >= batchLimit || m_batch.sends.size() >= batchLimit) [[unlikely]]
        flush(m_wallOffsetNs);
    TraceBatch::Message &message = m_batch.messages.emplace_back();
    message.no = record;
    message.receivedNs = nowNs;
    message.sent = true;
    if (m_open.empty())
        return;
    OpenRun &run = m_open.back();
    message.sender = run.run;
    if (++run.sends > sendsPerRun)
        return;
    TraceBatch::Send &send = m_batch.sends.emplace_back();
    send.no = ++m_lastSend;
    send.run = run.run;
    send.message = record;
    send.what = what;
    send.what.sequence = static_cast<quint32>(record);
    send.what.ns = nowNs;
}

quint32 TraceWriter::handlerIndex(const HandlerCall &call, bool ofMetaSock)
{
    if (call.handler == m_lastHandler.id && call.name.constData() == m_lastHandler.name.constData() &&
        ofMetaSock == m_lastHandler.ofMetaSock) [[likely]]
        return m_lastIndex;
    Key key{call.handler, call.name, ofMetaSock};
    auto found = m_handlers.constFind(key);
    if (found == m_handlers.cend()) {
        if (static_cast<size_t>(m_handlers.size()) >= TraceLog::maximumHandlers)
            return static_cast<quint32>(TraceLog::maximumHandlers);
        found = m_handlers.insert(key, static_cast<quint32>(m_handlers.size()));
        m_batch.handlers.push_back({key.id, key.name, ofMetaSock});
    }
    m_lastHandler = std::move(key);
    m_lastIndex = *found;
    return m_lastIndex;
}

void TraceWriter::handlerBegan(quint64 run, const HandlerCall &call, bool ofMetaSock)
{
    const Recent &recent = m_recent[call.message.sequence % m_recent.size()];
    const quint64 record = recent.sequence == call.message.sequence ? recent.record : 0;
    if (m_batch.runs.size() >= batchLimit) [[unlikely]]
        flush(m_wallOffsetNs);
    TraceBatch::Run &begun = m_batch.runs.emplace_back();
    begun.no = run;
    begun.message = record;
    begun.handler = handlerIndex(call, ofMetaSock);
    begun.place = call.place;
    begun.calledNs = call.nowNs;
    if (call.place == RunPlace::SocksThread)
        m_open.push_back({run, record, call.nowNs, 0});
}

void TraceWriter::handlerEnded(quint64 run, qint64 startNs, qint64 endNs, const QString &error)
{
    quint64 unlisted = 0;
    if (!m_open.empty() && m_open.back().run == run) {
        unlisted = m_open.back().sends - qMin(m_open.back().sends, sendsPerRun);
        m_open.pop_back();
    }
    endRun(run, error.isNull() ? TracedRun::State::Ended : TracedRun::State::Failed, startNs, endNs, unlisted);
    if (error.isNull()) [[likely]]
        return;
    m_batch.errors.push_back({run, error});
    if (m_failed)
        m_failed(m_lastEnded, handlerName(run), error);
}

QString TraceWriter::handlerName(quint64 run) const
{
    const std::vector<TraceBatch::Run> &runs = m_batch.runs;
    const auto found = std::lower_bound(runs.begin(), runs.end(), run,
                                        [](const TraceBatch::Run &one, quint64 number) { return one.no < number; });
    if (found == runs.end() || found->no != run)
        return m_log->handlerOfRun(run);
    for (auto it = m_handlers.cbegin(); it != m_handlers.cend(); ++it) {
        if (*it == found->handler)
            return it.key().name;
    }
    return {};
}

void TraceWriter::endRun(quint64 run, TracedRun::State state, qint64 startNs, qint64 endNs, quint64 unlistedSends)
{
    std::vector<TraceBatch::Run> &runs = m_batch.runs;
    auto found = runs.end();
    if (!runs.empty() && runs.back().no == run)
        found = runs.end() - 1;
    else
        found = std::lower_bound(runs.begin(), runs.end(), run,
                                 [](const TraceBatch::Run &one, quint64 number) { return one.no < number; });
    if (found != runs.end() && found->no == run) {
        found->state = state;
        found->startNs = startNs;
        found->endNs = endNs;
        found->unlistedSends = unlistedSends;
        m_lastEnded = found->message;
        return;
    }
    m_batch.ends.push_back({run, state, startNs, endNs, unlistedSends});
    m_lastEnded = m_log->messageOfRun(run);
    if (m_batch.ends.size() >= batchLimit)
        flush(m_wallOffsetNs);
    m_endedLate();
}

void TraceWriter::flush(qint64 wallOffsetNs)
{
    m_wallOffsetNs = wallOffsetNs;
    if (m_batch.isEmpty())
        return;
    m_log->submit(m_batch, wallOffsetNs);
    m_batch.clear();
}

void TraceWriter::forgetRuns()
{
    m_open.clear();
    m_lastEnded = 0;
}

void TraceWriter::sockDestroyed(qint64 nowNs)
{
    while (!m_open.empty()) {
        const OpenRun run = m_open.back();
        m_open.pop_back();
        endRun(run.run, TracedRun::State::EndedSock, run.calledNs, nowNs, run.sends - qMin(run.sends, sendsPerRun));
    }
}

} // namespace SockScope
