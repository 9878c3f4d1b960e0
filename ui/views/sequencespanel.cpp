#include "ui/views/sequencespanel.h"

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "core/project/jsontext.h"
#include "core/project/wholefile.h"
#include "core/simulate/sequencejson.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/sequenceplayer.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/actionbuttons.h"
#include "ui/views/emptystate.h"
#include "ui/views/jsoneditdialog.h"
#include "ui/views/refusallabel.h"
#include "ui/views/stylerole.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

enum Column { StepColumn, TimeColumn, ResultColumn, ColumnCount };

QString seconds(qint64 ns)
{
    return QString::number(static_cast<double>(ns) / 1e9, 'f', 3);
}

QString example()
{
    return u"{\n  \"name\": \"new sequence\",\n  \"steps\": [\n"
           "    { \"do\": \"send\", \"type\": \"ping\", \"form\": \"json\", \"payload\": \"1\" },\n"
           "    { \"do\": \"expect\", \"filter\": \"type == \\\"pong\\\"\", \"timeoutMs\": 1000 }\n  ]\n}"_s;
}

} // namespace

SequencesPanel::SequencesPanel(Inspection *inspection, SequencePlayer *player, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_player(player)
    , m_sequence(new QComboBox(this))
    , m_sock(new QComboBox(this))
    , m_run(new QPushButton(themeIcon(u"start"), tr("&Run"), this))
    , m_tree(new QTreeWidget(this))
    , m_state(new QLabel(this))
    , m_refusal(new RefusalLabel(this))
    , m_add(new QAction(themeIcon(u"add"), tr("&Add Sequence…"), this))
    , m_edit(new QAction(themeIcon(u"edit"), tr("&Edit Sequence…"), this))
    , m_remove(new QAction(themeIcon(u"remove"), tr("&Remove Sequence"), this))
    , m_undo(new QAction(themeIcon(u"undo"), tr("U&ndo Remove Sequence"), this))
    , m_export(new QAction(themeIcon(u"save"), tr("E&xport JUnit XML…"), this))
{
    m_sequence->setObjectName(u"sequenceChoice"_s);
    m_sequence->setAccessibleName(tr("Sequence"));
    m_sequence->setPlaceholderText(tr("no sequence yet"));
    m_sequence->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_sock->setObjectName(u"sequenceSocket"_s);
    m_sock->setAccessibleName(tr("Socket on which it runs"));
    m_sock->setPlaceholderText(tr("no socket yet"));
    m_sock->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_run->setObjectName(u"sequenceRun"_s);
    m_tree->setObjectName(u"sequenceResults"_s);
    m_tree->setAccessibleName(tr("Results of runs and their steps"));
    m_tree->setHeaderLabels({tr("Step"), tr("s"), tr("Result")});
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(14);
    m_tree->header()->setStretchLastSection(true);
    const int digit = m_tree->fontMetrics().horizontalAdvance(u'0');
    m_tree->setColumnWidth(StepColumn, digit * 18);
    m_tree->setColumnWidth(TimeColumn, digit * 7);
    m_tree->setColumnWidth(ResultColumn, digit * 10); // and what is left
    auto *empty = new EmptyState(m_tree);
    empty->setText(tr("A sequence sends, and expects what shall come. What became of each step stands here."));
    m_state->setObjectName(u"sequenceState"_s);
    m_state->setProperty("role", u"secondary"_s);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    createActions();

    auto *top = new QHBoxLayout;
    top->setSpacing(4);
    top->addWidget(m_sequence, 3);
    addActionButtons(top, this, {m_add, m_edit, m_remove, m_undo, m_export});
    auto *second = new QHBoxLayout;
    second->setSpacing(4);
    second->addWidget(m_sock, 1);
    second->addWidget(m_run);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(3);
    layout->addLayout(top);
    layout->addLayout(second);
    layout->addWidget(m_refusal);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_state);

    connect(m_run, &QPushButton::clicked, this, &SequencesPanel::runOrStop);
    connect(m_sequence, &QComboBox::currentIndexChanged, this, &SequencesPanel::update);
    connect(m_sock, &QComboBox::currentIndexChanged, this, &SequencesPanel::update);
    connect(player, &SequencePlayer::sequencesChanged, this, &SequencesPanel::fillSequences);
    connect(player, &SequencePlayer::runningChanged, this, &SequencesPanel::handleRunning);
    connect(player, &SequencePlayer::stepsEnded, this, &SequencesPanel::handleSteps);
    connect(player, &SequencePlayer::finished, this, &SequencesPanel::handleFinished);
    connect(inspection, &Inspection::controllerAdded, this, &SequencesPanel::fillSockets);
    connect(
        inspection, &Inspection::controllerRemoved, this, [this] { fillSockets(); }, Qt::QueuedConnection);
    connect(inspection, &Inspection::updated, this, [this] {
        for (int i = 0; i < m_sock->count(); ++i)
            if (const SockController *c = m_inspection->controller(m_sock->itemData(i).toUInt());
                c && c->name() != m_sock->itemText(i))
                m_sock->setItemText(i, c->name());
    });
    fillSequences();
    fillSockets();
}

void SequencesPanel::createActions()
{
    m_add->setObjectName(u"sequenceAdd"_s);
    m_edit->setObjectName(u"sequenceEdit"_s);
    m_remove->setObjectName(u"sequenceRemove"_s);
    m_undo->setObjectName(u"sequenceUndo"_s);
    m_export->setObjectName(u"sequenceExport"_s);
    connect(m_add, &QAction::triggered, this, [this] { edit(-1); });
    connect(m_edit, &QAction::triggered, this, [this] { edit(m_sequence->currentIndex()); });
    connect(m_remove, &QAction::triggered, this, &SequencesPanel::remove);
    connect(m_undo, &QAction::triggered, this, &SequencesPanel::restore);
    connect(m_export, &QAction::triggered, this, &SequencesPanel::askAndExport);
}

void SequencesPanel::fillSequences()
{
    const int row = m_sequence->currentIndex();
    {
        const QSignalBlocker blocker(m_sequence);
        m_sequence->clear();
        for (const Sequence &one : m_player->sequences())
            m_sequence->addItem(one.start == Sequence::Start::PeerJoins ? tr("%1 (with each peer)").arg(one.name)
                                                                        : one.name);
        m_sequence->setCurrentIndex(qBound(m_sequence->count() > 0 ? 0 : -1, row, m_sequence->count() - 1));
    }
    update();
}

void SequencesPanel::fillSockets()
{
    const QVariant chosen = m_sock->currentData();
    {
        const QSignalBlocker blocker(m_sock);
        m_sock->clear();
        for (const SockController *c : m_inspection->controllers())
            if (c->isOwned())
                m_sock->addItem(c->name(), c->sockId());
        m_sock->setCurrentIndex(qMax(chosen.isValid() ? m_sock->findData(chosen) : 0, m_sock->count() > 0 ? 0 : -1));
    }
    update();
}

void SequencesPanel::update()
{
    const bool has = m_sequence->currentIndex() >= 0;
    const bool running = m_player->isRunning();
    m_edit->setEnabled(has);
    m_remove->setEnabled(has);
    m_undo->setEnabled(!m_removed.isEmpty() && !m_refusal->isRefused());
    m_add->setEnabled(!m_refusal->isRefused());
    m_export->setEnabled(!m_results.isEmpty());
    m_run->setText(running ? tr("S&top") : tr("&Run"));
    m_run->setIcon(themeIcon(running ? u"stop" : u"start"));
    m_run->setEnabled(running || (has && m_sock->currentIndex() >= 0));
    m_run->setToolTip(!has                         ? tr("Add a sequence first")
                      : m_sock->currentIndex() < 0 ? tr("Open a socket first: a sequence runs on one of this window's")
                                                   : QString());
}

void SequencesPanel::setRefusal(const QString &reason)
{
    m_refusal->setReason(reason);
    update();
}

void SequencesPanel::runOrStop()
{
    if (m_player->isRunning())
        return m_player->stop();
    const int row = m_sequence->currentIndex();
    if (row < 0 || row >= m_player->sequences().size())
        return;
    if (!m_player->run(m_player->sequences().at(row), m_inspection->controller(m_sock->currentData().toUInt())))
        say(tr("It did not start: the socket has gone."), true);
}

void SequencesPanel::handleRunning(bool running)
{
    if (running) {
        m_current = new QTreeWidgetItem(m_tree, {m_sequence->currentText(), QString(), tr("running…")});
        m_current->setExpanded(true);
        say({}, false);
    } else if (m_current) { // with each peer: its results have rows of their own
        delete std::exchange(m_current, nullptr);
    }
    update();
}

QTreeWidgetItem *SequencesPanel::addStep(QTreeWidgetItem *run, const StepResult &step) const
{
    QString result = step.passed ? tr("passed") : step.what;
    if (step.passed && step.hasMessage)
        result = tr("%1 bytes from %2")
                     .arg(Format::count(qint64(step.message.message.payload.size())), step.message.peer.toString());
    if (step.unmatched > 0)
        result += tr(" (%1 other messages came)").arg(Format::count(qint64(step.unmatched)));
    auto *item = new QTreeWidgetItem(run, {step.title, seconds(step.endedNs), result});
    item->setIcon(StepColumn, themeIcon(step.passed ? u"ok" : u"error"));
    item->setTextAlignment(TimeColumn, Qt::AlignRight | Qt::AlignVCenter);
    item->setToolTip(StepColumn, step.path + u' ' + step.title);
    item->setToolTip(ResultColumn, step.hasMessage && step.passed
                                       ? QString::fromUtf8(step.message.message.payload.view().first(
                                             qMin<qsizetype>(1000, step.message.message.payload.size())))
                                       : result);
    return item;
}

void SequencesPanel::handleSteps(const QList<StepResult> &steps)
{
    for (const StepResult &step : steps) {
        if (!m_current || m_current->childCount() >= maximumSteps)
            return;
        m_tree->scrollToItem(addStep(m_current, step));
    }
}

void SequencesPanel::handleFinished(const SequenceResult &result)
{
    if (m_results.size() == maximumRuns) {
        m_results.removeFirst();
        delete m_tree->takeTopLevelItem(0);
    }
    m_results.append(result);
    // Before the row of what still runs.
    const int at = m_current ? m_tree->indexOfTopLevelItem(m_current) : m_tree->topLevelItemCount();
    auto *row = new QTreeWidgetItem;
    m_tree->insertTopLevelItem(at, row);
    const QString name =
        result.peer.isNull() ? result.sequence : tr("%1, %2").arg(result.sequence, result.peer.toString());
    row->setText(StepColumn, name);
    row->setText(TimeColumn, seconds(result.durationNs));
    row->setTextAlignment(TimeColumn, Qt::AlignRight | Qt::AlignVCenter);
    row->setText(ResultColumn, result.passed ? tr("passed, %1 steps").arg(Format::count(qint64(result.steps)))
                                             : tr("failed: %1").arg(result.what));
    row->setToolTip(ResultColumn, row->text(ResultColumn));
    row->setIcon(StepColumn, themeIcon(result.passed ? u"ok" : u"error"));
    for (const StepResult &step : result.results.mid(0, maximumSteps))
        addStep(row, step);
    if (result.results.size() > maximumSteps) {
        auto *more = new QTreeWidgetItem(
            row, {tr("%1 more steps").arg(Format::count(qint64(result.results.size() - maximumSteps)))});
        // The one that failed is the last.
        if (!result.passed)
            addStep(row, result.results.last());
        more->setToolTip(StepColumn, tr("They are in the exported XML"));
    }
    row->setExpanded(true);
    m_tree->scrollToItem(row, QAbstractItemView::PositionAtTop);
    say(result.passed ? tr("%1 passed.").arg(result.sequence) : tr("%1 failed: %2").arg(result.sequence, result.what),
        !result.passed);
    update();
}

void SequencesPanel::edit(int row)
{
    const bool isNew = row < 0;
    const QString text =
        isNew ? example() : QString::fromUtf8(writeJsonText(m_player->sequences().at(row).source)).trimmed();
    const auto take = [this, row](const JsonNode &value, const QByteArray &typed) -> std::optional<ProjectError> {
        JsonNode list = JsonNode::array();
        list.append(value);
        SimulateError error;
        const auto read = sequencesFromJson(list, &error);
        if (!read) {
            ProjectError wrong = error.toProjectError(typed);
            wrong.path.remove(u"sequences[0]."_s).remove(u"sequences[0]"_s);
            return wrong;
        }
        QList<Sequence> all = m_player->sequences();
        if (row >= 0 && row < all.size())
            all[row] = read->first();
        else
            all.append(read->first());
        // Together, too: two of one name could not be told apart.
        if (!sequencesFromJson(SequencePlayer::toJson(all), &error))
            return ProjectError{ProjectError::Code::Invalid, {}, 0, 0, error.what, error.remedy};
        m_player->setSequences(all);
        m_sequence->setCurrentIndex(static_cast<int>(row >= 0 ? row : all.size() - 1));
        return std::nullopt;
    };
    auto *dialog = new JsonEditDialog(isNew ? tr("Add Sequence") : tr("Edit Sequence"), text, take, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void SequencesPanel::remove()
{
    QList<Sequence> all = m_player->sequences();
    const int row = m_sequence->currentIndex();
    if (row < 0 || row >= all.size())
        return;
    m_removed.add(row, all.takeAt(row));
    m_player->setSequences(all);
}

void SequencesPanel::restore()
{
    if (m_removed.isEmpty())
        return;
    const auto [row, sequence] = m_removed.last();
    QList<Sequence> all = m_player->sequences();
    const int at = qMin(row, static_cast<int>(all.size()));
    all.insert(at, sequence);
    SimulateError error; // there may be one of its name by now
    if (!sequencesFromJson(SequencePlayer::toJson(all), &error))
        return say(error.toString(), true);
    m_removed.dropLast();
    m_player->setSequences(all);
    m_sequence->setCurrentIndex(at);
}

std::optional<QString> SequencesPanel::exportTo(const QString &path) const
{
    if (const auto why = writeWholeFile(path, toJUnitXml(m_results)))
        return tr("%1 cannot be written: %2").arg(path, *why);
    return std::nullopt;
}

void SequencesPanel::askAndExport()
{
    QFileDialog dialog(this, tr("Export JUnit XML"), {}, tr("JUnit XML (*.xml);;All files (*)"));
    dialog.setObjectName(u"exportDialog"_s);
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(u"xml"_s);
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty())
        return;
    const auto error = exportTo(dialog.selectedFiles().first());
    say(error.value_or(tr("%1 runs are written.").arg(m_results.size())), error.has_value());
}

void SequencesPanel::say(const QString &text, bool failed)
{
    m_state->setText(text);
    m_state->setAccessibleName(text);
    setRole(m_state, failed ? u"error"_s : u"secondary"_s);
    m_state->setVisible(!text.isEmpty());
}

} // namespace SockScope
