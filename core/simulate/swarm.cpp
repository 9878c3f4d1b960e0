#include "core/simulate/swarm.h"

#include <QPointer>

#include <limits>

#include "core/simulate/compiledsequence_p.h"
#include "core/simulate/swarm_p.h"
#include "core/time/steadyclock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

SwarmPrivate::SwarmPrivate(Swarm *swarm, SwarmOptions swarmOptions)
    : q(swarm)
    , options(std::move(swarmOptions))
{
    if (!options.clock)
        options.clock = SteadyClock::instance();
    alarm = options.clock->createAlarm([this] { wake(); });
}

void SwarmPrivate::schedule(int index, qint64 atNs)
{
    if (!isRunning)
        return;
    due.emplace(atNs, index);
    setAlarm();
}

void SwarmPrivate::setAlarm()
{
    constexpr qint64 never = std::numeric_limits<qint64>::max();
    const qint64 next = qMin(due.empty() ? never : due.begin()->first,
                             nextStart < static_cast<int>(peers.size()) ? startNs(nextStart) : never);
    // A turn of the event loop looks at every descriptor: of very many peers several act in one.
    constexpr int many = 500;
    constexpr qint64 pauseNs = 5'000'000;
    const bool isBehind = next <= wokenNs;
    if (next != never)
        alarm->setDeadline(options.count < many || isBehind ? next : qMax(next, wokenNs + pauseNs));
}

void SwarmPrivate::wake()
{
    constexpr int atOnce = 256;      // before other events have their turn
    constexpr int startsAtOnce = 32; // who is there does not wait for all who are still to come
    const QPointer<Swarm> alive(q);
    const qint64 now = options.clock->nowNs();
    wokenNs = now;
    for (int i = 0; i < atOnce && isRunning && !due.empty() && due.begin()->first <= now; ++i) {
        const auto [dueNs, index] = *due.begin();
        due.erase(due.begin());
        constexpr qint64 lateNs = 1'000'000'000; // what was missed is not made up for at once
        peers[static_cast<size_t>(index)]->act(now - dueNs > lateNs ? now : dueNs);
        if (!alive)
            return;
    }
    for (int i = 0; i < startsAtOnce && isRunning && nextStart < options.count && startNs(nextStart) <= now; ++i) {
        const int index = nextStart++;
        peers[static_cast<size_t>(index)]->act(startNs(index));
        if (!alive)
            return;
    }
    if (isRunning)
        setAlarm();
}

void SwarmPrivate::note(const QString &error)
{
    constexpr qsizetype kept = 10;
    if (stats.errors.size() < kept && !stats.errors.contains(error))
        stats.errors.append(error);
}

void SwarmPrivate::sequenceEnded(bool passed)
{
    ++(passed ? stats.sequencesPassed : stats.sequencesFailed);
    if (--openSequences == 0)
        Q_EMIT q->sequencesFinished();
}

Swarm::Swarm(SwarmOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<SwarmPrivate>(this, std::move(options)))
{
}

Swarm::~Swarm()
{
    stop();
}

std::optional<SimulateError> Swarm::start()
{
    const Persona &persona = d->options.persona;
    const auto wrong = [](const QString &what, const QString &remedy) {
        return SimulateError{{}, -1, what, remedy, -1};
    };
    if (d->options.count < 1 || d->options.count > SwarmOptions::maximumPeers)
        return wrong(u"a swarm of %1 peers cannot be"_s.arg(d->options.count),
                     u"choose 1 to %1"_s.arg(SwarmOptions::maximumPeers));
    if (!d->options.makeSock)
        return wrong(u"nothing makes the peers' socks"_s, u"give SwarmOptions::makeSock"_s);
    TemplateError problem;
    d->message = ComposedMessage::compile(persona.message, &problem);
    if (!d->message)
        return wrong(problem.toString(), u"correct the heartbeat's payload"_s);
    SimulateError error;
    if (persona.withRules) {
        RuleEngine probe;
        if (auto inRules = probe.setRules(d->options.rules))
            return inRules;
    }
    if (d->options.sequence && !CompiledSequence::compile(*d->options.sequence, &error))
        return error;
    if (d->options.script && !d->options.makeScript)
        return wrong(u"this build has no scripts"_s, u"install qt6-declarative-dev and build it again"_s);
    if (d->options.script) {
        const auto probe = d->options.makeScript({});
        if (const auto line = probe->load(d->options.script->source, d->options.script->name))
            return wrong(line->text, {});
    }
    d->isRunning = true;
    d->begunNs = d->options.clock->nowNs();
    d->rampNs = std::chrono::nanoseconds(persona.ramp).count();
    for (int i = 0; i < d->options.count; ++i) {
        d->peers.push_back(std::make_unique<SwarmPeer>(d.get(), i));
        const Misbehaviour misbehaviour = d->peers.back()->misbehaviour();
        if (d->options.sequence && misbehaviour == Misbehaviour::None)
            ++d->openSequences;
    }
    d->setAlarm();
    if (d->options.sequence && d->openSequences == 0)
        QMetaObject::invokeMethod(this, &Swarm::sequencesFinished, Qt::QueuedConnection);
    return std::nullopt;
}

void Swarm::stop()
{
    if (!std::exchange(d->isRunning, false))
        return;
    d->alarm->cancel();
    d->due.clear();
    for (const auto &peer : d->peers)
        peer->end();
}

SwarmStats Swarm::stats() const
{
    SwarmStats stats = d->stats;
    for (const auto &peer : d->peers) {
        if (peer->script())
            stats.scripts += peer->script()->figures();
        if (!peer->sock())
            continue;
        const Ledger ledger = peer->sock()->ledger();
        stats.ledger += ledger;
        stats.isBalanced = stats.isBalanced && ledger.isBalanced();
    }
    return stats;
}

Misbehaviour Swarm::misbehaviourOf(int index) const
{
    return index < 0 || static_cast<size_t>(index) >= d->peers.size()
               ? Misbehaviour::None
               : d->peers[static_cast<size_t>(index)]->misbehaviour();
}

} // namespace SockScope
