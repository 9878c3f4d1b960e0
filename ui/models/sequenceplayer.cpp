#include "ui/models/sequenceplayer.h"

#include <QSettings>
#include <QTimer>

#include <utility>

#include "core/basesock.h"
#include "core/project/jsontext.h"
#include "core/simulate/sequencejson.h"
#include "core/simulate/sequencerunner.h"

namespace SockScope {

using namespace Qt::StringLiterals;

/// What runs, in the network thread.
struct SequencePlayer::Host : public QObject
{
    using Tie = HostTie<SequencePlayer, Host>;

    Host(const std::shared_ptr<Tie> &tie, int run, QObject *parent)
        : QObject(parent)
        , m_tie(tie)
        , m_number(run)
    {
        m_timer.setSingleShot(true);
        m_timer.setInterval(reportMs);
        connect(&m_timer, &QTimer::timeout, this, [this] { flush(); });
    }
    ~Host() override { m_tie->host = nullptr; }

    void start(BaseSock *sock, const Sequence &sequence)
    {
        connect(sock, &QObject::destroyed, this, [this] { stop(tr("the socket has gone")); });
        std::optional<SimulateError> error;
        if (sequence.start == Sequence::Start::PeerJoins) {
            m_runner = std::make_unique<SequenceRunner>(sock);
            connect(m_runner.get(), &SequenceRunner::stepEnded, this,
                    [this](const Endpoint &, const StepResult &step) { add(step); });
            connect(m_runner.get(), &SequenceRunner::finished, this, &Host::tell);
            error = m_runner->start(sequence);
        } else {
            m_single = std::make_unique<SequenceRun>(sock, Endpoint());
            connect(m_single.get(), &SequenceRun::stepEnded, this, &Host::add);
            connect(m_single.get(), &SequenceRun::finished, this, [this](const SequenceResult &result) {
                tell(result);
                end();
            });
            error = m_single->start(sequence);
        }
        if (error)
            fail(sequence.name, error->toString());
    }
    void stop(const QString &why)
    {
        if (m_single)
            m_single->abort(why);
        if (m_runner)
            m_runner->stop(why);
        end();
    }
    void fail(const QString &sequence, const QString &why)
    {
        SequenceResult result;
        result.sequence = sequence;
        result.finished = true;
        result.what = why;
        tell(result);
        end();
    }

private:
    void add(const StepResult &step)
    {
        if (m_steps.size() < maximumBatch)
            m_steps.append(step);
        if (!m_timer.isActive())
            m_timer.start();
    }
    void flush()
    {
        if (!m_steps.isEmpty())
            m_tie->post([number = m_number, steps = std::exchange(m_steps, {})](SequencePlayer &window) {
                if (number == window.m_run)
                    Q_EMIT window.stepsEnded(steps);
            });
    }
    void tell(const SequenceResult &result)
    {
        flush();
        m_tie->post([number = m_number, result](SequencePlayer &window) {
            if (number == window.m_run)
                Q_EMIT window.finished(result);
        });
    }
    void end()
    {
        if (std::exchange(m_ended, true))
            return;
        m_tie->post([number = m_number](SequencePlayer &window) { window.handleEnded(number); });
        deleteLater(); // a slot of what runs may have called
    }

    std::shared_ptr<Tie> m_tie;
    const int m_number;
    std::unique_ptr<SequenceRun> m_single;
    std::unique_ptr<SequenceRunner> m_runner;
    QList<StepResult> m_steps;
    QTimer m_timer{this};
    bool m_ended = false;
};

SequencePlayer::SequencePlayer(Inspection *inspection, QObject *parent)
    : QObject(parent)
    , m_host(this, inspection)
{
}

SequencePlayer::~SequencePlayer() = default;

JsonNode SequencePlayer::toJson(const QList<Sequence> &sequences)
{
    JsonNode list = JsonNode::array();
    for (const Sequence &one : sequences)
        list.append(one.source);
    return list;
}

void SequencePlayer::setSequences(const QList<Sequence> &sequences)
{
    if (toJson(sequences) == toJson(m_sequences))
        return;
    m_sequences = sequences;
    Q_EMIT sequencesChanged();
}

void SequencePlayer::load(const QSettings &settings)
{
    ProjectError damaged;
    SimulateError wrong;
    const auto node = parseJsonText(settings.value("simulate/sequences"_L1).toString().toUtf8(), &damaged);
    setSequences((node ? sequencesFromJson(*node, &wrong) : std::nullopt).value_or(QList<Sequence>()));
}

void SequencePlayer::save(QSettings &settings) const
{
    settings.setValue("simulate/sequences"_L1, QString::fromUtf8(writeJsonText(toJson(m_sequences))));
}

bool SequencePlayer::run(const Sequence &sequence, const SockController *controller)
{
    if (m_running || !controller || !controller->isOwned() || !controller->isAlive())
        return false;
    m_running = true;
    ++m_run;
    m_host.runTied(
        [sequence, link = controller->link(), number = m_run](const std::shared_ptr<Host::Tie> &tie, QObject *owner) {
            delete tie->host; // one that has ended, and waits to be deleted
            tie->host = new Host(tie, number, owner);
            if (BaseSock *sock = link->sock()) // it is this thread's, so that it cannot go meanwhile
                tie->host->start(sock, sequence);
            else
                tie->host->fail(sequence.name, tr("the socket has gone"));
        });
    Q_EMIT runningChanged(true);
    return true;
}

void SequencePlayer::stop()
{
    if (!m_running)
        return;
    m_host.runTied([](const std::shared_ptr<Host::Tie> &tie, QObject *) {
        if (tie->host)
            tie->host->stop(tr("stopped by hand"));
    });
}

void SequencePlayer::handleEnded(int run)
{
    if (run != m_run || !std::exchange(m_running, false))
        return;
    Q_EMIT runningChanged(false);
}

} // namespace SockScope
