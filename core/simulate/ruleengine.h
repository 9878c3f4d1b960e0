#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

#include "core/compose/composecontext.h"
#include "core/simulate/rule.h"
#include "core/simulate/rulestats.h"
#include "core/simulate/simulateerror.h"
#include "core/types/envelope.h"

namespace SockScope {

class BaseSock;
class Clock;
class RuleEnginePrivate;

struct RuleEngineOptions
{
    quint64 seed = 0;             ///< of chance, jitter and the templates' random values
    std::shared_ptr<Clock> clock; ///< null: a SteadyClock
    std::function<qint64()> wallNs = ComposeContext().nowNs;
    /// Whether a rule may run a program; asked each time, inside the message path: it must answer at once. None: never.
    std::function<bool(const QString &rule, const QString &program, const QStringList &arguments)> consent;
    /// What RuleHit::envelope has as its sequence when it was sent; asked while the sock's taps are told. None: 0.
    std::function<quint64(const BaseSock &sock)> numberOfSent;
    int maximumChainDepth = 64;        ///< answers to answers among our own socks before they are called a loop
    quint64 maximumChainSends = 10000; ///< what one message from outside may set off
    qsizetype maximumWaiting = 65536;  ///< hits that wait
    qsizetype maximumOutbound = 65536; ///< sent messages that rules have not seen yet
    int maximumPrograms = 16;          ///< at once
    std::chrono::milliseconds programTimeout{30000};
};

/// The message that a rule acted on.
struct RuleHit
{
    int rule = -1;
    QString ruleName;
    BaseSock *sock = nullptr;
    Direction direction = Direction::In;
    Envelope envelope; ///< sequence as RuleEngineOptions::numberOfSent says when it was sent
};

/*! Runs rules on what the socks receive and send.
 *  Path    BaseSock::messageReceived, Tap::outbound → [this] → BaseSock::sendMessage; signals → the log
 *  Shape   rules see a message in their order, those with a type only messages of that type. Received messages are
 *          seen before their handlers, sent ones when the event loop turns
 *  Units   nanoseconds of the clock
 *  Errors  setRules answers the first thing that is wrong and keeps the rules that were there; what an action cannot
 *          do is counted, and told by ruleFailed when it is another reason than the last. A chain of answers without
 *          end turns its rule off: loopStopped
 *  Thread  that of the socks; slots may change rules, remove socks and destroy the engine
 *  Source  none
 */
class RuleEngine : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumVariables = 10'000;

    explicit RuleEngine(RuleEngineOptions options = {}, QObject *parent = nullptr);
    ~RuleEngine() override;

    /// An unchanged rule keeps its numbers; hits that wait are cancelled.
    std::optional<SimulateError> setRules(const QList<Rule> &rules);
    QList<Rule> rules() const;
    bool setRuleEnabled(int rule, bool enabled);
    /// Off: no rule sees anything, and what waits is cancelled.
    void setEnabled(bool enabled);
    bool isEnabled() const;

    void addSock(BaseSock *sock, const QString &name = {});
    void removeSock(BaseSock *sock);

    RuleStats stats(int rule) const;
    RuleEngineStats stats() const;
    QHash<QString, QCborValue> variables() const;
    /// False when there are maximumVariables others.
    bool setVariable(const QString &name, const QCborValue &value);

Q_SIGNALS:
    void ruleHit(const SockScope::RuleHit &hit);
    void markRequested(const SockScope::RuleHit &hit);
    void commentRequested(const SockScope::RuleHit &hit, const QString &text);
    void colourRequested(const SockScope::RuleHit &hit, const QString &colour);
    void pauseRequested(const SockScope::RuleHit &hit);
    /// The action stop: the engine is disabled.
    void stopped(const SockScope::RuleHit &hit);
    void ruleFailed(int rule, int action, const QString &what);
    void loopStopped(int rule, const QString &what);

private:
    std::unique_ptr<RuleEnginePrivate> d;
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::RuleHit)
