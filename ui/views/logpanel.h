#pragma once

#include <QWidget>

#include "ui/models/messagelogmodel.h"

class QLabel;
class QFrame;

namespace SockScope {

class DataTable;
class FindBar;
class Inspection;

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

    DataTable *table() const { return m_table; }
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
    void toggleMark();
    void copyPayload(int bytesFormat);

Q_SIGNALS:
    void messageChosen(quint64 no);
    void followingChanged(bool following);
    void filterRequested(const QString &term);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void handleRowsInserted();
    void handleRowsAboutToBeRemoved(int first, int last);
    void handleRowsRemoved();
    void handleModelAboutToBeReset();
    void handleModelReset();
    void handleCurrentChanged(const QModelIndex &current);
    void handleScrolled();
    void showContextMenu(QPoint position);
    void chooseRow(int row);
    void keepAnchor(int row);
    void restoreAnchor();
    void updatePauseNotice();
    void updateEmptyText();

    Inspection *m_inspection;
    MessageLogModel *m_log;
    DataTable *m_table;
    FindBar *m_findBar;
    QFrame *m_pauseNotice;
    QLabel *m_pauseText;
    QList<QAction *> m_messageActions;
    quint64 m_currentNo = 0;
    quint64 m_anchorNo = 0;           ///< the message at the top while rows leave …
    int m_anchorY = 0;                ///< … and where it was drawn
    bool m_currentOutOfSight = false; ///< before a reset: the view keeps its place instead of going to it
    bool m_following = true;
    bool m_moving = false; ///< we scroll, not the person
    bool m_resetting = false;
};

} // namespace SockScope
