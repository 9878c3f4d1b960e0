#pragma once

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace SockScope {

class MessageLogModel;

/*! All comments, in the order of their messages.
 *  Path    Annotations → [this] → the message that is chosen
 *  Shape   one line a comment; it follows what changes while it is open
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class CommentsDialog : public QDialog
{
    Q_OBJECT
public:
    explicit CommentsDialog(MessageLogModel *log, QWidget *parent = nullptr);

    QTreeWidget *list() const { return m_list; }

Q_SIGNALS:
    void goToRequested(quint64 no);

private:
    void fill();
    quint64 currentNo() const;

    MessageLogModel *m_log;
    QTreeWidget *m_list;
    QLabel *m_empty;
    QPushButton *m_goTo;
    QPushButton *m_remove;
};

} // namespace SockScope
