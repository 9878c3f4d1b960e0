#pragma once

#include <QObject>

#include <functional>
#include <memory>

#include "core/compose/composecontext.h"
#include "core/simulate/persona.h"
#include "core/simulate/rule.h"
#include "core/simulate/scriptrunner.h"
#include "core/simulate/scripttext.h"
#include "core/simulate/sequence.h"
#include "core/tap/ledger.h"

namespace SockScope {

class BaseSock;
class Clock;
class SwarmPrivate;

struct SwarmOptions
{
    static constexpr int maximumPeers = 20'000;

    Persona persona;
    int count = 1;
    quint64 seed = 0;
    QList<Rule> rules;                ///< when the persona has rules
    std::optional<Sequence> sequence; ///< each runs it once it is connected
    std::optional<ScriptText> script; ///< each has one that runs, with variables of its own
    ScriptRunnerFactory makeScript;   ///< null: this build runs none
    std::shared_ptr<Clock> clock;     ///< null: a SteadyClock
    std::function<qint64()> wallNs = ComposeContext().nowNs;
    /// Makes the sock of a peer, which connects out by its options; null when it cannot.
    std::function<std::unique_ptr<BaseSock>(int index)> makeSock;
};

/// What the peers of a swarm did so far.
struct SwarmStats
{
    int started = 0;
    int connected = 0;                                ///< at least once
    int failed = 0;                                   ///< could not start or connect
    int lost = 0;                                     ///< whom the other side, or the network, has closed
    std::array<int, misbehaviourCount> misbehaving{}; ///< of started
    int lostMisbehaving = 0;                          ///< of lost
    quint64 heartbeats = 0;
    quint64 reconnects = 0;
    int sequencesPassed = 0;
    int sequencesFailed = 0;
    ScriptFigures scripts;   ///< the sum of all scripts
    quint64 scriptLines = 0; ///< that they said, without their errors
    Ledger ledger;           ///< the sum of all socks
    bool isBalanced = true;
    QStringList errors; ///< the first ten that are not the same

    /// Whether every well-behaved one of so many peers connected, stayed and passed, no script of theirs failed, and
    /// the ledgers add up.
    bool hasPassed(int count) const
    {
        return connected == count && failed == 0 && lost == lostMisbehaving && sequencesFailed == 0 &&
               scripts.errors == 0 && isBalanced;
    }
};

/*! Many simulated peers of one persona, each with its own sock, variables and random numbers.
 *  Path    Persona → [this] → BaseSock, RuleEngine, SequenceRun, ScriptRunner a peer
 *  Shape   peers start along the ramp; the same seed gives each the same behaviour, and the same bytes as long as the
 *          other side answers the same. The variable persona (vars.persona in a script) is a
 *          peer's number, from 0
 *  Units   nanoseconds of the clock
 *  Errors  start answers what is wrong with the description; what goes wrong later is in the statistics
 *  Thread  that of the socks
 *  Source  none
 */
class Swarm : public QObject
{
    Q_OBJECT
public:
    explicit Swarm(SwarmOptions options, QObject *parent = nullptr);
    ~Swarm() override;

    std::optional<SimulateError> start();
    /// Ends all; sequences that run have failed then.
    void stop();
    SwarmStats stats() const;
    /// What the peer of this number does wrong.
    Misbehaviour misbehaviourOf(int index) const;

Q_SIGNALS:
    /// Each peer has run its sequence, or cannot.
    void sequencesFinished();
    /// The script of a peer said something.
    void said(int index, const QString &text);

private:
    std::unique_ptr<SwarmPrivate> d;
};

} // namespace SockScope
