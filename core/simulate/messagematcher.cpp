#include "core/simulate/messagematcher.h"

#include <algorithm>

#include "core/basesock.h"

namespace SockScope {

void MessageMatcher::put(const BaseSock &sock, const QString &name, Direction direction, const Envelope &envelope,
                         qint64 wallNs, bool isHandled)
{
    MessageHead head;
    head.wallNs = wallNs;
    head.peer = envelope.peer;
    head.type = envelope.message.type;
    head.sock = idOf(sock, name);
    head.sequence = static_cast<quint32>(envelope.sequence);
    head.wireBytes = static_cast<quint32>(envelope.wireBytes);
    head.direction = direction;
    head.outcome = direction == Direction::Out ? Outcome::Sent : isHandled ? Outcome::Dispatched : Outcome::Unhandled;
    head.flags = envelope.flags;
    if (m_nextNo == 1)
        m_context.originNs = wallNs;

    MessageBatch batch;
    batch.add(head, envelope.message.payload.view());
    qsizetype byteOffset = 0;
    if (!m_chunk || m_chunk->append(batch, 0, byteOffset) == 0) {
        m_chunk = std::make_shared<Chunk>(m_nextNo, qMax(Chunk::arenaNeed(batch.heads().front()), Chunk::arenaBytes));
        byteOffset = 0;
        m_chunk->append(batch, 0, byteOffset);
    }
    ++m_nextNo;
    m_index = m_chunk->count() - 1;
}

quint32 MessageMatcher::idOf(const BaseSock &sock, const QString &name)
{
    quint32 &id = m_ids[&sock];
    const auto known = std::find_if(m_context.socks.begin(), m_context.socks.end(),
                                    [&](const FilterSock &each) { return each.id == id; });
    if (id != 0 && known != m_context.socks.end()) {
        if (known->codec != sock.codec())
            known->codec = sock.codec();
        if (known->types != sock.messageTypes())
            known->types = sock.messageTypes();
        return id;
    }
    id = m_nextId++;
    m_context.socks.push_back({id, name, sock.url(), sock.codec(), sock.messageTypes()});
    return id;
}

void MessageMatcher::forget(const BaseSock *sock)
{
    const quint32 id = m_ids.take(sock);
    std::erase_if(m_context.socks, [id](const FilterSock &each) { return each.id == id; });
}

} // namespace SockScope
