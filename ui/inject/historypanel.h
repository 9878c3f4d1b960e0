#pragma once

#include <QWidget>

#include "core/project/projectitem.h"

class QLabel;
class QListView;
class QToolButton;

namespace SockScope {

class InjectHistory;

/*! What was injected, in the Inject panel: Enter injects it again, Shift+Enter takes it into the fields.
 *  Path    InjectHistory → [this] → Composer
 *  Shape   the newest first; a line says how many are forgotten
 *  Units   none
 *  Errors  a row that failed has the sign of an error, and the reason as its tip
 *  Thread  the window's
 *  Source  none
 */
class HistoryPanel : public QWidget
{
    Q_OBJECT
public:
    explicit HistoryPanel(InjectHistory *history, QWidget *parent = nullptr);

    QListView *list() const { return m_list; }

Q_SIGNALS:
    void againRequested(const SockScope::ProjectMessage &message, const QString &breakage);
    void editRequested(const SockScope::ProjectMessage &message, const QString &breakage);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void again(const QModelIndex &index);
    void edit(const QModelIndex &index);
    void update();

    InjectHistory *m_history;
    QListView *m_list;
    QLabel *m_forgotten;
    QToolButton *m_again;
    QToolButton *m_edit;
};

} // namespace SockScope
