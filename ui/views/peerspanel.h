#pragma once

#include <QWidget>

#include "core/types/endpoint.h"
#include "core/types/sockerror.h"

class QAction;
class QLabel;
class QLineEdit;

namespace SockScope {

class DataTable;
class Inspection;
class PeerSortModel;

/*! The live table of peers and what can be done with one.
 *  Path    PeerModel → [this] → SockController
 *  Shape   one current peer
 *  Units   none
 *  Errors  a command that fails is told by failed()
 *  Thread  the window's
 *  Source  none
 */
class PeersPanel : public QWidget
{
    Q_OBJECT
public:
    explicit PeersPanel(Inspection *inspection, QWidget *parent = nullptr);

    /// The columns for a narrow panel, or as at first: without the activity, and the peer has what is left.
    void setNarrow(bool narrow);
    DataTable *table() const { return m_table; }
    QList<QAction *> peerActions() const
    {
        return {m_find, m_sendTo, m_sendToToo, m_playAs, m_filter, m_follow, m_history, m_close, m_refuse};
    }
    QLineEdit *searchField() const { return m_search; }
    /// "12 of 100,000" while a search is on.
    QLabel *foundLabel() const { return m_found; }

Q_SIGNALS:
    void filterRequested(const QString &term);
    /// The filter for one peer of one socket, both ways: instead of what stands there.
    void conversationRequested(const QString &term);
    void sendToRequested(quint32 sockId, const SockScope::Endpoint &peer);
    /// To this one, besides those that were chosen before.
    void sendToTooRequested(quint32 sockId, const SockScope::Endpoint &peer);
    void playAsRequested(quint32 sockId, const SockScope::Endpoint &peer);
    void failed(const QString &what, const SockScope::SockError &error);

private:
    void createSearch();
    void updateSearch();
    void showHistory();
    void updateActions();
    void closePeer();
    void toggleRefused();
    void showContextMenu(QPoint position);

    Inspection *m_inspection;
    DataTable *m_table;
    QLineEdit *m_search;
    QLabel *m_found;
    PeerSortModel *m_sorted;
    QAction *m_find;
    QAction *m_history;
    QAction *m_sendTo;
    QAction *m_sendToToo;
    QAction *m_playAs;
    QAction *m_filter;
    QAction *m_follow;
    QAction *m_close;
    QAction *m_refuse;
};

} // namespace SockScope
