#include "ui/views/tracepanel.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/tap/tracelog.h"
#include "ui/delegates/spandelegate.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/models/tracemodel.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

TracePanel::TracePanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_model(new TraceModel(&inspection->directory(), this))
    , m_table(new DataTable(tr("Trace"), this))
    , m_title(new QLabel(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_title);
    layout->addWidget(m_table, 1);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setMargin(4);
    m_title->setWordWrap(true);
    m_title->setProperty("role", u"note"_s);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_title->setAccessibleName(tr("The message that is traced"));
    m_title->hide();
    m_table->setObjectName(u"traceTable"_s);
    m_table->setModel(m_model);
    using C = TraceModel;
    m_table->setItemDelegateForColumn(C::SpanColumn, new SpanDelegate(m_table));
    m_table->setColumns({{C::StepColumn, 18.5}, {C::AtColumn, 6.6}, {C::TookColumn, 5.6}, {C::SpanColumn, 0}});
    connect(m_table, &QAbstractItemView::activated, this, &TracePanel::requestMessage);
    connect(m_table, &QWidget::customContextMenuRequested, this, &TracePanel::showContextMenu);
    connect(inspection, &Inspection::updated, this, &TracePanel::handleUpdated);
    connect(inspection, &Inspection::tracingChanged, this, &TracePanel::refresh);
    connect(m_table->emptyState(), &EmptyState::buttonClicked, this, [this] { m_inspection->setTracing(true); });
    refresh();
}

void TracePanel::setMessage(const std::optional<StoredMessage> &message)
{
    m_message = message;
    m_final = false;
    refresh();
}

QString TracePanel::title() const
{
    return m_title->isHidden() ? QString() : m_title->text();
}

void TracePanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void TracePanel::handleUpdated()
{
    if (!m_final)
        refresh();
}

void TracePanel::refresh()
{
    if (!m_message || m_message->sequence() == 0) {
        m_final = true;
        return showNothing(tr("Choose a message to see when it passed each stage, and what its handlers did."), false);
    }
    if (!isVisible())
        return;
    const std::shared_ptr<TraceLog> log = m_inspection->traceLogs().find(m_message->sock());
    if (!log) {
        m_final = true;
        return showNothing(tr("There are no traces of this message's socket: it was closed long ago, or the message is "
                              "of an earlier session."),
                           false);
    }
    const TraceLog::Answer answer = log->find(m_message->sequence());
    m_final = answer.found == TraceLog::Found::Overwritten;
    if (answer.found == TraceLog::Found::Overwritten)
        return showNothing(
            tr("This trace is not kept any more: later messages have its place (%1 are kept of a socket).")
                .arg(Format::count(static_cast<qint64>(log->stats().limit))),
            false);
    if (answer.found == TraceLog::Found::NotTaken)
        return showNothing(m_inspection->isTracing() ? tr("This message was not traced: tracing was off when it came.")
                                                     : tr("This message was not traced: tracing is off."),
                           !m_inspection->isTracing());
    m_final = answer.closed || answer.trace.isComplete();
    m_model->set(m_message->sock(), answer.trace, m_message->outcome(), answer.closed);
    const bool in = m_message->direction() == Direction::In;
    QString title = (in ? tr("No. %1: %2 from %3") : tr("No. %1: %2 to %3"))
                        .arg(Format::count(m_message->no()),
                             m_inspection->directory().typeLabel(m_message->sock(), m_message->type()),
                             m_message->peer().toString());
    if (m_model->totalNs() > 0)
        title += tr(", %1 in all").arg(Format::duration(m_model->totalNs()));
    m_title->setText(title);
    m_title->show();
}

void TracePanel::showNothing(const QString &why, bool offersTracing)
{
    m_title->hide();
    if (m_model->rowCount() > 0)
        m_model->clear();
    m_table->emptyState()->setText(why);
    if (offersTracing == m_table->emptyState()->button()->isHidden())
        m_table->emptyState()->setButton(offersTracing ? tr("&Turn Tracing On") : QString(), themeIcon(u"clock"));
}

void TracePanel::requestMessage(const QModelIndex &index)
{
    if (const quint32 sequence = index.data(SequenceRole).toUInt(); sequence != 0)
        Q_EMIT messageRequested(index.data(SockIdRole).toUInt(), sequence);
}

void TracePanel::showContextMenu(QPoint position)
{
    const QModelIndex index = m_table->currentIndex();
    QMenu menu(this);
    QAction *goTo =
        menu.addAction(themeIcon(u"goto"), tr("&Go to Message"), this, [this, index] { requestMessage(index); });
    goTo->setEnabled(index.data(SequenceRole).toUInt() != 0);
    menu.addSeparator();
    menu.addAction(themeIcon(u"copy"), tr("Copy &Rows"), m_table, &DataTable::copyRows);
    menu.addAction(tr("Copy &All"), this, [this] {
        m_table->selectAll();
        m_table->copyRows();
    });
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

} // namespace SockScope
