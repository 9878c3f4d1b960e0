#include "ui/models/scriptlogmodel.h"

#include <algorithm>

namespace SockScope {

int ScriptLogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

QVariant ScriptLogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ScriptLine &line = m_lines[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return line.text;
    case ErrorRole:
        return line.isError;
    case LineRole:
        return line.line;
    case ColumnRole:
        return line.column;
    default:
        return {};
    }
}

void ScriptLogModel::append(const QList<ScriptLine> &lines)
{
    const qsizetype skipped = std::max<qsizetype>(0, lines.size() - maximumRows);
    const qsizetype added = lines.size() - skipped;
    if (added == 0)
        return;
    const qsizetype leaving = std::max<qsizetype>(0, rowCount() + added - maximumRows);
    if (leaving > 0) {
        beginRemoveRows({}, 0, static_cast<int>(leaving) - 1);
        m_lines.erase(m_lines.begin(), m_lines.begin() + leaving);
        endRemoveRows();
    }
    m_dropped += static_cast<quint64>(leaving + skipped);
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(added) - 1);
    m_lines.insert(m_lines.end(), lines.begin() + skipped, lines.end());
    endInsertRows();
}

void ScriptLogModel::clear()
{
    beginResetModel();
    m_lines.clear();
    m_dropped = 0;
    endResetModel();
}

} // namespace SockScope
