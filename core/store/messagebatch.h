#pragma once

#include <QByteArrayView>
#include <QString>

#include <cstring>
#include <vector>

#include "core/types/endpoint.h"
#include "core/types/enums.h"
#include "core/types/envelope.h"
#include "core/types/messagetype.h"

namespace SockScope {

/*! What is known of a message besides its bytes: a row of the store, before it has its number.
 *  Path    tap → [this] → MessageBatch → Chunk
 *  Shape   plain values; payloadBytes and noteBytes are filled in by MessageBatch::add
 *  Units   wallNs: nanoseconds since 1970 UTC; wireBytes: bytes on the wire; sequence: the low 32 bits of the message's
 *          number among all that its monitor saw of the sock, in and out, from 1: in the store, those of a sock grow
 *  Errors  none
 *  Thread  a value
 *  Source  none
 */
struct MessageHead
{
    qint64 wallNs = 0;
    Endpoint peer;
    MessageType type;
    quint32 sock = 0;
    quint32 sequence = 0;
    quint32 wireBytes = 0;
    quint32 payloadBytes = 0;
    quint16 noteBytes = 0;
    Direction direction = Direction::In;
    Outcome outcome = Outcome::Dispatched;
    EnvelopeFlags flags;
};

/*! Messages on their way from a tap to the store: heads in one vector, payloads and notes in one arena.
 *  Path    tap → [this] → Recorder's inbox → MessageStore::append
 *  Shape   a head each; its bytes are payload, then note (UTF-8), one message behind the other
 *  Units   bytes
 *  Errors  a note is cut to maximumNoteBytes, ending in "…"; a payload beyond maximumPayloadBytes is cut and marked
 *          EnvelopeFlag::Truncated
 *  Thread  a value: one thread at a time
 *  Source  columns instead of objects: handing over a batch moves two pointers
 */
class MessageBatch
{
public:
    static constexpr qsizetype maximumNoteBytes = 4096;
    static constexpr qsizetype maximumPayloadBytes = 2LL * 1024 * 1024 * 1024;

    void add(const MessageHead &head, QByteArrayView payload)
    {
        MessageHead &added = m_heads.emplace_back(head);
        added.payloadBytes = 0;
        added.noteBytes = 0;
        if (payload.size() > maximumPayloadBytes) [[unlikely]] {
            added.flags |= EnvelopeFlag::Truncated;
            payload = payload.first(maximumPayloadBytes);
        }
        added.payloadBytes = static_cast<quint32>(payload.size());
        put(payload);
    }
    void add(const MessageHead &head, QByteArrayView payload, const QString &note);
    /// Keeps the first messages only.
    void truncate(qsizetype messages);
    /// Empty, and the memory stays for what comes next.
    void clear();
    void reserve(qsizetype messages, qsizetype bytes);
    bool isEmpty() const { return m_heads.empty(); }
    qsizetype count() const { return static_cast<qsizetype>(m_heads.size()); }
    const std::vector<MessageHead> &heads() const { return m_heads; }
    /// Payloads and notes, in the order of the heads.
    QByteArrayView bytes() const { return {m_bytes.data(), static_cast<qsizetype>(m_used)}; }
    /// What its messages cost in memory.
    qsizetype memoryBytes() const { return static_cast<qsizetype>(m_heads.size() * sizeof(MessageHead) + m_used); }
    /// What one of them does.
    static qsizetype memoryBytes(const MessageHead &head)
    {
        return static_cast<qsizetype>(sizeof(MessageHead) + head.payloadBytes + head.noteBytes);
    }
    /// What it holds of the heap, messages or none.
    qsizetype capacityBytes() const
    {
        return static_cast<qsizetype>(m_heads.capacity() * sizeof(MessageHead) + m_bytes.capacity());
    }

private:
    void put(QByteArrayView bytes)
    {
        const auto size = static_cast<size_t>(bytes.size());
        if (m_bytes.size() - m_used < size) [[unlikely]]
            grow(size);
        if (size > 0)
            std::memcpy(m_bytes.data() + m_used, bytes.data(), size);
        m_used += size;
    }
    void grow(size_t by);

    std::vector<MessageHead> m_heads;
    std::vector<char> m_bytes; // as large as it ever was: what is written next need not be zeroed before
    size_t m_used = 0;
};

} // namespace SockScope
