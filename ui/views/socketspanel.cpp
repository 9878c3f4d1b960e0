#include "ui/views/socketspanel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPointer>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include "core/filter/filtertext.h"
#include "core/sockspec.h"
#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/socketmodel.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/impairdialog.h"

namespace SockScope {

using namespace Qt::StringLiterals;

SocketsPanel::SocketsPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_table(new DataTable(tr("Sockets"), this))
    , m_sorted(new QSortFilterProxyModel(this))
    , m_startStop(new QAction(themeIcon(u"start"), tr("&Start"), this))
    , m_restart(new QAction(themeIcon(u"restart"), tr("&Restart"), this))
    , m_remove(new QAction(themeIcon(u"remove"), tr("Re&move Socket"), this))
    , m_connect(new QAction(themeIcon(u"add"), tr("&Connect to…"), this))
    , m_impair(new QAction(themeIcon(u"impair"), tr("&Impairments…"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    m_table->setObjectName(u"socketsTable"_s);
    m_sorted->setSourceModel(inspection->socketModel());
    m_sorted->setSortRole(SortRole);
    m_table->setModel(m_sorted);
    auto *delegate = new CellDelegate(m_table);
    delegate->setLevelIconColumn(SocketModel::NameColumn);
    delegate->setImpairedColumn(SocketModel::UrlColumn);
    delegate->setAddressColumn(SocketModel::UrlColumn);
    m_table->setItemDelegate(delegate);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    using C = SocketModel;
    m_table->setColumns({{C::NameColumn, 7},
                         {C::UrlColumn, 0},
                         {C::PeersColumn, 4.5},
                         {C::RateInColumn, 5.5},
                         {C::RateOutColumn, 6, false},
                         {C::StateColumn, 7, false},
                         {C::InColumn, 9, false},
                         {C::OutColumn, 9, false},
                         {C::BytesInColumn, 9, false},
                         {C::BytesOutColumn, 9, false},
                         {C::ErrorsColumn, 6, false},
                         {C::ErrorColumn, 30, false},
                         {C::RemedyColumn, 30, false},
                         {C::ImpairColumn, 40, false}});
    m_table->emptyState()->setText(tr("No socket yet. Open one to see who talks."));
    m_table->emptyState()->setButton(tr("Open a Socket…"), themeIcon(u"open"));

    m_startStop->setShortcut(QKeySequence(u"Ctrl+E"_s));
    m_restart->setShortcut(QKeySequence(u"Ctrl+R"_s));
    m_remove->setShortcut(QKeySequence(u"Ctrl+Shift+W"_s));
    m_connect->setShortcut(QKeySequence(u"Ctrl+Shift+O"_s));
    m_impair->setShortcut(QKeySequence(u"Ctrl+Shift+I"_s));
    m_impair->setToolTip(tr("What a bad network does to this socket's messages (Ctrl+Shift+I)"));
    connect(m_impair, &QAction::triggered, this, &SocketsPanel::impair);
    connect(m_startStop, &QAction::triggered, this, &SocketsPanel::toggle);
    connect(m_restart, &QAction::triggered, this, &SocketsPanel::restart);
    connect(m_remove, &QAction::triggered, this, &SocketsPanel::remove);
    connect(m_connect, &QAction::triggered, this, &SocketsPanel::connectTo);
    connect(m_table, &QWidget::customContextMenuRequested, this, &SocketsPanel::showContextMenu);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        updateActions();
        Q_EMIT currentChanged();
    });
    connect(m_inspection, &Inspection::updated, this, &SocketsPanel::updateActions);
    connect(m_inspection, &Inspection::controllerAdded, this, &SocketsPanel::updateActions);
    connect(
        m_inspection, &Inspection::controllerRemoved, this, [this] { updateActions(); }, Qt::QueuedConnection);
    updateActions();
}

SockController *SocketsPanel::current() const
{
    const QModelIndex index = m_table->currentIndex();
    if (index.isValid())
        return m_inspection->controller(index.data(SockIdRole).toUInt());
    return m_inspection->controllers().size() == 1 ? m_inspection->controllers().first() : nullptr;
}

void SocketsPanel::setCurrent(SockController *controller)
{
    const int row = controller ? m_inspection->socketModel()->rowOf(controller->sockId()) : -1;
    if (row >= 0)
        m_table->setCurrentIndex(m_sorted->mapFromSource(m_inspection->socketModel()->index(row, 0)));
}

void SocketsPanel::updateActions()
{
    // Somebody is always chosen, so that the keys and the tool bar have something to act on.
    if (!m_table->currentIndex().isValid() && m_sorted->rowCount() > 0)
        m_table->setCurrentIndex(m_sorted->index(0, 0));
    SockController *controller = current();
    const bool alive = controller && controller->isAlive();
    const bool active = alive && controller->isActive();
    const QString text = active ? tr("&Stop") : tr("&Start");
    if (m_startStop->text() != text) {
        m_startStop->setText(text);
        m_startStop->setIcon(themeIcon(active ? u"stop" : u"start"));
    }
    m_startStop->setToolTip(controller
                                ? (active ? tr("Stop %1 (Ctrl+E)") : tr("Start %1 (Ctrl+E)")).arg(controller->name())
                                : tr("Choose a socket first (Ctrl+E)"));
    m_restart->setToolTip(controller ? tr("Restart %1 (Ctrl+R)").arg(controller->name())
                                     : tr("Choose a socket first (Ctrl+R)"));
    m_startStop->setEnabled(alive);
    m_restart->setEnabled(alive);
    m_connect->setEnabled(active);
    m_remove->setEnabled(controller);
    m_impair->setEnabled(alive);
}

std::function<void(const std::optional<SockError> &)> SocketsPanel::reporter(const QString &what)
{
    return [self = QPointer<SocketsPanel>(this), what](const std::optional<SockError> &error) {
        if (self && error)
            Q_EMIT self->failed(what, *error);
    };
}

void SocketsPanel::toggle()
{
    SockController *controller = current();
    if (!controller)
        return;
    if (controller->isActive())
        controller->stop(reporter(tr("%1 did not stop").arg(controller->name())));
    else
        controller->start(reporter(tr("%1 did not start").arg(controller->name())));
}

void SocketsPanel::restart()
{
    if (SockController *controller = current())
        controller->restart(reporter(tr("%1 did not restart").arg(controller->name())));
}

void SocketsPanel::remove()
{
    if (SockController *controller = current())
        controller->remove();
}

void SocketsPanel::connectTo()
{
    const QPointer<SockController> controller = current();
    if (!controller)
        return;
    bool ok = false;
    const QString text =
        QInputDialog::getText(this, tr("Connect to"),
                              tr("Host and port for %1, as in localhost:9000 or [::1]:9000").arg(controller->name()),
                              QLineEdit::Normal, QString(), &ok)
            .trimmed();
    if (!ok || text.isEmpty() || !controller)
        return;
    SockError error;
    const auto url = SockUrl::fromString(u"udp://"_s + text, &error);
    if (!url)
        return Q_EMIT failed(tr("%1 is not an address").arg(text), error);
    controller->connectTo(url->address, reporter(tr("no connection to %1").arg(text)));
}

void SocketsPanel::impair()
{
    SockController *controller = current();
    if (!controller)
        return;
    const QList<ImpairDialog *> open = findChildren<ImpairDialog *>(Qt::FindDirectChildrenOnly);
    for (ImpairDialog *dialog : open) {
        if (dialog->controller() != controller)
            continue;
        dialog->raise();
        return dialog->activateWindow();
    }
    auto *dialog = new ImpairDialog(controller, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void SocketsPanel::showContextMenu(QPoint position)
{
    SockController *controller = current();
    QMenu menu(this);
    menu.addActions({m_startStop, m_restart, m_connect, m_impair});
    if (controller) {
        menu.addSeparator();
        const QString term = filterTerm(u"sock", controller->name());
        menu.addAction(themeIcon(u"filter"), tr("&Filter by This Socket"), this,
                       [this, term] { Q_EMIT filterRequested(term); });
        const QString url = controller->snapshot().url;
        menu.addAction(themeIcon(u"copy"), tr("Copy &Address"), this,
                       [url] { QApplication::clipboard()->setText(url); });
        menu.addAction(tr("Copy R&ow"), m_table, &DataTable::copyRows);
    }
    menu.addSeparator();
    menu.addAction(m_remove);
    QMenu *columns = menu.addMenu(themeIcon(u"columns"), tr("Co&lumns"));
    m_table->addColumnActions(columns);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

} // namespace SockScope
