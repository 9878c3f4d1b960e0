#pragma once

#include <QAbstractTableModel>
#include <QHash>

#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"

namespace SockScope {

class SockDirectory;

/*! What each handler of each sock did, and which types have none.
 *  Path    SockChanges → [this] → the Handlers view
 *  Shape   one row a handler and one a type without a handler (HandlerIdRole 0); a row keeps its place. The column
 *          Handler is checkable: enabled or not. Roles: SortRole NumericRole SockIdRole SockNameRole TypeRole
 *          TypeTextRole HandlerIdRole EnabledRole IsUnhandledRole LevelRole ErrorTextRole
 *  Units   nanoseconds in SortRole, short durations in text
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class HandlerStatsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        HandlerColumn,
        SocketColumn,
        TypeColumn,
        CallsColumn,
        ErrorsColumn,
        SkippedColumn,
        MeanColumn,
        P50Column,
        P99Column,
        MaximumColumn,
        WaitP50Column,
        WaitP99Column,
        LastErrorColumn,
        ColumnCount
    };
    Q_ENUM(Column)

    explicit HandlerStatsModel(const SockDirectory *directory, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    /// Qt::CheckStateRole: asks for it with enableRequested; the row changes when the sock has done it.
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    int rowOf(quint32 sockId, HandlerId id, const MessageType &type) const;
    void apply(std::span<const SockChanges> changes);
    void removeSock(quint32 sockId);

Q_SIGNALS:
    void enableRequested(quint32 sockId, quint64 handlerId, bool enabled);

private:
    struct Key
    {
        quint32 sockId = 0;
        HandlerId id = 0;
        MessageType type; // of rows with id 0
        friend bool operator==(const Key &, const Key &) = default;
        friend size_t qHash(const Key &key, size_t seed = 0) noexcept
        {
            return qHashMulti(seed, key.sockId, key.id, key.type);
        }
    };
    struct Row // what is shown of a HandlerStats, without the histograms
    {
        Key key;
        MessageType type;
        QString name;
        QString lastError;
        bool enabled = true;
        bool concurrent = false;
        bool catchAll = false;
        quint64 calls = 0, errors = 0, skipped = 0;
        qint64 meanNs = 0, p50Ns = 0, p99Ns = 0, maximumNs = 0, waitP50Ns = 0, waitP99Ns = 0;
        friend bool operator==(const Row &, const Row &) = default;
    };
    static Row makeRow(quint32 sockId, const HandlerStats &stats);
    static Key keyOf(quint32 sockId, const HandlerStats &stats);
    void dropRows(const std::vector<int> &rows);
    QVariant text(const Row &row, int column) const;
    QVariant sortValue(const Row &row, int column) const;

    const SockDirectory *m_directory;
    std::vector<Row> m_rows;
    QHash<Key, int> m_index;
};

} // namespace SockScope
