#include "ui/views/peerspanel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QVBoxLayout>

#include "core/filter/filtertext.h"
#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/peermodel.h"
#include "ui/models/peersortmodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/peerhistorydialog.h"

namespace SockScope {

using namespace Qt::StringLiterals;

PeersPanel::PeersPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_table(new DataTable(tr("Peers"), this))
    , m_search(new QLineEdit(this))
    , m_found(new QLabel(this))
    , m_sorted(new PeerSortModel(inspection->peerModel(), this))
    , m_find(new QAction(themeIcon(u"find"), tr("Fi&nd Peer"), this))
    , m_history(new QAction(themeIcon(u"clock"), tr("State &History…"), this))
    , m_sendTo(new QAction(themeIcon(u"send"), tr("&Send to This Peer"), this))
    , m_sendToToo(new QAction(tr("Send to This Peer, T&oo"), this))
    , m_playAs(new QAction(themeIcon(u"inject"), tr("&Play This Peer"), this))
    , m_filter(new QAction(themeIcon(u"filter"), tr("&Filter by This Peer"), this))
    , m_follow(new QAction(themeIcon(u"log"), tr("F&ollow Conversation"), this))
    , m_close(new QAction(themeIcon(u"close"), tr("&Close Peer"), this))
    , m_refuse(new QAction(themeIcon(u"refuse"), tr("&Refuse Peer"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    createSearch();
    layout->addWidget(m_table);
    m_table->setObjectName(u"peersTable"_s);
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicatorClearable(true); // back to the order of arrival
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    auto *delegate = new CellDelegate(m_table);
    delegate->setLevelIconColumn(PeerModel::PeerColumn);
    delegate->setAddressColumn(PeerModel::PeerColumn);
    m_table->setItemDelegate(delegate);
    m_table->setItemDelegateForColumn(PeerModel::ActivityColumn, new SparklineDelegate(m_table));
    auto *countdown = new CountdownDelegate(m_table);
    countdown->setTimeoutSeconds([this](quint32 sockId) {
        const SockController *controller = m_inspection->controller(sockId);
        return controller ? static_cast<double>(controller->snapshot().timeoutNs) / 1e9 : 0.0;
    });
    m_table->setItemDelegateForColumn(PeerModel::TimeoutColumn, countdown);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    setNarrow(false);

    connect(m_sendTo, &QAction::triggered, this, [this] {
        const QModelIndex index = m_table->currentIndex();
        Q_EMIT sendToRequested(index.data(SockIdRole).toUInt(), index.data(EndpointRole).value<Endpoint>());
    });
    connect(m_sendToToo, &QAction::triggered, this, [this] {
        const QModelIndex index = m_table->currentIndex();
        Q_EMIT sendToTooRequested(index.data(SockIdRole).toUInt(), index.data(EndpointRole).value<Endpoint>());
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
    m_find->setShortcut(QKeySequence(u"Ctrl+Shift+P"_s));
    connect(m_find, &QAction::triggered, this, [this] {
        m_search->setFocus(Qt::ShortcutFocusReason);
        m_search->selectAll();
    });
    connect(m_history, &QAction::triggered, this, &PeersPanel::showHistory);
    connect(m_close, &QAction::triggered, this, &PeersPanel::closePeer);
    connect(m_refuse, &QAction::triggered, this, &PeersPanel::toggleRefused);
    connect(m_table, &QWidget::customContextMenuRequested, this, &PeersPanel::showContextMenu);
    connect(m_table, &QAbstractItemView::doubleClicked, m_filter, &QAction::trigger);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &PeersPanel::updateActions);
    connect(m_inspection, &Inspection::updated, this, &PeersPanel::updateActions);
    connect(m_inspection, &Inspection::updated, this, &PeersPanel::updateSearch);
    updateActions();
    updateSearch();
}

void PeersPanel::setNarrow(bool narrow)
{
    using C = PeerModel;
    m_table->setColumns({{C::PeerColumn, narrow ? 0.0 : 14.5},
                         {C::SocketColumn, 5},
                         {C::RateInColumn, narrow ? 4.1 : 4.5},
                         {C::TimeoutColumn, 6.5},
                         {C::ActivityColumn, narrow ? 6.0 : 0.0, !narrow},
                         {C::StateColumn, 10, false},
                         {C::SinceColumn, 10, false},
                         {C::LastSeenColumn, 10, false},
                         {C::MessagesInColumn, 9, false},
                         {C::MessagesOutColumn, 9, false},
                         {C::BytesInColumn, 9, false},
                         {C::BytesOutColumn, 9, false},
                         {C::RateOutColumn, 7, false},
                         {C::ErrorsColumn, 6, false},
                         {C::StoryColumn, 34, false}});
}

void PeersPanel::createSearch()
{
    m_search->setAccessibleName(tr("Search peers"));
    m_search->setPlaceholderText(tr("Search address, socket, state, metadata"));
    m_search->setClearButtonEnabled(true);
    m_search->setToolTip(tr("Words that must all occur (Ctrl+Shift+P)"));
    m_search->addAction(themeIcon(u"find"), QLineEdit::LeadingPosition);
    m_found->setProperty("role", u"secondary"_s);
    m_found->setContentsMargins(6, 0, 2, 0);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(4, 2, 4, 2);
    row->setSpacing(0);
    row->addWidget(m_search, 1);
    row->addWidget(m_found);
    static_cast<QVBoxLayout *>(layout())->addLayout(row);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        const QModelIndex chosen = m_sorted->mapToSource(m_table->currentIndex());
        m_sorted->setSearch(text);
        // Who was chosen stays it, when the new search finds it at once.
        if (const QModelIndex now = m_sorted->mapFromSource(chosen); now.isValid())
            m_table->setCurrentIndex(now);
        updateSearch();
    });
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        m_table->setFocus(Qt::ShortcutFocusReason);
        if (!m_table->currentIndex().isValid())
            m_table->setCurrentIndex(m_sorted->index(0, 0));
    });
    connect(m_sorted, &PeerSortModel::searchFinished, this, &PeersPanel::updateSearch);
}

void PeersPanel::updateSearch()
{
    const bool searching = !m_search->text().trimmed().isEmpty();
    m_found->setVisible(searching);
    if (searching)
        m_found->setText(tr("%1 of %2")
                             .arg(Format::count(qint64(m_sorted->rowCount())),
                                  Format::count(qint64(m_inspection->peerModel()->rowCount()))));
    m_table->emptyState()->setText(searching ? tr("No peer has all of these words.")
                                             : tr("Whoever talks to an active socket stands here."));
}

void PeersPanel::showHistory()
{
    const QModelIndex index = m_table->currentIndex();
    std::optional<PeerKey> key;
    if (index.isValid())
        key = PeerKey{index.data(SockIdRole).toUInt(), index.data(EndpointRole).value<Endpoint>()};
    auto *dialog = new PeerHistoryDialog(m_inspection, key, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void PeersPanel::updateActions()
{
    const QModelIndex index = m_table->currentIndex();
    const bool refused = index.isValid() && index.data(IsRefusedRole).toBool();
    const bool present = index.isValid() && index.data(IsPresentRole).toBool();
    m_sendTo->setEnabled(present);
    m_sendToToo->setEnabled(present);
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
    menu.addActions({m_sendTo, m_sendToToo, m_playAs, m_filter, m_follow, m_history});
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
