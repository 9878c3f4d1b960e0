#pragma once

#include <QElapsedTimer>

#include <memory>

#include "core/store/chunk.h"

namespace SockScope {

/*! Has the next chunks' memory ready before it is needed.
 *  Path    MessageStore → [this] → the next open chunk
 *  Shape   chunks of Chunk::arenaBytes, prepared on the global thread pool while the open one fills: one, and one more
 *          each time none was ready, up to maximumReady; one less after calmAfter that were all ready, or when one
 *          took calmMs to fill
 *  Units   bytes
 *  Errors  none: what is not ready yet is made as it is asked for
 *  Thread  the owner's; the work is done in another
 *  Source  to take a page from the system costs more than what is written into it; MADV_POPULATE_WRITE
 */
class ChunkSupply
{
public:
    static constexpr int maximumReady = 8;
    static constexpr int calmAfter = 256;
    static constexpr qint64 calmMs = 1000;

    ChunkSupply();
    ~ChunkSupply();

    std::shared_ptr<Chunk> take(quint64 firstNo, qsizetype arenaCapacity);
    /// For a chunk that will be used as much as this one was.
    void prepare(const Chunk &model);
    qsizetype memoryBytes() const;

private:
    struct Shelf;
    static void fill(Shelf &shelf, int messages, qsizetype used, qsizetype bytes);

    std::shared_ptr<Shelf> m_shelf; // the work may end after this object
    QElapsedTimer m_sinceTaken;
    int m_wanted = 1;
    int m_calm = 0; // chunks that were ready, one behind the other
};

} // namespace SockScope
