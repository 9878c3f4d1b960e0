#pragma once

#include <QWidget>

#include "ui/models/messagelogmodel.h"
#include "ui/views/logtable.h"

class QFrame;
class QLabel;
class QPushButton;

namespace SockScope {

class FindBar;
class Inspection;
class LogActions;

/*! The list of messages. It follows the newest only while a person is at the end; elsewhere no row moves.
 *  Path    MessageLogModel → [this] → the chosen message
 *  Shape   one current message, known by its number and not by its row
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  Wireshark's packet list
 */
class LogPanel : public QWidget
{
    Q_OBJECT
public:
    explicit LogPanel(Inspection *inspection, QWidget *parent = nullptr);

    LogTable *table() const { return m_table; }
    LogActions *actions() const { return m_actions; }
    FindBar *findBar() const { return m_findBar; }
    bool isFollowing() const { return m_following; }
    /// 0 when none is chosen.
    quint64 currentNo() const { return m_currentNo; }
    int currentRow() const;
    bool goToNo(quint64 no);
    /// Actions that the context menu shows first.
    void setMessageActions(const QList<QAction *> &actions) { m_messageActions = actions; }

public Q_SLOTS:
    void setFollowing(bool following);
    void goToRow(int row);
    void copyPayload(int bytesFormat);
    /// Said above the list while its rows are not those of what is written in the filter; empty: they are.
    void setStaleText(const QString &text);

Q_SIGNALS:
    void messageChosen(quint64 no);
    void followingChanged(bool following);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void widenNumbers();
    void handleRowsInserted(int first);
    void handleModelAboutToBeReset();
    void handleModelReset();
    void handleColumnsChanged();
    void handleCurrentChanged(const QModelIndex &current);
    void handleScrolled();
    void showContextMenu(QPoint position);
    void chooseRow(int row);
    void chooseCurrentAgain();
    void updateNotice();
    void updateEmptyText();

    Inspection *m_inspection;
    MessageLogModel *m_log;
    LogTable *m_table;
    LogActions *m_actions;
    FindBar *m_findBar;
    QFrame *m_notice;
    QLabel *m_noticeText;
    QPushButton *m_resume;
    QList<QAction *> m_messageActions;
    QString m_staleText;
    quint64 m_currentNo = 0;
    qsizetype m_noDigits = 6;      // that the column has room for at first
    quint64 m_anchorNo = 0;        ///< before a reset at the top; until the scan has come down to it …
    bool m_currentInSight = false; ///< … or, when the current one was in sight, that one in the middle
    bool m_following = true;
    bool m_moving = false;   ///< we scroll, not the person
    bool m_changing = false; ///< rows leave: what the selection does meanwhile is not the person's choice
};

} // namespace SockScope
