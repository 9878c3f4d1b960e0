#include "ui/models/simulation.h"

#include <QHash>
#include <QSettings>
#include <QTimer>

#include <utility>

#include "core/basesock.h"
#include "core/project/jsontext.h"
#include "core/simulate/ruleengine.h"
#include "core/simulate/rulejson.h"
#include "ui/models/messagefinder.h"
#include "ui/models/messagelogmodel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

/// The engine, in the network thread.
struct Simulation::Host : public QObject
{
    using Tie = HostTie<Simulation, Host>;

    Host(const std::shared_ptr<Tie> &tie, QObject *parent)
        : QObject(parent)
        , m_tie(tie)
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
            m_tie->post([generation = m_generation, rule, what](Simulation &window) {
                window.handleLoop(generation, rule, what);
            });
            arm();
        });
        connect(&m_engine, &RuleEngine::stopped, this, [this](const RuleHit &hit) {
            m_tie->post([name = hit.ruleName](Simulation &window) { window.handleStop(name); });
            arm();
        });
        connect(&m_engine, &RuleEngine::pauseRequested, this, [this] {
            m_tie->post([](Simulation &window) {
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
    ~Host() override { m_tie->host = nullptr; }

    RuleEngineOptions options()
    {
        RuleEngineOptions result;
        // The monitor heard of the message before the engine did: its tap was there first.
        result.numberOfSent = [this](const BaseSock &sock) {
            const auto link = m_links.constFind(&sock);
            return link == m_links.constEnd() ? 0 : (*link)->lastNumber();
        };
        result.consent = [this](const QString &, const QString &, const QStringList &) {
            return m_programs && m_programs->load();
        };
        return result;
    }
    void add(const std::shared_ptr<SockLink> &link, BaseSock *sock, const QString &name)
    {
        m_links.insert(sock, link);
        link->keepNumbers(m_engine.isEnabled());
        connect(sock, &QObject::destroyed, this, [this, sock] { m_links.remove(sock); });
        m_engine.addSock(sock, name);
    }
    void setRunning(bool running, const std::shared_ptr<std::atomic<bool>> &programs)
    {
        m_programs = programs;
        for (const std::shared_ptr<SockLink> &link : std::as_const(m_links))
            link->keepNumbers(running);
        m_engine.setEnabled(running);
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
            m_tie->post([what = error->toString()](Simulation &window) { Q_EMIT window.noticed(what); });
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
        m_tie->post([generation = m_generation, result = std::move(result)](Simulation &window) {
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
        m_tie->post([wanted](Simulation &window) { window.addNote(wanted); });
    }

    std::shared_ptr<Tie> m_tie;
    QHash<const BaseSock *, std::shared_ptr<SockLink>> m_links;
    std::shared_ptr<std::atomic<bool>> m_programs; ///< whether rules may run them; null: they may not
    RuleEngine m_engine;
    QTimer m_timer{this};
    QStringList m_names;
    QStringList m_failures;
    int m_generation = 0;
};

Simulation::Simulation(Inspection *inspection, QObject *parent)
    : QObject(parent)
    , m_inspection(inspection)
    , m_host(this, inspection)
    , m_finder(new MessageFinder(inspection->recorder(), this))
{
    connect(m_finder, &MessageFinder::found, this, &Simulation::handleFound);
    connect(m_finder, &MessageFinder::missed, this, &Simulation::handleMissed);
    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(noteMs);
    connect(&m_noteTimer, &QTimer::timeout, this, &Simulation::findNext);
    m_host.followSocks();
}

Simulation::~Simulation() = default;

void Simulation::setRules(const QList<Rule> &rules)
{
    if (rules == m_rules)
        return;
    m_rules = rules;
    ++m_generation;
    m_report = {};
    // A list of their own for the other thread: ours is written to, and whether it is shared is asked without a
    // barrier.
    m_host.run([rules = QList<Rule>(rules.begin(), rules.end()), generation = m_generation](Host &host) {
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
    m_host.run([rule, enabled](Host &host) { host.engine().setRuleEnabled(rule, enabled); });
    Q_EMIT rulesChanged();
}

void Simulation::setRunning(bool running)
{
    if (std::exchange(m_running, running) == running)
        return;
    m_host.run([running, programs = m_programs](Host &host) { host.setRunning(running, programs); });
    Q_EMIT runningChanged(running);
}

void Simulation::setProgramsAllowed(bool allowed)
{
    *m_programs = allowed;
}

bool Simulation::areProgramsAllowed() const
{
    return *m_programs;
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
