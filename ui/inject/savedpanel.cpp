#include "ui/inject/savedpanel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/models/messagetreemodel.h"
#include "ui/views/actionbuttons.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = ProjectItem::Kind;

/// The kind of each item as an icon.
class KindDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        switch (static_cast<Kind>(index.data(MessageTreeModel::ItemKindRole).toInt())) {
        case Kind::Folder:
            option->icon = themeIcon(u"folder");
            break;
        case Kind::Sequence:
            option->icon = themeIcon(u"sequence");
            break;
        case Kind::Wait:
            option->icon = themeIcon(u"clock");
            break;
        case Kind::Message:
            option->icon = themeIcon(u"send");
            break;
        }
        option->features |= QStyleOptionViewItem::HasDecoration;
    }
};

} // namespace

SavedPanel::SavedPanel(MessageTreeModel *model, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_tree(new QTreeView(this))
    , m_error(new QLabel(this))
    , m_save(new QAction(themeIcon(u"save"), tr("&Save the Fields as a Message"), this))
    , m_saveRepeat(new QAction(themeIcon(u"resend"), tr("Save Them with the Re&peat"), this))
    , m_folder(new QAction(themeIcon(u"folder"), tr("New &Folder"), this))
    , m_rename(new QAction(themeIcon(u"edit"), tr("Re&name"), this))
    , m_remove(new QAction(themeIcon(u"remove"), tr("&Remove"), this))
    , m_undo(new QAction(themeIcon(u"undo"), tr("&Undo Remove"), this))
{
    m_tree->setObjectName(u"injectSaved"_s);
    m_tree->setAccessibleName(tr("Saved messages"));
    m_tree->setModel(model);
    m_tree->setItemDelegate(new KindDelegate(m_tree));
    m_tree->setHeaderHidden(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(16);
    m_tree->setTextElideMode(Qt::ElideRight);
    m_tree->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_tree->setDragDropMode(QAbstractItemView::DragDrop);
    m_tree->setDefaultDropAction(Qt::MoveAction);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->setExpandsOnDoubleClick(true);
    m_tree->setMinimumHeight(m_tree->fontMetrics().height() * 3);
    m_tree->installEventFilter(this);
    auto *empty = new EmptyState(m_tree);
    empty->setText(tr("Messages that you save stand here."));
    m_error->setObjectName(u"injectSavedError"_s);
    m_error->setProperty("role", u"error"_s);
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    m_error->hide();
    createActions();

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(0);
    addActionButtons(buttons, this, {m_save, m_saveRepeat, m_folder, m_rename, m_remove, m_undo});
    buttons->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(buttons);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_error);

    connect(m_tree, &QTreeView::clicked, this, &SavedPanel::choose);
    connect(m_tree, &QTreeView::doubleClicked, this, &SavedPanel::activate);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &SavedPanel::showMenu);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &SavedPanel::updateActions);
    connect(model, &MessageTreeModel::refused, this, &SavedPanel::showError);
    connect(model, &MessageTreeModel::changed, this, [this] {
        m_error->hide();
        updateActions();
    });
    updateActions();
}

void SavedPanel::createActions()
{
    m_save->setObjectName(u"injectSave"_s);
    m_saveRepeat->setObjectName(u"injectSaveRepeat"_s);
    m_folder->setObjectName(u"injectFolder"_s);
    m_rename->setObjectName(u"injectRename"_s);
    m_remove->setObjectName(u"injectRemove"_s);
    m_undo->setObjectName(u"injectUndo"_s);
    m_save->setToolTip(tr("Save what the fields say, in the chosen folder"));
    m_saveRepeat->setToolTip(tr("Save it with interval, jitter, count, burst and rate"));
    m_folder->setToolTip(tr("New folder"));
    m_rename->setToolTip(tr("Rename (F2)"));
    m_remove->setShortcut(QKeySequence(Qt::Key_Delete));
    m_remove->setToolTip(tr("Remove (Del); it can be undone"));
    m_undo->setShortcut(QKeySequence(u"Ctrl+Z"_s));
    for (QAction *action : {m_remove, m_undo}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_tree->addAction(action);
    }
    connect(m_save, &QAction::triggered, this, [this] { Q_EMIT saveRequested(false); });
    connect(m_saveRepeat, &QAction::triggered, this, [this] { Q_EMIT saveRequested(true); });
    connect(m_folder, &QAction::triggered, this, &SavedPanel::addFolder);
    connect(m_rename, &QAction::triggered, this, [this] { m_tree->edit(m_tree->currentIndex()); });
    connect(m_remove, &QAction::triggered, this, &SavedPanel::removeCurrent);
    connect(m_undo, &QAction::triggered, this, [this] {
        if (const QModelIndex index = m_model->restore(); index.isValid())
            m_tree->setCurrentIndex(index);
    });
}

QString SavedPanel::errorText() const
{
    return m_error->isHidden() ? QString() : m_error->text();
}

void SavedPanel::showError(const QString &text)
{
    m_error->setText(text);
    m_error->setAccessibleName(text);
    m_error->show();
}

void SavedPanel::updateActions()
{
    const QModelIndex current = m_tree->currentIndex();
    m_rename->setEnabled(current.isValid() && current.flags() & Qt::ItemIsEditable);
    m_remove->setEnabled(current.isValid());
    const QString removed = m_model->removedName();
    m_undo->setEnabled(m_model->canRestore());
    m_undo->setToolTip(removed.isEmpty() ? tr("Bring back what was removed (Ctrl+Z)")
                                         : tr("Bring back %1 (Ctrl+Z)").arg(removed));
}

void SavedPanel::insert(const ProjectItem &item, bool edit)
{
    QModelIndex parent = m_tree->currentIndex();
    int row = -1;
    if (parent.isValid() && static_cast<Kind>(parent.data(MessageTreeModel::ItemKindRole).toInt()) != Kind::Folder) {
        row = parent.row() + 1;
        parent = parent.parent();
        if (parent.isValid() &&
            static_cast<Kind>(parent.data(MessageTreeModel::ItemKindRole).toInt()) != Kind::Folder) {
            row = parent.row() + 1; // behind the sequence, whose step was chosen
            parent = parent.parent();
        }
    }
    ProjectItem named = item;
    named.name = m_model->freeName(item.name, parent);
    const QModelIndex index = m_model->insert(named, parent, row);
    if (!index.isValid())
        return;
    m_tree->setCurrentIndex(index);
    if (edit)
        m_tree->edit(index);
}

void SavedPanel::add(const ProjectMessage &message)
{
    ProjectItem item;
    item.name = MessageTreeModel::nameOf(message);
    item.message = message;
    insert(item, false);
}

void SavedPanel::addFolder()
{
    ProjectItem item;
    item.kind = Kind::Folder;
    item.name = tr("Folder");
    insert(item, true);
}

void SavedPanel::removeCurrent()
{
    m_model->remove(m_tree->currentIndex());
}

void SavedPanel::choose(const QModelIndex &index)
{
    const auto item = m_model->itemAt(index);
    if (item && item->kind == Kind::Message)
        Q_EMIT chosen(item->message);
}

void SavedPanel::activate(const QModelIndex &index)
{
    const auto item = m_model->itemAt(index);
    if (!item)
        return;
    if (item->kind == Kind::Folder)
        m_tree->setExpanded(index, !m_tree->isExpanded(index));
    else if (item->kind != Kind::Wait)
        Q_EMIT sendRequested(*item);
}

bool SavedPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_tree && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            if (key->modifiers() & Qt::ShiftModifier)
                choose(m_tree->currentIndex());
            else if (!(key->modifiers() & Qt::ControlModifier))
                activate(m_tree->currentIndex());
            return !(key->modifiers() & Qt::ControlModifier);
        }
    }
    return QWidget::eventFilter(watched, event);
}

void SavedPanel::showMenu(QPoint position)
{
    const QPersistentModelIndex index = m_tree->indexAt(position);
    const auto item = m_model->itemAt(index);
    QMenu menu(this);
    if (item && (item->kind == Kind::Message || item->kind == Kind::Sequence))
        menu.addAction(themeIcon(u"send"), tr("Sen&d"), this, [this, index] { activate(index); });
    if (item && item->kind == Kind::Message) {
        menu.addAction(tr("Into the F&ields"), this, [this, index] { choose(index); });
        menu.addAction(tr("Re&place by the Fields"), this, [this, index] { Q_EMIT replaceRequested(index); });
    }
    menu.addSeparator();
    menu.addActions({m_save, m_saveRepeat, m_folder, m_rename, m_remove, m_undo});
    menu.exec(m_tree->viewport()->mapToGlobal(position));
}

} // namespace SockScope
