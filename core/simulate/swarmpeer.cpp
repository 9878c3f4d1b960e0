#include "core/framing/framing.h"
#include "core/simulate/brokenoutput.h"
#include "core/simulate/seeded_p.h"
#include "core/simulate/swarm_p.h"
#include "core/transport/transport.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 msNs = 1'000'000;
constexpr qint64 slowStepNs = 50 * msNs;
constexpr qsizetype longestDatagram = 65'507;

Misbehaviour chosen(const Persona &persona, double chance)
{
    for (size_t i = 1; i < misbehaviourCount; ++i) {
        if (chance < persona.shares[i])
            return static_cast<Misbehaviour>(i);
        chance -= persona.shares[i];
    }
    return Misbehaviour::None;
}

/// Neither a peer's number nor the others' may show in its random numbers.
quint64 seedOf(quint64 seed, int index)
{
    return seeded(seed, static_cast<quint32>(index)).generate64();
}

} // namespace

SwarmPeer::SwarmPeer(SwarmPrivate *swarm, int index)
    : m_swarm(swarm)
    , m_index(index)
    , m_seed(seedOf(swarm->options.seed, index))
    , m_random(seeded(m_seed, 2))
    , m_misbehaviour(chosen(swarm->options.persona, m_random.generateDouble()))
{
    m_context.random = seeded(m_seed, 3);
    m_context.nowNs = swarm->options.wallNs;
    m_context.variables.insert(u"persona"_s, index);
}

SwarmPeer::~SwarmPeer() = default;

void SwarmPeer::act(qint64 dueNs)
{
    if (!m_sock)
        start();
    else if (m_misbehaviour == Misbehaviour::ReconnectStorm)
        reconnect(dueNs);
    else if (m_peer.isNull())
        return;
    else if (m_misbehaviour == Misbehaviour::None)
        beat(dueNs);
    else
        misbehave(dueNs);
}

void SwarmPeer::start()
{
    SwarmStats &stats = m_swarm->stats;
    const SwarmOptions &options = m_swarm->options;
    m_sock = options.makeSock(m_index);
    std::optional<SockError> error;
    if (m_sock) {
        ++stats.started;
        ++stats.misbehaving[static_cast<size_t>(m_misbehaviour)];
        m_sock->setUnknownTypeHandler(this, [](const Envelope &) {}, {u"persona"_s, false});
        connect(m_sock.get(), &BaseSock::peerAdded, this, &SwarmPeer::handlePeerAdded);
        connect(m_sock.get(), &BaseSock::peerRemoved, this, &SwarmPeer::handlePeerRemoved);
        connect(m_sock.get(), &BaseSock::connectFailed, this, [this](const HostPort &, const SockError &reason) {
            if (!m_wasConnected)
                ++m_swarm->stats.failed;
            m_swarm->note(reason.toString());
            handleFinished({});
        });
        if (m_misbehaviour == Misbehaviour::None) {
            connect(m_sock.get(), &BaseSock::errorOccurred, this,
                    [this](const SockError &reason) { m_swarm->note(reason.toString()); });
        }
        if (options.persona.withRules && m_misbehaviour == Misbehaviour::None) {
            RuleEngineOptions ofRules;
            ofRules.seed = m_seed;
            ofRules.clock = options.clock;
            ofRules.wallNs = options.wallNs;
            m_engine = std::make_unique<RuleEngine>(ofRules);
            m_engine->setRules(options.rules); // start has looked at them
            m_engine->setVariable(u"persona"_s, m_index);
            m_engine->addSock(m_sock.get(), options.persona.socket);
        }
        if (options.script && m_misbehaviour == Misbehaviour::None)
            startScript();
        error = m_sock->start();
    }
    if (m_sock && !error)
        return;
    ++stats.failed;
    m_swarm->note(error ? error->toString() : u"a sock could not be made"_s);
    handleFinished({});
}

void SwarmPeer::startScript()
{
    const SwarmOptions &options = m_swarm->options;
    m_script = options.makeScript({m_seed, {{u"persona"_s, m_index}}});
    connect(m_script.get(), &ScriptRunner::said, this, [this](const ScriptLine &line) {
        if (line.isError)
            return m_swarm->note(line.text);
        ++m_swarm->stats.scriptLines;
        Q_EMIT m_swarm->q->said(m_index, line.text);
    });
    if (const auto line = m_script->load(options.script->source, options.script->name))
        m_swarm->note(line->text); // start has looked at it, so that it is chance
    m_script->addSock(m_sock.get(), options.persona.socket);
}

void SwarmPeer::end()
{
    if (m_run && m_run->isRunning())
        m_run->abort(u"the swarm ended"_s);
    m_engine.reset();
    if (m_sock)
        m_sock->stop();
}

void SwarmPeer::handlePeerAdded(const Endpoint &peer)
{
    if (!m_peer.isNull())
        return; // a datagram sock learns others from what they send
    m_peer = peer;
    const qint64 now = m_swarm->options.clock->nowNs();
    m_beatNs = now;
    if (m_misbehaviour == Misbehaviour::ReconnectStorm && !isStream())
        sendRaw(frame()); // without a datagram nobody would see that it has come again
    if (std::exchange(m_wasConnected, true))
        return;
    ++m_swarm->stats.connected;
    const SwarmOptions &options = m_swarm->options;
    if (m_misbehaviour != Misbehaviour::None) {
        m_swarm->schedule(m_index, now);
        return;
    }
    if (options.persona.heartbeat.count() > 0) {
        m_beatNs += options.persona.heartbeat.count() * msNs;
        m_swarm->schedule(m_index, m_beatNs);
    }
    if (!options.sequence)
        return;
    SequenceRunOptions ofRun;
    ofRun.seed = m_seed;
    ofRun.clock = options.clock;
    ofRun.wallNs = options.wallNs;
    ofRun.variables.insert(u"persona"_s, m_index);
    m_run = std::make_unique<SequenceRun>(m_sock.get(), peer, ofRun);
    connect(m_run.get(), &SequenceRun::finished, this, &SwarmPeer::handleFinished);
    m_run->start(*options.sequence);
}

void SwarmPeer::handlePeerRemoved(const Endpoint &peer, CloseReason reason)
{
    if (peer != m_peer)
        return;
    m_peer = {};
    if (reason == CloseReason::Stopped || reason == CloseReason::Local)
        return;
    ++m_swarm->stats.lost;
    m_swarm->stats.lostMisbehaving += m_misbehaviour == Misbehaviour::None ? 0 : 1;
    if (m_run && m_run->isRunning())
        m_run->abort(u"the peer has gone"_s);
}

/// Of a peer that never came so far, a result that did not pass.
void SwarmPeer::handleFinished(const SequenceResult &result)
{
    if (m_misbehaviour != Misbehaviour::None || !m_swarm->options.sequence || std::exchange(m_isDone, true))
        return;
    if (!result.passed && !result.what.isEmpty())
        m_swarm->note(result.what);
    m_swarm->sequenceEnded(result.passed);
}

void SwarmPeer::beat(qint64 dueNs)
{
    constexpr qint64 lateNs = 1000 * msNs;
    if (dueNs - m_beatNs > lateNs) // what was missed is not made up for
        m_beatNs = dueNs;
    if (const auto problem = m_swarm->message->send(*m_sock, m_peer, m_context))
        m_swarm->note(*problem);
    else
        ++m_swarm->stats.heartbeats;
    const Persona &persona = m_swarm->options.persona;
    m_beatNs += persona.heartbeat.count() * msNs;
    const double jitter = static_cast<double>(persona.jitter.count() * msNs) * (2 * m_random.generateDouble() - 1);
    m_swarm->schedule(m_index, m_beatNs + static_cast<qint64>(jitter));
}

void SwarmPeer::misbehave(qint64 dueNs)
{
    qint64 pauseNs = qMax<qint64>(m_swarm->options.persona.heartbeat.count(), 1) * msNs;
    switch (m_misbehaviour) {
    case Misbehaviour::HalfFrame: {
        sendRaw(halfOf(frame()));
        if (isStream())
            return; // and then nothing more
        break;
    }
    case Misbehaviour::SlowSender:
        if (m_slow.isEmpty())
            m_slow = frame();
        sendRaw(m_slow.first(qMin<qsizetype>(1, m_slow.size())));
        m_slow.remove(0, 1);
        pauseNs = slowStepNs;
        break;
    case Misbehaviour::Oversize:
        sendRaw(oversized());
        break;
    case Misbehaviour::Garbage: {
        QByteArray bytes(static_cast<qsizetype>(m_random.bounded(1, 513)), Qt::Uninitialized);
        for (char &byte : bytes)
            byte = static_cast<char>(m_random.bounded(256));
        sendRaw(bytes);
        break;
    }
    case Misbehaviour::Silence:
    case Misbehaviour::None:
    case Misbehaviour::ReconnectStorm:
        return;
    }
    m_swarm->schedule(m_index, dueNs + pauseNs);
}

void SwarmPeer::reconnect(qint64 dueNs)
{
    m_sock->stop();
    m_peer = {};
    m_sock->start();
    ++m_swarm->stats.reconnects;
    m_swarm->schedule(m_index, dueNs + m_random.bounded(20, 60) * msNs);
}

void SwarmPeer::sendRaw(const QByteArray &bytes)
{
    m_sock->sendRaw(bytes, m_peer);
}

/// What a heartbeat would be; where that cannot be made, some frame.
QByteArray SwarmPeer::frame()
{
    QString why;
    QByteArray wire;
    if (const auto made = m_swarm->message->frame(*m_sock, m_context, &why))
        wire = *made;
    else if (m_sock->framing()->encode("misbehaving", wire))
        wire = "misbehaving";
    return wire;
}

QByteArray SwarmPeer::oversized() const
{
    if (!isStream())
        return QByteArray(longestDatagram, 'x');
    // As the length of a frame 2 GiB, where there is one; else a frame that does not end.
    if (!hasLengthPrefix(*m_sock->framing()))
        return QByteArray(1024 * 1024, 'x');
    const bool isVarint = m_sock->framing()->name().startsWith(u"varint"_s);
    return QByteArray::fromHex(isVarint ? "ffffffff07" : "7fffffff") + QByteArray(1024, 'x');
}

bool SwarmPeer::isStream() const
{
    return m_sock->transport() && m_sock->transport()->isStream();
}

} // namespace SockScope
