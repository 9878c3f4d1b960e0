#pragma once

#include <QWidget>

#include "core/types/endpoint.h"
#include "core/types/sockerror.h"

class QAction;
class QSortFilterProxyModel;

namespace SockScope {

class DataTable;
class Inspection;

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

    DataTable *table() const { return m_table; }
    QList<QAction *> peerActions() const { return {m_sendTo, m_playAs, m_filter, m_follow, m_close, m_refuse}; }

Q_SIGNALS:
    void filterRequested(const QString &term);
    /// The filter for one peer of one socket, both ways: instead of what stands there.
    void conversationRequested(const QString &term);
    void sendToRequested(quint32 sockId, const SockScope::Endpoint &peer);
    void playAsRequested(quint32 sockId, const SockScope::Endpoint &peer);
    void failed(const QString &what, const SockScope::SockError &error);

private:
    void updateActions();
    void closePeer();
    void toggleRefused();
    void showContextMenu(QPoint position);

    Inspection *m_inspection;
    DataTable *m_table;
    QSortFilterProxyModel *m_sorted;
    QAction *m_sendTo;
    QAction *m_playAs;
    QAction *m_filter;
    QAction *m_follow;
    QAction *m_close;
    QAction *m_refuse;
};

} // namespace SockScope
