#pragma once

#include <QHash>
#include <QHeaderView>
#include <QTableView>

#include <initializer_list>

namespace SockScope {

class EmptyState;

/*! A header whose labels stand over their numbers: to the right where the column is numeric.
 *  Path    models' NumericRole → [this] → the screen
 *  Shape   as QHeaderView
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class DataHeader : public QHeaderView
{
    Q_OBJECT
public:
    explicit DataHeader(QWidget *parent);
    /// Shown instead of the model's label, which stays in the tool tip and the list of columns.
    void setShortLabel(int logicalIndex, const QString &label) { m_shortLabels.insert(logicalIndex, label); }

protected:
    void initStyleOptionForIndex(QStyleOptionHeader *option, int logicalIndex) const override;
    bool viewportEvent(QEvent *event) override;

private:
    QHash<int, QString> m_shortLabels;
};

/*! The table that every list of the window is: rows of one height, columns that a person chooses, everything copied.
 *  Path    a model → [this] → the screen
 *  Shape   no vertical header; sections never resize to contents, so that a million rows cost nothing
 *  Units   widths in characters of the font
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class DataTable : public QTableView
{
    Q_OBJECT
public:
    struct Column
    {
        int logical = 0;
        double characters = 8; ///< the width; 0: takes what is left
        bool shown = true;
    };

    explicit DataTable(const QString &accessibleName, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    DataHeader *dataHeader() const;
    EmptyState *emptyState() const { return m_emptyState; }
    /// In the order in which they stand from left to right; those that are not named come last, hidden.
    void setColumns(std::initializer_list<Column> columns);
    /// The columns as they were at first.
    virtual void resetColumns();
    /// More rows than these are not copied at once; the text says so.
    static constexpr qint64 maximumCopiedRows = 50'000;
    /// The selected rows, visible columns only, tab-separated, the header first when there is more than one row.
    QString selectedText() const;
    QString currentCellText() const;
    /// The header's state with the number of columns, for settings; restoreColumns refuses another number.
    virtual QByteArray saveColumns() const;
    virtual bool restoreColumns(const QByteArray &state);
    void addColumnActions(QMenu *menu);
    /// Nothing: Qt's search by typing reads row after row, and stops the window where there are many.
    void keyboardSearch(const QString &) override {}

Q_SIGNALS:
    /// The header's menu opens over a column (-1: none): what is added comes first.
    void headerMenuRequested(QMenu *menu, int logical);

public Q_SLOTS:
    void copyRows() const;
    void copyCell() const;

protected:
    /// Whether setColumns() named it.
    bool isInitialColumn(int logical) const;
    /// The one that takes what is left; -1 when there is none.
    int stretchColumn() const;
    void focusInEvent(QFocusEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void showHeaderMenu(QPoint position);
    void updateRowHeight();

    EmptyState *m_emptyState;
    QList<Column> m_columns;
};

} // namespace SockScope
