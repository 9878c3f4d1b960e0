#pragma once

#include <QString>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "core/store/chunkentry.h"
#include "core/store/recovery.h"
#include "core/store/runfile.h"
#include "core/store/spoolfolder.h"

namespace SockScope {

/*! Writes chunks to the disk, in a thread of its own, and keeps a folder for them while the program runs.
 *  Path    MessageStore → [this] → segment files
 *  Shape   a queue of entries; segments of about segmentBytes, so that the oldest can go as a whole. The folder is made
 *          with the first count, and is removed in the end; a crash leaves it, with what RunFile tells
 *  Units   bytes
 *  Errors  error() until a write succeeds again; what could not be written is back in memory; after retryAfter it may
 *          be tried again
 *  Thread  what is marked (locked) needs StoreState::mutex held; the rest: the owner's
 *  Source  write-once segments
 */
class Spool
{
public:
    static constexpr std::chrono::seconds retryAfter{10};
    static constexpr qint64 largestSegmentBytes = 64LL * 1024 * 1024;

    /// The spools that crashed programs left in a spool folder, oldest first. It reads the header of each chunk.
    static std::vector<AbandonedSpool> abandoned(const QString &folder);
    /// Deletes one; answers why it could not.
    static std::optional<SockError> discard(const QString &path);

    Spool(std::shared_ptr<StoreState> state, const QString &folder, qint64 diskBytes);
    ~Spool();

    /// Goes on in a folder that a crash left. Before the first enqueue.
    void adopt(std::unique_ptr<SpoolFolder> folder, quint32 run);
    void setLimits(const QString &folder, qint64 diskBytes);          // (locked)
    bool mayWrite() const;                                            // (locked)
    const std::optional<SockError> &error() const { return m_error; } // (locked)
    void enqueue(std::shared_ptr<ChunkEntry> entry);                  // (locked)
    /// Nobody wants it any more. (locked)
    void remove(std::shared_ptr<SegmentFile> segment);
    /// What socks.json shall say. (locked)
    void describe(const QByteArray &json);
    /// The number of messages changed: the run's file shall say so. (locked)
    void recount();
    /// Whether what is on the disk stays there in the end, to be offered again. (locked)
    void keep(bool keep) { m_keep = keep; }
    quint32 run() const { return m_run; }

private:
    void run(std::unique_lock<std::mutex> lock);
    void writeNext(std::unique_lock<std::mutex> &lock);
    void writeCount(std::unique_lock<std::mutex> &lock);
    std::optional<SockError> provideFolder(const QString &parent);
    std::optional<SockError> provideSegment(const QString &folder, qint64 segmentBytes);
    void fail(const SockError &error);
    void giveBackQueue();

    const std::shared_ptr<StoreState> m_state;
    QString m_parent;
    qint64 m_segmentBytes;
    std::deque<std::shared_ptr<ChunkEntry>> m_queue;
    std::vector<std::shared_ptr<SegmentFile>> m_removals;
    std::optional<SockError> m_error;
    std::chrono::steady_clock::time_point m_retryAt;
    QByteArray m_socks;
    bool m_describe = false; // m_socks is newer than the file
    bool m_recount = false;  // the run's file is older than the store
    bool m_keep = false;
    bool m_stop = false;
    std::condition_variable m_wake;
    quint32 m_run = 1;
    std::vector<std::unique_ptr<SpoolFolder>> m_folders; // the writer's; the last is written to
    QString m_madeIn;                                    // the parent of the last
    std::unique_ptr<RunFile> m_count;                    // the writer's, in the last
    quint64 m_elsewhere = 0;                             // messages that are on the disk in earlier folders
    std::shared_ptr<SegmentFile> m_segment;              // the writer's
    std::thread m_thread;
};

} // namespace SockScope
