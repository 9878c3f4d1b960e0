#include "core/simulate/sequencerun.h"

#include <QPointer>

#include <deque>

#include "core/basesock.h"
#include "core/codec/codectext.h"
#include "core/simulate/compiledsequence_p.h"
#include "core/simulate/messagematcher.h"
#include "core/simulate/seeded_p.h"
#include "core/time/steadyclock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

using Kind = SequenceStep::Kind;

class SequenceRunPrivate
{
public:
    /// A list of steps that is being run, and how often again.
    struct Frame
    {
        const std::vector<CompiledStep> *steps = nullptr;
        size_t next = 0;
        qint64 left = 0;                    ///< of Repeat, after this time
        const CompiledStep *loop = nullptr; ///< of While: looked at again
    };

    SequenceRunPrivate(SequenceRun *run, BaseSock *runSock, const Endpoint &runPeer, SequenceRunOptions runOptions)
        : q(run)
        , sock(runSock)
        , peer(runPeer)
        , options(std::move(runOptions))
        , chance(seeded(options.seed, 0))
    {
        if (!options.clock)
            options.clock = std::make_shared<SteadyClock>();
        context.random = seeded(options.seed, 1);
        context.nowNs = options.wallNs;
        context.variables = options.variables;
        context.peer = context.requestPeer = peer;
        alarm = options.clock->createAlarm([this] { wake(); });
    }

    qint64 sinceStart() const { return options.clock->nowNs() - startedNs; }
    void handle(const Envelope &envelope);
    void proceed();
    bool step(const CompiledStep &step);
    bool judge(const Envelope &envelope);
    void wake();
    void begin(const CompiledStep &step);
    void end(bool passed, const QString &what = {});
    void finish(bool passed, const QString &what = {});
    void wrong(const TemplateError &problem) { end(false, problem.toString()); }
    std::optional<bool> holds(const CompiledStep &step);

    SequenceRun *const q;
    QPointer<BaseSock> sock;
    const Endpoint peer;
    SequenceRunOptions options;
    QRandomGenerator64 chance;
    ComposeContext context;
    Message request; ///< what context.request points to
    Envelope last;
    MessageMatcher matcher;
    std::shared_ptr<const CompiledSequence> sequence;
    std::vector<Frame> frames;
    std::deque<Envelope> inbox;
    const CompiledStep *expecting = nullptr;
    bool isWaiting = false;
    StepResult current;
    SequenceResult result;
    std::unique_ptr<Alarm> alarm;
    qint64 startedNs = 0;
    bool running = false;
};

void SequenceRunPrivate::handle(const Envelope &envelope)
{
    if (!running || (!peer.isNull() && envelope.peer != peer))
        return;
    if (expecting) {
        // A slot of stepEnded or finished may destroy us.
        const QPointer<SequenceRun> alive(q);
        if (judge(envelope) && alive && running)
            proceed();
        return;
    }
    if (inbox.size() >= static_cast<size_t>(options.maximumInbox)) {
        finish(false, u"more than %1 messages came while none was expected"_s.arg(options.maximumInbox));
        return;
    }
    inbox.push_back(envelope);
}

/// Whether the expected one has come, or cannot come any more.
bool SequenceRunPrivate::judge(const Envelope &envelope)
{
    matcher.put(*sock, QString(), Direction::In, envelope, options.wallNs());
    const bool fits = !expecting->filter || matcher.matches(*expecting->filter);
    if (!fits && !expecting->source.isStrict) {
        ++current.unmatched;
        return false;
    }
    current.message = envelope;
    current.hasMessage = true;
    if (!fits) {
        ++current.unmatched;
        const QByteArrayView payload = envelope.message.payload.view();
        end(false, u"another message came: type %1, %2 bytes: %3"_s.arg(envelope.message.type.toString())
                       .arg(payload.size())
                       .arg(hexText(payload, payload.size(), 120)));
        return true;
    }
    last = envelope;
    request = envelope.message;
    context.request = &request;
    context.peer = context.requestPeer = envelope.peer;
    end(true);
    return true;
}

void SequenceRunPrivate::wake()
{
    if (!running)
        return;
    const QPointer<SequenceRun> alive(q);
    if (expecting) {
        end(false, u"nothing that fits came within %1 ms%2"_s.arg(expecting->source.timeout.count())
                       .arg(current.unmatched ? u"; %1 others came"_s.arg(current.unmatched) : QString()));
    } else if (std::exchange(isWaiting, false)) {
        end(true);
    }
    if (alive && running)
        proceed();
}

void SequenceRunPrivate::proceed()
{
    constexpr int atOnce = 1000; // a loop without a wait leaves the event loop its turns
    const QPointer<SequenceRun> alive(q);
    for (int i = 0; i < atOnce; ++i) {
        if (frames.empty()) {
            finish(true);
            return;
        }
        Frame &frame = frames.back();
        if (frame.next >= frame.steps->size()) {
            if (frame.left > 0) {
                --frame.left;
                frame.next = 0;
                // An empty body is no step, and would not be counted.
                if (frame.steps->empty())
                    frame.left = 0;
                continue;
            }
            const CompiledStep *loop = frame.loop;
            if (!loop) {
                frames.pop_back();
                continue;
            }
            begin(*loop);
            const auto again = holds(*loop);
            if (again)
                frame.next = 0;
            if (again && !*again)
                frames.pop_back();
            if (again)
                end(true);
        } else if (!step((*frame.steps)[frame.next++])) {
            return;
        }
        if (!alive || !running)
            return;
    }
    alarm->setDeadline(options.clock->nowNs());
}

std::optional<bool> SequenceRunPrivate::holds(const CompiledStep &step)
{
    if (!step.condition) // a filter on the last expected message
        return last.receivedNs != 0 &&
               (matcher.put(*sock, QString(), Direction::In, last, options.wallNs()), matcher.matches(*step.filter));
    TemplateError problem;
    const auto answer = step.condition->holds(context, &problem);
    if (!answer)
        wrong(problem);
    return answer;
}

/// False when something is waited for, or the run has ended.
bool SequenceRunPrivate::step(const CompiledStep &step)
{
    begin(step);
    TemplateError problem;
    switch (step.source.kind) {
    case Kind::Send: {
        std::optional<Endpoint> to;
        if (!peer.isNull() || !context.requestPeer.isNull())
            to = peer.isNull() ? context.requestPeer : peer;
        const QPointer<SequenceRun> alive(q);
        const auto why = step.message->send(*sock, to, context);
        if (!alive || !running)
            return false;
        end(!why, why.value_or(QString()));
        return alive && running;
    }
    case Kind::Expect: {
        expecting = &step;
        const QPointer<SequenceRun> alive(q);
        while (!inbox.empty()) {
            const Envelope next = std::move(inbox.front());
            inbox.pop_front();
            if (judge(next))
                return alive && running;
        }
        alarm->setDeadline(options.clock->nowNs() + std::chrono::nanoseconds(step.source.timeout).count());
        return false;
    }
    case Kind::Wait: {
        isWaiting = true;
        const double swing = 2 * chance.generateDouble() - 1;
        const auto jitter = std::chrono::nanoseconds(step.source.jitter).count();
        const qint64 delay = std::chrono::nanoseconds(step.source.timeout).count() +
                             static_cast<qint64>(swing * static_cast<double>(jitter));
        alarm->setDeadline(options.clock->nowNs() + qMax<qint64>(0, delay));
        return false;
    }
    case Kind::Repeat:
        if (step.source.times > 0)
            frames.push_back({&step.steps, 0, step.source.times - 1, nullptr});
        end(true);
        return true;
    case Kind::While:
    case Kind::Branch: {
        const bool isLoop = step.source.kind == Kind::While;
        const auto answer = holds(step);
        if (!answer)
            return false;
        if (*answer)
            frames.push_back({&step.steps, 0, 0, isLoop ? &step : nullptr});
        else if (!isLoop)
            frames.push_back({&step.otherwise, 0, 0, nullptr});
        end(true);
        return true;
    }
    case Kind::Set: {
        const auto value = step.condition->value(context, &problem);
        if (value)
            context.variables.insert(step.source.variable, *value);
        end(value.has_value(), value ? QString() : problem.toString());
        return value.has_value();
    }
    case Kind::Fail: {
        const auto text = step.text->expand(context, &problem);
        end(false, text ? QString::fromUtf8(*text) : problem.toString());
        return false;
    }
    }
    return false;
}

void SequenceRunPrivate::begin(const CompiledStep &step)
{
    current = {};
    current.path = step.path;
    current.title = step.title;
    current.startedNs = sinceStart();
}

// What ends the run is the last thing that is done here: a slot may destroy us.
void SequenceRunPrivate::end(bool passed, const QString &what)
{
    expecting = nullptr;
    alarm->cancel();
    current.passed = passed;
    current.what = what;
    current.endedNs = sinceStart();
    ++result.steps;
    if (result.results.size() < SequenceRun::maximumResults || !passed)
        result.results.append(current);
    const QPointer<SequenceRun> alive(q);
    const StepResult ended = current;
    Q_EMIT q->stepEnded(ended);
    if (!alive || !running)
        return;
    if (!passed)
        finish(false, u"%1, %2: %3"_s.arg(ended.path, ended.title, what));
    else if (result.steps >= SequenceRun::maximumSteps)
        finish(false, u"it ran %1 steps without coming to its end: let a repeat or while end earlier"_s.arg(
                          SequenceRun::maximumSteps));
}

void SequenceRunPrivate::finish(bool passed, const QString &what)
{
    if (!std::exchange(running, false))
        return;
    alarm->cancel();
    expecting = nullptr;
    inbox.clear();
    result.finished = true;
    result.passed = passed;
    result.what = what;
    result.durationNs = sinceStart();
    const SequenceResult copy = result;
    Q_EMIT q->finished(copy);
}

SequenceRun::SequenceRun(BaseSock *sock, const Endpoint &peer, SequenceRunOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<SequenceRunPrivate>(this, sock, peer, std::move(options)))
{
    if (d->options.listens)
        connect(sock, &BaseSock::messageReceived, this, &SequenceRun::handleMessage);
    connect(sock, &BaseSock::peerRemoved, this, [this](const Endpoint &gone) {
        if (!d->peer.isNull() && gone == d->peer)
            abort(u"the peer has gone"_s);
    });
    connect(sock, &BaseSock::stopped, this, [this] { abort(u"the socket was closed"_s); });
    connect(sock, &QObject::destroyed, this, [this] { abort(u"the socket was closed"_s); });
}

SequenceRun::~SequenceRun() = default;

std::optional<SimulateError> SequenceRun::start(const Sequence &sequence)
{
    if (d->running || d->result.finished || !d->sock) {
        return SimulateError{{}, -1, u"this run was started already, or its socket has ended"_s, u"make another run"_s};
    }
    SimulateError error;
    d->sequence = CompiledSequence::compile(sequence, &error);
    if (!d->sequence)
        return error;
    d->result.sequence = sequence.name;
    d->result.peer = d->peer;
    d->running = true;
    d->startedNs = d->options.clock->nowNs();
    d->frames.push_back({&d->sequence->steps, 0, 0, nullptr});
    d->proceed();
    return std::nullopt;
}

void SequenceRun::handleMessage(const Envelope &envelope)
{
    d->handle(envelope);
}

// A step that is under way is what was hindered.
void SequenceRun::abort(const QString &why)
{
    if (!d->running)
        return;
    if (d->expecting || d->isWaiting)
        d->end(false, why);
    else
        d->finish(false, why);
}

bool SequenceRun::isRunning() const
{
    return d->running;
}

SequenceResult SequenceRun::result() const
{
    return d->result;
}

} // namespace SockScope
