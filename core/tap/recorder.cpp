#include "core/tap/recorder.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace SockScope {

Recorder::Recorder(RecorderLimits limits)
    : m_limits(limits)
{
}

void Recorder::submit(std::vector<Record> &&batch)
{
    std::vector<Record> taken = std::move(batch); // what does not fit is freed after the lock
    if (taken.empty())
        return;
    std::vector<qsizetype> sizes;
    sizes.reserve(taken.size());
    for (const Record &record : taken)
        sizes.push_back(record.memoryBytes());

    const std::scoped_lock lock(m_mutex);
    size_t fitting = 0;
    const auto waiting = static_cast<qsizetype>(m_inbox.size());
    for (; fitting < taken.size(); ++fitting) {
        const qsizetype after = waiting + static_cast<qsizetype>(fitting);
        if (after >= m_limits.inboxRecords || (after > 0 && m_inboxBytes + sizes[fitting] > m_limits.inboxBytes))
            break; // one record alone may be larger than the limit, or it would never come in
        m_inboxBytes += sizes[fitting];
    }
    m_stats.lostInbox += taken.size() - fitting;
    if (m_inbox.empty() && fitting == taken.size())
        m_inbox.swap(taken);
    else
        std::move(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(fitting), std::back_inserter(m_inbox));
}

RecorderStats Recorder::stats() const
{
    const std::scoped_lock lock(m_mutex);
    RecorderStats stats = m_stats;
    stats.waiting = static_cast<qsizetype>(m_inbox.size());
    return stats;
}

std::vector<Record> Recorder::takeInbox(qsizetype maximum)
{
    std::vector<Record> taken;
    if (maximum <= 0)
        return taken;
    const std::scoped_lock lock(m_mutex);
    if (static_cast<qsizetype>(m_inbox.size()) <= maximum) {
        taken.swap(m_inbox);
        m_inboxBytes = 0;
        return taken;
    }
    const auto end = m_inbox.begin() + static_cast<std::ptrdiff_t>(maximum);
    taken.assign(std::make_move_iterator(m_inbox.begin()), std::make_move_iterator(end));
    m_inbox.erase(m_inbox.begin(), end);
    for (const Record &record : taken)
        m_inboxBytes -= record.memoryBytes();
    return taken;
}

qsizetype Recorder::evictionsFor(const std::vector<Record> &batch) const
{
    qsizetype bytes = m_stats.bytes; // only the owner writes it
    for (const Record &record : batch)
        bytes += record.memoryBytes();
    const size_t total = m_store.size() + batch.size();
    const qsizetype tooMany = static_cast<qsizetype>(total) - m_limits.maximumRecords;
    size_t count = 0;
    while (count < total && (static_cast<qsizetype>(count) < tooMany || bytes > m_limits.maximumBytes)) {
        bytes -= (count < m_store.size() ? m_store[count] : batch[count - m_store.size()]).memoryBytes();
        ++count;
    }
    return static_cast<qsizetype>(count);
}

qsizetype Recorder::evict(qsizetype count)
{
    count = qBound(qsizetype(0), count, static_cast<qsizetype>(m_store.size()));
    const auto end = m_store.begin() + static_cast<std::ptrdiff_t>(count);
    qsizetype bytes = 0;
    for (auto it = m_store.begin(); it != end; ++it)
        bytes += it->memoryBytes();
    m_store.erase(m_store.begin(), end);
    m_firstNo += static_cast<quint64>(count);

    const std::scoped_lock lock(m_mutex);
    m_stats.droppedOldest += static_cast<quint64>(count);
    m_stats.stored -= count;
    m_stats.bytes -= bytes;
    return count;
}

void Recorder::append(std::vector<Record> &&batch)
{
    std::vector<Record> taken = std::move(batch);
    // The owner should have evicted before; the limits hold even if it did not.
    const qsizetype evictions = evictionsFor(taken);
    const auto skipped = static_cast<size_t>(evictions - evict(evictions));
    m_firstNo += skipped; // the store is empty when a record of the batch is skipped

    qsizetype bytes = 0;
    for (size_t i = skipped; i < taken.size(); ++i) {
        taken[i].no = endNo();
        bytes += taken[i].memoryBytes();
        m_store.push_back(std::move(taken[i]));
    }
    const std::scoped_lock lock(m_mutex);
    m_stats.captured += taken.size();
    m_stats.droppedOldest += skipped;
    m_stats.stored += static_cast<qsizetype>(taken.size() - skipped);
    m_stats.bytes += bytes;
}

void Recorder::clear()
{
    m_firstNo = endNo();
    m_store.clear();

    const std::scoped_lock lock(m_mutex);
    m_stats.cleared += static_cast<quint64>(m_stats.stored);
    m_stats.stored = 0;
    m_stats.bytes = 0;
}

void Recorder::setLimits(const RecorderLimits &limits)
{
    const std::scoped_lock lock(m_mutex);
    m_limits = limits;
}

} // namespace SockScope
