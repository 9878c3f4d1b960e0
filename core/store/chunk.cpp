#include "core/store/chunk.h"

#include <array>
#include <cstring>
#include <vector>

#include "core/types/outcomes.h"

namespace SockScope {

namespace {

// Open addressing with a power of two of places; 0 is empty, else the number in the table plus 1.
template <typename Value>
class NumberIndex
{
public:
    quint16 numberOf(const Value &value, Value *table, std::atomic<int> &count)
    {
        const int known = count.load(std::memory_order_relaxed);
        if (m_last < known && table[m_last] == value)
            return static_cast<quint16>(m_last);
        if (static_cast<size_t>(known) * 2 >= m_places.size())
            grow(table, known);
        const size_t mask = m_places.size() - 1;
        for (size_t at = hash(value) & mask;; at = (at + 1) & mask) {
            if (m_places[at] == 0) {
                new (table + known) Value(value);
                count.store(known + 1, std::memory_order_release);
                m_places[at] = static_cast<quint16>(known + 1);
                m_last = known;
                return static_cast<quint16>(known);
            }
            if (table[m_places[at] - 1] == value) {
                m_last = m_places[at] - 1;
                return static_cast<quint16>(m_last);
            }
        }
    }

private:
    static size_t hash(const Value &value)
    {
        if constexpr (std::is_integral_v<Value>)
            return ::qHash(value, size_t(0));
        else
            return qHash(value, size_t(0));
    }
    void grow(const Value *table, int known)
    {
        m_places.assign(qMax(size_t(64), m_places.size() * 2), 0);
        const size_t mask = m_places.size() - 1;
        for (int i = 0; i < known; ++i) {
            size_t at = hash(table[i]) & mask;
            while (m_places[at] != 0)
                at = (at + 1) & mask;
            m_places[at] = static_cast<quint16>(i + 1);
        }
    }

    std::vector<quint16> m_places;
    int m_last = 0;
};

quint16 flagsOf(const MessageHead &head)
{
    unsigned flags = static_cast<unsigned>(head.outcome) << OutcomeShift;
    if (head.direction == Direction::Out)
        flags |= FlagOut;
    if (head.flags.testFlag(EnvelopeFlag::Truncated))
        flags |= FlagTruncated;
    if (head.flags.testFlag(EnvelopeFlag::Injected))
        flags |= FlagInjected;
    if (head.noteBytes > 0)
        flags |= FlagNote;
    if (head.outcome == Outcome::Unhandled)
        flags |= FlagUnhandled;
    else if (isFailure(head.outcome))
        flags |= FlagError;
    if (head.flags.testFlag(EnvelopeFlag::HandlerFailed)) [[unlikely]]
        flags |= FlagError | FlagFailed;
    return static_cast<quint16>(flags);
}

template <typename T>
qsizetype place(qsizetype &used, qsizetype count)
{
    constexpr qsizetype alignment = 64;
    used = (used + alignment - 1) / alignment * alignment;
    const qsizetype at = used;
    used += count * static_cast<qsizetype>(sizeof(T));
    return at;
}

} // namespace

struct Chunk::Index
{
    NumberIndex<Endpoint> peers;
    NumberIndex<MessageType> types;
    NumberIndex<quint32> socks;
};

Chunk::Chunk(quint64 firstNo, qsizetype arenaCapacity)
    : m_firstNo(firstNo)
    , m_arenaCapacity(qMax(arenaCapacity, qsizetype(1)))
    , m_index(std::make_unique<Index>())
{
    qsizetype used = 0;
    const qsizetype wallNs = place<qint64>(used, capacity);
    const qsizetype offsets = place<quint32>(used, capacity + 1);
    const qsizetype wireBytes = place<quint32>(used, capacity);
    const qsizetype sequences = place<quint32>(used, capacity);
    const qsizetype peers = place<quint16>(used, capacity);
    const qsizetype types = place<quint16>(used, capacity);
    const qsizetype socks = place<quint16>(used, capacity);
    const qsizetype flags = place<quint16>(used, capacity);
    const qsizetype peerTable = place<Endpoint>(used, capacity);
    const qsizetype typeTable = place<MessageType>(used, capacity);
    const qsizetype sockTable = place<quint32>(used, capacity);
    const qsizetype arena = place<char>(used, m_arenaCapacity + paddingBytes);
    m_pages = Pages(used);
    char *memory = m_pages.data();
    m_wallNs = reinterpret_cast<qint64 *>(memory + wallNs);
    m_offsets = reinterpret_cast<quint32 *>(memory + offsets);
    m_wireBytes = reinterpret_cast<quint32 *>(memory + wireBytes);
    m_sequences = reinterpret_cast<quint32 *>(memory + sequences);
    m_peers = reinterpret_cast<quint16 *>(memory + peers);
    m_types = reinterpret_cast<quint16 *>(memory + types);
    m_socks = reinterpret_cast<quint16 *>(memory + socks);
    m_flags = reinterpret_cast<quint16 *>(memory + flags);
    m_peerTable = reinterpret_cast<Endpoint *>(memory + peerTable);
    m_typeTable = reinterpret_cast<MessageType *>(memory + typeTable);
    m_sockTable = reinterpret_cast<quint32 *>(memory + sockTable);
    m_arena = memory + arena;
}

Chunk::~Chunk() = default;

void Chunk::prefault(int messages, qsizetype bytes)
{
    const auto populate = [messages](auto *column) {
        Pages::populate(reinterpret_cast<char *>(column), messages * static_cast<qsizetype>(sizeof(*column)));
    };
    populate(m_wallNs);
    populate(m_offsets);
    populate(m_wireBytes);
    populate(m_sequences);
    populate(m_peers);
    populate(m_types);
    populate(m_socks);
    populate(m_flags);
    Pages::populate(m_arena, qMin(bytes, m_arenaCapacity));
}

qsizetype Chunk::append(const MessageBatch &batch, qsizetype from, qsizetype &byteOffset)
{
    const std::vector<MessageHead> &heads = batch.heads();
    const char *source = batch.bytes().data() + byteOffset;
    int at = m_count.load(std::memory_order_relaxed);
    qsizetype used = m_offsets[at];
    qsizetype next = from;
    // Bytes without notes lie in the batch as they will lie here: those of many messages are copied at once.
    const char *run = source;
    qsizetype runTo = used;
    const auto copyRun = [&] {
        if (source > run)
            std::memcpy(m_arena + runTo, run, static_cast<size_t>(source - run));
    };
    for (; next < batch.count() && at < capacity; ++next, ++at) {
        const MessageHead &head = heads[static_cast<size_t>(next)];
        const qsizetype need = arenaNeed(head);
        if (used + need > m_arenaCapacity)
            break;
        m_wallNs[at] = head.wallNs;
        m_wireBytes[at] = head.wireBytes;
        m_sequences[at] = head.sequence;
        m_peers[at] = m_index->peers.numberOf(head.peer, m_peerTable, m_peerCount);
        m_types[at] = m_index->types.numberOf(head.type, m_typeTable, m_typeCount);
        m_socks[at] = m_index->socks.numberOf(head.sock, m_sockTable, m_sockCount);
        m_flags[at] = flagsOf(head);
        source += qsizetype(head.payloadBytes) + head.noteBytes;
        used += need;
        if (head.noteBytes > 0) [[unlikely]] {
            copyRun();
            std::memcpy(m_arena + used - sizeof(head.noteBytes), &head.noteBytes, sizeof(head.noteBytes));
            run = source;
            runTo = used;
        }
        m_offsets[at + 1] = static_cast<quint32>(used);
    }
    copyRun();
    byteOffset = source - batch.bytes().data();
    m_count.store(at, std::memory_order_release);
    return next - from;
}

QByteArrayView Chunk::payload(int i) const
{
    if (!m_hasArena) [[unlikely]]
        return {};
    const char *begin = m_arena + m_offsets[i];
    auto size = static_cast<qsizetype>(m_offsets[i + 1] - m_offsets[i]);
    if (m_flags[i] & FlagNote)
        size -= qsizetype(sizeof(quint16)) + noteUtf8(i).size();
    return {begin, size};
}

QByteArrayView Chunk::noteUtf8(int i) const
{
    if (!(m_flags[i] & FlagNote) || !m_hasArena)
        return {};
    const char *end = m_arena + m_offsets[i + 1] - sizeof(quint16);
    quint16 length = 0;
    std::memcpy(&length, end, sizeof(length));
    return {end - length, length};
}

qsizetype Chunk::memoryBytes() const
{
    const qsizetype messages = count();
    const auto used = [](qsizetype bytes) { return Pages::roundUp(bytes); };
    return used(messages * 8) + 3 * used(messages * 4) + 4 * used(messages * 2) +
           used(static_cast<qsizetype>(peerTable().size_bytes())) +
           used(static_cast<qsizetype>(typeTable().size_bytes())) +
           used(static_cast<qsizetype>(sockTable().size_bytes())) + used(arena().size()) +
           static_cast<qsizetype>(sizeof(Chunk));
}

} // namespace SockScope
