#pragma once

#include <QObject>

#include <vector>

#include "core/filter/filtertext.h"
#include "ui/models/annotations.h"

class QAction;
class QMenu;

namespace SockScope {

class LogTable;
class MessageLogModel;

/*! What can be done with the chosen rows of the log: notes, filters from a cell, columns of fields.
 *  Path    menus and keys → [this] → MessageLogModel, or a signal to the filter bar
 *  Shape   one action each, shared by the context menu and the menu bar; they act on the selected rows, the filters on
 *          the current cell
 *  Units   none
 *  Errors  failed(): what could not be done, and what to do
 *  Thread  the window's
 *  Source  Wireshark's packet menu
 */
class LogActions : public QObject
{
    Q_OBJECT
public:
    /// At most so many rows are marked or ignored by one command.
    static constexpr qsizetype maximumRows = 100'000;

    LogActions(MessageLogModel *log, LogTable *table, QWidget *parent);

    QAction *mark() const { return m_mark; }
    QAction *ignore() const { return m_ignore; }
    QAction *comment() const { return m_comment; }
    QAction *reference() const { return m_reference; }
    QAction *follow() const { return m_follow; }
    QAction *addColumn() const { return m_addColumn; }
    QMenu *applyMenu() const { return m_apply; }
    QMenu *prepareMenu() const { return m_prepare; }
    /// Colours of the chosen messages' own.
    QMenu *colourMenu() const { return m_colour; }
    /// For the menu bar: all that concerns notes, with the steps from one to the next.
    void addNoteActions(QMenu *menu) const;
    /// What the header offers for a column; logical may be -1.
    void addHeaderActions(QMenu *menu, int logical);

    /// Asks for the path and adds it; or adds it at once.
    void askForColumn();
    bool addColumnFor(const QString &path, const QString &title = {});
    void showComments();

Q_SIGNALS:
    void termApplied(const QString &term, SockScope::FilterJoin join);
    void termPrepared(const QString &term, SockScope::FilterJoin join);
    void failed(const QString &what);
    void goToRequested(quint64 no);

private:
    QMenu *makeFilterMenu(const QString &title, QStringView icon, bool apply);
    QMenu *makeColourMenu();
    QAction *makeStep(const QString &text, const QString &key, Annotations::Kind kind, bool forward);
    std::vector<quint64> selectedNumbers();
    quint64 currentNo() const;
    void toggle(Annotations::Kind kind);
    void toggleReference();
    void askForComment();
    void followConversation();
    void updateActions();
    void askForTitle(int logical);

    MessageLogModel *m_log;
    LogTable *m_table;
    QWidget *m_window;
    QAction *m_mark;
    QAction *m_ignore;
    QAction *m_comment;
    QAction *m_reference;
    QAction *m_follow;
    QAction *m_addColumn;
    QAction *m_comments;
    QMenu *m_apply;
    QMenu *m_prepare;
    QMenu *m_colour;
    QList<QAction *> m_steps;
};

} // namespace SockScope
