#include "ui/models/slowcallmodel.h"

#include <algorithm>

#include "ui/models/format.h"
#include "ui/models/roles.h"

namespace SockScope {

int SlowCallModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_slow.calls.size());
}

int SlowCallModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

void SlowCallModel::set(quint32 sockId, const SlowCalls &slow)
{
    if (sockId != m_sockId) {
        beginResetModel();
        m_sockId = sockId;
        m_slow = slow;
        endResetModel();
        return;
    }
    // Both lists are in one order, and short: what is gone leaves, what is new comes in its place.
    const auto has = [](const std::vector<SlowCall> &calls, const SlowCall &call) {
        return std::find(calls.begin(), calls.end(), call) != calls.end();
    };
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (has(slow.calls, m_slow.calls[static_cast<size_t>(row)]))
            continue;
        beginRemoveRows({}, row, row);
        m_slow.calls.erase(m_slow.calls.begin() + row);
        endRemoveRows();
    }
    for (size_t i = 0; i < slow.calls.size(); ++i) {
        if (i < m_slow.calls.size() && m_slow.calls[i] == slow.calls[i])
            continue;
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(i));
        m_slow.calls.insert(m_slow.calls.begin() + static_cast<std::ptrdiff_t>(i), slow.calls[i]);
        endInsertRows();
    }
    m_slow.traced = slow.traced;
}

QVariant SlowCallModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const SlowCall &call = m_slow.calls[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case TimeColumn:
            return Format::clockTime(call.wallUs);
        case RanColumn:
            return Format::duration(call.ranNs);
        case WaitColumn:
            return Format::duration(call.waitNs);
        case ResultColumn:
            return call.failed ? tr("failed") : tr("returned");
        default:
            return {};
        }
    case Qt::ToolTipRole:
        return index.column() == TimeColumn ? QVariant(Format::dateTime(call.wallUs)) : QVariant();
    case SortRole:
        return index.column() == TimeColumn   ? QVariant(call.wallUs)
               : index.column() == RanColumn  ? QVariant(call.ranNs)
               : index.column() == WaitColumn ? QVariant(call.waitNs)
                                              : QVariant(call.failed);
    case NumericRole:
        return headerData(index.column(), Qt::Horizontal, NumericRole);
    case LevelRole:
        return static_cast<int>(call.failed ? Level::Error : Level::Good);
    case SockIdRole:
        return m_sockId;
    case SequenceRole:
        return call.sequence;
    default:
        return {};
    }
}

QVariant SlowCallModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section == RanColumn || section == WaitColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Began"), tr("Ran"), tr("Waited"), tr("Result")};
    return texts[section];
}

} // namespace SockScope
