#pragma once

#include <list>
#include <memory>
#include <mutex>

#include "core/store/storedchunk.h"

namespace SockScope {

/*! The chunks that were read back from the spool last, so that whoever scrolls reads each once.
 *  Path    ChunkEntry::load → [this]
 *  Shape   the most recent first; whole chunks and columns alone are counted apart
 *  Units   chunks and bytes
 *  Errors  none: the oldest make room; one chunk always stays
 *  Thread  any
 *  Source  least recently used
 */
class ChunkCache
{
public:
    static constexpr size_t maximumWhole = 8;
    static constexpr size_t maximumColumns = 4;
    static constexpr qsizetype maximumBytes = 64LL * 1024 * 1024;

    /// At most maximumBytes.
    void setLimit(qsizetype bytes);
    qsizetype limitBytes() const;
    void touch(const std::shared_ptr<const Chunk> &chunk);
    void clear();
    qsizetype memoryBytes() const;

private:
    mutable std::mutex m_mutex;
    std::list<std::shared_ptr<const Chunk>> m_chunks;
    qsizetype m_bytes = 0;
    qsizetype m_limit = maximumBytes;
};

} // namespace SockScope
