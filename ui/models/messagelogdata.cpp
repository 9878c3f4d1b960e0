#include "ui/models/messagelogmodel.h"

#include <QMetaEnum>

#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

// The part of MessageLogModel that writes cells.

namespace SockScope {

int MessageLogModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return isFiltered() ? static_cast<int>(m_rows.size()) : static_cast<int>(m_rangeEnd - m_rangeFirst);
}

int MessageLogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MessageLogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Record &record = this->record(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(record, index.row(), index.column());
    case Qt::ToolTipRole:
        if (index.column() == TimeColumn)
            return Format::dateTime(record.wallUs);
        if (index.column() == TypeColumn) // with the number behind a defined name
            return m_directory->typeText(record.sock, record.type);
        if (index.column() == SummaryColumn && !record.note.isEmpty())
            return record.note;
        return {};
    case SortRole:
        return sortValue(record, index.column());
    case NumericRole:
        return index.column() == NoColumn || index.column() == SizeColumn;
    case SockIdRole:
        return record.sock;
    case SockNameRole:
        return m_directory->name(record.sock);
    case EndpointRole:
        return QVariant::fromValue(record.peer);
    case LevelRole:
        return static_cast<int>(record.isError()                                ? Level::Error
                                : record.outcome == Outcome::Unhandled          ? Level::Warning
                                : record.flags.testFlag(EnvelopeFlag::Injected) ? Level::Notice
                                                                                : Level::Good);
    case NoRole:
        return record.no;
    case WallUsRole:
        return record.wallUs;
    case DirectionRole:
        return static_cast<int>(record.direction);
    case OutcomeRole:
        return static_cast<int>(record.outcome);
    case StateRole:
        return QString::fromLatin1(QMetaEnum::fromType<Outcome>().valueToKey(static_cast<int>(record.outcome)));
    case TypeRole:
        return QVariant::fromValue(record.type);
    case TypeTextRole:
        return m_directory->typeLabel(record.sock, record.type);
    case PayloadRole:
        return record.payload.toByteArray();
    case SummaryRole:
        return m_directory->summary(record.sock, record.payload.view());
    case NoteRole:
    case ErrorTextRole:
        return record.note;
    case IsErrorRole:
        return record.isError();
    case IsUnhandledRole:
        return record.outcome == Outcome::Unhandled;
    case IsInjectedRole:
        return record.flags.testFlag(EnvelopeFlag::Injected);
    case IsMarkedRole:
        return m_marks.contains(record.no);
    default:
        return {};
    }
}

QVariant MessageLogModel::text(const Record &record, int row, int column) const
{
    switch (column) {
    case NoColumn:
        return Format::count(record.no);
    case TimeColumn:
        return timeText(record, row);
    case DirectionColumn:
        return record.direction == Direction::In ? tr("in") : tr("out");
    case SocketColumn:
        return m_directory->name(record.sock);
    case PeerColumn:
        return record.peer.isNull() ? QString() : record.peer.toString();
    case TypeColumn:
        return m_directory->typeLabel(record.sock, record.type);
    case SizeColumn:
        return Format::count(static_cast<qint64>(record.wireBytes));
    case SummaryColumn: {
        const QString summary = m_directory->summary(record.sock, record.payload.view());
        if (record.note.isEmpty())
            return summary;
        return summary.isEmpty() ? record.note : QStringLiteral("%1 · %2").arg(record.note, summary);
    }
    default:
        return {};
    }
}

QVariant MessageLogModel::sortValue(const Record &record, int column) const
{
    switch (column) {
    case NoColumn:
        return record.no;
    case TimeColumn:
        return record.wallUs;
    case SizeColumn:
        return static_cast<qint64>(record.wireBytes);
    case TypeColumn:
        return record.type.isName() ? QVariant(record.type.name()) : QVariant(record.type.number());
    default:
        return text(record, 0, column);
    }
}

QString MessageLogModel::timeText(const Record &record, int row) const
{
    switch (m_timeFormat) {
    case TimeFormat::Absolute:
        return Format::clockTime(record.wallUs);
    case TimeFormat::Relative:
        return Format::signedSeconds(record.wallUs - m_firstWallUs);
    case TimeFormat::Delta:
        return Format::signedSeconds(row > 0 ? record.wallUs - this->record(row - 1).wallUs : 0);
    }
    return {};
}

QVariant MessageLogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == NumericRole)
        return section == NoColumn || section == SizeColumn;
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NoColumn:
        return tr("No.");
    case TimeColumn:
        return m_timeFormat == TimeFormat::Absolute   ? tr("Time")
               : m_timeFormat == TimeFormat::Relative ? tr("Time since start")
                                                      : tr("Time since previous");
    case DirectionColumn:
        return tr("Direction");
    case SocketColumn:
        return tr("Socket");
    case PeerColumn:
        return tr("Peer");
    case TypeColumn:
        return tr("Type");
    case SizeColumn:
        return tr("Size");
    case SummaryColumn:
        return tr("Summary");
    default:
        return {};
    }
}

} // namespace SockScope
