#include <QThreadPool>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/store/chunkentry.h"
#include "core/store/chunksupply.h"
#include "core/store/messagestore.h"
#include "core/store/segmentwalk.h"
#include "core/store/sockdescriptions.h"
#include "core/store/spool.h"
#include "core/store/spoolerrors.h"

// The half of MessageStore that keeps budgets: what goes to the disk, what leaves, what comes back after a crash.

namespace SockScope {

namespace {

SockError lossOf(ChunkEntry::Loss loss)
{
    SockError error;
    error.stage = Stage::Tap;
    error.code = SockError::Code::LimitReached;
    if (loss == ChunkEntry::Loss::SlowDisk) {
        error.what = QStringLiteral("dropped: the disk did not keep up with the messages");
        error.remedy = QStringLiteral("choose a faster disk for the spool, or a larger memory budget");
    } else {
        error.what = QStringLiteral("dropped: memory was full and the spool had failed");
        error.remedy = QStringLiteral("see what the status bar says of the spool");
    }
    return error;
}

SockError refusal(const QString &what, const QString &remedy)
{
    SockError error;
    error.stage = Stage::Tap;
    error.code = SockError::Code::WrongState;
    error.what = what;
    error.remedy = remedy;
    return error;
}

// To give back hundreds of MiB takes longer than a frame.
void freeElsewhere(std::vector<std::shared_ptr<ChunkEntry>> &&freed)
{
    constexpr size_t many = 16;
    if (freed.size() > many)
        QThreadPool::globalInstance()->start([kept = std::move(freed)] {});
}

} // namespace

qsizetype MessageStore::openBytes() const
{
    return m_open ? m_open->memoryBytes() : 0;
}

// What is read back from the disk and what waits to be the next chunk need room too, and take it between two appends.
qsizetype MessageStore::reservedBytes() const
{
    const qsizetype cached = m_state->cache.memoryBytes();
    return (spools() ? qMax(cached, m_state->cache.limitBytes()) : cached) + m_supply->memoryBytes();
}

// The open chunk will be as large as the last one before anybody looks again.
qsizetype MessageStore::expectedOpenBytes() const
{
    const qsizetype last = m_chunks.size() > 1 ? (*std::prev(m_chunks.end(), 2))->memoryBytes() : 0;
    return qMax(openBytes(), qMax(last, arenaBytes() + 12 * Pages::roundUp(1)));
}

Spool &MessageStore::spool()
{
    if (!m_spool)
        m_spool = std::make_unique<Spool>(m_state, m_limits.spoolFolder, m_limits.diskBytes);
    return *m_spool;
}

// Hands the oldest chunks that are over the memory budget to the spool.
void MessageStore::spoolOver()
{
    if (!spools())
        return;
    std::vector<std::shared_ptr<const Chunk>> freed; // after the lock
    const std::scoped_lock lock(m_state->mutex);
    qsizetype over = m_state->stats.memoryBytes - m_state->stats.inFlightBytes + expectedOpenBytes() + reservedBytes() -
                     m_limits.memoryBytes;
    if (over <= 0)
        return;
    if (std::exchange(m_socksChanged, false))
        spool().describe(m_socks->toJson());
    if (spool().mayWrite()) {
        for (const std::shared_ptr<ChunkEntry> &entry : m_chunks) {
            if (over <= 0)
                break;
            if (entry->place() != ChunkEntry::Place::Memory)
                continue;
            over -= entry->memoryBytes();
            spool().enqueue(entry);
        }
    }
    loseOver(freed);
}

// What waits for a disk that is too slow may be so much. When the disk has failed, chunks in memory behind those that
// are spooled cannot leave the store before them, and so are lost in their place.
void MessageStore::loseOver(std::vector<std::shared_ptr<const Chunk>> &freed)
{
    const bool failed = !m_spool->mayWrite();
    if (failed && m_chunks.front()->isInMemory())
        return; // toDrop() lets them go in order
    const ChunkEntry::Loss loss = failed ? ChunkEntry::Loss::Oldest : ChunkEntry::Loss::SlowDisk;
    qsizetype over = m_state->stats.memoryBytes + expectedOpenBytes() + reservedBytes() - m_limits.memoryBytes -
                     (failed ? 0 : m_limits.inFlightBytes);
    for (const std::shared_ptr<ChunkEntry> &entry : m_chunks) {
        if (over <= 0)
            break;
        if (entry->place() == ChunkEntry::Place::Queued || entry->place() == ChunkEntry::Place::Memory) {
            over -= entry->memoryBytes();
            freed.push_back(entry->lose(loss, lossOf(loss)));
        }
    }
}

quint64 MessageStore::toDrop() const
{
    const std::scoped_lock lock(m_state->mutex);
    const bool maySpool = spools() && (!m_spool || m_spool->mayWrite());
    const qsizetype allowed = m_limits.memoryBytes + (maySpool ? m_limits.inFlightBytes : 0);
    qsizetype memory = m_state->stats.memoryBytes + reservedBytes() + (maySpool ? openBytes() : expectedOpenBytes());
    qsizetype disk = m_state->stats.diskBytes;
    quint64 lostRows = m_state->stats.lostRows;
    const SegmentFile *segment = nullptr;
    int segmentLive = 0;
    quint64 no = m_firstNo;
    for (const std::shared_ptr<ChunkEntry> &entry : m_chunks) {
        const bool isLost = entry->place() == ChunkEntry::Place::Lost;
        const bool isUseless = isLost && entry->loss() != ChunkEntry::Loss::Unreadable;
        // Without a spool those on the disk are in the way of those in memory, and are the oldest.
        const bool isOver = (memory > allowed && (entry->isInMemory() || !spools())) || disk > m_limits.diskBytes ||
                            lostRows > maximumLostRows;
        if ((!isUseless && !isOver) || entry->endNo() == m_endNo)
            break;
        memory -= entry->memoryBytes();
        if (isLost)
            lostRows -= static_cast<quint64>(entry->count());
        if (entry->segment()) {
            if (segment != entry->segment()) {
                segment = entry->segment();
                segmentLive = segment->liveChunks;
            }
            if (--segmentLive == 0)
                disk -= segment->size();
        }
        no = entry->endNo();
    }
    return no;
}

void MessageStore::letGo(quint64 no, quint64 StoreStats::*counter, std::vector<std::shared_ptr<ChunkEntry>> &freed)
{
    m_atHand.reset();
    while (!m_chunks.empty() && m_chunks.front()->firstNo() < no) {
        ChunkEntry &entry = *m_chunks.front();
        const bool whole = entry.endNo() <= no;
        if (std::shared_ptr<SegmentFile> segment = entry.leave(no, counter))
            spool().remove(std::move(segment));
        if (!whole)
            break;
        if (m_chunks.size() == 1)
            m_open.reset();
        freed.push_back(std::move(m_chunks.front()));
        m_chunks.pop_front();
    }
    m_firstNo = no;
    if (m_spool)
        m_spool->recount();
}

void MessageStore::recount()
{
    if (spools())
        spool().recount();
}

void MessageStore::keepSpool(bool keep)
{
    const std::scoped_lock lock(m_state->mutex);
    if (m_spool)
        m_spool->keep(keep);
}

void MessageStore::lookForDeletedFiles()
{
    const std::scoped_lock lock(m_state->mutex);
    const SegmentFile *looked = nullptr;
    for (const std::shared_ptr<ChunkEntry> &entry : m_chunks) {
        const SegmentFile *segment = entry->segment();
        if (m_state->damage)
            return;
        if (!segment || segment == looked)
            continue;
        looked = segment;
        if (segment->isDeleted())
            m_state->damage = SpoolErrors::deleted(segment->path());
    }
}

void MessageStore::dropBefore(quint64 no)
{
    std::vector<std::shared_ptr<ChunkEntry>> freed;
    {
        const std::scoped_lock lock(m_state->mutex);
        letGo(std::clamp(no, m_firstNo, m_endNo), &StoreStats::droppedOldest, freed);
    }
    freeElsewhere(std::move(freed));
}

void MessageStore::clear()
{
    std::vector<std::shared_ptr<ChunkEntry>> freed;
    {
        const std::scoped_lock lock(m_state->mutex);
        letGo(m_endNo, &StoreStats::cleared, freed);
        m_state->damage.reset();
    }
    m_state->cache.clear();
    freeElsewhere(std::move(freed));
}

void MessageStore::setLimits(const StoreLimits &limits)
{
    {
        const std::scoped_lock lock(m_state->mutex);
        m_limits = limits;
        m_state->cache.setLimit(limits.memoryBytes / 16);
        if (m_spool)
            m_spool->setLimits(limits.spoolFolder, limits.diskBytes);
        if (m_open && m_open->arenaCapacity() > arenaBytes())
            closeOpen(); // or it would never leave a small store
    }
    spoolOver();
}

RecoveryReport MessageStore::adopt(const QString &path)
{
    RecoveryReport report;
    if (m_firstNo != m_endNo) {
        report.error = refusal(QStringLiteral("the log has messages"), QStringLiteral("clear it, and try again"));
        return report;
    }
    SockError error;
    std::unique_ptr<SpoolFolder> folder = SpoolFolder::adopt(path, &error);
    if (!folder) {
        report.error = error;
        return report;
    }
    SegmentWalk walk(path, SegmentWalk::Look::Tails);
    report.lostMessages = walk.lostMessages();
    report.lostBytes = walk.lostBytes();
    const std::optional<quint64> had = RunFile::read(path);
    if (walk.places().empty()) {
        report.error = walk.error().value_or(
            refusal(QStringLiteral("the spool %1 has no message").arg(path), QStringLiteral("discard it")));
        return report;
    }
    SockDescriptions socks = SockDescriptions::fromJson(SpoolFolder::readSocks(path));
    const std::map<quint32, ChunkFile::SockIds> idsOfRuns = socks.renumber();
    std::map<quint32, std::shared_ptr<const ChunkFile::SockIds>> ids;
    for (quint32 run = 0; const ChunkPlace &place : walk.places()) {
        run = place.header.run;
        if (!ids.contains(run)) {
            const auto found = idsOfRuns.find(run);
            ids[run] = std::make_shared<const ChunkFile::SockIds>(found == idsOfRuns.end() ? ChunkFile::SockIds()
                                                                                           : found->second);
        }
    }
    report.socks = socks.all();

    auto next = std::make_unique<Spool>(m_state, m_limits.spoolFolder, m_limits.diskBytes);
    next->adopt(std::move(folder), walk.lastRun() + 1);
    socks.take(*m_socks, m_spool ? m_spool->run() : 1, next->run());
    next.swap(m_spool); // an earlier one has only what was cleared
    next.reset();
    const std::scoped_lock lock(m_state->mutex);
    m_firstNo = m_endNo = walk.places().front().header.firstNo;
    const SegmentFile *segment = nullptr;
    for (ChunkPlace &place : walk.places()) {
        if (const quint64 gap = place.header.firstNo - m_endNo; gap > 0) { // dropped before, or damaged
            const SockError why = walk.error().value_or(lossOf(ChunkEntry::Loss::SlowDisk));
            if (gap > maximumLostRows) { // no number of ours
                report.lostMessages += static_cast<quint64>(place.header.kept);
                continue;
            }
            m_chunks.push_back(std::make_shared<ChunkEntry>(m_state, m_endNo, static_cast<int>(gap), why));
        }
        if (segment != place.segment.get())
            m_state->stats.diskBytes += place.segment->size();
        segment = place.segment.get();
        place.sockIds = ids[place.header.run];
        report.recoveredMessages += static_cast<quint64>(place.header.kept);
        m_endNo = place.header.endNo();
        m_chunks.push_back(std::make_shared<ChunkEntry>(m_state, std::move(place)));
    }
    if (had)
        report.lostInMemory = *had - qMin(*had, report.recoveredMessages + report.lostMessages);
    report.recoveredBytes = walk.bytes() - walk.lostBytes();
    *m_socks = std::move(socks);
    m_socksChanged = true;
    return report;
}

} // namespace SockScope
