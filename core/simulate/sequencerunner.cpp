#include "core/simulate/sequencerunner.h"

#include <QPointer>

#include "core/basesock.h"
#include "core/simulate/compiledsequence_p.h"

namespace SockScope {

SequenceRunner::SequenceRunner(BaseSock *sock, QObject *parent)
    : QObject(parent)
    , m_sock(sock)
{
    connect(sock, &BaseSock::peerAdded, this, &SequenceRunner::handlePeerAdded);
    // A slot that is connected while a peer's first message is dispatched would hear the next one only.
    connect(sock, &BaseSock::messageReceived, this, &SequenceRunner::handleMessage);
}

SequenceRunner::~SequenceRunner() = default;

std::optional<SimulateError> SequenceRunner::start(const Sequence &sequence, const SequenceRunOptions &options)
{
    SimulateError error;
    if (!CompiledSequence::compile(sequence, &error))
        return error;
    m_sequence = sequence;
    m_options = options;
    m_options.listens = false;
    m_active = true;
    return std::nullopt;
}

void SequenceRunner::stop(const QString &why)
{
    m_active = false;
    const QPointer<SequenceRunner> alive(this);
    const QList<SequenceRun *> runs = m_runs.values();
    for (SequenceRun *run : runs) {
        if (!alive)
            return;
        run->abort(why);
    }
}

void SequenceRunner::handlePeerAdded(const Endpoint &peer)
{
    if (!m_active || m_runs.contains(peer))
        return;
    if (m_runs.size() >= maximumRuns) {
        ++m_refused;
        return;
    }
    SequenceRunOptions options = m_options;
    options.seed += m_started++;
    auto *run = new SequenceRun(m_sock, peer, options, this);
    m_runs.insert(peer, run);
    connect(run, &SequenceRun::stepEnded, this, [this, peer](const StepResult &step) { Q_EMIT stepEnded(peer, step); });
    connect(run, &SequenceRun::finished, this, &SequenceRunner::handleFinished);
    run->start(m_sequence);
}

void SequenceRunner::handleMessage(const Envelope &envelope)
{
    if (SequenceRun *run = m_runs.value(envelope.peer))
        run->handleMessage(envelope);
}

void SequenceRunner::handleFinished(const SequenceResult &result)
{
    if (SequenceRun *run = m_runs.take(result.peer))
        run->deleteLater();
    ++(result.passed ? m_passed : m_failed);
    Q_EMIT finished(result);
}

} // namespace SockScope
