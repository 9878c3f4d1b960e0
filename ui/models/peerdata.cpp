#include "ui/models/peermodel.h"

#include <QMetaEnum>
#include <QtEndian>

#include <bit>
#include <limits>

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
    const Row &row = m_slots[static_cast<size_t>(slotOf(index.row()))];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        if (row.present && (index.column() == SinceColumn || index.column() == LastSeenColumn)) {
            return Format::dateTime(
                wallUsOf(row, index.column() == SinceColumn ? row.peer.firstSeenNs : row.peer.lastSeenNs));
        }
        if (index.column() == StoryColumn || index.column() == StateColumn)
            return row.story.lines();
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
        return static_cast<int>(row.refused                                             ? Level::Error
                                : row.peer.errors > 0                                   ? Level::Warning
                                : row.silent || row.peer.state == PeerState::Connecting ? Level::Notice
                                                                                        : Level::Good);
    case IsRefusedRole:
        return row.refused;
    case IsPresentRole:
        return row.present;
    case SecondsLeftRole:
        return secondsLeft(row).value_or(-1);
    case HistoryRole:
        return history(row);
    default:
        return {};
    }
}

// Of a row that was not sampled since, the seconds after its last are zeros.
QVariant PeerModel::history(const Row &row) const
{
    const qint64 count = qMin<qint64>(m_second - row.firstSecond, historySeconds);
    QList<float> values;
    values.reserve(count);
    for (qint64 second = m_second - count + 1; second <= m_second; ++second)
        values.append(second <= row.lastSecond ? row.history[static_cast<size_t>(second % historySeconds)] : 0.0F);
    return QVariant::fromValue(values);
}

QString PeerModel::stateText(const Row &row) const
{
    if (row.refused)
        return tr("refused");
    return !row.present                              ? tr("gone")
           : row.peer.state == PeerState::Connecting ? tr("connecting")
           : row.silent                              ? tr("silent")
                                                     : tr("connected");
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
        return stateText(row);
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
    case StoryColumn:
        return row.story.summary();
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
    case StoryColumn:
        return row.story.lastUs();
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
                                        tr("In/s"),     tr("Out/s"),  tr("Errors"), tr("Activity"), tr("History")};
    return texts[section];
}

PeerModel::SortKey PeerModel::sortKey(int slot, int column) const
{
    const Row &row = m_slots[static_cast<size_t>(slot)];
    const Peer &peer = row.peer;
    const auto real = [&row](double value) { // of what is not negative, the bits are in order
        return SortKey{std::bit_cast<quint64>(qMax(0.0, value)), row.arrival, 0};
    };
    const auto number = [&row](auto value) { return SortKey{static_cast<quint64>(value), row.arrival, 0}; };
    switch (column) {
    case PeerColumn: { // by address, not by its text; IPv4 as it is mapped into IPv6
        const Endpoint &endpoint = peer.endpoint;
        if (endpoint.family() != Endpoint::Family::IPv6)
            return {0, 0xffff'0000'0000ULL | endpoint.ipv4(), endpoint.port()};
        const quint8 *bytes = endpoint.ipv6Bytes();
        return {qFromBigEndian<quint64>(bytes), qFromBigEndian<quint64>(bytes + 8),
                quint64(endpoint.scopeId()) << 16 | endpoint.port()};
    }
    case SocketColumn: {
        const QString name = m_directory->name(row.sockId).toLower().leftJustified(8, QChar(u'\0'), true);
        const auto four = [&name](qsizetype from) {
            quint64 word = 0;
            for (qsizetype i = from; i < from + 4; ++i)
                word = word << 16 | name[i].unicode();
            return word;
        };
        return {four(0), four(4), quint64(row.sockId) << 32 | (row.arrival & 0xffff'ffff)};
    }
    case StateColumn:
        return number(row.refused                           ? 4
                      : !row.present                        ? 3
                      : row.silent                          ? 2
                      : peer.state == PeerState::Connecting ? 0
                                                            : 1);
    case SinceColumn:
        return number(wallUsOf(row, peer.firstSeenNs));
    case LastSeenColumn: // the longer ago the larger, as the cell says
        return number(std::numeric_limits<qint64>::max() - wallUsOf(row, peer.lastSeenNs));
    case TimeoutColumn: {
        const auto times = m_times.constFind(row.sockId);
        const bool ends =
            times != m_times.cend() && times->timeoutNs > 0 && row.present && peer.state == PeerState::Known;
        return number(ends ? wallUsOf(row, peer.lastSeenNs + times->timeoutNs) : std::numeric_limits<qint64>::max());
    }
    case RateInColumn:
        return real(row.messagesIn.perSecond);
    case RateOutColumn:
        return real(row.messagesOut.perSecond);
    case ActivityColumn:
        return real(row.messagesIn.perSecond + row.messagesOut.perSecond);
    case MessagesInColumn:
        return number(peer.received.messages);
    case MessagesOutColumn:
        return number(peer.sent.messages);
    case BytesInColumn:
        return number(peer.received.bytes);
    case BytesOutColumn:
        return number(peer.sent.bytes);
    case ErrorsColumn:
        return number(peer.errors);
    case StoryColumn:
        return number(row.story.lastUs());
    default:
        return {row.arrival, 0, 0};
    }
}

QString PeerModel::searchText(int slot) const
{
    const Row &row = m_slots[static_cast<size_t>(slot)];
    QString words = row.peer.endpoint.toString();
    words += u' ';
    words += m_directory->name(row.sockId);
    words += u' ';
    words += stateText(row);
    for (auto it = row.peer.metadata.cbegin(); it != row.peer.metadata.cend(); ++it)
        words += u' ' + it.key() + u'=' + it.value().toString();
    return words.toLower();
}

} // namespace SockScope
