// The controls of RatesPanel.
#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/rateslegend.h"
#include "app/gui/ratespanel.h"
#include "app/gui/ratesplot.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/views/datatable.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 secondNs = 1'000'000'000;
constexpr int narrowWidth = 480;
constexpr qint64 spansNs[] = {10 * secondNs,  30 * secondNs,   60 * secondNs,     300 * secondNs,
                              900 * secondNs, 3600 * secondNs, 21'600 * secondNs, 86'400 * secondNs};

/// "30 s", "5 min", "24 h", "2 min 13 s".
QString spanText(qint64 spanNs)
{
    const qint64 seconds = spanNs / secondNs;
    if (seconds % 3600 == 0 && seconds > 0)
        return RatesPanel::tr("%1 h").arg(seconds / 3600);
    if (seconds % 60 == 0 && seconds > 0)
        return RatesPanel::tr("%1 min").arg(seconds / 60);
    return Format::seconds(static_cast<double>(spanNs / 100'000'000) / 10);
}

QComboBox *makeBox(QWidget *panel, const QString &name, const QString &tip,
                   std::initializer_list<std::pair<QString, int>> entries)
{
    auto *box = new QComboBox(panel);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    box->setMinimumContentsLength(4); // it gives way in a narrow panel
    for (const auto &[text, data] : entries)
        box->addItem(text, data);
    return box;
}

} // namespace

void RatesPanel::createControls()
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(4, 2, 4, 2);
    row->setSpacing(4);
    column->addLayout(row);

    m_quantity = makeBox(this, tr("What is drawn"), tr("What is drawn"),
                         {{tr("Messages/s"), int(Quantity::Messages)},
                          {tr("Bytes/s"), int(Quantity::Bytes)},
                          {tr("Tick period"), int(Quantity::TickPeriod)},
                          {tr("Queue depth"), int(Quantity::QueueDepth)},
                          {tr("Send queue"), int(Quantity::SendQueue)}});
    m_split = makeBox(this, tr("A line for each"), tr("A line for each: the busiest, and one for all others"),
                      {{tr("all"), int(RateSplit::All)},
                       {tr("by socket"), int(RateSplit::Socket)},
                       {tr("by peer"), int(RateSplit::Peer)},
                       {tr("by type"), int(RateSplit::Type)},
                       {tr("by filter"), int(RateSplit::Filter)}});
    m_ways = makeBox(this, tr("Direction"), tr("Messages that were received, sent, or both"),
                     {{tr("in, out"), int(Ways::Both)}, {tr("in"), int(Ways::In)}, {tr("out"), int(Ways::Out)}});
    m_span = makeBox(this, tr("Time that is shown"), tr("Time that is shown (wheel, + and - zoom)"), {});
    for (const qint64 span : spansNs)
        m_span->addItem(spanText(span), span);

    m_choose = new QToolButton(this);
    m_choose->setIcon(themeIcon(u"columns"));
    m_choose->setAutoRaise(true);
    m_choose->setFocusPolicy(Qt::TabFocus);
    m_choose->setAccessibleName(tr("Choose the lines"));
    m_choose->setToolTip(tr("Choose the sockets, peers or types that have a line"));

    m_liveButton = new QToolButton(this);
    m_liveButton->setProperty("role", u"toggle"_s);
    m_liveButton->setText(tr("Live"));
    m_liveButton->setIcon(themeIcon(u"tail"));
    m_liveButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_liveButton->setCheckable(true);
    m_liveButton->setAutoRaise(true);
    m_liveButton->setFocusPolicy(Qt::TabFocus);
    m_liveButton->setAccessibleName(tr("Live: the newest stays at the right edge"));
    m_liveButton->setToolTip(tr("The newest stays at the right edge (0)"));

    m_filter = new QLineEdit(this);
    m_filter->setAccessibleName(tr("Filter to add as a line"));
    m_filter->setPlaceholderText(tr("add a filter, such as size > 100"));
    m_filter->setClearButtonEnabled(true);
    m_takeFilter = new QToolButton(this);
    m_takeFilter->setIcon(themeIcon(u"filter"));
    m_takeFilter->setAutoRaise(true);
    m_takeFilter->setFocusPolicy(Qt::TabFocus);
    m_takeFilter->setAccessibleName(tr("Add the display filter as a line"));
    m_takeFilter->setToolTip(tr("Add the display filter as a line"));

    row->addWidget(m_quantity);
    row->addWidget(m_split);
    row->addWidget(m_choose);
    row->addWidget(m_ways);
    row->addWidget(m_span);
    row->addWidget(m_liveButton);
    row->addWidget(m_filter, 1);
    row->addWidget(m_takeFilter);
    row->addStretch(0);

    m_filterError = new QLabel(this);
    m_filterError->setProperty("role", u"error"_s);
    m_filterError->setWordWrap(true);
    m_filterError->setContentsMargins(6, 0, 6, 2);
    m_filterError->hide();
    column->addWidget(m_filterError);

    m_noteLabel = new ElidedLabel(this);
    m_noteLabel->setProperty("role", u"secondary"_s);
    m_noteLabel->setContentsMargins(6, 0, 6, 1);
    m_noteLabel->setAccessibleName(tr("What the plot shows"));
    m_noteLabel->hide();
    column->addWidget(m_noteLabel);

    m_empty = new QLabel(tr("How many messages go, over time, as soon as a socket has some."), this);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setProperty("role", u"secondary"_s);
    column->addWidget(m_empty, 1);

    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setChildrenCollapsible(false);
    m_table = new DataTable(tr("Lines of the plot"), m_splitter);
    m_table->setObjectName(u"ratesLegend"_s);
    m_table->setModel(m_legend);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setIconSize(QSize(18, 12));
    m_table->setTextElideMode(Qt::ElideMiddle); // of a peer the port tells more than the network
    m_table->setColumns(
        {{RatesLegend::NameColumn, 0}, {RatesLegend::ValueColumn, 7}, {RatesLegend::TotalColumn, 9, false}});
    m_table->emptyState()->setText(tr("The lines of the plot."));
    m_table->setMinimumWidth(150);
    m_table->setToolTip(tr("Click or Space hides a line and shows it again"));
    column->addWidget(m_splitter, 1);
    m_splitter->hide();

    connect(m_quantity, &QComboBox::activated, this,
            [this] { setQuantity(static_cast<Quantity>(m_quantity->currentData().toInt())); });
    connect(m_split, &QComboBox::activated, this,
            [this] { setSplit(static_cast<RateSplit>(m_split->currentData().toInt())); });
    connect(m_ways, &QComboBox::currentIndexChanged, this, &RatesPanel::refresh);
    connect(m_span, &QComboBox::activated, this, [this] { setSpan(m_span->currentData().toLongLong()); });
    connect(m_choose, &QToolButton::clicked, this, &RatesPanel::chooseLines);
    connect(m_liveButton, &QToolButton::clicked, this, &RatesPanel::setLive);
    connect(m_filter, &QLineEdit::returnPressed, this, [this] {
        if (addFilter(m_filter->text()))
            m_filter->clear();
    });
    connect(m_filter, &QLineEdit::textEdited, m_filterError, &QWidget::hide);
    connect(m_takeFilter, &QToolButton::clicked, this,
            [this] { addFilter(m_displayFilter ? m_displayFilter() : QString()); });
    connect(m_table, &QAbstractItemView::clicked, m_legend,
            [this](const QModelIndex &index) { m_legend->toggle(index.row()); });
    connect(m_table, &QWidget::customContextMenuRequested, this, &RatesPanel::showLegendMenu);
    const auto key = [this](QKeySequence sequence, auto slot) {
        auto *action = new QAction(m_table);
        action->setShortcut(sequence);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, slot);
        m_table->addAction(action);
    };
    key(Qt::Key_Space, [this] { m_legend->toggle(m_table->currentIndex().row()); });
    key(Qt::Key_Delete, [this] { removeFilter(m_table->currentIndex().row()); });
}

void RatesPanel::showLegendMenu(QPoint position)
{
    const int row = m_table->currentIndex().row();
    QMenu menu(this);
    menu.addAction(tr("&Hide or Show This Line"), QKeySequence(Qt::Key_Space), this,
                   [this, row] { m_legend->toggle(row); })
        ->setEnabled(row >= 0);
    menu.addAction(tr("Show &All Lines"), m_legend, &RatesLegend::showAll);
    const bool filter = row >= 0 && std::holds_alternative<int>(m_legend->lines()[static_cast<size_t>(row)].key);
    menu.addAction(themeIcon(u"remove"), tr("&Remove This Filter"), QKeySequence(Qt::Key_Delete), this,
                   [this, row] { removeFilter(row); })
        ->setEnabled(filter);
    menu.addAction(themeIcon(u"columns"), tr("&Choose the Lines…"), this, &RatesPanel::chooseLines)
        ->setEnabled(m_choose->isEnabled());
    menu.addSeparator();
    menu.addAction(themeIcon(u"copy"), tr("Copy R&ow"), m_table, &DataTable::copyRows)->setEnabled(row >= 0);
    m_table->addColumnActions(menu.addMenu(themeIcon(u"columns"), tr("Co&lumns")));
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

/// A narrow panel shows the words of the choices rather than what cannot be pressed or says it by its icon.
void RatesPanel::fitControls()
{
    const bool narrow = width() < narrowWidth;
    m_choose->setVisible(!narrow || m_choose->isEnabled());
    m_liveButton->setToolButtonStyle(narrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
}

void RatesPanel::updateControls()
{
    m_quantity->setCurrentIndex(m_quantity->findData(static_cast<int>(m_what)));
    m_split->setCurrentIndex(m_split->findData(static_cast<int>(m_spec.split)));
    const int span = m_span->findData(m_spanNs);
    m_span->setCurrentIndex(span);
    m_span->setPlaceholderText(span < 0 ? spanText(m_spanNs) : QString());
    m_liveButton->setChecked(m_live);
    const bool rate = isRate();
    m_split->setEnabled(rate);
    m_ways->setEnabled(rate);
    m_choose->setEnabled(rate && m_spec.split != RateSplit::All && m_spec.split != RateSplit::Filter);
    const bool filters = rate && m_spec.split == RateSplit::Filter;
    fitControls();
    m_filter->setVisible(filters);
    m_takeFilter->setVisible(filters);
    if (!filters)
        m_filterError->hide();
    if (m_plot) {
        const auto unit = m_what == Quantity::Bytes || m_what == Quantity::SendQueue ? RatesPlot::Unit::Bytes
                          : m_what == Quantity::TickPeriod                           ? RatesPlot::Unit::Milliseconds
                                                                                     : RatesPlot::Unit::Messages;
        m_plot->setUnit(unit);
    }
}

} // namespace SockScope
