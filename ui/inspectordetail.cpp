// The chosen message in the window: its fields and bytes, and two messages compared.
#include <QAction>
#include <QItemSelectionModel>
#include <QScopedValueRollback>

#include <algorithm>

#include "ui/icons.h"
#include "ui/inspectorwindow.h"
#include "ui/models/detailmessage.h"
#include "ui/models/format.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/bytespanel.h"
#include "ui/views/comparedialog.h"
#include "ui/views/datatable.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/filterbar.h"
#include "ui/views/hexview.h"
#include "ui/views/logpanel.h"
#include "ui/views/statuspanel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// The numbers of the chosen rows, in order; nothing when there are more than limit, however many.
std::vector<quint64> chosenNumbers(const QItemSelectionModel *selection, const MessageLogModel *log, size_t limit)
{
    std::vector<quint64> numbers;
    for (const QItemSelectionRange &range : selection->selection()) {
        if (range.left() > 0)
            continue; // a row is chosen whole
        if (numbers.size() + static_cast<size_t>(range.height()) > limit)
            return {};
        for (int row = range.top(); row <= range.bottom(); ++row)
            numbers.push_back(log->noOfRow(row));
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

} // namespace

void InspectorWindow::connectDetail()
{
    HexView *hex = m_bytes->hexView();
    m_decoded->setStore([this] { return m_inspection->recorder()->store().chunks(); });
    // Fields and bytes light each other: softly under the mouse, firmly when chosen.
    connect(m_decoded, &DecodedPanel::fieldChosen, this,
            [this, hex](qsizetype offset, qsizetype length) { hex->setHighlight(offset, length, !m_linking); });
    connect(hex, &HexView::byteClicked, this, [this](qsizetype offset) {
        const QScopedValueRollback guard(m_linking, true);
        m_decoded->chooseOffset(offset);
    });
    connect(m_decoded, &DecodedPanel::fieldHovered, hex, &HexView::setSoftHighlight);
    connect(hex, &HexView::byteHovered, m_decoded, &DecodedPanel::hoverOffset);
    connect(hex, &HexView::selectionChanged, m_decoded, &DecodedPanel::setChosenBytes);
    const auto useTerm = [this](const QString &term, FilterJoin join, bool apply) {
        apply ? m_filter->applyTerm(term, join) : m_filter->prepareTerm(term, join);
    };
    connect(m_decoded, &DecodedPanel::filterRequested, this, useTerm);
    connect(m_bytes, &BytesPanel::filterRequested, this, useTerm);
    connect(m_decoded, &DecodedPanel::messageRequested, m_log, &LogPanel::goToNo);
    connect(m_log->table()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &InspectorWindow::updateCompareActions);
    connect(m_inspection->messageLogModel(), &MessageLogModel::marksChanged, this,
            &InspectorWindow::updateCompareActions);
    updateCompareActions();
}

void InspectorWindow::createDetailActions()
{
    m_compare = new QAction(themeIcon(u"compare"), tr("Co&mpare Two Messages…"), this);
    m_compare->setShortcut(QKeySequence(u"Ctrl+Shift+D"_s));
    m_compare->setToolTip(tr("Choose two messages to compare their fields and bytes"));
    connect(m_compare, &QAction::triggered, this, &InspectorWindow::compareChosen);
    m_compareWithMark = new QAction(tr("Compare &with Marked…"), this);
    m_compareWithMark->setShortcut(QKeySequence(u"Ctrl+Alt+D"_s));
    m_compareWithMark->setToolTip(tr("Compare the chosen message with the mark before it"));
    connect(m_compareWithMark, &QAction::triggered, this, &InspectorWindow::compareWithMark);
}

std::optional<DetailMessage> InspectorWindow::detailMessage(quint64 no) const
{
    const std::optional<StoredMessage> stored = m_inspection->messageLogModel()->messageByNo(no);
    if (!stored)
        return std::nullopt;
    return DetailMessage{stored->no(),
                         stored->wallNs(),
                         stored->peer(),
                         stored->type(),
                         stored->sock(),
                         stored->direction(),
                         m_inspection->directory().info(stored->sock()).codec,
                         Bytes(stored->payload()),
                         m_inspection->messageLogModel()->noteOf(*stored)};
}

void InspectorWindow::showMessage(quint64 no)
{
    const std::optional<DetailMessage> message = detailMessage(no);
    if (!message) {
        m_bytes->setMessage({}, tr("The message has left the store."));
        m_decoded->clear(tr("The message has left the store."));
        return;
    }
    // Bytes first: the fields light some of them.
    m_bytes->setMessage(message->payload, message->note.isEmpty() ? tr("This message has no bytes.") : message->note);
    m_decoded->setMessage(*message);
}

void InspectorWindow::updateCompareActions()
{
    const MessageLogModel *log = m_inspection->messageLogModel();
    const auto chosen = chosenNumbers(m_log->table()->selectionModel(), log, 2);
    m_compare->setEnabled(chosen.size() == 2);
    const bool otherMark = log->markCount() > 1 ||
                           (log->markCount() == 1 && !chosen.empty() && !log->isMarked(log->rowOfNo(chosen.front())));
    m_compareWithMark->setEnabled(chosen.size() == 1 && otherMark);
}

void InspectorWindow::compareChosen()
{
    const auto chosen = chosenNumbers(m_log->table()->selectionModel(), m_inspection->messageLogModel(), 2);
    if (chosen.size() == 2)
        compareMessages(chosen[0], chosen[1]);
}

void InspectorWindow::compareWithMark()
{
    const MessageLogModel *log = m_inspection->messageLogModel();
    const int row = m_log->currentRow();
    const int mark = log->previousNoted(Annotations::Kind::Mark, row);
    if (row >= 0 && mark >= 0 && mark != row)
        compareMessages(log->noOfRow(mark), log->noOfRow(row));
}

void InspectorWindow::compareMessages(quint64 first, quint64 second)
{
    const std::optional<DetailMessage> left = detailMessage(qMin(first, second));
    const std::optional<DetailMessage> right = detailMessage(qMax(first, second));
    if (!left || !right)
        return m_status->showFailure(tr("One of the messages has left the store"));
    const SockDirectory &directory = m_inspection->directory();
    auto *dialog = new CompareDialog(*left, *right, directory.typeText(left->sock, left->type),
                                     directory.typeText(right->sock, right->type), this);
    connect(dialog, &CompareDialog::messageRequested, m_log, &LogPanel::goToNo);
    dialog->show();
}

} // namespace SockScope
