#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QString>

#include <memory>
#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"
#include "ui/models/ratemeter.h"

namespace SockScope {

/*! The sockets: one row a sock.
 *  Path    SockChanges → [this] → the Sockets view
 *  Shape   rows in order of arrival. Roles: SortRole NumericRole SockIdRole SockNameRole ActiveRole StateRole LevelRole
 *          ErrorTextRole RemedyRole IsImpairedRole
 *  Units   rates in messages and bytes a second, sampled once a second while there is traffic
 *  Errors  the last error of a sock is ErrorTextRole and RemedyRole, and stands in columns Error and Remedy
 *  Thread  the window's
 *  Source  none
 */
class SocketModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        UrlColumn,
        StateColumn,
        PeersColumn,
        InColumn,
        OutColumn,
        RateInColumn,
        RateOutColumn,
        BytesInColumn,
        BytesOutColumn,
        ErrorsColumn,
        ErrorColumn,
        RemedyColumn,
        ImpairColumn,
        ColumnCount
    };
    Q_ENUM(Column)

    explicit SocketModel(std::shared_ptr<Clock> clock = nullptr, QObject *parent = nullptr);
    ~SocketModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    quint32 sockId(int row) const;
    /// -1 when there is no such row.
    int rowOf(quint32 sockId) const;
    const SockSnapshot &snapshot(int row) const;
    /// Messages a second of all socks, both ways.
    double totalRate() const;

    void apply(std::span<const SockChanges> changes);
    void removeSock(quint32 sockId);
    /// What a bad network does to its messages, in words; empty: nothing.
    void setImpairments(quint32 sockId, const QString &words);

private:
    struct Row
    {
        SockSnapshot snapshot;
        RateMeter messagesIn, messagesOut, bytesIn, bytesOut;
    };
    QVariant text(const Row &row, int column) const;
    QVariant sortValue(const Row &row, int column) const;
    void handleSample();

    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    std::vector<Row> m_rows;
    QHash<quint32, QString> m_impairments; ///< of socks whose row may be still to come
    qint64 m_sampledNs = 0;
};

} // namespace SockScope
