#pragma once

#include <QString>

#include <optional>
#include <vector>

#include "core/types/endpoint.h"
#include "core/types/handlercall.h"
#include "core/types/messagetype.h"
#include "core/types/stagetimes.h"

namespace SockScope {

/// A message that was sent while a handler ran.
struct TracedSend
{
    quint32 sequence = 0; ///< as MessageHead::sequence
    qint64 ns = 0;
    Endpoint peer;
    MessageType type;
    qsizetype wireBytes = 0;
    bool failed = false;
};

/// A run of one handler.
struct TracedRun
{
    enum class State : quint8 {
        Open,     ///< it has not come back
        Ended,    ///< it returned
        Failed,   ///< it threw, or could not be called; error says what
        EndedSock ///< it destroyed its sock
    };
    quint64 handler = 0; ///< HandlerId
    QString name;
    bool ofMetaSock = false;
    RunPlace place = RunPlace::SocksThread;
    State state = State::Open;
    qint64 calledNs = 0; ///< it was called, or handed to its thread
    qint64 startNs = 0;  ///< 0 while it is open
    qint64 endNs = 0;
    QString error;
    std::vector<TracedSend> sends;
    quint64 unlistedSends = 0; ///< sent too, but beyond what is kept
};

/*! What happened to one message in its sock, and when.
 *  Path    TraceLog → [this] → the Trace panel
 *  Shape   of a received one the stages, the outcome and the runs in order of their beginning; of a sent one who
 *          sent it
 *  Units   nanoseconds of the sock's Clock; 0: it did not come so far
 *  Errors  lostRuns counts runs that were overwritten
 *  Thread  a value
 *  Source  distributed tracing's spans
 */
struct MessageTrace
{
    /// The run that sent it.
    struct Sender
    {
        quint32 sequence = 0; ///< of the message that the handler had
        QString handler;
        qint64 afterNs = 0; ///< since the run began
    };
    quint32 sequence = 0;
    bool sent = false;
    qint64 receivedNs = 0; ///< or sent
    StageTimes stages;
    qint64 outcomeNs = 0; ///< dispatched, or dropped
    std::vector<TracedRun> runs;
    quint64 lostRuns = 0;
    std::optional<Sender> sender;

    /// Whether nothing will be added any more, as far as one can tell.
    bool isComplete() const
    {
        for (const TracedRun &run : runs) {
            if (run.state == TracedRun::State::Open)
                return false;
        }
        return true;
    }
};

} // namespace SockScope
