// Outbound, in the order of the path: codec → framing → impairments → transport.

#include "core/basesock_p.h"

namespace SockScope {

std::optional<SockError> BaseSockPrivate::prepare(const Message &message, QByteArray &payload, QByteArray &wire)
{
    Stage stage = Stage::Codec;
    QString text;
    try {
        if (std::optional<SockError> error = q->serialiseMessage(message, payload); error || !q) [[unlikely]]
            return error;
        stage = Stage::Framing;
        return q->encodeMessage(payload, wire);
    } catch (const std::exception &exception) {
        text = QString::fromUtf8(exception.what());
    } catch (...) {
        text = unknownExceptionText();
    }
    reportThrown(stage, {}, stage == Stage::Codec ? "serialiseMessage" : "encodeMessage", text);
    return lastError.value_or(SockError{});
}

bool BaseSockPrivate::sendOne(const MessageType &type, QByteArrayView payload, QByteArrayView wire,
                              const Endpoint &peer, SendResult &result)
{
    if (impairment && impairOut(type, payload, wire, peer, result)) [[unlikely]]
        return true;
    ledger.offered.add(wire.size());
    return handOver(type, payload, wire, peer, result);
}

/// To the transport; it has been offered.
bool BaseSockPrivate::handOver(const MessageType &type, QByteArrayView payload, QByteArrayView wire,
                               const Endpoint &peer, SendResult &result)
{
    ledger.sendQueued.add(wire.size()); // before send: the transport may answer at once
    const SendOutcome outcome = transport->send(peer, wire);
    if (outcome != SendOutcome::Accepted) [[unlikely]] {
        refuseSend(type, payload, wire, peer, outcome, result);
        return false;
    }
    ++result.accepted;
    if (Peer *known = peers.find(peer))
        known->sent.add(wire.size());
    if (!taps.empty()) {
        for (size_t i = 0; i < taps.size(); ++i)
            taps[i]->outbound(peer, type, payload, wire.size(), clock->nowNs(), Outcome::Sent, nullptr);
    }
    return true;
}

void BaseSockPrivate::refuseSend(const MessageType &type, QByteArrayView payload, QByteArrayView wire,
                                 const Endpoint &peer, SendOutcome outcome, SendResult &result)
{
    SockError error;
    error.peer = peer;
    error.stage = Stage::Send;
    Outcome tapped = Outcome::Sent;
    ledger.sendQueued.remove(wire.size());
    switch (outcome) {
    case SendOutcome::Accepted:
        return;
    case SendOutcome::NoSuchPeer:
        ledger.refusedNoPeer.add(wire.size());
        error.code = SockError::Code::UnknownPeer;
        error.what = QStringLiteral("%1 is not connected").arg(peer.toString());
        error.remedy = QStringLiteral("connect to it first, or choose another peer");
        tapped = Outcome::NoPeer;
        break;
    case SendOutcome::QueueFull:
        ledger.refusedQueueFull.add(wire.size());
        error.code = SockError::Code::QueueFull;
        error.what = QStringLiteral("the send queue to %1 is full").arg(peer.toString());
        error.remedy = QStringLiteral("send less, or raise the limit: the peer or the network is slower than we are");
        tapped = Outcome::SendQueueFull;
        break;
    case SendOutcome::TooLong:
        ledger.encodeErrors.add(wire.size());
        error.code = SockError::Code::TooLong;
        error.what = QStringLiteral("a message of %1 bytes does not fit: the transport carries at most %2")
                         .arg(wire.size())
                         .arg(transport->maximumSendBytes());
        error.remedy = QStringLiteral("split it, or use TCP");
        tapped = Outcome::EncodeError;
        break;
    case SendOutcome::NotOpen:
        ledger.refusedNoPeer.add(wire.size());
        error.code = SockError::Code::WrongState;
        error.what = QStringLiteral("the sock is not open");
        error.remedy = QStringLiteral("start it first");
        tapped = Outcome::NoPeer;
        break;
    }
    ++result.failed;
    if (Peer *known = peers.find(peer))
        ++known->errors;
    if (!taps.empty()) {
        for (size_t i = 0; i < taps.size(); ++i)
            taps[i]->outbound(peer, type, payload, wire.size(), clock->nowNs(), tapped, &error);
    }
    if (!result.error)
        result.error = error;
    report(std::move(error));
}

SendResult BaseSockPrivate::sendPrepared(const MessageType &type, QByteArrayView payload, QByteArrayView wire,
                                         const std::optional<Endpoint> &to)
{
    const BaseSockHold hold(*this);
    SendResult result;
    if (isStopped() || !transport) {
        SockError error;
        error.code = SockError::Code::WrongState;
        error.stage = Stage::Send;
        error.what = QStringLiteral("the sock is not active");
        error.remedy = QStringLiteral("start it first");
        result.failed = 1;
        result.error = std::move(error);
        return result;
    }
    if (to) {
        sendOne(type, payload, wire, *to, result);
        return result;
    }
    // A copy of the list: a slow reader may be closed while we go through it.
    std::vector<Endpoint> targets;
    targets.reserve(static_cast<size_t>(peers.size()));
    peers.forEach([&](const Peer &peer) {
        if (peer.state == PeerState::Known)
            targets.push_back(peer.endpoint);
    });
    for (const Endpoint &target : targets) {
        if (isStopped())
            break;
        if (peers.find(target))
            sendOne(type, payload, wire, target, result);
    }
    return result;
}

void BaseSockPrivate::transportSentRun(const Endpoint &, qsizetype bytesEach, quint64 count)
{
    const Count run{count, static_cast<quint64>(bytesEach) * count};
    ledger.sendQueued.messages -= run.messages;
    ledger.sendQueued.bytes -= run.bytes;
    ledger.sent += run;
}

void BaseSockPrivate::transportSent(const Endpoint &peer, qsizetype bytes, const std::optional<SockError> &error)
{
    ledger.sendQueued.remove(bytes);
    if (!error) {
        ledger.sent.add(bytes);
        return;
    }
    if (error->code == SockError::Code::ConnectionLost) {
        ledger.droppedAtClose.add(bytes);
        return;
    }
    ledger.sendErrors.add(bytes);
    if (Peer *known = peers.find(peer))
        ++known->errors;
    SockError reported = *error;
    reported.stage = Stage::Send;
    reported.peer = peer;
    const auto keep = shared_from_this();
    if (!taps.empty()) {
        for (size_t i = 0; i < taps.size(); ++i)
            taps[i]->outbound(peer, {}, {}, bytes, clock->nowNs(), Outcome::SendError, &reported);
    }
    report(std::move(reported));
}

} // namespace SockScope
