// Starting, stopping, ticks, and what all parts use.

#include <QHostInfo>
#include <QMetaMethod>
#include <QThread>

#include "core/basesock_impair_p.h"
#include "core/basesock_p.h"
#include "core/codec/codec.h"
#include "core/hostlookup.h"
#include "core/metasock.h"
#include "core/tcpsock.h"
#include "core/time/steadyclock.h"
#include "core/types/messagetypes.h"
#include "core/udpsock.h"

#include <typeinfo>

namespace SockScope {

namespace {

/// Whether tick() is the application's. That of our own classes does nothing: were it watched, the watchdog would never
/// sleep.
bool hasOwnTick(const BaseSock &sock)
{
    const std::type_info &type = typeid(sock);
    return type != typeid(UdpSock) && type != typeid(TcpSock) && type != typeid(MetaSock);
}

} // namespace

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
    streamAlarm.reset();
    ticker.reset();
    impairment.reset(); // start() makes it
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
        options.blockedAfter > longest || options.tcp.connectTimeout > longest ||
        options.tcp.handshakeTimeout > longest || options.tcp.frameTimeout > longest)
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
    if (options.tcp.handshakeTimeout.count() < 0 || options.tcp.frameTimeout.count() < 0)
        return invalid(QStringLiteral("the time-out for the first frame, or for a frame, is negative"),
                       QStringLiteral("use 0 to wait for ever"));
    if (options.tcp.acceptsPerSecond < 0 || options.tcp.acceptsPerSecond > 1'000'000'000 || options.tcp.acceptBurst < 1)
        return invalid(QStringLiteral("the rate of connections to accept is not a rate"),
                       QStringLiteral("allow 0 (any) to 1,000,000,000 a second, and at least one at once"));
    if (options.tcp.maximumConnections < 1 || options.tcp.sendLimitBytes < 1 || options.tcp.sendTotalBytes < 1 ||
        options.tcp.receiveLimitBytes < 1 || options.tcp.receiveTotalBytes < 1)
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
    if (auto error = startImpairments())
        return fail(std::move(*error));
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
        watchesTicks = hasOwnTick(*q);
        if (!ticker)
            ticker = std::make_unique<Ticker>(
                clock,
                [this, weak = weak_from_this()](const TickInfo &info) {
                    if (const auto alive = weak.lock())
                        handleTick(info);
                },
                options.preciseTicks);
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
    streamAlarm.reset();
    qDeleteAll(std::exchange(lookUps, {}));
    pendingConnects.clear();
    dropQueues();
    dropImpairments();
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
    const bool watched = watchesTicks;
    if (watched)
        hold->watch().enter(0);
    contained(Stage::Tick, {}, "tick", [&] { q->tick(info); });
    if (watched)
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

void BaseSockPrivate::reportThrown(Stage stage, const Endpoint &peer, const char *where, const QString &what)
{
    SockError error;
    error.code = SockError::Code::HandlerFailed;
    error.stage = stage;
    error.peer = peer;
    error.what = QStringLiteral("%1 threw: %2").arg(QLatin1String(where), what);
    error.remedy = QStringLiteral("catch it there; the message was counted and the sock goes on");
    report(std::move(error));
}

QString BaseSockPrivate::unknownExceptionText()
{
    return QStringLiteral("an exception of a type that is not std::exception");
}

/// Asked once a turn, because it takes as long as calling a handler: a slot that is connected within a turn hears the
/// messages of the next one. Not connectNotify: another thread may disconnect while the sock is being destroyed.
void BaseSockPrivate::findSignals()
{
    static const QMetaMethod received = QMetaMethod::fromSignal(&BaseSock::messageReceived);
    static const QMetaMethod unhandled = QMetaMethod::fromSignal(&BaseSock::messageUnhandled);
    hasReceivedSlots = q->isSignalConnected(received);
    hasUnhandledSlots = q->isSignalConnected(unhandled);
}

void BaseSockPrivate::transportError(const SockError &error)
{
    const auto keep = shared_from_this();
    report(error);
}

void BaseSockPrivate::transportRefused(const Endpoint &, RefuseReason reason)
{
    ledger.countRefused(reason);
    if (!q)
        return;
    const bool tooMany = reason == RefuseReason::ConnectionLimit;
    Q_EMIT q->limitReached(tooMany ? QStringLiteral("connections") : QStringLiteral("accept rate"),
                           tooMany ? ledger.refusedConnectionLimit : ledger.refusedAcceptRate);
}

void BaseSockPrivate::transportKernelDrops(quint64 count)
{
    const auto keep = shared_from_this();
    ledger.kernelDrops += count;
    tapSock();
    if (q)
        Q_EMIT q->limitReached(QStringLiteral("kernel receive buffer"), ledger.kernelDrops);
}

void BaseSockPrivate::transportGroupsRefused(quint64 count)
{
    ledger.groupsRefused += count;
}

} // namespace SockScope
