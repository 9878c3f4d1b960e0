#pragma once

#include <QObject>
#include <QStringList>

class QLabel;
class QMenu;
class QStatusBar;
class QToolButton;

namespace SockScope {

class Inspection;
class Losses;

/*! The figures at the foot of the window, and what went wrong last.
 *  Path    Recorder, Losses, Ledger and ticks → [this]
 *  Shape   captured, displayed, marked, dropped with the reasons, memory and disk of their budgets; at the right the
 *          ledger's badge and the ticks. Each has a width of its own, so that nothing moves while the numbers grow; in
 *          a narrow window the captions are shorter
 *  Units   messages, bytes, milliseconds
 *  Errors  a failed command is said here until the next one or until it is dismissed; an error of the spool until it
 *          is dismissed; nothing pops up
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
    /// All figures as they stand there, for tests and for copying.
    QString figuresText() const;
    QString droppedText() const;
    /// How the figures add up, as the tool tip of the captured ones says.
    QString sumText() const { return capturedText(); }

Q_SIGNALS:
    void ledgerClicked();
    void storageClicked();

public Q_SLOTS:
    void update();

private:
    struct Figure
    {
        QString caption;
        QString value;
    };

    QToolButton *addButton(const char *name, const QString &accessibleName);
    void setFigure(QWidget *widget, const Figure &figure, int digits);
    void setSignal(QWidget *widget, const QString &signal);
    void updateStore();
    void updateLedger();
    void updateTick();
    void updateSpoolError();
    void showNotice();
    void fitNotice();
    void showDetails();
    void fillToolTip(QWidget *widget);
    QString capturedText() const;
    QString displayedText() const;
    QString memoryText() const;
    QString diskText() const;
    void dismiss();
    void fillLosses();
    bool eventFilter(QObject *watched, QEvent *event) override;

    Inspection *m_inspection;
    QStatusBar *m_bar;
    Losses *m_losses;
    quint32 m_sockId = 0;
    QLabel *m_captured;
    QLabel *m_displayed;
    QLabel *m_marked;
    QToolButton *m_dropped;
    QToolButton *m_memory;
    QToolButton *m_disk;
    QMenu *m_reasons;
    QLabel *m_failure;
    QToolButton *m_details;
    QToolButton *m_dismiss;
    QToolButton *m_ledger;
    QLabel *m_tick;
    QString m_failureText;
    QString m_spoolText;      ///< shown until it is dismissed …
    QString m_spoolCause;     // why nothing goes to the disk, as long as nothing does
    QString m_spoolDismissed; ///< … and then not again while it lasts
    bool m_narrow = false;
};

} // namespace SockScope
