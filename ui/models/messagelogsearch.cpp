#include "ui/models/messagelogmodel.h"

#include "ui/models/roles.h"

// The part of MessageLogModel that marks and finds rows.

namespace SockScope {

void MessageLogModel::setMarked(int row, bool marked)
{
    const quint64 no = noOfRow(row);
    if (no == 0 || marked == m_marks.contains(no))
        return;
    if (marked)
        m_marks.insert(no);
    else
        m_marks.erase(no);
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1), {IsMarkedRole});
    Q_EMIT marksChanged();
}

bool MessageLogModel::isMarked(int row) const
{
    return m_marks.contains(noOfRow(row));
}

void MessageLogModel::clearMarks()
{
    if (m_marks.empty())
        return;
    m_marks.clear();
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1), {IsMarkedRole});
    Q_EMIT marksChanged();
}

// Marks of messages that the filter hides have no row and are passed over.
int MessageLogModel::nextMark(int row) const
{
    const auto start = row < 0 ? m_marks.begin() : m_marks.upper_bound(noOfRow(row));
    for (auto it = start; it != m_marks.end(); ++it) {
        if (const int found = rowOfNo(*it); found >= 0)
            return found;
    }
    for (auto it = m_marks.begin(); it != start; ++it) {
        if (const int found = rowOfNo(*it); found >= 0)
            return found;
    }
    return -1;
}

int MessageLogModel::previousMark(int row) const
{
    const auto start = row < 0 ? m_marks.end() : m_marks.lower_bound(noOfRow(row));
    for (auto it = start; it != m_marks.begin();) {
        if (const int found = rowOfNo(*--it); found >= 0)
            return found;
    }
    for (auto it = m_marks.end(); it != start;) {
        if (const int found = rowOfNo(*--it); found >= 0)
            return found;
    }
    return -1;
}

MessageLogModel::FindResult MessageLogModel::find(const FindPattern &pattern, int fromRow, Search search, bool wrap,
                                                  int budgetMs) const
{
    const int rows = rowCount();
    const bool forward = search == Search::Forward;
    FindResult start;
    start.complete = false;
    // a step before the first row to look at
    start.resumeRow = fromRow >= 0 && fromRow < rows ? fromRow : forward ? -1 : rows;
    start.rowsLeft = wrap ? rows : forward ? rows - 1 - start.resumeRow : start.resumeRow;
    return findOn(pattern, start, search, wrap, budgetMs);
}

MessageLogModel::FindResult MessageLogModel::findOn(const FindPattern &pattern, const FindResult &last, Search search,
                                                    bool wrap, int budgetMs) const
{
    const int rows = rowCount();
    FindResult result = last;
    result.row = -1;
    result.complete = true;
    if (pattern.isEmpty() || rows == 0)
        return result;
    QElapsedTimer timer;
    timer.start();
    int row = qBound(-1, last.resumeRow, rows);
    for (int left = qMin(last.rowsLeft, rows); left > 0; --left) {
        if (budgetMs > 0 && (left & 15) == 0 && timer.elapsed() >= budgetMs) {
            result.complete = false;
            result.resumeRow = row;
            result.rowsLeft = left;
            return result;
        }
        row += search == Search::Forward ? 1 : -1;
        if (row < 0 || row >= rows) {
            if (!wrap)
                return result;
            row = row < 0 ? rows - 1 : 0;
            result.wrapped = true;
        }
        if (pattern.matches(message(row), *m_directory)) {
            result.row = row;
            return result;
        }
    }
    return result;
}

int MessageLogModel::findNext(const FindPattern &pattern, int fromRow, bool wrap) const
{
    return find(pattern, fromRow, Search::Forward, wrap).row;
}

int MessageLogModel::findPrevious(const FindPattern &pattern, int fromRow, bool wrap) const
{
    return find(pattern, fromRow, Search::Backward, wrap).row;
}

} // namespace SockScope
