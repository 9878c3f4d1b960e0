#pragma once

#include <QtGlobal>

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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

/// What a place of a BoundedQueue does with an item that has left it: gives up what it holds. A kind of item that is
/// dear to build gives an overload of its own.
template <typename Item>
void recycle(Item &item)
{
    item = Item();
}

/*! A first-in first-out queue with a limit in items and in bytes.
 *  Path    between framing and codec (parseQueue), between hooks and dispatch (inQueue)
 *  Shape   push answers false when there is no place: the owner pauses, drops the newest or takes the oldest first.
 *          An item larger than the byte limit still enters an empty queue. The places lie in blocks of 64 in a ring,
 *          never move and are used again: a message that passes costs no allocation
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
        return isEmpty() || (size() < m_capacity && m_bytes + bytes <= m_capacityBytes);
    }
    /// tally is what the owner wants summed over the queue beside the bytes that the limit counts.
    bool push(Item &&item, qsizetype bytes, qsizetype tally = 0)
    {
        if (!hasPlace(bytes)) {
            ++m_full;
            return false;
        }
        beginPush() = std::move(item);
        endPush(bytes, tally);
        return true;
    }
    /// The place behind the last item, for the owner to write it there; it is in the queue from endPush on, or given
    /// up by abandonPush. One at a time; items may leave meanwhile.
    Item &beginPush()
    {
        if (m_tail - m_recycled == m_blocks.size() * blockItems)
            grow();
        m_pushing = true;
        return entry(m_tail).item;
    }
    void endPush(qsizetype bytes, qsizetype tally = 0)
    {
        m_pushing = false;
        Entry &place = entry(m_tail++);
        place.bytes = bytes;
        place.tally = tally;
        m_bytes += bytes;
        m_tally += tally;
        m_highWater = qMax(m_highWater, size());
        m_highWaterBytes = qMax(m_highWaterBytes, m_bytes);
    }
    void abandonPush()
    {
        m_pushing = false;
        recycle(entry(m_tail).item);
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
        if (isEmpty())
            return std::nullopt;
        Entry &place = leave();
        std::optional<Item> item(std::move(place.item));
        recycle(place.item);
        if (!m_taken)
            recycled();
        return item;
    }
    /// Takes the front out of the queue and leaves it in its place until releaseTaken; one at a time. Other items may
    /// come and go meanwhile.
    Item &takeFront()
    {
        m_taken = &leave().item;
        return *m_taken;
    }
    void releaseTaken()
    {
        recycle(*m_taken);
        m_taken = nullptr;
        recycled();
    }
    const Item &front() const { return entry(m_head).item; }
    bool isEmpty() const { return m_head == m_tail; }
    qsizetype size() const { return static_cast<qsizetype>(m_tail - m_head); }
    qsizetype bytes() const { return m_bytes; }
    qsizetype tally() const { return m_tally; }
    qsizetype capacity() const { return m_capacity; }
    qsizetype capacityBytes() const { return m_capacityBytes; }
    QueueStats stats() const
    {
        return {size(), m_bytes, m_highWater, m_highWaterBytes, m_capacity, m_capacityBytes, m_full};
    }

private:
    struct Entry
    {
        Item item;
        qsizetype bytes = 0;
        qsizetype tally = 0;
    };
    static constexpr size_t blockItems = 64;
    static constexpr size_t keptBlocks = 16; ///< of an empty queue
    using Block = std::array<Entry, blockItems>;

    Entry &entry(size_t index) const
    {
        return (*m_blocks[index / blockItems & (m_blocks.size() - 1)])[index % blockItems];
    }
    Entry &leave()
    {
        Entry &place = entry(m_head++);
        m_bytes -= place.bytes;
        m_tally -= place.tally;
        return place;
    }
    void recycled()
    {
        m_recycled = m_head;
        if (!isEmpty() || m_pushing)
            return;
        m_head = m_tail = m_recycled = 0; // the first places are those that the processor still holds
        if (m_blocks.size() > keptBlocks) {
            m_blocks.clear();
            m_blocks.shrink_to_fit();
        }
    }
    /// A power of two of blocks, so that an index finds its block with a mask; the blocks in use keep their items.
    void grow()
    {
        const size_t before = m_blocks.size();
        std::vector<std::unique_ptr<Block>> larger(before ? before * 2 : 1);
        const size_t first = m_recycled / blockItems;
        for (size_t i = 0; i < before; ++i)
            larger[(first + i) & (larger.size() - 1)] = std::move(m_blocks[(first + i) & (before - 1)]);
        // The first block may be in use at both ends: what has wrapped around into it moves on to a new one.
        for (auto &block : larger) {
            if (!block)
                block = std::make_unique<Block>();
        }
        if (before && m_recycled % blockItems != 0) {
            Block &from = *larger[first & (larger.size() - 1)];
            Block &to = *larger[(first + before) & (larger.size() - 1)];
            for (size_t i = 0; i < m_tail % blockItems; ++i)
                to[i] = std::move(from[i]);
        }
        m_blocks = std::move(larger);
    }

    std::vector<std::unique_ptr<Block>> m_blocks;
    size_t m_head = 0;     // the front
    size_t m_tail = 0;     // the next free place
    size_t m_recycled = 0; // behind m_head while the front is taken
    Item *m_taken = nullptr;
    bool m_pushing = false;
    qsizetype m_capacity;
    qsizetype m_capacityBytes;
    qsizetype m_bytes = 0;
    qsizetype m_tally = 0;
    qsizetype m_highWater = 0;
    qsizetype m_highWaterBytes = 0;
    quint64 m_full = 0;
};

} // namespace SockScope
