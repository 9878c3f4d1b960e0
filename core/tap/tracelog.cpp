#include "core/tap/tracelog.h"

namespace SockScope {

TraceLog::TraceLog(qsizetype limit)
    : m_messages(limit)
    , m_runs(limit)
    , m_sends(limit)
{
}

void TraceLog::submit(const TraceBatch &batch, qint64 wallOffsetNs)
{
    const std::lock_guard lock(m_mutex);
    for (const TraceBatch::Handler &handler : batch.handlers)
        m_handlers.push_back({handler, {}});
    for (const TraceBatch::Message &message : batch.messages)
        m_messages.put(message);
    m_taken += batch.messages.size();
    for (const TraceBatch::Run &run : batch.runs) {
        m_runs.put(run);
        if (TraceBatch::Message *message = m_messages.find(run.message)) {
            if (message->firstRun == 0)
                message->firstRun = run.no;
            message->lastRun = run.no;
            ++message->runs;
        } else {
            ++m_orphans;
        }
        if (run.state != TracedRun::State::Open)
            end(run, wallOffsetNs);
    }
    for (const TraceBatch::Send &send : batch.sends) {
        m_sends.put(send);
        if (TraceBatch::Run *run = m_runs.find(send.run)) {
            if (run->firstSend == 0)
                run->firstSend = send.no;
            run->lastSend = send.no;
            ++run->sends;
        }
    }
    for (const TraceBatch::End &ended : batch.ends) {
        if (TraceBatch::Run *run = m_runs.find(ended.run)) {
            run->state = ended.state;
            run->startNs = ended.startNs;
            run->endNs = ended.endNs;
            run->unlistedSends = ended.unlistedSends;
            end(*run, wallOffsetNs);
        }
    }
    for (const TraceBatch::Error &error : batch.errors) {
        if (m_errors.size() >= maximumErrors)
            m_errors.pop_front();
        m_errors.push_back(error);
    }
}

void TraceLog::end(const TraceBatch::Run &run, qint64 wallOffsetNs)
{
    if (run.handler >= m_handlers.size())
        return;
    const TraceBatch::Message *message = m_messages.find(run.message);
    m_handlers[run.handler].slowest.add({static_cast<quint32>(run.message), (wallOffsetNs + run.startNs) / 1000,
                                         message ? qMax(run.startNs - message->receivedNs, qint64(0)) : 0,
                                         run.endNs - run.startNs, run.state == TracedRun::State::Failed});
}

void TraceLog::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
}

TraceLog::Answer TraceLog::find(quint32 sequence) const
{
    const std::lock_guard lock(m_mutex);
    Answer answer;
    answer.closed = m_closed;
    // The row knows the low half of the number: it is the last such number that has been.
    const quint64 newest = m_messages.newest();
    quint64 no = (newest & ~quint64(0xffffffff)) | sequence;
    if (no > newest && no > 0xffffffff)
        no -= quint64(1) << 32;
    const TraceBatch::Message *message = m_messages.find(no);
    if (!message) {
        answer.found = m_messages.isOverwritten(no) ? Found::Overwritten : Found::NotTaken;
        return answer;
    }
    answer.found = Found::Trace;
    MessageTrace &trace = answer.trace;
    trace.sequence = sequence;
    trace.sent = message->sent;
    trace.receivedNs = message->receivedNs;
    trace.stages = message->stages;
    trace.outcomeNs = message->outcomeNs;
    trace.sender = senderOf(*message);
    if (message->firstRun != 0) {
        // Runs of other messages may lie between: a handler that put one in.
        for (quint64 number = message->firstRun; number <= message->lastRun; ++number) {
            const TraceBatch::Run *run = m_runs.find(number);
            if (run && run->message == no)
                trace.runs.push_back(describe(*run));
        }
        trace.lostRuns = message->runs - trace.runs.size();
    }
    return answer;
}

TracedRun TraceLog::describe(const TraceBatch::Run &run) const
{
    TracedRun result;
    if (run.handler < m_handlers.size()) {
        const TraceBatch::Handler &handler = m_handlers[run.handler].what;
        result.handler = handler.id;
        result.name = handler.name;
        result.ofMetaSock = handler.ofMetaSock;
    }
    result.place = run.place;
    result.state = run.state;
    result.calledNs = run.calledNs;
    result.startNs = run.startNs;
    result.endNs = run.endNs;
    if (run.state == TracedRun::State::Failed) {
        for (const TraceBatch::Error &error : m_errors) {
            if (error.run == run.no)
                result.error = error.text;
        }
    }
    for (quint64 number = run.firstSend; number != 0 && number <= run.lastSend; ++number) {
        const TraceBatch::Send *send = m_sends.find(number);
        if (send && send->run == run.no)
            result.sends.push_back(send->what);
    }
    result.unlistedSends = run.unlistedSends + run.sends - result.sends.size();
    return result;
}

std::optional<MessageTrace::Sender> TraceLog::senderOf(const TraceBatch::Message &message) const
{
    const TraceBatch::Run *run = m_runs.find(message.sender);
    if (!run)
        return std::nullopt;
    MessageTrace::Sender sender;
    sender.sequence = static_cast<quint32>(run->message);
    if (run->handler < m_handlers.size())
        sender.handler = m_handlers[run->handler].what.name;
    sender.afterNs = message.receivedNs - (run->startNs ? run->startNs : run->calledNs);
    return sender;
}

SlowCalls TraceLog::slowest(quint64 handler) const
{
    const std::lock_guard lock(m_mutex);
    for (auto it = m_handlers.rbegin(); it != m_handlers.rend(); ++it) {
        if (it->what.id == handler && !it->what.ofMetaSock)
            return it->slowest;
    }
    return {};
}

quint64 TraceLog::messageOfRun(quint64 run) const
{
    const std::lock_guard lock(m_mutex);
    const TraceBatch::Run *found = m_runs.find(run);
    return found ? found->message : 0;
}

QString TraceLog::handlerOfRun(quint64 run) const
{
    const std::lock_guard lock(m_mutex);
    const TraceBatch::Run *found = m_runs.find(run);
    return found && found->handler < m_handlers.size() ? m_handlers[found->handler].what.name : QString();
}

TraceStats TraceLog::stats() const
{
    const std::lock_guard lock(m_mutex);
    return {m_taken,
            m_messages.overwritten(),
            m_messages.count(),
            m_messages.capacity(),
            m_runs.overwritten() + m_orphans,
            m_sends.overwritten()};
}

} // namespace SockScope
