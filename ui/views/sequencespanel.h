#pragma once

#include <QList>
#include <QWidget>

#include <optional>

#include "core/simulate/sequence.h"
#include "core/simulate/sequenceresult.h"
#include "ui/views/removals.h"

class QAction;
class QComboBox;
class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace SockScope {

class Inspection;
class RefusalLabel;
class SequencePlayer;

/*! The sequences of the project: run one, and see what became of each step.
 *  Path    a person → [this] → SequencePlayer; its results → JUnit XML
 *  Shape   the runs as a tree, the newest last; at most maximumRuns of them and maximumSteps steps of each are shown,
 *          all of a shown run's kept results are exported
 *  Units   seconds
 *  Errors  of a sequence's text: in its dialog, with line and column; why a run failed: in its row
 *  Thread  the window's
 *  Source  none
 */
class SequencesPanel : public QWidget
{
    Q_OBJECT
public:
    static constexpr int maximumRuns = 100;
    static constexpr int maximumSteps = 1000;

    SequencesPanel(Inspection *inspection, SequencePlayer *player, QWidget *parent = nullptr);

    const QList<SequenceResult> &results() const { return m_results; }
    /// Writes what is shown as JUnit XML; answers why not.
    std::optional<QString> exportTo(const QString &path) const;

    /// Why the project's list takes nothing: it cannot be read, and would be lost. Empty: it does.
    void setRefusal(const QString &reason);

private:
    void createActions();
    void fillSequences();
    void fillSockets();
    void update();
    void runOrStop();
    void edit(int row);
    void remove();
    void restore();
    void handleSteps(const QList<StepResult> &steps);
    void handleFinished(const SequenceResult &result);
    void handleRunning(bool running);
    QTreeWidgetItem *addStep(QTreeWidgetItem *run, const StepResult &step) const;
    void askAndExport();
    void say(const QString &text, bool failed);

    Inspection *m_inspection;
    SequencePlayer *m_player;
    QComboBox *m_sequence;
    QComboBox *m_sock;
    QPushButton *m_run;
    QTreeWidget *m_tree;
    QLabel *m_state;
    RefusalLabel *m_refusal;
    QAction *m_add;
    QAction *m_edit;
    QAction *m_remove;
    QAction *m_undo;
    Removals<Sequence> m_removed;
    QAction *m_export;
    QTreeWidgetItem *m_current = nullptr; ///< of the run that is on
    QList<SequenceResult> m_results;      ///< of the rows, in their order
};

} // namespace SockScope
