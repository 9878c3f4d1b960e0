#pragma once

#include "ui/views/datatable.h"

namespace SockScope {

/*! The table of the message log: rows of one height by arithmetic, so that ten million cost what ten do.
 *  Path    MessageLogModel → [this] → the screen
 *  Shape   as DataTable, but the vertical header knows no rows: Qt's keeps 8 bytes a row and adds them up again after
 *          each insert. Rows that come or go above what is seen do not move it; with following() the end stays seen
 *  Units   pixels; the vertical scroll bar counts pixels of all rows, so that rows × height must fit an int
 *  Errors  none; maximumRows() says how many rows fit
 *  Thread  the window's
 *  Source  QAbstractItemView's contract; Wireshark's packet list asks for uniform row heights for the same reason
 */
class LogTable : public DataTable
{
    Q_OBJECT
public:
    explicit LogTable(const QString &accessibleName, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    /// Whether the last row is kept in sight as rows come and go.
    bool isFollowing() const { return m_following; }
    void setFollowing(bool following);
    /// The view moves its rows itself now, not a person.
    bool isAdjusting() const { return m_adjusting; }

    int rowHeight() const;
    int maximumRows() const;
    /// The row at y of the viewport; -1 below the last.
    int rowAt(int y) const;
    /// The first and last row that are seen, in part at least; {0, -1} when there is none.
    std::pair<int, int> visibleRows() const;

    QRect visualRect(const QModelIndex &index) const override;
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;
    QModelIndex indexAt(const QPoint &position) const override;

    // Widths and places by the columns' keys, so that they hold when columns were added or removed meanwhile.
    void resetColumns() override;
    QByteArray saveColumns() const override;
    bool restoreColumns(const QByteArray &state) override;

protected:
    /// What the rows in sight need: a double click on a divider asks for it.
    int sizeHintForColumn(int column) const override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void updateGeometries() override;
    void dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight, const QList<int> &roles = {}) override;
    int verticalOffset() const override;
    bool isIndexHidden(const QModelIndex &index) const override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags command) override;
    QRegion visualRegionForSelection(const QItemSelection &selection) const override;

private:
    void handleRowsInserted(int first, int last);
    void handleRowsRemoved(int first, int last);
    void shiftBy(qint64 rows);
    void placeAddedColumn(int logical);
    void balanceColumns();
    QString columnKey(int logical) const;
    int rowCount() const { return model() ? model()->rowCount() : 0; }

    bool m_following = false;
    bool m_adjusting = false;
};

} // namespace SockScope
