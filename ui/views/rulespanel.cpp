#include "ui/views/rulespanel.h"

#include <QAction>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QTreeView>
#include <QVBoxLayout>

#include <utility>

#include "core/project/jsontext.h"
#include "core/simulate/rulejson.h"
#include "ui/delegates/rowdelegate.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/rulesmodel.h"
#include "ui/models/simulation.h"
#include "ui/views/actionbuttons.h"
#include "ui/views/emptystate.h"
#include "ui/views/jsoneditdialog.h"
#include "ui/views/refusallabel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

Rule example()
{
    Rule rule;
    rule.name = RulesPanel::tr("new rule");
    rule.when.type = u"ping"_s;
    RuleAction answer;
    answer.message.type = u"pong"_s;
    rule.actions.append(answer);
    return rule;
}

} // namespace

RulesPanel::RulesPanel(Simulation *simulation, QWidget *parent)
    : QWidget(parent)
    , m_simulation(simulation)
    , m_model(new RulesModel(simulation, this))
    , m_table(new QTreeView(this))
    , m_summary(new QLabel(this))
    , m_running(new QCheckBox(tr("R&ules act"), this))
    , m_programs(new QCheckBox(tr("May run &programs"), this))
    , m_refusal(new RefusalLabel(this))
    , m_add(new QAction(themeIcon(u"add"), tr("&Add Rule…"), this))
    , m_edit(new QAction(themeIcon(u"edit"), tr("&Edit Rule…"), this))
    , m_remove(new QAction(themeIcon(u"remove"), tr("&Remove Rule"), this))
    , m_undo(new QAction(themeIcon(u"undo"), tr("U&ndo Remove Rule"), this))
    , m_up(new QAction(themeIcon(u"previous"), tr("Move &Up"), this))
    , m_down(new QAction(themeIcon(u"next"), tr("Move &Down"), this))
{
    m_running->setObjectName(u"rulesRunning"_s);
    m_running->setToolTip(tr("They see every socket that this window has opened"));
    m_programs->setObjectName(u"rulesPrograms"_s);
    m_programs->setToolTip(tr("A rule's action \"run\" starts a program of this machine; without this it fails"));
    m_table->setObjectName(u"rulesTable"_s);
    m_table->setAccessibleName(tr("Rules"));
    m_table->setModel(m_model);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setItemDelegate(new RowDelegate(m_table));
    m_table->installEventFilter(this);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_table->header()->setStretchLastSection(true);
    const int digit = m_table->fontMetrics().horizontalAdvance(u'0');
    m_table->setColumnWidth(RulesModel::NameColumn, digit * 17);
    m_table->setColumnWidth(RulesModel::HitsColumn, digit * 7);
    m_table->setColumnWidth(RulesModel::FailedColumn, digit * 7);
    m_table->setColumnWidth(RulesModel::ErrorColumn, digit * 8); // and what is left
    m_empty = new EmptyState(m_table);
    m_empty->setText(tr("Rules answer messages by themselves: play the other half of a protocol."));
    m_empty->setButton(tr("Add a Rule…"), themeIcon(u"add"));
    m_summary->setProperty("role", u"secondary"_s);
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    createActions();

    auto *top = new QHBoxLayout;
    top->setSpacing(4);
    addActionButtons(top, this, {m_add, m_edit, m_remove, m_undo, m_up, m_down});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(3);
    top->addStretch();
    auto *boxes = new QHBoxLayout; // in a line of their own: the panel is no wider than its neighbours
    boxes->addWidget(m_running);
    boxes->addWidget(m_programs);
    boxes->addStretch();
    layout->addLayout(top);
    layout->addLayout(boxes);
    layout->addWidget(m_refusal);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_summary);

    connect(m_empty, &EmptyState::buttonClicked, m_add, &QAction::trigger);
    connect(m_running, &QCheckBox::toggled, simulation, &Simulation::setRunning);
    connect(m_programs, &QCheckBox::toggled, simulation, &Simulation::setProgramsAllowed);
    connect(simulation, &Simulation::runningChanged, this, &RulesPanel::update);
    connect(simulation, &Simulation::rulesChanged, this, &RulesPanel::update);
    connect(simulation, &Simulation::reported, this, &RulesPanel::update);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &RulesPanel::update);
    connect(m_table, &QTreeView::doubleClicked, this, [this](const QModelIndex &index) { edit(index.row()); });
    update();
}

void RulesPanel::createActions()
{
    m_add->setObjectName(u"ruleAdd"_s);
    m_edit->setObjectName(u"ruleEdit"_s);
    m_remove->setObjectName(u"ruleRemove"_s);
    m_remove->setToolTip(tr("Remove Rule (Del)"));
    m_undo->setObjectName(u"ruleUndo"_s);
    m_up->setObjectName(u"ruleUp"_s);
    m_down->setObjectName(u"ruleDown"_s);
    m_edit->setShortcut(QKeySequence(Qt::Key_Return));
    m_up->setShortcut(QKeySequence(u"Alt+Up"_s));
    m_down->setShortcut(QKeySequence(u"Alt+Down"_s));
    for (QAction *action : {m_add, m_edit, m_remove, m_undo, m_up, m_down}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        m_table->addAction(action);
    }
    connect(m_add, &QAction::triggered, this, [this] { editText(tr("Add Rule"), example(), -1); });
    connect(m_edit, &QAction::triggered, this, [this] { edit(current()); });
    connect(m_remove, &QAction::triggered, this, &RulesPanel::remove);
    connect(m_undo, &QAction::triggered, this, &RulesPanel::restore);
    connect(m_up, &QAction::triggered, this, [this] { move(-1); });
    connect(m_down, &QAction::triggered, this, [this] { move(1); });
}

int RulesPanel::current() const
{
    return m_table->currentIndex().row();
}

void RulesPanel::update()
{
    const int row = current();
    const int count = m_model->rowCount();
    m_edit->setEnabled(row >= 0);
    m_remove->setEnabled(row >= 0);
    m_undo->setEnabled(!m_removed.isEmpty() && !m_refusal->isRefused());
    m_add->setEnabled(!m_refusal->isRefused());
    m_up->setEnabled(row > 0);
    m_down->setEnabled(row >= 0 && row + 1 < count);
    m_running->setChecked(m_simulation->isRunning());
    const RuleEngineStats &all = m_simulation->report().all;
    QStringList parts;
    const auto part = [&parts](const QString &text, quint64 number) {
        if (number > 0)
            parts.append(text.arg(Format::count(qint64(number))));
    };
    part(tr("%1 messages seen"), all.messages);
    part(tr("%1 hits wait"), all.waiting);
    part(tr("%1 cancelled"), all.cancelled);
    part(tr("%1 lost: too many waited"), all.droppedWaiting + all.droppedOutbound);
    part(tr("%1 loops stopped"), all.loops);
    part(tr("%1 marks or comments not set"), m_simulation->lostNotes());
    QString text = parts.join(u" · "_s);
    if (const QString failure = m_simulation->report().failures.value(current()); !failure.isEmpty())
        text += (text.isEmpty() ? QString() : u"\n"_s) + tr("Last error: %1").arg(failure);
    m_summary->setText(text);
    m_summary->setVisible(!text.isEmpty());
}

// Delete is a key of other lists, too: as the shortcut of an action it would be ambiguous.
bool RulesPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_table && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent *>(event)->key() == Qt::Key_Delete) {
        remove();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void RulesPanel::edit(int row)
{
    if (row >= 0 && row < m_simulation->rules().size())
        editText(tr("Edit Rule"), m_simulation->rules().at(row), row);
}

void RulesPanel::editText(const QString &title, const Rule &rule, int replaced)
{
    const auto take = [this, replaced](const JsonNode &value, const QByteArray &text) -> std::optional<ProjectError> {
        JsonNode list = JsonNode::array();
        list.append(value);
        SimulateError error;
        const auto read = rulesFromJson(list, &error);
        if (!read) {
            ProjectError wrong = error.toProjectError(text);
            wrong.path.remove(u"rules[0]."_s).remove(u"rules[0]"_s);
            return wrong;
        }
        QList<Rule> rules = m_simulation->rules();
        if (replaced < 0 && rules.size() >= Rule::maximumRules)
            return ProjectError{ProjectError::Code::LimitReached,
                                {},
                                0,
                                0,
                                tr("there are %1 rules already").arg(rules.size()),
                                tr("remove one first")};
        const qsizetype row = replaced < 0 || replaced >= rules.size() ? rules.size() : replaced;
        if (row == rules.size())
            rules.append(read->first());
        else
            rules[row] = read->first();
        m_simulation->setRules(rules);
        m_table->setCurrentIndex(m_model->index(static_cast<int>(row), 0));
        return std::nullopt;
    };
    auto *dialog = new JsonEditDialog(
        title, QString::fromUtf8(writeJsonText(rulesToJson({rule}).items().front())).trimmed(), take, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void RulesPanel::setRefusal(const QString &reason)
{
    m_refusal->setReason(reason);
    m_empty->setButton(reason.isEmpty() ? tr("Add a Rule…") : QString(), themeIcon(u"add"));
    update();
}

void RulesPanel::remove()
{
    QList<Rule> rules = m_simulation->rules();
    const int row = current();
    if (row < 0 || row >= rules.size())
        return;
    m_removed.add(row, rules.takeAt(row));
    m_simulation->setRules(rules);
    m_table->setCurrentIndex(m_model->index(qMin(row, m_model->rowCount() - 1), 0));
}

void RulesPanel::restore()
{
    QList<Rule> rules = m_simulation->rules();
    if (m_removed.isEmpty() || rules.size() >= Rule::maximumRules)
        return;
    const auto [row, rule] = m_removed.last();
    m_removed.dropLast();
    const int at = qMin(row, static_cast<int>(rules.size()));
    rules.insert(at, rule);
    m_simulation->setRules(rules);
    m_table->setCurrentIndex(m_model->index(at, 0));
}

void RulesPanel::move(int by)
{
    QList<Rule> rules = m_simulation->rules();
    const int row = current();
    const int to = row + by;
    if (row < 0 || to < 0 || to >= rules.size())
        return;
    rules.move(row, to);
    m_simulation->setRules(rules);
    m_table->setCurrentIndex(m_model->index(to, 0));
}

} // namespace SockScope
