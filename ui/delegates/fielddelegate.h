#pragma once

#include <QPersistentModelIndex>

#include "ui/delegates/celldelegate.h"

namespace SockScope {

/*! A cell of a field tree: what changed is bold and has a sign, what is gone is struck out, the row under the mouse or of
 *  the bytes under it is lit softly.
 *  Path    FieldTreeModel's roles → [this] → the screen
 *  Shape   the signs stand before the name: ≠ changed, + new, − gone, and the error's
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  never colour alone
 */
class FieldDelegate : public CellDelegate
{
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    /// Column 0 of the row that is lit; invalid: none.
    void setLit(const QModelIndex &index) { m_lit = index; }
    QModelIndex lit() const { return m_lit; }
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;

private:
    QPersistentModelIndex m_lit;
};

} // namespace SockScope
