#include "core/store/messagestore.h"

#include <algorithm>
#include <utility>

namespace SockScope {

namespace {

class MemoryChunk : public StoredChunk
{
public:
    explicit MemoryChunk(std::shared_ptr<const Chunk> chunk)
        : m_chunk(std::move(chunk))
    {
    }
    quint64 firstNo() const override { return m_chunk->firstNo(); }
    int count() const override { return m_chunk->count(); }
    bool isSpooled() const override { return false; }
    std::shared_ptr<const Chunk> load(Parts) const override { return m_chunk; }
    std::optional<SockError> error() const override { return std::nullopt; }

private:
    const std::shared_ptr<const Chunk> m_chunk;
};

} // namespace

MessageStore::MessageStore(StoreLimits limits)
    : m_limits(std::move(limits))
{
}

MessageStore::~MessageStore() = default;

// Small budgets have small chunks, so that what leaves is a small part of them.
qsizetype MessageStore::arenaBytes() const
{
    constexpr qsizetype least = 4096;
    return qBound(least, m_limits.memoryBytes / 64, Chunk::arenaBytes);
}

void MessageStore::append(const MessageBatch &batch)
{
    qsizetype done = 0;
    qsizetype byteOffset = 0;
    while (done < batch.count()) {
        const qsizetype fitted = m_open ? m_open->append(batch, done, byteOffset) : 0;
        done += fitted;
        std::shared_ptr<Chunk> next;
        if (done < batch.count()) {
            const qsizetype need = Chunk::arenaNeed(batch.heads()[static_cast<size_t>(done)]);
            next = std::make_shared<Chunk>(m_endNo + static_cast<quint64>(fitted), qMax(need, arenaBytes()));
        }
        const std::scoped_lock lock(m_mutex);
        m_endNo += static_cast<quint64>(fitted);
        m_stats.appended += static_cast<quint64>(fitted);
        if (next) {
            if (m_open)
                m_closedBytes += m_open->memoryBytes();
            m_open = next;
            m_chunks.push_back(std::make_shared<MemoryChunk>(next));
        }
    }
}

quint64 MessageStore::toDrop() const
{
    const std::scoped_lock lock(m_mutex);
    qsizetype bytes = m_closedBytes + (m_open ? m_open->memoryBytes() : 0);
    quint64 no = m_firstNo;
    for (const auto &chunk : m_chunks) {
        if (bytes <= m_limits.memoryBytes || chunk->endNo() == m_endNo)
            break;
        bytes -= chunk->load()->memoryBytes();
        no = chunk->endNo();
    }
    return no;
}

void MessageStore::dropBefore(quint64 no)
{
    no = std::clamp(no, m_firstNo, m_endNo);
    const std::scoped_lock lock(m_mutex);
    while (!m_chunks.empty() && m_chunks.front()->endNo() <= no) {
        if (m_open && m_chunks.size() == 1)
            m_open.reset();
        else
            m_closedBytes -= m_chunks.front()->load()->memoryBytes();
        m_chunks.pop_front();
    }
    m_stats.droppedOldest += no - m_firstNo;
    m_firstNo = no;
    m_atHand.reset();
}

void MessageStore::clear()
{
    const std::scoped_lock lock(m_mutex);
    m_stats.cleared += m_endNo - m_firstNo;
    m_firstNo = m_endNo;
    m_chunks.clear();
    m_closedBytes = 0;
    m_open.reset();
    m_atHand.reset();
}

std::optional<StoredMessage> MessageStore::message(quint64 no) const
{
    if (!contains(no))
        return std::nullopt;
    if (!m_atHand || no < m_atHand->firstNo() || no >= m_atHand->endNo()) {
        const std::shared_ptr<const StoredChunk> chunk = chunkOf(no);
        m_atHand = chunk->load();
        if (!m_atHand) {
            const std::optional<SockError> error = chunk->error();
            return StoredMessage::unreadable(no, error ? error->toString() : QString());
        }
    }
    return StoredMessage(m_atHand, static_cast<int>(no - m_atHand->firstNo()));
}

std::shared_ptr<const StoredChunk> MessageStore::chunkOf(quint64 no) const
{
    const std::scoped_lock lock(m_mutex);
    if (!contains(no))
        return nullptr;
    const auto after = std::upper_bound(m_chunks.begin(), m_chunks.end(), no,
                                        [](quint64 wanted, const auto &chunk) { return wanted < chunk->firstNo(); });
    return *std::prev(after);
}

StoredChunks MessageStore::chunks() const
{
    const std::scoped_lock lock(m_mutex);
    return {m_chunks.begin(), m_chunks.end()};
}

StoreStats MessageStore::stats() const
{
    const std::scoped_lock lock(m_mutex);
    StoreStats stats = m_stats;
    stats.stored = m_endNo - m_firstNo;
    stats.memoryBytes = m_closedBytes + (m_open ? m_open->memoryBytes() : 0);
    return stats;
}

void MessageStore::setLimits(const StoreLimits &limits)
{
    const std::scoped_lock lock(m_mutex);
    m_limits = limits;
    if (m_open && m_open->arenaCapacity() > arenaBytes()) { // or it would never leave a small store
        m_closedBytes += m_open->memoryBytes();
        m_open.reset();
    }
}

} // namespace SockScope
