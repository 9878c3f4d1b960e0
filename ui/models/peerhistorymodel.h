#pragma once

#include <QAbstractTableModel>

#include <optional>
#include <vector>

#include "ui/models/pastpeers.h"

namespace SockScope {

class PeerModel;
class SockDirectory;

/*! What happened to one peer, an event a row; or the peers that have left, a row each.
 *  Path    PeerModel's stories → [this] → PeerHistoryDialog
 *  Shape   a copy of what was known when it was read; read() again for what is new. Roles: SortRole NumericRole
 *          SockIdRole EndpointRole WallUsRole
 *  Units   microseconds since 1970 UTC
 *  Errors  a peer that is not known has no rows
 *  Thread  the window's
 *  Source  none
 */
class PeerHistoryModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TimeColumn, PeerColumn, SocketColumn, EventColumn, ColumnCount };
    Q_ENUM(Column)

    PeerHistoryModel(const PeerModel *peers, const SockDirectory *directory, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Without a key, the peers that have left, the last one first.
    void setPeer(const std::optional<PeerKey> &key);
    const std::optional<PeerKey> &peer() const { return m_key; }
    void read();
    /// Events of the peer that had no place, or peers that had none.
    quint64 leftOut() const { return m_leftOut; }

private:
    struct Line
    {
        qint64 wallUs = 0;
        PeerKey key;
        QString text;
        QString details; // the tool tip
    };

    const PeerModel *m_peers;
    const SockDirectory *m_directory;
    std::optional<PeerKey> m_key;
    std::vector<Line> m_lines;
    quint64 m_leftOut = 0;
};

} // namespace SockScope
