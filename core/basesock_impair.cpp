// Between framing and transport, and between framing and parseQueue: what a bad network does.

#include "core/basesock_impair_p.h"
#include "core/basesock_p.h"
#include "core/codec/codec.h"
#include "core/impair/impairtext.h"
#include "core/types/messagetypes.h"

namespace SockScope {

namespace {

constexpr size_t maximumDescriptions = 256;

SockError invalidImpairment(const QString &what, const QString &remedy)
{
    SockError error;
    error.code = SockError::Code::InvalidOptions;
    error.what = what;
    error.remedy = remedy;
    return error;
}

QString waitText(qint64 ns)
{
    return QStringLiteral("an impairment delays it by %1 ms").arg(static_cast<double>(ns) / 1e6, 0, 'f', 3);
}

/// Where in the wire's bytes a message may change. On a stream that is its payload, so that the frames after it can
/// still be found.
std::pair<qsizetype, qsizetype> corruptibleRange(QByteArrayView wire, QByteArrayView payload, bool isStream)
{
    if (isStream) {
        const qsizetype at =
            wire.endsWith(payload) ? wire.size() - payload.size() : wire.toByteArray().indexOf(payload);
        if (at >= 0)
            return {at, payload.size()};
    }
    return {0, wire.size()};
}

} // namespace

// ---- which there are

std::optional<SockError> BaseSockPrivate::impair(std::vector<ImpairSpec> specs)
{
    std::vector<ImpairSpec> before = std::exchange(options.impairments, std::move(specs));
    std::optional<SockError> error = startImpairments();
    if (error)
        options.impairments = std::move(before);
    else
        tapSock();
    return error;
}

std::optional<SockError> BaseSockPrivate::startImpairments()
{
    if (options.impairments.size() > maximumDescriptions) {
        return invalidImpairment(QStringLiteral("%1 impairments are too many").arg(options.impairments.size()),
                                 QStringLiteral("give at most %1").arg(maximumDescriptions));
    }
    std::vector<Filter> filters;
    for (const ImpairSpec &spec : options.impairments) {
        if (const QString problem = impairProblem(spec); !problem.isEmpty()) {
            return invalidImpairment(QStringLiteral("the impairment \"%1\": %2").arg(impairText(spec), problem),
                                     QStringLiteral("correct it"));
        }
        filters.push_back(Filter::compile(spec.filter).value_or(Filter()));
    }
    if (options.impairments.empty() && (!impairment || impairment->impairer.isEmpty())) {
        impairment.reset();
        return std::nullopt;
    }
    if (!impairment)
        impairment = std::make_shared<ImpairStage>();
    impairment->impairer.setRules(options.impairments);
    impairment->filters = std::move(filters);
    return std::nullopt;
}

/// The first that applies, or -1. The message has its payload; an outgoing one its type as well.
int BaseSockPrivate::impairRuleFor(Direction direction, Envelope &envelope)
{
    ImpairStage &stage = *impairment;
    bool isDecoded = direction == Direction::Out;
    bool isPut = false;
    for (int rule = 0; rule < stage.impairer.ruleCount(); ++rule) {
        if (!stage.impairer.concerns(rule, direction, envelope.peer))
            continue;
        const ImpairSpec &spec = stage.impairer.rules()[static_cast<size_t>(rule)];
        const Filter &wanted = stage.filters[static_cast<size_t>(rule)];
        if (!spec.type && wanted.isEmpty())
            return rule;
        if (!std::exchange(isDecoded, true)) {
            // The codec itself, not parseMessage: an application's may do more than read, and runs once a message.
            if (codec->decode(envelope.message.payload, envelope.message))
                envelope.message.type = {};
        }
        if (spec.type && *spec.type != envelope.message.type) {
            const bool hasName = spec.type->isName() && !envelope.message.type.isName();
            if (!hasName || types->name(envelope.message.type.number()) != spec.type->name())
                continue;
        }
        if (wanted.isEmpty())
            return rule;
        if (!std::exchange(isPut, true))
            stage.matcher.put(*q, options.name, direction, envelope, envelope.receivedNs);
        if (stage.matcher.matches(wanted))
            return rule;
    }
    return -1;
}

// ---- what happens to one message

/// False when it does not concern the message, which then goes the usual way.
bool BaseSockPrivate::impairOut(const MessageType &type, QByteArrayView payload, QByteArrayView wire,
                                const Endpoint &peer, SendResult &result)
{
    const std::shared_ptr<ImpairStage> stage = impairment; // slots may replace it
    Impairer &impairer = stage->impairer;
    const quint64 revision = impairer.revision();
    const bool isStream = transport->isStream();
    // What the transport would refuse is refused at once.
    const qsizetype longest = transport->maximumSendBytes();
    if ((isStream && streams.find(peer) == streams.end()) || (longest >= 0 && wire.size() > longest))
        return false;
    const qint64 now = clock->nowNs();
    int rule = -1;
    if (impairer.ruleCount() > 0) {
        Envelope envelope{{type, {}, pool.copy(payload)}, peer, 0, now, now, wire.size(), {}};
        rule = impairRuleFor(Direction::Out, envelope);
    }
    if (rule < 0 && !(isStream && impairer.waitsFor(Direction::Out, peer)))
        return false;

    ImpairFate fate;
    if (rule >= 0)
        fate = impairer.judge(rule, Direction::Out);
    ImpairedMessage message{Direction::Out, peer, type, {}, {}, wire.size(), {}};
    ledger.offered.add(wire.size());
    if (fate.lost) {
        ledger.impairLostOut.add(wire.size());
        ++result.accepted; // as in a network, where nobody is told
        tapImpaired(message, payload, Outcome::ImpairLost, QStringLiteral("an impairment lost it"));
        return true;
    }
    QByteArray changed;
    if (fate.corrupted) {
        const auto [from, size] = corruptibleRange(wire, payload, isStream);
        if (const auto changes = impairer.corruption(rule, Direction::Out, fate.number, size); !changes.empty()) {
            changed = wire.toByteArray();
            ImpairFates::apply(changes, changed.data() + from);
            wire = changed;
            if (size == payload.size())
                payload = QByteArrayView(changed).sliced(from, size);
            ++ledger.impairCorruptedOut;
            const bool wholeBytes = impairer.rules()[static_cast<size_t>(rule)].corruptBytes;
            tapImpaired(message, payload, Outcome::ImpairCorrupted,
                        QStringLiteral("an impairment changed %1").arg(ImpairFates::describe(changes, wholeBytes)));
        }
    }
    for (const bool isCopy : {false, true}) {
        if (isCopy) {
            if (!fate.duplicated || isStopped() || impairer.revision() != revision)
                break;
            ledger.offered.add(wire.size());
            ++ledger.impairDuplicatedOut;
            tapImpaired(message, payload, Outcome::ImpairDuplicated, QStringLiteral("an impairment sends it twice"));
        }
        const ImpairPlacement placement = impairer.place(rule, fate, isCopy, isStream, message, now);
        if (placement.overtakes && placement.kind != ImpairPlacement::Kind::Full) {
            ++ledger.impairReorderedOut;
            tapImpaired(message, payload, Outcome::ImpairReordered,
                        QStringLiteral("an impairment lets it overtake earlier ones"));
        }
        SendResult ofCopy;
        switch (placement.kind) {
        case ImpairPlacement::Kind::Pass:
            handOver(type, payload, wire, peer, isCopy ? ofCopy : result);
            break;
        case ImpairPlacement::Kind::Full:
            ledger.impairFullOut.add(wire.size());
            result.accepted += isCopy ? 0 : 1;
            tapImpaired(message, payload, Outcome::ImpairQueueFull, QStringLiteral("an impairment's queue is full"),
                        QStringLiteral("raise its limit"));
            break;
        case ImpairPlacement::Kind::Wait:
            message.wire = Bytes(wire);
            // The payload is mostly a part of the wire: then they share memory.
            message.payload =
                payload.data() >= wire.data() && payload.data() + payload.size() <= wire.data() + wire.size()
                    ? message.wire.slice(payload.data() - wire.data(), payload.size())
                    : Bytes(payload);
            impairer.hold(rule, placement.releaseNs, ImpairedMessage(message));
            ++ledger.impairDelayedOut;
            result.accepted += isCopy ? 0 : 1;
            tapImpaired(message, payload, Outcome::ImpairDelayed, waitText(placement.releaseNs - now));
            break;
        }
    }
    if (!isStopped() && impairment == stage)
        armImpairAlarm();
    return true;
}

/// The frame has been counted as received.
void BaseSockPrivate::impairIn(const Endpoint &peer, QByteArrayView payload, qsizetype wireBytes, EnvelopeFlags flags,
                               qint64 nowNs)
{
    const std::shared_ptr<ImpairStage> stage = impairment;
    Impairer &impairer = stage->impairer;
    const quint64 revision = impairer.revision();
    const bool isStream = transport->isStream();
    ImpairedMessage message{Direction::In, peer, {}, {}, {}, wireBytes, flags};
    message.payload = lentPool ? lentPool->share(payload) : pool.copy(payload);
    int rule = -1;
    if (impairer.ruleCount() > 0) {
        Envelope envelope{{{}, {}, message.payload}, peer, 0, nowNs, nowNs, wireBytes, flags};
        rule = impairRuleFor(Direction::In, envelope);
        message.type = envelope.message.type;
    }
    if (rule < 0 && !(isStream && impairer.waitsFor(Direction::In, peer))) {
        passFrame(peer, payload, wireBytes, flags, nowNs);
        return;
    }
    ImpairFate fate;
    if (rule >= 0)
        fate = impairer.judge(rule, Direction::In);
    if (fate.lost) {
        ledger.impairLostIn.add(wireBytes);
        tapImpaired(message, payload, Outcome::ImpairLost, QStringLiteral("an impairment lost it"));
        return;
    }
    if (fate.corrupted) {
        if (const auto changes = impairer.corruption(rule, Direction::In, fate.number, payload.size());
            !changes.empty()) {
            QByteArray changed = payload.toByteArray();
            ImpairFates::apply(changes, changed.data());
            message.payload = Bytes(changed);
            ++ledger.impairCorruptedIn;
            const bool wholeBytes = impairer.rules()[static_cast<size_t>(rule)].corruptBytes;
            tapImpaired(message, message.payload, Outcome::ImpairCorrupted,
                        QStringLiteral("an impairment changed %1").arg(ImpairFates::describe(changes, wholeBytes)));
        }
    }
    for (const bool isCopy : {false, true}) {
        if (isCopy) {
            if (!fate.duplicated || isStopped() || impairer.revision() != revision)
                break;
            ledger.received.add(wireBytes);
            ++ledger.impairDuplicatedIn;
            if (flags.testFlag(EnvelopeFlag::Injected))
                ++ledger.injected;
            tapImpaired(message, message.payload, Outcome::ImpairDuplicated,
                        QStringLiteral("an impairment takes it twice"));
        }
        const ImpairPlacement placement = impairer.place(rule, fate, isCopy, isStream, message, nowNs);
        if (placement.overtakes && placement.kind != ImpairPlacement::Kind::Full) {
            ++ledger.impairReorderedIn;
            tapImpaired(message, message.payload, Outcome::ImpairReordered,
                        QStringLiteral("an impairment lets it overtake earlier ones"));
        }
        switch (placement.kind) {
        case ImpairPlacement::Kind::Pass:
            passFrame(peer, message.payload, wireBytes, flags, nowNs);
            break;
        case ImpairPlacement::Kind::Full:
            ledger.impairFullIn.add(wireBytes);
            tapImpaired(message, message.payload, Outcome::ImpairQueueFull,
                        QStringLiteral("an impairment's queue is full"), QStringLiteral("raise its limit"));
            break;
        case ImpairPlacement::Kind::Wait:
            impairer.hold(rule, placement.releaseNs, ImpairedMessage(message));
            ++ledger.impairDelayedIn;
            tapImpaired(message, message.payload, Outcome::ImpairDelayed, waitText(placement.releaseNs - nowNs));
            break;
        }
    }
    if (!isStopped() && impairment == stage)
        armImpairAlarm();
}

void BaseSockPrivate::tapImpaired(const ImpairedMessage &message, QByteArrayView payload, Outcome outcome,
                                  const QString &what, const QString &remedy)
{
    if (taps.empty())
        return;
    SockError note;
    note.code = SockError::Code::Impaired;
    note.stage = message.direction == Direction::Out ? Stage::Send : Stage::Framing;
    note.peer = message.peer;
    note.what = what;
    note.remedy = remedy;
    const qint64 now = clock->nowNs();
    if (message.direction == Direction::Out) {
        for (size_t i = 0; i < taps.size(); ++i)
            taps[i]->outbound(message.peer, message.type, payload, message.wireBytes, now, outcome, &note);
        return;
    }
    Envelope envelope{
        {message.type, {}, pool.copy(payload)}, message.peer, 0, now, now, message.wireBytes, message.flags};
    if (codec->decode(envelope.message.payload, envelope.message)) // so that the log can name it
        envelope.message.type = message.type;
    tapInbound(envelope, outcome, &note);
}

// ---- what waits

void BaseSockPrivate::armImpairAlarm()
{
    ImpairStage &stage = *impairment;
    const std::optional<qint64> due = stage.impairer.nextDueNs();
    if (!due || stage.isBlocked)
        return;
    if (!stage.alarm) {
        const auto fire = [this, keep = weak_from_this()] {
            if (const auto alive = keep.lock())
                releaseImpaired();
        };
        stage.alarm = options.preciseTicks ? clock->createPreciseAlarm(fire) : clock->createAlarm(fire);
    }
    if (stage.alarm->isSet() && stage.alarmNs == *due) // setting it is a system call
        return;
    stage.alarmNs = *due;
    stage.alarm->setDeadline(*due);
}

void BaseSockPrivate::releaseImpaired()
{
    const std::shared_ptr<ImpairStage> stage = impairment;
    if (isStopped() || !stage)
        return;
    constexpr int mostATurn = 1024;
    const qint64 now = clock->nowNs();
    for (int i = 0; i < mostATurn; ++i) {
        const ImpairedMessage *next = stage->impairer.peekDue(now);
        if (!next)
            break;
        // A stream loses nothing to a full queue: it waits on, until a turn has made place.
        if (next->direction == Direction::In && options.queuePolicy == QueuePolicy::PauseReading &&
            !parseQueue.hasPlace(queueCost(next->payload.size()))) {
            stage->isBlocked = true;
            break;
        }
        const ImpairedMessage message = stage->impairer.takeFront();
        if (message.direction == Direction::In) {
            passFrame(message.peer, message.payload, message.wireBytes, message.flags, now);
        } else {
            SendResult ignored; // who sent it has his answer; the taps and errorOccurred tell what came of it
            handOver(message.type, message.payload, message.wire, message.peer, ignored);
        }
        if (isStopped())
            return;
    }
    if (impairment == stage) {
        if (stage->impairer.isEmpty() && stage->impairer.ruleCount() == 0)
            impairment.reset(); // they were taken away while messages waited
        else
            armImpairAlarm();
    }
    updateReading();
    runTurn();
}

/// A turn has made place, perhaps.
void BaseSockPrivate::resumeImpaired()
{
    if (!impairment->isBlocked || isStopped() || wantsPause())
        return;
    impairment->isBlocked = false;
    armImpairAlarm();
}

void BaseSockPrivate::dropImpaired(std::vector<ImpairedMessage> &&messages, const QString &why)
{
    SockError error;
    error.code = SockError::Code::ConnectionLost;
    error.what = why;
    for (const ImpairedMessage &message : messages) {
        error.peer = message.peer;
        const bool isOut = message.direction == Direction::Out;
        (isOut ? ledger.droppedAtClose : ledger.droppedAtStop).add(message.wireBytes);
        error.stage = isOut ? Stage::Send : Stage::Dispatch;
        const qint64 now = clock->nowNs();
        if (!isOut && !taps.empty()) {
            tapInbound(
                {{message.type, {}, message.payload}, message.peer, 0, now, now, message.wireBytes, message.flags},
                Outcome::DroppedAtStop, &error);
        }
        for (size_t i = 0; isOut && i < taps.size(); ++i) {
            taps[i]->outbound(message.peer, message.type, message.payload, message.wireBytes, now,
                              Outcome::DroppedAtClose, &error);
        }
    }
}

/// Its stream has closed: what waited to be sent on it would come out of another one.
void BaseSockPrivate::dropImpairedOf(const Endpoint &peer)
{
    dropImpaired(impairment->impairer.takePeer(Direction::Out, peer),
                 QStringLiteral("the peer closed before the impairment let it go"));
}

void BaseSockPrivate::dropImpairments()
{
    if (!impairment)
        return;
    const std::shared_ptr<ImpairStage> stage = impairment;
    stage->alarm.reset();
    stage->isBlocked = false;
    dropImpaired(stage->impairer.takeAll(), QStringLiteral("the sock stopped before the impairment let it go"));
}

} // namespace SockScope
