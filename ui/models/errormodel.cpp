#include "ui/models/errormodel.h"

#include <QMetaEnum>

#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

namespace SockScope {

ErrorModel::ErrorModel(const SockDirectory *directory, int maximum, QObject *parent)
    : QAbstractTableModel(parent)
    , m_directory(directory)
    , m_maximum(qMax(1, maximum))
{
}

int ErrorModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ErrorModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

void ErrorModel::apply(std::span<const SockChanges> changes)
{
    std::deque<Row> added;
    for (const SockChanges &one : changes) {
        for (const ErrorEntry &entry : one.errors)
            added.push_back({one.snapshot.sockId, entry});
    }
    if (added.empty())
        return;
    m_total += added.size();
    while (added.size() > static_cast<size_t>(m_maximum)) {
        added.pop_front();
        ++m_dropped;
    }
    const int count = static_cast<int>(added.size());
    const int excess = rowCount() + count - m_maximum;
    if (excess > 0) {
        beginRemoveRows({}, 0, excess - 1);
        m_rows.erase(m_rows.begin(), m_rows.begin() + excess);
        m_dropped += static_cast<quint64>(excess);
        endRemoveRows();
    }
    beginInsertRows({}, rowCount(), rowCount() + count - 1);
    m_rows.insert(m_rows.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    endInsertRows();
}

void ErrorModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_dropped = 0;
    m_total = 0;
    endResetModel();
}

QVariant ErrorModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const SockError &error = row.entry.error;
    const QString stage = QString::fromLatin1(QMetaEnum::fromType<Stage>().valueToKey(static_cast<int>(error.stage)));
    switch (role) {
    case Qt::DisplayRole:
    case SortRole:
        switch (index.column()) {
        case TimeColumn:
            return role == SortRole ? QVariant(row.entry.wallUs) : QVariant(Format::clockTime(row.entry.wallUs));
        case SocketColumn:
            return m_directory->name(row.sockId);
        case StageColumn:
            return stage.toLower();
        case PeerColumn:
            return error.peer.isNull() ? QString() : error.peer.toString();
        case TextColumn:
            return error.offset >= 0 ? tr("%1 (at byte %2)").arg(error.what).arg(error.offset) : error.what;
        case RemedyColumn:
            return error.remedy;
        default:
            return {};
        }
    case Qt::ToolTipRole:
        return index.column() == TimeColumn ? Format::dateTime(row.entry.wallUs) : error.toString();
    case NumericRole:
        return false;
    case SockIdRole:
        return row.sockId;
    case SockNameRole:
        return m_directory->name(row.sockId);
    case EndpointRole:
        return QVariant::fromValue(error.peer);
    case SequenceRole:
        return row.entry.sequence;
    case WallUsRole:
        return row.entry.wallUs;
    case LevelRole:
        return static_cast<int>(Level::Error);
    case ErrorTextRole:
        return error.what;
    case RemedyRole:
        return error.remedy;
    case KeyRole:
        return QString::fromLatin1(QMetaEnum::fromType<SockError::Code>().valueToKey(static_cast<int>(error.code)));
    default:
        return {};
    }
}

QVariant ErrorModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return false;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Time"), tr("Socket"), tr("Stage"), tr("Peer"), tr("Error"), tr("Remedy")};
    return texts[section];
}

} // namespace SockScope
