#include "ui/views/comparedialog.h"

#include <QAction>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/views/bytediffview.h"
#include "ui/views/changedfieldsmodel.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/emptystate.h"
#include "ui/views/fieldtreeview.h"
#include "ui/views/screenfit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maximumNodes = 20'000;
constexpr qsizetype smallBytes = 16 * 1024; // compared at once: no "comparing…" flashes up

QString numberText(const DetailMessage &message)
{
    return CompareDialog::tr("No. %1").arg(Format::count(message.no));
}

} // namespace

CompareDialog::CompareDialog(const DetailMessage &left, const DetailMessage &right, const QString &leftType,
                             const QString &rightType, QWidget *parent)
    : QDialog(parent)
    , m_left(left)
    , m_right(right)
    , m_model(new FieldTreeModel(this))
    , m_shown(new ChangedFieldsModel(this))
    , m_tree(new FieldTreeView(tr("Fields of both messages"), this))
    , m_bytes(new ByteDiffView(this))
    , m_only(new QCheckBox(tr("Only &differences"), this))
    , m_summary(new ElidedLabel(this))
    , m_remark(new QLabel(this))
{
    setObjectName(u"compareDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Compare %1 and %2").arg(numberText(left), numberText(right)));
    m_model->setSides(numberText(left), numberText(right));
    m_shown->setSourceModel(m_model);
    m_tree->setObjectName(u"compareTree"_s);
    m_tree->setModel(m_shown);
    m_tree->setColumnHidden(FieldTreeModel::WasColumn, false);
    QHeaderView *header = m_tree->header();
    header->moveSection(header->visualIndex(FieldTreeModel::WasColumn), 1);
    header->setSectionResizeMode(FieldTreeModel::WasColumn, QHeaderView::Stretch);
    header->resizeSection(FieldTreeModel::NameColumn, 160);
    m_emptyState = new EmptyState(m_tree);
    m_emptyState->setText(tr("Comparing…"));

    auto *headings = new QHBoxLayout;
    headings->addWidget(makeHeading(left, leftType), 1);
    headings->addWidget(makeHeading(right, rightType), 1);

    auto *next = new QAction(themeIcon(u"next"), tr("Next Difference"), this);
    next->setShortcut(QKeySequence(Qt::Key_F8));
    connect(next, &QAction::triggered, this, &CompareDialog::goToNext);
    auto *previous = new QAction(themeIcon(u"previous"), tr("Previous Difference"), this);
    previous->setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F8));
    connect(previous, &QAction::triggered, this, &CompareDialog::goToPrevious);
    addActions({next, previous});
    auto *bar = new QHBoxLayout;
    bar->addWidget(m_only);
    bar->addSpacing(12);
    bar->addWidget(m_summary, 1);
    for (QAction *action : {previous, next}) {
        auto *button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setAccessibleName(action->text());
        button->setToolTip(u"%1 (%2)"_s.arg(action->text(), action->shortcut().toString(QKeySequence::NativeText)));
        bar->addWidget(button);
    }
    m_summary->setProperty("role", u"secondary"_s);
    m_remark->setProperty("role", u"note"_s);
    m_remark->setWordWrap(true);
    m_remark->setMargin(6);
    m_remark->hide();

    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_tree);
    splitter->addWidget(m_bytes);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(headings);
    layout->addLayout(bar);
    layout->addWidget(m_remark);
    layout->addWidget(splitter, 1);
    layout->addWidget(buttons);
    resizeWithinScreen(this, {900, 640});

    connect(m_only, &QCheckBox::toggled, this, [this](bool only) {
        m_shown->setOnlyChanged(only);
        m_tree->expandSensibly(m_shown->index(0, 0));
    });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &CompareDialog::chooseField);
    m_tree->setFocus();

    if (left.payload.size() <= smallBytes && right.payload.size() <= smallBytes) {
        present(compare(left, right, nullptr));
        return;
    }
    m_summary->setText(tr("comparing…"));
    m_job.start([left, right](const LatestJob::Cancelled &cancelled) { return compare(left, right, &cancelled); },
                [this](Result &&result) { present(std::move(result)); });
}

QString CompareDialog::summary() const
{
    return m_summary->text();
}

QWidget *CompareDialog::makeHeading(const DetailMessage &message, const QString &typeText)
{
    auto *label = new ElidedLabel(this);
    const QString arrow = message.direction == Direction::In ? u"←"_s : u"→"_s;
    label->setText(u"%1 · %2 · %3 %4 · %5 · %6"_s.arg(
        numberText(message), Format::clockTime(message.wallNs / 1000), arrow, message.peer.toString(), typeText,
        tr("%1 bytes").arg(Format::count(qint64(message.payload.size())))));
    auto *go = new QToolButton(this);
    go->setIcon(themeIcon(u"goto"));
    go->setAutoRaise(true);
    go->setToolTip(tr("Go to this message in the list"));
    go->setAccessibleName(tr("Go to %1").arg(numberText(message)));
    connect(go, &QToolButton::clicked, this, [this, no = message.no] { Q_EMIT messageRequested(no); });
    auto *heading = new QWidget(this);
    auto *layout = new QHBoxLayout(heading);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(go);
    layout->addWidget(label, 1);
    return heading;
}

CompareDialog::Result CompareDialog::compare(const DetailMessage &left, const DetailMessage &right,
                                             const LatestJob::Cancelled *cancelled)
{
    const auto fields = [](const DetailMessage &message) {
        return message.codec ? message.codec->fields(message.payload, maximumNodes) : FieldNode();
    };
    const FieldNode before = fields(left);
    const FieldNode after = fields(right);
    return {compareFields({before, left.payload}, {after, right.payload}),
            diffBytes(left.payload, right.payload, cancelled)};
}

void CompareDialog::present(Result &&result)
{
    const int fields = result.fields.changes();
    m_emptyState->setText(m_left.codec && m_right.codec ? tr("No field differs.")
                                                        : tr("The codec of a message's socket is not known."));
    if (m_left.codec && m_right.codec)
        m_model->setCompared(std::move(result.fields));
    m_tree->expandSensibly(m_shown->index(0, 0));
    m_bytes->setDiff(m_left.payload, m_right.payload, std::move(result.bytes));
    const ByteDiff &diff = m_bytes->diff();
    const qint64 places = diff.differences();
    const QString fieldText =
        fields == 1 ? tr("1 field differs") : tr("%1 fields differ").arg(Format::count(qint64(fields)));
    const QString placeText = places == 1 ? tr("1 place among the bytes differs")
                                          : tr("%1 places among the bytes differ").arg(Format::count(places));
    m_summary->setText(fields == 0 && places == 0 ? tr("The messages have the same bytes.")
                                                  : fieldText + u" · "_s + placeText);
    QString remark;
    if (!diff.isAligned())
        remark = tr("The bytes differ too much to be aligned: each is compared with the one at the same place.");
    if (!diff.isComplete())
        remark += (remark.isEmpty() ? QString() : u" "_s) +
                  tr("Only the first %1 differences are told apart; the last one covers the rest.")
                      .arg(Format::count(qint64(diff.differences())));
    m_remark->setText(remark);
    m_remark->setVisible(!remark.isEmpty());
}

void CompareDialog::go(bool forward)
{
    if (m_bytes->hasFocus() || m_model->payloadIndex() == QModelIndex())
        return m_bytes->goToNext(forward);
    const QModelIndex index =
        m_shown->mapFromSource(m_model->nextChange(m_shown->mapToSource(m_tree->currentIndex()), forward));
    if (!index.isValid())
        return m_bytes->goToNext(forward);
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
}

void CompareDialog::chooseField(const QModelIndex &current)
{
    // Of the whole payload, which a view chooses when it gets the focus, nothing need be lit.
    const QModelIndex index = current.parent().isValid() ? m_shown->mapToSource(current) : QModelIndex();
    const FieldTreeModel::Places places = m_model->places(index);
    if (places.offset >= 0)
        m_bytes->showRange(ByteDiffView::Side::Right, places.offset, places.length);
    else
        m_bytes->showRange(ByteDiffView::Side::Left, qMax<qsizetype>(0, places.wasOffset),
                           places.wasOffset < 0 ? 0 : places.wasLength);
}

} // namespace SockScope
