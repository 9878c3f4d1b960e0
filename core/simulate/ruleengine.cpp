#include "core/simulate/ruleengine.h"

#include <QProcess>

#include <algorithm>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/simulate/ruleengine_p.h"
#include "core/simulate/seeded_p.h"
#include "core/time/steadyclock.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int killedMs = 1000;

} // namespace

class RuleEnginePrivate::SockTap : public Tap
{
public:
    SockTap(RuleEnginePrivate *owner, BaseSock *sock)
        : d(owner)
        , m_sock(sock)
    {
    }
    void inbound(const Envelope &, Outcome, const SockError *) override {}
    void outbound(const Endpoint &peer, const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                  qint64 nowNs, Outcome outcome, const SockError *) override
    {
        if (outcome == Outcome::Sent)
            d->handleOutbound(*m_sock, m_name, peer, type, payload, wireBytes, nowNs);
    }
    void peerChanged(const Endpoint &) override {}
    void peerRemoved(const Endpoint &, CloseReason) override {}
    void sockChanged() override {}
    void sockDestroyed() override { m_sock = nullptr; }

    BaseSock *sock() const { return m_sock; }
    void setName(const QString &name) { m_name = name; }

private:
    RuleEnginePrivate *const d;
    BaseSock *m_sock;
    QString m_name;
};

RuleEnginePrivate::RuleEnginePrivate(RuleEngine *engine, RuleEngineOptions engineOptions)
    : q(engine)
    , options(std::move(engineOptions))
    , set(std::make_shared<RuleSet>())
    , chance(seeded(options.seed, 0))
{
    if (!options.clock)
        options.clock = std::make_shared<SteadyClock>();
    context.random = seeded(options.seed, 1);
    context.nowNs = options.wallNs;
    alarm = options.clock->createAlarm([this] { wake(); });
}

RuleEnginePrivate::~RuleEnginePrivate()
{
    // Nobody would hear any more how they end.
    const QList<QProcess *> running = q->findChildren<QProcess *>(Qt::FindDirectChildrenOnly);
    for (QProcess *process : running) {
        process->disconnect();
        process->kill();
    }
    for (QProcess *process : running)
        process->waitForFinished(killedMs);
    for (const Attached &each : socks) {
        if (each.tap->sock())
            each.tap->sock()->removeTap(each.tap.get());
    }
}

void RuleEnginePrivate::handle(BaseSock &sock, const QString &name, Direction direction, const Envelope &envelope,
                               const ChainLink &link)
{
    if (!enabled || set->entries.empty())
        return;
    ++stats.messages;
    const MessageType &type = envelope.message.type;
    const auto types = sock.messageTypes();
    const std::shared_ptr<RuleSet> current = set; // a slot may replace it
    std::vector<int> found;
    found.swap(candidates); // its memory; a rule may call us again
    current->candidates(type, types ? types->label(type) : type.toString(), found);
    const QPointer<RuleEngine> alive(q);
    const QPointer<BaseSock> sockAlive(&sock);
    // What another message has put into the matcher since is this one again.
    quint64 putAt = 0;
    for (const int index : found) {
        RuleSet::Entry &entry = current->entries[static_cast<size_t>(index)];
        if (!entry.rule.enabled)
            continue;
        ++stats.conditions;
        if (putAt != stats.messages) {
            putAt = stats.messages;
            matcher.put(sock, name, direction, envelope, options.wallNs());
        }
        RuleRun run;
        if (!entry.condition.matches(matcher, direction, name, envelope.message.payload.view(), &run.captures) ||
            !mayHit(entry))
            continue;
        run.set = current;
        run.rule = index;
        run.sock = &sock;
        run.direction = direction;
        run.envelope = envelope;
        run.link = link;
        const RuleHit hit = hitOf(run);
        Q_EMIT q->ruleHit(hit);
        if (!alive)
            return;
        proceed(std::move(run));
        if (!alive)
            return;
        if (!sockAlive || !enabled || set != current || entry.skipsLaterRules)
            break;
    }
    candidates.swap(found);
}

bool RuleEnginePrivate::mayHit(RuleSet::Entry &entry)
{
    const Rule &rule = entry.rule;
    if (rule.atMost > 0 && entry.stats.hits >= static_cast<quint64>(rule.atMost))
        return false;
    ++entry.stats.matched;
    if (entry.stats.matched % static_cast<quint64>(rule.every) != 0)
        return false;
    if (rule.probability < 1 && chance.generateDouble() >= rule.probability)
        return false;
    ++entry.stats.hits;
    return true;
}

void RuleEnginePrivate::handleOutbound(BaseSock &sock, const QString &name, const Endpoint &peer,
                                       const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                                       qint64 nowNs)
{
    if (sending)
        guard.sent(sock, peer, payload, *sending, sockList);
    if (!wantsOutbound || !enabled)
        return;
    if (outbound.size() >= static_cast<size_t>(options.maximumOutbound)) {
        ++stats.droppedOutbound;
        return;
    }
    Outbound item;
    item.sock = &sock;
    item.name = name;
    item.envelope.peer = peer;
    item.envelope.message.type = type;
    item.envelope.message.payload = Bytes(payload.toByteArray());
    item.envelope.receivedNs = nowNs;
    item.envelope.wireBytes = wireBytes;
    item.envelope.sequence = options.numberOfSent ? options.numberOfSent(sock) : 0;
    item.link = sending ? ChainLink{sending->chain, sending->depth + 1} : ChainLink{std::make_shared<AnswerChain>(), 0};
    outbound.push_back(std::move(item));
    // A tap may not call its sock.
    if (outbound.size() == 1)
        QMetaObject::invokeMethod(
            q, [this] { drainOutbound(); }, Qt::QueuedConnection);
}

void RuleEnginePrivate::drainOutbound()
{
    // What this turn sends is seen in the next one: a loop must leave the event loop its turns.
    std::deque<Outbound> items;
    items.swap(outbound);
    const QPointer<RuleEngine> alive(q);
    for (Outbound &item : items) {
        if (!item.sock)
            continue;
        Message decoded = item.envelope.message;
        if (!item.sock->codec()->decode(decoded.payload, decoded))
            item.envelope.message.value = decoded.value;
        handle(*item.sock, item.name, Direction::Out, item.envelope, item.link);
        if (!alive)
            return;
    }
}

template <typename Predicate>
void RuleEnginePrivate::cancelWaiting(Predicate predicate)
{
    stats.cancelled += std::erase_if(waiting, [&](auto &item) { return predicate(item.second); });
}

void RuleEnginePrivate::wait(RuleRun run, qint64 deadlineNs)
{
    if (waiting.size() >= static_cast<size_t>(options.maximumWaiting)) {
        ++stats.droppedWaiting;
        return;
    }
    waiting.emplace(deadlineNs, std::move(run));
    alarm->setDeadline(waiting.begin()->first);
}

void RuleEnginePrivate::wake()
{
    constexpr int atOnce = 1000; // before other events have their turn
    const QPointer<RuleEngine> alive(q);
    const qint64 now = options.clock->nowNs();
    for (int i = 0; i < atOnce && !waiting.empty() && waiting.begin()->first <= now; ++i) {
        RuleRun run = std::move(waiting.extract(waiting.begin()).mapped());
        if (!run.sock) {
            ++stats.cancelled;
            continue;
        }
        proceed(std::move(run));
        if (!alive)
            return;
    }
    if (!waiting.empty())
        alarm->setDeadline(waiting.begin()->first);
}

void RuleEnginePrivate::forget(BaseSock *sock)
{
    matcher.forget(sock);
    std::erase_if(socks, [sock](const Attached &each) { return each.sock == sock; });
    std::erase(sockList, sock);
}

BaseSock *RuleEnginePrivate::sockNamed(const QString &name) const
{
    const auto found =
        std::find_if(socks.begin(), socks.end(), [&name](const Attached &each) { return each.name == name; });
    return found == socks.end() ? nullptr : found->sock;
}

RuleHit RuleEnginePrivate::hitOf(const RuleRun &run) const
{
    return {run.rule, run.set->entries[static_cast<size_t>(run.rule)].rule.name, run.sock.data(), run.direction,
            run.envelope};
}

RuleEngine::RuleEngine(RuleEngineOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<RuleEnginePrivate>(this, std::move(options)))
{
}

RuleEngine::~RuleEngine() = default;

std::optional<SimulateError> RuleEngine::setRules(const QList<Rule> &rules)
{
    SimulateError error;
    auto compiled = RuleSet::compile(rules, &error);
    if (!compiled)
        return error;
    QHash<QString, size_t> before;
    for (size_t i = 0; i < d->set->entries.size(); ++i)
        before.insert(d->set->entries[i].rule.name, i);
    for (RuleSet::Entry &entry : compiled->entries) {
        const auto found = before.constFind(entry.rule.name);
        if (found != before.cend() && d->set->entries[*found].rule == entry.rule)
            entry.stats = d->set->entries[*found].stats;
    }
    d->cancelWaiting([](const RuleRun &) { return true; });
    d->set = std::move(compiled);
    d->wantsOutbound = d->set->wantsOutbound();
    return std::nullopt;
}

QList<Rule> RuleEngine::rules() const
{
    QList<Rule> rules;
    for (const RuleSet::Entry &entry : d->set->entries)
        rules.append(entry.rule);
    return rules;
}

bool RuleEngine::setRuleEnabled(int rule, bool enabled)
{
    if (rule < 0 || rule >= static_cast<int>(d->set->entries.size()))
        return false;
    d->set->entries[static_cast<size_t>(rule)].rule.enabled = enabled;
    if (!enabled)
        d->cancelWaiting([rule](const RuleRun &run) { return run.rule == rule; });
    return true;
}

void RuleEngine::setEnabled(bool enabled)
{
    d->enabled = enabled;
    if (!enabled)
        d->cancelWaiting([](const RuleRun &) { return true; });
}

bool RuleEngine::isEnabled() const
{
    return d->enabled;
}

void RuleEngine::addSock(BaseSock *sock, const QString &name)
{
    removeSock(sock);
    auto tap = std::make_unique<RuleEnginePrivate::SockTap>(d.get(), sock);
    tap->setName(name);
    sock->addTap(tap.get());
    d->socks.push_back({sock, name, std::move(tap)});
    d->sockList.push_back(sock);
    connect(sock, &BaseSock::messageReceived, this, [this, sock, name](const Envelope &envelope) {
        d->handle(*sock, name, Direction::In, envelope, d->guard.received(*sock, envelope.message.payload.view()));
    });
    connect(sock, &QObject::destroyed, this, [this, sock] { d->forget(sock); });
}

void RuleEngine::removeSock(BaseSock *sock)
{
    const auto found = std::find(d->sockList.begin(), d->sockList.end(), sock);
    if (found == d->sockList.end())
        return;
    disconnect(sock, nullptr, this, nullptr);
    for (const auto &each : d->socks) {
        if (each.sock == sock)
            sock->removeTap(each.tap.get());
    }
    d->cancelWaiting([sock](const RuleRun &run) { return run.sock == sock; });
    d->forget(sock);
}

RuleStats RuleEngine::stats(int rule) const
{
    return rule < 0 || rule >= static_cast<int>(d->set->entries.size())
               ? RuleStats()
               : d->set->entries[static_cast<size_t>(rule)].stats;
}

RuleEngineStats RuleEngine::stats() const
{
    RuleEngineStats stats = d->stats;
    stats.waiting = d->waiting.size();
    return stats;
}

QHash<QString, QCborValue> RuleEngine::variables() const
{
    return d->context.variables;
}

bool RuleEngine::setVariable(const QString &name, const QCborValue &value)
{
    if (d->context.variables.size() >= maximumVariables && !d->context.variables.contains(name))
        return false;
    d->context.variables.insert(name, value);
    return true;
}

} // namespace SockScope
