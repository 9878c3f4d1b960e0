// The two queues between framing and dispatch: when they are full, when they are worked off, when they are dropped.

#include "core/basesock_p.h"

namespace SockScope {

bool BaseSockPrivate::wantsPause() const
{
    if (options.queuePolicy != QueuePolicy::PauseReading)
        return false;
    const auto isFilling = [](const QueueStats &stats) {
        // A datagram transport hands over what is left of its batch after the pause: leave it room.
        const qsizetype room = qMin(qsizetype(1024), stats.capacity / 2);
        return stats.depth > stats.capacity - room - 1 || stats.bytes > stats.capacityBytes / 4 * 3;
    };
    return isFilling(parseQueue.stats());
}

void BaseSockPrivate::pauseReading()
{
    readingPaused = true;
    transport->setReadingPaused(true);
    scheduleTurn();
}

void BaseSockPrivate::updateReading()
{
    if (isStopped())
        return;
    if (!readingPaused && wantsPause()) {
        pauseReading();
    } else if (readingPaused && parseQueue.size() <= parseQueue.stats().capacity / 4 &&
               parseQueue.bytes() <= parseQueue.stats().capacityBytes / 2) {
        readingPaused = false;
        transport->setReadingPaused(false);
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
            if (!isStopped())
                runQueues();
        },
        Qt::QueuedConnection);
}

void BaseSockPrivate::runQueues()
{
    if (running) // a handler runs a nested event loop: the order within a peer is worth more than progress
        return;
    const auto keep = shared_from_this();
    running = true;
    stalled = false;
    qint64 now = clock->nowNs();
    bool stale = false; // time has passed since now was taken: a handler must not pay for the codec
    const qint64 deadline = now + std::chrono::nanoseconds(options.turnBudget).count();
    while (!isStopped() && hasWork()) {
        if (inQueue.isEmpty() || (!parseQueue.isEmpty() && inQueue.size() < 64 &&
                                  inQueue.hasPlace(parseQueue.front().payload.size() + qsizetype(sizeof(Envelope))))) {
            if (parseQueue.isEmpty())
                break;
            QueuedFrame frame = *parseQueue.pop();
            inTransit.add(frame.wireBytes);
            stale = true;
            if (parseOne(std::move(frame)))
                continue;
            now = clock->nowNs();
            stale = false;
        } else {
            if (dispatcher->wouldStall(inQueue.front().message.type)) {
                stalled = true;
                break;
            }
            if (stale)
                now = clock->nowNs();
            stale = false;
            Envelope envelope = *inQueue.pop();
            dispatchOne(std::move(envelope), now);
        }
        if (now >= deadline && !isStopped())
            break;
    }
    running = false;
    if (isStopped())
        return;
    if (hasWork() && !stalled)
        scheduleTurn();
    updateReading();
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
    while (std::optional<Envelope> envelope = inQueue.pop()) {
        ledger.droppedAtStop.add(envelope->wireBytes);
        if (!taps.empty())
            tapInbound(*envelope, Outcome::DroppedAtStop, &error);
    }
}

} // namespace SockScope
