#pragma once

#include <QString>

#include <memory>

#include "core/store/chunk.h"

namespace SockScope {

/*! One message of the store, as a row of the log reads it: a light reference into its chunk.
 *  Path    MessageStore → [this] → models, views
 *  Shape   a chunk and the message's place in it; what payload() answers lives as long as this or a copy of it
 *  Units   as MessageHead
 *  Errors  a message that the spool cannot give back has its number and nothing else: isReadable() is false, note()
 *          says why
 *  Thread  a value: any thread
 *  Source  none
 */
class StoredMessage
{
public:
    StoredMessage() = default;
    StoredMessage(std::shared_ptr<const Chunk> chunk, int index)
        : m_chunk(std::move(chunk))
        , m_no(m_chunk->firstNo() + static_cast<quint64>(index))
        , m_index(index)
    {
    }
    static StoredMessage unreadable(quint64 no, const QString &reason)
    {
        StoredMessage message;
        message.m_no = no;
        message.m_reason = reason;
        return message;
    }

    /// From 1, and never changed; 0 when there is no message.
    quint64 no() const { return m_no; }
    bool isReadable() const { return m_chunk != nullptr; }
    qint64 wallNs() const { return m_chunk ? m_chunk->wallNs(m_index) : 0; }
    qint64 wallUs() const { return wallNs() / 1000; }
    Endpoint peer() const { return m_chunk ? m_chunk->peer(m_index) : Endpoint(); }
    MessageType type() const { return m_chunk ? m_chunk->type(m_index) : MessageType(); }
    /// SockMonitor::sockId
    quint32 sock() const { return m_chunk ? m_chunk->sock(m_index) : 0; }
    quint32 sequence() const { return m_chunk ? m_chunk->sequence(m_index) : 0; }
    quint32 wireBytes() const { return m_chunk ? m_chunk->wireBytes(m_index) : 0; }
    Direction direction() const { return m_chunk ? m_chunk->direction(m_index) : Direction::In; }
    Outcome outcome() const { return m_chunk ? m_chunk->outcome(m_index) : Outcome::Dispatched; }
    /// ChunkFlag bits.
    quint16 flags() const { return m_chunk ? m_chunk->flags(m_index) : quint16(0); }
    bool isError() const { return flags() & FlagError; }
    bool isUnhandled() const { return flags() & FlagUnhandled; }
    bool isInjected() const { return flags() & FlagInjected; }
    bool isTruncated() const { return flags() & FlagTruncated; }
    QByteArrayView payload() const { return m_chunk ? m_chunk->payload(m_index) : QByteArrayView(); }
    /// What went wrong with it; empty when nothing did.
    QString note() const { return m_chunk ? QString::fromUtf8(m_chunk->noteUtf8(m_index)) : m_reason; }

    /// Null when it cannot be read.
    const std::shared_ptr<const Chunk> &chunk() const { return m_chunk; }
    int index() const { return m_index; }

private:
    std::shared_ptr<const Chunk> m_chunk;
    quint64 m_no = 0;
    int m_index = 0;
    QString m_reason;
};

} // namespace SockScope
