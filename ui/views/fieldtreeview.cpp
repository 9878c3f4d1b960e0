#include "ui/views/fieldtreeview.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QMenu>
#include <QMouseEvent>

#include <deque>

#include "ui/delegates/fielddelegate.h"
#include "ui/icons.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/roles.h"

namespace SockScope {

namespace {
constexpr int overlookedRows = 2000; // opened at once; more would cost a frame and be scrolled past anyway
} // namespace

FieldTreeView::FieldTreeView(const QString &accessibleName, QWidget *parent)
    : CopyTree(accessibleName, parent)
    , m_delegate(new FieldDelegate(this))
{
    setItemDelegate(m_delegate);
    viewport()->setMouseTracking(true);
    header()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header(), &QWidget::customContextMenuRequested, this, &FieldTreeView::showHeaderMenu);
}

void FieldTreeView::setModel(QAbstractItemModel *model)
{
    CopyTree::setModel(model);
    using M = FieldTreeModel;
    header()->setStretchLastSection(false);
    header()->setMinimumSectionSize(36);
    header()->setSectionResizeMode(QHeaderView::Interactive);
    header()->setSectionResizeMode(M::ValueColumn, QHeaderView::Stretch);
    header()->resizeSection(M::NameColumn, 108);
    header()->resizeSection(M::WasColumn, 76);
    header()->resizeSection(M::KindColumn, 62);
    header()->resizeSection(M::RangeColumn, 74);
    setColumnHidden(M::WasColumn, true);
    setColumnHidden(M::RangeColumn, true);
}

void FieldTreeView::updateRow(const QModelIndex &index)
{
    if (!index.isValid())
        return;
    const QRect row = visualRect(index);
    if (!row.isEmpty())
        viewport()->update(0, row.y(), viewport()->width(), row.height());
}

void FieldTreeView::light(const QModelIndex &index)
{
    QModelIndex seen = index.siblingAtColumn(0);
    for (QModelIndex above = seen.parent(); above.isValid(); above = above.parent())
        if (!isExpanded(above))
            seen = above;
    if (seen == m_delegate->lit())
        return;
    updateRow(m_delegate->lit());
    m_delegate->setLit(seen);
    updateRow(seen);
}

QModelIndex FieldTreeView::lit() const
{
    return m_delegate->lit();
}

void FieldTreeView::expandSensibly(const QModelIndex &from)
{
    int rows = 0;
    std::deque<QModelIndex> open{from};
    while (!open.empty()) {
        const QModelIndex index = open.front();
        open.pop_front();
        const int children = model()->rowCount(index);
        if (children == 0)
            continue;
        rows += children;
        if (rows > overlookedRows)
            return;
        expand(index);
        for (int row = 0; row < children; ++row)
            open.push_back(model()->index(row, 0, index));
    }
}

void FieldTreeView::setColumnShown(int column, bool shown)
{
    if (column == FieldTreeModel::KindColumn)
        m_kindShown = shown;
    setColumnHidden(column, !shown);
}

void FieldTreeView::setWasShown(bool shown)
{
    if (shown == !isColumnHidden(FieldTreeModel::WasColumn))
        return;
    setColumnHidden(FieldTreeModel::WasColumn, !shown);
    setColumnHidden(FieldTreeModel::KindColumn, shown || !m_kindShown);
}

QByteArray FieldTreeView::saveColumns()
{
    const bool was = !isColumnHidden(FieldTreeModel::WasColumn);
    setWasShown(false);
    const QByteArray state = header()->saveState();
    setWasShown(was);
    return state;
}

void FieldTreeView::restoreColumns(const QByteArray &state)
{
    const bool was = !isColumnHidden(FieldTreeModel::WasColumn);
    setWasShown(false);
    const QByteArray before = header()->saveState();
    if (!state.isEmpty() && !header()->restoreState(state))
        header()->restoreState(before);
    setColumnHidden(FieldTreeModel::NameColumn, false);
    setColumnHidden(FieldTreeModel::ValueColumn, false);
    setColumnHidden(FieldTreeModel::WasColumn, true); // whether there is something to say in it is not remembered
    m_kindShown = !isColumnHidden(FieldTreeModel::KindColumn);
    setWasShown(was);
    header()->setSectionResizeMode(FieldTreeModel::ValueColumn, QHeaderView::Stretch);
}

void FieldTreeView::hover(const QModelIndex &index)
{
    if (index == m_hovered)
        return;
    m_hovered = index;
    light(index);
    Q_EMIT fieldHovered(index);
}

bool FieldTreeView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::Leave)
        hover({});
    else if (event->type() == QEvent::MouseMove)
        hover(indexAt(static_cast<QMouseEvent *>(event)->position().toPoint()).siblingAtColumn(0));
    return CopyTree::viewportEvent(event);
}

void FieldTreeView::copyData(int role, int column) const
{
    QApplication::clipboard()->setText(currentIndex().siblingAtColumn(column).data(role).toString());
}

void FieldTreeView::addMenuActions(QMenu &menu)
{
    const QModelIndex index = currentIndex().siblingAtColumn(0);
    Q_EMIT menuOpening(&menu, index);
    CopyTree::addMenuActions(menu);
    if (!index.isValid())
        return;
    menu.addAction(tr("Copy &Name"), this, [this] { copyData(Qt::DisplayRole, FieldTreeModel::NameColumn); });
    const QString path = index.data(PathRole).toString();
    menu.addAction(tr("Copy &Path"), this, [this] { copyData(PathRole, FieldTreeModel::NameColumn); })
        ->setEnabled(!path.isEmpty());
}

void FieldTreeView::showHeaderMenu(QPoint position)
{
    QMenu menu(this);
    for (const int column : {FieldTreeModel::KindColumn, FieldTreeModel::RangeColumn}) {
        QAction *action = menu.addAction(model()->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) { setColumnShown(column, shown); });
    }
    menu.exec(header()->mapToGlobal(position));
}

} // namespace SockScope
