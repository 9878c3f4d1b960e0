#pragma once

#include <QObject>

class QLabel;
class QStatusBar;
class QToolButton;

namespace SockScope {

class Inspection;

/*! The figures at the foot of the window, and what went wrong last.
 *  Path    Recorder, Ledger and ticks → [this]
 *  Shape   captured, displayed, dropped with the reason, memory; at the right the ledger's badge and the ticks
 *  Units   messages, bytes, milliseconds
 *  Errors  a failed command is said here until the next one or until it is dismissed; nothing pops up
 *  Thread  the window's
 *  Source  none
 */
class StatusPanel : public QObject
{
    Q_OBJECT
public:
    StatusPanel(Inspection *inspection, QStatusBar *bar);

    /// The sock whose ticks are shown; 0: the first one.
    void setSock(quint32 sockId);
    void showFailure(const QString &text);
    QString failureText() const;
    QString figuresText() const;

Q_SIGNALS:
    void ledgerClicked();

public Q_SLOTS:
    void update();

private:
    void setSignal(QWidget *widget, const QString &signal);

    Inspection *m_inspection;
    quint32 m_sockId = 0;
    QLabel *m_figures;
    QLabel *m_failure;
    QToolButton *m_dismiss;
    QToolButton *m_ledger;
    QLabel *m_tick;
};

} // namespace SockScope
