#pragma once

#include <QAbstractTableModel>

#include "core/tap/slowcalls.h"

namespace SockScope {

/*! The longest calls of one handler.
 *  Path    TraceLog → [this] → the Handlers panel
 *  Shape   a row a call, the longest first; rows come and go, a call's row stays the same one. Roles: SortRole
 *          NumericRole SockIdRole SequenceRole LevelRole
 *  Units   nanoseconds in SortRole, short durations in text
 *  Errors  a call that failed is of Level::Error
 *  Thread  the window's
 *  Source  none
 */
class SlowCallModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TimeColumn, RanColumn, WaitColumn, ResultColumn, ColumnCount };
    Q_ENUM(Column)

    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    void set(quint32 sockId, const SlowCalls &slow);
    /// Among how many the longest were chosen.
    quint64 traced() const { return m_slow.traced; }

private:
    quint32 m_sockId = 0;
    SlowCalls m_slow;
};

} // namespace SockScope
