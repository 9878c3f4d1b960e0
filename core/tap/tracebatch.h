#pragma once

#include <QString>

#include <vector>

#include "core/tap/messagetrace.h"

namespace SockScope {

/*! Traces on their way from a sock to its TraceLog.
 *  Path    TraceWriter → [this] → TraceLog::submit
 *  Shape   messages, runs and sends with growing numbers (a message's is that of its record in its sock); what refers
 *          to another does so by number
 *  Units   as MessageTrace
 *  Errors  none
 *  Thread  a value
 *  Source  none
 */
struct TraceBatch
{
    struct Message
    {
        quint64 no = 0;
        qint64 receivedNs = 0;
        StageTimes stages;
        qint64 outcomeNs = 0;
        quint64 firstRun = 0; // these three are the log's to fill in
        quint64 lastRun = 0;
        quint32 runs = 0;
        bool sent = false;
        quint64 sender = 0; ///< the run that sent it; 0: none
    };
    struct Run
    {
        quint64 no = 0;
        quint64 message = 0;
        quint32 handler = 0; ///< index into the names
        RunPlace place = RunPlace::SocksThread;
        TracedRun::State state = TracedRun::State::Open;
        qint64 calledNs = 0;
        qint64 startNs = 0;
        qint64 endNs = 0;
        quint64 unlistedSends = 0;
        quint64 firstSend = 0; // the log's
        quint64 lastSend = 0;
        quint32 sends = 0;
    };
    struct Send
    {
        quint64 no = 0;
        quint64 run = 0;
        quint64 message = 0;
        TracedSend what;
    };
    /// Of a run that an earlier batch began.
    struct End
    {
        quint64 run = 0;
        TracedRun::State state = TracedRun::State::Ended;
        qint64 startNs = 0;
        qint64 endNs = 0;
        quint64 unlistedSends = 0;
    };
    /// A handler that has not been in a batch before; its place in the series is its index.
    struct Handler
    {
        quint64 id = 0;
        QString name;
        bool ofMetaSock = false;
    };
    struct Error
    {
        quint64 run = 0;
        QString text;
    };
    std::vector<Message> messages;
    std::vector<Run> runs;
    std::vector<Send> sends;
    std::vector<End> ends;
    std::vector<Handler> handlers;
    std::vector<Error> errors;

    bool isEmpty() const { return messages.empty() && runs.empty() && sends.empty() && ends.empty(); }
    void clear()
    {
        messages.clear();
        runs.clear();
        sends.clear();
        ends.clear();
        handlers.clear();
        errors.clear();
    }
};

} // namespace SockScope
