#pragma once

#include <QtGlobal>

#include <array>
#include <bit>
#include <memory>
#include <vector>

namespace SockScope {

/*! The newest of a numbered series, found by number: each has its place, which a later one takes over.
 *  Path    inside TraceLog
 *  Shape   Item has a member no (quint64, from 1); numbers grow, and may leave gaps. Blocks of memory come as they are
 *          used
 *  Units   items; the capacity is a power of two
 *  Errors  a place that is taken over is counted
 *  Thread  one at a time
 *  Source  ring buffers; the number is the index, so that finding one costs no hash
 */
template <typename Item>
class NumberedRing
{
public:
    explicit NumberedRing(qsizetype capacity)
        : m_blocks(std::bit_ceil(static_cast<size_t>(qMax(capacity, qsizetype(blockItems)))) / blockItems)
    {
    }

    void put(const Item &item)
    {
        std::unique_ptr<Block> &block = m_blocks[item.no / blockItems & (m_blocks.size() - 1)];
        if (!block)
            block = std::make_unique<Block>();
        Item &place = (*block)[item.no % blockItems];
        if (place.no != 0)
            ++m_overwritten;
        else
            ++m_count;
        place = item;
        m_newest = qMax(m_newest, item.no);
    }
    /// Null when it was overwritten, or never was here.
    Item *find(quint64 no) const
    {
        Item *place = placeOf(no);
        return place && place->no == no ? place : nullptr;
    }
    /// Whether a later one has its place.
    bool isOverwritten(quint64 no) const
    {
        const Item *place = placeOf(no);
        return place && place->no > no;
    }
    quint64 newest() const { return m_newest; }
    quint64 overwritten() const { return m_overwritten; }
    qsizetype count() const { return m_count; }
    qsizetype capacity() const { return static_cast<qsizetype>(m_blocks.size() * blockItems); }

private:
    static constexpr size_t blockItems = 1024;
    using Block = std::array<Item, blockItems>;

    Item *placeOf(quint64 no) const
    {
        const std::unique_ptr<Block> &block = m_blocks[no / blockItems & (m_blocks.size() - 1)];
        return block && no != 0 ? &(*block)[no % blockItems] : nullptr;
    }

    std::vector<std::unique_ptr<Block>> m_blocks;
    quint64 m_newest = 0;
    quint64 m_overwritten = 0;
    qsizetype m_count = 0;
};

} // namespace SockScope
