// Inbound, in the order of the path: transport → peers → framing → impairments → parseQueue → codec → hooks → inQueue →
// dispatch.

#include "core/basesock_p.h"
#include "core/metasock.h"

namespace SockScope {

namespace {

SockError truncatedError(const Endpoint &peer, qsizetype bytes, qsizetype needed)
{
    SockError error;
    error.code = SockError::Code::Truncated;
    error.stage = Stage::Framing;
    error.peer = peer;
    error.offset = bytes;
    error.what = needed > bytes ? QStringLiteral("the data ends after %1 of a frame's %2 bytes").arg(bytes).arg(needed)
                                : QStringLiteral("the data ends inside a frame, after %1 bytes").arg(bytes);
    error.remedy = QStringLiteral("check that both sides use the same framing");
    return error;
}

EnvelopeFlags envelopeFlags(ReceiveFlags flags)
{
    return flags.testFlag(ReceiveFlag::Truncated) ? EnvelopeFlags(EnvelopeFlag::Truncated) : EnvelopeFlags();
}

} // namespace

qsizetype BaseSockPrivate::transportReceived(const Endpoint &peer, QByteArrayView data, ReceiveFlags flags,
                                             qint64 receivedNs)
{
    const BaseSockHold hold(*this);
    if (isStopped())
        return data.size();
    const EnvelopeFlags envelope = envelopeFlags(flags);
    const bool stream = transport->isStream();
    if (!isGood(peer)) {
        if (isStopped())
            return data.size();
        SockError error;
        error.code = SockError::Code::PeerRefused;
        error.stage = Stage::Peer;
        error.peer = peer;
        error.what = QStringLiteral("%1 is refused").arg(peer.toString());
        error.remedy = QStringLiteral("allow the peer to take its messages");
        ledger.received.add(data.size());
        ledger.rejectedPeer.add(data.size());
        if (!taps.empty())
            tapInbound({{{}, {}, pool.copy(data)}, peer, 0, receivedNs, receivedNs, data.size(), envelope},
                       Outcome::RejectedPeer, &error);
        if (stream) {
            if (const auto found = streams.find(peer); found != streams.end())
                found->second.buffered = 0;
            q->closePeer(peer, CloseReason::Refused);
        }
        if (q)
            Q_EMIT q->peerRefused(peer);
        return data.size();
    }
    Peer *known = knownPeer(peer, receivedNs, !stream);
    if (isStopped())
        return data.size();
    if (!known) {
        SockError error;
        error.code = peers.size() >= peers.maximum() ? SockError::Code::TooManyPeers : SockError::Code::UnknownPeer;
        error.stage = Stage::Peer;
        error.peer = peer;
        error.what = peers.size() >= peers.maximum()
                         ? QStringLiteral("the peer table is full (%1 peers)").arg(peers.maximum())
                         : QStringLiteral("%1 is not a known peer").arg(peer.toString());
        error.remedy = peers.size() >= peers.maximum() ? QStringLiteral("raise SockOptions::maximumPeers")
                                                       : QStringLiteral("connect to it first, or learn peers");
        ledger.received.add(data.size());
        ledger.rejectedPeer.add(data.size());
        if (error.code == SockError::Code::TooManyPeers)
            ++ledger.rejectedFull;
        if (!taps.empty())
            tapInbound({{{}, {}, pool.copy(data)}, peer, 0, receivedNs, receivedNs, data.size(), envelope},
                       Outcome::RejectedPeer, &error);
        return data.size();
    }
    if (envelope.testFlag(EnvelopeFlag::Truncated))
        ++ledger.truncated;
    return stream ? frameStream(peer, streams[peer], data, envelope, receivedNs, false)
                  : frameDatagram(peer, data, envelope, receivedNs);
}

qsizetype BaseSockPrivate::transportReceivedPooled(const Endpoint &peer, BytesPool &lent, QByteArrayView data,
                                                   qint64 receivedNs)
{
    const BaseSockHold hold(*this);
    BytesPool *const before = std::exchange(lentPool, &lent);
    const qsizetype taken = transportReceived(peer, data, {}, receivedNs);
    lentPool = before;
    return taken;
}

void BaseSockPrivate::transportBatchEnded()
{
    const BaseSockHold hold(*this);
    if (isStopped())
        return;
    updateReading();
    runQueues();
    turnDeadlineNs = 0;
}

FrameResult BaseSockPrivate::nextFrame(QByteArrayView buffer, FramingState &framingState)
{
    QString text;
    try {
        FrameResult result = q->decodeMessage(buffer, framingState);
        // A subclass may answer anything: nothing outside the buffer is ever taken.
        result.consumed = qBound(qsizetype(0), result.consumed, buffer.size());
        return result;
    } catch (const std::exception &exception) {
        text = QString::fromUtf8(exception.what());
    } catch (...) {
        text = unknownExceptionText();
    }
    reportThrown(Stage::Framing, {}, "decodeMessage", text);
    return FrameResult::invalid(lastError.value_or(SockError{}));
}

qsizetype BaseSockPrivate::frameDatagram(const Endpoint &peer, QByteArrayView data, EnvelopeFlags flags, qint64 nowNs)
{
    FramingState framingState;
    qsizetype offset = 0;
    do {
        const QByteArrayView rest = data.sliced(offset);
        FrameResult result = nextFrame(rest, framingState);
        if (isStopped())
            return data.size();
        framingState.scanned = 0;
        switch (result.state) {
        case FrameResult::State::Frame:
            acceptFrame(peer, result.payload, result.consumed, flags, nowNs);
            if (result.consumed == 0)
                return data.size();
            offset += result.consumed;
            break;
        case FrameResult::State::NeedMore:
            rejectFrame(peer, rest, flags, nowNs, truncatedError(peer, rest.size(), result.needed));
            return data.size();
        case FrameResult::State::Invalid: {
            const qsizetype skip = result.consumed > 0 ? result.consumed : rest.size();
            rejectFrame(peer, rest.first(skip), flags, nowNs, result.error.value_or(SockError{}));
            offset += skip;
            break;
        }
        }
    } while (offset < data.size() && !isStopped());
    return data.size();
}

qsizetype BaseSockPrivate::frameStream(const Endpoint &peer, StreamState &stream, QByteArrayView data,
                                       EnvelopeFlags flags, qint64 nowNs, bool atEnd)
{
    quint64 seenChanges = streamChanges;
    const auto isGone = [&] {
        if (isStopped())
            return true;
        if (atEnd || seenChanges == streamChanges)
            return false;
        seenChanges = streamChanges;
        return streams.find(peer) == streams.end();
    };
    qsizetype offset = 0;
    bool needsMore = false;
    while (offset < data.size()) {
        if (!parseQueue.isEmpty() && !atEnd && wantsPause()) {
            updateReading();
            break;
        }
        const QByteArrayView rest = data.sliced(offset);
        FrameResult result = nextFrame(rest, stream.framing);
        if (isGone())
            return data.size();
        if (result.state == FrameResult::State::NeedMore) {
            if (atEnd) {
                rejectFrame(peer, rest, flags, nowNs, truncatedError(peer, rest.size(), result.needed));
                offset = data.size();
            }
            needsMore = true;
            break;
        }
        stream.framing.scanned = 0;
        if (result.state == FrameResult::State::Frame) {
            if (result.consumed == 0) // a frame of nothing would go on for ever
                break;
            if (!atEnd && options.queuePolicy == QueuePolicy::PauseReading &&
                !parseQueue.hasPlace(queueCost(result.payload.size()))) {
                pauseReading(); // the transport keeps it: a stream loses nothing
                break;
            }
            stream.buffered = data.size() - offset - result.consumed; // should a handler close the peer
            stream.spoke = true;
            acceptFrame(peer, result.payload, result.consumed, flags, nowNs);
            offset += result.consumed;
        } else {
            const bool lost = result.consumed == 0;
            const qsizetype skip = lost ? rest.size() : result.consumed;
            SockError error = result.error.value_or(SockError{});
            offset += skip;
            stream.buffered = data.size() - offset;
            rejectFrame(peer, rest.first(skip), flags, nowNs, std::move(error));
            if (isStopped())
                return data.size();
            if (lost && !atEnd) {
                if (const auto found = streams.find(peer); found != streams.end())
                    found->second.buffered = 0;
                q->closePeer(peer, CloseReason::FramingError);
                return data.size();
            }
        }
        if (!running && inQueue.size() >= messagesParsedAhead) {
            stream.buffered = data.size() - offset;
            runQueues();
        }
        if (isGone())
            return data.size();
    }
    stream.buffered = data.size() - offset;
    if (!atEnd && (needsMore || stream.unfinished > 0)) {
        noteUnfinished(peer, stream, needsMore ? stream.buffered : 0, offset == 0, nowNs);
        if (needsMore && !enforceReceiveLimits(peer, stream))
            return data.size();
    }
    return offset;
}

void BaseSockPrivate::rejectFrame(const Endpoint &peer, QByteArrayView wire, EnvelopeFlags flags, qint64 nowNs,
                                  SockError error)
{
    error.stage = Stage::Framing;
    error.peer = peer;
    ledger.received.add(wire.size());
    ledger.framingErrors.add(wire.size());
    if (flags.testFlag(EnvelopeFlag::Injected))
        ++ledger.injected;
    if (Peer *known = peers.find(peer)) {
        known->received.add(wire.size());
        ++known->errors;
    }
    if (!taps.empty())
        tapInbound({{{}, {}, pool.copy(wire)}, peer, 0, nowNs, nowNs, wire.size(), flags}, Outcome::FramingError,
                   &error);
    report(std::move(error));
}

void BaseSockPrivate::acceptFrame(const Endpoint &peer, QByteArrayView payload, qsizetype wireBytes,
                                  EnvelopeFlags flags, qint64 nowNs)
{
    ledger.received.add(wireBytes);
    if (flags.testFlag(EnvelopeFlag::Injected))
        ++ledger.injected;
    if (Peer *known = peers.find(peer))
        known->received.add(wireBytes);
    if (impairment) [[unlikely]]
        impairIn(peer, payload, wireBytes, flags, nowNs);
    else
        passFrame(peer, payload, wireBytes, flags, nowNs);
}

/// To the codec; it has been counted as received.
void BaseSockPrivate::passFrame(const Endpoint &peer, QByteArrayView payload, qsizetype wireBytes, EnvelopeFlags flags,
                                qint64 nowNs)
{
    if (wantsToParseNow(payload.size())) {
        running = true;
        inTransit.add(wireBytes);
        QueuedMessage &envelope = inQueue.beginPush();
        if (isTraced()) [[unlikely]]
            envelope.times.framedNs = envelope.times.decodingNs = qMax(nowNs, traceNowNs());
        envelope.message.payload = lentPool ? lentPool->share(payload) : pool.copy(payload);
        envelope.peer = peer;
        envelope.receivedNs = nowNs;
        envelope.wireBytes = wireBytes;
        envelope.flags = flags;
        parseOne(envelope);
        running = false;
        if (options.dispatch == DispatchMode::Inline && !isStopped())
            runQueues();
        return;
    }
    queueFrame({lentPool ? lentPool->share(payload) : pool.copy(payload), peer, nowNs, wireBytes, flags,
                isTraced() ? qMax(nowNs, traceNowNs()) : 0});
}

/// An inline sock parses at once. A queued one does when nothing is before the message and little waits for its
/// handlers: a frame that would be taken out of parseQueue next need not go in.
bool BaseSockPrivate::wantsToParseNow(qsizetype payloadBytes) const
{
    if (running)
        return false;
    if (options.dispatch == DispatchMode::Inline)
        return true;
    return parseQueue.isEmpty() && inQueue.size() < messagesParsedAhead &&
           parseQueue.capacity() > messagesParsedAhead * 8 &&
           inQueue.hasPlace(payloadBytes + static_cast<qsizetype>(sizeof(QueuedMessage)));
}

void BaseSockPrivate::queueFrame(QueuedFrame &&frame)
{
    const qsizetype wireBytes = frame.wireBytes;
    const qsizetype cost = queueCost(frame.payload.size());
    if (!parseQueue.hasPlace(cost)) {
        const auto lose = [this](const QueuedFrame &lost) {
            ledger.droppedQueueFull.add(lost.wireBytes);
            SockError error;
            error.code = SockError::Code::QueueFull;
            error.stage = Stage::Dispatch;
            error.peer = lost.peer;
            error.what = QStringLiteral("the receive queue is full (%1 messages, %2 bytes)")
                             .arg(parseQueue.size())
                             .arg(parseQueue.bytes());
            error.remedy = QStringLiteral("make the handlers faster or the queue larger");
            if (!taps.empty())
                tapInbound({{{}, {}, lost.payload},
                            lost.peer,
                            0,
                            lost.receivedNs,
                            lost.receivedNs,
                            lost.wireBytes,
                            lost.flags},
                           Outcome::DroppedQueueFull, &error);
            report(std::move(error), false);
            if (q)
                Q_EMIT q->limitReached(QStringLiteral("parseQueue"), ledger.droppedQueueFull.messages);
        };
        parseQueue.countFull();
        if (options.queuePolicy != QueuePolicy::DropOldest) {
            lose(frame);
            return;
        }
        inTransit.add(wireBytes); // while others are told of what it displaces
        while (!parseQueue.hasPlace(cost)) {
            const std::optional<QueuedFrame> oldest = parseQueue.pop();
            lose(*oldest);
            if (isStopped()) {
                inTransit.remove(wireBytes);
                ledger.droppedAtStop.add(wireBytes);
                return;
            }
        }
        inTransit.remove(wireBytes);
    }
    parseQueue.push(std::move(frame), cost, wireBytes);
    // At once, not at the end of the batch: a batch may hold more than the queue has room for.
    if (!readingPaused && wantsPause())
        pauseReading();
}

/// The envelope is inQueue's next place: true when it stays there, else the place has been given up.
bool BaseSockPrivate::parseOne(QueuedMessage &envelope)
{
    const qsizetype wireBytes = envelope.wireBytes;
    envelope.queuedNs = envelope.receivedNs;
    envelope.sequence = ++sequence;
    envelope.message.type = {};
    if (isTraced()) [[unlikely]]
        envelope.times.decodedNs = envelope.times.queuedNs = 0;
    Stage stage = Stage::Codec;
    QString text;
    try {
        if (std::optional<SockError> error = q->parseMessage(envelope.message.payload, envelope.message)) [[unlikely]]
            return dropParsed(envelope, Outcome::DecodeError, std::move(error), stage);
        stage = Stage::Hook;
        if (isTraced()) [[unlikely]]
            envelope.times.decodedNs = traceNowNs();
        if (!isStopped() && !q->handleAll(envelope)) [[unlikely]] {
            envelope.wireBytes = wireBytes;
            return dropParsed(envelope, Outcome::DroppedByHook, std::nullopt, stage);
        }
        stage = Stage::Dispatch;
    } catch (const std::exception &exception) {
        text = QString::fromUtf8(exception.what());
    } catch (...) {
        text = unknownExceptionText();
    }
    envelope.wireBytes = wireBytes; // the ledger's number, whatever the hook did
    if (stage == Stage::Dispatch) [[likely]] {
        if (isTraced()) [[unlikely]]
            envelope.times.queuedNs = traceNowNs();
        return finishParsed(envelope, wireBytes);
    }
    reportThrown(stage, envelope.peer, stage == Stage::Codec ? "parseMessage" : "handleAll", text);
    return dropParsed(envelope, stage == Stage::Codec ? Outcome::DecodeError : Outcome::DroppedByHook,
                      lastError.value_or(SockError{}), stage);
}

bool BaseSockPrivate::finishParsed(QueuedMessage &envelope, qsizetype wireBytes)
{
    inTransit.remove(wireBytes);
    if (isStopped()) {
        ledger.droppedAtStop.add(wireBytes);
        inQueue.abandonPush();
        return false;
    }
    if (options.dispatch == DispatchMode::Inline && inQueue.isEmpty() &&
        !dispatcher->wouldStall(envelope.message.type)) {
        const QueuedMessage own = std::move(envelope); // the handler may inject, and that message needs the place
        inQueue.abandonPush();
        const auto handlers = dispatcher;
        qint64 now = handlers->beginTurn();
        findSignals();
        dispatchOne(own, now);
        return false;
    }
    const qsizetype cost = envelope.message.payload.size() + static_cast<qsizetype>(sizeof(QueuedMessage));
    if (!inQueue.hasPlace(cost)) { // only an inline sock meets this: all others look before they parse
        inQueue.countFull();
        ledger.droppedQueueFull.add(wireBytes);
        if (!taps.empty())
            tapInbound(envelope, Outcome::DroppedQueueFull, nullptr, envelope.times);
        inQueue.abandonPush();
        if (q)
            Q_EMIT q->limitReached(QStringLiteral("inQueue"), inQueue.stats().full);
        return false;
    }
    inQueue.endPush(cost, wireBytes);
    return true;
}

/// The caller holds the dispatcher shared.
bool BaseSockPrivate::dispatchOne(const QueuedMessage &envelope, qint64 &nowNs)
{
    // Counted before anybody is called, so that the sums are right inside a handler and after one that stops the sock.
    Dispatcher *const hold = dispatcher.get();
    const MessageType type = envelope.message.type;
    MetaSock *meta = options.metaSock;
    const bool own = dispatcher->wouldHandle(type);
    const bool above = meta && meta->wouldHandleFromChild(type);
    const bool handled = own || above;
    (handled ? ledger.handled : ledger.unhandled).add(envelope.wireBytes);
    if (!taps.empty())
        tapInbound(envelope, handled ? Outcome::Dispatched : Outcome::Unhandled, nullptr, envelope.times, nowNs);

    if (hasReceivedSlots) {
        Q_EMIT q->messageReceived(envelope);
        if (!q)
            return false;
        nowNs = dispatcher->turnClock().now(); // what the slots took is no handler's
    }
    bool taken = false;
    if (above && options.metaSock == meta) { // a slot may have destroyed it
        if (meta->mode() == MetaSock::Mode::Override) {
            meta->dispatchFromChild(q, envelope, nowNs);
            taken = true;
        } else {
            if (own)
                dispatcher->dispatch(envelope, nowNs, runObserver());
            if (q && options.metaSock == meta)
                meta->dispatchFromChild(q, envelope, nowNs);
            taken = true;
        }
    }
    if (!taken && own)
        hold->dispatch(envelope, nowNs, runObserver());
    if (!handled && q) {
        dispatcher->countUnhandled(type);
        nowNs = clock->nowNs();
        if (hasUnhandledSlots)
            Q_EMIT q->messageUnhandled(envelope);
    }
    return handled;
}

} // namespace SockScope
