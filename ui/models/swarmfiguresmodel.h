#pragma once

#include <QAbstractTableModel>

#include <utility>
#include <vector>

namespace SockScope {

struct SwarmStats;

/*! What the peers of a swarm did, with the sum of their ledgers.
 *  Path    SwarmRun → [this] → PersonasPanel
 *  Shape   a row a figure: what it is, how much; those that are 0 and say nothing by it are left out
 *  Units   peers, messages
 *  Errors  none: it shows them
 *  Thread  the window's
 *  Source  none
 */
class SwarmFiguresModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Without a swarm there are no rows.
    void clear();
    void show(const SwarmStats &stats, int count);

private:
    std::vector<std::pair<QString, QString>> m_rows;
};

} // namespace SockScope
