#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>

#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"
#include "ui/models/pastpeers.h"
#include "ui/models/ratemeter.h"

namespace SockScope {

class SockDirectory;

/*! The peers of all socks, live, 100,000 of them too.
 *  Path    SockChanges → [this] → PeerSortModel → the Peers view
 *  Shape   one row a peer, in the order of arrival; a refused peer keeps a row when it is gone, so that it can be
 *          allowed again. A peer lives in a slot that never moves while it is there; rows are numbers of slots. Roles:
 *          SortRole NumericRole SockIdRole SockNameRole EndpointRole StateRole LevelRole IsRefusedRole IsPresentRole
 *          HistoryRole SecondsLeftRole
 *  Units   history in messages a second, both ways, the last 60 s; times as said at the roles
 *  Errors  none
 *  Thread  the window's
 *  Source  a frame costs what changed in it; what has a rate is sampled once a second, in slices of sliceRows
 */
class PeerModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        PeerColumn,
        SocketColumn,
        StateColumn,
        SinceColumn,
        LastSeenColumn,
        TimeoutColumn,
        MessagesInColumn,
        MessagesOutColumn,
        BytesInColumn,
        BytesOutColumn,
        RateInColumn,
        RateOutColumn,
        ErrorsColumn,
        ActivityColumn, ///< empty text; the sparkline's place
        StoryColumn,    ///< PeerStory::summary
        ColumnCount
    };
    Q_ENUM(Column)
    /// What rows are ordered by: compared word by word.
    using SortKey = std::array<quint64, 3>;
    static constexpr int historySeconds = 60;
    static constexpr size_t sliceRows = 10'000;

    explicit PeerModel(const SockDirectory *directory, std::shared_ptr<Clock> clock = nullptr,
                       QObject *parent = nullptr);
    ~PeerModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// -1 when there is no such row.
    int rowOf(quint32 sockId, const Endpoint &endpoint) const;
    quint32 sockId(int row) const;
    const Peer &peer(int row) const;
    const PeerStory &story(int row) const;
    /// Of a peer that is there or has left; null when it is not known (any more).
    const PeerStory *storyOf(const PeerKey &key) const;
    const PastPeers &past() const { return m_past; }
    QList<Endpoint> peersOf(quint32 sockId, int maximum = std::numeric_limits<int>::max()) const;

    /// A slot is a row's number that does not change while others come and go; slotEnd() is above all of them.
    int slotOf(int row) const { return m_rows[static_cast<size_t>(row)]; }
    /// -1 when nobody is in the slot.
    int rowOfSlot(int slot) const { return m_rowOf[static_cast<size_t>(slot)]; }
    int slotEnd() const { return static_cast<int>(m_slots.size()); }
    /// Column -1: the order of arrival.
    SortKey sortKey(int slot, int column) const;
    /// Address, socket, state and metadata, in lower case: what a search looks through.
    QString searchText(int slot) const;

    /// At most one insert, one remove and one dataChanged, however many changes there are.
    void apply(std::span<const SockChanges> changes);
    void removeSock(quint32 sockId);

Q_SIGNALS:
    /// These slots have other values; wordsChanged: also for a search.
    void touched(const std::vector<int> &slotNumbers, bool wordsChanged);

private:
    struct Row
    {
        quint32 sockId = 0;
        quint64 arrival = 0;
        Peer peer;
        bool present = true;
        bool refused = false;
        bool silent = false;
        bool sampling = false; // in m_sampled
        qint64 sampledNs = 0;
        RateMeter messagesIn, messagesOut, bytesIn, bytesOut;
        std::array<float, historySeconds> history{}; // of second n at n % historySeconds
        qint64 firstSecond = 0;
        qint64 lastSecond = 0; // later ones are 0
        PeerStory story;
    };
    struct SockTimes
    {
        qint64 sockNowNs = 0; ///< the sock's clock …
        qint64 arrivedNs = 0; ///< … when ours said this
        qint64 wallUs = 0;
        qint64 timeoutNs = 0;
        QSet<Endpoint> refused;
        QStringList refusedTexts;
    };
    struct Batch;
    // peermodel.cpp
    void applyOne(const SockChanges &changes, Batch &batch);
    void applyRefused(const SockSnapshot &snapshot, Batch &batch);
    void finish(Batch &batch);
    int takeSlot();
    void dropSlots(const std::vector<int> &doomed);
    bool isRefused(quint32 sockId, const Endpoint &endpoint) const;
    bool isListed(quint32 sockId, const Endpoint &endpoint) const;
    // peersampling.cpp
    void begin(Row &row, const PeerChange &change, const SockTimes &times);
    void applyChange(Row &row, const PeerChange &change, const SockTimes &times);
    void setRefused(Row &row, bool refused, const SockTimes &times);
    void watch(int slot, const SockTimes &times);
    void handleAlarm();
    void beginSecond();
    void findSilent();
    void sampleSlice();
    void sample(Row &row, qint64 nowNs) const;
    void armAlarm();
    // peerdata.cpp
    qint64 sockNowNs(const Row &row) const;
    qint64 wallUsOf(const Row &row, qint64 sockNs) const;
    std::optional<double> secondsLeft(const Row &row) const;
    QString stateKey(const Row &row) const;
    QString stateText(const Row &row) const;
    QVariant text(const Row &row, int column) const;
    QVariant sortValue(const Row &row, int column) const;
    QVariant history(const Row &row) const;

    const SockDirectory *m_directory;
    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    std::vector<Row> m_slots;
    std::vector<int> m_free;        // slots
    std::vector<int> m_rows;        // row → slot
    std::vector<int> m_rowOf;       // slot → row
    std::vector<qint64> m_silentAt; // by slot, on our clock: apart from the rows, as all are looked at every second
    std::vector<int> m_sampled;     // slots that had a rate or were touched since the last second
    std::vector<int> m_sampling;    // of those, what the slices of this second have not come to
    size_t m_looked = 0;            // slots that were looked at for silence in this second
    QHash<PeerKey, int> m_index;    // to the slot
    QHash<quint32, SockTimes> m_times;
    PastPeers m_past;
    quint64 m_arrivals = 0;
    qint64 m_second = 0; // seconds since the first row
    qint64 m_secondNs = 0;
};

} // namespace SockScope
