#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "core/store/chunkcache.h"
#include "core/store/chunkfile.h"
#include "core/store/segmentfile.h"
#include "core/store/storestats.h"

namespace SockScope {

/// What the store, its entries and its spool share. One mutex guards the numbers and where each chunk is, so that they
/// add up at every moment.
struct StoreState
{
    mutable std::mutex mutex;
    StoreStats stats;                // memoryBytes: of closed chunks; spoolError is added when somebody asks
    std::optional<SockError> damage; // the first since the last clear()
    ChunkCache cache;                // has its own lock
};

/// Where a chunk stands on the disk.
struct ChunkPlace
{
    std::shared_ptr<SegmentFile> segment;
    qint64 offset = 0;
    ChunkHeader header;
    std::shared_ptr<const ChunkFile::SockIds> sockIds; ///< null: as they are
};

/*! A chunk of the store, and where it is now: in memory, on its way to the disk, there, or lost.
 *  Path    MessageStore, Spool → [this] → filter, models
 *  Shape   Open → Memory → Queued → Writing → Spooled, from each of which it may leave or be lost; each step moves the
 *          chunk's messages from one number of StoreState::stats to another
 *  Units   bytes
 *  Errors  a chunk that cannot be read is lost: counted once, and error() says why
 *  Thread  any; what is marked (locked) needs StoreState::mutex held
 *  Source  none
 */
class ChunkEntry : public StoredChunk
{
public:
    enum class Place : quint8 { Open, Memory, Queued, Writing, Spooled, Lost };
    enum class Loss : quint8 { Oldest, SlowDisk, Unreadable };

    ChunkEntry(std::shared_ptr<StoreState> state, std::shared_ptr<Chunk> chunk);
    /// A recovered one. (locked)
    ChunkEntry(std::shared_ptr<StoreState> state, ChunkPlace place);
    /// Messages that are known to be missing. (locked)
    ChunkEntry(std::shared_ptr<StoreState> state, quint64 firstNo, int count, const SockError &why);

    quint64 firstNo() const override { return m_firstNo; }
    int count() const override { return m_count.load(std::memory_order_acquire); }
    bool isSpooled() const override;
    std::shared_ptr<const Chunk> load(Parts parts = Parts::All) const override;
    std::optional<SockError> error() const override;

    Place place() const { return m_place; }                           // (locked)
    Loss loss() const { return m_loss; }                              // (locked)
    bool isInMemory() const { return m_chunk != nullptr; }            // (locked)
    qsizetype memoryBytes() const { return m_memoryBytes; }           // (locked) of a closed one in memory
    const SegmentFile *segment() const { return m_on.segment.get(); } // (locked)
    std::shared_ptr<const Chunk> chunk() const { return m_chunk; }    // (locked)
    /// Messages were appended to the open chunk. (locked)
    void grow(int messages);
    void close();          // (locked)
    void queue();          // (locked)
    void beginWriting();   // (locked)
    void returnToMemory(); // (locked)
    /// It was written; answers the memory, to be freed without the lock. (locked)
    [[nodiscard]] std::shared_ptr<const Chunk> settle(ChunkPlace place);
    /// The same. (locked)
    std::shared_ptr<const Chunk> lose(Loss loss, const SockError &why) const;
    /// The first messages leave, all up to no; answers the segment when nobody wants it any more. Whoever holds the
    /// entry can go on reading. (locked)
    std::shared_ptr<SegmentFile> leave(quint64 no, quint64 StoreStats::*counter);
    bool hasLeft() const { return m_left == count() && m_place != Place::Open; } // (locked)

private:
    quint64 live() const { return static_cast<quint64>(count() - m_left); }
    void uncountMemory() const;

    const std::shared_ptr<StoreState> m_state;
    const quint64 m_firstNo;
    std::atomic<int> m_count;
    int m_left = 0; // messages that have left, from the first on
    mutable Place m_place;
    mutable Loss m_loss = Loss::Oldest;
    mutable std::shared_ptr<const Chunk> m_chunk;
    mutable qsizetype m_memoryBytes = 0;
    mutable ChunkPlace m_on;
    mutable std::optional<SockError> m_error;
    mutable std::weak_ptr<const Chunk> m_whole; // somebody may still hold what was read
    mutable std::weak_ptr<const Chunk> m_columns;
};

} // namespace SockScope
