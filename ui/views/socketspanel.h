#pragma once

#include <QWidget>

#include <functional>
#include <optional>

#include "core/types/sockerror.h"

class QAction;
class QSortFilterProxyModel;

namespace SockScope {

class DataTable;
class Inspection;
class SockController;

/*! The table of sockets and what can be done with one.
 *  Path    SocketModel → [this] → SockController
 *  Shape   one current socket; the actions are enabled for its state and used by the menus too
 *  Units   none
 *  Errors  a command that fails is told by failed()
 *  Thread  the window's
 *  Source  none
 */
class SocketsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit SocketsPanel(Inspection *inspection, QWidget *parent = nullptr);

    DataTable *table() const { return m_table; }
    /// The chosen socket, or the only one; null otherwise.
    SockController *current() const;
    void setCurrent(SockController *controller);
    QAction *startStopAction() const { return m_startStop; }
    QAction *restartAction() const { return m_restart; }
    QAction *removeAction() const { return m_remove; }
    QAction *connectAction() const { return m_connect; }
    QAction *impairAction() const { return m_impair; }

public Q_SLOTS:
    void updateActions();

Q_SIGNALS:
    void currentChanged();
    void filterRequested(const QString &term);
    void failed(const QString &what, const SockScope::SockError &error);

private:
    void toggle();
    void restart();
    void remove();
    void connectTo();
    void impair();
    void showContextMenu(QPoint position);
    std::function<void(const std::optional<SockError> &)> reporter(const QString &what);

    Inspection *m_inspection;
    DataTable *m_table;
    QSortFilterProxyModel *m_sorted;
    QAction *m_startStop;
    QAction *m_restart;
    QAction *m_remove;
    QAction *m_connect;
    QAction *m_impair;
};

} // namespace SockScope
