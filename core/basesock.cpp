#include "core/basesock.h"

#include <QHostInfo>
#include <QLoggingCategory>
#include <QMetaMethod>
#include <QThread>

#include "core/basesock_p.h"
#include "core/codec/codec.h"
#include "core/metasock.h"
#include "core/time/steadyclock.h"
#include "core/transport/nulltransport.h"
#include "core/types/messagetypes.h"

namespace SockScope {

Q_LOGGING_CATEGORY(lcSock, "sockscope.sock", QtWarningMsg)

// ---- the stages' owner: life

BaseSockPrivate::BaseSockPrivate(BaseSock *sock, SockOptions sockOptions)
    : q(sock)
    , options(std::move(sockOptions))
    , types(std::make_shared<MessageTypes>())
    , peers(options.maximumPeers)
    , dispatcher(std::make_shared<Dispatcher>(nullptr, options.maximumHandlers, options.maxConcurrentHandlers))
    , parseQueue(options.parseQueueMessages, options.parseQueueBytes)
    , inQueue(options.inQueueMessages, options.inQueueBytes)
{
    applyOptions();
    dispatcher->setHome(sock);
}

BaseSockPrivate::~BaseSockPrivate() = default;

void BaseSockPrivate::applyOptions()
{
    clock = options.clock ? options.clock : SteadyClock::instance();
    framing = options.framing;
    codec = options.codec ? options.codec : makeCodec(u"raw");
    parseQueue.setLimits(options.parseQueueMessages, options.parseQueueBytes);
    inQueue.setLimits(options.inQueueMessages, options.inQueueBytes);
    peers.setMaximum(options.maximumPeers);
    dispatcher->setClock(clock);
    dispatcher->setLimits(options.maximumHandlers, options.maxConcurrentHandlers);
    expiry.reset();
    ticker.reset();
}

std::optional<SockError> BaseSockPrivate::checkOptions() const
{
    const auto invalid = [](const QString &what, const QString &remedy) {
        SockError error;
        error.code = SockError::Code::InvalidOptions;
        error.what = what;
        error.remedy = remedy;
        return error;
    };
    constexpr std::chrono::milliseconds longest = std::chrono::hours(10 * 365 * 24); // nanoseconds must not overflow
    if (options.timeout > longest || options.tickInterval > longest || options.turnBudget > longest ||
        options.blockedAfter > longest || options.tcp.connectTimeout > longest)
        return invalid(QStringLiteral("a duration in the options is longer than ten years"),
                       QStringLiteral("use 0 to switch it off"));
    if (options.tcp.connectTimeout.count() < 0)
        return invalid(QStringLiteral("the connect time-out is negative"),
                       QStringLiteral("use 0 to leave it to the system"));
    if (options.timeout.count() < 0 || options.tickInterval.count() < 0 || options.turnBudget.count() <= 0 ||
        options.blockedAfter.count() < 0)
        return invalid(QStringLiteral("a duration in the options is negative, or the turn budget is 0"),
                       QStringLiteral("use 0 to switch time-out, ticks or watchdog off; give the turn at least 1 ms"));
    if (options.parseQueueMessages < 1 || options.inQueueMessages < 1 || options.parseQueueBytes < 1 ||
        options.inQueueBytes < 1 || options.maximumPeers < 1 || options.maximumHandlers < 1 ||
        options.maxConcurrentHandlers < 1)
        return invalid(QStringLiteral("a limit in the options is less than 1"),
                       QStringLiteral("every queue and table needs at least one place"));
    if (options.tcp.maximumConnections < 1 || options.tcp.sendLimitBytes < 1)
        return invalid(QStringLiteral("a TCP limit in the options is less than 1"),
                       QStringLiteral("allow at least one connection and one byte"));
    for (const HostPort &peer : options.connectTo) {
        if (peer.port == 0 || peer.host.isEmpty())
            return invalid(QStringLiteral("cannot connect to %1").arg(peer.toString()),
                           QStringLiteral("name a host and a port other than 0"));
    }
    return std::nullopt;
}

std::optional<SockError> BaseSockPrivate::fail(SockError error)
{
    transport.reset();
    lastError = error;
    setState(BaseSock::State::Failed);
    if (q)
        report(error);
    return error;
}

std::optional<SockError> BaseSockPrivate::start()
{
    const auto keep = shared_from_this();
    SockError wrong;
    wrong.code = SockError::Code::WrongState;
    if (q->thread() != QThread::currentThread()) {
        wrong.code = SockError::Code::WrongThread;
        wrong.what = QStringLiteral("start was called from another thread than the sock's");
        wrong.remedy = QStringLiteral("invoke it in the sock's thread");
        return wrong;
    }
    if (state != BaseSock::State::Idle && state != BaseSock::State::Failed) {
        wrong.what = QStringLiteral("the sock is already started");
        wrong.remedy = QStringLiteral("stop it first");
        return wrong;
    }
    const auto ended = [this, &wrong] {
        wrong.what = QStringLiteral("the sock was stopped while it started");
        return q && state == BaseSock::State::Starting ? std::nullopt : std::optional<SockError>(wrong);
    };
    lastError.reset();
    ++generation;
    setState(BaseSock::State::Starting);
    if (auto error = ended())
        return error;
    if (auto error = checkOptions())
        return fail(std::move(*error));
    dispatcher->setLongRunNs(std::chrono::nanoseconds(options.blockedAfter).count());
    if (!wasSetUp) {
        std::vector<HandlerEntry> entries;
        const bool done = contained(Stage::Setup, {}, "defaultHandlers or childSetup", [&] {
            entries = q->defaultHandlers();
            q->childSetup();
        });
        if (auto error = ended())
            return error;
        if (!done) {
            setState(BaseSock::State::Failed);
            return lastError;
        }
        wasSetUp = true;
        for (HandlerEntry &entry : entries)
            dispatcher->add(entry.type, nullptr, std::move(entry.callable), entry.options, false);
    }
    if (std::exchange(handlersChanged, false)) {
        for (const HandlerId id : std::exchange(optionHandlers, {}))
            dispatcher->remove(id);
        for (const HandlerEntry &entry : options.handlers)
            optionHandlers.push_back(dispatcher->add(entry.type, nullptr, entry.callable, entry.options, false));
    }
    if (options.metaSock && !options.metaSock->addChild(q)) {
        options.metaSock = nullptr;
        wrong.code = SockError::Code::InvalidOptions;
        wrong.what = QStringLiteral("the MetaSock of the options does not take this sock");
        wrong.remedy = QStringLiteral("give it one of the same thread that is not below it");
        return fail(std::move(wrong));
    }
    if (!framing)
        framing = q->defaultFraming();
    boundAddress.reset();
    if (options.bind) {
        const QString host = options.bind->host;
        if (host.isEmpty() || host == QLatin1String("*"))
            boundAddress = QHostAddress(QHostAddress::Any);
        else if (host == QLatin1String("localhost"))
            boundAddress = QHostAddress(QHostAddress::LocalHost);
        else
            boundAddress = QHostAddress(host);
        if (boundAddress->isNull()) {
            // Only a name that stands for this machine can be bound, and such names are resolved from its own files.
            const QList<QHostAddress> found = QHostInfo::fromName(host).addresses();
            if (found.isEmpty()) {
                SockError error;
                error.code = SockError::Code::HostNotFound;
                error.what = QStringLiteral("the host %1 is not known").arg(host);
                error.remedy = QStringLiteral("listen on an address of this machine, for example 127.0.0.1");
                return fail(std::move(error));
            }
            boundAddress = found.first();
        }
    }
    transport = options.transport ? options.transport() : q->createTransport();
    if (!transport) {
        wrong.code = SockError::Code::InvalidOptions;
        wrong.what = QStringLiteral("createTransport answered nothing");
        wrong.remedy = QStringLiteral("answer a NullTransport where nothing shall be sent");
        return fail(std::move(wrong));
    }
    transport->setSink(this);
    if (auto error = transport->open())
        return q ? fail(std::move(*error)) : error;
    if (auto error = ended())
        return error;
    if (options.blockedAfter.count() > 0)
        startWatchdog();
    setState(BaseSock::State::Active);
    if (isStopped())
        return std::nullopt;
    if (options.tickInterval.count() > 0) {
        if (!ticker)
            ticker = std::make_unique<Ticker>(clock, [this, weak = weak_from_this()](const TickInfo &info) {
                if (const auto alive = weak.lock())
                    handleTick(info);
            });
        ticker->start(std::chrono::nanoseconds(options.tickInterval).count());
    }
    for (const HostPort &peer : QList<HostPort>(options.connectTo)) {
        q->connectTo(peer);
        if (isStopped())
            return std::nullopt;
    }
    Q_EMIT q->started();
    return std::nullopt;
}

void BaseSockPrivate::stop()
{
    if (state != BaseSock::State::Active && state != BaseSock::State::Starting)
        return;
    const auto keep = shared_from_this();
    ++generation;
    setState(BaseSock::State::Stopping);
    if (!q || state != BaseSock::State::Stopping)
        return;
    if (ticker)
        ticker->stop();
    expiry.reset();
    for (auto it = lookUps.cbegin(); it != lookUps.cend(); ++it)
        QHostInfo::abortHostLookup(it.key());
    lookUps.clear();
    pendingConnects.clear();
    dropQueues();
    if (!q)
        return;
    while (!streams.empty())
        endStream(Endpoint(streams.begin()->first), false);
    if (transport) {
        transport->flush();
        transport->close();
        transport.reset();
    }
    if (!q)
        return;
    for (const Endpoint &peer : peers.endpoints()) {
        removePeer(peer, CloseReason::Stopped);
        if (!q)
            return;
    }
    unwatch();
    readingPaused = false;
    stalled = false;
    boundAddress.reset();
    setState(BaseSock::State::Idle);
    if (q)
        Q_EMIT q->stopped();
}

void BaseSockPrivate::setState(BaseSock::State next)
{
    if (state == next || !q)
        return;
    const bool wasActive = state == BaseSock::State::Active;
    state = next;
    tapSock();
    const auto keep = shared_from_this();
    Q_EMIT q->stateChanged(next);
    if (q && wasActive != (next == BaseSock::State::Active))
        Q_EMIT q->activeChanged(next == BaseSock::State::Active);
}

void BaseSockPrivate::startWatchdog()
{
    watching = true;
    // Called in the watchdog's thread; unwatch, in stop() and in the destructor, waits until it has returned.
    Watchdog::watch(dispatcher->sharedWatch(), std::chrono::nanoseconds(options.blockedAfter).count(),
                    [sock = q, names = dispatcher.get()](quint64 subject, qint64 forNs) {
                        const QString name = subject ? names->handlerName(subject) : QStringLiteral("tick");
                        Q_EMIT sock->handlerBlocked(name, forNs);
                    });
}

void BaseSockPrivate::unwatch()
{
    if (std::exchange(watching, false))
        Watchdog::unwatch(dispatcher->sharedWatch());
}

void BaseSockPrivate::handleTick(const TickInfo &info)
{
    const auto keep = shared_from_this();
    if (isStopped())
        return;
    auto [name, ns] = dispatcher->takeLongest();
    if (info.lastDurationNs > ns) {
        name = QStringLiteral("tick");
        ns = info.lastDurationNs;
    }
    const qint64 tolerated = std::chrono::nanoseconds(options.tickInterval).count() / 10;
    if (info.missed > 0 ||
        info.actualNs - info.scheduledNs > tolerated) // nobody is to blame for the system's own delay
        lateCulprit = name.isEmpty() || ns <= tolerated
                          ? QString()
                          : QStringLiteral("%1 (%2 ms)").arg(name).arg(double(ns) / 1e6, 0, 'f', 1);
    const auto hold = dispatcher;
    hold->watch().enter(0);
    contained(Stage::Tick, {}, "tick", [&] { q->tick(info); });
    hold->watch().leave();
    if (isStopped())
        return;
    Q_EMIT q->ticked(info);
    if (q)
        tapSock();
}

// ---- what all parts use

void BaseSockPrivate::report(SockError error, bool toLog)
{
    if (!q)
        return;
    lastError = error;
    if (toLog && q)
        q->logError(error.toString());
    tapSock();
    if (q)
        Q_EMIT q->errorOccurred(error);
}

void BaseSockPrivate::tapInbound(const Envelope &envelope, Outcome outcome, const SockError *error)
{
    for (Tap *tap : std::vector<Tap *>(taps))
        tap->inbound(envelope, outcome, error);
}

void BaseSockPrivate::tapPeer(const Endpoint &peer)
{
    for (Tap *tap : std::vector<Tap *>(taps))
        tap->peerChanged(peer);
}

void BaseSockPrivate::tapSock()
{
    for (Tap *tap : std::vector<Tap *>(taps))
        tap->sockChanged();
}

bool BaseSockPrivate::isSignalled(const QMetaMethod &signal) const
{
    return q && q->isSignalConnected(signal);
}

void BaseSockPrivate::transportError(const SockError &error)
{
    const auto keep = shared_from_this();
    report(error);
}

void BaseSockPrivate::transportKernelDrops(quint64 count)
{
    const auto keep = shared_from_this();
    ledger.kernelDrops += count;
    tapSock();
    if (q)
        Q_EMIT q->limitReached(QStringLiteral("kernel receive buffer"), ledger.kernelDrops);
}

// ---- the façade

BaseSock::BaseSock(SockOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_shared<BaseSockPrivate>(this, std::move(options)))
{
    Dispatcher::Hooks hooks;
    std::weak_ptr<BaseSockPrivate> weak = d;
    hooks.failed = [weak](HandlerId, const QString &name, const Endpoint &peer, const QString &what) {
        const auto alive = weak.lock();
        if (!alive || !alive->q)
            return;
        ++alive->ledger.handlerErrors;
        if (Peer *known = alive->peers.find(peer))
            ++known->errors;
        SockError error;
        error.code = SockError::Code::HandlerFailed;
        error.stage = Stage::Handler;
        error.peer = peer;
        error.what = QStringLiteral("the handler %1 threw: %2").arg(name, what);
        error.remedy = QStringLiteral("catch it in the handler; the message counts as handled");
        alive->report(std::move(error));
    };
    hooks.ran = [weak](const QString &name, qint64 ns) {
        const auto alive = weak.lock();
        if (!alive || !alive->q)
            return;
        ++alive->blocked;
        SockError error;
        error.code = SockError::Code::HandlerBlocked;
        error.stage = Stage::Handler;
        error.what = QStringLiteral("the handler %1 ran for %2 ms").arg(name).arg(double(ns) / 1e6, 0, 'f', 0);
        error.remedy = QStringLiteral("make it concurrent, or give its work to another thread");
        alive->report(std::move(error));
    };
    hooks.concurrentFinished = [weak] {
        const auto alive = weak.lock();
        if (!alive || !alive->stalled)
            return;
        alive->stalled = false;
        alive->scheduleTurn();
    };
    d->dispatcher->setHooks(std::move(hooks));
}

BaseSock::~BaseSock()
{
    const auto keep = d;
    // Taps and signals of a sock that is being destroyed would reach half an object: what is left is only counted.
    blockSignals(true);
    d->stop();
    d->unwatch(); // a stop() that is on the stack below us will not come to it
    d->q = nullptr;
    for (Tap *tap : std::vector<Tap *>(d->taps))
        tap->sockDestroyed();
    d->taps.clear();
    d->dispatcher->shutdown();
}

std::optional<SockError> BaseSock::start()
{
    return d->start();
}

void BaseSock::stop()
{
    Q_ASSERT(thread() == QThread::currentThread());
    d->stop();
}

BaseSock::State BaseSock::state() const
{
    return d->state;
}
bool BaseSock::isActive() const
{
    return d->state == State::Active;
}
Endpoint BaseSock::localEndpoint() const
{
    return d->transport ? d->transport->localEndpoint() : Endpoint();
}

QString BaseSock::url() const
{
    const Endpoint local = localEndpoint();
    if (options().bind)
        return QStringLiteral("%1://%2").arg(scheme(), local.isNull() ? options().bind->toString() : local.toString());
    if (!options().connectTo.isEmpty())
        return QStringLiteral("%1://%2").arg(scheme(), options().connectTo.first().toString());
    return QStringLiteral("%1://%2").arg(scheme(), local.isNull() ? QString() : local.toString());
}

const SockOptions &BaseSock::options() const
{
    return d->options;
}

std::optional<SockError> BaseSock::setOptions(SockOptions options)
{
    if (d->state != State::Idle && d->state != State::Failed) {
        SockError error;
        error.code = SockError::Code::WrongState;
        error.what = QStringLiteral("the options of an active sock do not change");
        error.remedy = QStringLiteral("stop it first");
        return error;
    }
    if (d->options.metaSock && d->options.metaSock != options.metaSock)
        d->options.metaSock->removeChild(this);
    d->options = std::move(options);
    d->handlersChanged = true;
    d->applyOptions();
    return std::nullopt;
}

void BaseSock::setFraming(std::shared_ptr<const Framing> framing)
{
    if (!framing)
        framing = defaultFraming();
    d->framing = std::move(framing);
    for (auto &stream : d->streams)
        stream.second.framing = {};
    d->tapSock();
}

std::shared_ptr<const Framing> BaseSock::framing() const
{
    return d->framing ? d->framing : defaultFraming();
}

void BaseSock::setCodec(std::shared_ptr<const Codec> codec)
{
    d->codec = codec ? std::move(codec) : makeCodec(u"raw");
    d->tapSock();
}

std::shared_ptr<const Codec> BaseSock::codec() const
{
    return d->codec;
}

void BaseSock::setMessageTypes(std::shared_ptr<const MessageTypes> types)
{
    d->types = types ? std::move(types) : std::make_shared<MessageTypes>();
    d->tapSock();
}

std::shared_ptr<const MessageTypes> BaseSock::messageTypes() const
{
    return d->types;
}
MessageHooks &BaseSock::hooks()
{
    return d->hooks;
}
PeerFilter &BaseSock::peerFilter()
{
    return d->filter;
}

HandlerId BaseSock::addHandler(const MessageType &type, QObject *context, Callable callable, HandlerOptions options)
{
    Q_ASSERT(thread() == QThread::currentThread());
    const HandlerId id = d->dispatcher->add(type, context, std::move(callable), options, false);
    if (id == 0)
        Q_EMIT limitReached(QStringLiteral("handlers"), static_cast<quint64>(d->options.maximumHandlers));
    d->tapSock();
    return id;
}

HandlerId BaseSock::setHandler(const MessageType &type, QObject *context, Callable callable, HandlerOptions options)
{
    d->dispatcher->removeType(type);
    return addHandler(type, context, std::move(callable), std::move(options));
}

HandlerId BaseSock::setUnknownTypeHandler(QObject *context, Callable callable, HandlerOptions options)
{
    for (const HandlerStats &row : d->dispatcher->stats()) {
        if (row.catchAll && row.id != 0)
            d->dispatcher->remove(row.id);
    }
    const HandlerId id = d->dispatcher->add({}, context, std::move(callable), options, true);
    d->tapSock();
    return id;
}

bool BaseSock::removeHandler(HandlerId id)
{
    const bool removed = d->dispatcher->remove(id);
    d->tapSock();
    return removed;
}

int BaseSock::removeHandlers(const MessageType &type)
{
    const int removed = d->dispatcher->removeType(type);
    d->tapSock();
    return removed;
}

bool BaseSock::setHandlerEnabled(HandlerId id, bool enabled)
{
    const bool found = d->dispatcher->setEnabled(id, enabled);
    d->tapSock();
    return found;
}

HandlerId BaseSock::addHandlerByName(const QString &name, QObject *context, Callable callable, HandlerOptions options)
{
    const std::optional<qint64> number = d->types->number(name);
    if (!number) {
        d->report(unknownTypeError(name));
        return 0;
    }
    if (options.name.isEmpty())
        options.name = name;
    return addHandler(*number, context, std::move(callable), std::move(options));
}

std::vector<HandlerStats> BaseSock::handlerStats() const
{
    return d->dispatcher->stats();
}

SockError BaseSock::unknownTypeError(const QString &name)
{
    SockError error;
    error.code = SockError::Code::UnknownType;
    error.stage = Stage::Dispatch;
    error.what = QStringLiteral("the message type \"%1\" is not defined").arg(name);
    error.remedy = QStringLiteral("define it in MessageTypes, or use its number");
    return error;
}

SendResult BaseSock::sendMessage(const MessageType &type, const QCborValue &data, const std::optional<Endpoint> &to)
{
    Message message;
    message.type = type;
    message.value = data;
    return sendMessage(message, to);
}

SendResult BaseSock::sendMessage(const Message &message, const std::optional<Endpoint> &to)
{
    Q_ASSERT(thread() == QThread::currentThread());
    const auto keep = d;
    QByteArray payload;
    QByteArray wire;
    if (auto error = keep->prepare(message, payload, wire)) {
        keep->ledger.offered.add(0);
        keep->ledger.encodeErrors.add(0);
        error->stage = error->stage == Stage::Setup ? Stage::Codec : error->stage;
        for (Tap *tap : std::vector<Tap *>(keep->taps))
            tap->outbound(to.value_or(Endpoint()), message.type, payload, 0, keep->clock->nowNs(), Outcome::EncodeError,
                          &*error);
        keep->report(*error);
        return {0, 1, std::move(error)};
    }
    return keep->sendPrepared(message.type, payload, wire, to);
}

SendResult BaseSock::send(const QString &typeName, const QCborValue &data, const std::optional<Endpoint> &to)
{
    const std::optional<qint64> number = d->types->number(typeName);
    if (!number)
        return {0, 1, unknownTypeError(typeName)};
    return sendMessage(*number, data, to);
}

SendResult BaseSock::sendRaw(QByteArrayView wire, const std::optional<Endpoint> &to)
{
    Q_ASSERT(thread() == QThread::currentThread());
    return d->sendPrepared({}, wire, wire, to);
}

namespace {
SockError notActive()
{
    SockError error;
    error.code = SockError::Code::WrongState;
    error.stage = Stage::Dispatch;
    error.what = QStringLiteral("the sock is not active: nothing would handle the message");
    error.remedy = QStringLiteral("start it first");
    return error;
}
} // namespace

std::optional<SockError> BaseSock::injectRaw(const Endpoint &peer, QByteArrayView wire)
{
    const auto keep = d;
    if (keep->isStopped())
        return notActive();
    const qint64 now = keep->clock->nowNs();
    if (keep->transport->isStream()) {
        StreamState stream;
        keep->frameStream(peer, stream, wire, EnvelopeFlag::Injected, now, true);
    } else {
        keep->knownPeer(peer, now, true);
        if (!keep->isStopped())
            keep->frameDatagram(peer, wire, EnvelopeFlag::Injected, now);
    }
    if (!keep->isStopped())
        keep->runQueues();
    return std::nullopt;
}

std::optional<SockError> BaseSock::injectPayload(const Endpoint &peer, QByteArrayView payload)
{
    const auto keep = d;
    if (keep->isStopped())
        return notActive();
    const qint64 now = keep->clock->nowNs();
    keep->knownPeer(peer, now, !keep->transport->isStream());
    if (!keep->isStopped())
        keep->acceptFrame(peer, payload, payload.size(), EnvelopeFlag::Injected, now);
    if (!keep->isStopped())
        keep->runQueues();
    return std::nullopt;
}

std::optional<SockError> BaseSock::injectMessage(const Endpoint &peer, const Message &message)
{
    const auto keep = d;
    if (keep->isStopped())
        return notActive();
    QByteArray payload;
    std::optional<SockError> error;
    if (!keep->contained(Stage::Codec, peer, "serialiseMessage", [&] { error = serialiseMessage(message, payload); }))
        error = keep->lastError;
    if (error)
        return error;
    return injectPayload(peer, payload);
}

std::optional<SockError> BaseSock::connectTo(const HostPort &peer)
{
    Q_ASSERT(thread() == QThread::currentThread());
    if (d->isStopped()) {
        SockError error = notActive();
        error.what = QStringLiteral("the sock is not active: it cannot connect to %1").arg(peer.toString());
        return error;
    }
    if (peer.port == 0 || peer.host.isEmpty()) {
        SockError error;
        error.code = SockError::Code::InvalidOptions;
        error.what = QStringLiteral("cannot connect to %1").arg(peer.toString());
        error.remedy = QStringLiteral("name a host and a port other than 0");
        return error;
    }
    d->lookUp(peer);
    return std::nullopt;
}

std::optional<SockError> BaseSock::connectTo(const Endpoint &peer)
{
    return connectTo(HostPort{peer.addressString(), peer.port()});
}

bool BaseSock::closePeer(const Endpoint &peer, CloseReason reason)
{
    const auto keep = d;
    if (keep->isStopped())
        return false;
    if (!keep->peers.find(peer))
        return false;
    keep->pendingConnects.remove(peer);
    keep->endStream(peer, false);
    if (keep->isStopped())
        return true;
    keep->transport->closePeer(peer, reason);
    if (keep->q)
        keep->removePeer(peer, reason);
    return true;
}

bool BaseSock::goodPeer(const Endpoint &peer)
{
    return d->filter.isEmpty() || d->filter.accepts(peer);
}

const PeerTable &BaseSock::peers() const
{
    return d->peers;
}

bool BaseSock::setPeerMetadata(const Endpoint &peer, const QString &key, const QVariant &value)
{
    Peer *known = d->peers.find(peer);
    if (!known || (known->metadata.size() >= Peer::maximumMetadata && !known->metadata.contains(key)))
        return false;
    known->metadata.insert(key, value);
    d->tapPeer(peer);
    Q_EMIT peerChanged(peer);
    return true;
}

Ledger BaseSock::ledger() const
{
    Ledger ledger = d->ledger;
    ledger.stillQueued = d->queuedCount();
    ledger.stillQueued += d->inTransit;
    ledger.bytesBuffered = 0;
    for (const auto &stream : d->streams)
        ledger.bytesBuffered += static_cast<quint64>(stream.second.buffered);
    return ledger;
}

QueueStats BaseSock::parseQueueStats() const
{
    return d->parseQueue.stats();
}
QueueStats BaseSock::inQueueStats() const
{
    return d->inQueue.stats();
}
TickStats BaseSock::tickStats() const
{
    return d->ticker ? d->ticker->stats() : TickStats{};
}
QString BaseSock::lateTickCulprit() const
{
    return d->lateCulprit;
}
qsizetype BaseSock::sendQueueBytes() const
{
    return d->transport ? d->transport->pendingSendBytes() : 0;
}
int BaseSock::concurrentRunning() const
{
    return d->dispatcher->concurrentRunning();
}
quint64 BaseSock::blockedHandlers() const
{
    return d->blocked;
}
std::optional<SockError> BaseSock::lastError() const
{
    return d->lastError;
}
Transport *BaseSock::transport() const
{
    return d->transport.get();
}
std::shared_ptr<Clock> BaseSock::clock() const
{
    return d->clock;
}
MetaSock *BaseSock::metaSock() const
{
    return d->options.metaSock;
}

void BaseSock::addTap(Tap *tap)
{
    d->taps.push_back(tap);
}
void BaseSock::removeTap(Tap *tap)
{
    std::erase(d->taps, tap);
}

void BaseSock::setLogger(std::function<void(int level, const QString &text)> logger)
{
    d->options.logger = std::move(logger);
}

std::vector<HandlerEntry> BaseSock::defaultHandlers()
{
    return {};
}
void BaseSock::childSetup() {}
std::unique_ptr<Transport> BaseSock::createTransport()
{
    return std::make_unique<NullTransport>();
}
std::shared_ptr<const Framing> BaseSock::defaultFraming() const
{
    return makeFraming(u"datagram");
}
QString BaseSock::scheme() const
{
    return QStringLiteral("null");
}
std::optional<QHostAddress> BaseSock::bindAddress() const
{
    return d->boundAddress;
}

FrameResult BaseSock::decodeMessage(QByteArrayView buffer, FramingState &state)
{
    return d->framing->next(buffer, state);
}

std::optional<SockError> BaseSock::encodeMessage(QByteArrayView payload, QByteArray &wire)
{
    return framing()->encode(payload, wire);
}

std::optional<SockError> BaseSock::parseMessage(const Bytes &payload, Message &message)
{
    return d->codec->decode(payload, message);
}

std::optional<SockError> BaseSock::serialiseMessage(const Message &message, QByteArray &payload)
{
    return d->codec->encode(message, payload);
}

bool BaseSock::handleAll(Envelope &envelope)
{
    return d->hooks.isEmpty() || d->hooks.run(envelope);
}
void BaseSock::tick(const TickInfo &) {}

void BaseSock::logDebug(const QString &text)
{
    if (d->options.logger)
        d->options.logger(QtDebugMsg, text);
    else
        qCDebug(lcSock).noquote() << text;
}

void BaseSock::logError(const QString &text)
{
    const bool isFault = d->lastError && d->lastError->code == SockError::Code::HandlerFailed;
    if (d->options.logger)
        d->options.logger(isFault ? QtWarningMsg : QtInfoMsg, text);
    else if (isFault) // the application's own defect; what peers and the network do is told by errorOccurred
        qCWarning(lcSock).noquote() << text;
    else
        qCInfo(lcSock).noquote() << text;
    Q_EMIT logged(isFault ? QtWarningMsg : QtInfoMsg, text);
}

} // namespace SockScope
