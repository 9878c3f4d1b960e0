#include "core/basesock.h"

#include <QLoggingCategory>
#include <QThread>

#include "core/basesock_impair_p.h"
#include "core/basesock_p.h"
#include "core/codec/codec.h"
#include "core/metasock.h"
#include "core/transport/nulltransport.h"
#include "core/types/messagetypes.h"

namespace SockScope {

Q_LOGGING_CATEGORY(lcSock, "sockscope.sock", QtWarningMsg)

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
    d->tracers.clear();
    d->dispatcher->shutdown();
    if (d->held > 0)
        d->lastHold = d;
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
    if (d->isChild && d->options.metaSock != options.metaSock)
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

std::optional<SockError> BaseSock::connectTo(const HostPort &peer)
{
    Q_ASSERT(thread() == QThread::currentThread());
    if (d->isStopped()) {
        SockError error;
        error.code = SockError::Code::WrongState;
        error.stage = Stage::Dispatch;
        error.remedy = QStringLiteral("start it first");
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
    if (d->impairment) {
        ledger.impairWaitingIn = d->impairment->impairer.waiting(Direction::In);
        ledger.impairWaitingOut = d->impairment->impairer.waiting(Direction::Out);
    }
    ledger.bytesBuffered = 0;
    for (const auto &stream : d->streams)
        ledger.bytesBuffered += static_cast<quint64>(stream.second.buffered);
    return ledger;
}

std::optional<SockError> BaseSock::setImpairments(std::vector<ImpairSpec> impairments)
{
    Q_ASSERT(thread() == QThread::currentThread());
    return d->impair(std::move(impairments));
}

const std::vector<ImpairSpec> &BaseSock::impairments() const
{
    return d->options.impairments;
}

std::vector<ImpairReport> BaseSock::impairReports() const
{
    return d->impairment ? d->impairment->impairer.reports() : std::vector<ImpairReport>();
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
    d->findTracers();
}
void BaseSock::removeTap(Tap *tap)
{
    std::erase(d->taps, tap);
    d->findTracers();
}
void BaseSock::updateTaps()
{
    d->findTracers();
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
    // Not through a copy of the pointer: counting it twice costs a fifth of a small message.
    return d->framing ? d->framing->encode(payload, wire) : defaultFraming()->encode(payload, wire);
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
