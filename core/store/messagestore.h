#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/store/recovery.h"
#include "core/store/storedchunk.h"
#include "core/store/storedmessage.h"
#include "core/store/storestats.h"

namespace SockScope {

class ChunkEntry;
class ChunkSupply;
class SockDescriptions;
class Spool;
struct StoreState;

/*! All messages of the log, in chunks: the newest in memory, older ones in spool files, numbered from 1.
 *  Path    Recorder → [this] → filter, models
 *  Shape   messages firstNo() <= no < endNo(); numbers never change. append never drops what can be read: the owner
 *          asks toDrop() and calls dropBefore(), so that whoever shows the rows can let them go first. Whole chunks
 *          leave, each at most a 64th of the memory budget or so; the newest chunk never does. What the disk is too
 *          slow or too full for is lost in its place: its rows stay, and their notes say why
 *  Units   bytes; numbers from 1
 *  Errors  stats().spoolError; a full disk or a deleted spool stops spooling, and memory keeps what its budget allows
 *  Thread  the owner's, but for chunks(), stats() and what they hand out: any
 *  Source  write-once segments; the writer is a thread of its own, so that a slow disk never stops the window
 */
class MessageStore
{
public:
    /// When more rows than these have lost their messages, the oldest leave the store.
    static constexpr quint64 maximumLostRows = 10'000'000;

    explicit MessageStore(StoreLimits limits = {});
    /// Removes the spool.
    ~MessageStore();

    /// Appends and closes chunks; closed ones over the memory budget are handed to the spool.
    void append(const MessageBatch &batch);
    /// The number below which messages must leave to keep the budgets; firstNo() when none must.
    quint64 toDrop() const;
    void dropBefore(quint64 no);
    void clear();

    quint64 firstNo() const { return m_firstNo; }
    quint64 endNo() const { return m_endNo; }
    bool contains(quint64 no) const { return no >= m_firstNo && no < m_endNo; }
    /// Nothing outside of [firstNo, endNo). Neighbours are quick: the last chunk is kept at hand.
    std::optional<StoredMessage> message(quint64 no) const;
    /// The chunk that holds a number; null outside of [firstNo, endNo).
    std::shared_ptr<const StoredChunk> chunkOf(quint64 no) const;
    /// All chunks in order; those that are spooled or dropped meanwhile stay readable as long as they can.
    StoredChunks chunks() const;

    StoreStats stats() const;
    const StoreLimits &limits() const { return m_limits; }
    /// Holds at once; dropBefore(toDrop()) makes a smaller store. A spool that failed is tried again.
    void setLimits(const StoreLimits &limits);

    /// What the spool shall tell of a sock, should this program crash. Again when it changed.
    void describeSock(const SockDescription &description);
    /// Takes over a spool of Spool::abandoned(): its messages become the store's, with the numbers that they had, and
    /// what is appended afterwards comes behind them. The store must hold no messages: clear() it before. The spool
    /// becomes this program's, and goes with it.
    RecoveryReport adopt(const QString &path);
    /// Whether the spool stays on the disk when this object goes, to be offered again.
    void keepSpool(bool keep = true);
    /// Looks whether somebody deleted spool files that are in use: stats().spoolError says so afterwards.
    void lookForDeletedFiles();

private:
    qsizetype arenaBytes() const;
    qsizetype reservedBytes() const;
    bool spools() const { return !m_limits.spoolFolder.isEmpty() && m_limits.diskBytes > 0; }
    void recount();
    void closeOpen();
    void spoolOver();
    void loseOver(std::vector<std::shared_ptr<const Chunk>> &freed);
    qsizetype openBytes() const;
    qsizetype expectedOpenBytes() const;
    Spool &spool();
    void letGo(quint64 no, quint64 StoreStats::*counter, std::vector<std::shared_ptr<ChunkEntry>> &freed);

    StoreLimits m_limits;
    const std::shared_ptr<StoreState> m_state; // has the mutex that guards what follows
    quint64 m_firstNo = 1;                     // the owner reads them without
    quint64 m_endNo = 1;
    std::shared_ptr<Chunk> m_open; // the last chunk; only the owner appends to it
    std::unique_ptr<ChunkSupply> m_supply;
    std::deque<std::shared_ptr<ChunkEntry>> m_chunks;
    std::unique_ptr<SockDescriptions> m_socks;
    bool m_socksChanged = false;
    std::unique_ptr<Spool> m_spool;                // made when it is needed first
    mutable std::shared_ptr<const Chunk> m_atHand; // the owner's: of the last message()
};

} // namespace SockScope
