#include "ui/models/tracelogs.h"

#include <utility>

namespace SockScope {

void TraceLogs::add(quint32 sockId, std::shared_ptr<TraceLog> log)
{
    m_logs.insert(sockId, std::move(log));
}

void TraceLogs::retire(quint32 sockId)
{
    if (!m_logs.contains(sockId) || m_retired.contains(sockId))
        return;
    m_retired.append(sockId);
    while (m_retired.size() > maximumRetired)
        m_logs.remove(m_retired.takeFirst());
}

} // namespace SockScope
