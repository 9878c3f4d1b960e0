#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

#include "core/compose/composecontext.h"
#include "core/simulate/sequence.h"
#include "core/simulate/sequenceresult.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

class BaseSock;
class Clock;
class SequenceRunPrivate;

struct SequenceRunOptions
{
    quint64 seed = 0;             ///< of jitter and the templates' random values
    std::shared_ptr<Clock> clock; ///< null: a SteadyClock
    std::function<qint64()> wallNs = ComposeContext().nowNs;
    QHash<QString, QCborValue> variables;
    bool listens = true;     ///< to the sock; false: handleMessage is called instead
    int maximumInbox = 1024; ///< messages that came while none was expected, for the next expect; more fail the run
};

/*! One run of a sequence, with one peer or with whoever is there.
 *  Path    BaseSock::messageReceived → [this] → BaseSock::sendMessage; finished → SequenceResult
 *  Shape   steps one after the other; an expect looks at what has come since the last one, in its order. Without a peer
 *          it sends to who sent the last expected message, else to all. At most maximumSteps steps are run, the first
 *          maximumResults of them are kept, and the one that failed
 *  Units   nanoseconds of the clock
 *  Errors  start answers what is wrong with the sequence; what goes wrong later is in the result
 *  Thread  the sock's; a slot of finished may destroy the run
 *  Source  none
 */
class SequenceRun : public QObject
{
    Q_OBJECT
public:
    static constexpr quint64 maximumSteps = 1'000'000;
    static constexpr qsizetype maximumResults = 10'000;

    SequenceRun(BaseSock *sock, const Endpoint &peer, SequenceRunOptions options = {}, QObject *parent = nullptr);
    ~SequenceRun() override;

    std::optional<SimulateError> start(const Sequence &sequence);
    /// What the sock received, when the run does not listen itself.
    void handleMessage(const Envelope &envelope);
    /// Ends it as failed, with the reason.
    void abort(const QString &why);
    bool isRunning() const;
    SequenceResult result() const;

Q_SIGNALS:
    void stepEnded(const SockScope::StepResult &step);
    void finished(const SockScope::SequenceResult &result);

private:
    std::unique_ptr<SequenceRunPrivate> d;
};

} // namespace SockScope
