#pragma once

#include <QTreeWidget>

#include <vector>

#include "ui/models/filtercompletion.h"

class QLineEdit;

namespace SockScope {

/*! The list under a filter field from which the word at the cursor is completed.
 *  Path    FilterCompletion → [this] → the field
 *  Shape   shown while there is something to offer. Arrows choose, Tab takes the chosen or the first, Enter takes what
 *          was chosen with the arrows (else it is the field's), Escape closes; all other keys are the field's
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  a child of the window, no popup: it never takes the focus nor the keyboard
 */
class CompletionPopup : public QTreeWidget
{
    Q_OBJECT
public:
    explicit CompletionPopup(QLineEdit *field);

    void offer(const std::vector<Completion> &completions);
    bool isOffering() const { return isVisible(); }
    QStringList offered() const;

Q_SIGNALS:
    void taken(const SockScope::Completion &completion);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool handleKey(int key, Qt::KeyboardModifiers modifiers);
    void moveCurrent(int step);
    void take(int row);
    void place();

    QLineEdit *m_field;
    std::vector<Completion> m_completions;
};

} // namespace SockScope
