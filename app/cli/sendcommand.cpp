#include "app/cli/sendcommand.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/common/payload.h"
#include "app/common/sockprinter.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/framing/framing.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds drainStep{2};
constexpr std::chrono::milliseconds impairedStep{10};
constexpr qint64 drainLimitMs = 10'000;
constexpr qint64 nsPerMs = 1'000'000;
constexpr int maximumFields = 1024;
constexpr qsizetype sendAheadBytes = 4 * 1024 * 1024; // well below what a sock takes for one peer

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::SendCommand", text);
}

CommandLine commandLine()
{
    CommandLine line(
        tr("sockscope-cli send URL [options] (--text S | --hex H | --json-data J | --file F | -)\n"
           "sockscope-cli send URL --types FILE --type T [options] [FIELD=VALUE...]\n"
           "sockscope-cli send --project FILE --message FOLDER/NAME [URL] [options]"),
        tr("Sends one message, or the same one many times, and prints the answers that come while it waits. Several\n"
           "peers have commas between them, as in udp://127.0.0.1:9000,127.0.0.1:9001."),
        0, 1 + maximumFields);
    addWireOptions(&line);
    line.add({u"project"_s, u"FILE"_s, tr("Send what is saved in this project.")});
    line.add({u"message"_s, u"NAME"_s,
              tr("Its folder and name, as in login/hello: a message, or a sequence with its waits. It goes to URL, to\n"
                 "where it says itself, or to where its socket connects, with the framing and codec of that.")});
    line.add(
        {u"type"_s, u"T"_s, tr("The message's type, a number or a name (default: 0); for codecs that carry one.")});
    line.add({u"text"_s, u"S"_s, tr("Send this text.")});
    line.add({u"hex"_s, u"H"_s, tr("Send these bytes: \"00 ff\", 00:ff, 0x00,0xff.")});
    line.add({u"json-data"_s, u"J"_s, tr("Send this JSON value; with the codecs raw and text, as it is written.")});
    line.add({u"file"_s, u"F"_s,
              tr("Send what is in a file, - what comes on standard input. With the codecs raw and text these are\n"
                 "the bytes of the message, with the others a JSON value.")});
    line.add({u"stage"_s, u"S"_s,
              tr("message: through codec and framing (default); frame: these bytes are a frame's payload, no codec\n"
                 "touches them; raw: they are what the wire carries, no framing either.")});
    line.add({u"keep-given"_s,
              {},
              tr("With --types: send lengths, counts, checksums and constants as they are given, right or wrong.")});
    line.add({u"count"_s, u"N"_s, tr("Send it N times (default: 1).")});
    line.add({u"interval"_s, u"MS"_s, tr("Milliseconds between two (default: 0).")});
    line.add({u"jitter"_s, u"MS"_s, tr("Each comes up to so much earlier or later than --interval says.")});
    line.add({u"burst"_s, u"N"_s, tr("Send N each time, at once (default: 1).")});
    line.add({u"rate"_s, u"N"_s,
              tr("At most N messages a second. Without --interval: just so many, as far as the peer takes them.")});
    line.add({u"break"_s, u"KIND[:N]"_s,
              tr("Break each frame: length[:BY] (its length is wrong), cut[:BYTES] (only so many go), checksum,\n"
                 "pause[:MS] in its middle, bytes[:MS] (one by one); the last two on streams.")});
    line.add({u"wait"_s, u"MS"_s, tr("Wait so long for answers (default: 0).")});
    line.add({u"json"_s, {}, tr("Print the answers as JSON, one object a line.")});
    addImpairOptions(&line);
    line.addNote(tr(
        "With --types, fields that are not given have their defaults, and lengths and checksums are computed.\n"
        "GROUP.FIELD=VALUE reaches into groups; lists and groups are JSON, bytes are hexadecimal digits. {{counter}},\n"
        "{{time ms}}, {{uuid}}, {{random 1 6}} and sums of them are new in each message."));
    line.addNote(jsonNote());
    return line;
}

} // namespace

SendCommand::SendCommand(QObject *parent)
    : QObject(parent)
    , m_output(this)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_waitTimer.setSingleShot(true);
    m_waitTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &SendCommand::sendNext);
    connect(&m_waitTimer, &QTimer::timeout, this, &SendCommand::end);
    connect(&m_output, &StandardOutput::closed, this, &SendCommand::end);
}

SendCommand::~SendCommand() = default;

void SendCommand::fail(const QString &what, const QString &remedy)
{
    // One line says it: what follows the first failure are its consequences.
    if (std::exchange(m_exitCode, int(ExitFailed)) != ExitFailed)
        printFailure(what, remedy);
    end();
}

void SendCommand::end()
{
    m_timer.stop();
    m_waitTimer.stop();
    m_unsent += std::exchange(m_left, 0);
    QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
}

std::optional<int> SendCommand::read(const QStringList &arguments)
{
    CommandLine line = commandLine();
    if (const auto code = readArguments(&line, arguments))
        return code;
    UsageError usage;
    const auto count = line.number(u"count"_s, 1, 1'000'000'000, 1, &usage);
    const auto interval = count ? line.milliseconds(u"interval"_s, 1.0, 0, &usage) : std::nullopt;
    const auto wait = interval ? line.milliseconds(u"wait"_s, 1.0, 0, &usage) : std::nullopt;
    const auto impair = wait ? ImpairRequest::read(line, &usage) : std::nullopt;
    if (!impair || !readPace(line, *interval, &usage) || !readBreakage(line, &usage))
        return badUsage(usage.what, usage.remedy);
    m_impair = *impair;
    m_left = *count;
    m_waitMs = *wait;
    m_json = line.isSet(u"json"_s);
    if (line.isSet(u"project"_s) || line.isSet(u"message"_s))
        return readProjectMessage(line);

    SockError reason;
    if (line.words().isEmpty())
        return badUsage(tr("something is missing"), tr("write sockscope-cli send URL, such as udp://127.0.0.1:9000"));
    if (const auto wrong = readTargets(line.words().first(), true, &m_spec))
        return badUsage(wrong->what, wrong->remedy);
    m_spec.framing = line.value(u"framing"_s);
    m_spec.codec = line.value(u"codec"_s, u"raw"_s);
    m_spec.timeoutMs = 0;
    m_spec.tickMs = 0;
    const auto options = m_spec.toOptions(&reason);
    if (!options)
        return badUsage(reason.what, reason.remedy);

    m_steps.resize(1);
    if (line.isSet(u"types"_s))
        return readFields(line);
    if (line.isSet(u"keep-given"_s))
        return badUsage(tr("--keep-given needs fields"), tr("describe them with --types"));
    const Codec &codec = *options->codec;
    if (line.isSet(u"type"_s)) {
        if (!codec.carriesType()) {
            return badUsage(tr("the codec %1 does not carry a type").arg(codec.name()),
                            tr("choose json, msgpack or cbor, or leave out --type"));
        }
        const auto type = PayloadReader::type(line.value(u"type"_s), &usage);
        if (!type)
            return badUsage(usage.what, usage.remedy);
        m_steps.front().content.constant().message.type = *type;
    }
    return readPayload(line, codec);
}

bool SendCommand::readPace(const CommandLine &line, qint64 intervalMs, UsageError *usage)
{
    const auto jitter = line.milliseconds(u"jitter"_s, 1.0, 0, usage);
    const auto burst = jitter ? line.number(u"burst"_s, 1, SendPace::maximumBurst, 1, usage) : std::nullopt;
    const auto rate = burst ? line.number(u"rate"_s, 1, SendPace::maximumPerSecond, 0, usage) : std::nullopt;
    if (!rate)
        return false;
    const SendPace pace{intervalMs * nsPerMs, *jitter * nsPerMs, *burst, *rate};
    if (const QString problem = pace.problem(); !problem.isEmpty()) {
        *usage = {problem.section(u": "_s, 0, 0), problem.section(u": "_s, 1)};
        return false;
    }
    m_tellsPace = line.isSet(u"jitter"_s) || line.isSet(u"burst"_s) || line.isSet(u"rate"_s);
    if (pace.intervalNs > 0 || pace.perSecond > 0)
        m_pacer.emplace(pace, QRandomGenerator64::securelySeeded());
    else if (line.isSet(u"burst"_s)) {
        *usage = {tr("--burst without --interval or --rate"), tr("say how often a burst is to go")};
        return false;
    }
    return true;
}

int SendCommand::run(const QStringList &arguments)
{
    if (const auto code = read(arguments))
        return *code;
    if (m_breakage && m_spec.connectTo.size() > 1)
        return badUsage(tr("--break goes to one peer"), tr("name one, and the next one after it"));
    // Not earlier: until here a signal may end a program that waits for standard input.
    m_signals = std::make_unique<SignalWatcher>();
    connect(m_signals.get(), &SignalWatcher::terminationRequested, this, [this] {
        if (m_left > 0) {
            m_exitCode = ExitFailed;
            m_tellsPace = true; // how far it came
        }
        end();
    });
    SockError reason;
    m_spec.impairments = m_impair.before(m_spec.impairments);
    m_sock = m_spec.makeSock(&reason);
    if (m_protocol)
        m_protocol->applyTo(m_sock.get(), m_keepGiven);
    if (m_codec)
        m_sock->setCodec(m_codec);
    if (m_types)
        m_sock->setMessageTypes(m_types);
    PrinterOptions options;
    options.json = m_json;
    options.outbound = false;
    options.peers = false;
    Printer printer(&m_output, options);
    SockPrinter sockPrinter(m_sock.get(), &printer);
    m_sock->setUnknownTypeHandler(this, [](const Envelope &) {}, {u"print"_s});
    connect(m_sock.get(), &BaseSock::peerAdded, this, &SendCommand::handlePeerAdded);
    connect(m_sock.get(), &BaseSock::peerRemoved, this, &SendCommand::handlePeerRemoved);
    connect(m_sock.get(), &BaseSock::connectFailed, this,
            [this](const HostPort &, const SockError &error) { fail(error.what, error.remedy); });
    connect(m_sock.get(), &BaseSock::errorOccurred, this, &SendCommand::handleError);
    if (const auto error = m_sock->start()) {
        printFailure(error->what, error->remedy);
        return ExitFailed;
    }
    QCoreApplication::exec();
    m_sock->stop();
    QCoreApplication::processEvents();
    m_output.flush();
    for (const QString &line : impairLines(*m_sock))
        writeError(line);
    if (m_tellsPace)
        writeError(paceLine());
    return m_exitCode;
}

void SendCommand::handlePeerAdded(const Endpoint &peer)
{
    // A datagram sock learns peers from answers, too; the first ones are those that we send to.
    if (m_isConnected)
        return;
    m_peers.append(peer);
    if (m_peers.size() < m_spec.connectTo.size())
        return;
    m_isConnected = true;
    m_clock.start();
    if (m_pacer)
        m_pacer->start(m_clock.nsecsElapsed());
    m_timer.start(0);
}

void SendCommand::handlePeerRemoved(const Endpoint &peer, CloseReason reason)
{
    if (!m_peers.removeOne(peer))
        return;
    // What waited in an impairment went with it: a network would have lost it then, too.
    if (m_left > 0 || m_sock->ledger().sendQueued.messages > 0 || m_sock->ledger().droppedAtClose.messages > 0) {
        fail(tr("%1 closed the connection before everything was sent").arg(peer.toString()),
             tr("look at what it expects: framing, codec, length"));
    } else if (reason != CloseReason::Stopped && m_peers.isEmpty()) {
        end(); // nothing more can come
    }
}

void SendCommand::handleError(const SockError &error)
{
    // What the peer sends and we cannot read is printed among the answers; what we cannot send is our failure.
    if (error.stage == Stage::Framing || error.stage == Stage::Codec)
        return;
    fail(error.what, error.remedy);
}

/// What the step sends this time; nothing when its values could not be had, which has been said.
std::optional<SavedPayload> SendCommand::made(const Step &step, const Endpoint &peer)
{
    m_context.peer = peer;
    UsageError usage;
    auto payload = step.content.make(*m_sock->codec(), m_types.get(), m_context, &usage);
    if (!payload)
        fail(usage.what, usage.remedy);
    return payload;
}

bool SendCommand::sendStep(const Step &step)
{
    const QList<Endpoint> peers = m_peers; // who hears it may end one
    return std::all_of(peers.begin(), peers.end(), [&](const Endpoint &peer) { return sendTo(step, peer); });
}

bool SendCommand::sendTo(const Step &step, const Endpoint &peer)
{
    const auto payload = made(step, peer);
    if (!payload)
        return false;
    if (m_breakage)
        return sendBroken(*payload);
    SendResult result;
    if (!payload->payload) {
        result = m_sock->sendMessage(payload->message, peer);
    } else {
        QByteArray wire;
        const std::shared_ptr<const Framing> framing = payload->isRaw ? nullptr : m_sock->framing();
        if (framing)
            result.error = framing->encode(*payload->payload, wire);
        else
            wire = *payload->payload;
        if (!result.error)
            result = m_sock->sendRaw(wire, peer);
    }
    if (result.isOk() && result.accepted > 0) {
        ++m_sent;
        m_lastSentNs = m_clock.nsecsElapsed();
        return true;
    }
    fail(result.error ? result.error->what : tr("the message was not accepted"),
         result.error ? result.error->remedy : tr("try again"));
    return false;
}

void SendCommand::sendNext()
{
    // Several a turn, so that a large count is quick, yet few enough for answers to come in between.
    for (int i = 0; i < 64 && m_left > 0 && !m_isBreaking; ++i) {
        if (m_sock->sendQueueBytes() > sendAheadBytes) {
            m_heldBack += std::exchange(m_isHeldBack, true) ? 0 : 1;
            if (isStuck()) {
                fail(tr("nobody took anything for %1 s, after %2 messages").arg(drainLimitMs / 1000).arg(m_sent),
                     tr("look whether the other side still reads"));
                return;
            }
            m_timer.start(drainStep);
            return;
        }
        m_isHeldBack = false;
        m_stuckTime.invalidate();
        if (m_pacer && m_nextStep == 0 && !m_isRoundBegun) {
            if (const qint64 now = m_clock.nsecsElapsed(); m_pacer->due(now) == 0) {
                m_timer.start(std::chrono::milliseconds((m_pacer->nextNs() - now + nsPerMs - 1) / nsPerMs));
                return;
            }
            m_pacer->take();
            m_isRoundBegun = true;
        }
        const Step &step = m_steps[m_nextStep];
        qint64 waitMs = step.waitMs;
        if (waitMs < 0 && !sendStep(step))
            return;
        if (++m_nextStep == m_steps.size()) {
            m_nextStep = 0;
            m_isRoundBegun = false;
            --m_left;
        }
        if (m_left > 0 && m_nextStep == 0 && m_fields && !m_fields->isConstant() && !composeNext())
            return;
        if (waitMs > 0) {
            m_timer.start(std::chrono::milliseconds(waitMs));
            return;
        }
    }
    if (m_isBreaking)
        return; // its end goes on
    if (m_left > 0)
        m_timer.start(0);
    else
        drain();
}

/// Whether what waits to be sent has not become less for too long.
bool SendCommand::isStuck()
{
    const qint64 waiting = m_sock->sendQueueBytes();
    if (!m_stuckTime.isValid() || waiting < std::exchange(m_stuckBytes, waiting))
        m_stuckTime.start();
    return m_stuckTime.elapsed() > drainLimitMs;
}

QString SendCommand::paceLine() const
{
    const double seconds = static_cast<double>(m_lastSentNs) / 1e9;
    QString text = tr("sent %1 in %2 s").arg(m_sent).arg(seconds, 0, 'f', 2);
    if (m_sent > 1 && seconds > 0)
        text += tr(" (%1 a second)").arg(static_cast<double>(m_sent - 1) / seconds, 0, 'f', 1);
    if (m_heldBack > 0)
        text += tr(", waited %1 times for a full send queue").arg(m_heldBack);
    if (m_unsent > 0)
        text += tr(", stopped before %1 more").arg(m_unsent);
    return text;
}

void SendCommand::drain()
{
    const Ledger ledger = m_sock->ledger();
    if (ledger.impairWaitingOut.messages > 0) { // they go when they are to go
        QTimer::singleShot(impairedStep, this, &SendCommand::drain);
        return;
    }
    if (ledger.sendQueued.messages == 0) {
        m_waitTimer.start(std::chrono::milliseconds(m_waitMs));
        return;
    }
    if (!m_drainTime.isValid())
        m_drainTime.start();
    if (m_drainTime.elapsed() > drainLimitMs) {
        fail((m_peers.size() == 1 ? tr("%1 did not take everything within %2 s").arg(m_peers.first().toString())
                                  : tr("one of %1 peers did not take everything within %2 s").arg(m_peers.size()))
                 .arg(drainLimitMs / 1000),
             tr("look whether it still reads"));
        return;
    }
    QTimer::singleShot(drainStep, this, &SendCommand::drain);
}

int runSend(const QStringList &arguments)
{
    SendCommand command;
    return command.run(arguments);
}

} // namespace SockScope
