#include "ui/views/copytree.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>

#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype copyLimit = 16 * 1024 * 1024; // characters

} // namespace

CopyTree::CopyTree(const QString &accessibleName, QWidget *parent)
    : QTreeView(parent)
{
    setAccessibleName(accessibleName);
    setFrameShape(QFrame::NoFrame);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setIndentation(14);
    setItemDelegate(new CellDelegate(this));
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    header()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header()->setSectionsMovable(false);
}

QString CopyTree::cellText(const QModelIndex &index) const
{
    return m_wholeText ? m_wholeText(index) : index.data().toString();
}

void CopyTree::appendBranch(const QModelIndex &first, int depth, QString &text) const
{
    text += QString(depth * 2, u' ') + cellText(first);
    if (const QString value = cellText(first.siblingAtColumn(1)); !value.isEmpty())
        text += u": "_s + value;
    text += u'\n';
    for (int row = 0; row < model()->rowCount(first); ++row) {
        if (text.size() > copyLimit) {
            text +=
                QString((depth + 1) * 2, u' ') +
                tr("(not copied: %1 more rows here; at most 16 MiB are copied)\n").arg(model()->rowCount(first) - row);
            return;
        }
        appendBranch(model()->index(row, 0, first), depth + 1, text);
    }
}

QString CopyTree::rowText() const
{
    const QModelIndex index = currentIndex();
    QStringList cells;
    for (int column = 0; index.isValid() && column < model()->columnCount(index.parent()); ++column)
        if (!isColumnHidden(column))
            cells.append(cellText(index.siblingAtColumn(column)));
    return cells.join(u'\t');
}

QString CopyTree::branchText() const
{
    QString text;
    if (const QModelIndex index = currentIndex(); index.isValid())
        appendBranch(index.siblingAtColumn(0), 0, text);
    return text;
}

void CopyTree::copyRow() const
{
    if (currentIndex().isValid())
        QApplication::clipboard()->setText(rowText());
}

void CopyTree::copyBranch() const
{
    if (currentIndex().isValid())
        QApplication::clipboard()->setText(branchText());
}

void CopyTree::copyValue() const
{
    if (currentIndex().isValid())
        QApplication::clipboard()->setText(cellText(currentIndex().siblingAtColumn(1)));
}

void CopyTree::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        return copyRow();
    QTreeView::keyPressEvent(event);
}

void CopyTree::addMenuActions(QMenu &menu)
{
    const bool chosen = currentIndex().isValid();
    menu.addAction(themeIcon(u"copy"), tr("Copy &Row"), this, &CopyTree::copyRow)->setEnabled(chosen);
    menu.addAction(tr("Copy &Value"), this, &CopyTree::copyValue)->setEnabled(chosen);
    menu.addAction(tr("Copy with All &Below"), this, &CopyTree::copyBranch)->setEnabled(chosen);
}

void CopyTree::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    addMenuActions(menu);
    menu.addSeparator();
    menu.addAction(tr("&Expand All"), this, &QTreeView::expandAll);
    menu.addAction(tr("&Collapse All"), this, &QTreeView::collapseAll);
    menu.exec(event->globalPos());
}

} // namespace SockScope
