#include "ui/models/peermodel.h"

#include <QMetaEnum>

#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

// The part of PeerModel that writes cells.

namespace SockScope {

int PeerModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PeerModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

qint64 PeerModel::sockNowNs(const Row &row) const
{
    const auto times = m_times.constFind(row.sockId);
    return times == m_times.cend() ? 0 : times->sockNowNs + (m_clock->nowNs() - times->arrivedNs);
}

qint64 PeerModel::wallUsOf(const Row &row, qint64 sockNs) const
{
    const auto times = m_times.constFind(row.sockId);
    return times == m_times.cend() ? 0 : times->wallUs + (sockNs - times->sockNowNs) / 1000;
}

std::optional<double> PeerModel::secondsLeft(const Row &row) const
{
    const auto times = m_times.constFind(row.sockId);
    if (times == m_times.cend() || times->timeoutNs <= 0 || !row.present || row.peer.state != PeerState::Known)
        return std::nullopt;
    const qint64 left = times->timeoutNs - (sockNowNs(row) - row.peer.lastSeenNs);
    return static_cast<double>(qMax<qint64>(0, left)) / 1e9;
}

QString PeerModel::stateKey(const Row &row) const
{
    if (row.refused)
        return QStringLiteral("Refused");
    if (!row.present)
        return QStringLiteral("Gone");
    return QString::fromLatin1(QMetaEnum::fromType<PeerState>().valueToKey(static_cast<int>(row.peer.state)));
}

QVariant PeerModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        if (row.present && (index.column() == SinceColumn || index.column() == LastSeenColumn)) {
            return Format::dateTime(
                wallUsOf(row, index.column() == SinceColumn ? row.peer.firstSeenNs : row.peer.lastSeenNs));
        }
        return {};
    case SortRole:
        return sortValue(row, index.column());
    case NumericRole:
        return headerData(index.column(), Qt::Horizontal, NumericRole);
    case SockIdRole:
        return row.sockId;
    case SockNameRole:
        return m_directory->name(row.sockId);
    case EndpointRole:
        return QVariant::fromValue(row.peer.endpoint);
    case StateRole:
        return stateKey(row);
    case LevelRole:
        return static_cast<int>(row.refused                               ? Level::Error
                                : row.peer.errors > 0                     ? Level::Warning
                                : row.peer.state == PeerState::Connecting ? Level::Notice
                                                                          : Level::Good);
    case IsRefusedRole:
        return row.refused;
    case IsPresentRole:
        return row.present;
    case SecondsLeftRole:
        return secondsLeft(row).value_or(-1);
    case HistoryRole: {
        const auto count = qMin<quint64>(row.samples, historySeconds);
        QList<float> history;
        history.reserve(static_cast<qsizetype>(count));
        for (quint64 i = row.samples - count; i < row.samples; ++i)
            history.append(row.history[static_cast<size_t>(i % historySeconds)]);
        return QVariant::fromValue(history);
    }
    default:
        return {};
    }
}

QVariant PeerModel::text(const Row &row, int column) const
{
    const Peer &peer = row.peer;
    switch (column) {
    case PeerColumn:
        return peer.endpoint.port() == 0 && !row.present ? peer.endpoint.addressString() : peer.endpoint.toString();
    case SocketColumn:
        return m_directory->name(row.sockId);
    case StateColumn:
        if (row.refused)
            return tr("refused");
        return !row.present ? tr("gone") : peer.state == PeerState::Connecting ? tr("connecting") : tr("connected");
    case SinceColumn:
        return row.present ? Format::clockTime(wallUsOf(row, peer.firstSeenNs)).left(8) : QString();
    case LastSeenColumn:
        return row.present ? tr("%1 ago").arg(Format::seconds(
                                 static_cast<double>(qMax<qint64>(0, sockNowNs(row) - peer.lastSeenNs)) / 1e9))
                           : QString();
    case TimeoutColumn: {
        const std::optional<double> left = secondsLeft(row);
        return left ? Format::seconds(*left) : QString();
    }
    case MessagesInColumn:
        return Format::count(peer.received.messages);
    case MessagesOutColumn:
        return Format::count(peer.sent.messages);
    case BytesInColumn:
        return Format::bytes(peer.received.bytes);
    case BytesOutColumn:
        return Format::bytes(peer.sent.bytes);
    case RateInColumn:
        return Format::rate(row.messagesIn.perSecond);
    case RateOutColumn:
        return Format::rate(row.messagesOut.perSecond);
    case ErrorsColumn:
        return Format::count(peer.errors);
    default:
        return {};
    }
}

QVariant PeerModel::sortValue(const Row &row, int column) const
{
    const Peer &peer = row.peer;
    switch (column) {
    case SinceColumn:
        return wallUsOf(row, peer.firstSeenNs);
    case LastSeenColumn:
        return wallUsOf(row, peer.lastSeenNs);
    case TimeoutColumn:
        return secondsLeft(row).value_or(1e18);
    case MessagesInColumn:
        return peer.received.messages;
    case MessagesOutColumn:
        return peer.sent.messages;
    case BytesInColumn:
        return peer.received.bytes;
    case BytesOutColumn:
        return peer.sent.bytes;
    case RateInColumn:
        return row.messagesIn.perSecond;
    case RateOutColumn:
        return row.messagesOut.perSecond;
    case ErrorsColumn:
        return peer.errors;
    case ActivityColumn:
        return row.messagesIn.perSecond + row.messagesOut.perSecond;
    default:
        return text(row, column);
    }
}

QVariant PeerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section >= SinceColumn && section <= ErrorsColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Peer"),     tr("Socket"), tr("State"),  tr("Since"),    tr("Last seen"),
                                        tr("Time-out"), tr("In"),     tr("Out"),    tr("Bytes in"), tr("Bytes out"),
                                        tr("In/s"),     tr("Out/s"),  tr("Errors"), tr("Activity")};
    return texts[section];
}

} // namespace SockScope
