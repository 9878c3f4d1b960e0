#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QTimer>

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "core/simulate/rule.h"
#include "core/simulate/rulestats.h"
#include "ui/models/networkhost.h"
#include "ui/models/rulecolour.h"

class QSettings;

namespace SockScope {

class MessageFinder;

/// What the rules have done, as the window knows it.
struct RuleReport
{
    std::vector<RuleStats> rules;
    QStringList failures; ///< the last of each rule; empty: none
    RuleEngineStats all;
};

/*! The rules of a project, run beside the socks that the window has opened.
 *  Path    RulesPanel → [this] → RuleEngine in the network thread; its marks, colours, comments and pauses →
 *          MessageLogModel
 *  Shape   the rules see every sock that the window has opened, none of an application's own. Reports come at most
 *          every reportMs, and none when nothing happens; at most maximumNotes marks, colours and comments wait to be
 *          found
 *  Units   milliseconds
 *  Errors  the rules must have been read by rulesFromJson; what fails later is in the report
 *  Thread  the window's
 *  Source  none
 */
class Simulation : public QObject
{
    Q_OBJECT
public:
    static constexpr int reportMs = 100;
    static constexpr int noteMs = 150; ///< so long a message takes into the log at most
    static constexpr size_t maximumNotes = 10'000;

    explicit Simulation(Inspection *inspection, QObject *parent = nullptr);
    ~Simulation() override;

    /// A rule that is as it was keeps its numbers.
    void setRules(const QList<Rule> &rules);
    const QList<Rule> &rules() const { return m_rules; }
    /// Settings that cannot be read leave none.
    void load(const QSettings &settings);
    void save(QSettings &settings) const;
    void setRuleEnabled(int rule, bool enabled);
    /// Off at first: no rule sees anything.
    void setRunning(bool running);
    bool isRunning() const { return m_running; }
    /// Whether rules may run programs; they may not at first.
    void setProgramsAllowed(bool allowed);
    bool areProgramsAllowed() const;
    const RuleReport &report() const { return m_report; }
    /// Marks, colours and comments that could not be set: their messages had left, or too many waited.
    quint64 lostNotes() const { return m_lostNotes; }

Q_SIGNALS:
    /// Others, or another is on.
    void rulesChanged();
    void runningChanged(bool running);
    void reported();
    /// What a person should know at once: a loop, a stop.
    void noticed(const QString &what);

private:
    struct Host;
    struct Note
    {
        quint32 sockId = 0;
        quint32 sequence = 0;
        QString comment; ///< empty: a colour or a mark
        RuleColour colour = {};
        int tries = 0; ///< the log may not have it yet
    };

    void handleReport(int generation, const RuleReport &report);
    void handleLoop(int generation, int rule, const QString &what);
    void handleStop(const QString &rule);
    void addNote(const Note &note);
    void findNext();
    void handleFound(quint64 no);
    void handleMissed();

    QPointer<Inspection> m_inspection;
    std::shared_ptr<std::atomic<bool>> m_programs = std::make_shared<std::atomic<bool>>(false);
    NetworkHost<Simulation, Host> m_host;
    MessageFinder *m_finder;
    std::deque<Note> m_notes;
    QTimer m_noteTimer;
    quint64 m_lostNotes = 0;
    QList<Rule> m_rules;
    RuleReport m_report;
    int m_generation = 0; ///< of the rules: a report about others is not taken
    bool m_running = false;
};

} // namespace SockScope
