#include "core/store/chunkcache.h"

#include <algorithm>

namespace SockScope {

void ChunkCache::touch(const std::shared_ptr<const Chunk> &chunk)
{
    std::list<std::shared_ptr<const Chunk>> leaving; // freed after the lock
    const std::scoped_lock lock(m_mutex);
    const auto known = std::find(m_chunks.begin(), m_chunks.end(), chunk);
    if (known != m_chunks.end()) {
        m_chunks.splice(m_chunks.begin(), m_chunks, known);
        return;
    }
    m_chunks.push_front(chunk);
    m_bytes += chunk->memoryBytes();
    size_t whole = 0;
    size_t columns = 0;
    qsizetype bytes = 0;
    for (auto it = m_chunks.begin(); it != m_chunks.end();) {
        const auto next = std::next(it);
        const qsizetype own = (*it)->memoryBytes();
        const size_t rank = (*it)->hasArena() ? ++whole : ++columns;
        const bool tooMany = rank > ((*it)->hasArena() ? maximumWhole : maximumColumns);
        if (it != m_chunks.begin() && (tooMany || bytes + own > m_limit)) {
            m_bytes -= own;
            leaving.splice(leaving.end(), m_chunks, it);
        } else {
            bytes += own;
        }
        it = next;
    }
}

void ChunkCache::setLimit(qsizetype bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_limit = std::clamp(bytes, qsizetype(0), maximumBytes);
}

qsizetype ChunkCache::limitBytes() const
{
    const std::scoped_lock lock(m_mutex);
    return m_limit;
}

void ChunkCache::clear()
{
    std::list<std::shared_ptr<const Chunk>> leaving;
    const std::scoped_lock lock(m_mutex);
    leaving.swap(m_chunks);
    m_bytes = 0;
}

qsizetype ChunkCache::memoryBytes() const
{
    const std::scoped_lock lock(m_mutex);
    return m_bytes;
}

} // namespace SockScope
