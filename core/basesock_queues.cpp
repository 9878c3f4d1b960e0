// The two queues between framing and dispatch: when they are full, when they are worked off, when they are dropped.

#include "core/basesock_p.h"

namespace SockScope {

bool BaseSockPrivate::wantsPause() const
{
    if (options.queuePolicy != QueuePolicy::PauseReading)
        return false;
    // A datagram transport hands over what is left of its batch after the pause: leave it room.
    const qsizetype room = qMin(qsizetype(1024), parseQueue.capacity() / 2);
    return parseQueue.size() > parseQueue.capacity() - room - 1 ||
           parseQueue.bytes() > parseQueue.capacityBytes() / 4 * 3;
}

void BaseSockPrivate::pauseReading()
{
    if (!std::exchange(readingPaused, true))
        pausedSinceNs = clock->nowNs();
    transport->setReadingPaused(true);
    scheduleTurn();
}

void BaseSockPrivate::resumeReading()
{
    readingPaused = false;
    pausedTotalNs += clock->nowNs() - pausedSinceNs;
    transport->setReadingPaused(false);
}

void BaseSockPrivate::updateReading()
{
    if (isStopped())
        return;
    if (!readingPaused && wantsPause()) {
        pauseReading();
    } else if (readingPaused && parseQueue.size() <= parseQueue.stats().capacity / 4 &&
               parseQueue.bytes() <= parseQueue.stats().capacityBytes / 2) {
        resumeReading();
    }
}

void BaseSockPrivate::scheduleTurn()
{
    if (turnScheduled || !q)
        return;
    turnScheduled = true;
    QMetaObject::invokeMethod(
        q,
        [this, keep = weak_from_this()] {
            const auto alive = keep.lock();
            if (!alive)
                return;
            turnScheduled = false;
            if (isStopped())
                return;
            runTurn();
        },
        Qt::QueuedConnection);
}

void BaseSockPrivate::runQueues()
{
    if (running) // a handler runs a nested event loop: the order within a peer is worth more than progress
        return;
    const BaseSockHold hold(*this);
    running = true;
    stalled = false;
    workQueues();
    running = false;
    if (isStopped())
        return;
    if (hasWork() && !stalled)
        scheduleTurn();
    updateReading();
    if (impairment) [[unlikely]]
        resumeImpaired();
}

/// With a time budget of its own.
void BaseSockPrivate::runTurn()
{
    if (running)
        return;
    turnDeadlineNs = 0;
    runQueues();
    turnDeadlineNs = 0;
}

void BaseSockPrivate::workQueues()
{
    const auto handlers = dispatcher; // a handler may destroy the sock
    TurnClock &time = handlers->turnClock();
    qint64 now = handlers->beginTurn();
    findSignals();
    // One budget for all that comes in a batch of the transport: timers and other socks wait for its end.
    if (turnDeadlineNs == 0)
        turnDeadlineNs = now + std::chrono::nanoseconds(options.turnBudget).count();
    bool stale = false; // time has passed since now was taken: a handler must not pay for the codec
    while (!isStopped() && hasWork()) {
        if (inQueue.isEmpty() ||
            (!parseQueue.isEmpty() && inQueue.size() < messagesParsedAhead &&
             inQueue.hasPlace(parseQueue.front().payload.size() + qsizetype(sizeof(QueuedMessage))))) {
            if (parseQueue.isEmpty())
                break;
            QueuedFrame &frame = parseQueue.takeFront();
            inTransit.add(frame.wireBytes);
            QueuedMessage &envelope = inQueue.beginPush();
            envelope.message.payload = std::move(frame.payload);
            envelope.peer = frame.peer;
            envelope.receivedNs = frame.receivedNs;
            envelope.wireBytes = frame.wireBytes;
            envelope.flags = frame.flags;
            if (isTraced()) [[unlikely]] {
                envelope.times.framedNs = frame.framedNs;
                envelope.times.decodingNs = qMax(frame.framedNs, stale ? time.now() : now);
            }
            parseQueue.releaseTaken();
            stale = true;
            if (parseOne(envelope))
                continue;
            now = time.now();
            stale = false;
        } else {
            const bool isBroken = inQueue.front().broken != nullptr;
            if (!isBroken && handlers->wouldStall(inQueue.front().message.type)) {
                stalled = true;
                break;
            }
            if (stale)
                now = time.now();
            stale = isBroken; // telling of it takes time
            if (isBroken) [[unlikely]]
                tellBroken(inQueue.takeFront());
            else
                dispatchOne(inQueue.takeFront(), now);
            inQueue.releaseTaken();
        }
        if (now >= turnDeadlineNs && !isStopped())
            break;
    }
}

bool BaseSockPrivate::dropParsed(QueuedMessage &envelope, Outcome outcome, std::optional<SockError> &&error,
                                 Stage stage)
{
    const qsizetype wireBytes = envelope.wireBytes;
    inTransit.remove(wireBytes);
    if (outcome == Outcome::DecodeError) {
        if (Peer *known = peers.find(envelope.peer); known && q)
            ++known->errors;
        if (q && error && !inQueue.isEmpty() && !isStopped())
            return keepBroken(envelope, *std::move(error));
        ledger.decodeErrors.add(wireBytes);
    } else if (isStopped()) {
        ledger.droppedAtStop.add(wireBytes);
        inQueue.abandonPush();
        return false;
    } else {
        ledger.droppedByHook.add(wireBytes);
    }
    if (error) {
        error->stage = stage;
        error->peer = envelope.peer;
    }
    if (q && !taps.empty())
        tapInbound(envelope, outcome, error ? &*error : nullptr, envelope.times);
    inQueue.abandonPush();
    if (q && error && outcome == Outcome::DecodeError)
        report(std::move(*error));
    return false;
}

/// Others that came before wait for their handlers.
bool BaseSockPrivate::keepBroken(QueuedMessage &envelope, SockError &&error)
{
    error.stage = Stage::Codec;
    error.peer = envelope.peer;
    envelope.broken = std::make_unique<SockError>(std::move(error));
    inQueue.endPush(envelope.message.payload.size() + static_cast<qsizetype>(sizeof(QueuedMessage)),
                    envelope.wireBytes);
    return true;
}

void BaseSockPrivate::tellBroken(QueuedMessage &envelope)
{
    const std::unique_ptr<SockError> error = std::move(envelope.broken);
    ledger.decodeErrors.add(envelope.wireBytes);
    if (!taps.empty())
        tapInbound(envelope, Outcome::DecodeError, error.get(), envelope.times);
    if (q && !isStopped())
        report(std::move(*error));
}

Count BaseSockPrivate::queuedCount() const
{
    return {static_cast<quint64>(parseQueue.size() + inQueue.size()),
            static_cast<quint64>(parseQueue.tally() + inQueue.tally())};
}

void BaseSockPrivate::dropQueues()
{
    SockError error;
    error.code = SockError::Code::WrongState;
    error.stage = Stage::Dispatch;
    error.what = QStringLiteral("the sock stopped before the message was handled");
    while (std::optional<QueuedFrame> frame = parseQueue.pop()) {
        ledger.droppedAtStop.add(frame->wireBytes);
        if (!taps.empty())
            tapInbound({{{}, {}, frame->payload},
                        frame->peer,
                        0,
                        frame->receivedNs,
                        frame->receivedNs,
                        frame->wireBytes,
                        frame->flags},
                       Outcome::DroppedAtStop, &error);
    }
    while (std::optional<QueuedMessage> envelope = inQueue.pop()) {
        if (envelope->broken) {
            tellBroken(*envelope);
            continue;
        }
        ledger.droppedAtStop.add(envelope->wireBytes);
        if (!taps.empty())
            tapInbound(*envelope, Outcome::DroppedAtStop, &error, envelope->times);
    }
}

} // namespace SockScope
