#pragma once

#include <QPointer>

#include <deque>
#include <map>

#include "core/simulate/chainguard.h"
#include "core/simulate/compiledrule_p.h"
#include "core/simulate/messagematcher.h"
#include "core/simulate/ruleengine.h"
#include "core/tap/tap.h"
#include "core/time/clock.h"

namespace SockScope {

/// One hit of a rule, and how far its actions are.
struct RuleRun
{
    std::shared_ptr<RuleSet> set;
    int rule = 0;
    size_t next = 0;
    QPointer<BaseSock> sock;
    Direction direction = Direction::In;
    Envelope envelope;
    QHash<QString, QCborValue> captures;
    ChainLink link;

    RuleSet::Entry &entry() { return set->entries[static_cast<size_t>(rule)]; }
};

class RuleEnginePrivate
{
public:
    RuleEnginePrivate(RuleEngine *engine, RuleEngineOptions options);
    ~RuleEnginePrivate();

    class SockTap;
    struct Attached
    {
        BaseSock *sock = nullptr;
        QString name;
        std::unique_ptr<SockTap> tap;
    };
    struct Outbound
    {
        QPointer<BaseSock> sock;
        QString name;
        Envelope envelope;
        ChainLink link;
    };

    void handle(BaseSock &sock, const QString &name, Direction direction, const Envelope &envelope,
                const ChainLink &link);
    void handleOutbound(BaseSock &sock, const QString &name, const Endpoint &peer, const MessageType &type,
                        QByteArrayView payload, qsizetype wireBytes, qint64 nowNs);
    void drainOutbound();
    bool mayHit(RuleSet::Entry &entry);
    void proceed(RuleRun run);
    std::optional<QString> act(RuleRun &run, const CompiledAction &action);
    std::optional<QString> send(RuleRun &run, const CompiledAction &action);
    std::optional<QString> setVariable(RuleRun &run, const CompiledAction &action);
    std::optional<QString> comment(RuleRun &run, const CompiledAction &action);
    std::optional<QString> runProgram(RuleRun &run, const CompiledAction &action);
    std::optional<QString> closePeer(RuleRun &run, bool refuse);
    void stopLoop(RuleRun &run);
    void wait(RuleRun run, qint64 deadlineNs);
    void wake();
    template <typename Predicate>
    void cancelWaiting(Predicate predicate);
    void forget(BaseSock *sock);
    BaseSock *sockNamed(const QString &name) const;
    RuleHit hitOf(const RuleRun &run) const;
    /// The context of a template in this run; what it counts and draws is kept by keep().
    ComposeContext contextOf(const RuleRun &run) const;
    void keep(const ComposeContext &context);

    RuleEngine *const q;
    RuleEngineOptions options;
    std::shared_ptr<RuleSet> set;
    std::vector<Attached> socks;
    std::vector<const BaseSock *> sockList;
    MessageMatcher matcher;
    ChainGuard guard;
    ComposeContext context;
    QRandomGenerator64 chance;
    RuleEngineStats stats;
    std::multimap<qint64, RuleRun> waiting;
    std::unique_ptr<Alarm> alarm;
    std::deque<Outbound> outbound;
    const ChainLink *sending = nullptr; ///< what the engine is sending now belongs to
    std::vector<int> candidates;
    int programs = 0;
    bool enabled = true;
    bool wantsOutbound = false;
    bool isDraining = false;
};

} // namespace SockScope
