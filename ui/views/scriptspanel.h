#pragma once

#include <QWidget>

#include "core/simulate/scripttext.h"
#include "ui/views/removals.h"

class QAction;
class QLabel;
class QListView;
class QPlainTextEdit;
class QPushButton;

namespace SockScope {

class RefusalLabel;
class Scripts;

/*! The scripts of the project: their texts, what they say, and whether they run.
 *  Path    a person → [this] → Scripts
 *  Shape   the list above, the text of the chosen one, what it said below; a line with a place leads to it
 *  Units   none
 *  Errors  of a text: in the log with line and column, the cursor goes there; of a file: below the list
 *  Thread  the window's
 *  Source  none
 */
class ScriptsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ScriptsPanel(Scripts *scripts, QWidget *parent = nullptr);

    void openFile(const QString &path);
    void saveFile(const QString &path);
    QString errorText() const;
    /// Why the project's list takes nothing: it cannot be read, and would be lost. Empty: it does.
    void setRefusal(const QString &reason);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void createActions();
    int current() const;
    void showCurrent();
    void update();
    void goTo(const QModelIndex &logLine);
    void add(const QString &name, const QString &source);
    void remove();
    void restore();
    void showError(const QString &text);

    Scripts *m_scripts;
    QListView *m_list;
    QPlainTextEdit *m_text;
    QListView *m_log;
    QLabel *m_error;
    QLabel *m_state;
    QPushButton *m_run;
    RefusalLabel *m_refusal;
    QAction *m_add;
    QAction *m_open;
    QAction *m_save;
    QAction *m_remove;
    QAction *m_undo;
    QAction *m_clear;
    Removals<ScriptText> m_removed;
    bool m_isShowing = false; ///< the text that changes is the script's, not the person's
    bool m_followsLog = true;
};

} // namespace SockScope
