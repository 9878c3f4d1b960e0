#pragma once

#include <QWidget>

#include <optional>
#include <utility>

#include "core/simulate/rule.h"

class QAction;
class QCheckBox;
class QLabel;
class QTreeView;

namespace SockScope {

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
    QAction *m_add;
    QAction *m_edit;
    QAction *m_remove;
    QAction *m_undo;
    QAction *m_up;
    QAction *m_down;
    std::optional<std::pair<int, Rule>> m_removed; ///< the last one, and where it was
};

} // namespace SockScope
