#pragma once

#include <QWidget>

#include "core/simulate/rule.h"
#include "ui/views/removals.h"

class QAction;
class QCheckBox;
class QLabel;
class QTreeView;

namespace SockScope {

class EmptyState;
class RefusalLabel;
class RulesModel;
class Simulation;

/*! The rules of the project: on and off, with what they have done.
 *  Path    a person → [this] → Simulation
 *  Shape   a table in the rules' order; each is edited as the JSON that the project holds
 *  Units   counts
 *  Errors  of a rule's text: in its dialog, with line and column; of what it does: in its row
 *  Thread  the window's
 *  Source  none
 */
class RulesPanel : public QWidget
{
    Q_OBJECT
public:
    explicit RulesPanel(Simulation *simulation, QWidget *parent = nullptr);

    QTreeView *table() const { return m_table; }
    /// Why the project's list takes nothing: it cannot be read, and would be lost. Empty: it does.
    void setRefusal(const QString &reason);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void createActions();
    int current() const;
    void edit(int row);
    void editText(const QString &title, const Rule &rule, int replaced);
    void remove();
    void restore();
    void move(int by);
    void update();

    Simulation *m_simulation;
    RulesModel *m_model;
    QTreeView *m_table;
    QLabel *m_summary;
    QCheckBox *m_running;
    QCheckBox *m_programs;
    EmptyState *m_empty = nullptr;
    RefusalLabel *m_refusal;
    QAction *m_add;
    QAction *m_edit;
    QAction *m_remove;
    QAction *m_undo;
    QAction *m_up;
    QAction *m_down;
    Removals<Rule> m_removed;
};

} // namespace SockScope
