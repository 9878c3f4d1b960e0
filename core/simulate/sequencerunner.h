#pragma once

#include <QHash>
#include <QObject>

#include <memory>

#include "core/simulate/sequencerun.h"

namespace SockScope {

/*! Runs a sequence with each peer of a sock that joins.
 *  Path    BaseSock::peerAdded, messageReceived → [this] → a SequenceRun a peer
 *  Shape   at most maximumRuns at once; a peer that comes again is run again. Run number n has the seed of the options
 *          + n, so that no two draw the same
 *  Units   as SequenceRun
 *  Errors  start answers what is wrong with the sequence; peers beyond the limit are counted
 *  Thread  the sock's; the runner may be destroyed by a slot
 *  Source  none
 */
class SequenceRunner : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumRuns = 10'000;

    explicit SequenceRunner(BaseSock *sock, QObject *parent = nullptr);
    ~SequenceRunner() override;

    /// From here on each peer that joins is run; it is connected before, so that no first message is missed.
    std::optional<SimulateError> start(const Sequence &sequence, const SequenceRunOptions &options = {});
    /// Ends all runs as failed.
    void stop(const QString &why);
    qsizetype running() const { return m_runs.size(); }
    quint64 passed() const { return m_passed; }
    quint64 failed() const { return m_failed; }
    quint64 refused() const { return m_refused; } ///< peers that found maximumRuns others

Q_SIGNALS:
    void stepEnded(const SockScope::Endpoint &peer, const SockScope::StepResult &step);
    void finished(const SockScope::SequenceResult &result);

private:
    void handlePeerAdded(const Endpoint &peer);
    void handleMessage(const Envelope &envelope);
    void handleFinished(const SequenceResult &result);

    BaseSock *const m_sock;
    Sequence m_sequence;
    SequenceRunOptions m_options;
    QHash<Endpoint, SequenceRun *> m_runs;
    quint64 m_started = 0;
    quint64 m_passed = 0;
    quint64 m_failed = 0;
    quint64 m_refused = 0;
    bool m_active = false;
};

} // namespace SockScope
