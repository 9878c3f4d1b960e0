#pragma once

#include <QString>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/store/chunk.h"
#include "core/store/storedmessage.h"
#include "core/types/sockerror.h"

namespace SockScope {

struct StoreLimits
{
    qsizetype memoryBytes = 512LL * 1024 * 1024; ///< above it, the oldest chunks go to the spool
    qsizetype diskBytes = 4LL * 1024 * 1024 * 1024;
    QString spoolFolder; ///< a folder of this program's own; empty: no spool, the oldest are dropped
};

struct StoreStats
{
    quint64 appended = 0;
    quint64 droppedOldest = 0;     ///< of appended: left because memory and disk were full
    quint64 droppedSlowDisk = 0;   ///< of appended: left because the disk did not keep up with the messages
    quint64 droppedUnreadable = 0; ///< of appended: were spooled and cannot be read any more
    quint64 cleared = 0;           ///< of appended: left by clear()
    quint64 stored = 0;            ///< in memory and on disk; appended = stored + all of the above
    quint64 spooled = 0;           ///< of stored: on disk
    qsizetype memoryBytes = 0;
    qsizetype diskBytes = 0;
    std::optional<SockError> spoolError; ///< why nothing is spooled now; memory is whole all the same

    quint64 dropped() const { return droppedOldest + droppedSlowDisk + droppedUnreadable; }
};

/*! A chunk of the store wherever it is: in memory, or in the spool file.
 *  Path    MessageStore → [this] → filter, models
 *  Shape   load() answers the chunk, read back from the spool when it must be; columns alone cost less
 *  Units   none
 *  Errors  load answers null when the spool cannot be read; error() says why
 *  Thread  any
 *  Source  none
 */
class StoredChunk
{
public:
    enum class Parts : quint8 { Columns, All }; ///< Columns: the arena may be empty (offsets are right)

    virtual ~StoredChunk() = default;
    virtual quint64 firstNo() const = 0;
    virtual int count() const = 0;
    quint64 endNo() const { return firstNo() + static_cast<quint64>(count()); }
    virtual bool isSpooled() const = 0;
    virtual std::shared_ptr<const Chunk> load(Parts parts = Parts::All) const = 0;
    virtual std::optional<SockError> error() const = 0;
};
using StoredChunks = std::vector<std::shared_ptr<const StoredChunk>>;

/*! All messages of the log, in chunks: the newest in memory, older ones in a spool file, numbered from 1.
 *  Path    Recorder → [this] → filter, models
 *  Shape   messages firstNo() <= no < endNo(); numbers never change. append never drops what can be read: the owner
 *          asks toDrop() and calls dropBefore(), so that whoever shows the rows can let them go first. Whole chunks
 *          leave, each at most a 64th of the memory budget or so; the newest chunk never does
 *  Units   bytes; numbers from 1
 *  Errors  stats().spoolError; a full disk or a deleted spool stops spooling, and memory keeps what its budget allows
 *  Thread  the owner's, but for chunks(), stats() and what they hand out: any
 *  Source  write-once segments; the writer is a thread of its own, so that a slow disk never stops the window
 */
class MessageStore
{
public:
    explicit MessageStore(StoreLimits limits = {});
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
    /// Holds from the next append on; dropBefore(toDrop()) makes a smaller store at once.
    void setLimits(const StoreLimits &limits);

private:
    qsizetype arenaBytes() const;

    StoreLimits m_limits;
    quint64 m_firstNo = 1; // the owner writes them under the lock
    quint64 m_endNo = 1;
    std::shared_ptr<Chunk> m_open;                 // the last chunk; only the owner appends to it
    mutable std::shared_ptr<const Chunk> m_atHand; // of the last message()
    mutable std::mutex m_mutex;                    // guards what follows
    std::deque<std::shared_ptr<const StoredChunk>> m_chunks;
    qsizetype m_closedBytes = 0; // memory of all chunks but the open one
    StoreStats m_stats;
};

} // namespace SockScope
