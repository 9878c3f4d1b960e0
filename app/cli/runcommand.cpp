#include "app/cli/runcommand.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "core/basesock.h"
#include "core/project/wholefile.h"
#include "core/tap/ledger.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::RunCommand", text);
}

CommandLine commandLine()
{
    CommandLine line(
        tr("sockscope-cli run FILE [--sequence NAME] [--rules] [--script NAME] [--receive NAME]... [options]"),
        tr("Opens the sockets of a project file (*.sockscope, JSON), lets its rules answer, and runs one of its\n"
           "sequences. Prints one line a step; exit code 0: it passed, 1: it failed, 2: bad usage or a bad file.\n"
           "Without a sequence it runs until --for or a signal ends it: 0, or 1 when a socket did not open."),
        1, 1);
    line.add({u"sequence"_s, u"NAME"_s, tr("Run this sequence once, and end.")});
    line.add({u"rules"_s, {}, tr("Let the rules of the file answer.")});
    line.add({u"script"_s, u"NAME"_s,
              tr("Run a script of the project, or a JavaScript file, beside the sockets. A file is loaded again when\n"
                 "it changes.")});
    line.add({u"receive"_s, u"NAME"_s,
              tr("Let this saved message come in once the sockets are open, as if from where it says (\"to\").\n"
                 "May be repeated."),
              true});
    line.add({u"junit"_s, u"FILE"_s, tr("Write the result as JUnit XML.")});
    line.add({u"for"_s, u"S"_s, tr("End after S seconds; a sequence that is not through then has failed.")});
    line.add({u"seed"_s, u"N"_s, tr("Of chance, jitter and random values (default: 0): the same seed, the same run.")});
    line.add({u"allow-programs"_s, {}, tr("Let rules run programs.")});
    addImpairOptions(&line);
    return line;
}

constexpr int drainLimitMs = 1000;
constexpr int drainStepMs = 2;

QString seconds(qint64 ns)
{
    return QString::number(static_cast<double>(ns) / 1e9, 'f', 3);
}

} // namespace

RunCommand::RunCommand(QObject *parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
}

RunCommand::~RunCommand() = default;

std::optional<int> RunCommand::read(const QStringList &arguments)
{
    CommandLine line = commandLine();
    if (const auto code = readArguments(&line, arguments))
        return code;
    UsageError usage;
    const auto forMs = line.milliseconds(u"for"_s, 1000.0, 0, &usage);
    const auto seed = forMs ? line.number(u"seed"_s, 0, 1'000'000'000'000'000, 0, &usage) : std::nullopt;
    const auto impair = seed ? ImpairRequest::read(line, &usage) : std::nullopt;
    if (!impair)
        return badUsage(usage.what, usage.remedy);
    m_impair = *impair;
    m_forMs = line.isSet(u"for"_s) ? qMax<qint64>(1, *forMs) : 0;
    m_seed = static_cast<quint64>(*seed);
    m_withRules = line.isSet(u"rules"_s);
    m_allowPrograms = line.isSet(u"allow-programs"_s);
    m_junitPath = line.value(u"junit"_s);
    if (!line.isSet(u"sequence"_s) && !m_withRules && !line.isSet(u"script"_s) && !line.isSet(u"receive"_s))
        return badUsage(tr("nothing to run"),
                        tr("write --sequence NAME, --rules, --script NAME or --receive NAME, or several"));
    if (!m_junitPath.isEmpty() && !line.isSet(u"sequence"_s))
        return badUsage(tr("--junit needs a result"), tr("name a sequence with --sequence"));
    if (const auto code = m_file.read(line.words().first()))
        return code;
    if (m_withRules)
        for (const QString &doubt : m_file.doubts())
            printFailure(doubt, {});
    if (const auto code = makeSocks())
        return code;
    if (line.isSet(u"script"_s)) {
        m_script = std::make_unique<ScriptFile>(m_seed);
        connect(m_script.get(), &ScriptFile::logged, this,
                [this](const QString &text) { m_output.writeLine(text.toUtf8()); });
        const QString name = line.value(u"script"_s);
        const auto kept = std::find_if(m_file.scripts.begin(), m_file.scripts.end(),
                                       [&name](const ScriptText &each) { return each.name == name; });
        // The project's own come first: a file of that name is ./NAME.
        const auto error =
            kept != m_file.scripts.end() ? m_script->openText(kept->name, kept->source) : m_script->open(name);
        if (error)
            return badUsage(error->what, error->remedy);
    }
    if (const auto code = chooseReceived(line.values(u"receive"_s)))
        return code;
    if (!line.isSet(u"sequence"_s))
        return std::nullopt;
    return chooseSequence(line.value(u"sequence"_s));
}

std::optional<int> RunCommand::chooseSequence(const QString &name)
{
    for (const Sequence &each : m_file.sequences) {
        if (each.name == name)
            m_sequence = each;
    }
    if (m_sequence)
        return std::nullopt;
    return badUsage(tr("%1 has no sequence named %2").arg(m_file.path, name.left(80)),
                    m_file.sequences.isEmpty() ? tr("write one, in the list \"sequences\"")
                                               : tr("choose one of %1").arg(SimulationFile::namesOf(m_file.sequences)));
}

std::optional<int> RunCommand::makeSocks()
{
    if (m_file.project.sockets().isEmpty())
        return badUsage(tr("%1 has no sockets").arg(m_file.path), tr("write one, in the list \"sockets\""));
    for (SockSpec spec : m_file.project.sockets()) {
        spec.impairments = m_impair.before(spec.impairments);
        m_socks.push_back(m_file.makeSock(spec));
        if (!m_socks.back())
            return ExitBadUsage;
        m_names.append(spec.name);
    }
    return std::nullopt;
}

std::optional<int> RunCommand::startSocks()
{
    RuleEngineOptions options;
    options.seed = m_seed;
    options.consent = [this](const QString &, const QString &, const QStringList &) { return m_allowPrograms; };
    m_engine = std::make_unique<RuleEngine>(options);
    connect(m_engine.get(), &RuleEngine::ruleFailed, this, [](int rule, int action, const QString &what) {
        printFailure(tr("rules[%1].actions[%2]: %3").arg(rule).arg(action).arg(what), {});
    });
    const auto say = [this](const RuleHit &hit, const QString &what) {
        m_output.writeLine(u"%1  %2: %3"_s.arg(hit.ruleName, hit.envelope.peer.toString(), what).toUtf8());
    };
    connect(m_engine.get(), &RuleEngine::markRequested, this, [say](const RuleHit &hit) { say(hit, tr("marked")); });
    connect(m_engine.get(), &RuleEngine::commentRequested, this, say);
    connect(m_engine.get(), &RuleEngine::colourRequested, this, say);
    connect(m_engine.get(), &RuleEngine::loopStopped, this, [this](int, const QString &what) { fail(what, {}); });
    if (m_withRules)
        m_engine->setRules(m_file.rules);
    for (const SockSpec &spec : m_file.project.sockets())
        m_connecting += static_cast<int>(spec.connectTo.size());
    for (size_t i = 0; i < m_socks.size(); ++i) {
        BaseSock *sock = m_socks[i].get();
        // What no rule wants is still a message that somebody looks at.
        sock->setUnknownTypeHandler(this, [](const Envelope &) {}, {u"run"_s});
        if (m_withRules)
            m_engine->addSock(sock, m_names.value(static_cast<qsizetype>(i)));
        if (m_script) {
            const SockSpec &spec = m_file.project.sockets().at(static_cast<qsizetype>(i));
            m_script->addSock(sock, spec.name, m_file.project.protocolOf(spec) || spec.codec != u"raw"_s);
        }
        connect(sock, &BaseSock::peerAdded, this, [this, sock] { handlePeerAdded(sock); });
        connect(sock, &BaseSock::connectFailed, this, [this](const HostPort &peer, const SockError &error) {
            fail(peer.toString() + u": "_s + error.what, error.remedy);
        });
        if (m_sequence && m_sequence->start == Sequence::Start::PeerJoins)
            awaitPeer(sock);
        if (const auto error = sock->start()) {
            if (!m_sequence) {
                printFailure(error->what, error->remedy);
                return ExitFailed;
            }
            SequenceResult result; // for whoever waits for the report
            result.sequence = m_sequence->name;
            result.finished = true;
            result.what = error->what + u": "_s + error->remedy;
            handleFinished(result);
            return ExitFailed;
        }
        // What start answers it has told, too.
        connect(sock, &BaseSock::errorOccurred, this,
                [](const SockError &error) { printFailure(error.what, error.remedy); });
        const SockSpec &spec = m_file.project.sockets().at(static_cast<qsizetype>(i));
        if (!spec.listen && !spec.connectTo.isEmpty())
            writeError(u"connecting to %1://%2"_s.arg(spec.kind == TransportKind::Udp ? u"udp"_s : u"tcp"_s,
                                                      spec.connectTo.first().toString()));
        else if (!sock->localEndpoint().isNull())
            writeError(u"listening on "_s + sock->url());
    }
    return std::nullopt;
}

void RunCommand::handlePeerAdded(BaseSock *sock)
{
    const auto index = static_cast<size_t>(
        std::find_if(m_socks.begin(), m_socks.end(), [sock](const auto &each) { return each.get() == sock; }) -
        m_socks.begin());
    const bool connects = !m_file.project.sockets().at(static_cast<qsizetype>(index)).connectTo.isEmpty();
    if (connects && m_connecting > 0)
        --m_connecting;
    if (!m_sequence)
        return;
    if (m_sequence->start == Sequence::Start::ByHand && connects && m_connecting == 0)
        startSequence();
}

SequenceRunOptions RunCommand::runOptions() const
{
    SequenceRunOptions options;
    options.seed = m_seed;
    return options;
}

void RunCommand::startSequence()
{
    if (m_run || m_isFinished)
        return;
    m_run = std::make_unique<SequenceRun>(m_socks.front().get(), Endpoint(), runOptions());
    connect(m_run.get(), &SequenceRun::stepEnded, this, &RunCommand::printStep);
    connect(m_run.get(), &SequenceRun::finished, this, &RunCommand::handleFinished);
    m_run->start(*m_sequence);
}

/// One run of the first peer: its steps are printed, and others wait in vain.
void RunCommand::awaitPeer(BaseSock *sock)
{
    auto runner = std::make_unique<SequenceRunner>(sock);
    connect(runner.get(), &SequenceRunner::stepEnded, this, [this](const Endpoint &peer, const StepResult &step) {
        if (m_peer.isNull())
            m_peer = peer;
        if (m_peer == peer)
            printStep(step);
    });
    connect(runner.get(), &SequenceRunner::finished, this, [this](const SequenceResult &result) {
        if (m_peer.isNull() || m_peer == result.peer)
            handleFinished(result);
    });
    runner->start(*m_sequence, runOptions());
    m_runners.push_back(std::move(runner));
}

void RunCommand::printStep(const StepResult &step)
{
    QString line =
        (step.passed ? u"ok    "_s : u"FAIL  "_s) + seconds(step.endedNs) + u" s  "_s + step.path + u' ' + step.title;
    if (step.passed && step.hasMessage) {
        line += tr(": type %1, %2 bytes from %3")
                    .arg(step.message.message.type.toString())
                    .arg(step.message.message.payload.size())
                    .arg(step.message.peer.toString());
    }
    if (step.unmatched > 0)
        line += tr(" (%1 other messages came)").arg(step.unmatched);
    if (!step.passed)
        line += u": "_s + step.what;
    m_output.writeLine(line.toUtf8());
}

void RunCommand::handleFinished(const SequenceResult &result)
{
    if (m_isFinished)
        return;
    m_output.writeLine(
        tr("%1 %2 after %3 s, %4 steps")
            .arg(result.sequence, result.passed ? tr("passed") : tr("failed"), seconds(result.durationNs))
            .arg(result.steps)
            .toUtf8());
    m_output.flush();
    if (!result.passed) {
        printFailure(result.what, {});
        m_exitCode = ExitFailed;
    }
    if (!m_junitPath.isEmpty()) {
        if (const auto why = writeWholeFile(m_junitPath, toJUnitXml({result})))
            fail(tr("%1 cannot be written: %2").arg(m_junitPath, *why), tr("choose another place"));
    }
    finish();
}

void RunCommand::fail(const QString &what, const QString &remedy)
{
    printFailure(what, remedy);
    m_exitCode = ExitFailed;
    end(what);
    finish();
}

/// What runs has failed; a sequence that has not begun is told by the caller.
bool RunCommand::end(const QString &why)
{
    bool wasRunning = m_run && m_run->isRunning();
    if (wasRunning)
        m_run->abort(why);
    for (const auto &runner : m_runners) {
        wasRunning = wasRunning || runner->running() > 0;
        runner->stop(why);
    }
    return wasRunning;
}

void RunCommand::finish()
{
    if (std::exchange(m_isFinished, true))
        return;
    m_timer.stop();
    m_drainTime.start();
    drain();
}

/// What was said last is handed to the system before the end, unless nobody reads.
void RunCommand::drain()
{
    const bool waits = std::any_of(m_socks.begin(), m_socks.end(), [](const auto &sock) {
        const Ledger ledger = sock->ledger();
        return ledger.sendQueued.messages > 0 || ledger.impairWaitingOut.messages > 0;
    });
    if (waits && m_drainTime.elapsed() < drainLimitMs)
        QTimer::singleShot(drainStepMs, this, &RunCommand::drain);
    else
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
}

int RunCommand::run(const QStringList &arguments)
{
    if (const auto code = read(arguments))
        return *code;
    m_signals = std::make_unique<SignalWatcher>();
    const auto stop = [this](const QString &why) {
        if (end(why) || m_isFinished)
            return;
        if (m_sequence)
            fail(tr("the sequence did not begin: %1").arg(why), tr("see whether a peer came"));
        finish();
    };
    connect(m_signals.get(), &SignalWatcher::terminationRequested, this,
            [stop] { stop(tr("it was ended by a signal")); });
    connect(&m_timer, &QTimer::timeout, this, [stop] { stop(tr("the time was over")); });
    connect(&m_output, &StandardOutput::closed, this, [stop] { stop(tr("nobody reads what it says")); });
    if (const auto code = startSocks())
        return *code;
    if (m_forMs > 0)
        m_timer.start(std::chrono::milliseconds(m_forMs));
    if (m_sequence && m_sequence->start == Sequence::Start::ByHand && m_connecting == 0)
        startSequence();
    QTimer::singleShot(0, this, &RunCommand::receiveAll);
    QCoreApplication::exec();
    m_run.reset();
    m_runners.clear();
    if (m_script) {
        if (const auto why = m_script->finish()) {
            printFailure(*why, tr("see the error above"));
            m_exitCode = ExitFailed;
        }
    }
    m_script.reset();
    if (m_withRules)
        reportRules();
    m_engine.reset();
    for (const auto &sock : m_socks)
        sock->stop();
    m_output.flush();
    for (const auto &sock : m_socks) {
        for (const QString &line : impairLines(*sock))
            writeError(line);
    }
    if (!m_output.error().isEmpty()) {
        printFailure(tr("standard output cannot be written: %1").arg(m_output.error()),
                     tr("make room or choose another place"));
        return ExitFailed;
    }
    return m_exitCode;
}

void RunCommand::reportRules() const
{
    constexpr qsizetype listed = 50; // of very many only those that did something
    int silent = 0;
    for (int i = 0; i < static_cast<int>(m_file.rules.size()); ++i) {
        const RuleStats stats = m_engine->stats(i);
        if (stats.matched == 0 && m_file.rules.size() > listed) {
            ++silent;
            continue;
        }
        quint64 failed = 0;
        for (const ActionStats &action : stats.actions)
            failed += action.failed;
        QString text = tr("rule %1: %2 matched, %3 acted on")
                           .arg(m_file.rules.at(i).name.isEmpty() ? u"-"_s : m_file.rules.at(i).name)
                           .arg(stats.matched)
                           .arg(stats.hits);
        if (failed > 0)
            text += tr(", %1 of their actions failed").arg(failed);
        writeError(text);
    }
    if (silent > 0)
        writeError(tr("%1 more rules matched nothing").arg(silent));
}

int runRun(const QStringList &arguments)
{
    RunCommand command;
    return command.run(arguments);
}

} // namespace SockScope
