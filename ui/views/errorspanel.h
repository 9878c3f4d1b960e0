#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace SockScope {

class DataTable;
class Inspection;

/*! Every error with its time and stage, what to do about it, and the way to the message that it is about.
 *  Path    ErrorModel → [this] → the log
 *  Shape   newest at the end; followed only while at the end
 *  Units   none
 *  Errors  it shows them
 *  Thread  the window's
 *  Source  none
 */
class ErrorsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ErrorsPanel(Inspection *inspection, QWidget *parent = nullptr);
    DataTable *table() const { return m_table; }
    /// Shown while the chosen error is about a message.
    QPushButton *goToButton() const { return m_goTo; }

Q_SIGNALS:
    /// The message that an error is about, by its sock and MessageHead::sequence.
    void messageRequested(quint32 sockId, quint32 sequence);

private:
    void updateDetail();
    void showContextMenu(QPoint position);
    void requestMessage();

    Inspection *m_inspection;
    DataTable *m_table;
    QWidget *m_foot;
    QLabel *m_detail;
    QPushButton *m_goTo;
};

} // namespace SockScope
