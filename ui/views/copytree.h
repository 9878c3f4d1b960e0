#pragma once

#include <QTreeView>

#include <functional>
#include <utility>

namespace SockScope {

/*! A tree of which every row can be copied.
 *  Path    a model → [this] → the screen
 *  Shape   rows of one height; Ctrl+C and the context menu copy
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class CopyTree : public QTreeView
{
    Q_OBJECT
public:
    explicit CopyTree(const QString &accessibleName, QWidget *parent = nullptr);

    /// The current row: the columns that are shown, tab-separated.
    QString rowText() const;
    /// Answers what a cell says in full, where less is shown; without one, what is shown is copied.
    void setWholeText(std::function<QString(const QModelIndex &)> wholeText) { m_wholeText = std::move(wholeText); }
    /// The current row and all below it, indented.
    QString branchText() const;

public Q_SLOTS:
    void copyRow() const;
    void copyBranch() const;
    void copyValue() const;

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    /// What the menu begins with: the ways to copy.
    virtual void addMenuActions(QMenu &menu);

private:
    QString cellText(const QModelIndex &index) const;
    void appendBranch(const QModelIndex &first, int depth, QString &text) const;

    std::function<QString(const QModelIndex &)> m_wholeText;
};

} // namespace SockScope
