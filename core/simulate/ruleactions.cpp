#include <QProcess>
#include <QTimer>

#include "core/basesock.h"
#include "core/hooks/peerfilter.h"
#include "core/simulate/ruleengine_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maximumCommentCharacters = 4096;

std::optional<QString> templateError(const TemplateError &problem)
{
    return problem.toString();
}

QString shortRuleName(const QString &name, int index)
{
    return name.isEmpty() ? u"number %1"_s.arg(index + 1) : u"\"%1\""_s.arg(name.left(80));
}

} // namespace

ComposeContext RuleEnginePrivate::contextOf(const RuleRun &run) const
{
    ComposeContext copy = context;
    for (auto it = run.captures.cbegin(); it != run.captures.cend(); ++it)
        copy.variables.insert(it.key(), it.value());
    copy.request = &run.envelope.message;
    copy.requestPeer = run.envelope.peer;
    copy.peer = run.envelope.peer;
    return copy;
}

void RuleEnginePrivate::keep(const ComposeContext &used)
{
    context.counter = used.counter;
    context.random = used.random;
}

// A slot may end the engine, and with it this object: nothing is touched after that.
void RuleEnginePrivate::proceed(RuleRun run)
{
    const QPointer<RuleEngine> alive(q);
    const std::shared_ptr<RuleSet> held = run.set;
    while (run.next < run.entry().actions.size()) {
        RuleSet::Entry &entry = run.entry();
        if (!entry.rule.enabled || !enabled || !run.sock) {
            ++stats.cancelled;
            return;
        }
        const size_t index = run.next++;
        const CompiledAction &action = entry.actions[index];
        if (action.source.kind == RuleAction::Kind::Wait) {
            const double swing = 2 * chance.generateDouble() - 1;
            const auto delay = std::chrono::nanoseconds(action.source.delay).count() +
                               static_cast<qint64>(
                                   swing * static_cast<double>(std::chrono::nanoseconds(action.source.jitter).count()));
            ++entry.stats.actions[index].done;
            wait(std::move(run), options.clock->nowNs() + qMax<qint64>(0, delay));
            return;
        }
        const std::optional<QString> problem = act(run, action);
        if (!alive)
            return;
        ActionStats &counted = entry.stats.actions[index];
        if (!problem) {
            ++counted.done;
            continue;
        }
        ++counted.failed;
        if (counted.lastError == *problem)
            continue;
        counted.lastError = *problem;
        const int rule = run.rule;
        Q_EMIT q->ruleFailed(rule, static_cast<int>(index), *problem);
        if (!alive)
            return;
    }
}

std::optional<QString> RuleEnginePrivate::act(RuleRun &run, const CompiledAction &action)
{
    using Kind = RuleAction::Kind;
    switch (action.source.kind) {
    case Kind::Answer:
    case Kind::Send:
        return send(run, action);
    case Kind::Set:
        return setVariable(run, action);
    case Kind::Mark:
        Q_EMIT q->markRequested(hitOf(run));
        return std::nullopt;
    case Kind::Comment:
        return comment(run, action);
    case Kind::Colour:
        Q_EMIT q->colourRequested(hitOf(run), action.source.text);
        return std::nullopt;
    case Kind::Pause:
        Q_EMIT q->pauseRequested(hitOf(run));
        return std::nullopt;
    case Kind::Run:
        return runProgram(run, action);
    case Kind::Close:
    case Kind::Refuse:
        return closePeer(run, action.source.kind == Kind::Refuse);
    case Kind::Stop:
        q->setEnabled(false);
        Q_EMIT q->stopped(hitOf(run));
        return std::nullopt;
    case Kind::Skip:
    case Kind::Wait:
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<QString> RuleEnginePrivate::send(RuleRun &run, const CompiledAction &action)
{
    if (run.link.depth >= options.maximumChainDepth || run.link.chain->sends >= options.maximumChainSends) {
        stopLoop(run);
        return u"it was stopped: its messages set off each other without end"_s;
    }
    ++run.link.chain->sends;
    BaseSock *sock = run.sock;
    std::optional<Endpoint> to = run.envelope.peer;
    if (action.source.kind == RuleAction::Kind::Send) {
        if (!action.target.sock.isEmpty())
            sock = sockNamed(action.target.sock);
        if (!sock)
            return u"there is no socket named %1"_s.arg(action.target.sock.left(80));
        to = action.target.peer;
    }
    ComposeContext used = contextOf(run);
    const ChainLink *const before = std::exchange(sending, &run.link);
    const QPointer<RuleEngine> alive(q);
    auto problem = action.message->send(*sock, to, used);
    if (!alive)
        return problem;
    sending = before;
    keep(used);
    return problem;
}

void RuleEnginePrivate::stopLoop(RuleRun &run)
{
    ++stats.loops;
    run.entry().rule.enabled = false;
    const QString name = run.entry().rule.name;
    const QString what =
        run.link.depth >= options.maximumChainDepth
            ? u"the rule %1 was turned off: %2 times in a row its messages were answered by our own sockets: let one "
              "side answer only what comes from outside"_s.arg(shortRuleName(name, run.rule))
                  .arg(run.link.depth)
            : u"the rule %1 was turned off: one message from outside has set off %2 others: let rules send to fewer "
              "of our own sockets"_s.arg(shortRuleName(name, run.rule))
                  .arg(run.link.chain->sends);
    Q_EMIT q->loopStopped(run.rule, what);
}

std::optional<QString> RuleEnginePrivate::setVariable(RuleRun &run, const CompiledAction &action)
{
    ComposeContext used = contextOf(run);
    TemplateError problem;
    const auto value = action.expression->value(used, &problem);
    keep(used);
    if (!value)
        return templateError(problem);
    if (!q->setVariable(action.source.variable, *value))
        return u"there are %1 variables already"_s.arg(RuleEngine::maximumVariables);
    run.captures.remove(action.source.variable);
    return std::nullopt;
}

std::optional<QString> RuleEnginePrivate::comment(RuleRun &run, const CompiledAction &action)
{
    ComposeContext used = contextOf(run);
    TemplateError problem;
    const auto text = action.text->expand(used, &problem);
    keep(used);
    if (!text)
        return templateError(problem);
    Q_EMIT q->commentRequested(hitOf(run), QString::fromUtf8(*text).left(maximumCommentCharacters));
    return std::nullopt;
}

std::optional<QString> RuleEnginePrivate::closePeer(RuleRun &run, bool refuse)
{
    BaseSock *sock = run.sock;
    const Endpoint peer = run.envelope.peer;
    if (refuse && !sock->peerFilter().refuse(peer))
        return u"the list of refused peers is full"_s;
    const bool wasKnown = sock->closePeer(peer, refuse ? CloseReason::Refused : CloseReason::Local);
    return wasKnown || refuse ? std::nullopt : std::optional(u"the peer has gone already"_s);
}

std::optional<QString> RuleEnginePrivate::runProgram(RuleRun &run, const CompiledAction &action)
{
    ComposeContext used = contextOf(run);
    QStringList arguments;
    for (const Template &argument : action.arguments) {
        TemplateError problem;
        const auto text = argument.expand(used, &problem);
        if (!text)
            return templateError(problem);
        arguments.append(QString::fromUtf8(*text));
    }
    keep(used);
    const QString program = action.source.text;
    if (!options.consent || !options.consent(run.entry().rule.name, program, arguments))
        return u"nobody allowed it to run %1"_s.arg(program.left(80));
    if (programs >= options.maximumPrograms)
        return u"%1 programs run already"_s.arg(programs);
    ++programs;
    auto *process = new QProcess(q);
    process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process->setStandardOutputFile(QProcess::nullDevice());
    // Counted as done when it was started: how it ended is told like any other failure.
    const auto fail = [this, set = run.set, rule = run.rule, action = run.next - 1](const QString &what) {
        ActionStats &counted = set->entries[static_cast<size_t>(rule)].stats.actions[action];
        ++counted.failed;
        counted.lastError = what;
        Q_EMIT q->ruleFailed(rule, static_cast<int>(action), what);
    };
    QObject::connect(process, &QProcess::finished, q, [=, this](int code, QProcess::ExitStatus status) {
        --programs;
        process->deleteLater();
        if (status != QProcess::NormalExit || code != 0) {
            fail(status == QProcess::NormalExit ? u"%1 ended with %2"_s.arg(program.left(80)).arg(code)
                                                : u"%1 was killed"_s.arg(program.left(80)));
        }
    });
    QObject::connect(process, &QProcess::errorOccurred, q, [=, this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        --programs;
        process->deleteLater();
        fail(u"%1 could not be started: %2"_s.arg(program.left(80), process->errorString()));
    });
    process->start(program, arguments);
    process->write(run.envelope.message.payload.toByteArray());
    process->closeWriteChannel();
    QTimer::singleShot(options.programTimeout, process, &QProcess::kill);
    return std::nullopt;
}

} // namespace SockScope
