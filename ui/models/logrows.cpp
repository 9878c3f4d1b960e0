#include "ui/models/logrows.h"

#include <algorithm>
#include <utility>

namespace SockScope {

quint64 LogRows::noOf(qint64 row) const
{
    const qint64 ordinal = m_begin + row;
    const auto after = std::upper_bound(m_blocks.begin(), m_blocks.end(), ordinal,
                                        [](qint64 wanted, const Block &block) { return wanted < block.ordinal; });
    const Block &block = *std::prev(after);
    return block.hits.firstNo + block.hits.offsets[static_cast<size_t>(ordinal - block.ordinal)];
}

qint64 LogRows::rowAtOrAfter(quint64 no) const
{
    const auto found = std::lower_bound(m_blocks.begin(), m_blocks.end(), no,
                                        [](const Block &block, quint64 wanted) { return block.lastNo() < wanted; });
    if (found == m_blocks.end())
        return count();
    const quint64 first = found->hits.firstNo;
    const std::vector<quint16> &offsets = found->hits.offsets;
    const quint64 wanted = no > first ? no - first : 0;
    const auto at = std::lower_bound(offsets.begin(), offsets.end(), wanted);
    return qMax<qint64>(0, found->ordinal + (at - offsets.begin()) - m_begin);
}

void LogRows::prepend(LogHits &&hits)
{
    if (hits.offsets.empty())
        return;
    if (!m_blocks.empty()) {
        Block &front = m_blocks.front();
        if (m_begin > front.ordinal) { // of a block that was cut, only the rest counts
            auto &offsets = front.hits.offsets;
            offsets.erase(offsets.begin(), offsets.begin() + (m_begin - front.ordinal));
            front.ordinal = m_begin;
        }
        Q_ASSERT(hits.firstNo + hits.offsets.back() < front.hits.firstNo + front.hits.offsets.front());
    }
    m_begin -= static_cast<qint64>(hits.offsets.size());
    m_blocks.push_front(Block{m_begin, std::move(hits)});
}

void LogRows::append(LogHits &&hits)
{
    if (hits.offsets.empty())
        return;
    Q_ASSERT(m_blocks.empty() || m_blocks.back().lastNo() < hits.firstNo + hits.offsets.front());
    const qint64 ordinal = m_end;
    m_end += static_cast<qint64>(hits.offsets.size());
    // What comes a few at a time into one chunk stays one block.
    if (!m_blocks.empty() && m_blocks.back().hits.firstNo == hits.firstNo) {
        auto &offsets = m_blocks.back().hits.offsets;
        offsets.insert(offsets.end(), hits.offsets.begin(), hits.offsets.end());
        return;
    }
    m_blocks.push_back(Block{ordinal, std::move(hits)});
}

qint64 LogRows::removeBefore(quint64 no)
{
    const qint64 removed = rowAtOrAfter(no);
    m_begin += removed;
    while (!m_blocks.empty() &&
           m_blocks.front().ordinal + static_cast<qint64>(m_blocks.front().hits.offsets.size()) <= m_begin)
        m_blocks.pop_front();
    return removed;
}

void LogRows::clear()
{
    m_blocks.clear();
    m_begin = m_end = 0;
}

qsizetype LogRows::memoryBytes() const
{
    qsizetype bytes = static_cast<qsizetype>(m_blocks.size() * sizeof(Block));
    for (const Block &block : m_blocks)
        bytes += static_cast<qsizetype>(block.hits.offsets.capacity() * sizeof(quint16));
    return bytes;
}

} // namespace SockScope
