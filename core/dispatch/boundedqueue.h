#pragma once

#include <QtGlobal>

#include <deque>
#include <optional>
#include <utility>

namespace SockScope {

struct QueueStats
{
    qsizetype depth = 0;
    qsizetype bytes = 0;
    qsizetype highWater = 0;
    qsizetype highWaterBytes = 0;
    qsizetype capacity = 0;
    qsizetype capacityBytes = 0;
    quint64 full = 0; ///< how often a push met a full queue
};

/*! A first-in first-out queue with a limit in items and in bytes.
 *  Path    between framing and codec (parseQueue), between hooks and dispatch (inQueue)
 *  Shape   push answers false when there is no place: the owner pauses, drops the newest or takes the oldest first.
 *          An item larger than the byte limit still enters an empty queue
 *  Units   items; bytes as the owner counts them
 *  Errors  none
 *  Thread  one thread
 *  Source  no limit, no merge
 */
template <typename Item>
class BoundedQueue
{
public:
    BoundedQueue(qsizetype capacity, qsizetype capacityBytes)
        : m_capacity(capacity)
        , m_capacityBytes(capacityBytes)
    {
    }

    bool hasPlace(qsizetype bytes) const
    {
        return m_items.empty() || (size() < m_capacity && m_bytes + bytes <= m_capacityBytes);
    }
    /// tally is what the owner wants summed over the queue beside the bytes that the limit counts.
    bool push(Item &&item, qsizetype bytes, qsizetype tally = 0)
    {
        if (!hasPlace(bytes)) {
            ++m_full;
            return false;
        }
        m_items.push_back({std::move(item), bytes, tally});
        m_bytes += bytes;
        m_tally += tally;
        m_highWater = qMax(m_highWater, size());
        m_highWaterBytes = qMax(m_highWaterBytes, m_bytes);
        return true;
    }
    /// What is queued beyond a lower limit stays.
    void setLimits(qsizetype capacity, qsizetype capacityBytes)
    {
        m_capacity = capacity;
        m_capacityBytes = capacityBytes;
    }
    /// A push that the owner did not even try.
    void countFull() { ++m_full; }
    std::optional<Item> pop()
    {
        if (m_items.empty())
            return std::nullopt;
        Entry &entry = m_items.front();
        std::optional<Item> item(std::move(entry.item));
        m_bytes -= entry.bytes;
        m_tally -= entry.tally;
        m_items.pop_front();
        return item;
    }
    const Item &front() const { return m_items.front().item; }
    bool isEmpty() const { return m_items.empty(); }
    qsizetype size() const { return static_cast<qsizetype>(m_items.size()); }
    qsizetype bytes() const { return m_bytes; }
    qsizetype tally() const { return m_tally; }
    QueueStats stats() const
    {
        return {size(), m_bytes, m_highWater, m_highWaterBytes, m_capacity, m_capacityBytes, m_full};
    }

private:
    struct Entry
    {
        Item item;
        qsizetype bytes;
        qsizetype tally;
    };

    std::deque<Entry> m_items;
    qsizetype m_capacity;
    qsizetype m_capacityBytes;
    qsizetype m_bytes = 0;
    qsizetype m_tally = 0;
    qsizetype m_highWater = 0;
    qsizetype m_highWaterBytes = 0;
    quint64 m_full = 0;
};

} // namespace SockScope
