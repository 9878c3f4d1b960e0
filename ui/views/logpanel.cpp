#include "ui/views/logpanel.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/delegates/celldelegate.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/bytesformat.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/findbar.h"

namespace SockScope {

using namespace Qt::StringLiterals;

LogPanel::LogPanel(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_log(inspection->messageLogModel())
    , m_table(new DataTable(tr("Messages"), this))
    , m_findBar(new FindBar(m_log, this))
    , m_pauseNotice(new QFrame(this))
    , m_pauseText(new QLabel(this))
{
    m_table->setObjectName(u"logTable"_s);
    m_table->setModel(m_log);
    m_table->setItemDelegate(new LogDelegate(m_table));
    // By pixels: by items, Qt shifts the rows by a part of one when the end is reached or left.
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
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
    layout->addWidget(m_pauseNotice);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_findBar);

    m_pauseNotice->setProperty("role", u"notice"_s);
    auto *noticeLayout = new QHBoxLayout(m_pauseNotice);
    noticeLayout->setContentsMargins(8, 3, 8, 3);
    auto *resume = new QPushButton(themeIcon(u"start"), tr("Resume"), m_pauseNotice);
    noticeLayout->addWidget(m_pauseText, 1);
    noticeLayout->addWidget(resume);
    connect(resume, &QPushButton::clicked, this, [this] { m_log->setPaused(false); });
    m_pauseNotice->hide();

    // The view connects its own slots in setModel, before these: the scroll bars already know of the new rows.
    connect(m_log, &QAbstractItemModel::rowsInserted, this, &LogPanel::handleRowsInserted);
    connect(m_log, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) { handleRowsAboutToBeRemoved(first, last); });
    connect(m_log, &QAbstractItemModel::rowsRemoved, this, &LogPanel::handleRowsRemoved);
    connect(m_log, &QAbstractItemModel::modelAboutToBeReset, this, &LogPanel::handleModelAboutToBeReset);
    connect(m_log, &QAbstractItemModel::modelReset, this, &LogPanel::handleModelReset);
    connect(m_log, &MessageLogModel::pausedChanged, this, &LogPanel::updatePauseNotice);
    connect(m_log, &MessageLogModel::filterChanged, this, &LogPanel::updateEmptyText);
    connect(m_inspection, &Inspection::updated, this, &LogPanel::updatePauseNotice);
    connect(m_inspection, &Inspection::controllerAdded, this, &LogPanel::updateEmptyText);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LogPanel::handleCurrentChanged);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, &LogPanel::handleScrolled);
    connect(m_table, &QWidget::customContextMenuRequested, this, &LogPanel::showContextMenu);
    connect(m_findBar, &FindBar::found, this, &LogPanel::goToRow);
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
    if (following) {
        const QScopedValueRollback guard(m_moving, true);
        m_table->scrollToBottom();
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
    m_table->scrollTo(m_log->index(row, 0), QAbstractItemView::PositionAtCenter);
    return m_log->noOfRow(row) == no;
}

void LogPanel::toggleMark()
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    for (const QModelIndex &index : rows)
        m_log->setMarked(index.row(), !m_log->isMarked(index.row()));
}

void LogPanel::copyPayload(int bytesFormat)
{
    if (const int row = currentRow(); row >= 0)
        QApplication::clipboard()->setText(
            formatBytes(m_log->message(row).payload(), static_cast<BytesFormat>(bytesFormat)));
}

void LogPanel::keepAnchor(int row)
{
    m_anchorNo = row >= 0 ? m_log->noOfRow(row) : 0;
    m_anchorY = row >= 0 ? m_table->visualRect(m_log->index(row, 0)).y() : 0;
}

void LogPanel::restoreAnchor()
{
    const int row = m_anchorNo ? m_log->rowOfNo(m_anchorNo) : -1;
    if (row < 0)
        return;
    const QScopedValueRollback guard(m_moving, true);
    m_table->verticalScrollBar()->setValue(row * m_table->verticalHeader()->defaultSectionSize() - m_anchorY);
}

void LogPanel::handleRowsInserted()
{
    if (m_following) {
        const QScopedValueRollback guard(m_moving, true);
        m_table->scrollToBottom();
    } else {
        // Rows that left just before these came may have left too few below to keep the place.
        restoreAnchor();
    }
    m_anchorNo = 0;
}

void LogPanel::handleRowsAboutToBeRemoved(int first, int last)
{
    // The oldest leave at the top: what a person looks at must stay where it is.
    const int top = m_table->rowAt(0);
    keepAnchor(first == 0 && top >= 0 ? qMin(qMax(top, last + 1), m_log->rowCount() - 1) : -1);
    if (m_anchorNo != 0 && top <= last)
        m_anchorY = 0; // what was at the top is gone
    m_resetting = true;
}

void LogPanel::handleRowsRemoved()
{
    m_resetting = false;
    if (m_following) {
        const QScopedValueRollback guard(m_moving, true);
        m_table->scrollToBottom();
    } else {
        restoreAnchor();
    }
}

void LogPanel::handleModelAboutToBeReset()
{
    keepAnchor(m_table->rowAt(0));
    const int row = currentRow();
    m_currentOutOfSight =
        row >= 0 && !m_table->viewport()->rect().intersects(m_table->visualRect(m_log->index(row, 0)));
    m_resetting = true;
}

void LogPanel::handleModelReset()
{
    m_resetting = false;
    const QScopedValueRollback guard(m_moving, true);
    if (const int row = currentRow(); row >= 0)
        chooseRow(row);
    if (m_following) {
        m_table->scrollToBottom();
    } else if (const int row = currentRow(); row >= 0 && !m_currentOutOfSight) {
        m_table->scrollTo(m_log->index(row, 0), QAbstractItemView::PositionAtCenter);
    } else if (const int near = m_anchorNo ? m_log->rowAtOrAfterNo(m_anchorNo) : -1; near >= 0) {
        m_table->scrollTo(m_log->index(near, 0), QAbstractItemView::PositionAtTop);
    }
    m_anchorNo = 0;
    updateEmptyText();
}

void LogPanel::handleCurrentChanged(const QModelIndex &current)
{
    if (!current.isValid() || m_resetting)
        return;
    const quint64 no = m_log->noOfRow(current.row());
    m_findBar->setCurrentRow(current.row());
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
    if (m_moving || m_resetting)
        return;
    m_anchorNo = 0;
    const QScrollBar *bar = m_table->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum();
    if (atEnd != m_following) {
        m_following = atEnd;
        Q_EMIT followingChanged(atEnd);
    }
}

bool LogPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_table->viewport() && event->type() == QEvent::MouseButtonPress) {
        // Also on the row that is current already: the hand is on it.
        if (m_log->rowCount() > 0)
            setFollowing(false);
    }
    if (watched == m_table->viewport() && event->type() == QEvent::Resize && m_following) {
        QMetaObject::invokeMethod(this, &LogPanel::handleRowsInserted, Qt::QueuedConnection);
    }
    return QWidget::eventFilter(watched, event);
}

void LogPanel::updatePauseNotice()
{
    const bool paused = m_log->isPaused();
    if (paused)
        m_pauseText->setText(tr("The list is paused. New messages are kept but not shown: %1")
                                 .arg(Format::count(m_log->hiddenByPause())));
    m_pauseNotice->setVisible(paused);
}

void LogPanel::updateEmptyText()
{
    EmptyState *empty = m_table->emptyState();
    if (!m_log->filter().isEmpty())
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
    const int row = currentRow();
    QMenu menu(this);
    menu.addActions(m_messageActions);
    if (row >= 0) {
        const QModelIndex index = m_log->index(row, 0);
        const QString peer = index.data(EndpointRole).value<Endpoint>().toString();
        const QString type = index.data(TypeTextRole).toString();
        const QString sock = index.data(SockNameRole).toString();
        QMenu *filters = menu.addMenu(themeIcon(u"filter"), tr("&Filter"));
        const auto add = [&](const QString &text, const QString &key, const QString &value, bool negated) {
            if (value.isEmpty())
                return;
            QAction *action = filters->addAction(text.arg(value));
            const QString term = MessageFilter::term(key, value, negated);
            connect(action, &QAction::triggered, this, [this, term] { Q_EMIT filterRequested(term); });
        };
        add(tr("Only Peer %1"), u"peer"_s, peer, false);
        add(tr("Not Peer %1"), u"peer"_s, peer, true);
        add(tr("Only Type %1"), u"type"_s, type, false);
        add(tr("Not Type %1"), u"type"_s, type, true);
        add(tr("Only Socket %1"), u"sock"_s, sock, false);
    }
    QMenu *copy = menu.addMenu(themeIcon(u"copy"), tr("&Copy"));
    copy->addAction(tr("&Rows"), m_table, &DataTable::copyRows);
    copy->addAction(tr("C&ell"), m_table, &DataTable::copyCell);
    copy->addSeparator();
    const std::pair<QString, BytesFormat> formats[] = {{tr("Payload as He&x"), BytesFormat::Hex},
                                                       {tr("Payload as &Text"), BytesFormat::Text},
                                                       {tr("Payload as &C Array"), BytesFormat::CArray},
                                                       {tr("Payload as &Base64"), BytesFormat::Base64}};
    for (const auto &[text, format] : formats)
        copy->addAction(text, this, [this, which = format] { copyPayload(static_cast<int>(which)); });
    copy->setEnabled(row >= 0);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

} // namespace SockScope
