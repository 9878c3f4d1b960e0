#pragma once

#include <QWidget>

#include <functional>
#include <optional>

#include "core/filter/filtertext.h"

class QFrame;
class QMenu;
class QToolButton;

namespace SockScope {

class SavedFilters;

/*! The saved filters as buttons in a row; those that have no room stand in a menu at its end.
 *  Path    SavedFilters → [this] → FilterBar
 *  Shape   a click applies, dragging moves; the menu of a button joins, renames, replaces, moves or removes it; +
 *          saves what stands in the field. The one that stands in the field is pressed
 *  Units   none
 *  Errors  a name that cannot be is said in the dialog that asks for it
 *  Thread  the window's
 *  Source  Wireshark's filter buttons
 */
class SavedFilterRow : public QWidget
{
    Q_OBJECT
public:
    explicit SavedFilterRow(SavedFilters *filters, QWidget *parent = nullptr);

    /// What stands in the field: it can be saved, and its button is pressed.
    void setPresent(const QString &text, bool valid);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    QList<QToolButton *> buttons() const { return m_buttons; }
    QToolButton *addButton() const { return m_add; }
    QToolButton *moreButton() const { return m_more; }

public Q_SLOTS:
    /// Asks for a name.
    void saveFilter();

Q_SIGNALS:
    void chosen(const QString &text, SockScope::FilterJoin join);

protected:
    void resizeEvent(QResizeEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void rebuild();
    void place();
    void showPressed();
    void dragTo(QPoint position);
    void drop();
    void fillMenu(QMenu *menu, int index);
    void fillMoreMenu();
    void askName(const QString &title, const QString &suggestion,
                 const std::function<std::optional<QString>(const QString &name)> &take, const QString &why = {});

    SavedFilters *m_filters;
    QList<QToolButton *> m_buttons;
    QToolButton *m_add;
    QToolButton *m_more;
    QString m_present;
    bool m_presentValid = false;
    int m_shown = 0;
    QFrame *m_mark; ///< where the dragged button would stand
    QPoint m_pressed;
    qsizetype m_dragged = -1; ///< the button under a pressed mouse; -1: none
    qsizetype m_dropAt = -1;  ///< its place, if it were let go now; -1: it stays
};

} // namespace SockScope
