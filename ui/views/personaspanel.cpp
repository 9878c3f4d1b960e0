#include "ui/views/personaspanel.h"

#include <QAction>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSpinBox>
#include <QTreeView>
#include <QVBoxLayout>

#include "core/impair/impairtext.h"
#include "core/project/jsontext.h"
#include "core/simulate/swarmplan.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/personas.h"
#include "ui/models/swarmfiguresmodel.h"
#include "ui/models/swarmrun.h"
#include "ui/views/actionbuttons.h"
#include "ui/views/emptystate.h"
#include "ui/views/jsoneditdialog.h"
#include "ui/views/refusallabel.h"
#include "ui/views/stylerole.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 otherDescriptors = 256; // files, sockets and pipes that are no peer's

QByteArray example()
{
    return "{ \"name\": \"player\", \"rampMs\": 1000,\n"
           "  \"heartbeat\": { \"everyMs\": 1000, \"jitterMs\": 100, \"type\": 1, \"form\": \"json\", "
           "\"payload\": \"{\\\"n\\\": {{counter}}}\" } }\n";
}

} // namespace

PersonasPanel::PersonasPanel(Personas *personas, std::function<Project()> project, QWidget *parent)
    : QWidget(parent)
    , m_personas(personas)
    , m_project(std::move(project))
    , m_swarm(new SwarmRun(this))
    , m_figuresModel(new SwarmFiguresModel(this))
    , m_list(new QListView(this))
    , m_figures(new QTreeView(this))
    , m_error(new QLabel(this))
    , m_state(new QLabel(this))
    , m_refusal(new RefusalLabel(this))
    , m_add(new QAction(themeIcon(u"add"), tr("&Add Persona…"), this))
    , m_edit(new QAction(themeIcon(u"edit"), tr("&Edit Persona…"), this))
    , m_remove(new QAction(themeIcon(u"remove"), tr("&Remove Persona"), this))
    , m_undo(new QAction(themeIcon(u"undo"), tr("U&ndo Remove Persona"), this))
{
    m_list->setObjectName(u"personasList"_s);
    m_list->setAccessibleName(tr("Personas"));
    m_list->setModel(personas);
    m_list->setSpacing(1);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_list->setMinimumHeight(m_list->fontMetrics().height() * 2);
    m_list->installEventFilter(this);
    m_empty = new EmptyState(m_list);
    m_empty->setText(tr("A persona is how one of many simulated peers behaves."));
    m_empty->setButton(tr("Add a Persona…"), themeIcon(u"add"));
    m_figures->setObjectName(u"swarmFigures"_s);
    m_figures->setAccessibleName(tr("What the swarm did"));
    m_figures->setModel(m_figuresModel);
    m_figures->setRootIsDecorated(false);
    m_figures->setUniformRowHeights(true);
    m_figures->setSelectionMode(QAbstractItemView::NoSelection);
    m_figures->header()->setStretchLastSection(false);
    m_figures->header()->setSectionResizeMode(SwarmFiguresModel::NameColumn, QHeaderView::Stretch);
    m_figures->header()->setSectionResizeMode(SwarmFiguresModel::ValueColumn, QHeaderView::ResizeToContents);
    m_figures->setMinimumHeight(m_figures->fontMetrics().height() * 3);
    auto *none = new EmptyState(m_figures);
    none->setText(tr("What a swarm does is counted here."));
    m_error->setObjectName(u"swarmError"_s);
    m_error->setProperty("role", u"error"_s);
    m_state->setObjectName(u"swarmState"_s);
    m_state->setProperty("role", u"secondary"_s);
    for (QLabel *label : {m_error, m_state}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->hide();
    }
    createActions();

    auto *top = new QHBoxLayout;
    top->setSpacing(4);
    addActionButtons(top, this, {m_add, m_edit, m_remove, m_undo});
    top->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(3);
    layout->addLayout(top);
    layout->addWidget(createFields()); // above all that grows: Run stays where it is
    layout->addWidget(m_refusal);
    layout->addWidget(m_error);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_figures, 3);
    layout->addWidget(m_state);

    connect(m_empty, &EmptyState::buttonClicked, m_add, &QAction::trigger);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &PersonasPanel::update);
    connect(m_list, &QListView::doubleClicked, this, [this](const QModelIndex &index) { edit(index.row()); });
    connect(personas, &Personas::personasChanged, this, [this] {
        if (current() < 0)
            m_list->setCurrentIndex(m_personas->index(0));
        update();
    });
    connect(m_swarm, &SwarmRun::changed, this, &PersonasPanel::update);
    m_list->setCurrentIndex(personas->index(0));
    update();
}

PersonasPanel::~PersonasPanel() = default;

void PersonasPanel::createActions()
{
    m_add->setObjectName(u"personaAdd"_s);
    m_edit->setObjectName(u"personaEdit"_s);
    m_remove->setObjectName(u"personaRemove"_s);
    m_remove->setToolTip(tr("Remove Persona (Del)"));
    m_undo->setObjectName(u"personaUndo"_s);
    m_edit->setToolTip(tr("Edit Persona… (Return)"));
    for (QAction *action : {m_add, m_edit, m_remove, m_undo}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_list->addAction(action);
    }
    connect(m_add, &QAction::triggered, this, [this] { edit(-1); });
    connect(m_edit, &QAction::triggered, this, [this] {
        if (current() >= 0)
            edit(current());
    });
    connect(m_remove, &QAction::triggered, this, &PersonasPanel::remove);
    connect(m_undo, &QAction::triggered, this, &PersonasPanel::restore);
}

QWidget *PersonasPanel::createFields()
{
    auto *widget = new QWidget(this);
    auto *grid = new QGridLayout(widget);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(5);
    const auto number = [widget](const QString &name, const QString &says, int least, int most, int value) {
        auto *box = new QSpinBox(widget);
        box->setObjectName(name);
        box->setRange(least, most);
        box->setValue(value);
        box->setAccessibleName(says);
        box->setToolTip(says);
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        box->setProperty("plain", u"true"_s);
        box->setGroupSeparatorShown(true);
        box->setMinimumWidth(40);
        return box;
    };
    m_to = new QLineEdit(widget);
    m_to->setObjectName(u"swarmTo"_s);
    m_to->setAccessibleName(tr("Where the peers connect to"));
    m_to->setPlaceholderText(tr("to: host:port"));
    m_to->setToolTip(tr("An address and a port, as in 127.0.0.1:9000; empty: where the persona's socket connects"));
    m_impair = new QLineEdit(widget);
    m_impair->setObjectName(u"swarmImpair"_s);
    m_impair->setAccessibleName(tr("A bad network before each peer"));
    m_impair->setPlaceholderText(tr("network: loss 5%"));
    m_impair->setToolTip(tr("netem's words or a preset, as in \"delay 50ms 10ms loss 5%\"; empty: none"));
    m_count = number(u"swarmCount"_s, tr("How many peers"), 1, SwarmOptions::maximumPeers, 10);
    m_count->setPrefix(u"× "_s);
    m_seed = number(u"swarmSeed"_s, tr("Seed of who misbehaves, jitter and random values"), 0, 1'000'000'000, 0);
    m_seed->setPrefix(tr("seed "));
    m_for = number(u"swarmFor"_s, tr("How long; 0: until Stop"), 0, 24 * 3600, 10);
    m_for->setSuffix(tr(" s"));
    m_for->setSpecialValueText(tr("until Stop"));
    m_run = new QPushButton(widget);
    m_run->setObjectName(u"swarmRun"_s);
    grid->addWidget(m_to, 0, 0, 1, 2);
    grid->addWidget(m_impair, 0, 2, 1, 2);
    grid->addWidget(m_count, 1, 0);
    grid->addWidget(m_for, 1, 1);
    grid->addWidget(m_seed, 1, 2);
    grid->addWidget(m_run, 1, 3);
    for (int column = 0; column < 4; ++column)
        grid->setColumnStretch(column, 1);
    connect(m_run, &QPushButton::clicked, this, [this] { m_swarm->isRunning() ? m_swarm->stop() : start(); });
    return widget;
}

int PersonasPanel::current() const
{
    return m_list->currentIndex().row();
}

QString PersonasPanel::errorText() const
{
    return m_error->isHidden() ? QString() : m_error->text();
}

void PersonasPanel::showError(const QString &text)
{
    m_error->setText(text);
    m_error->setAccessibleName(text);
    m_error->setVisible(!text.isEmpty());
}

void PersonasPanel::edit(int row)
{
    const auto take = [this, row](const JsonNode &value, const QByteArray &text) -> std::optional<ProjectError> {
        const int replaced = row < m_personas->rowCount() ? row : -1;
        if (const auto error = m_personas->set(replaced, value)) {
            ProjectError wrong = error->toProjectError(text);
            const QString own = u"personas[%1]"_s.arg(replaced < 0 ? m_personas->rowCount() : replaced);
            wrong.path.remove(own + u'.').remove(own);
            return wrong;
        }
        m_list->setCurrentIndex(m_personas->index(replaced < 0 ? m_personas->rowCount() - 1 : replaced));
        return std::nullopt;
    };
    const QByteArray text = row < 0 ? example() : writeJsonText(m_personas->node(row));
    auto *dialog = new JsonEditDialog(row < 0 ? tr("Add Persona") : tr("Edit Persona"),
                                      QString::fromUtf8(text).trimmed(), take, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void PersonasPanel::setRefusal(const QString &reason)
{
    m_refusal->setReason(reason);
    m_empty->setButton(reason.isEmpty() ? tr("Add a Persona…") : QString(), themeIcon(u"add"));
    update();
}

void PersonasPanel::remove()
{
    const int row = current();
    if (row < 0)
        return;
    m_removed.add(row, m_personas->take(row));
    update();
}

void PersonasPanel::restore()
{
    if (m_removed.isEmpty())
        return;
    const auto [row, node] = m_removed.last();
    const int at = qMin(row, m_personas->rowCount());
    if (const auto error = m_personas->insert(at, node)) // there may be one of its name by now
        return showError(error->toString());
    m_removed.dropLast();
    showError({});
    m_list->setCurrentIndex(m_personas->index(at));
    update();
}

void PersonasPanel::start()
{
    SwarmPlan plan;
    plan.persona = m_personas->name(current());
    plan.count = m_count->value();
    plan.seed = static_cast<quint64>(m_seed->value());
    if (const QString to = m_to->text().trimmed(); !to.isEmpty()) {
        SockError reason;
        plan.to = HostPort::fromString(to, &reason);
        if (!plan.to)
            return showError(tr("To: %1: %2").arg(reason.what, reason.remedy));
    }
    if (const QString words = m_impair->text().trimmed(); !words.isEmpty()) {
        ImpairError wrong;
        const auto impairment = parseImpair(words, &wrong);
        if (!impairment)
            return showError(tr("The bad network: %1").arg(wrong.toString()));
        plan.impairments = {*impairment};
    }
    const quint64 descriptors = allowDescriptors();
    if (descriptors > 0 && static_cast<quint64>(plan.count) + otherDescriptors > descriptors) {
        return showError(tr("The system allows this user %1 descriptors, and each peer has one: run fewer, or raise "
                            "the limit (ulimit -n).")
                             .arg(Format::count(qint64(descriptors))));
    }
    ProjectError damaged;
    // A copy of its own for the other thread.
    const auto project = Project::fromBytes(m_project().toBytes(), &damaged);
    if (!project)
        return showError(damaged.toString());
    plan.project = *project;
    SimulateError error;
    auto options = plan.options(&error);
    if (!options)
        return showError(tr("%1: %2").arg(error.what, error.remedy));
    options->makeScript = m_scriptFactory;
    showError({});
    m_running = plan.persona;
    m_figuresModel->clear();
    m_swarm->start(*std::move(options), m_for->value() * 1000LL);
}

/// What kept the swarm from passing.
QStringList PersonasPanel::failures() const
{
    const SwarmStats &stats = m_swarm->stats();
    QStringList result;
    const auto add = [&result](const QString &text, qint64 number) {
        if (number > 0)
            result.append(text.arg(Format::count(number)));
    };
    // Of those that had no time to begin, nobody expects that they have connected.
    add(tr("%1 never connected"), (m_swarm->wasStopped() ? stats.failed : m_swarm->count() - stats.connected));
    add(tr("%1 lost"), stats.lost - stats.lostMisbehaving);
    add(tr("%1 sequences failed"), stats.sequencesFailed);
    add(tr("scripts failed in %1 calls"), qint64(stats.scripts.errors));
    if (!stats.isBalanced)
        result.append(tr("the ledger does not add up: a defect of SockScope"));
    return result;
}

void PersonasPanel::update()
{
    const bool isRunning = m_swarm->isRunning();
    const bool isThere = current() >= 0;
    m_edit->setEnabled(isThere);
    m_remove->setEnabled(isThere);
    m_undo->setEnabled(!m_removed.isEmpty() && !m_refusal->isRefused());
    m_add->setEnabled(!m_refusal->isRefused());
    m_run->setEnabled(isThere || isRunning);
    m_run->setText(isRunning ? tr("Sto&p") : tr("&Run"));
    m_run->setIcon(themeIcon(isRunning ? u"stop" : u"start"));
    m_run->setToolTip(isRunning ? tr("Stop the swarm")
                                : tr("Run so many peers of the chosen persona, in a thread of their own"));
    for (QWidget *field : std::initializer_list<QWidget *>{m_to, m_impair, m_count, m_seed, m_for})
        field->setEnabled(!isRunning);
    if (m_running.isEmpty())
        return;
    const SwarmStats &stats = m_swarm->stats();
    if (stats.started > 0)
        m_figuresModel->show(stats, m_swarm->count());
    const QString seconds = QString::number(static_cast<double>(m_swarm->elapsedMs()) / 1000, 'f', 1);
    QString text;
    if (const auto failure = m_swarm->failure())
        text = tr("%1 did not begin: %2").arg(m_running, *failure);
    else if (isRunning)
        text = tr("%1 runs: %2 s").arg(m_running, seconds);
    else if (m_swarm->wasStopped())
        text = tr("%1 was stopped by hand after %2 s").arg(m_running, seconds);
    else
        text = (m_swarm->hasPassed() ? tr("%1 passed after %2 s") : tr("%1 failed after %2 s")).arg(m_running, seconds);
    const QStringList reasons = isRunning || m_swarm->failure() ? QStringList() : failures();
    if (!reasons.isEmpty())
        text += u": "_s + reasons.join(u", "_s);
    setRole(m_state, m_swarm->failure() || !reasons.isEmpty() ? u"error"_s : u"secondary"_s);
    if (!stats.errors.isEmpty())
        text += u'\n' + stats.errors.mid(0, 3).join(u'\n');
    for (const QString &line : m_swarm->lastLines())
        text += u'\n' + line.left(200);
    m_state->setText(text);
    m_state->setToolTip(stats.errors.join(u'\n'));
    m_state->show();
}

// Delete and Return are keys of other lists, too: as shortcuts of actions they would be ambiguous.
bool PersonasPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Delete)
            remove();
        else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && current() >= 0)
            edit(current());
        if (key == Qt::Key_Delete || key == Qt::Key_Return || key == Qt::Key_Enter)
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace SockScope
