#pragma once

#include <QtGlobal>

#include <deque>
#include <vector>

namespace SockScope {

/// The messages of a part of a chunk that passed a filter: firstNo + offset, ascending.
struct LogHits
{
    quint64 firstNo = 0;
    std::vector<quint16> offsets;
};

/*! The rows of a filtered log: which message stands in which row, and the other way round.
 *  Path    FilterRunner → [this] → MessageLogModel
 *  Shape   blocks of hits in the order of their numbers; each knows how many rows lie before it, counted from a place
 *          that moves, so that rows come and go at either end without touching the others
 *  Units   rows from 0; two bytes a row
 *  Errors  none; hits in a wrong order are an error of the caller (asserted)
 *  Thread  a value
 *  Source  none
 */
class LogRows
{
public:
    qint64 count() const { return m_end - m_begin; }
    /// row from 0 to count() - 1.
    quint64 noOf(qint64 row) const;
    /// The first row whose number is not below no; count() when there is none.
    qint64 rowAtOrAfter(quint64 no) const;

    /// In front of all rows: the numbers must be below those that are here.
    void prepend(LogHits &&hits);
    void append(LogHits &&hits);
    /// Forgets the rows with numbers below no; answers how many.
    qint64 removeBefore(quint64 no);
    void clear();
    qsizetype memoryBytes() const;

private:
    struct Block
    {
        qint64 ordinal = 0; // of its first hit
        LogHits hits;
        quint64 lastNo() const { return hits.firstNo + hits.offsets.back(); }
    };

    std::deque<Block> m_blocks;
    qint64 m_begin = 0; // ordinal of row 0; lies within the first block
    qint64 m_end = 0;
};

} // namespace SockScope
