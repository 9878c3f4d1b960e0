#pragma once

#include <QAbstractTableModel>
#include <QPointer>

namespace SockScope {

class SockController;
struct ImpairReport;
struct ImpairStats;

/*! The impairments of a socket with what each has done.
 *  Path    SockController → [this] → ImpairDialog
 *  Shape   a row a description, in the order in which they are tried: the first that applies to a message counts
 *  Units   messages; both directions together, apart in the tool tip
 *  Errors  none; a socket that is gone has no rows
 *  Thread  the window's
 *  Source  none
 */
class ImpairModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        WordsColumn,
        AppliedColumn,
        LostColumn,
        DelayedColumn,
        DuplicatedColumn,
        CorruptedColumn,
        OvertookColumn,
        FullColumn,
        WaitingColumn,
        ColumnCount
    };

    explicit ImpairModel(SockController *controller, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void handleChanged();
    void handleRead();
    /// Null: the socket is stopped, or has not been read.
    const ImpairReport *report(int row) const;
    static quint64 value(const ImpairStats &stats, int column);

    QPointer<SockController> m_controller;
    int m_rows = 0;
};

} // namespace SockScope
