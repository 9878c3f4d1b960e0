#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"
#include "ui/models/ratemeter.h"

namespace SockScope {

class SockDirectory;

/*! The peers of all socks, live.
 *  Path    SockChanges → [this] → the Peers view
 *  Shape   one row a peer; a refused peer keeps a row when it is gone, so that it can be allowed again. Roles: SortRole
 *          NumericRole SockIdRole SockNameRole EndpointRole StateRole LevelRole IsRefusedRole IsPresentRole HistoryRole
 *          SecondsLeftRole
 *  Units   history in messages a second, both ways, the last 60 s; times as said at the roles
 *  Errors  none
 *  Thread  the window's
 *  Source  one alarm a second for all rows, and only while there are rows
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
        ColumnCount
    };
    Q_ENUM(Column)
    static constexpr int historySeconds = 60;

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
    QList<Endpoint> peersOf(quint32 sockId) const;

    /// At most one insert, one remove and one dataChanged, however many changes there are.
    void apply(std::span<const SockChanges> changes);
    void removeSock(quint32 sockId);

private:
    struct Key
    {
        quint32 sockId = 0;
        Endpoint endpoint;
        friend bool operator==(const Key &, const Key &) = default;
        friend size_t qHash(const Key &key, size_t seed = 0) noexcept
        {
            return SockScope::qHash(key.endpoint, seed ^ key.sockId);
        }
    };
    struct Row
    {
        quint32 sockId = 0;
        Peer peer;
        bool present = true;
        bool refused = false;
        RateMeter messagesIn, messagesOut, bytesIn, bytesOut;
        std::array<float, historySeconds> history{};
        quint64 samples = 0;
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
    void applyOne(const SockChanges &changes, Batch &batch);
    void applyRefused(const SockSnapshot &snapshot, Batch &batch);
    void finish(Batch &batch);
    void dropRows(std::vector<int> rows);
    bool isRefused(quint32 sockId, const Endpoint &endpoint) const;
    bool isListed(quint32 sockId, const Endpoint &endpoint) const;
    qint64 sockNowNs(const Row &row) const;
    qint64 wallUsOf(const Row &row, qint64 sockNs) const;
    std::optional<double> secondsLeft(const Row &row) const;
    QString stateKey(const Row &row) const;
    QVariant text(const Row &row, int column) const;
    QVariant sortValue(const Row &row, int column) const;
    void handleSecond();
    void armAlarm();

    const SockDirectory *m_directory;
    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    std::vector<Row> m_rows;
    QHash<Key, int> m_index;
    QHash<quint32, SockTimes> m_times;
    qint64 m_sampledNs = 0;
};

} // namespace SockScope
