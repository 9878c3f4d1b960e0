#pragma once

#include <QHash>
#include <QList>

#include <memory>

namespace SockScope {

class TraceLog;

/*! The trace logs of all socks, and of some that are gone: their messages are still in the log.
 *  Path    SockLink → [this] → Trace and Handlers panels
 *  Shape   a log a sock; of those that are gone the last maximumRetired
 *  Units   none
 *  Errors  find answers null when a sock is not known, or was gone long ago
 *  Thread  the window's
 *  Source  no limit, no merge: a full log takes some 20 MB
 */
class TraceLogs
{
public:
    static constexpr qsizetype maximumRetired = 4;

    void add(quint32 sockId, std::shared_ptr<TraceLog> log);
    /// The sock is gone.
    void retire(quint32 sockId);
    std::shared_ptr<TraceLog> find(quint32 sockId) const { return m_logs.value(sockId); }

private:
    QHash<quint32, std::shared_ptr<TraceLog>> m_logs;
    QList<quint32> m_retired;
};

} // namespace SockScope
