#include "ui/views/statspanels.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/healthmodel.h"
#include "ui/models/inspection.h"
#include "ui/models/ledgermodel.h"
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

} // namespace

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

} // namespace SockScope
