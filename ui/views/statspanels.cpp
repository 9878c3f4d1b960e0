#include "ui/views/statspanels.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QStyle>
#include <QVBoxLayout>

#include "core/filter/filtertext.h"
#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/errormodel.h"
#include "ui/models/handlerstatsmodel.h"
#include "ui/models/healthmodel.h"
#include "ui/models/inspection.h"
#include "ui/models/ledgermodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/copytree.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QVBoxLayout *bareLayout(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

/// The ledger's totals stand out from their terms.
class LedgerDelegate : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        CellDelegate::initStyleOption(option, index);
        const auto *model = qobject_cast<const LedgerModel *>(index.model());
        option->font.setBold(model && model->isTotal(index.row()));
    }
};

/// Says whose handler it is where the column of sockets is hidden, and which type has none.
class HandlerDelegate : public CellDelegate
{
public:
    HandlerDelegate(const Inspection *inspection, QObject *parent)
        : CellDelegate(parent)
        , m_inspection(inspection)
    {
    }

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        CellDelegate::initStyleOption(option, index);
        if (index.column() != HandlerStatsModel::HandlerColumn)
            return;
        const auto *table = qobject_cast<const DataTable *>(option->widget);
        const bool named = table && !table->isColumnHidden(HandlerStatsModel::SocketColumn);
        if (index.data(IsUnhandledRole).toBool())
            option->text = HandlersPanel::tr("%1: unhandled").arg(index.data(TypeTextRole).toString());
        else if (!named && m_inspection->controllers().size() > 1)
            option->text = index.data(SockNameRole).toString() + u" · "_s + option->text;
    }

private:
    const Inspection *m_inspection;
};

} // namespace

HandlersPanel::HandlersPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_table(new DataTable(tr("Handlers"), this))
{
    bareLayout(this)->addWidget(m_table);
    m_table->setObjectName(u"handlersTable"_s);
    auto *sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(inspection->handlerStatsModel());
    sorted->setSortRole(SortRole);
    m_table->setModel(sorted);
    m_table->dataHeader()->setShortLabel(HandlerStatsModel::ErrorsColumn, tr("Err"));
    m_table->setItemDelegate(new HandlerDelegate(inspection, m_table));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    using C = HandlerStatsModel;
    m_table->setColumns({{C::HandlerColumn, 0},
                         {C::CallsColumn, 4.4},
                         {C::ErrorsColumn, 2.7},
                         {C::P50Column, 5.5},
                         {C::P99Column, 5.6},
                         {C::WaitP99Column, 7, false},
                         {C::SocketColumn, 7, false},
                         {C::TypeColumn, 9, false},
                         {C::SkippedColumn, 7, false},
                         {C::MeanColumn, 8, false},
                         {C::MaximumColumn, 8, false},
                         {C::WaitP50Column, 8, false},
                         {C::LastErrorColumn, 30, false}});
    m_table->emptyState()->setText(tr("The handlers of every socket, and the types that have none, stand here."));
    connect(m_table, &QWidget::customContextMenuRequested, this, &HandlersPanel::showContextMenu);
}

void HandlersPanel::showContextMenu(QPoint position)
{
    const QModelIndex index = m_table->currentIndex();
    QMenu menu(this);
    if (index.isValid()) {
        const QModelIndex box = index.siblingAtColumn(HandlerStatsModel::HandlerColumn);
        if (box.flags() & Qt::ItemIsUserCheckable) {
            const bool enabled = index.data(EnabledRole).toBool();
            menu.addAction(enabled ? tr("&Disable Handler") : tr("&Enable Handler"), this, [this, box, enabled] {
                m_table->model()->setData(box, enabled ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
            });
        }
        const QString term = filterTerm(u"type", index.data(TypeTextRole).toString());
        menu.addAction(themeIcon(u"filter"), tr("&Filter by This Type"), this,
                       [this, term] { Q_EMIT filterRequested(term); });
        menu.addSeparator();
        menu.addAction(themeIcon(u"copy"), tr("Copy &Rows"), m_table, &DataTable::copyRows);
        menu.addAction(tr("Copy C&ell"), m_table, &DataTable::copyCell);
    }
    QMenu *columns = menu.addMenu(themeIcon(u"columns"), tr("Co&lumns"));
    m_table->addColumnActions(columns);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

HealthPanel::HealthPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_tree(new CopyTree(tr("Health"), this))
    , m_note(new QLabel(this))
{
    QVBoxLayout *layout = bareLayout(this);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_note);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setMargin(6);
    m_note->setProperty("role", u"note"_s);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->setAccessibleName(tr("What the chosen line means"));
    m_note->hide();
    m_tree->setObjectName(u"healthTree"_s);
    m_tree->setModel(inspection->healthModel());
    auto *delegate = new CellDelegate(m_tree);
    delegate->setLevelIconColumn(HealthModel::NameColumn);
    m_tree->setItemDelegate(delegate);
    m_tree->header()->resizeSection(HealthModel::NameColumn, 162);
    // The note is a sentence: it stands below the tree, where there is room for it.
    m_tree->setColumnHidden(HealthModel::NoteColumn, true);
    const auto showNote = [this] {
        const QModelIndex index = m_tree->currentIndex();
        const QString note = index.siblingAtColumn(HealthModel::NoteColumn).data().toString();
        m_note->setText(index.siblingAtColumn(0).data().toString() + u": "_s + note);
        m_note->setVisible(!note.isEmpty());
    };
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentRowChanged, this, showNote);
    connect(inspection, &Inspection::updated, this, showNote);
    auto *empty = new EmptyState(m_tree);
    empty->setText(tr("Queues, ticks and limits of every socket stand here."));
    connect(inspection->healthModel(), &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &parentIndex, int first, int last) {
                for (int row = first; !parentIndex.isValid() && row <= last; ++row)
                    m_tree->expand(m_tree->model()->index(row, 0));
            });
    m_tree->expandAll();
}

LedgerPanel::LedgerPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_sock(new QComboBox(this))
    , m_badge(new QLabel(this))
    , m_table(new DataTable(tr("Ledger"), this))
{
    QVBoxLayout *layout = bareLayout(this);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(6, 4, 6, 4);
    top->addWidget(m_sock, 1);
    top->addWidget(m_badge);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    m_sock->setAccessibleName(tr("Whose ledger"));
    m_badge->setProperty("role", u"badge"_s);
    m_table->setObjectName(u"ledgerTable"_s);
    m_table->setModel(inspection->ledgerModel());
    m_table->setItemDelegate(new LedgerDelegate(m_table));
    m_table->setColumns(
        {{LedgerModel::TermColumn, 0}, {LedgerModel::MessagesColumn, 7.1}, {LedgerModel::BytesColumn, 8}});
    connect(m_sock, &QComboBox::activated, this, [this] {
        const QVariant id = m_sock->currentData();
        m_inspection->ledgerModel()->setSock(id.isValid() ? std::optional<quint32>(id.toUInt()) : std::nullopt);
        updateBadge();
    });
    connect(inspection, &Inspection::controllerAdded, this, &LedgerPanel::fillSocks);
    connect(
        inspection, &Inspection::controllerRemoved, this, [this] { fillSocks(); }, Qt::QueuedConnection);
    connect(inspection, &Inspection::updated, this, &LedgerPanel::updateBadge);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](QPoint position) {
        QMenu menu(this);
        menu.addAction(themeIcon(u"copy"), tr("Copy &Rows"), m_table, &DataTable::copyRows);
        menu.addAction(tr("Copy &All"), this, [this] {
            m_table->selectAll();
            m_table->copyRows();
        });
        menu.exec(m_table->viewport()->mapToGlobal(position));
    });
    fillSocks();
    updateBadge();
}

void LedgerPanel::fillSocks()
{
    const QVariant chosen = m_sock->currentData();
    m_sock->clear();
    m_sock->addItem(tr("All sockets"));
    for (const SockController *controller : m_inspection->controllers())
        m_sock->addItem(controller->name(), controller->sockId());
    const int index = chosen.isValid() ? m_sock->findData(chosen) : 0;
    m_sock->setCurrentIndex(qMax(0, index));
    if (index < 0)
        m_inspection->ledgerModel()->setSock(std::nullopt);
}

void LedgerPanel::updateBadge()
{
    // A sock may get its name after its row.
    for (int i = 1; i < m_sock->count(); ++i)
        if (const SockController *controller = m_inspection->controller(m_sock->itemData(i).toUInt());
            controller && controller->name() != m_sock->itemText(i))
            m_sock->setItemText(i, controller->name());
    const bool balanced = m_inspection->ledgerModel()->isBalanced();
    m_badge->setText(balanced ? tr("✓ adds up") : tr("✗ does not add up"));
    const QString signal = balanced ? u"ok"_s : u"error"_s;
    if (m_badge->property("signal").toString() != signal) {
        m_badge->setProperty("signal", signal);
        m_badge->style()->unpolish(m_badge);
        m_badge->style()->polish(m_badge);
    }
}

ErrorsPanel::ErrorsPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_table(new DataTable(tr("Errors"), this))
    , m_detail(new QLabel(this))
{
    QVBoxLayout *layout = bareLayout(this);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_detail);
    m_detail->setWordWrap(true);
    m_detail->setTextFormat(Qt::PlainText);
    m_detail->setMargin(6);
    m_detail->setProperty("role", u"note"_s);
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_detail->setAccessibleName(tr("The chosen error and its remedy"));
    m_detail->hide();
    m_table->setObjectName(u"errorsTable"_s);
    m_table->setModel(inspection->errorModel());
    using C = ErrorModel;
    m_table->setColumns({{C::TimeColumn, 12.6},
                         {C::StageColumn, 6.2},
                         {C::TextColumn, 0},
                         {C::SocketColumn, 7, false},
                         {C::PeerColumn, 15, false},
                         {C::RemedyColumn, 30, false}});
    m_table->emptyState()->setText(tr("No error. Each one will stand here with its time, its stage and its remedy."));
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ErrorsPanel::updateDetail);
    connect(inspection->errorModel(), &QAbstractItemModel::rowsAboutToBeInserted, this, [this] {
        const QScrollBar *bar = m_table->verticalScrollBar();
        m_table->setProperty("atEnd", bar->value() >= bar->maximum());
    });
    connect(inspection->errorModel(), &QAbstractItemModel::rowsInserted, this, [this] {
        if (m_table->property("atEnd").toBool() && !m_table->currentIndex().isValid())
            m_table->scrollToBottom();
    });
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](QPoint position) {
        QMenu menu(this);
        menu.addAction(themeIcon(u"copy"), tr("Copy &Rows"), m_table, &DataTable::copyRows);
        menu.addAction(tr("Copy C&ell"), m_table, &DataTable::copyCell);
        menu.addSeparator();
        menu.addAction(themeIcon(u"clear"), tr("&Clear Errors"), this, [this] {
            m_inspection->errorModel()->clear();
            m_detail->hide();
        });
        menu.exec(m_table->viewport()->mapToGlobal(position));
    });
}

void ErrorsPanel::updateDetail()
{
    const QModelIndex index = m_table->currentIndex();
    const QString remedy = index.data(RemedyRole).toString();
    const QString peer = index.data(EndpointRole).value<Endpoint>().toString();
    QStringList lines{index.data(ErrorTextRole).toString()};
    if (!remedy.isEmpty())
        lines.append(tr("What to do: %1").arg(remedy));
    if (index.isValid() && !index.data(EndpointRole).value<Endpoint>().isNull())
        lines.append(tr("Peer: %1, socket: %2").arg(peer, index.data(SockNameRole).toString()));
    m_detail->setText(lines.join(u'\n'));
    m_detail->setVisible(index.isValid());
}

} // namespace SockScope
