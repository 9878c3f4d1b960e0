// The façade's messages by hand: sent, or put in as if received.

#include <QThread>

#include "core/basesock_p.h"
#include "core/types/messagetypes.h"

namespace SockScope {

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
    BaseSockPrivate &sock = *d; // a codec of the application may destroy us
    const BaseSockHold hold(sock);
    BaseSockPrivate::SendBuffers buffers(sock);
    if (auto error = sock.prepare(message, buffers.payload, buffers.wire)) [[unlikely]] {
        sock.ledger.offered.add(0);
        sock.ledger.encodeErrors.add(0);
        error->stage = error->stage == Stage::Setup ? Stage::Codec : error->stage;
        for (Tap *tap : std::vector<Tap *>(sock.taps))
            tap->outbound(to.value_or(Endpoint()), message.type, buffers.payload, 0, sock.clock->nowNs(),
                          Outcome::EncodeError, &*error);
        sock.report(*error);
        return {0, 1, std::move(error)};
    }
    return sock.sendPrepared(message.type, buffers.payload, buffers.wire, to);
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
        keep->runTurn();
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
        keep->runTurn();
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

} // namespace SockScope
