#pragma once

#include <QWidget>

#include <functional>
#include <utility>

#include "core/project/project.h"
#include "core/simulate/scriptrunner.h"
#include "ui/views/removals.h"

class QAction;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QSpinBox;
class QTreeView;

namespace SockScope {

class EmptyState;
class Personas;
class RefusalLabel;
class SwarmFiguresModel;
class SwarmRun;

/*! The personas of the project, and a swarm of one of them.
 *  Path    a person → [this] → Personas, SwarmPlan → SwarmRun
 *  Shape   the list above, how many and how long below, then what the swarm did
 *  Units   seconds it runs, 0: until it is stopped
 *  Errors  of a persona's text: in its dialog, with line and column; of the swarm: below its fields
 *  Thread  the window's
 *  Source  none
 */
class PersonasPanel : public QWidget
{
    Q_OBJECT
public:
    /// project: as the window has it now, with sockets, types, rules and sequences.
    PersonasPanel(Personas *personas, std::function<Project()> project, QWidget *parent = nullptr);
    ~PersonasPanel() override;

    SwarmRun *swarm() const { return m_swarm; }
    /// Without one no persona with a script runs.
    void setScriptFactory(ScriptRunnerFactory factory) { m_scriptFactory = std::move(factory); }
    QString errorText() const;
    /// Why the project's list takes nothing: it cannot be read, and would be lost. Empty: it does.
    void setRefusal(const QString &reason);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void createActions();
    QWidget *createFields();
    int current() const;
    void edit(int row);
    void remove();
    void restore();
    void start();
    void update();
    void showError(const QString &text);
    QStringList failures() const;

    Personas *m_personas;
    std::function<Project()> m_project;
    ScriptRunnerFactory m_scriptFactory;
    SwarmRun *m_swarm;
    SwarmFiguresModel *m_figuresModel;
    QListView *m_list;
    QTreeView *m_figures;
    QLabel *m_error;
    QLabel *m_state;
    QLineEdit *m_to = nullptr;
    QLineEdit *m_impair = nullptr;
    QSpinBox *m_count = nullptr;
    QSpinBox *m_seed = nullptr;
    QSpinBox *m_for = nullptr;
    QPushButton *m_run = nullptr;
    EmptyState *m_empty = nullptr;
    RefusalLabel *m_refusal;
    QAction *m_add;
    QAction *m_edit;
    QAction *m_remove;
    QAction *m_undo;
    QString m_running; ///< the persona of the swarm
    Removals<JsonNode> m_removed;
};

} // namespace SockScope
