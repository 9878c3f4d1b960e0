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

void MessageStore::append(const MessageBatch &batch)
{
    qsizetype done = 0;
    qsizetype byteOffset = 0;
    while (done < batch.count()) {
        if (m_open)
            done += m_open->append(batch, done, byteOffset);
        if (done == batch.count())
            break;
        const qsizetype need = Chunk::arenaNeed(batch.heads()[static_cast<size_t>(done)]);
        m_open = std::make_shared<Chunk>(m_endNo + static_cast<quint64>(done), qMax(need, Chunk::arenaBytes));
        const std::scoped_lock lock(m_mutex);
        m_chunks.push_back(std::make_shared<MemoryChunk>(m_open));
    }
    m_endNo += static_cast<quint64>(batch.count());
    const std::scoped_lock lock(m_mutex);
    m_stats.appended += static_cast<quint64>(batch.count());
}

quint64 MessageStore::toDrop() const
{
    const std::scoped_lock lock(m_mutex);
    qsizetype bytes = 0;
    for (auto it = m_chunks.rbegin(); it != m_chunks.rend(); ++it) {
        bytes += (*it)->load()->memoryBytes();
        if (bytes > m_limits.memoryBytes && it != m_chunks.rbegin())
            return (*it)->endNo();
    }
    return m_firstNo;
}

void MessageStore::dropBefore(quint64 no)
{
    no = std::clamp(no, m_firstNo, m_endNo);
    const std::scoped_lock lock(m_mutex);
    while (!m_chunks.empty() && m_chunks.front()->endNo() <= no) {
        if (m_chunks.size() == 1)
            m_open.reset();
        m_chunks.pop_front();
    }
    m_stats.droppedOldest += no - m_firstNo;
    m_firstNo = no;
}

void MessageStore::clear()
{
    const std::scoped_lock lock(m_mutex);
    m_stats.cleared += m_endNo - m_firstNo;
    m_firstNo = m_endNo;
    m_chunks.clear();
    m_open.reset();
}

std::shared_ptr<const StoredChunk> MessageStore::chunkOf(quint64 no) const
{
    if (!contains(no))
        return nullptr;
    const std::scoped_lock lock(m_mutex);
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
    for (const auto &chunk : m_chunks)
        stats.memoryBytes += chunk->load()->memoryBytes();
    return stats;
}

void MessageStore::setLimits(const StoreLimits &limits)
{
    m_limits = limits;
}

} // namespace SockScope
