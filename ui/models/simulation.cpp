#include "ui/models/simulation.h"

#include <QHash>
#include <QSettings>
#include <QTimer>

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "core/basesock.h"
#include "core/project/jsontext.h"
#include "core/simulate/ruleengine.h"
#include "core/simulate/rulejson.h"
#include "ui/models/inspection.h"
#include "ui/models/messagefinder.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/socklink.h"

namespace SockScope {

using namespace Qt::StringLiterals;

/// Either side may go first: the window lets go under the mutex, the host lives and dies in the network thread.
struct Simulation::Shared
{
    std::mutex mutex;
    Simulation *window = nullptr;
    Host *host = nullptr; ///< the network thread's
    std::atomic<bool> programs = false;

    void post(std::function<void(Simulation &)> function)
    {
        const std::lock_guard lock(mutex);
        if (Simulation *target = window)
            QMetaObject::invokeMethod(
                target, [target, function = std::move(function)] { function(*target); }, Qt::QueuedConnection);
    }
};

/// The engine, in the network thread.
struct Simulation::Host : public QObject
{
    Host(const std::shared_ptr<Shared> &shared, QObject *parent)
        : QObject(parent)
        , m_shared(shared)
        , m_engine(options())
    {
        m_timer.setSingleShot(true);
        m_timer.setInterval(reportMs);
        connect(&m_timer, &QTimer::timeout, this, [this] { report(); });
        m_engine.setEnabled(false);
        connect(&m_engine, &RuleEngine::ruleHit, this, [this] { arm(); });
        connect(&m_engine, &RuleEngine::ruleFailed, this, [this](int rule, int, const QString &what) {
            if (rule >= 0 && rule < m_failures.size())
                m_failures[rule] = what;
            arm();
        });
        connect(&m_engine, &RuleEngine::loopStopped, this, [this](int rule, const QString &what) {
            m_shared->post([generation = m_generation, rule, what](Simulation &window) {
                window.handleLoop(generation, rule, what);
            });
            arm();
        });
        connect(&m_engine, &RuleEngine::stopped, this, [this](const RuleHit &hit) {
            m_shared->post([name = hit.ruleName](Simulation &window) { window.handleStop(name); });
            arm();
        });
        connect(&m_engine, &RuleEngine::pauseRequested, this, [this] {
            m_shared->post([](Simulation &window) {
                if (window.m_inspection)
                    window.m_inspection->messageLogModel()->setPaused(true);
            });
        });
        connect(&m_engine, &RuleEngine::markRequested, this, [this](const RuleHit &hit) { note(hit); });
        connect(&m_engine, &RuleEngine::commentRequested, this,
                [this](const RuleHit &hit, const QString &comment) { note(hit, comment); });
        connect(&m_engine, &RuleEngine::colourRequested, this,
                [this](const RuleHit &hit, const QString &colour) { note(hit, {}, RuleColour::fromString(colour)); });
    }
    ~Host() override { m_shared->host = nullptr; }

    RuleEngineOptions options()
    {
        RuleEngineOptions result;
        // The monitor heard of the message before the engine did: its tap was there first.
        result.numberOfSent = [this](const BaseSock &sock) {
            const auto link = m_links.constFind(&sock);
            return link == m_links.constEnd() ? 0 : (*link)->lastNumber();
        };
        result.consent = [shared = m_shared](const QString &, const QString &, const QStringList &) {
            return shared->programs.load();
        };
        return result;
    }
    void add(const std::shared_ptr<SockLink> &link, BaseSock *sock, const QString &name)
    {
        m_links.insert(sock, link);
        link->keepNumbers();
        connect(sock, &QObject::destroyed, this, [this, sock] { m_links.remove(sock); });
        m_engine.addSock(sock, name);
    }
    void setRules(const QList<Rule> &rules, int generation)
    {
        m_generation = generation;
        QStringList names;
        for (const Rule &rule : rules)
            names.append(rule.name);
        QStringList failures(rules.size());
        for (qsizetype i = 0; i < names.size(); ++i) // those of rules that are still there
            if (const qsizetype before = m_names.indexOf(names.at(i)); before >= 0)
                failures[i] = m_failures.at(before);
        m_names = names;
        m_failures = failures;
        if (const auto error = m_engine.setRules(rules))
            m_shared->post([what = error->toString()](Simulation &window) { Q_EMIT window.noticed(what); });
        report();
    }
    RuleEngine &engine() { return m_engine; }

private:
    void arm()
    {
        if (!m_timer.isActive())
            m_timer.start();
    }
    void report()
    {
        RuleReport result;
        result.failures = m_failures;
        result.all = m_engine.stats();
        for (int i = 0; i < static_cast<int>(m_names.size()); ++i)
            result.rules.push_back(m_engine.stats(i));
        m_shared->post([generation = m_generation, result = std::move(result)](Simulation &window) {
            window.handleReport(generation, result);
        });
        if (result.all.waiting > 0)
            arm();
    }
    void note(const RuleHit &hit, const QString &comment = {}, const RuleColour &colour = {})
    {
        const std::shared_ptr<SockLink> link = m_links.value(hit.sock);
        if (!link)
            return; // its rows have gone with it
        // The log counts what went in and out; an envelope's sequence what came in.
        const quint64 number =
            hit.direction == Direction::Out ? hit.envelope.sequence : link->numberOf(hit.envelope.sequence);
        const Note wanted{link->sockId(), static_cast<quint32>(number), comment, colour};
        m_shared->post([wanted](Simulation &window) { window.addNote(wanted); });
    }

    std::shared_ptr<Shared> m_shared;
    QHash<const BaseSock *, std::shared_ptr<SockLink>> m_links;
    RuleEngine m_engine;
    QTimer m_timer{this};
    QStringList m_names;
    QStringList m_failures;
    int m_generation = 0;
};

Simulation::Simulation(Inspection *inspection, QObject *parent)
    : QObject(parent)
    , m_inspection(inspection)
    , m_shared(std::make_shared<Shared>())
    , m_finder(new MessageFinder(inspection->recorder(), this))
{
    m_shared->window = this;
    connect(m_finder, &MessageFinder::found, this, &Simulation::handleFound);
    connect(m_finder, &MessageFinder::missed, this, &Simulation::handleMissed);
    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(noteMs);
    connect(&m_noteTimer, &QTimer::timeout, this, &Simulation::findNext);
    connect(inspection, &Inspection::controllerAdded, this, &Simulation::addSock);
    const QList<SockController *> present = inspection->controllers();
    for (const SockController *controller : present)
        addSock(controller);
}

Simulation::~Simulation()
{
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->window = nullptr;
    }
    if (m_inspection && m_hosted) // else it has gone with the thread
        m_inspection->runInNetwork([shared = m_shared](QObject *) { delete shared->host; });
}

/// The host is made with the first that needs it: a window without rules and sockets starts no thread.
void Simulation::run(const std::function<void(Host &)> &function)
{
    if (!m_inspection)
        return;
    m_hosted = true;
    m_inspection->runInNetwork([shared = m_shared, function](QObject *owner) {
        if (!shared->host)
            shared->host = new Host(shared, owner);
        function(*shared->host);
    });
}

void Simulation::addSock(const SockController *controller)
{
    if (!controller->isOwned())
        return;
    const QString name = controller->spec() ? controller->spec()->name : QString();
    run([link = controller->link(), name](Host &host) {
        if (BaseSock *sock = link->sock()) // it is this thread's, so that it cannot go meanwhile
            host.add(link, sock, name);
    });
}

void Simulation::setRules(const QList<Rule> &rules)
{
    if (rules == m_rules)
        return;
    m_rules = rules;
    ++m_generation;
    m_report = {};
    // A list of their own for the other thread: ours is written to, and whether it is shared is asked without a
    // barrier.
    run([rules = QList<Rule>(rules.begin(), rules.end()), generation = m_generation](Host &host) {
        host.setRules(rules, generation);
    });
    Q_EMIT rulesChanged();
}

void Simulation::load(const QSettings &settings)
{
    ProjectError damaged;
    SimulateError wrong;
    const auto node = parseJsonText(settings.value("simulate/rules"_L1).toString().toUtf8(), &damaged);
    setRules((node ? rulesFromJson(*node, &wrong) : std::nullopt).value_or(QList<Rule>()));
}

void Simulation::save(QSettings &settings) const
{
    settings.setValue("simulate/rules"_L1, QString::fromUtf8(writeJsonText(rulesToJson(m_rules))));
}

void Simulation::setRuleEnabled(int rule, bool enabled)
{
    if (rule < 0 || rule >= m_rules.size() || m_rules.at(rule).enabled == enabled)
        return;
    m_rules[rule].enabled = enabled;
    run([rule, enabled](Host &host) { host.engine().setRuleEnabled(rule, enabled); });
    Q_EMIT rulesChanged();
}

void Simulation::setRunning(bool running)
{
    if (std::exchange(m_running, running) == running)
        return;
    run([running](Host &host) { host.engine().setEnabled(running); });
    Q_EMIT runningChanged(running);
}

void Simulation::setProgramsAllowed(bool allowed)
{
    m_shared->programs = allowed;
}

bool Simulation::areProgramsAllowed() const
{
    return m_shared->programs;
}

void Simulation::handleReport(int generation, const RuleReport &report)
{
    if (generation != m_generation)
        return;
    m_report = report;
    Q_EMIT reported();
}

void Simulation::handleLoop(int generation, int rule, const QString &what)
{
    if (generation == m_generation && rule >= 0 && rule < m_rules.size()) {
        m_rules[rule].enabled = false;
        Q_EMIT rulesChanged();
    }
    Q_EMIT noticed(what);
}

void Simulation::handleStop(const QString &rule)
{
    if (!std::exchange(m_running, false))
        return;
    Q_EMIT runningChanged(false);
    Q_EMIT noticed(tr("The rule %1 has stopped all rules.").arg(rule));
}

void Simulation::addNote(const Note &note)
{
    if (note.sequence == 0 || m_notes.size() >= maximumNotes) {
        ++m_lostNotes;
        return;
    }
    m_notes.push_back(note);
    if (m_notes.size() == 1)
        m_noteTimer.start();
}

void Simulation::findNext()
{
    if (!m_notes.empty())
        m_finder->find(m_notes.front().sockId, m_notes.front().sequence);
}

void Simulation::handleMissed()
{
    Note note = m_notes.front();
    m_notes.pop_front();
    if (note.tries++ == 0) {
        m_notes.push_back(note);
        m_noteTimer.start();
        return;
    }
    ++m_lostNotes;
    findNext();
}

void Simulation::handleFound(quint64 no)
{
    const Note note = m_notes.front();
    m_notes.pop_front();
    if (!m_inspection)
        return;
    Annotations *annotations = m_inspection->messageLogModel()->annotations();
    const auto why = !note.comment.isEmpty() ? annotations->setComment(no, note.comment)
                     : !note.colour.isNone() ? annotations->setColour(no, note.colour)
                                             : annotations->setMarked(no, true);
    if (why)
        ++m_lostNotes;
    findNext();
}

} // namespace SockScope
