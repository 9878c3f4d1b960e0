#pragma once

#include <QRandomGenerator>

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/basesock.h"
#include "core/compose/composecontext.h"
#include "core/simulate/messagetemplate.h"
#include "core/simulate/ruleengine.h"
#include "core/simulate/sequencerun.h"
#include "core/simulate/swarm.h"
#include "core/time/clock.h"

namespace SockScope {

class SwarmPrivate;

/// One simulated peer. What it does at a time, it does when the swarm's alarm comes to it.
class SwarmPeer : public QObject
{
    Q_OBJECT
public:
    SwarmPeer(SwarmPrivate *swarm, int index);
    ~SwarmPeer() override;

    void act(qint64 dueNs);
    void end();
    Misbehaviour misbehaviour() const { return m_misbehaviour; }
    BaseSock *sock() const { return m_sock.get(); }
    const ScriptRunner *script() const { return m_script.get(); }

private:
    void start();
    void startScript();
    void handlePeerAdded(const Endpoint &peer);
    void handlePeerRemoved(const Endpoint &peer, CloseReason reason);
    void handleFinished(const SequenceResult &result);
    void beat(qint64 dueNs);
    void misbehave(qint64 dueNs);
    void reconnect(qint64 dueNs);
    void sendRaw(const QByteArray &bytes);
    QByteArray frame();
    QByteArray oversized() const;
    bool isStream() const;

    SwarmPrivate *const m_swarm;
    const int m_index;
    const quint64 m_seed;
    QRandomGenerator64 m_random;
    const Misbehaviour m_misbehaviour;
    ComposeContext m_context;
    std::unique_ptr<BaseSock> m_sock;
    std::unique_ptr<RuleEngine> m_engine;
    std::unique_ptr<SequenceRun> m_run;
    std::unique_ptr<ScriptRunner> m_script;
    Endpoint m_peer;   ///< null while it is not connected
    QByteArray m_slow; ///< what the slow sender has still to send
    qint64 m_beatNs = 0;
    bool m_wasConnected = false;
    bool m_isDone = false; ///< its sequence has ended, or never will begin
};

class SwarmPrivate
{
public:
    SwarmPrivate(Swarm *swarm, SwarmOptions swarmOptions);
    void schedule(int index, qint64 atNs);
    void wake();
    void setAlarm();
    qint64 startNs(int index) const { return begunNs + rampNs / options.count * index; }
    void note(const QString &error);
    void sequenceEnded(bool passed);

    Swarm *const q;
    SwarmOptions options;
    std::optional<ComposedMessage> message;
    std::unique_ptr<Alarm> alarm;
    std::multimap<qint64, int> due;
    SwarmStats stats;
    int openSequences = 0;
    qint64 begunNs = 0;
    qint64 rampNs = 0;
    qint64 wokenNs = std::numeric_limits<qint64>::min() / 2;
    int nextStart = 0; ///< who is the next to come
    bool isRunning = false;
    std::vector<std::unique_ptr<SwarmPeer>> peers;
};

} // namespace SockScope
