#pragma once

#include <QByteArrayView>

#include <atomic>
#include <memory>
#include <span>

#include "core/store/messagebatch.h"
#include "core/store/pages.h"

namespace SockScope {

/// A message's bits in the column flags().
enum ChunkFlag : quint16 {
    FlagOut = 1 << 0,       ///< direction; in otherwise
    FlagTruncated = 1 << 1, ///< EnvelopeFlag::Truncated
    FlagInjected = 1 << 2,  ///< EnvelopeFlag::Injected
    FlagNote = 1 << 3,      ///< the note stands behind the payload
    FlagError = 1 << 4,     ///< the outcome is neither Dispatched, Unhandled nor Sent, or a handler failed
    FlagUnhandled = 1 << 5, ///< the outcome is Unhandled
    FlagFailed = 1 << 6,    ///< a handler threw, before the message was stored
    OutcomeShift = 8        ///< the outcome's number stands in the bits from here on
};

/*! Up to 16,384 messages in columns, and their bytes in one arena: what the store is made of.
 *  Path    MessageBatch → [this] → filter, models; spool file
 *  Shape   column i of message i; peers, types and socks are numbers into the chunk's own tables, so that a filter
 *          compares each value once a chunk; message i's bytes are [offsets[i], offsets[i + 1]) of the arena: payload,
 *          then, with FlagNote, the note in UTF-8 and its length (quint16, host order)
 *  Units   as MessageHead; arena offsets in bytes
 *  Errors  append answers how many fitted; a chunk made for it holds one message of any size
 *  Thread  one thread appends; any thread reads what count() says: columns and tables never move, and what count()
 *          covers never changes
 *  Source  column stores (dictionary encoding); single-writer publication with release and acquire
 */
class Chunk
{
public:
    static constexpr int capacity = 16384;
    static constexpr qsizetype arenaBytes = 2 * 1024 * 1024;
    /// Readable bytes behind the arena's end, for those who scan it in wide steps.
    static constexpr qsizetype paddingBytes = 64;

    /// arenaCapacity: arenaBytes, or more for one message that is larger.
    explicit Chunk(quint64 firstNo, qsizetype arenaCapacity = arenaBytes);
    ~Chunk();

    /// Takes memory for so much from the system now: otherwise that happens as it is written. Before the first append.
    void prefault(int messages, qsizetype bytes);
    /// Before the first append.
    void setFirstNo(quint64 no) { m_firstNo = no; }
    /// Appends from the message `from` of the batch on, whose bytes begin at byteOffset; answers how many fitted, and
    /// moves byteOffset behind their bytes.
    qsizetype append(const MessageBatch &batch, qsizetype from, qsizetype &byteOffset);
    /// The arena that a message needs.
    static qsizetype arenaNeed(const MessageHead &head)
    {
        return qsizetype(head.payloadBytes) + head.noteBytes + (head.noteBytes ? 2 : 0);
    }

    quint64 firstNo() const { return m_firstNo; }
    quint64 endNo() const { return m_firstNo + static_cast<quint64>(count()); }
    int count() const { return m_count.load(std::memory_order_acquire); }
    qsizetype arenaCapacity() const { return m_arenaCapacity; }

    std::span<const qint64> wallNs() const { return column(m_wallNs); }
    std::span<const quint32> wireBytes() const { return column(m_wireBytes); }
    std::span<const quint32> sequences() const { return column(m_sequences); }
    std::span<const quint16> peers() const { return column(m_peers); }
    std::span<const quint16> types() const { return column(m_types); }
    std::span<const quint16> socks() const { return column(m_socks); }
    std::span<const quint16> flags() const { return column(m_flags); }
    /// One more than there are messages.
    std::span<const quint32> offsets() const { return {m_offsets, static_cast<size_t>(count()) + 1}; }
    std::span<const Endpoint> peerTable() const { return {m_peerTable, tableSize(m_peerCount)}; }
    std::span<const MessageType> typeTable() const { return {m_typeTable, tableSize(m_typeCount)}; }
    std::span<const quint32> sockTable() const { return {m_sockTable, tableSize(m_sockCount)}; }
    /// All bytes of the messages that count() covers; paddingBytes behind them may be read too.
    QByteArrayView arena() const
    {
        return {m_arena, m_hasArena ? static_cast<qsizetype>(m_offsets[count()]) : qsizetype(0)};
    }
    /// False when only the columns were read from the spool: payloads and notes are then empty.
    bool hasArena() const { return m_hasArena; }

    qint64 wallNs(int i) const { return m_wallNs[i]; }
    quint32 wireBytes(int i) const { return m_wireBytes[i]; }
    quint32 sequence(int i) const { return m_sequences[i]; }
    const Endpoint &peer(int i) const { return m_peerTable[m_peers[i]]; }
    const MessageType &type(int i) const { return m_typeTable[m_types[i]]; }
    quint32 sock(int i) const { return m_sockTable[m_socks[i]]; }
    quint16 flags(int i) const { return m_flags[i]; }
    Direction direction(int i) const { return m_flags[i] & FlagOut ? Direction::Out : Direction::In; }
    Outcome outcome(int i) const { return static_cast<Outcome>(m_flags[i] >> OutcomeShift); }
    bool isError(int i) const { return m_flags[i] & FlagError; }
    bool isUnhandled(int i) const { return m_flags[i] & FlagUnhandled; }
    bool isInjected(int i) const { return m_flags[i] & FlagInjected; }
    QByteArrayView payload(int i) const;
    QByteArrayView noteUtf8(int i) const;

    /// What it costs in memory now: the pages of its columns, tables and arena that are in use.
    qsizetype memoryBytes() const;

private:
    friend class ChunkFile; // writes and reads a chunk whole

    struct Index; // value → number, for append alone

    template <typename T>
    std::span<const T> column(const T *data) const
    {
        return {data, static_cast<size_t>(count())};
    }
    static size_t tableSize(const std::atomic<int> &n)
    {
        return static_cast<size_t>(n.load(std::memory_order_acquire));
    }

    quint64 m_firstNo;
    const qsizetype m_arenaCapacity;
    Pages m_pages;
    qint64 *m_wallNs;
    quint32 *m_offsets;
    quint32 *m_wireBytes;
    quint32 *m_sequences;
    quint16 *m_peers;
    quint16 *m_types;
    quint16 *m_socks;
    quint16 *m_flags;
    Endpoint *m_peerTable;
    MessageType *m_typeTable;
    quint32 *m_sockTable;
    char *m_arena;
    bool m_hasArena = true;
    std::atomic<int> m_count{0};
    std::atomic<int> m_peerCount{0};
    std::atomic<int> m_typeCount{0};
    std::atomic<int> m_sockCount{0};
    std::unique_ptr<Index> m_index;
};

} // namespace SockScope
