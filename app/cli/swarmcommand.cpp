#include "app/cli/swarmcommand.h"

#include <QCoreApplication>

#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/jsontext.h"
#include "app/common/report.h"
#include "core/basesock.h"

#ifdef Q_OS_UNIX
#include <sys/resource.h>
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 seedStep = 0x9e3779b97f4a7c15; // odd: the seeds of all peers differ

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::SwarmCommand", text);
}

CommandLine commandLine()
{
    CommandLine line(
        tr("sockscope-cli swarm FILE --persona NAME --count N [options]"),
        tr("Simulates many peers of one persona of a project file (*.sockscope), each with its own socket, variables\n"
           "and random numbers, and prints what they did. It ends when all have run the persona's sequence, or after\n"
           "--for. Exit code 0: every well-behaved peer connected, stayed and passed; 1: not; 2: bad usage or a bad "
           "file."),
        1, 1);
    line.add({u"persona"_s, u"NAME"_s, tr("Be this persona.")});
    line.add({u"count"_s, u"N"_s, tr("So many peers (default: 1, at most %1).").arg(SwarmOptions::maximumPeers)});
    line.add({u"to"_s, u"HOST:PORT"_s, tr("Connect there, not to where the project's socket does.")});
    line.add({u"seed"_s, u"N"_s, tr("Of who misbehaves, jitter and random values (default: 0).")});
    line.add({u"for"_s, u"S"_s, tr("End after S seconds.")});
    line.add({u"json"_s, {}, tr("Write the statistics as one JSON object.")});
    addImpairOptions(&line);
    return line;
}

/// Each peer has descriptors of its own: as many as the system allows this user.
void allowDescriptors()
{
#ifdef Q_OS_UNIX
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
#endif
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
    m_options.count = static_cast<int>(*count);
    m_options.seed = static_cast<quint64>(*seed);
    m_forMs = line.isSet(u"for"_s) ? qMax<qint64>(1, *forMs) : 0;
    m_impair = *impair;
    m_json = line.isSet(u"json"_s);
    if (line.isSet(u"to"_s)) {
        SockError reason;
        m_to = HostPort::fromString(line.value(u"to"_s), &reason);
        if (!m_to)
            return badUsage(reason.what, reason.remedy);
    }
    if (const auto code = m_file.read(line.words().first()))
        return code;
    if (!line.isSet(u"persona"_s))
        return badUsage(tr("nobody to be"), tr("write --persona NAME"));
    if (const auto code = choosePersona(line.value(u"persona"_s)))
        return code;
    if (const auto code = chooseSocket())
        return code;
    chooseSequence();
    if (m_forMs == 0 && !m_options.sequence)
        return badUsage(tr("the swarm would not end"), tr("write --for S, or give the persona a sequence"));
    return std::nullopt;
}

std::optional<int> SwarmCommand::choosePersona(const QString &name)
{
    for (const Persona &each : m_file.personas) {
        if (each.name != name)
            continue;
        m_options.persona = each;
        if (each.withRules)
            m_options.rules = m_file.rules;
        return std::nullopt;
    }
    return badUsage(tr("%1 has no persona named %2").arg(m_file.path, name.left(80)),
                    m_file.personas.isEmpty() ? tr("write one, in the list \"personas\"")
                                              : tr("choose one of %1").arg(SimulationFile::namesOf(m_file.personas)));
}

std::optional<int> SwarmCommand::chooseSocket()
{
    const QString &wanted = m_options.persona.socket;
    const QList<SockSpec> &all = m_file.project.sockets();
    const auto found = std::find_if(all.begin(), all.end(), [&wanted](const SockSpec &spec) {
        return wanted.isEmpty() ? !spec.connectTo.isEmpty() : spec.name == wanted;
    });
    if (found == all.end() || found->connectTo.isEmpty()) {
        return badUsage(found == all.end() && !wanted.isEmpty()
                            ? tr("%1 has no socket named %2").arg(m_file.path, wanted.left(80))
                            : tr("%1: no socket of the persona connects to somebody").arg(m_file.path),
                        tr("write one with \"connectTo\", in the list \"sockets\""));
    }
    m_spec = *found;
    m_spec.listen.reset();
    if (m_to)
        m_spec.connectTo = {*m_to};
    m_spec.tickMs = 0;
    m_spec.impairments = m_impair.before(m_spec.impairments);
    m_options.persona.socket = m_spec.name;
    if (!m_file.makeSock(m_spec)) // says what is wrong
        return ExitBadUsage;
    m_options.makeSock = [this](int index) {
        SockSpec spec = m_spec;
        for (ImpairSpec &impairment : spec.impairments) // else the same message of each peer would be lost
            impairment.seed = impairment.seed.value_or(m_options.seed) + static_cast<quint64>(index) * seedStep;
        std::unique_ptr<BaseSock> sock = m_file.makeSock(spec);
        SockOptions options = sock->options();
        options.blockedAfter = std::chrono::milliseconds(0); // nobody would look at thousands of watchdogs
        options.logger = [](int, const QString &) {};
        options.preciseTicks = false;                             // nor has each a descriptor for it
        const std::shared_ptr<const Codec> codec = sock->codec(); // that of the options would come back
        sock->setOptions(options);
        sock->setCodec(codec);
        return sock;
    };
    return std::nullopt;
}

/// The file has been checked: a persona's sequence is there.
void SwarmCommand::chooseSequence()
{
    for (const Sequence &each : m_file.sequences) {
        if (!each.name.isEmpty() && each.name == m_options.persona.sequence)
            m_options.sequence = each;
    }
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
        printFailure(tr("%1 well-behaved peers were lost").arg(lost), tr("look why the other side closed them"));
    if (!stats.isBalanced)
        printFailure(tr("the ledger does not add up: this is a defect of SockScope, please report it"), {});
    const bool passed = stats.connected == m_options.count && stats.failed == 0 && lost == 0 &&
                        stats.sequencesFailed == 0 && stats.isBalanced;
    return passed ? ExitDone : ExitFailed;
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
