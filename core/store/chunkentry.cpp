#include "core/store/chunkentry.h"

#include <utility>

namespace SockScope {

ChunkEntry::ChunkEntry(std::shared_ptr<StoreState> state, std::shared_ptr<Chunk> chunk)
    : m_state(std::move(state))
    , m_firstNo(chunk->firstNo())
    , m_count(0)
    , m_place(Place::Open)
    , m_chunk(std::move(chunk))
{
}

ChunkEntry::ChunkEntry(std::shared_ptr<StoreState> state, ChunkPlace place)
    : m_state(std::move(state))
    , m_firstNo(place.header.firstNo)
    , m_count(place.header.kept)
    , m_place(Place::Spooled)
    , m_on(std::move(place))
{
    ++m_on.segment->liveChunks;
    m_state->stats.appended += live();
    m_state->stats.stored += live();
    m_state->stats.spooled += live();
}

ChunkEntry::ChunkEntry(std::shared_ptr<StoreState> state, quint64 firstNo, int count, const SockError &why)
    : m_state(std::move(state))
    , m_firstNo(firstNo)
    , m_count(count)
    , m_place(Place::Lost)
    , m_loss(Loss::Unreadable)
    , m_error(why)
{
    m_state->stats.appended += live();
    m_state->stats.droppedUnreadable += live();
    m_state->stats.lostRows += live();
}

bool ChunkEntry::isSpooled() const
{
    const std::scoped_lock lock(m_state->mutex);
    return m_place == Place::Spooled;
}

std::optional<SockError> ChunkEntry::error() const
{
    const std::scoped_lock lock(m_state->mutex);
    return m_error;
}

std::shared_ptr<const Chunk> ChunkEntry::load(Parts parts) const
{
    std::shared_ptr<const Chunk> known;
    ChunkPlace on;
    {
        const std::scoped_lock lock(m_state->mutex);
        if (m_chunk || m_place == Place::Lost)
            return m_chunk;
        known = m_whole.lock();
        if (!known && parts == Parts::Columns)
            known = m_columns.lock();
        if (!known)
            on = m_on;
    }
    if (known) {
        m_state->cache.touch(known);
        return known;
    }
    SockError why;
    known = ChunkFile::read(*on.segment, on.offset, on.header, parts, on.sockIds.get(), &why);
    if (known)
        m_state->cache.touch(known);
    const std::scoped_lock lock(m_state->mutex);
    if (known)
        (parts == Parts::All ? m_whole : m_columns) = known;
    else if (m_place != Place::Lost)
        lose(Loss::Unreadable, why);
    return known;
}

void ChunkEntry::grow(int messages)
{
    m_count.fetch_add(messages, std::memory_order_release);
    m_state->stats.appended += static_cast<quint64>(messages);
    m_state->stats.stored += static_cast<quint64>(messages);
}

void ChunkEntry::close()
{
    m_place = Place::Memory;
    m_memoryBytes = m_chunk->memoryBytes();
    m_state->stats.memoryBytes += m_memoryBytes;
}

void ChunkEntry::queue()
{
    m_place = Place::Queued;
    m_state->stats.inFlightBytes += m_memoryBytes;
}

void ChunkEntry::beginWriting()
{
    m_place = Place::Writing;
}

void ChunkEntry::returnToMemory()
{
    m_place = Place::Memory;
    m_state->stats.inFlightBytes -= m_memoryBytes;
}

std::shared_ptr<const Chunk> ChunkEntry::settle(ChunkPlace place)
{
    uncountMemory();
    m_place = Place::Spooled;
    m_on = std::move(place);
    m_state->stats.spooled += live();
    return std::exchange(m_chunk, nullptr);
}

std::shared_ptr<const Chunk> ChunkEntry::lose(Loss loss, const SockError &why) const
{
    StoreStats &stats = m_state->stats;
    const quint64 messages = live();
    stats.stored -= messages;
    stats.lostRows += messages;
    if (m_place == Place::Spooled)
        stats.spooled -= messages;
    stats.*(loss == Loss::Oldest     ? &StoreStats::droppedOldest
            : loss == Loss::SlowDisk ? &StoreStats::droppedSlowDisk
                                     : &StoreStats::droppedUnreadable) += messages;
    if (loss == Loss::Unreadable && !m_state->damage)
        m_state->damage = why;
    uncountMemory();
    m_place = Place::Lost;
    m_loss = loss;
    m_error = why;
    return std::exchange(m_chunk, nullptr);
}

std::shared_ptr<SegmentFile> ChunkEntry::leave(quint64 no, quint64 StoreStats::*counter)
{
    StoreStats &stats = m_state->stats;
    const auto left = static_cast<int>(qMin(no, endNo()) - m_firstNo);
    const auto messages = static_cast<quint64>(left - m_left);
    m_left = left;
    if (m_place == Place::Lost) {
        stats.lostRows -= messages; // counted when they were lost
    } else {
        stats.stored -= messages;
        stats.*counter += messages;
        if (m_place == Place::Spooled)
            stats.spooled -= messages;
    }
    if (left < count())
        return nullptr;
    uncountMemory();
    const std::shared_ptr<SegmentFile> &segment = m_on.segment;
    return segment && --segment->liveChunks == 0 ? segment : nullptr;
}

void ChunkEntry::uncountMemory() const
{
    if (m_place == Place::Memory || m_place == Place::Queued || m_place == Place::Writing)
        m_state->stats.memoryBytes -= m_memoryBytes;
    if (m_place == Place::Queued || m_place == Place::Writing)
        m_state->stats.inFlightBytes -= m_memoryBytes;
    m_memoryBytes = 0;
}

} // namespace SockScope
