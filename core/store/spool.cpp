#include "core/store/spool.h"

#include <QFileInfo>

#include <utility>

#include "core/store/segmentwalk.h"
#include "core/types/blockedsignals.h"

namespace SockScope {

namespace {

// At most 64 segments or so, for each is an open file; at least eight, so that what leaves is a small part.
qint64 segmentBytesFor(qint64 diskBytes)
{
    return qMax(diskBytes / 64, qMin(Spool::largestSegmentBytes, diskBytes / 8));
}

} // namespace

std::vector<AbandonedSpool> Spool::abandoned(const QString &folder)
{
    std::vector<AbandonedSpool> found;
    for (const QString &path : SpoolFolder::abandoned(folder)) {
        const SegmentWalk walk(path, SegmentWalk::Look::Headers);
        AbandonedSpool spool;
        spool.path = path;
        for (const ChunkPlace &place : walk.places())
            spool.messages += static_cast<quint64>(place.header.kept);
        if (const std::optional<quint64> had = RunFile::read(path))
            spool.lostInMemory = *had - qMin(*had, spool.messages + walk.lostMessages());
        if (spool.messages == 0 && walk.lostMessages() == 0 && walk.lostBytes() == 0 &&
            spool.lostInMemory.value_or(0) == 0) {
            discard(path); // it had nothing, or all had been cleared
            continue;
        }
        spool.lastWritten = QFileInfo(RunFile::pathIn(path)).lastModified();
        for (const QString &segment : SpoolFolder::segmentPaths(path)) {
            const QFileInfo info(segment);
            spool.bytes += info.size();
            spool.lastWritten = qMax(spool.lastWritten, info.lastModified());
        }
        found.push_back(std::move(spool));
    }
    return found;
}

std::optional<SockError> Spool::discard(const QString &path)
{
    SockError error;
    const std::unique_ptr<SpoolFolder> folder = SpoolFolder::adopt(path, &error);
    return folder ? folder->remove() : error;
}

Spool::Spool(std::shared_ptr<StoreState> state, const QString &folder, qint64 diskBytes)
    : m_state(std::move(state))
    , m_parent(folder)
    , m_segmentBytes(segmentBytesFor(diskBytes))
    , m_thread([this] {
        const BlockedSignals blocked;
        return std::thread([this] { run(std::unique_lock(m_state->mutex)); });
    }())
{
}

Spool::~Spool()
{
    {
        const std::scoped_lock lock(m_state->mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
    m_segment.reset();
    m_count.reset();
    if (m_keep)
        return;
    for (const std::unique_ptr<SpoolFolder> &folder : m_folders)
        folder->remove(); // what cannot be removed is offered as a left one with the next start
}

void Spool::adopt(std::unique_ptr<SpoolFolder> folder, quint32 run)
{
    const std::scoped_lock lock(m_state->mutex);
    m_folders.push_back(std::move(folder));
    m_madeIn = m_parent;
    m_run = run;
}

void Spool::setLimits(const QString &folder, qint64 diskBytes)
{
    m_parent = folder;
    m_segmentBytes = segmentBytesFor(diskBytes);
    m_retryAt = {}; // somebody did something about it
}

bool Spool::mayWrite() const
{
    return !m_parent.isEmpty() && (!m_error || std::chrono::steady_clock::now() >= m_retryAt);
}

void Spool::enqueue(std::shared_ptr<ChunkEntry> entry)
{
    entry->queue();
    m_queue.push_back(std::move(entry));
    m_wake.notify_one();
}

void Spool::remove(std::shared_ptr<SegmentFile> segment)
{
    segment->seal();
    m_state->stats.diskBytes -= segment->size();
    m_removals.push_back(std::move(segment));
    m_wake.notify_one();
}

void Spool::recount()
{
    if (!std::exchange(m_recount, true))
        m_wake.notify_one();
}

void Spool::describe(const QByteArray &json)
{
    m_socks = json;
    m_describe = true;
    m_wake.notify_one();
}

void Spool::run(std::unique_lock<std::mutex> lock)
{
    while (true) {
        m_wake.wait(lock, [this] {
            return m_stop || m_recount || !m_queue.empty() || !m_removals.empty() || (m_describe && !m_folders.empty());
        });
        if (m_stop)
            return;
        if (!m_removals.empty()) {
            std::vector<std::shared_ptr<SegmentFile>> removals = std::exchange(m_removals, {});
            lock.unlock();
            for (const std::shared_ptr<SegmentFile> &segment : removals)
                segment->remove();
            removals.clear();
            lock.lock();
        }
        if (m_describe && !m_folders.empty()) {
            m_describe = false;
            const QByteArray json = m_socks;
            lock.unlock();
            m_folders.back()->writeSocks(json); // without it, messages come back without names
            lock.lock();
        }
        if (std::exchange(m_recount, false))
            writeCount(lock);
        if (!m_queue.empty())
            writeNext(lock);
    }
}

// A folder that cannot be made is said when a chunk must go there: until then nothing is missing but this count.
void Spool::writeCount(std::unique_lock<std::mutex> &lock)
{
    const QString parent = m_parent;
    const quint64 stored = m_state->stats.stored;
    if (parent.isEmpty() || (m_error && !mayWrite()))
        return;
    lock.unlock();
    if (m_count || !provideFolder(parent)) {
        if (!m_count && !m_folders.empty())
            m_count = RunFile::create(m_folders.back()->path());
        if (m_count)
            m_count->write(stored - qMin(stored, m_elsewhere));
    }
    lock.lock();
}

void Spool::writeNext(std::unique_lock<std::mutex> &lock)
{
    const std::shared_ptr<ChunkEntry> entry = m_queue.front();
    m_queue.pop_front();
    if (entry->hasLeft() || entry->place() != ChunkEntry::Place::Queued)
        return;
    if (m_parent.isEmpty()) { // the spool was turned off meanwhile
        m_queue.push_front(entry);
        giveBackQueue();
        return;
    }
    entry->beginWriting();
    std::shared_ptr<const Chunk> chunk = entry->chunk();
    const QString parent = m_parent;
    const qint64 segmentBytes = m_segmentBytes;
    std::optional<SockError> failed;
    bool isCounted = false;
    while (!failed && !isCounted) {
        lock.unlock();
        failed = provideSegment(parent, segmentBytes);
        lock.lock();
        if (!failed && !m_segment->isSealed()) { // else it was removed meanwhile
            ++m_segment->liveChunks;
            isCounted = true;
        }
    }
    ChunkPlace place;
    if (!failed) {
        lock.unlock();
        QByteArray scratch;
        place.segment = m_segment;
        place.offset = m_segment->size();
        failed = m_segment->append(ChunkFile::write(*chunk, m_run, scratch, place.header));
        lock.lock();
    }
    if (!failed) {
        m_state->stats.diskBytes += place.header.totalBytes();
        m_error.reset();
    }
    std::shared_ptr<const Chunk> freed;
    if (!failed && !entry->hasLeft() && entry->place() == ChunkEntry::Place::Writing) {
        freed = entry->settle(std::move(place));
    } else if (isCounted && --m_segment->liveChunks == 0) {
        remove(m_segment);
    }
    if (failed) {
        if (!entry->hasLeft() && entry->place() == ChunkEntry::Place::Writing)
            entry->returnToMemory();
        fail(*failed);
    }
    lock.unlock();
    chunk.reset();
    freed.reset();
    lock.lock();
}

std::optional<SockError> Spool::provideFolder(const QString &parent)
{
    const bool isGone = !m_folders.empty() && !m_folders.back()->exists();
    if (!m_folders.empty() && m_madeIn == parent && !isGone)
        return std::nullopt;
    SockError error;
    std::unique_ptr<SpoolFolder> made = SpoolFolder::create(parent, &error);
    if (!made)
        return error;
    m_count.reset();
    const std::scoped_lock lock(m_state->mutex);
    m_elsewhere = isGone ? 0 : m_state->stats.spooled;
    m_folders.push_back(std::move(made));
    m_madeIn = parent;
    m_describe = !m_socks.isEmpty();
    m_recount = true;
    return std::nullopt;
}

std::optional<SockError> Spool::provideSegment(const QString &folder, qint64 segmentBytes)
{
    // Another folder may have the room that this one has not.
    if (m_segment && !m_segment->isSealed() && m_segment->size() < segmentBytes && m_madeIn == folder)
        return std::nullopt;
    if (m_segment)
        m_segment->seal();
    if (const std::optional<SockError> failed = provideFolder(folder))
        return failed;
    SockError error;
    std::shared_ptr<SegmentFile> segment = SegmentFile::create(m_folders.back()->nextSegmentPath(), &error);
    if (!segment)
        return error;
    m_segment = std::move(segment);
    return std::nullopt;
}

void Spool::fail(const SockError &error)
{
    if (m_segment && m_segment->isDeleted()) { // a new one is begun; that it happened stays to be read
        if (!m_state->damage)
            m_state->damage = error;
    } else {
        m_error = error;
        m_retryAt = std::chrono::steady_clock::now() + retryAfter;
    }
    giveBackQueue();
}

void Spool::giveBackQueue()
{
    for (const std::shared_ptr<ChunkEntry> &entry : m_queue) {
        if (!entry->hasLeft() && entry->place() == ChunkEntry::Place::Queued)
            entry->returnToMemory();
    }
    m_queue.clear();
}

} // namespace SockScope
