#pragma once

#include "ui/views/copytree.h"

namespace SockScope {

class FieldDelegate;
class FieldTreeModel;

/*! A tree of fields that tells which one the mouse is over, and lights one that somebody else points at.
 *  Path    FieldTreeModel, or a proxy of it → [this] ↔ bytes
 *  Shape   columns Name, Value, Was, Kind, Range; the header's menu shows and hides Kind and Range
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class FieldTreeView : public CopyTree
{
    Q_OBJECT
public:
    explicit FieldTreeView(const QString &accessibleName, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    /// Lights a row softly, or what of it can be seen: the nearest row above it that is not folded away. Nothing
    /// scrolls.
    void light(const QModelIndex &index);
    /// Column 0 of the lit row.
    QModelIndex lit() const;
    /// Opens as much as a person can overlook.
    void expandSensibly(const QModelIndex &from);
    void setColumnShown(int column, bool shown);
    /// Shows Was, and gives it the place of Kind.
    void setWasShown(bool shown);
    /// Widths and what is shown; of another number of columns, or broken, it is left as it is.
    QByteArray saveColumns();
    void restoreColumns(const QByteArray &state);

Q_SIGNALS:
    /// Column 0 of the row under the mouse; invalid: none.
    void fieldHovered(const QModelIndex &index);
    /// A menu opens for the current row: whoever has more to do with it adds that in front.
    void menuOpening(QMenu *menu, const QModelIndex &index);

protected:
    bool viewportEvent(QEvent *event) override;
    void addMenuActions(QMenu &menu) override;

private:
    void updateRow(const QModelIndex &index);
    void hover(const QModelIndex &index);
    void showHeaderMenu(QPoint position);
    void copyData(int role, int column) const;

    FieldDelegate *m_delegate;
    QPersistentModelIndex m_hovered;
    bool m_kindShown = true; ///< while Was is not
};

} // namespace SockScope
