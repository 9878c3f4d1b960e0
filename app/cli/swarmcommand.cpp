#include "app/cli/swarmcommand.h"

#include <QCoreApplication>

#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/jsontext.h"
#include "app/common/report.h"
#include "core/basesock.h"
#ifdef SOCKSCOPE_WITH_SCRIPTS
#include "core/script/enginerunner.h"
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::SwarmCommand", text);
}

CommandLine commandLine()
{
    CommandLine line(
        tr("sockscope-cli swarm FILE --persona NAME [--count N] [options]"),
        tr("Simulates many peers of one persona of a project file (*.sockscope), each with its own socket, variables\n"
           "and random numbers, and prints what they did. It ends when all have run the persona's sequence, or after\n"
           "--for. Exit code 0: every well-behaved peer connected, stayed and passed, and the ledgers add up; 1: not;\n"
           "2: bad usage or a bad file."),
        1, 1);
    line.add({u"persona"_s, u"NAME"_s, tr("Be this persona.")});
    line.add({u"count"_s, u"N"_s, tr("So many peers (default: 1, at most %1).").arg(SwarmOptions::maximumPeers)});
    line.add({u"to"_s, u"HOST:PORT"_s, tr("Connect there, not to where the project's socket does.")});
    line.add({u"seed"_s, u"N"_s, tr("Of who misbehaves, jitter and random values (default: 0).")});
    line.add({u"for"_s, u"S"_s, tr("End after S seconds; without a sequence, something has to end it.")});
    line.add({u"json"_s, {}, tr("Write the statistics as one JSON object.")});
    addImpairOptions(&line);
    return line;
}

} // namespace

SwarmCommand::SwarmCommand(QObject *parent)
    : QObject(parent)
    , m_output(this)
{
    m_timer.setSingleShot(true);
}

SwarmCommand::~SwarmCommand() = default;

std::optional<int> SwarmCommand::read(const QStringList &arguments)
{
    CommandLine line = commandLine();
    if (const auto code = readArguments(&line, arguments))
        return code;
    UsageError usage;
    const auto count = line.number(u"count"_s, 1, SwarmOptions::maximumPeers, 1, &usage);
    const auto seed = count ? line.number(u"seed"_s, 0, 1'000'000'000'000'000, 0, &usage) : std::nullopt;
    const auto forMs = seed ? line.milliseconds(u"for"_s, 1000.0, 0, &usage) : std::nullopt;
    const auto impair = forMs ? ImpairRequest::read(line, &usage) : std::nullopt;
    if (!impair)
        return badUsage(usage.what, usage.remedy);
    SwarmPlan plan;
    plan.count = static_cast<int>(*count);
    plan.seed = static_cast<quint64>(*seed);
    m_forMs = line.isSet(u"for"_s) ? qMax<qint64>(1, *forMs) : 0;
    m_impair = *impair;
    m_json = line.isSet(u"json"_s);
    if (line.isSet(u"to"_s)) {
        SockError reason;
        plan.to = HostPort::fromString(line.value(u"to"_s), &reason);
        if (!plan.to)
            return badUsage(reason.what, reason.remedy);
    }
    if (const auto code = m_file.read(line.words().first()))
        return code;
    if (!line.isSet(u"persona"_s))
        return badUsage(tr("nobody to be"), tr("write --persona NAME"));
    plan.project = m_file.project;
    plan.persona = line.value(u"persona"_s);
    plan.impairments = m_impair.specs;
    plan.impairSeed = m_impair.seed;
    SimulateError wrong;
    const auto options = plan.options(&wrong);
    if (!options) {
        const QString place = wrong.path.isEmpty() ? QString() : wrong.path + u": "_s;
        return badUsage(m_file.path + u": "_s + place + wrong.what, wrong.remedy);
    }
    m_options = *options;
#ifdef SOCKSCOPE_WITH_SCRIPTS
    m_options.makeScript = makeEngineRunner;
#endif
    if (m_forMs == 0 && !m_options.sequence)
        return badUsage(tr("the swarm would not end"), tr("write --for S, or give the persona a sequence"));
    return std::nullopt;
}

void SwarmCommand::finish()
{
    QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
}

QByteArray SwarmCommand::json(const SwarmStats &stats) const
{
    JsonText swarm;
    swarm.add("persona"_L1, m_options.persona.name).add("count"_L1, qint64(m_options.count));
    swarm.add("seed"_L1, m_options.seed).add("started"_L1, qint64(stats.started));
    swarm.add("connected"_L1, qint64(stats.connected)).add("failed"_L1, qint64(stats.failed));
    swarm.add("lost"_L1, qint64(stats.lost)).add("lostMisbehaving"_L1, qint64(stats.lostMisbehaving));
    swarm.add("heartbeats"_L1, stats.heartbeats).add("reconnects"_L1, stats.reconnects);
    swarm.add("sequencesPassed"_L1, qint64(stats.sequencesPassed));
    swarm.add("sequencesFailed"_L1, qint64(stats.sequencesFailed));
    if (m_options.script) {
        swarm.add("scriptCalls"_L1, stats.scripts.calls).add("scriptErrors"_L1, stats.scripts.errors);
        swarm.add("scriptSent"_L1, stats.scripts.sent).add("scriptRefused"_L1, stats.scripts.refused);
    }
    JsonText misbehaving;
    for (size_t i = 1; i < misbehaviourCount; ++i) {
        const QByteArray name = misbehaviourName(static_cast<Misbehaviour>(i)).toLatin1();
        misbehaving.add(QLatin1StringView(name), qint64(stats.misbehaving[i]));
    }
    swarm.addJson("misbehaving"_L1, misbehaving.object());
    return JsonText()
        .addJson("swarm"_L1, swarm.object())
        .addJson("ledger"_L1, Report::ledgerJson(stats.ledger))
        .object();
}

QStringList SwarmCommand::lines(const SwarmStats &stats) const
{
    QStringList lines{m_options.persona.name + tr(": %1 of %2 peers connected, %3 failed, %4 lost, in %5 s")
                                                   .arg(stats.connected)
                                                   .arg(m_options.count)
                                                   .arg(stats.failed)
                                                   .arg(stats.lost)
                                                   .arg(static_cast<double>(m_elapsed.elapsed()) / 1000, 0, 'f', 1)};
    lines += tr("  heartbeats: %1").arg(stats.heartbeats);
    if (m_options.sequence)
        lines += tr("  sequences: %1 passed, %2 failed").arg(stats.sequencesPassed).arg(stats.sequencesFailed);
    if (m_options.script)
        lines += tr("  scripts: %1 calls, %2 sent, %3 not sent, %4 errors")
                     .arg(stats.scripts.calls)
                     .arg(stats.scripts.sent)
                     .arg(stats.scripts.refused)
                     .arg(stats.scripts.errors);
    for (size_t i = 1; i < misbehaviourCount; ++i) {
        if (stats.misbehaving[i] > 0)
            lines += tr("  misbehaving, %1: %2")
                         .arg(misbehaviourName(static_cast<Misbehaviour>(i)))
                         .arg(stats.misbehaving[i]);
    }
    if (stats.lostMisbehaving > 0)
        lines += tr("  of those that misbehave, %1 were lost").arg(stats.lostMisbehaving);
    return lines + Report::ledgerLines(stats.ledger);
}

int SwarmCommand::report() const
{
    const SwarmStats stats = m_swarm->stats();
    if (m_json) {
        m_output.writeLine(json(stats));
    } else {
        for (const QString &line : lines(stats))
            m_output.writeLine(line.toUtf8());
    }
    m_output.flush();
    for (const QString &error : stats.errors)
        printFailure(error, {});
    const int lost = stats.lost - stats.lostMisbehaving;
    if (stats.connected < m_options.count)
        printFailure(tr("%1 peers never connected").arg(m_options.count - stats.connected),
                     tr("look whether the other side takes so many, or give them more time"));
    if (lost > 0)
        printFailure(tr("%1 well-behaved peers were lost").arg(lost),
                     tr("look why the other side closed them, or fell silent"));
    if (stats.scripts.errors > 0)
        printFailure(tr("scripts failed in %1 calls").arg(stats.scripts.errors), tr("see the errors above"));
    if (!stats.isBalanced)
        printFailure(tr("the ledger does not add up: this is a defect of SockScope, please report it"), {});
    return stats.hasPassed(m_options.count) ? ExitDone : ExitFailed;
}

int SwarmCommand::run(const QStringList &arguments)
{
    if (const auto code = read(arguments))
        return *code;
    allowDescriptors();
    m_signals = std::make_unique<SignalWatcher>();
    connect(m_signals.get(), &SignalWatcher::terminationRequested, this, &SwarmCommand::finish);
    connect(&m_timer, &QTimer::timeout, this, &SwarmCommand::finish);
    m_swarm = std::make_unique<Swarm>(m_options);
    connect(m_swarm.get(), &Swarm::sequencesFinished, this, &SwarmCommand::finish);
    connect(m_swarm.get(), &Swarm::said, this, [this](int index, const QString &text) {
        const QString line = u"%1 %2: %3"_s.arg(m_options.persona.name).arg(index).arg(text);
        m_json ? writeError(line) : m_output.writeLine(line.toUtf8());
    });
    m_elapsed.start();
    if (const auto error = m_swarm->start())
        return badUsage(m_file.path + u": "_s + error->toString(), {});
    if (m_forMs > 0)
        m_timer.start(std::chrono::milliseconds(m_forMs));
    QCoreApplication::exec();
    m_swarm->stop();
    return report();
}

int runSwarm(const QStringList &arguments)
{
    SwarmCommand command;
    return command.run(arguments);
}

} // namespace SockScope
