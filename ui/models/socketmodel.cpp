#include "ui/models/socketmodel.h"

#include <algorithm>

#include "core/time/steadyclock.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"

namespace SockScope {

namespace {
constexpr qint64 secondNs = 1'000'000'000;
} // namespace

SocketModel::SocketModel(std::shared_ptr<Clock> clock, QObject *parent)
    : QAbstractTableModel(parent)
    , m_clock(clock ? std::move(clock) : SteadyClock::instance())
    , m_alarm(m_clock->createAlarm([this] { handleSample(); }))
{
}

SocketModel::~SocketModel() = default;

int SocketModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SocketModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

quint32 SocketModel::sockId(int row) const
{
    return row >= 0 && row < rowCount() ? m_rows[static_cast<size_t>(row)].snapshot.sockId : 0;
}

int SocketModel::rowOf(quint32 sockId) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [sockId](const Row &row) { return row.snapshot.sockId == sockId; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

const SockSnapshot &SocketModel::snapshot(int row) const
{
    return m_rows[static_cast<size_t>(row)].snapshot;
}

double SocketModel::totalRate() const
{
    double sum = 0;
    for (const Row &row : m_rows)
        sum += row.messagesIn.perSecond + row.messagesOut.perSecond;
    return sum;
}

void SocketModel::apply(std::span<const SockChanges> changes)
{
    int firstChanged = rowCount();
    int lastChanged = -1;
    std::vector<Row> added;
    for (const SockChanges &one : changes) {
        if (one.snapshot.sockId == 0)
            continue;
        const int row = rowOf(one.snapshot.sockId);
        if (row >= 0) {
            m_rows[static_cast<size_t>(row)].snapshot = one.snapshot;
            firstChanged = qMin(firstChanged, row);
            lastChanged = qMax(lastChanged, row);
            continue;
        }
        const auto twin = std::find_if(added.begin(), added.end(), [&](const Row &candidate) {
            return candidate.snapshot.sockId == one.snapshot.sockId;
        });
        if (twin != added.end()) {
            twin->snapshot = one.snapshot;
            continue;
        }
        Row fresh;
        fresh.snapshot = one.snapshot;
        // what it did before we saw it is not a rate
        fresh.messagesIn.total = one.snapshot.ledger.received.messages;
        fresh.messagesOut.total = one.snapshot.ledger.sent.messages;
        fresh.bytesIn.total = one.snapshot.ledger.received.bytes;
        fresh.bytesOut.total = one.snapshot.ledger.sent.bytes;
        added.push_back(std::move(fresh));
    }
    if (lastChanged >= 0)
        Q_EMIT dataChanged(index(firstChanged, 0), index(lastChanged, ColumnCount - 1));
    if (!added.empty()) {
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(added.size()) - 1);
        m_rows.insert(m_rows.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
        endInsertRows();
    }
    if (!m_rows.empty() && !changes.empty() && !m_alarm->isSet()) {
        m_sampledNs = m_clock->nowNs();
        m_alarm->setDeadline(m_sampledNs + secondNs);
    }
}

// Goes on only while there is a rate to tell: an idle program has no timer here.
void SocketModel::handleSample()
{
    const qint64 now = m_clock->nowNs();
    const double seconds = static_cast<double>(now - m_sampledNs) / 1e9;
    m_sampledNs = now;
    bool busy = false;
    int first = rowCount();
    int last = -1;
    for (int i = 0; i < rowCount(); ++i) {
        Row &row = m_rows[static_cast<size_t>(i)];
        const Ledger &ledger = row.snapshot.ledger;
        bool changed = row.messagesIn.sample(ledger.received.messages, seconds);
        changed |= row.messagesOut.sample(ledger.sent.messages, seconds);
        changed |= row.bytesIn.sample(ledger.received.bytes, seconds);
        changed |= row.bytesOut.sample(ledger.sent.bytes, seconds);
        busy = busy || row.messagesIn.perSecond > 0 || row.messagesOut.perSecond > 0;
        if (changed) {
            first = qMin(first, i);
            last = i;
        }
    }
    if (busy)
        m_alarm->setDeadline(now + secondNs);
    if (last >= 0)
        Q_EMIT dataChanged(index(first, RateInColumn), index(last, RateOutColumn));
}

void SocketModel::setImpairments(quint32 sockId, const QString &words)
{
    if (m_impairments.value(sockId) == words)
        return;
    if (words.isEmpty())
        m_impairments.remove(sockId);
    else
        m_impairments.insert(sockId, words);
    if (const int row = rowOf(sockId); row >= 0)
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void SocketModel::removeSock(quint32 sockId)
{
    m_impairments.remove(sockId);
    const int row = rowOf(sockId);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

QVariant SocketModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    const SockSnapshot &snapshot = row.snapshot;
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case SortRole:
        return sortValue(row, index.column());
    case NumericRole:
        return headerData(index.column(), Qt::Horizontal, NumericRole);
    case SockIdRole:
        return snapshot.sockId;
    case SockNameRole:
        return text(row, NameColumn);
    case EndpointRole:
        return QVariant::fromValue(snapshot.localEndpoint);
    case ActiveRole:
        return snapshot.active;
    case StateRole:
        return snapshot.state;
    case LevelRole:
        return static_cast<int>(snapshot.lastError ? (snapshot.active ? Level::Warning : Level::Error)
                                : snapshot.active  ? Level::Good
                                                   : Level::Notice);
    case ErrorTextRole:
        return snapshot.lastError ? snapshot.lastError->what : QString();
    case RemedyRole:
        return snapshot.lastError ? snapshot.lastError->remedy : QString();
    case IsImpairedRole:
        return m_impairments.contains(snapshot.sockId);
    case Qt::ToolTipRole:
        if (index.column() <= UrlColumn && m_impairments.contains(snapshot.sockId))
            return tr("Impaired: %1").arg(m_impairments.value(snapshot.sockId));
        return snapshot.lastError && (index.column() == ErrorColumn || index.column() == RemedyColumn)
                   ? QVariant(snapshot.lastError->toString())
                   : QVariant();
    default:
        return {};
    }
}

namespace {

QString stateText(const QString &key)
{
    static const QHash<QString, const char *> texts{
        {QStringLiteral("Idle"), QT_TRANSLATE_NOOP("SockScope::SocketModel", "stopped")},
        {QStringLiteral("Starting"), QT_TRANSLATE_NOOP("SockScope::SocketModel", "starting")},
        {QStringLiteral("Active"), QT_TRANSLATE_NOOP("SockScope::SocketModel", "active")},
        {QStringLiteral("Stopping"), QT_TRANSLATE_NOOP("SockScope::SocketModel", "stopping")},
        {QStringLiteral("Failed"), QT_TRANSLATE_NOOP("SockScope::SocketModel", "failed")}};
    const char *known = texts.value(key, nullptr);
    return known ? SocketModel::tr(known) : key;
}

} // namespace

QVariant SocketModel::text(const Row &row, int column) const
{
    const SockSnapshot &snapshot = row.snapshot;
    switch (column) {
    case NameColumn:
        return snapshot.name.isEmpty() ? snapshot.url : snapshot.name;
    case UrlColumn:
        return snapshot.url;
    case StateColumn:
        return stateText(snapshot.state);
    case PeersColumn:
        return Format::count(static_cast<qint64>(snapshot.peerCount));
    case InColumn:
        return Format::count(snapshot.ledger.received.messages);
    case OutColumn:
        return Format::count(snapshot.ledger.sent.messages);
    case RateInColumn:
        return Format::rate(row.messagesIn.perSecond);
    case RateOutColumn:
        return Format::rate(row.messagesOut.perSecond);
    case BytesInColumn:
        return Format::bytes(snapshot.ledger.received.bytes);
    case BytesOutColumn:
        return Format::bytes(snapshot.ledger.sent.bytes);
    case ErrorsColumn:
        return Format::count(sortValue(row, ErrorsColumn).toULongLong());
    case ErrorColumn:
        return snapshot.lastError ? snapshot.lastError->what : QString();
    case RemedyColumn:
        return snapshot.lastError ? snapshot.lastError->remedy : QString();
    case ImpairColumn:
        return m_impairments.value(snapshot.sockId);
    default:
        return {};
    }
}

QVariant SocketModel::sortValue(const Row &row, int column) const
{
    const Ledger &ledger = row.snapshot.ledger;
    switch (column) {
    case PeersColumn:
        return row.snapshot.peerCount;
    case InColumn:
        return ledger.received.messages;
    case OutColumn:
        return ledger.sent.messages;
    case RateInColumn:
        return row.messagesIn.perSecond;
    case RateOutColumn:
        return row.messagesOut.perSecond;
    case BytesInColumn:
        return ledger.received.bytes;
    case BytesOutColumn:
        return ledger.sent.bytes;
    case ErrorsColumn:
        return ledger.framingErrors.messages + ledger.decodeErrors.messages + ledger.handlerErrors +
               ledger.encodeErrors.messages + ledger.sendErrors.messages;
    default:
        return text(row, column);
    }
}

QVariant SocketModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section >= PeersColumn && section <= ErrorsColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Socket"), tr("Address"),    tr("State"),  tr("Peers"),      tr("In"),
                                        tr("Out"),    tr("In/s"),       tr("Out/s"),  tr("Bytes in"),   tr("Bytes out"),
                                        tr("Errors"), tr("Last error"), tr("Remedy"), tr("Impairments")};
    return texts[section];
}

} // namespace SockScope
