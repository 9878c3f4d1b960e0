#pragma once

#include <memory>

#include "core/store/chunk.h"

namespace SockScope {

/*! Has the next chunk's memory ready before it is needed.
 *  Path    MessageStore → [this] → the next open chunk
 *  Shape   one chunk of Chunk::arenaBytes at most; prepared on the global thread pool while the open one fills
 *  Units   bytes
 *  Errors  none: what is not ready yet is made as it is asked for
 *  Thread  the owner's; the work is done in another
 *  Source  to take a page from the system costs more than what is written into it; MADV_POPULATE_WRITE
 */
class ChunkSupply
{
public:
    ChunkSupply();
    ~ChunkSupply();

    std::shared_ptr<Chunk> take(quint64 firstNo, qsizetype arenaCapacity);
    /// For a chunk that will be used as much as this one was.
    void prepare(const Chunk &model);
    qsizetype memoryBytes() const;

private:
    struct Slot;
    std::shared_ptr<Slot> m_slot; // the work may end after this object
};

} // namespace SockScope
