#pragma once

#include <QWidget>

#include "core/project/projectitem.h"

class QAction;
class QLabel;
class QTreeView;

namespace SockScope {

class MessageTreeModel;

/*! The saved messages of the Inject panel: a tree of folders that a person orders by dragging.
 *  Path    MessageTreeModel → [this] → Composer
 *  Shape   a click takes a message into the fields, a double click or Enter sends it, or the steps of a sequence;
 *          F2 renames, Delete removes, Ctrl+Z brings back
 *  Units   none
 *  Errors  what the model refuses is said below the tree until the next change
 *  Thread  the window's
 *  Source  none
 */
class SavedPanel : public QWidget
{
    Q_OBJECT
public:
    explicit SavedPanel(MessageTreeModel *model, QWidget *parent = nullptr);

    QTreeView *tree() const { return m_tree; }
    /// Into the chosen folder, or beside the chosen message.
    void add(const ProjectMessage &message);
    QString errorText() const;

Q_SIGNALS:
    void chosen(const SockScope::ProjectMessage &message);
    void sendRequested(const SockScope::ProjectItem &item);
    /// The fields are to be saved: add() or replace() will be called.
    void saveRequested(bool withRepeat);
    void replaceRequested(const QModelIndex &index);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void createActions();
    void insert(const ProjectItem &item, bool edit);
    void addFolder();
    void removeCurrent();
    void choose(const QModelIndex &index);
    void activate(const QModelIndex &index);
    void showMenu(QPoint position);
    void updateActions();
    void showError(const QString &text);

    MessageTreeModel *m_model;
    QTreeView *m_tree;
    QLabel *m_error;
    QAction *m_save;
    QAction *m_saveRepeat;
    QAction *m_folder;
    QAction *m_rename;
    QAction *m_remove;
    QAction *m_undo;
};

} // namespace SockScope
