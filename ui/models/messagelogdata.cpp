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
    const StoredMessage message = this->message(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(message, index.row(), index.column());
    case Qt::ToolTipRole:
        if (index.column() == TimeColumn)
            return Format::dateTime(message.wallUs());
        if (index.column() == TypeColumn) // with the number behind a defined name
            return m_directory->typeText(message.sock(), message.type());
        if (index.column() == SummaryColumn && !message.note().isEmpty())
            return message.note();
        return {};
    case SortRole:
        return sortValue(message, index.column());
    case NumericRole:
        return index.column() == NoColumn || index.column() == SizeColumn;
    case SockIdRole:
        return message.sock();
    case SockNameRole:
        return m_directory->name(message.sock());
    case EndpointRole:
        return QVariant::fromValue(message.peer());
    case LevelRole:
        return static_cast<int>(message.isError()       ? Level::Error
                                : message.isUnhandled() ? Level::Warning
                                : message.isInjected()  ? Level::Notice
                                                        : Level::Good);
    case NoRole:
        return message.no();
    case WallUsRole:
        return message.wallUs();
    case DirectionRole:
        return static_cast<int>(message.direction());
    case OutcomeRole:
        return static_cast<int>(message.outcome());
    case StateRole:
        return QString::fromLatin1(QMetaEnum::fromType<Outcome>().valueToKey(static_cast<int>(message.outcome())));
    case TypeRole:
        return QVariant::fromValue(message.type());
    case TypeTextRole:
        return m_directory->typeLabel(message.sock(), message.type());
    case PayloadRole:
        return message.payload().toByteArray();
    case SummaryRole:
        return m_directory->summary(message.sock(), message.payload());
    case NoteRole:
    case ErrorTextRole:
        return message.note();
    case IsErrorRole:
        return message.isError();
    case IsUnhandledRole:
        return message.isUnhandled();
    case IsInjectedRole:
        return message.isInjected();
    case IsMarkedRole:
        return m_marks.contains(message.no());
    default:
        return {};
    }
}

QVariant MessageLogModel::text(const StoredMessage &message, int row, int column) const
{
    switch (column) {
    case NoColumn:
        return Format::count(message.no());
    case TimeColumn:
        return timeText(message, row);
    case DirectionColumn:
        return message.direction() == Direction::In ? tr("in") : tr("out");
    case SocketColumn:
        return m_directory->name(message.sock());
    case PeerColumn:
        return message.peer().isNull() ? QString() : message.peer().toString();
    case TypeColumn:
        return m_directory->typeLabel(message.sock(), message.type());
    case SizeColumn:
        return Format::count(static_cast<qint64>(message.wireBytes()));
    case SummaryColumn: {
        const QString summary = m_directory->summary(message.sock(), message.payload());
        if (message.note().isEmpty())
            return summary;
        return summary.isEmpty() ? message.note() : QStringLiteral("%1 · %2").arg(message.note(), summary);
    }
    default:
        return {};
    }
}

QVariant MessageLogModel::sortValue(const StoredMessage &message, int column) const
{
    switch (column) {
    case NoColumn:
        return message.no();
    case TimeColumn:
        return message.wallUs();
    case SizeColumn:
        return static_cast<qint64>(message.wireBytes());
    case TypeColumn:
        return message.type().isName() ? QVariant(message.type().name()) : QVariant(message.type().number());
    default:
        return text(message, 0, column);
    }
}

QString MessageLogModel::timeText(const StoredMessage &message, int row) const
{
    switch (m_timeFormat) {
    case TimeFormat::Absolute:
        return Format::clockTime(message.wallUs());
    case TimeFormat::Relative:
        return Format::signedSeconds(message.wallUs() - m_firstWallUs);
    case TimeFormat::Delta:
        return Format::signedSeconds(row > 0 ? message.wallUs() - this->message(row - 1).wallUs() : 0);
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
