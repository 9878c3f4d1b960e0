#include "ui/views/logpanel.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QVBoxLayout>

#include <limits>

#include "core/codec/codec.h"
#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/fieldvalue.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/bytesformat.h"
#include "ui/views/emptystate.h"
#include "ui/views/findbar.h"
#include "ui/views/logactions.h"
#include "ui/views/logtable.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

// A cell shows what its line has room for; who copies it wants all of it.
QString wholeCellText(const Inspection &inspection, const QModelIndex &index)
{
    const MessageLogModel *log = inspection.messageLogModel();
    const QString shown = index.data().toString();
    const StoredMessage message = log->message(index.row());
    if (!message.isReadable() || index.data(IsIgnoredRole).toBool() || !shown.contains(u'…'))
        return shown;
    const std::shared_ptr<const Codec> codec = inspection.directory().info(message.sock()).codec;
    if (index.column() == MessageLogModel::SummaryColumn && codec) {
        QString text = shown; // with what stands before it: a comment, a note
        text.chop(index.data(SummaryRole).toString().size());
        return text + codec->summary(message.payload(), std::numeric_limits<qsizetype>::max() / 8);
    }
    if (index.column() >= MessageLogModel::ColumnCount) {
        const QString path = log->fieldColumns().at(index.column() - MessageLogModel::ColumnCount).path;
        return fieldValue(message, codec.get(), path, FieldLength::Whole).text;
    }
    return shown;
}

} // namespace

LogPanel::LogPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_log(inspection->messageLogModel())
    , m_table(new LogTable(tr("Messages"), this))
    , m_findBar(new FindBar(m_log, this))
    , m_notice(new QFrame(this))
    , m_noticeText(new QLabel(this))
    , m_resume(new QPushButton(themeIcon(u"start"), tr("Resume"), m_notice))
{
    m_table->setObjectName(u"logTable"_s);
    m_table->setModel(m_log);
    m_log->setMaximumRows(qMin<qint64>(m_log->maximumRows(), m_table->maximumRows()));
    m_table->setItemDelegate(new LogDelegate(m_table));
    m_table->setFollowing(true);
    m_actions = new LogActions(m_log, m_table, this);
    using C = MessageLogModel;
    m_table->setColumns({{C::NoColumn, 6},
                         {C::TimeColumn, 12.7},
                         {C::DirectionColumn, 2.6},
                         {C::SocketColumn, 5.3},
                         {C::PeerColumn, 13.2},
                         {C::TypeColumn, 6.2},
                         {C::SizeColumn, 4.5},
                         {C::SummaryColumn, 0}});
    m_table->dataHeader()->setShortLabel(C::DirectionColumn, u"⇄"_s);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_notice);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_findBar);

    m_notice->setProperty("role", u"notice"_s);
    auto *noticeLayout = new QHBoxLayout(m_notice);
    noticeLayout->setContentsMargins(8, 3, 8, 3);
    m_noticeText->setObjectName(u"logNotice"_s);
    m_noticeText->setTextFormat(Qt::PlainText);
    m_noticeText->setWordWrap(true);
    noticeLayout->addWidget(m_noticeText, 1);
    noticeLayout->addWidget(m_resume);
    connect(m_resume, &QPushButton::clicked, this, [this] { m_log->setPaused(false); });
    m_notice->hide();

    // The table connects its own slots in setModel, before these: it has moved its rows already.
    connect(m_log, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first) { handleRowsInserted(first); });
    connect(m_log, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_changing = true; });
    connect(m_log, &QAbstractItemModel::rowsRemoved, this, [this] { m_changing = false; });
    connect(m_log, &QAbstractItemModel::modelAboutToBeReset, this, &LogPanel::handleModelAboutToBeReset);
    connect(m_log, &QAbstractItemModel::modelReset, this, &LogPanel::handleModelReset);
    connect(m_log, &QAbstractItemModel::columnsInserted, this, &LogPanel::handleColumnsChanged);
    connect(m_log, &QAbstractItemModel::columnsRemoved, this, &LogPanel::handleColumnsChanged);
    connect(m_log, &MessageLogModel::pausedChanged, this, &LogPanel::updateNotice);
    connect(m_log, &MessageLogModel::scanProgressed, this, &LogPanel::updateNotice);
    connect(m_log, &MessageLogModel::scanProgressed, this, &LogPanel::updateEmptyText);
    connect(m_log, &MessageLogModel::filterChanged, this, &LogPanel::updateEmptyText);
    connect(m_inspection, &Inspection::updated, this, &LogPanel::updateNotice);
    connect(m_inspection, &Inspection::controllerAdded, this, &LogPanel::updateEmptyText);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LogPanel::handleCurrentChanged);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, &LogPanel::handleScrolled);
    connect(m_table, &QWidget::customContextMenuRequested, this, &LogPanel::showContextMenu);
    connect(m_table, &DataTable::headerMenuRequested, m_actions, &LogActions::addHeaderActions);
    connect(m_actions, &LogActions::goToRequested, this, &LogPanel::goToNo);
    connect(m_findBar, &FindBar::found, this, &LogPanel::goToNo);
    connect(m_findBar, &FindBar::closed, m_table, qOverload<>(&QWidget::setFocus));
    m_table->viewport()->installEventFilter(this);
    updateEmptyText();
}

int LogPanel::currentRow() const
{
    return m_currentNo == 0 ? -1 : m_log->rowOfNo(m_currentNo);
}

void LogPanel::setFollowing(bool following)
{
    m_anchorNo = 0;
    {
        const QScopedValueRollback guard(m_moving, true);
        m_table->setFollowing(following);
    }
    if (following == m_following)
        return;
    m_following = following;
    Q_EMIT followingChanged(following);
}

void LogPanel::chooseRow(int row)
{
    // Not setCurrentIndex: with Ctrl held, as for Ctrl+N, that would toggle the row instead of choosing it.
    m_table->selectionModel()->setCurrentIndex(m_log->index(row, 0),
                                               QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void LogPanel::goToRow(int row)
{
    if (row < 0 || row >= m_log->rowCount())
        return;
    setFollowing(false);
    chooseRow(row);
    m_table->scrollTo(m_log->index(row, 0), QAbstractItemView::EnsureVisible);
}

bool LogPanel::goToNo(quint64 no)
{
    const int row = m_log->rowAtOrAfterNo(no);
    if (row < 0)
        return false;
    setFollowing(false);
    chooseRow(row);
    const QModelIndex index = m_log->index(row, 0);
    if (!m_table->viewport()->rect().contains(m_table->visualRect(index).center()))
        m_table->scrollTo(index, QAbstractItemView::PositionAtCenter);
    return m_log->noOfRow(row) == no;
}

void LogPanel::copyPayload(int bytesFormat)
{
    if (const std::optional<StoredMessage> message = m_log->messageByNo(m_currentNo))
        copyBytes(Bytes(message->payload()), static_cast<BytesFormat>(bytesFormat));
}

void LogPanel::chooseCurrentAgain()
{
    if (const int row = currentRow(); row >= 0 && !m_table->currentIndex().isValid())
        chooseRow(row);
}

// Numbers grow for as long as a capture runs; cut off, they would be worth nothing.
void LogPanel::widenNumbers()
{
    const qsizetype digits = QString::number(m_log->recorder()->store().endNo()).size();
    if (digits <= m_noDigits)
        return;
    m_noDigits = digits;
    const QString widest = Format::count(QString(digits, u'9').toULongLong());
    const int wanted = m_table->fontMetrics().horizontalAdvance(widest) + 20;
    if (!m_table->isColumnHidden(MessageLogModel::NoColumn) && m_table->columnWidth(MessageLogModel::NoColumn) < wanted)
        m_table->setColumnWidth(MessageLogModel::NoColumn, wanted);
}

void LogPanel::handleRowsInserted(int first)
{
    widenNumbers();
    chooseCurrentAgain();
    if (m_following || m_anchorNo == 0 || first != 0)
        return;
    // A filter brings the newest rows first: what stood at the top before comes later.
    const QScopedValueRollback guard(m_moving, true);
    const int current = m_currentInSight ? currentRow() : -1;
    const int row = current >= 0 ? current : m_log->rowAtOrAfterNo(m_anchorNo);
    if (row >= 0)
        m_table->scrollTo(m_log->index(row, 0),
                          current >= 0 ? QAbstractItemView::PositionAtCenter : QAbstractItemView::PositionAtTop);
    if (!m_log->isScanning() || row > 0)
        m_anchorNo = 0;
}

void LogPanel::handleModelAboutToBeReset()
{
    if (m_anchorNo == 0) {
        m_anchorNo = m_following ? 0 : m_log->noOfRow(m_table->rowAt(0));
        const int row = currentRow();
        m_currentInSight =
            row >= 0 && m_table->viewport()->rect().intersects(m_table->visualRect(m_log->index(row, 0)));
    }
    m_changing = true;
}

void LogPanel::handleModelReset()
{
    m_changing = false;
    handleRowsInserted(0);
    updateEmptyText();
    updateNotice();
}

void LogPanel::handleColumnsChanged()
{
    // The selection is of whole rows: of the new column too.
    QItemSelectionModel *selection = m_table->selectionModel();
    selection->select(selection->selection(), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    m_table->viewport()->update();
}

void LogPanel::handleCurrentChanged(const QModelIndex &current)
{
    if (!current.isValid() || m_changing)
        return;
    const quint64 no = m_log->noOfRow(current.row());
    m_findBar->setCurrentNo(no);
    if (no == m_currentNo)
        return;
    m_currentNo = no;
    // Whoever chooses a row wants it to stay under the cursor.
    if (current.row() < m_log->rowCount() - 1)
        setFollowing(false);
    Q_EMIT messageChosen(no);
}

void LogPanel::handleScrolled()
{
    if (m_moving || m_changing || m_table->isAdjusting())
        return;
    const QScrollBar *bar = m_table->verticalScrollBar();
    setFollowing(bar->value() >= bar->maximum());
}

bool LogPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_table->viewport() && event->type() == QEvent::MouseButtonPress) {
        // Also on the row that is current already: the hand is on it.
        if (m_log->rowCount() > 0)
            setFollowing(false);
    }
    return QWidget::eventFilter(watched, event);
}

void LogPanel::setStaleText(const QString &text)
{
    m_staleText = text;
    updateNotice();
}

void LogPanel::updateNotice()
{
    QStringList lines;
    if (!m_staleText.isEmpty())
        lines.append(m_staleText);
    if (m_log->isPaused())
        lines.append(tr("The list is paused. New messages are kept but not shown: %1")
                         .arg(Format::count(m_log->hiddenByPause())));
    if (m_log->rowsNotShown() > 0)
        lines.append(tr("A list has at most %1 rows: %2 older messages are kept but not shown. A filter finds them.")
                         .arg(Format::count(m_log->maximumRows()), Format::count(m_log->rowsNotShown())));
    if (const quint64 lost = m_log->lateFailures().lost(); lost > 0)
        lines.append(tr("%1 times a handler threw too late to be put to its message: the list of errors has it.")
                         .arg(Format::count(lost)));
    if (m_log->unreadableByFilter() > 0)
        lines.append(tr("The filter could not look at %1 messages: only their rows are left. "
                        "Without a filter these say why.")
                         .arg(Format::count(m_log->unreadableByFilter())));
    m_noticeText->setText(lines.join(u'\n'));
    m_resume->setVisible(m_log->isPaused());
    m_notice->setVisible(!lines.isEmpty());
}

void LogPanel::updateEmptyText()
{
    EmptyState *empty = m_table->emptyState();
    if (m_log->isCatchingUp())
        empty->setText(
            tr("Scanning… %1\nNo message has passed the filter so far.").arg(Format::percent(m_log->scanProgress())));
    else if (!m_log->filter().isEmpty())
        empty->setText(tr("No message passes the filter."));
    else if (m_inspection->controllers().isEmpty())
        empty->setText(tr("Every message that a socket sends or receives stands here.\nThere is no socket yet."));
    else
        empty->setText(tr("No message yet.\nEvery message that a socket sends or receives stands here."));
    empty->setButton(!m_log->filter().isEmpty()              ? tr("Clear the Filter")
                     : m_inspection->controllers().isEmpty() ? tr("Open a Socket…")
                                                             : QString(),
                     themeIcon(m_log->filter().isEmpty() ? u"open" : u"clear"));
}

void LogPanel::showContextMenu(QPoint position)
{
    const bool any = m_table->currentIndex().isValid();
    QMenu menu(this);
    menu.addActions({m_actions->mark(), m_actions->comment(), m_actions->ignore(), m_actions->reference()});
    menu.addMenu(m_actions->colourMenu());
    menu.addSeparator();
    if (any) {
        menu.addMenu(m_actions->applyMenu());
        menu.addMenu(m_actions->prepareMenu());
    }
    menu.addAction(m_actions->follow());
    menu.addSeparator();
    menu.addActions(m_messageActions);
    menu.addSeparator();
    QMenu *copy = menu.addMenu(themeIcon(u"copy"), tr("&Copy"));
    copy->addAction(tr("&Rows"), m_table, &DataTable::copyRows);
    copy->addAction(tr("C&ell"), this, [this] {
        QApplication::clipboard()->setText(wholeCellText(*m_inspection, m_table->currentIndex()));
    });
    copy->addSeparator();
    const std::pair<QString, BytesFormat> formats[] = {{tr("Payload as He&x"), BytesFormat::Hex},
                                                       {tr("Payload as &Text"), BytesFormat::Text},
                                                       {tr("Payload as &C Array"), BytesFormat::CArray},
                                                       {tr("Payload as &Base64"), BytesFormat::Base64}};
    for (const auto &[text, format] : formats)
        copy->addAction(text, this, [this, which = format] { copyPayload(static_cast<int>(which)); });
    copy->setEnabled(any);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

} // namespace SockScope
