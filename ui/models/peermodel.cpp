#include "ui/models/peermodel.h"

#include <QHostAddress>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/time/steadyclock.h"
#include "ui/models/rowremoval.h"

namespace SockScope {

namespace {

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
    std::vector<int> added;   // slots without a row yet, those that left again among them
    std::vector<int> changed; // slots with a row
    std::vector<int> doomed;  // of changed; some may have come back
    bool words = false;       // something that a search looks at
};

PeerModel::PeerModel(const SockDirectory *directory, std::shared_ptr<Clock> clock, QObject *parent)
    : QAbstractTableModel(parent)
    , m_directory(directory)
    , m_clock(clock ? std::move(clock) : SteadyClock::instance())
    , m_alarm(m_clock->createAlarm([this] { handleAlarm(); }))
{
}

PeerModel::~PeerModel() = default;

int PeerModel::rowOf(quint32 sockId, const Endpoint &endpoint) const
{
    const int slot = m_index.value({sockId, endpoint}, -1);
    return slot < 0 ? -1 : rowOfSlot(slot);
}

quint32 PeerModel::sockId(int row) const
{
    return row >= 0 && row < rowCount() ? m_slots[static_cast<size_t>(slotOf(row))].sockId : 0;
}

const Peer &PeerModel::peer(int row) const
{
    return m_slots[static_cast<size_t>(slotOf(row))].peer;
}

const PeerStory &PeerModel::story(int row) const
{
    return m_slots[static_cast<size_t>(slotOf(row))].story;
}

const PeerStory *PeerModel::storyOf(const PeerKey &key) const
{
    const int slot = m_index.value(key, -1);
    return slot >= 0 ? &m_slots[static_cast<size_t>(slot)].story : m_past.find(key);
}

QList<Endpoint> PeerModel::peersOf(quint32 sockId, int maximum) const
{
    QList<Endpoint> endpoints;
    for (const int slot : m_rows) {
        const Row &row = m_slots[static_cast<size_t>(slot)];
        if (row.sockId != sockId || !row.present)
            continue;
        if (endpoints.size() >= maximum)
            break;
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
    const SockTimes times = m_times.value(sockId);
    std::vector<bool> kept(changes.peersReset ? m_slots.size() : 0); // of a whole table
    for (const PeerChange &change : changes.peers) {
        const PeerKey key{sockId, change.peer.endpoint};
        const auto known = m_index.constFind(key);
        if (known == m_index.cend() && change.removed)
            continue;
        const bool stays = !change.removed || isListed(sockId, change.peer.endpoint);
        int slot = 0;
        if (known != m_index.cend()) {
            slot = *known;
            Row &row = m_slots[static_cast<size_t>(slot)];
            batch.words = batch.words || row.present == change.removed || row.peer.state != change.peer.state ||
                          row.peer.metadata != change.peer.metadata;
            applyChange(row, change, times);
            if (rowOfSlot(slot) >= 0) {
                batch.changed.push_back(slot);
                if (!stays)
                    batch.doomed.push_back(slot);
            }
        } else {
            slot = takeSlot();
            m_index.insert(key, slot);
            Row &row = m_slots[static_cast<size_t>(slot)];
            row.sockId = sockId;
            begin(row, change, times);
            batch.added.push_back(slot);
        }
        Row &row = m_slots[static_cast<size_t>(slot)];
        setRefused(row, isRefused(sockId, change.peer.endpoint), times);
        watch(slot, times);
        if (changes.peersReset && stays) {
            kept.resize(m_slots.size());
            kept[static_cast<size_t>(slot)] = true;
        }
    }
    if (!changes.peersReset)
        return;
    kept.resize(m_slots.size());
    for (const int slot : m_rows) {
        Row &row = m_slots[static_cast<size_t>(slot)];
        if (row.sockId != sockId || kept[static_cast<size_t>(slot)])
            continue;
        if (std::exchange(row.present, false))
            row.story.add({times.wallUs, PeerEvent::Kind::Left});
        watch(slot, times);
        batch.words = true;
        batch.changed.push_back(slot);
        if (!isListed(sockId, row.peer.endpoint))
            batch.doomed.push_back(slot);
    }
}

// Refused peers without a row get one, so that they can be allowed again; the list is short.
void PeerModel::applyRefused(const SockSnapshot &snapshot, Batch &batch)
{
    SockTimes &times = m_times[snapshot.sockId];
    times.refusedTexts = snapshot.deniedPeers;
    times.refused.clear();
    batch.words = true;
    for (const QString &text : snapshot.deniedPeers) {
        const std::optional<Endpoint> entry = refusedEntry(text);
        if (!entry)
            continue;
        times.refused.insert(*entry);
        const PeerKey key{snapshot.sockId, *entry};
        if (m_index.contains(key))
            continue; // finish() asks isListed again
        const int slot = takeSlot();
        m_index.insert(key, slot);
        batch.added.push_back(slot);
        Row &row = m_slots[static_cast<size_t>(slot)];
        row.sockId = snapshot.sockId;
        row.peer.endpoint = *entry;
        row.present = false;
        if (std::optional<PeerStory> story = m_past.take(key))
            row.story = std::move(*story);
    }
    for (const int slot : m_rows) {
        Row &row = m_slots[static_cast<size_t>(slot)];
        if (row.sockId != snapshot.sockId)
            continue;
        const bool refused = isRefused(row.sockId, row.peer.endpoint);
        if (refused == row.refused && (row.present || refused))
            continue;
        setRefused(row, refused, times);
        batch.changed.push_back(slot);
        if (!row.present)
            batch.doomed.push_back(slot);
    }
    for (const int slot : batch.added) {
        Row &row = m_slots[static_cast<size_t>(slot)];
        if (row.sockId == snapshot.sockId)
            setRefused(row, isRefused(row.sockId, row.peer.endpoint), times);
    }
}

int PeerModel::takeSlot()
{
    int slot = 0;
    if (m_free.empty()) {
        slot = slotEnd();
        m_slots.emplace_back();
        m_rowOf.push_back(-1);
        const bool looked = m_looked >= m_silentAt.size();
        m_silentAt.push_back(std::numeric_limits<qint64>::max());
        if (looked)
            m_looked = m_silentAt.size(); // in this second there is nothing to see of it
    } else {
        slot = m_free.back();
        m_free.pop_back();
    }
    m_slots[static_cast<size_t>(slot)].arrival = ++m_arrivals;
    return slot;
}

void PeerModel::finish(Batch &batch)
{
    if (!batch.changed.empty()) {
        int first = rowCount();
        int last = -1;
        for (const int slot : batch.changed) {
            first = qMin(first, rowOfSlot(slot));
            last = qMax(last, rowOfSlot(slot));
        }
        Q_EMIT dataChanged(index(first, 0), index(last, ColumnCount - 1));
        Q_EMIT touched(batch.changed, batch.words);
    }
    const auto leaves = [this](int slot) {
        const Row &row = m_slots[static_cast<size_t>(slot)];
        return !row.present && !isListed(row.sockId, row.peer.endpoint);
    };
    std::erase_if(batch.doomed, [&](int slot) { return !leaves(slot); });
    // a peer that came and went within one batch never had a row
    const auto gone =
        std::stable_partition(batch.added.begin(), batch.added.end(), [&](int slot) { return !leaves(slot); });
    batch.doomed.insert(batch.doomed.end(), gone, batch.added.end());
    batch.added.erase(gone, batch.added.end());
    dropSlots(batch.doomed);
    if (!batch.added.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(batch.added.size()) - 1);
        for (const int slot : batch.added) {
            m_rowOf[static_cast<size_t>(slot)] = rowCount();
            m_rows.push_back(slot);
        }
        endInsertRows();
    }
    armAlarm();
}

// Rows that are not neighbours move to the end first, so that any number of them is one removal. Only numbers move.
void PeerModel::dropSlots(const std::vector<int> &doomed)
{
    std::vector<int> rows;
    for (const int slot : doomed)
        if (const int row = rowOfSlot(slot); row >= 0)
            rows.push_back(row);
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    const int count = static_cast<int>(rows.size());
    const auto renumber = [this](int from) {
        for (int row = from; row < rowCount(); ++row)
            m_rowOf[static_cast<size_t>(slotOf(row))] = row;
    };
    if (count > 0) {
        int first = rows.front();
        if (rows.back() - first + 1 != count) {
            Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
            const std::vector<int> target = rowsWithDoomedLast(rowCount(), rows);
            std::vector<int> ordered(m_rows.size());
            for (size_t i = 0; i < m_rows.size(); ++i)
                ordered[static_cast<size_t>(target[i])] = m_rows[i];
            m_rows = std::move(ordered);
            renumber(first);
            const QModelIndexList watched = persistentIndexList();
            for (const QModelIndex &from : watched)
                changePersistentIndex(from, index(target[static_cast<size_t>(from.row())], from.column()));
            Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
            first = rowCount() - count;
        }
        beginRemoveRows({}, first, first + count - 1);
        for (int row = first; row < first + count; ++row)
            m_rowOf[static_cast<size_t>(slotOf(row))] = -1;
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + first + count);
        renumber(first);
        endRemoveRows();
    }
    for (const int slot : doomed) {
        Row &row = m_slots[static_cast<size_t>(slot)];
        const PeerKey key{row.sockId, row.peer.endpoint};
        if (m_index.value(key, -1) != slot)
            continue; // named twice
        m_index.remove(key);
        m_past.add(key, std::move(row.story));
        const bool listed = row.sampling; // the slot's place in the list of samples outlives its peer
        row = Row();
        row.sampling = listed;
        m_silentAt[static_cast<size_t>(slot)] = std::numeric_limits<qint64>::max();
        m_free.push_back(slot);
    }
}

void PeerModel::removeSock(quint32 sockId)
{
    std::vector<int> doomed;
    const qint64 wallUs = m_times.value(sockId).wallUs;
    for (const int slot : m_rows) {
        Row &row = m_slots[static_cast<size_t>(slot)];
        if (row.sockId != sockId)
            continue;
        if (row.present)
            row.story.add({wallUs, PeerEvent::Kind::Closed, CloseReason::Stopped});
        doomed.push_back(slot);
    }
    dropSlots(doomed);
    m_times.remove(sockId);
    armAlarm();
}

} // namespace SockScope
