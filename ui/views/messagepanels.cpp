#include "ui/views/messagepanels.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include "core/codec/codec.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/views/copytree.h"
#include "ui/views/emptystate.h"
#include "ui/views/hexview.h"

namespace SockScope {

using namespace Qt::StringLiterals;

DecodedPanel::DecodedPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new FieldTreeModel(this))
    , m_tree(new CopyTree(tr("Decoded message"), this))
    , m_note(new QLabel(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_tree, 1);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setProperty("role", u"note"_s);
    m_note->setMargin(6);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->hide();
    m_tree->setObjectName(u"decodedTree"_s);
    m_tree->setModel(m_model);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(FieldTreeModel::ValueColumn, QHeaderView::Stretch);
    m_tree->header()->resizeSection(FieldTreeModel::NameColumn, 100);
    m_tree->header()->resizeSection(FieldTreeModel::KindColumn, 62);
    m_emptyState = new EmptyState(m_tree);
    m_emptyState->setText(tr("Choose a message to see its fields."));
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                if (m_choosing || !current.isValid())
                    return;
                const auto offset = current.data(OffsetRole).toLongLong();
                Q_EMIT fieldChosen(qMax<qint64>(0, offset), offset < 0 ? 0 : current.data(LengthRole).toLongLong());
            });
}

void DecodedPanel::setMessage(const Codec *codec, const Bytes &payload, const QString &note)
{
    const QScopedValueRollback guard(m_choosing, true);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_emptyState->setText(codec ? tr("No field: the message is empty.") : tr("The socket's codec is not known."));
    m_model->setPayload(codec, payload);
    constexpr int expandLevels = 2;
    m_tree->expandToDepth(expandLevels);
}

void DecodedPanel::clear()
{
    const QScopedValueRollback guard(m_choosing, true);
    m_note->hide();
    m_emptyState->setText(tr("Choose a message to see its fields."));
    m_model->clear();
}

void DecodedPanel::chooseOffset(qsizetype offset)
{
    const QModelIndex index = m_model->indexForOffset(offset);
    if (!index.isValid())
        return;
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
}

BytesPanel::BytesPanel(QWidget *parent)
    : QWidget(parent)
    , m_view(new HexView(this))
    , m_line(new QLabel(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_line);
    m_line->setMargin(4);
    m_line->setProperty("role", u"secondary"_s);
    m_line->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_line->hide();
    m_view->setEmptyText(tr("Choose a message to see its bytes."));
    connect(m_view, &HexView::selectionChanged, this, &BytesPanel::updateLine);
}

void BytesPanel::setMessage(const Bytes &payload, const QString &emptyText)
{
    m_view->setEmptyText(emptyText);
    m_view->setBytes(payload);
    m_line->setVisible(!payload.isEmpty());
    updateLine(0, 0);
}

void BytesPanel::updateLine(qsizetype offset, qsizetype length)
{
    const qint64 size = m_view->bytes().size();
    if (length == 0)
        m_line->setText(tr("%1 bytes").arg(Format::count(size)));
    else if (length == 1)
        m_line->setText(tr("byte %1 of %2: %3")
                            .arg(Format::count(qint64(offset)), Format::count(size))
                            .arg(static_cast<uchar>(m_view->bytes().data()[offset])));
    else
        m_line->setText(tr("%1 bytes from %2").arg(Format::count(qint64(length)), Format::count(qint64(offset))));
}

} // namespace SockScope
