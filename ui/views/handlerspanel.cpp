#include "ui/views/handlerspanel.h"

#include <QLabel>
#include <QMenu>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "core/filter/filtertext.h"
#include "core/tap/tracelog.h"
#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/handlerstatsmodel.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/models/slowcallmodel.h"
#include "ui/models/tracelogs.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/histogramview.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Below this a histogram cannot be read: where there is less the panel scrolls.
constexpr int leastTimesHeight = 170;

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
        if (!named && m_inspection->controllers().size() > 1)
            option->text = index.data(SockNameRole).toString() + u" · "_s + option->text;
    }

private:
    const Inspection *m_inspection;
};

QLabel *makeNote(const QString &accessibleName, QWidget *parent)
{
    auto *note = new QLabel(parent);
    note->setWordWrap(true);
    note->setTextFormat(Qt::PlainText);
    note->setMargin(4);
    note->setProperty("role", u"note"_s);
    note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    note->setAccessibleName(accessibleName);
    return note;
}

QVBoxLayout *bareLayout(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

} // namespace

HandlersPanel::HandlersPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_table(new DataTable(tr("Handlers"), this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_below(new QStackedWidget(this))
    , m_hint(new QLabel(tr("Choose a handler to see its times."), this))
    , m_tabs(new QTabWidget(this))
    , m_slowModel(new SlowCallModel(this))
{
    bareLayout(this)->addWidget(m_splitter);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_below);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(5);
    m_splitter->setStretchFactor(0, 1);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setMargin(4);
    m_hint->setProperty("role", u"secondary"_s);
    m_tabs->setDocumentMode(true);
    // The window does not grow because a handler was chosen.
    m_tabs->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Ignored);
    m_tabs->setObjectName(u"handlerTabs"_s);
    m_tabs->addTab(createHistogramPage(), tr("H&istogram"));
    m_tabs->addTab(createSlowPage(), tr("Slowest &Calls"));
    m_below->addWidget(m_hint);
    m_below->addWidget(m_tabs);

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
                         {C::CallsColumn, 4.8},
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
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &HandlersPanel::refresh);
    connect(m_tabs, &QTabWidget::currentChanged, this, &HandlersPanel::refresh);
    connect(inspection, &Inspection::updated, this, &HandlersPanel::refresh);
    showBelow(false);
    refresh();
}

// A line where no handler is chosen, so that the table has the room.
void HandlersPanel::showBelow(bool chosen)
{
    m_below->setCurrentWidget(chosen ? static_cast<QWidget *>(m_tabs) : m_hint);
    m_below->setMinimumHeight(chosen ? leastTimesHeight : 0);
    m_below->setMaximumHeight(chosen ? QWIDGETSIZE_MAX : m_hint->sizeHint().height());
    if (chosen)
        m_splitter->setSizes({90, 210});
}

QWidget *HandlersPanel::createHistogramPage()
{
    auto *page = new QWidget(m_tabs);
    QVBoxLayout *layout = bareLayout(page);
    m_histogram = new HistogramView(page);
    m_histogram->setObjectName(u"handlerHistogram"_s);
    m_histogramText = makeNote(tr("The histogram in words"), page);
    layout->addWidget(m_histogram, 1);
    layout->addWidget(m_histogramText);
    auto *logarithmic = new QToolButton(m_tabs);
    logarithmic->setText(tr("&Log Counts"));
    logarithmic->setToolTip(tr("Count on a logarithmic axis: rare calls are seen beside many"));
    logarithmic->setAccessibleName(tr("Logarithmic counts"));
    logarithmic->setCheckable(true);
    logarithmic->setProperty("role", u"toggle"_s);
    logarithmic->setAutoRaise(true);
    logarithmic->setObjectName(u"logCounts"_s);
    connect(logarithmic, &QToolButton::toggled, m_histogram, &HistogramView::setLogarithmic);
    m_tabs->setCornerWidget(logarithmic);
    connect(m_tabs, &QTabWidget::currentChanged, logarithmic,
            [logarithmic](int tab) { logarithmic->setVisible(tab == 0); });
    connect(m_histogram, &HistogramView::barTold, this, [this](const QString &text) {
        m_barText = text;
        m_histogramText->setText(text.isEmpty() ? m_histogram->summary() : text);
    });
    return page;
}

QWidget *HandlersPanel::createSlowPage()
{
    auto *page = new QWidget(m_tabs);
    QVBoxLayout *layout = bareLayout(page);
    m_slowTable = new DataTable(tr("Slowest calls"), page);
    m_slowTable->setObjectName(u"slowCallsTable"_s);
    m_slowTable->setModel(m_slowModel);
    using C = SlowCallModel;
    m_slowTable->setColumns({{C::TimeColumn, 0}, {C::RanColumn, 5.6}, {C::WaitColumn, 6}, {C::ResultColumn, 6.6}});
    m_slowTable->setToolTip(tr("Enter or a double click goes to the message of a call"));
    m_slowText = makeNote(tr("How many calls were traced"), page);
    layout->addWidget(m_slowTable, 1);
    layout->addWidget(m_slowText);
    connect(m_slowTable, &QAbstractItemView::activated, this, &HandlersPanel::requestMessage);
    connect(m_slowTable, &QWidget::customContextMenuRequested, this, &HandlersPanel::showSlowMenu);
    return page;
}

void HandlersPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void HandlersPanel::refresh()
{
    const QModelIndex index = m_table->currentIndex();
    const quint64 handler = index.data(HandlerIdRole).toULongLong();
    const quint32 sockId = index.data(SockIdRole).toUInt();
    m_hint->setText(index.isValid() && handler == 0 ? tr("Nobody handles this type: there are no calls of it.")
                                                    : tr("Choose a handler to see its times."));
    if (const bool chosen = handler != 0; chosen != (m_below->currentWidget() == m_tabs))
        showBelow(chosen);
    const SockController *controller = m_inspection->controller(sockId);
    if (handler == 0 || !controller || !isVisible())
        return;
    const std::vector<HandlerStats> &all = controller->snapshot().handlers;
    const auto found =
        std::find_if(all.begin(), all.end(), [handler](const HandlerStats &one) { return one.id == handler; });
    if (found == all.end())
        return;
    if (m_tabs->currentIndex() == 0) {
        m_histogram->setData(found->run, found->queueWait);
        if (m_barText.isEmpty() && m_histogramText->text() != m_histogram->summary())
            m_histogramText->setText(m_histogram->summary());
    } else {
        showSlowCalls(sockId, handler, found->calls);
    }
}

void HandlersPanel::showSlowCalls(quint32 sockId, quint64 handler, quint64 calls)
{
    const std::shared_ptr<TraceLog> log = m_inspection->traceLogs().find(sockId);
    const SlowCalls slow = log ? log->slowest(handler) : SlowCalls();
    m_slowModel->set(sockId, slow);
    QString text = tr("The longest %1 of %2 traced calls.")
                       .arg(Format::count(static_cast<quint64>(slow.calls.size())), Format::count(slow.traced));
    if (!m_inspection->isTracing())
        text += u' ' + tr("Tracing is off: later calls are not among them.");
    else if (slow.traced < calls)
        text +=
            u' ' + tr("%1 in all: the others have not ended, or came while tracing was off.").arg(Format::count(calls));
    if (m_slowText->text() != text)
        m_slowText->setText(text);
    m_slowTable->emptyState()->setText(m_inspection->isTracing()
                                           ? tr("The longest calls of this handler will stand here.")
                                           : tr("Tracing is off (Tools › Trace Handlers): no call is looked at."));
}

void HandlersPanel::requestMessage(const QModelIndex &index)
{
    if (const quint32 sequence = index.data(SequenceRole).toUInt(); sequence != 0)
        Q_EMIT messageRequested(index.data(SockIdRole).toUInt(), sequence);
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
            menu.addAction(themeIcon(u"clock"), tr("&Slowest Calls"), this, [this] {
                m_tabs->setCurrentIndex(1);
                m_slowTable->setFocus();
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

void HandlersPanel::showSlowMenu(QPoint position)
{
    const QModelIndex index = m_slowTable->currentIndex();
    QMenu menu(this);
    if (index.isValid()) {
        menu.addAction(themeIcon(u"goto"), tr("&Go to Message"), this, [this, index] { requestMessage(index); });
        menu.addSeparator();
        menu.addAction(themeIcon(u"copy"), tr("Copy &Rows"), m_slowTable, &DataTable::copyRows);
    }
    menu.addAction(tr("Copy &All"), this, [this] {
        m_slowTable->selectAll();
        m_slowTable->copyRows();
    });
    menu.exec(m_slowTable->viewport()->mapToGlobal(position));
}

} // namespace SockScope
