#include "ui/models/handlerstatsmodel.h"

#include <QSet>

#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/models/rowremoval.h"
#include "ui/models/sockdirectory.h"

namespace SockScope {

HandlerStatsModel::HandlerStatsModel(const SockDirectory *directory, QObject *parent)
    : QAbstractTableModel(parent)
    , m_directory(directory)
{
}

HandlerStatsModel::Key HandlerStatsModel::keyOf(quint32 sockId, const HandlerStats &stats)
{
    return {sockId, stats.id, stats.id == 0 ? stats.type : MessageType()};
}

HandlerStatsModel::Row HandlerStatsModel::makeRow(quint32 sockId, const HandlerStats &stats)
{
    Row row;
    row.key = keyOf(sockId, stats);
    row.type = stats.type;
    row.name = stats.name;
    row.lastError = stats.lastError;
    row.enabled = stats.enabled;
    row.concurrent = stats.concurrent;
    row.catchAll = stats.catchAll;
    row.calls = stats.calls;
    row.errors = stats.errors;
    row.skipped = stats.skipped;
    row.meanNs = stats.run.meanNs();
    row.p50Ns = stats.run.quantileNs(0.5);
    row.p99Ns = stats.run.quantileNs(0.99);
    row.maximumNs = stats.run.maximumNs();
    row.waitP50Ns = stats.queueWait.quantileNs(0.5);
    row.waitP99Ns = stats.queueWait.quantileNs(0.99);
    return row;
}

int HandlerStatsModel::rowOf(quint32 sockId, HandlerId id, const MessageType &type) const
{
    return m_index.value({sockId, id, id == 0 ? type : MessageType()}, -1);
}

void HandlerStatsModel::apply(std::span<const SockChanges> changes)
{
    // The last snapshot of a sock tells all of its handlers.
    QHash<quint32, const SockSnapshot *> latest;
    for (const SockChanges &one : changes) {
        if (one.snapshot.sockId != 0)
            latest.insert(one.snapshot.sockId, &one.snapshot);
    }
    if (latest.isEmpty())
        return;
    int firstChanged = rowCount();
    int lastChanged = -1;
    std::vector<Row> added;
    QSet<Key> seen;
    for (const SockChanges &one : changes) {
        if (latest.value(one.snapshot.sockId) != &one.snapshot)
            continue;
        for (const HandlerStats &stats : one.snapshot.handlers) {
            Row row = makeRow(one.snapshot.sockId, stats);
            if (seen.contains(row.key))
                continue;
            seen.insert(row.key);
            const int known = m_index.value(row.key, -1);
            if (known < 0) {
                added.push_back(std::move(row));
            } else if (!(m_rows[static_cast<size_t>(known)] == row)) {
                m_rows[static_cast<size_t>(known)] = std::move(row);
                firstChanged = qMin(firstChanged, known);
                lastChanged = qMax(lastChanged, known);
            }
        }
    }
    if (lastChanged >= 0)
        Q_EMIT dataChanged(index(firstChanged, 0), index(lastChanged, ColumnCount - 1));
    std::vector<int> doomed;
    for (int i = 0; i < rowCount(); ++i) {
        const Key &key = m_rows[static_cast<size_t>(i)].key;
        if (latest.contains(key.sockId) && !seen.contains(key))
            doomed.push_back(i);
    }
    dropRows(doomed);
    if (added.empty())
        return;
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(added.size()) - 1);
    for (Row &row : added) {
        m_index.insert(row.key, rowCount());
        m_rows.push_back(std::move(row));
    }
    endInsertRows();
}

// Rows that are not neighbours move to the end first, so that any number of them is one removal.
void HandlerStatsModel::dropRows(const std::vector<int> &rows)
{
    if (rows.empty())
        return;
    int first = rows.front();
    const int count = static_cast<int>(rows.size());
    if (rows.back() - first + 1 != count) {
        Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        const std::vector<int> target = rowsWithDoomedLast(rowCount(), rows);
        std::vector<Row> ordered(m_rows.size());
        for (size_t i = 0; i < m_rows.size(); ++i)
            ordered[static_cast<size_t>(target[i])] = std::move(m_rows[i]);
        m_rows = std::move(ordered);
        for (const QModelIndex &from : persistentIndexList())
            changePersistentIndex(from, index(target[static_cast<size_t>(from.row())], from.column()));
        Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
        first = rowCount() - count;
    }
    beginRemoveRows({}, first, first + count - 1);
    m_rows.erase(m_rows.begin() + first, m_rows.begin() + first + count);
    m_index.clear();
    for (int i = 0; i < rowCount(); ++i)
        m_index.insert(m_rows[static_cast<size_t>(i)].key, i);
    endRemoveRows();
}

void HandlerStatsModel::removeSock(quint32 sockId)
{
    std::vector<int> doomed;
    for (int i = 0; i < rowCount(); ++i) {
        if (m_rows[static_cast<size_t>(i)].key.sockId == sockId)
            doomed.push_back(i);
    }
    dropRows(doomed);
}

int HandlerStatsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int HandlerStatsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

Qt::ItemFlags HandlerStatsModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == HandlerColumn && m_rows[static_cast<size_t>(index.row())].key.id != 0)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

bool HandlerStatsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || !flags(index).testFlag(Qt::ItemIsUserCheckable))
        return false;
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    Q_EMIT enableRequested(row.key.sockId, row.key.id, value.toInt() == Qt::Checked);
    return true;
}

QVariant HandlerStatsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const bool unhandled = row.key.id == 0;
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::CheckStateRole:
        if (index.column() != HandlerColumn || unhandled)
            return {};
        return static_cast<int>(row.enabled ? Qt::Checked : Qt::Unchecked);
    case Qt::ToolTipRole:
        return index.column() == LastErrorColumn && !row.lastError.isEmpty() ? QVariant(row.lastError) : QVariant();
    case SortRole:
        return sortValue(row, index.column());
    case NumericRole:
        return headerData(index.column(), Qt::Horizontal, NumericRole);
    case SockIdRole:
        return row.key.sockId;
    case SockNameRole:
        return m_directory->name(row.key.sockId);
    case TypeRole:
        return QVariant::fromValue(row.type);
    case TypeTextRole:
        return m_directory->typeLabel(row.key.sockId, row.type);
    case HandlerIdRole:
        return row.key.id;
    case EnabledRole:
        return row.enabled;
    case IsUnhandledRole:
        return unhandled;
    case LevelRole:
        return static_cast<int>(row.errors > 0 ? Level::Error
                                : unhandled    ? Level::Warning
                                : row.enabled  ? Level::Good
                                               : Level::Notice);
    case ErrorTextRole:
        return row.lastError;
    default:
        return {};
    }
}

QVariant HandlerStatsModel::text(const Row &row, int column) const
{
    const bool ran = row.key.id != 0 && row.calls > 0;
    const auto time = [ran](qint64 ns) { return ran ? Format::duration(ns) : QString(); };
    switch (column) {
    case HandlerColumn:
        if (row.key.id == 0)
            return tr("unhandled");
        return row.concurrent ? tr("%1 (concurrent)").arg(row.name) : row.name;
    case SocketColumn:
        return m_directory->name(row.key.sockId);
    case TypeColumn:
        return row.catchAll ? tr("any other") : m_directory->typeText(row.key.sockId, row.type);
    case CallsColumn:
        return Format::count(row.calls);
    case ErrorsColumn:
        return row.key.id == 0 ? QString() : Format::count(row.errors);
    case SkippedColumn:
        return row.skipped == 0 ? QString() : Format::count(row.skipped);
    case MeanColumn:
        return time(row.meanNs);
    case P50Column:
        return time(row.p50Ns);
    case P99Column:
        return time(row.p99Ns);
    case MaximumColumn:
        return time(row.maximumNs);
    case WaitP50Column:
        return time(row.waitP50Ns);
    case WaitP99Column:
        return time(row.waitP99Ns);
    case LastErrorColumn:
        return row.lastError;
    default:
        return {};
    }
}

QVariant HandlerStatsModel::sortValue(const Row &row, int column) const
{
    switch (column) {
    case TypeColumn:
        return row.type.isName() ? QVariant(row.type.name()) : QVariant(row.type.number());
    case CallsColumn:
        return row.calls;
    case ErrorsColumn:
        return row.errors;
    case SkippedColumn:
        return row.skipped;
    case MeanColumn:
        return row.meanNs;
    case P50Column:
        return row.p50Ns;
    case P99Column:
        return row.p99Ns;
    case MaximumColumn:
        return row.maximumNs;
    case WaitP50Column:
        return row.waitP50Ns;
    case WaitP99Column:
        return row.waitP99Ns;
    default:
        return text(row, column);
    }
}

QVariant HandlerStatsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section >= CallsColumn && section <= WaitP99Column;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Handler"),  tr("Socket"),   tr("Type"),      tr("Calls"), tr("Errors"),
                                        tr("Skipped"),  tr("Mean"),     tr("p50"),       tr("p99"),   tr("Max"),
                                        tr("Wait p50"), tr("Wait p99"), tr("Last error")};
    return texts[section];
}

} // namespace SockScope
