#include "ui/models/messagelogmodel.h"

#include <QMetaEnum>

#include "core/types/outcomes.h"
#include "ui/models/colourrules.h"
#include "ui/models/fieldvalue.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

// The part of MessageLogModel that writes cells.

namespace SockScope {

using namespace Qt::StringLiterals;

int MessageLogModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return static_cast<int>(isFiltered() ? m_rows.count() : static_cast<qint64>(m_rangeEnd - m_rangeFirst));
}

int MessageLogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount + static_cast<int>(m_fieldColumns.count());
}

// Each row is read once while it is seen; what is kept of it holds no chunk in memory.
const LogRow &MessageLogModel::rowOf(quint64 no) const
{
    LogRow *row = m_readRows.object(no);
    if (!row) {
        row = new LogRow(readRow(no));
        m_readRows.insert(no, row);
    }
    return *row;
}

LogRow MessageLogModel::readRow(quint64 no) const
{
    const StoredMessage message = messageByNo(no).value_or(StoredMessage());
    LogRow row;
    row.no = no;
    row.readable = message.isReadable();
    row.note = noteOf(message);
    row.fields.resize(m_fieldColumns.count());
    if (!row.readable)
        return row;
    row.wallNs = message.wallNs();
    row.peer = message.peer();
    row.type = message.type();
    row.sock = message.sock();
    row.wireBytes = message.wireBytes();
    row.flags = message.flags();
    if (m_failures.contains(no))
        row.flags |= FlagError | FlagFailed;
    row.direction = message.direction();
    row.outcome = message.outcome();
    row.typeLabel = m_directory->typeLabel(row.sock, row.type);
    row.summary = m_directory->summary(row.sock, message.payload());
    if (m_rules)
        row.rule = m_rules->ruleFor(*message.chunk(), message.index(), *filterContext());
    for (qsizetype i = 0; i < m_fieldColumns.count(); ++i)
        row.fields[i] = fieldValue(message, m_directory->info(row.sock).codec.get(), m_fieldColumns.at(i).path).text;
    return row;
}

void MessageLogModel::forgetTexts()
{
    m_readRows.clear();
    m_context.reset();
}

QVariant MessageLogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const LogRow &row = rowOf(noOfRow(index.row()));
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.row(), index.column());
    case Qt::ToolTipRole:
        return toolTip(row, index.column());
    case SortRole:
        return sortValue(row, index.column());
    case NumericRole: {
        if (index.column() < ColumnCount)
            return index.column() == NoColumn || index.column() == SizeColumn;
        bool number = false;
        row.fields.value(index.column() - ColumnCount).toDouble(&number);
        return number;
    }
    case SockIdRole:
        return row.sock;
    case SockNameRole:
        return m_directory->name(row.sock);
    case EndpointRole:
        return QVariant::fromValue(row.peer);
    case LevelRole:
        return static_cast<int>((row.flags & FlagError) || !row.readable                 ? Level::Error
                                : row.flags & FlagUnhandled                              ? Level::Warning
                                : (row.flags & FlagInjected) || isImpairAct(row.outcome) ? Level::Notice
                                                                                         : Level::Good);
    case NoRole:
        return row.no;
    case WallUsRole:
        return row.wallNs / 1000;
    case DirectionRole:
        return static_cast<int>(row.direction);
    case OutcomeRole:
        return static_cast<int>(row.outcome);
    case StateRole:
        return QString::fromLatin1(QMetaEnum::fromType<Outcome>().valueToKey(static_cast<int>(row.outcome)));
    case TypeRole:
        return QVariant::fromValue(row.type);
    case TypeTextRole:
        return m_annotations.isIgnored(row.no) ? QString() : row.typeLabel;
    case PayloadRole:
        return messageByNo(row.no).value_or(StoredMessage()).payload().toByteArray();
    case SummaryRole:
        return row.summary;
    case NoteRole:
    case ErrorTextRole:
        return row.note;
    case IsErrorRole:
        return bool(row.flags & FlagError) || !row.readable;
    case IsUnhandledRole:
        return bool(row.flags & FlagUnhandled);
    case IsInjectedRole:
        return bool(row.flags & FlagInjected);
    case IsMarkedRole:
        return m_annotations.isMarked(row.no);
    case IsIgnoredRole:
        return m_annotations.isIgnored(row.no);
    case IsReferenceRole:
        return m_annotations.isReference(row.no);
    case CommentRole:
        return m_annotations.comment(row.no);
    case RuleNameRole:
    case RuleGroundRole:
    case RuleTextRole:
        return ruleValue(row, role);
    default:
        return {};
    }
}

QVariant MessageLogModel::ruleValue(const LogRow &data, int role) const
{
    if (m_annotations.isIgnored(data.no))
        return {};
    if (const RuleColour own = m_annotations.colour(data.no); !own.isNone()) {
        return role == RuleNameRole ? QVariant() // no rule's
                                    : QVariant::fromValue(role == RuleGroundRole ? own : RuleColour());
    }
    if (data.rule < 0 || !m_rules)
        return {};
    const ColourRule &rule = m_rules->rules()[static_cast<size_t>(data.rule)];
    return role == RuleNameRole     ? QVariant(rule.name())
           : role == RuleGroundRole ? QVariant::fromValue(rule.ground())
                                    : QVariant::fromValue(rule.text());
}

QVariant MessageLogModel::text(const LogRow &data, int row, int column) const
{
    if (column == NoColumn)
        return Format::count(data.no);
    if (column == SummaryColumn)
        return summaryText(data);
    if (!data.readable)
        return QString();
    if (column == TimeColumn)
        return timeText(data, row);
    if (m_annotations.isIgnored(data.no))
        return QString();
    switch (column) {
    case DirectionColumn:
        return data.direction == Direction::In ? tr("in") : tr("out");
    case SocketColumn:
        return m_directory->name(data.sock);
    case PeerColumn:
        return data.peer.isNull() ? QString() : data.peer.toString();
    case TypeColumn:
        return data.typeLabel;
    case SizeColumn:
        return Format::count(static_cast<qint64>(data.wireBytes));
    default:
        return data.fields.value(column - ColumnCount);
    }
}

QString MessageLogModel::summaryText(const LogRow &data) const
{
    QStringList parts;
    if (const QString comment = m_annotations.comment(data.no); !comment.isEmpty())
        parts.append(u"[%1]"_s.arg(comment.simplified()));
    if (m_annotations.isIgnored(data.no)) {
        parts.append(tr("<ignored>"));
    } else {
        if (!data.readable)
            parts.append(tr("cannot be read: %1").arg(data.note));
        else if (!data.note.isEmpty())
            parts.append(data.note);
        if (!data.summary.isEmpty())
            parts.append(data.summary);
    }
    return parts.join(u" · "_s);
}

QVariant MessageLogModel::toolTip(const LogRow &data, int column) const
{
    switch (column) {
    case NoColumn: {
        if (!m_annotations.colour(data.no).isNone() && !m_annotations.isIgnored(data.no))
            return tr("Colour: set for this message");
        const QString rule = ruleValue(data, RuleNameRole).toString();
        return rule.isEmpty() ? QVariant() : QVariant(tr("Colour rule: %1").arg(rule));
    }
    case TimeColumn:
        if (!data.readable)
            return {};
        return m_annotations.isReference(data.no)
                   ? tr("%1\nLater times count from this message").arg(Format::dateTime(data.wallNs / 1000))
                   : Format::dateTime(data.wallNs / 1000);
    case TypeColumn: // with the number behind a defined name
        return m_directory->typeText(data.sock, data.type);
    case SummaryColumn: {
        QStringList lines;
        if (const QString comment = m_annotations.comment(data.no); !comment.isEmpty())
            lines.append(tr("Comment: %1").arg(comment));
        if (!data.note.isEmpty())
            lines.append(data.note);
        return lines.isEmpty() ? QVariant() : QVariant(lines.join(u'\n'));
    }
    default:
        return {};
    }
}

QVariant MessageLogModel::sortValue(const LogRow &data, int column) const
{
    switch (column) {
    case NoColumn:
        return data.no;
    case TimeColumn:
        return data.wallNs / 1000;
    case SizeColumn:
        return static_cast<qint64>(data.wireBytes);
    case TypeColumn:
        return data.type.isName() ? QVariant(data.type.name()) : QVariant(data.type.number());
    default:
        return text(data, 0, column);
    }
}

QString MessageLogModel::timeText(const LogRow &data, int row) const
{
    switch (shownTimeFormat()) {
    case TimeFormat::Absolute:
        return Format::clockTime(data.wallNs / 1000);
    case TimeFormat::Relative:
        if (m_annotations.isReference(data.no))
            return tr("*REF*");
        return Format::signedSeconds((data.wallNs - m_annotations.referenceNs(data.no).value_or(m_firstWallNs)) / 1000);
    case TimeFormat::Delta: {
        const qint64 wallNs = data.wallNs; // reading the row before may forget this one
        const qint64 beforeNs = row > 0 ? rowOf(noOfRow(row - 1)).wallNs : 0;
        return Format::signedSeconds(beforeNs ? (wallNs - beforeNs) / 1000 : 0);
    }
    }
    return {};
}

QVariant MessageLogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (section >= ColumnCount) {
        const LogColumns::Column &column = m_fieldColumns.at(section - ColumnCount);
        switch (role) {
        case Qt::DisplayRole:
            return column.title;
        case Qt::ToolTipRole:
            return column.title == column.path ? column.path : tr("%1: the field %2").arg(column.title, column.path);
        case FieldPathRole:
            return column.path;
        case KeyRole:
            return QString(u"field:"_s + column.path);
        default:
            return {};
        }
    }
    if (role == KeyRole)
        return QString::fromLatin1(QMetaEnum::fromType<Column>().valueToKey(section));
    if (role == NumericRole)
        return section == NoColumn || section == SizeColumn;
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NoColumn:
        return tr("No.");
    case TimeColumn:
        return shownTimeFormat() == TimeFormat::Absolute ? tr("Time")
               : shownTimeFormat() == TimeFormat::Delta  ? tr("Time since previous")
               : m_annotations.hasReferences()           ? tr("Since reference")
                                                         : tr("Time since start");
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
