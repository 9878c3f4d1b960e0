#pragma once

#include <QHash>
#include <QString>

#include <memory>

#include "core/filter/filter.h"
#include "core/types/envelope.h"

namespace SockScope {

class BaseSock;

/*! Holds messages as the store would, one after the other, so that filters judge each as it comes.
 *  Path    BaseSock → [this] → Filter
 *  Shape   put() makes a message the current one. A chunk is filled and thrown away when it is full: at most one is
 *          kept
 *  Units   wallNs: nanoseconds since 1970 UTC; `time` counts from the first message
 *  Errors  none
 *  Thread  the socks' thread
 *  Source  one language for filters, wherever a message is judged
 */
class MessageMatcher
{
public:
    void put(const BaseSock &sock, const QString &name, Direction direction, const Envelope &envelope, qint64 wallNs,
             bool isHandled = true);
    bool matches(const Filter &filter) const { return filter.matches(*m_chunk, m_index, m_context); }
    void forget(const BaseSock *sock);

private:
    quint32 idOf(const BaseSock &sock, const QString &name);

    std::shared_ptr<Chunk> m_chunk;
    int m_index = -1;
    FilterContext m_context;
    QHash<const BaseSock *, quint32> m_ids;
    quint32 m_nextId = 1;
    quint64 m_nextNo = 1;
};

} // namespace SockScope
