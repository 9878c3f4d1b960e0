#pragma once

#include <QAbstractTableModel>

#include <deque>
#include <span>

#include "core/tap/sockmonitor.h"

namespace SockScope {

class SockDirectory;

/*! The errors of all socks, newest at the end.
 *  Path    SockChanges → [this] → the Health view
 *  Shape   at most maximum rows; the oldest leave first and are counted. Roles: SortRole NumericRole SockIdRole
 *          SockNameRole EndpointRole SequenceRole WallUsRole LevelRole ErrorTextRole RemedyRole KeyRole (the code's
 *          name)
 *  Units   times as microseconds since 1970 UTC in WallUsRole
 *  Errors  none: it shows them
 *  Thread  the window's
 *  Source  none
 */
class ErrorModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TimeColumn, SocketColumn, StageColumn, PeerColumn, TextColumn, RemedyColumn, ColumnCount };
    Q_ENUM(Column)
    static constexpr int defaultMaximum = 10'000;

    explicit ErrorModel(const SockDirectory *directory, int maximum = defaultMaximum, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Errors that left because there were more than maximum.
    quint64 dropped() const { return m_dropped; }
    quint64 total() const { return m_total; }
    void apply(std::span<const SockChanges> changes);
    void clear();

private:
    struct Row
    {
        quint32 sockId = 0;
        ErrorEntry entry;
    };

    const SockDirectory *m_directory;
    std::deque<Row> m_rows;
    const int m_maximum;
    quint64 m_dropped = 0;
    quint64 m_total = 0;
};

} // namespace SockScope
