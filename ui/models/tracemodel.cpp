#include "ui/models/tracemodel.h"

#include <algorithm>

#include "core/types/outcomes.h"
#include "ui/models/format.h"
#include "ui/models/sockdirectory.h"

namespace SockScope {

using namespace Qt::StringLiterals;

TraceModel::TraceModel(const SockDirectory *directory, QObject *parent)
    : QAbstractTableModel(parent)
    , m_directory(directory)
{
}

int TraceModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int TraceModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

void TraceModel::set(quint32 sockId, const MessageTrace &trace, Outcome outcome, bool closed)
{
    m_sockId = sockId;
    std::vector<Row> rows = rowsOf(trace, outcome, closed);
    m_totalNs = 0;
    for (const Row &row : rows)
        m_totalNs = qMax(m_totalNs, row.endNs);
    const int before = rowCount();
    const int after = static_cast<int>(rows.size());
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        m_rows.resize(rows.size());
        endRemoveRows();
    }
    const bool changed = !std::equal(m_rows.begin(), m_rows.end(), rows.begin());
    if (const int kept = qMin(before, after); kept > 0 && (changed || after != before)) {
        std::copy_n(rows.begin(), kept, m_rows.begin());
        Q_EMIT dataChanged(index(0, 0), index(kept - 1, ColumnCount - 1));
    }
    if (after > before) {
        beginInsertRows({}, before, after - 1);
        m_rows = std::move(rows);
        endInsertRows();
    }
}

void TraceModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_totalNs = 0;
    endResetModel();
}

std::vector<TraceModel::Row> TraceModel::rowsOf(const MessageTrace &trace, Outcome outcome, bool closed) const
{
    std::vector<Row> rows;
    if (trace.sent) {
        if (trace.sender) {
            Row by;
            by.kind = "sender";
            by.text = tr("Handler %1 began").arg(trace.sender->handler);
            by.sequence = trace.sender->sequence;
            by.atNs = 0;
            by.tip = tr("It had another message: jump to that");
            rows.push_back(by);
        }
        Row sent;
        sent.kind = "sent";
        sent.text = trace.sender ? tr("It sent this message") : tr("Sent, by no handler");
        if (isImpairAct(outcome) && !isFailure(outcome))
            sent.text = impairText(outcome);
        sent.atNs = trace.sender ? trace.sender->afterNs : 0;
        sent.endNs = sent.beginNs = sent.atNs;
        sent.level = isFailure(outcome) ? Level::Error : outcome == Outcome::Sent ? Level::Good : Level::Notice;
        rows.push_back(sent);
        return rows;
    }
    addStages(rows, trace, outcome);
    for (const TracedRun &run : trace.runs)
        addRun(rows, run, trace.receivedNs, closed);
    if (trace.lostRuns > 0) {
        Row lost;
        lost.kind = "lost";
        lost.text =
            tr("%1 calls of handlers are not kept: later ones have their place").arg(Format::count(trace.lostRuns));
        lost.level = Level::Notice;
        rows.push_back(lost);
    }
    return rows;
}

void TraceModel::addStages(std::vector<Row> &rows, const MessageTrace &trace, Outcome outcome) const
{
    qint64 before = 0;
    const auto add = [&](const char *kind, const QString &text, qint64 ns, Level level = Level::Good) {
        if (ns == 0)
            return;
        Row row;
        row.kind = kind;
        row.text = text;
        row.atNs = ns - trace.receivedNs;
        row.tookNs = row.atNs - before;
        row.beginNs = before;
        row.endNs = row.atNs;
        row.level = level;
        before = row.atNs;
        rows.push_back(std::move(row));
    };
    add("received", tr("Received"), trace.receivedNs);
    rows.back().tookNs = -1;
    add("framed", tr("Framed"), trace.stages.framedNs);
    if (trace.stages.decodingNs > trace.stages.framedNs)
        add("parseWait", tr("Waited for the codec"), trace.stages.decodingNs, Level::Notice);
    add("decoded", tr("Decoded"), trace.stages.decodedNs);
    add("queued", tr("Queued, past the hooks"), trace.stages.queuedNs);
    switch (outcome) {
    case Outcome::Dispatched:
        add("dispatched", tr("Waited for its handlers"), trace.outcomeNs, Level::Notice);
        break;
    case Outcome::Unhandled:
        add("outcome", tr("Not handled: its type has no handler"), trace.outcomeNs, Level::Warning);
        break;
    case Outcome::RejectedPeer:
        add("outcome", tr("Rejected: its peer is not taken"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::FramingError:
        add("outcome", tr("Broken: it could not be framed"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::DecodeError:
        add("outcome", tr("Broken: it could not be decoded"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::DroppedByHook:
        add("outcome", tr("Dropped by a hook"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::DroppedQueueFull:
        add("outcome", tr("Dropped: a queue was full"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::ImpairLost:
        add("outcome", tr("Lost by an impairment"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::ImpairQueueFull:
        add("outcome", tr("Dropped: an impairment's queue was full"), trace.outcomeNs, Level::Error);
        break;
    case Outcome::ImpairDelayed:
    case Outcome::ImpairReordered:
    case Outcome::ImpairDuplicated:
    case Outcome::ImpairCorrupted:
        add("outcome", impairText(outcome), trace.outcomeNs, Level::Notice);
        break;
    case Outcome::DroppedAtStop:
    case Outcome::Sent:
    case Outcome::EncodeError:
    case Outcome::SendError:
    case Outcome::NoPeer:
    case Outcome::SendQueueFull:
    case Outcome::DroppedAtClose:
        add("outcome", tr("Dropped: the socket stopped"), trace.outcomeNs, Level::Error);
        break;
    }
}

/// An act after which the message goes on; what became of it is in a later row of the log.
QString TraceModel::impairText(Outcome act)
{
    switch (act) {
    case Outcome::ImpairDelayed:
        return tr("Delayed by an impairment: it comes later in the log");
    case Outcome::ImpairReordered:
        return tr("Brought forward by an impairment");
    case Outcome::ImpairDuplicated:
        return tr("Copied by an impairment");
    case Outcome::ImpairCorrupted:
        return tr("Corrupted by an impairment");
    default:
        return {};
    }
}

void TraceModel::addRun(std::vector<Row> &rows, const TracedRun &run, qint64 zeroNs, bool closed) const
{
    Row row;
    row.kind = "run";
    row.sequence = 0;
    const QString name = run.name.isEmpty() ? tr("Handler %1").arg(run.handler) : run.name;
    row.text = run.ofMetaSock ? tr("%1 (of the socket above)").arg(name) : name;
    if (run.place == RunPlace::Pool)
        row.text = tr("%1, on the pool").arg(row.text);
    else if (run.place == RunPlace::ReceiversThread)
        row.text = tr("%1, in its receiver's thread").arg(row.text);
    const bool open = run.state == TracedRun::State::Open;
    row.beginNs = (open ? run.calledNs : run.startNs) - zeroNs;
    row.atNs = row.beginNs;
    row.endNs = open ? row.beginNs : run.endNs - zeroNs;
    row.tookNs = open ? -1 : row.endNs - row.beginNs;
    switch (run.state) {
    case TracedRun::State::Open:
        row.level = Level::Warning;
        row.text = closed ? tr("%1: had not come back when the socket went").arg(row.text)
                          : tr("%1: has not come back").arg(row.text);
        break;
    case TracedRun::State::Ended:
        break;
    case TracedRun::State::Failed:
        row.level = Level::Error;
        row.text = run.error.isEmpty() ? tr("%1: failed; its text is not kept any more").arg(row.text)
                                       : tr("%1: failed: %2").arg(row.text, run.error);
        break;
    case TracedRun::State::EndedSock:
        row.level = Level::Warning;
        row.text = tr("%1: destroyed the socket").arg(row.text);
        break;
    }
    if (!open && run.place != RunPlace::SocksThread)
        row.tip = tr("It waited %1 for its thread").arg(Format::duration(run.startNs - run.calledNs));
    rows.push_back(std::move(row));
    addSends(rows, run, zeroNs);
}

void TraceModel::addSends(std::vector<Row> &rows, const TracedRun &run, qint64 zeroNs) const
{
    for (const TracedSend &send : run.sends) {
        Row row;
        row.kind = "send";
        row.text = u"    "_s + (send.failed ? tr("→ not sent: %1 to %2") : tr("→ sent %1 to %2"))
                                   .arg(m_directory->typeLabel(m_sockId, send.type), send.peer.toString());
        row.atNs = send.ns - zeroNs;
        row.beginNs = row.endNs = row.atNs;
        row.sequence = send.sequence;
        row.level = send.failed ? Level::Error : Level::Good;
        rows.push_back(std::move(row));
    }
    if (run.unlistedSends > 0) {
        Row row;
        row.kind = "unlisted";
        row.text = u"    "_s + tr("→ and %1 more, which are not listed").arg(Format::count(run.unlistedSends));
        row.level = Level::Notice;
        rows.push_back(std::move(row));
    }
}

QVariant TraceModel::text(const Row &row, int column) const
{
    switch (column) {
    case StepColumn:
        return row.text;
    case AtColumn:
        return row.atNs < 0 ? QString() : row.atNs == 0 ? u"0"_s : u'+' + Format::duration(row.atNs);
    case TookColumn:
        return row.tookNs < 0 ? QString() : Format::duration(row.tookNs);
    default:
        return {};
    }
}

QVariant TraceModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const auto part = [this](qint64 ns) {
        return m_totalNs > 0 ? static_cast<double>(ns) / static_cast<double>(m_totalNs) : 0.0;
    };
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        return row.tip.isEmpty() ? QVariant() : QVariant(row.tip);
    case SortRole:
        return index.column() == AtColumn     ? QVariant(row.atNs)
               : index.column() == TookColumn ? QVariant(row.tookNs)
                                              : text(row, index.column());
    case NumericRole:
        return headerData(index.column(), Qt::Horizontal, NumericRole);
    case SockIdRole:
        return m_sockId;
    case SequenceRole:
        return row.sequence;
    case LevelRole:
        return static_cast<int>(row.level);
    case KindRole:
        return QString::fromLatin1(row.kind);
    case SpanBeginRole:
        return part(row.beginNs);
    case SpanEndRole:
        return part(row.endNs);
    default:
        return {};
    }
}

QVariant TraceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section == AtColumn || section == TookColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Step"), tr("At"), tr("Took"), tr("Timeline")};
    return texts[section];
}

} // namespace SockScope
