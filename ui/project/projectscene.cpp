#include "ui/project/projectscene.h"

#include <QAbstractItemModel>
#include <QJsonArray>
#include <QPointer>
#include <QScopedValueRollback>
#include <QSettings>

#include <algorithm>
#include <utility>

#include "core/basesock.h"
#include "core/project/jsontext.h"
#include "core/simulate/rulejson.h"
#include "core/simulate/sequencejson.h"
#include "core/types/messagetypes.h"
#include "ui/models/colourrules.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/messagetreemodel.h"
#include "ui/models/personas.h"
#include "ui/models/savedfilters.h"
#include "ui/models/scripts.h"
#include "ui/models/sequenceplayer.h"
#include "ui/models/simulation.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/socklink.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

const QString typesKey = u"simulate/types"_s;

/// What the window can show of a section, and what it can only keep.
template <typename Shown, typename Kept>
struct Split
{
    Shown shown;
    Kept kept;
    QStringList notes{};
    QString why{}; ///< of a section that is kept as a whole
};

struct Colours
{
    ColourRules::List rules;
    bool enabled = true;
    friend bool operator==(const Colours &, const Colours &) = default;
};

Split<QList<SavedFilter>, QList<NamedFilter>> splitFilters(const Project &project)
{
    Split<QList<SavedFilter>, QList<NamedFilter>> result;
    SavedFilters accepting;
    for (const NamedFilter &one : project.filters()) {
        const auto why = accepting.add(one.name, one.filter);
        // Kept, too, what would come back otherwise than it was written.
        if (!why && accepting.filters().last() == SavedFilter{one.name, one.filter})
            continue;
        if (!why)
            accepting.removeAt(accepting.filters().size() - 1);
        result.kept.append(one);
        result.notes.append(ProjectScene::tr("the filter %1 (%2)")
                                .arg(one.name.left(40), why.value_or(ProjectScene::tr("too long, or with blanks"))));
    }
    result.shown = accepting.filters();
    return result;
}

Split<LogColumns, QList<NamedColumn>> splitColumns(const Project &project)
{
    Split<LogColumns, QList<NamedColumn>> result;
    for (const NamedColumn &one : project.columns()) {
        if (const auto why = result.shown.check(one.path)) {
            result.kept.append(one);
            result.notes.append(ProjectScene::tr("the column %1 (%2)").arg(one.path.left(40), *why));
        } else {
            result.shown.add(one.path, one.title);
        }
    }
    return result;
}

/// A section that is shown as a whole or not at all: what cannot be read is kept in the file as it is.
template <typename Shown>
Split<Shown, bool> splitSection(const Project &project, QStringView name,
                                std::optional<Shown> (*read)(const JsonNode &list, SimulateError *error))
{
    Split<Shown, bool> result{{}, false};
    const JsonNode *section = project.section(name);
    if (!section)
        return result;
    SimulateError error;
    if (auto shown = read(*section, &error)) {
        result.shown = *std::move(shown);
    } else {
        result.kept = true;
        result.why = error.toString();
        result.notes.append(ProjectScene::tr("the %1, and no others are saved (%2)").arg(name, result.why));
    }
    return result;
}

Split<QList<Rule>, bool> splitRules(const Project &project)
{
    return splitSection(project, u"rules", &rulesFromJson);
}

Split<QList<Sequence>, bool> splitSequences(const Project &project)
{
    return splitSection(project, u"sequences", &sequencesFromJson);
}

Split<QList<ScriptText>, bool> splitScripts(const Project &project)
{
    return splitSection(project, u"scripts", &scriptsFromJson);
}

Split<JsonNode, bool> splitPersonas(const Project &project)
{
    auto result = splitSection(project, u"personas", &personasFromJson);
    const JsonNode *section = result.kept ? nullptr : project.section(u"personas");
    return {section ? *section : JsonNode::array(), result.kept, result.notes, result.why}; // shown as they are written
}

Split<Colours, QJsonArray> splitColours(const Project &project)
{
    Split<Colours, QJsonArray> result;
    const QJsonObject colours = project.colours();
    result.shown.enabled = colours.value("enabled"_L1).toBool(true);
    if (!colours.contains("rules"_L1)) {
        result.shown.rules = ColourRules::defaults();
        return result;
    }
    const QJsonArray rules = colours.value("rules"_L1).toArray();
    for (const QJsonValue &value : rules) {
        QString why;
        if (const auto rule = ColourRule::fromJson(value.toObject(), &why)) {
            result.shown.rules.push_back(*rule);
            continue;
        }
        result.kept.append(value);
        result.notes.append(ProjectScene::tr("the colour rule %1 (%2)").arg(value["name"_L1].toString().left(40), why));
    }
    return result;
}

} // namespace

ProjectScene::ProjectScene(const Parts &parts, Layout layout, QObject *parent)
    : QObject(parent)
    , m_inspection(parts.inspection)
    , m_messages(parts.messages)
    , m_simulation(parts.simulation)
    , m_sequences(parts.sequences)
    , m_personas(parts.personas)
    , m_scripts(parts.scripts)
    , m_filters(parts.filters)
    , m_layout(std::move(layout))
{
    connect(m_inspection, &Inspection::controllerAdded, this, &ProjectScene::handleAdded);
    connect(m_inspection, &Inspection::controllerRemoved, this, [this](const SockController *controller) {
        if (controller->spec())
            tell();
    });
    connect(m_messages, &MessageTreeModel::changed, this, &ProjectScene::tell);
    connect(m_simulation, &Simulation::rulesChanged, this, &ProjectScene::tell);
    connect(m_sequences, &SequencePlayer::sequencesChanged, this, &ProjectScene::tell);
    connect(m_personas, &Personas::personasChanged, this, &ProjectScene::tell);
    connect(m_scripts, &Scripts::scriptsChanged, this, &ProjectScene::tell);
    connect(m_filters, &SavedFilters::changed, this, &ProjectScene::tell);
    connect(m_inspection->colourRules(), &ColourRules::changed, this, &ProjectScene::tell);
    const auto columnsChanged = [this] {
        const LogColumns &now = m_inspection->messageLogModel()->fieldColumns();
        if (now == m_columns)
            return;
        m_columns = now;
        tell();
    };
    const QAbstractItemModel *log = m_inspection->messageLogModel();
    connect(log, &QAbstractItemModel::columnsInserted, this, columnsChanged);
    connect(log, &QAbstractItemModel::columnsRemoved, this, columnsChanged);
    connect(log, &QAbstractItemModel::headerDataChanged, this, columnsChanged);
    connect(log, &QAbstractItemModel::modelReset, this, columnsChanged);
}

QStringList ProjectScene::settingsKeys()
{
    return {u"filters/saved"_s,      u"colourRules/enabled"_s,
            u"colourRules/rules"_s,  u"logColumns"_s,
            u"inject/saved"_s,       u"simulate/rules"_s,
            u"simulate/sequences"_s, u"simulate/scripts"_s,
            u"simulate/personas"_s,  typesKey};
}

void ProjectScene::tell()
{
    if (!m_showing)
        Q_EMIT changed();
}

void ProjectScene::tellKept(const QString &section, const QString &why)
{
    Q_EMIT sectionKept(
        section,
        why.isEmpty() ? QString() : tr("The file's %1 cannot be read, and no others are saved: %2").arg(section, why));
}

QStringList ProjectScene::show(const Project &project)
{
    const QScopedValueRollback guard(m_showing, true);
    const auto filters = splitFilters(project);
    const auto columns = splitColumns(project);
    const auto colours = splitColours(project);
    m_messages->setItems(project.items());
    const auto rules = splitRules(project);
    m_simulation->setRunning(false); // a file that was just opened does nothing by itself
    m_simulation->setProgramsAllowed(false);
    m_simulation->setRules(rules.shown);
    const auto sequences = splitSequences(project);
    m_sequences->stop();
    m_sequences->setSequences(sequences.shown);
    const auto personas = splitPersonas(project);
    m_personas->setJson(personas.shown);
    const auto scripts = splitScripts(project);
    m_scripts->stopAll();
    m_scripts->setScripts(scripts.shown);
    m_filters->setFilters(filters.shown);
    m_inspection->colourRules()->setRules(colours.shown.rules);
    m_inspection->colourRules()->setEnabled(colours.shown.enabled);
    m_inspection->messageLogModel()->setFieldColumns(columns.shown);
    if (const QJsonObject layout = project.layout(); !layout.isEmpty())
        m_layout.show(layout);
    tellKept(u"rules"_s, rules.why);
    tellKept(u"sequences"_s, sequences.why);
    tellKept(u"personas"_s, personas.why);
    tellKept(u"scripts"_s, scripts.why);
    showTypes(project.section(u"types"));
    openSockets(project.sockets());
    return rules.notes + sequences.notes + personas.notes + scripts.notes + filters.notes + columns.notes +
           colours.notes;
}

void ProjectScene::showOwn(QSettings &settings, bool closeSockets)
{
    const QScopedValueRollback guard(m_showing, true);
    m_messages->load(settings);
    for (const QString &section : {u"rules"_s, u"sequences"_s, u"personas"_s, u"scripts"_s})
        tellKept(section, {});
    m_simulation->setRunning(false);
    m_simulation->load(settings);
    m_sequences->stop();
    m_sequences->load(settings);
    m_scripts->stopAll();
    m_scripts->load(settings);
    m_personas->load(settings);
    m_filters->load(settings);
    m_inspection->colourRules()->load(settings);
    LogColumns columns;
    columns.load(settings);
    m_inspection->messageLogModel()->setFieldColumns(columns);
    loadTypes(settings);
    if (closeSockets)
        openSockets({});
}

void ProjectScene::loadTypes(const QSettings &settings)
{
    const auto node = parseJsonText(settings.value(typesKey).toByteArray(), nullptr);
    showTypes(node ? &*node : nullptr);
}

void ProjectScene::saveTypes(QSettings &settings) const
{
    const QString text = typesText();
    if (text.isEmpty())
        settings.remove(typesKey);
    else
        settings.setValue(typesKey, text.toUtf8());
}

QString ProjectScene::typesText() const
{
    const JsonNode *types = m_types.section(u"types");
    return types ? QString::fromUtf8(writeJsonText(*types)) : QString();
}

std::optional<ProjectError> ProjectScene::setTypes(const JsonNode &types, const QByteArray &text)
{
    if (auto error = m_types.setTypes(types, text))
        return error;
    for (const SockController *controller : m_inspection->controllers())
        speak(controller);
    tell();
    return std::nullopt;
}

// Stopped before it is removed: its port must be free for the next one, which the network thread opens behind it.
void ProjectScene::openSockets(QList<SockSpec> wanted)
{
    ++m_run;
    const QList<SockController *> before = m_inspection->controllers();
    for (SockController *controller : before) {
        if (!controller->isOwned() || !controller->spec())
            continue;
        if (controller->isAlive() && controller->isActive() && wanted.removeOne(*controller->spec())) {
            speak(controller);
            continue;
        }
        controller->stop();
        controller->remove();
    }
    for (const SockSpec &spec : std::as_const(wanted)) {
        m_opening.append({spec, m_run});
        const auto answered = [self = QPointer<ProjectScene>(this), spec,
                               run = m_run](SockController *controller, const std::optional<SockError> &error) {
            if (!self)
                return;
            const auto isIt = [&](const Opening &one) { return one.run == run && one.spec == spec; };
            auto &opening = self->m_opening;
            if (const auto at = std::find_if(opening.begin(), opening.end(), isIt); at != opening.end())
                opening.erase(at);
            if (run != self->m_run && controller) { // another project is shown by now
                const QScopedValueRollback guard(self->m_showing, true);
                controller->stop();
                controller->remove();
            } else if (run == self->m_run && error) {
                Q_EMIT self->socketFailed(spec.name, *error);
            }
        };
        m_inspection->open(spec, answered, Inspection::OnFailure::Keep, speech(spec));
    }
}

void ProjectScene::showTypes(const JsonNode *types)
{
    m_types = Project();
    if (types) // which the project has looked at
        m_types.setTypes(*types, {});
}

std::function<void(BaseSock &)> ProjectScene::speech(const SockSpec &spec)
{
    SockError error;
    const auto codec = m_types.codecOf(spec, &error);
    if (!codec) {
        Q_EMIT typesRefused(spec.name, error.what + u": "_s + error.remedy);
        return {};
    }
    const ProtocolDescription *protocol = m_types.protocolOf(spec);
    return
        [codec, types = protocol ? protocol->messageTypes() : std::make_shared<const MessageTypes>()](BaseSock &sock) {
            sock.setCodec(codec);
            sock.setMessageTypes(types);
        };
}

/// With the types, the log, filters and the composer know names and fields.
void ProjectScene::speak(const SockController *controller)
{
    if (!controller->isOwned() || !controller->spec())
        return;
    if (auto set = speech(*controller->spec()))
        controller->link()->run(std::move(set));
}

void ProjectScene::handleAdded(const SockController *controller)
{
    if (!controller->isOwned() || !controller->spec())
        return;
    connect(controller, &SockController::impairmentsChanged, this, &ProjectScene::tell);
    const bool expected = std::any_of(m_opening.begin(), m_opening.end(),
                                      [controller](const Opening &one) { return one.spec == *controller->spec(); });
    if (expected)
        return;
    if (!m_types.protocols().isEmpty())
        speak(controller);
    tell();
}

QList<SockSpec> ProjectScene::sockets() const
{
    QList<SockSpec> specs;
    for (const SockController *controller : m_inspection->controllers())
        if (controller->isOwned() && controller->spec())
            specs.append(*controller->spec());
    for (const Opening &one : m_opening)
        if (one.run == m_run)
            specs.append(one.spec);
    return specs;
}

void ProjectScene::captureSockets(Project &project) const
{
    const QList<SockSpec> before = project.sockets();
    QList<SockSpec> now = sockets();
    std::stable_sort(now.begin(), now.end(), [&before](const SockSpec &a, const SockSpec &b) {
        const auto place = [&before](const SockSpec &spec) { // new ones behind the others
            const qsizetype index = before.indexOf(spec);
            return index < 0 ? before.size() : index;
        };
        return place(a) < place(b);
    });
    if (now.size() > Project::maximumSockets)
        now.resize(Project::maximumSockets); // else it could not be read again
    if (now != before)
        project.setSockets(now);
}

void ProjectScene::captureFilters(Project &project) const
{
    const auto before = splitFilters(project);
    if (m_filters->filters() == before.shown)
        return;
    QList<NamedFilter> now;
    for (const SavedFilter &one : m_filters->filters())
        now.append({one.name, one.text});
    now += before.kept;
    project.setFilters(now.mid(0, Project::maximumFilters));
}

void ProjectScene::captureColumns(Project &project) const
{
    const auto before = splitColumns(project);
    const LogColumns &shown = m_inspection->messageLogModel()->fieldColumns();
    if (shown == before.shown)
        return;
    QList<NamedColumn> now;
    for (qsizetype i = 0; i < shown.count(); ++i)
        now.append({shown.at(i).path, shown.at(i).title});
    now += before.kept;
    project.setColumns(now.mid(0, Project::maximumColumns));
}

void ProjectScene::captureColours(Project &project) const
{
    const auto before = splitColours(project);
    const ColourRules *shown = m_inspection->colourRules();
    if (Colours{shown->rules(), shown->isEnabled()} == before.shown)
        return;
    QJsonArray rules;
    for (const ColourRule &rule : shown->rules())
        rules.append(rule.toJson());
    for (const QJsonValue &one : before.kept)
        if (rules.size() < Project::maximumColours)
            rules.append(one);
    project.setColours({{u"enabled"_s, shown->isEnabled()}, {u"rules"_s, rules}});
}

void ProjectScene::capture(Project &project) const
{
    captureSockets(project);
    if (const QList<ProjectItem> items = m_messages->items(); items != project.items())
        project.setItems(items);
    // Those that cannot be read are not written over.
    if (const auto rules = splitRules(project); !rules.kept && rules.shown != m_simulation->rules())
        project.setSection(u"rules"_s, rulesToJson(m_simulation->rules()));
    if (const auto sequences = splitSequences(project); !sequences.kept) {
        const JsonNode now = SequencePlayer::toJson(m_sequences->sequences());
        if (now != SequencePlayer::toJson(sequences.shown))
            project.setSection(u"sequences"_s, now);
    }
    if (const auto personas = splitPersonas(project); !personas.kept && personas.shown != m_personas->toJson())
        project.setSection(u"personas"_s, m_personas->toJson());
    if (const auto scripts = splitScripts(project); !scripts.kept && scripts.shown != m_scripts->scripts())
        project.setSection(u"scripts"_s, scriptsToJson(m_scripts->scripts()));
    const JsonNode *types = m_types.section(u"types");
    const JsonNode *before = project.section(u"types");
    if (types && (!before || *types != *before))
        project.setTypes(*types, {});
    captureFilters(project);
    captureColumns(project);
    captureColours(project);
    project.setLayout(m_layout.read());
}

} // namespace SockScope
