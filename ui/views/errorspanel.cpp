#include "ui/views/errorspanel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/models/errormodel.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

ErrorsPanel::ErrorsPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_table(new DataTable(tr("Errors"), this))
    , m_foot(new QWidget(this))
    , m_detail(new QLabel(m_foot))
    , m_goTo(new QPushButton(themeIcon(u"goto"), tr("&Go to Message"), m_foot))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_foot);
    auto *foot = new QVBoxLayout(m_foot);
    foot->setContentsMargins(0, 0, 0, 0);
    foot->setSpacing(0);
    foot->addWidget(m_detail);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(6, 0, 6, 6);
    row->addWidget(m_goTo);
    row->addStretch(1);
    foot->addLayout(row);
    m_goTo->setObjectName(u"errorGoTo"_s);
    m_goTo->setToolTip(tr("Choose the message that this error is about (Enter)"));
    m_detail->setWordWrap(true);
    m_detail->setTextFormat(Qt::PlainText);
    m_detail->setMargin(6);
    m_detail->setProperty("role", u"note"_s);
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_detail->setAccessibleName(tr("The chosen error and its remedy"));
    m_foot->hide();
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
    connect(m_table, &QWidget::customContextMenuRequested, this, &ErrorsPanel::showContextMenu);
    connect(m_table, &QAbstractItemView::activated, this, &ErrorsPanel::requestMessage);
    connect(m_goTo, &QPushButton::clicked, this, &ErrorsPanel::requestMessage);
}

void ErrorsPanel::showContextMenu(QPoint position)
{
    QMenu menu(this);
    QAction *goTo = menu.addAction(themeIcon(u"goto"), tr("&Go to Message"), this, &ErrorsPanel::requestMessage);
    goTo->setEnabled(m_table->currentIndex().data(SequenceRole).toUInt() != 0);
    menu.addSeparator();
    menu.addAction(themeIcon(u"copy"), tr("Copy &Rows"), m_table, &DataTable::copyRows);
    menu.addAction(tr("Copy C&ell"), m_table, &DataTable::copyCell);
    menu.addSeparator();
    menu.addAction(themeIcon(u"clear"), tr("&Clear Errors"), this, [this] {
        m_inspection->errorModel()->clear();
        m_foot->hide();
    });
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

void ErrorsPanel::requestMessage()
{
    const QModelIndex index = m_table->currentIndex();
    if (const quint32 sequence = index.data(SequenceRole).toUInt(); sequence != 0)
        Q_EMIT messageRequested(index.data(SockIdRole).toUInt(), sequence);
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
    m_goTo->setVisible(index.data(SequenceRole).toUInt() != 0);
    m_foot->setVisible(index.isValid());
}

} // namespace SockScope
