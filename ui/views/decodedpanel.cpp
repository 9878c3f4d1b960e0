#include "ui/views/decodedpanel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/models/byteinterpretation.h"
#include "ui/models/fieldtext.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/views/bytesformat.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/emptystate.h"
#include "ui/views/fieldtreeview.h"
#include "ui/views/filtermenu.h"

namespace SockScope {

using namespace Qt::StringLiterals;

DecodedPanel::DecodedPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new FieldTreeModel(this))
    , m_tree(new FieldTreeView(tr("Decoded message"), this))
    , m_note(new QLabel(this))
    , m_strip(new QWidget(this))
    , m_status(new ElidedLabel(m_strip))
    , m_goButton(new QToolButton(m_strip))
    , m_changes(new QAction(themeIcon(u"changed"), tr("What &Changed"), this))
    , m_goToPrevious(new QAction(themeIcon(u"previous"), tr("&Last of This Type and Peer"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_strip);
    layout->addWidget(m_note);
    layout->addWidget(m_tree, 1);

    m_changes->setCheckable(true);
    m_changes->setProperty("role", u"toggle"_s);
    m_changes->setShortcut(QKeySequence(u"Ctrl+Shift+H"_s));
    m_changes->setToolTip(
        tr("What changed since the last message of this type from this peer (%1)").arg(u"Ctrl+Shift+H"_s));
    m_goToPrevious->setShortcut(QKeySequence(u"Ctrl+Shift+Up"_s));
    m_goToPrevious->setToolTip(tr("Go to the last message of this type from this peer (%1)").arg(u"Ctrl+Shift+Up"_s));
    auto *strip = new QHBoxLayout(m_strip);
    strip->setContentsMargins(3, 1, 3, 1);
    strip->setSpacing(4);
    auto *changes = new QToolButton(m_strip);
    changes->setDefaultAction(m_changes);
    changes->setIconSize(QSize(14, 14));
    // The sign alone: in a narrow panel the line beside it needs the room.
    changes->setToolButtonStyle(Qt::ToolButtonIconOnly);
    changes->setAutoRaise(true);
    changes->setAccessibleName(tr("What changed"));
    changes->setFocusPolicy(Qt::TabFocus);
    m_goButton->setDefaultAction(m_goToPrevious);
    m_goButton->setIconSize(QSize(14, 14));
    m_goButton->setAutoRaise(true);
    m_goButton->setAccessibleName(tr("Go to the last of this type and peer"));
    m_goButton->setFocusPolicy(Qt::TabFocus);
    m_status->setProperty("role", u"secondary"_s);
    m_status->setObjectName(u"decodedStatus"_s);
    strip->addWidget(changes);
    strip->addWidget(m_status, 1);
    strip->addWidget(m_goButton);

    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setProperty("role", u"note"_s);
    m_note->setMargin(6);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->hide();
    m_tree->setObjectName(u"decodedTree"_s);
    m_tree->setModel(m_model);
    m_emptyState = new EmptyState(m_tree);
    clear();

    connect(m_changes, &QAction::toggled, this, &DecodedPanel::refresh);
    connect(m_goToPrevious, &QAction::triggered, this, [this] { Q_EMIT messageRequested(m_previousNo); });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                if (m_choosing || !current.isValid())
                    return;
                const auto offset = current.data(OffsetRole).toLongLong();
                Q_EMIT fieldChosen(qMax<qint64>(0, offset), offset < 0 ? 0 : current.data(LengthRole).toLongLong());
            });
    connect(m_tree, &FieldTreeView::fieldHovered, this, [this](const QModelIndex &index) {
        const auto offset = index.data(OffsetRole).toLongLong();
        const bool known = index.isValid() && offset >= 0;
        Q_EMIT fieldHovered(known ? offset : 0, known ? index.data(LengthRole).toLongLong() : 0);
    });
    connect(m_tree, &FieldTreeView::menuOpening, this, &DecodedPanel::fillMenu);
    m_tree->setWholeText([this](const QModelIndex &index) {
        const QString shown = index.data().toString();
        const auto offset = index.data(OffsetRole).toLongLong();
        if (index.column() != FieldTreeModel::ValueColumn || offset < 0 || !m_message.codec)
            return shown;
        const Bytes field = m_message.payload.slice(offset, index.data(LengthRole).toLongLong());
        return wholeFieldText(*m_message.codec, field, index.data(KindRole).toString(), shown);
    });
    connect(m_tree, &QAbstractItemView::activated, this, [this](const QModelIndex &index) {
        if (index.data(KindRole).toString() == "note"_L1)
            showMoreFields();
    });
}

QString DecodedPanel::statusText() const
{
    return m_status->text();
}

void DecodedPanel::setMessage(const DetailMessage &message)
{
    if (const QStringList keys = chosenKeys(); !keys.isEmpty())
        m_keptKeys = keys;
    m_message = message;
    m_chosenOffset = m_chosenLength = 0;
    m_nodes = firstNodes;
    m_note->setText(message.note);
    m_note->setVisible(!message.note.isEmpty());
    refresh();
}

void DecodedPanel::clear(const QString &text)
{
    m_message = {};
    m_keptKeys.clear();
    m_job.cancel();
    m_note->hide();
    m_emptyState->setText(text.isEmpty() ? tr("Choose a message to see its fields.") : text);
    showNothing({});
}

void DecodedPanel::showNothing(const QString &status)
{
    const QScopedValueRollback guard(m_choosing, true);
    m_model->clear();
    m_tree->setWasShown(false);
    m_previousNo = 0;
    m_goToPrevious->setEnabled(false);
    m_goButton->setVisible(false);
    m_status->setText(status);
}

DecodedPanel::Result DecodedPanel::decode(const DetailMessage &message, qsizetype maximumNodes,
                                          std::optional<PreviousMessage> previous)
{
    Result result{message.codec->fields(message.payload, maximumNodes), std::nullopt, std::move(previous)};
    if (result.previous && result.previous->no != 0) {
        const FieldNode before = message.codec->fields(result.previous->payload, maximumNodes);
        result.compared = compareFields({before, result.previous->payload}, {result.root, message.payload});
    }
    return result;
}

void DecodedPanel::refresh()
{
    m_job.cancel();
    if (m_message.no == 0)
        return;
    if (!m_message.codec) {
        m_emptyState->setText(tr("The socket's codec is not known."));
        return showNothing({});
    }
    const bool changes = m_changes->isChecked() && m_chunks;
    const bool small = m_message.payload.size() <= smallBytes && m_nodes == firstNodes;
    if (small && !changes)
        return present(decode(m_message, m_nodes, std::nullopt));
    if (small) {
        // The last one is near as a rule; then nothing need be waited for.
        PreviousMessage previous = findPrevious(m_chunks(), m_message, nullptr, nearMessages, true);
        if (previous.complete && previous.payload.size() <= smallBytes)
            return present(decode(m_message, m_nodes, std::move(previous)));
    }
    m_emptyState->setText(tr("Decoding %1 bytes…").arg(Format::count(qint64(m_message.payload.size()))));
    showNothing(changes ? tr("looking for the last of this type and peer…") : tr("decoding…"));
    m_job.start(
        [message = m_message, nodes = m_nodes,
         chunks = changes ? m_chunks() : StoredChunks()](const LatestJob::Cancelled &cancelled) {
            std::optional<PreviousMessage> previous;
            if (!chunks.empty())
                previous = findPrevious(chunks, message, &cancelled);
            return cancelled ? Result() : decode(message, nodes, std::move(previous));
        },
        [this](Result &&result) { present(std::move(result)); });
}

void DecodedPanel::present(Result &&result)
{
    {
        const QScopedValueRollback guard(m_choosing, true);
        m_emptyState->setText(tr("No field: the message is empty."));
        const int changes = result.compared ? result.compared->changes() : 0;
        m_tree->setWasShown(result.compared.has_value());
        if (result.compared)
            m_model->setCompared(std::move(*result.compared));
        else
            m_model->setRoot(std::move(result.root));
        m_tree->expandSensibly(m_model->payloadIndex());
        updateStatus(result.previous, changes);
    }
    updateInterpretation();
    chooseKeys(m_keptKeys);
}

void DecodedPanel::updateStatus(const std::optional<PreviousMessage> &previous, int changes)
{
    m_previousNo = previous ? previous->no : 0;
    m_goToPrevious->setEnabled(m_previousNo != 0);
    m_goButton->setVisible(m_previousNo != 0);
    if (!previous) {
        m_status->setText(u"%1 · %2"_s.arg(m_message.codec->name(),
                                           m_model->nodeCount() == 1
                                               ? tr("1 field")
                                               : tr("%1 fields").arg(Format::count(qint64(m_model->nodeCount())))));
        return;
    }
    QString text;
    if (previous->no == 0) {
        text = previous->complete
                   ? tr("No earlier message of this type from this peer")
                   : tr("None of this type and peer in the %1 messages before; older ones were not looked at")
                         .arg(Format::count(previous->searched));
    } else {
        const QString earlier = Format::duration(m_message.wallNs - previous->wallNs);
        text = (changes == 0 ? tr("The same as No. %1 (%2 earlier)")
                             : tr("%1 changed since No. %2 (%3)").arg(Format::count(qint64(changes))))
                   .arg(Format::count(previous->no), earlier);
    }
    if (previous->unreadable > 0)
        text += tr("; %1 messages between cannot be read").arg(Format::count(previous->unreadable));
    m_status->setText(text);
}

QStringList DecodedPanel::chosenKeys() const
{
    QStringList keys;
    for (QModelIndex index = m_tree->currentIndex().siblingAtColumn(0); index.isValid(); index = index.parent())
        if (!m_model->isInterpretation(index))
            keys.prepend(index.data().toString());
    return keys;
}

void DecodedPanel::chooseKeys(const QStringList &keys)
{
    QModelIndex index = m_model->payloadIndex();
    for (qsizetype level = 1; level < keys.size() && index.isValid(); ++level) {
        QModelIndex next;
        for (int row = 0; row < m_model->rowCount(index) && !next.isValid(); ++row)
            if (const QModelIndex child = m_model->index(row, 0, index); child.data().toString() == keys.at(level))
                next = child;
        index = next;
    }
    if (keys.isEmpty() || !index.isValid())
        return;
    m_tree->setCurrentIndex(index);
}

void DecodedPanel::chooseOffset(qsizetype offset)
{
    const QModelIndex index = m_model->indexForOffset(offset);
    if (!index.isValid())
        return;
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
}

void DecodedPanel::hoverOffset(qsizetype offset)
{
    m_tree->light(offset < 0 ? QModelIndex() : m_model->indexForOffset(offset));
}

void DecodedPanel::setChosenBytes(qsizetype offset, qsizetype length)
{
    m_chosenOffset = offset;
    m_chosenLength = length;
    updateInterpretation();
}

void DecodedPanel::updateInterpretation()
{
    const QScopedValueRollback guard(m_choosing, true);
    const QModelIndex payload = m_model->payloadIndex();
    // Raw bytes have no fields: what their first ones mean is better than nothing.
    const bool raw = payload.data(KindRole).toString() == "bytes"_L1;
    const qsizetype length = m_chosenLength > 0 ? m_chosenLength : raw ? m_message.payload.size() : 0;
    if (length <= 0 || m_message.no == 0)
        return m_model->setInterpretation(std::nullopt);
    const bool first = !m_model->interpretationIndex().isValid();
    m_model->setInterpretation(interpretBytes(m_message.payload, m_chosenLength > 0 ? m_chosenOffset : 0, length));
    if (first && m_model->rowCount(payload) == 0)
        m_tree->expand(m_model->interpretationIndex());
}

void DecodedPanel::showMoreFields()
{
    if (m_message.no == 0 || m_nodes >= mostNodes)
        return;
    m_nodes = qMin(mostNodes, m_nodes * 10);
    m_keptKeys = chosenKeys();
    refresh();
}

void DecodedPanel::fillMenu(QMenu *menu, const QModelIndex &index)
{
    if (!index.isValid())
        return;
    const auto term = m_message.codec ? m_model->filterTerm(index, *m_message.codec, m_message.payload) : std::nullopt;
    addFilterMenus(menu, term, this, [this](const QString &text, FilterJoin join, bool apply) {
        Q_EMIT filterRequested(text, join, apply);
    });
    const QString path = index.data(PathRole).toString();
    menu->addAction(themeIcon(u"columns"), tr("Appl&y as Column"), this,
                    [this, path, title = index.data().toString()] { Q_EMIT columnRequested(path, title); })
        ->setEnabled(!path.isEmpty());
    if (index.data(KindRole).toString() == "note"_L1)
        menu->addAction(tr("&Show More Fields"), this, &DecodedPanel::showMoreFields)->setEnabled(m_nodes < mostNodes);
    menu->addSeparator();
    const auto offset = index.data(OffsetRole).toLongLong();
    const Bytes bytes = offset < 0 ? Bytes() : m_message.payload.slice(offset, index.data(LengthRole).toLongLong());
    QMenu *copy = menu->addMenu(themeIcon(u"bytes"), tr("Copy &Bytes"));
    copy->setEnabled(!bytes.isEmpty());
    const std::pair<QString, BytesFormat> formats[] = {{tr("As He&x"), BytesFormat::Hex},
                                                       {tr("As &Text"), BytesFormat::Text},
                                                       {tr("As &C Array"), BytesFormat::CArray},
                                                       {tr("As &Base64"), BytesFormat::Base64}};
    for (const auto &[text, format] : formats)
        copy->addAction(text, this, [bytes, how = format] { copyBytes(bytes, how); });
}

} // namespace SockScope
