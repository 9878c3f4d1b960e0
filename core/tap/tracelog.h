#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "core/tap/messagetrace.h"
#include "core/tap/numberedring.h"
#include "core/tap/slowcalls.h"
#include "core/tap/tracebatch.h"

namespace SockScope {

struct TraceStats
{
    quint64 taken = 0;       ///< messages that were traced
    quint64 overwritten = 0; ///< of taken: later ones have their place
    qsizetype kept = 0;      ///< of taken: the others
    qsizetype limit = 0;
    quint64 lostRuns = 0;  ///< runs of handlers that were overwritten, or had no place
    quint64 lostSends = 0; ///< sends within handlers that were overwritten
};

/*! The newest traces of one sock, found by the sequence of the message's row in the store.
 *  Path    TraceWriter → [this] → Trace and Handlers panels
 *  Shape   the last limit messages, as many runs and as many sends; the longest calls of every handler; maximumHandlers
 *          handlers and maximumErrors error texts
 *  Units   as MessageTrace
 *  Errors  find says whether a missing trace was overwritten or never taken
 *  Thread  any: one lock, held for a batch or a question
 *  Source  flight recorders: always on, bounded, the oldest gives way
 */
class TraceLog
{
public:
    static constexpr qsizetype defaultLimit = 65'536;
    static constexpr size_t maximumHandlers = 16'384;
    static constexpr size_t maximumErrors = 1024;

    enum class Found : quint8 {
        Trace,
        Overwritten, ///< later messages have its place
        NotTaken     ///< tracing was off
    };
    struct Answer
    {
        Found found = Found::NotTaken;
        MessageTrace trace;
        bool closed = false; ///< the sock is gone: what is open stays open
    };

    explicit TraceLog(qsizetype limit = defaultLimit);

    /// wallOffsetNs: nanoseconds since 1970 UTC at the clock's 0.
    void submit(const TraceBatch &batch, qint64 wallOffsetNs);
    /// The sock is gone.
    void close();
    Answer find(quint32 sequence) const;
    SlowCalls slowest(quint64 handler) const;
    /// The number of the message that a run had; 0 when the run is not here.
    quint64 messageOfRun(quint64 run) const;
    /// The name of its handler; empty when it is not here.
    QString handlerOfRun(quint64 run) const;
    TraceStats stats() const;

private:
    struct Handler
    {
        TraceBatch::Handler what;
        SlowCalls slowest;
    };
    void end(const TraceBatch::Run &run, qint64 wallOffsetNs);
    TracedRun describe(const TraceBatch::Run &run) const;
    std::optional<MessageTrace::Sender> senderOf(const TraceBatch::Message &message) const;

    mutable std::mutex m_mutex;
    NumberedRing<TraceBatch::Message> m_messages;
    NumberedRing<TraceBatch::Run> m_runs;
    NumberedRing<TraceBatch::Send> m_sends;
    std::vector<Handler> m_handlers;
    std::deque<TraceBatch::Error> m_errors;
    quint64 m_taken = 0;
    quint64 m_orphans = 0; // runs whose message was gone before they began
    bool m_closed = false;
};

} // namespace SockScope
