#include "ui/views/peerspanel.h"

#include <QAction>
#include <QMenu>
#include <QPointer>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include "core/filter/filtertext.h"
#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/inspection.h"
#include "ui/models/peermodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

PeersPanel::PeersPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_table(new DataTable(tr("Peers"), this))
    , m_sorted(new QSortFilterProxyModel(this))
    , m_sendTo(new QAction(themeIcon(u"send"), tr("&Send to This Peer"), this))
    , m_playAs(new QAction(themeIcon(u"inject"), tr("&Play This Peer"), this))
    , m_filter(new QAction(themeIcon(u"filter"), tr("&Filter by This Peer"), this))
    , m_follow(new QAction(themeIcon(u"log"), tr("F&ollow Conversation"), this))
    , m_close(new QAction(themeIcon(u"close"), tr("&Close Peer"), this))
    , m_refuse(new QAction(themeIcon(u"refuse"), tr("&Refuse Peer"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    m_table->setObjectName(u"peersTable"_s);
    m_sorted->setSourceModel(inspection->peerModel());
    m_sorted->setSortRole(SortRole);
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    auto *delegate = new CellDelegate(m_table);
    delegate->setLevelIconColumn(PeerModel::PeerColumn);
    m_table->setItemDelegate(delegate);
    m_table->setItemDelegateForColumn(PeerModel::ActivityColumn, new SparklineDelegate(m_table));
    auto *countdown = new CountdownDelegate(m_table);
    countdown->setTimeoutSeconds([this](quint32 sockId) {
        const SockController *controller = m_inspection->controller(sockId);
        return controller ? static_cast<double>(controller->snapshot().timeoutNs) / 1e9 : 0.0;
    });
    m_table->setItemDelegateForColumn(PeerModel::TimeoutColumn, countdown);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    using C = PeerModel;
    m_table->setColumns({{C::PeerColumn, 15.2},
                         {C::SocketColumn, 5},
                         {C::RateInColumn, 4.5},
                         {C::TimeoutColumn, 6.5},
                         {C::ActivityColumn, 0},
                         {C::StateColumn, 10, false},
                         {C::SinceColumn, 10, false},
                         {C::LastSeenColumn, 10, false},
                         {C::MessagesInColumn, 9, false},
                         {C::MessagesOutColumn, 9, false},
                         {C::BytesInColumn, 9, false},
                         {C::BytesOutColumn, 9, false},
                         {C::RateOutColumn, 7, false},
                         {C::ErrorsColumn, 6, false}});
    m_table->emptyState()->setText(tr("Whoever talks to an active socket stands here."));

    connect(m_sendTo, &QAction::triggered, this, [this] {
        const QModelIndex index = m_table->currentIndex();
        Q_EMIT sendToRequested(index.data(SockIdRole).toUInt(), index.data(EndpointRole).value<Endpoint>());
    });
    connect(m_playAs, &QAction::triggered, this, [this] {
        const QModelIndex index = m_table->currentIndex();
        Q_EMIT playAsRequested(index.data(SockIdRole).toUInt(), index.data(EndpointRole).value<Endpoint>());
    });
    connect(m_filter, &QAction::triggered, this, [this] {
        Q_EMIT filterRequested(filterTerm(m_table->currentIndex().data(EndpointRole).value<Endpoint>()));
    });
    connect(m_follow, &QAction::triggered, this, [this] {
        const QModelIndex index = m_table->currentIndex();
        Q_EMIT conversationRequested(filterCombined(filterTerm(u"sock", index.data(SockNameRole).toString()),
                                                    filterTerm(index.data(EndpointRole).value<Endpoint>()),
                                                    FilterJoin::And));
    });
    connect(m_close, &QAction::triggered, this, &PeersPanel::closePeer);
    connect(m_refuse, &QAction::triggered, this, &PeersPanel::toggleRefused);
    connect(m_table, &QWidget::customContextMenuRequested, this, &PeersPanel::showContextMenu);
    connect(m_table, &QAbstractItemView::doubleClicked, m_filter, &QAction::trigger);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &PeersPanel::updateActions);
    connect(m_inspection, &Inspection::updated, this, &PeersPanel::updateActions);
    updateActions();
}

void PeersPanel::updateActions()
{
    const QModelIndex index = m_table->currentIndex();
    const bool refused = index.isValid() && index.data(IsRefusedRole).toBool();
    const bool present = index.isValid() && index.data(IsPresentRole).toBool();
    m_sendTo->setEnabled(present);
    m_playAs->setEnabled(index.isValid());
    m_filter->setEnabled(index.isValid());
    m_follow->setEnabled(index.isValid());
    m_close->setEnabled(present);
    m_refuse->setEnabled(index.isValid());
    m_refuse->setText(refused ? tr("&Allow Peer Again") : tr("&Refuse Peer"));
    m_refuse->setIcon(themeIcon(refused ? u"allow" : u"refuse"));
}

void PeersPanel::closePeer()
{
    const QModelIndex index = m_table->currentIndex();
    const auto peer = index.data(EndpointRole).value<Endpoint>();
    if (SockController *controller = m_inspection->controller(index.data(SockIdRole).toUInt()))
        controller->closePeer(peer, [self = QPointer<PeersPanel>(this), peer](const std::optional<SockError> &error) {
            if (self && error)
                Q_EMIT self->failed(tr("%1 was not closed").arg(peer.toString()), *error);
        });
}

void PeersPanel::toggleRefused()
{
    const QModelIndex index = m_table->currentIndex();
    const auto peer = index.data(EndpointRole).value<Endpoint>();
    SockController *controller = m_inspection->controller(index.data(SockIdRole).toUInt());
    if (!controller)
        return;
    const auto answer = [self = QPointer<PeersPanel>(this), peer](const std::optional<SockError> &error) {
        if (self && error)
            Q_EMIT self->failed(tr("the list of refused peers was not changed for %1").arg(peer.toString()), *error);
    };
    if (index.data(IsRefusedRole).toBool())
        controller->allowPeer(peer, answer);
    else
        controller->refusePeer(peer, answer);
}

void PeersPanel::showContextMenu(QPoint position)
{
    updateActions();
    QMenu menu(this);
    menu.addActions({m_sendTo, m_playAs, m_filter, m_follow});
    menu.addSeparator();
    menu.addActions({m_close, m_refuse});
    menu.addSeparator();
    QAction *copyRow = menu.addAction(themeIcon(u"copy"), tr("Copy R&ow"), m_table, &DataTable::copyRows);
    QAction *copyCell = menu.addAction(tr("Copy C&ell"), m_table, &DataTable::copyCell);
    copyRow->setEnabled(m_table->currentIndex().isValid());
    copyCell->setEnabled(m_table->currentIndex().isValid());
    QMenu *columns = menu.addMenu(themeIcon(u"columns"), tr("Co&lumns"));
    m_table->addColumnActions(columns);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

} // namespace SockScope
