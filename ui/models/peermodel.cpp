#include "ui/models/peermodel.h"

#include <QHostAddress>

#include <algorithm>

#include "core/time/steadyclock.h"
#include "ui/models/rowremoval.h"

namespace SockScope {

namespace {

constexpr qint64 secondNs = 1'000'000'000;

// What PeerFilter::refused() lists: an endpoint, or an address that stands for all its ports.
std::optional<Endpoint> refusedEntry(const QString &text)
{
    if (const std::optional<Endpoint> endpoint = Endpoint::fromString(text))
        return endpoint;
    QString bare = text;
    if (bare.startsWith(u'[') && bare.endsWith(u']'))
        bare = bare.sliced(1, bare.size() - 2);
    QHostAddress address;
    return address.setAddress(bare) ? std::optional<Endpoint>(Endpoint(address, 0)) : std::nullopt;
}

} // namespace

struct PeerModel::Batch
{
    std::vector<Row> added;
    QHash<Key, int> addedIndex;
    std::vector<bool> doomed; // by row; empty while no row is
    int firstChanged = INT_MAX;
    int lastChanged = -1;

    void touch(int row)
    {
        firstChanged = qMin(firstChanged, row);
        lastChanged = qMax(lastChanged, row);
    }
};

PeerModel::PeerModel(const SockDirectory *directory, std::shared_ptr<Clock> clock, QObject *parent)
    : QAbstractTableModel(parent)
    , m_directory(directory)
    , m_clock(clock ? std::move(clock) : SteadyClock::instance())
    , m_alarm(m_clock->createAlarm([this] { handleSecond(); }))
{
}

PeerModel::~PeerModel() = default;

int PeerModel::rowOf(quint32 sockId, const Endpoint &endpoint) const
{
    return m_index.value({sockId, endpoint}, -1);
}

quint32 PeerModel::sockId(int row) const
{
    return row >= 0 && row < rowCount() ? m_rows[static_cast<size_t>(row)].sockId : 0;
}

const Peer &PeerModel::peer(int row) const
{
    return m_rows[static_cast<size_t>(row)].peer;
}

QList<Endpoint> PeerModel::peersOf(quint32 sockId) const
{
    QList<Endpoint> endpoints;
    for (const Row &row : m_rows) {
        if (row.sockId == sockId && row.present)
            endpoints.append(row.peer.endpoint);
    }
    return endpoints;
}

bool PeerModel::isRefused(quint32 sockId, const Endpoint &endpoint) const
{
    const auto times = m_times.constFind(sockId);
    if (times == m_times.cend() || times->refused.isEmpty())
        return false;
    return times->refused.contains(endpoint) || times->refused.contains(Endpoint(endpoint.address(), 0));
}

// By itself, not by its address: such a peer keeps its row, so that it can be allowed again.
bool PeerModel::isListed(quint32 sockId, const Endpoint &endpoint) const
{
    const auto times = m_times.constFind(sockId);
    return times != m_times.cend() && times->refused.contains(endpoint);
}

void PeerModel::apply(std::span<const SockChanges> changes)
{
    Batch batch;
    for (const SockChanges &one : changes) {
        if (one.snapshot.sockId == 0)
            continue;
        SockTimes &times = m_times[one.snapshot.sockId];
        times.sockNowNs = one.snapshot.nowNs;
        times.arrivedNs = m_clock->nowNs();
        times.wallUs = one.snapshot.wallUs;
        times.timeoutNs = one.snapshot.timeoutNs;
        applyOne(one, batch);
        if (one.snapshot.deniedPeers != times.refusedTexts)
            applyRefused(one.snapshot, batch);
    }
    finish(batch);
}

void PeerModel::applyOne(const SockChanges &changes, Batch &batch)
{
    const quint32 sockId = changes.snapshot.sockId;
    QSet<Endpoint> kept; // of a whole table
    const auto doom = [&](int row) {
        batch.doomed.resize(m_rows.size());
        batch.doomed[static_cast<size_t>(row)] = true;
    };
    const auto revive = [&](int row) {
        if (!batch.doomed.empty())
            batch.doomed[static_cast<size_t>(row)] = false;
    };
    for (const PeerChange &change : changes.peers) {
        const Key key{sockId, change.peer.endpoint};
        const bool refused = isRefused(sockId, change.peer.endpoint);
        const bool stays = !change.removed || isListed(sockId, change.peer.endpoint);
        if (changes.peersReset && stays)
            kept.insert(change.peer.endpoint);
        Row *row = nullptr;
        if (const int known = m_index.value(key, -1); known >= 0) {
            row = &m_rows[static_cast<size_t>(known)];
            if (stays)
                revive(known);
            else
                doom(known);
            batch.touch(known);
        } else if (const int fresh = batch.addedIndex.value(key, -1); fresh >= 0) {
            row = &batch.added[static_cast<size_t>(fresh)];
        } else if (!change.removed) {
            batch.addedIndex.insert(key, static_cast<int>(batch.added.size()));
            row = &batch.added.emplace_back();
            row->sockId = sockId;
            row->messagesIn.total = change.peer.received.messages;
            row->messagesOut.total = change.peer.sent.messages;
            row->bytesIn.total = change.peer.received.bytes;
            row->bytesOut.total = change.peer.sent.bytes;
        }
        if (row) {
            row->peer = change.peer;
            row->present = !change.removed;
            row->refused = refused;
        }
    }
    if (!changes.peersReset)
        return;
    for (int i = 0; i < rowCount(); ++i) {
        Row &row = m_rows[static_cast<size_t>(i)];
        if (row.sockId != sockId || kept.contains(row.peer.endpoint))
            continue;
        row.present = false;
        batch.touch(i);
        if (!isListed(sockId, row.peer.endpoint))
            doom(i);
    }
}

// Refused peers without a row get one, so that they can be allowed again; the list is short.
void PeerModel::applyRefused(const SockSnapshot &snapshot, Batch &batch)
{
    SockTimes &times = m_times[snapshot.sockId];
    times.refusedTexts = snapshot.deniedPeers;
    times.refused.clear();
    for (const QString &text : snapshot.deniedPeers) {
        const std::optional<Endpoint> entry = refusedEntry(text);
        if (!entry)
            continue;
        times.refused.insert(*entry);
        const Key key{snapshot.sockId, *entry};
        const int known = m_index.value(key, -1);
        if (known >= 0) {
            if (!batch.doomed.empty())
                batch.doomed[static_cast<size_t>(known)] = false;
        } else if (!batch.addedIndex.contains(key)) {
            batch.addedIndex.insert(key, static_cast<int>(batch.added.size()));
            Row &row = batch.added.emplace_back();
            row.sockId = snapshot.sockId;
            row.peer.endpoint = *entry;
            row.present = false;
            row.refused = true;
        }
    }
    for (int i = 0; i < rowCount(); ++i) {
        Row &row = m_rows[static_cast<size_t>(i)];
        if (row.sockId != snapshot.sockId)
            continue;
        const bool refused = isRefused(row.sockId, row.peer.endpoint);
        if (refused == row.refused && (row.present || refused))
            continue;
        row.refused = refused;
        batch.touch(i);
        if (!row.present && !isListed(row.sockId, row.peer.endpoint)) {
            batch.doomed.resize(m_rows.size());
            batch.doomed[static_cast<size_t>(i)] = true;
        }
    }
    for (Row &row : batch.added) {
        if (row.sockId == snapshot.sockId)
            row.refused = isRefused(row.sockId, row.peer.endpoint);
    }
}

void PeerModel::finish(Batch &batch)
{
    if (batch.lastChanged >= 0)
        Q_EMIT dataChanged(index(batch.firstChanged, 0), index(batch.lastChanged, ColumnCount - 1));
    std::vector<int> doomed;
    for (size_t i = 0; i < batch.doomed.size(); ++i) {
        if (batch.doomed[i])
            doomed.push_back(static_cast<int>(i));
    }
    dropRows(std::move(doomed));
    // a peer that came and went within one batch never had a row
    std::erase_if(batch.added,
                  [this](const Row &row) { return !row.present && !isListed(row.sockId, row.peer.endpoint); });
    if (!batch.added.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(batch.added.size()) - 1);
        for (Row &row : batch.added) {
            m_index.insert({row.sockId, row.peer.endpoint}, rowCount());
            m_rows.push_back(std::move(row));
        }
        endInsertRows();
    }
    armAlarm();
}

// Rows that are not neighbours move to the end first, so that any number of them is one removal, in linear time.
void PeerModel::dropRows(std::vector<int> rows)
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
        for (int &row : m_index)
            row = target[static_cast<size_t>(row)];
        Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
        first = rowCount() - count;
    }
    beginRemoveRows({}, first, first + count - 1);
    for (int i = first; i < first + count; ++i) {
        const Row &row = m_rows[static_cast<size_t>(i)];
        m_index.remove({row.sockId, row.peer.endpoint});
    }
    m_rows.erase(m_rows.begin() + first, m_rows.begin() + first + count);
    for (int i = first; i < rowCount(); ++i) {
        const Row &row = m_rows[static_cast<size_t>(i)];
        m_index[{row.sockId, row.peer.endpoint}] = i;
    }
    endRemoveRows();
}

void PeerModel::removeSock(quint32 sockId)
{
    std::vector<int> rows;
    for (int i = 0; i < rowCount(); ++i) {
        if (m_rows[static_cast<size_t>(i)].sockId == sockId)
            rows.push_back(i);
    }
    dropRows(std::move(rows));
    m_times.remove(sockId);
    armAlarm();
}

void PeerModel::armAlarm()
{
    if (m_rows.empty()) {
        m_alarm->cancel();
    } else if (!m_alarm->isSet()) {
        m_sampledNs = m_clock->nowNs();
        m_alarm->setDeadline(m_sampledNs + secondNs);
    }
}

void PeerModel::handleSecond()
{
    const qint64 now = m_clock->nowNs();
    const double seconds = static_cast<double>(now - m_sampledNs) / 1e9;
    m_sampledNs = now;
    for (Row &row : m_rows) {
        row.messagesIn.sample(row.peer.received.messages, seconds);
        row.messagesOut.sample(row.peer.sent.messages, seconds);
        row.bytesIn.sample(row.peer.received.bytes, seconds);
        row.bytesOut.sample(row.peer.sent.bytes, seconds);
        row.history[static_cast<size_t>(row.samples++ % historySeconds)] =
            static_cast<float>(row.messagesIn.perSecond + row.messagesOut.perSecond);
    }
    armAlarm();
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, LastSeenColumn), index(rowCount() - 1, ActivityColumn));
}

} // namespace SockScope
