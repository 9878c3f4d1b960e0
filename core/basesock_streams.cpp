// What a stream peer may cost: how long its first frame and any frame may take, and how much memory unfinished ones.
//
// A message costs a store. A stream is looked at when it may be late: it keeps a place in streamDeadlines, ordered by
// time, and only then it is seen whether its frame is still the same. So a look costs O(log n), at most twice a
// time-out and stream, whatever the rate.

#include "core/basesock_p.h"

namespace SockScope {

namespace {

qint64 nanoseconds(std::chrono::milliseconds duration)
{
    return std::chrono::nanoseconds(duration).count();
}

} // namespace

void BaseSockPrivate::openStream(const Endpoint &peer, bool outgoing)
{
    StreamState &stream = streams[peer];
    forgetStream(stream);
    stream = StreamState{};
    stream.incoming = !outgoing;
    stream.openedNs = readingNs(clock->nowNs());
    if (const auto deadline = streamDeadline(stream))
        watchStream(peer, stream, deadline->first);
}

/// When the stream is late if nothing comes, and for what it is closed then.
std::optional<std::pair<qint64, CloseReason>> BaseSockPrivate::streamDeadline(const StreamState &stream) const
{
    std::optional<std::pair<qint64, CloseReason>> first;
    const qint64 handshake = nanoseconds(options.tcp.handshakeTimeout);
    // Who lets silent peers stay, lets those stay that have not said a word yet.
    const bool mayBeSilent = options.timeout.count() == 0;
    if (handshake > 0 && stream.incoming && !stream.spoke && (!mayBeSilent || stream.unfinished > 0))
        first = {(mayBeSilent ? stream.frameSinceNs : stream.openedNs) + handshake, CloseReason::NoFrame};
    const qint64 frame = nanoseconds(options.tcp.frameTimeout);
    if (frame > 0 && stream.unfinished > 0 && (!first || stream.frameSinceNs + frame < first->first))
        first = {stream.frameSinceNs + frame, CloseReason::SlowFrame};
    return first;
}

void BaseSockPrivate::noteUnfinished(const Endpoint &peer, StreamState &stream, qsizetype bytes, bool sameFrame,
                                     qint64 nowNs)
{
    const bool begins = bytes > 0 && (stream.unfinished == 0 || !sameFrame);
    unfinishedTotal += bytes - stream.unfinished;
    stream.unfinished = bytes;
    if (!begins)
        return;
    stream.frameSinceNs = readingNs(nowNs);
    if (stream.watched) // looked at no later than this frame's time, or then
        return;
    if (const auto deadline = streamDeadline(stream))
        watchStream(peer, stream, deadline->first);
}

void BaseSockPrivate::watchStream(const Endpoint &peer, StreamState &stream, qint64 deadlineNs)
{
    // Not later than a frame that begins now would be: its beginning does not look here again.
    const qint64 frame = nanoseconds(options.tcp.frameTimeout);
    if (frame > 0)
        deadlineNs = qMin(deadlineNs, readingNs(clock->nowNs()) + frame);
    stream.watch = streamDeadlines.emplace(deadlineNs, peer);
    stream.watched = true;
    if (stream.watch == streamDeadlines.begin())
        armStreamAlarm();
}

void BaseSockPrivate::forgetStream(StreamState &stream)
{
    unfinishedTotal -= std::exchange(stream.unfinished, 0);
    if (std::exchange(stream.watched, false))
        streamDeadlines.erase(stream.watch);
}

void BaseSockPrivate::armStreamAlarm()
{
    if (streamDeadlines.empty())
        return;
    const qint64 now = clock->nowNs();
    const qint64 deadline = now + qMax<qint64>(0, streamDeadlines.begin()->first - readingNs(now));
    if (streamAlarm && streamAlarm->isSet() && streamAlarmNs <= deadline)
        return;
    if (!streamAlarm) {
        streamAlarm = clock->createAlarm([this, keep = weak_from_this()] {
            if (const auto alive = keep.lock())
                handleStreamDeadlines();
        });
    }
    streamAlarmNs = deadline;
    streamAlarm->setDeadline(deadline);
}

void BaseSockPrivate::handleStreamDeadlines()
{
    const auto keep = shared_from_this();
    if (isStopped())
        return;
    constexpr qint64 lateNs = 20'000'000;
    constexpr int looksATurn = 1000;
    const qint64 now = clock->nowNs();
    // Late ourselves: what was sent meanwhile is read first. Once: a loop that is always late is not to keep them.
    const bool isLate = now - streamAlarmNs > lateNs;
    if (readingPaused || running || (isLate && !streamAlarmWaits)) {
        streamAlarmWaits = isLate && !readingPaused && !running;
        streamAlarmNs = now + lateNs;
        streamAlarm->setDeadline(streamAlarmNs);
        return;
    }
    streamAlarmWaits = false;
    const qint64 reading = readingNs(now);
    for (int i = 0; i < looksATurn && !streamDeadlines.empty() && streamDeadlines.begin()->first <= reading; ++i) {
        const Endpoint peer = streamDeadlines.begin()->second;
        const auto found = streams.find(peer);
        StreamState &stream = found->second;
        stream.watched = false;
        streamDeadlines.erase(streamDeadlines.begin());
        const auto deadline = streamDeadline(stream);
        if (!deadline)
            continue;
        if (deadline->first > reading) {
            watchStream(peer, stream, deadline->first);
            continue;
        }
        const bool first = deadline->second == CloseReason::NoFrame;
        closeForLimit(peer, deadline->second,
                      (first ? QStringLiteral("%1 was closed: it sent no whole frame within %2 ms, but %3 bytes")
                                   .arg(peer.toString())
                                   .arg(options.tcp.handshakeTimeout.count())
                             : QStringLiteral("%1 was closed: its frame took longer than %2 ms, for %3 bytes")
                                   .arg(peer.toString())
                                   .arg(options.tcp.frameTimeout.count()))
                          .arg(stream.unfinished),
                      first ? QStringLiteral("check its framing, or raise TcpOptions::handshakeTimeout")
                            : QStringLiteral("check its framing, or raise TcpOptions::frameTimeout"));
        if (isStopped())
            return;
    }
    armStreamAlarm();
}

/// False when the peer itself was closed.
bool BaseSockPrivate::enforceReceiveLimits(const Endpoint &peer, const StreamState &stream)
{
    const auto close = [this](const Endpoint &one, qsizetype bytes, const QString &why, const QString &remedy) {
        closeForLimit(one, CloseReason::BufferLimit,
                      QStringLiteral("%1 was closed: %2 bytes of its unfinished frame are buffered, %3")
                          .arg(one.toString())
                          .arg(bytes)
                          .arg(why),
                      remedy);
    };
    if (stream.unfinished > options.tcp.receiveLimitBytes) {
        close(peer, stream.unfinished, QStringLiteral("the limit of one peer"),
              QStringLiteral("check its framing, or raise TcpOptions::receiveLimitBytes"));
        return false;
    }
    if (unfinishedTotal <= options.tcp.receiveTotalBytes)
        return true;
    // Who takes most of it goes, not who came last: else a few could keep all others out.
    const Endpoint *largest = &peer;
    qsizetype bytes = stream.unfinished;
    for (const auto &[endpoint, other] : streams) {
        if (other.unfinished > bytes) {
            bytes = other.unfinished;
            largest = &endpoint;
        }
    }
    const Endpoint chosen = *largest;
    close(chosen, bytes, QStringLiteral("the most of all, and together they are over the limit"),
          QStringLiteral("raise TcpOptions::receiveTotalBytes"));
    return !isStopped() && streams.find(peer) != streams.end();
}

void BaseSockPrivate::closeForLimit(const Endpoint &peer, CloseReason reason, const QString &what,
                                    const QString &remedy)
{
    SockError error;
    error.code = SockError::Code::LimitReached;
    error.stage = Stage::Framing;
    error.peer = peer;
    error.what = what;
    error.remedy = remedy;
    q->closePeer(peer, reason);
    report(std::move(error));
    if (!q)
        return;
    if (reason == CloseReason::NoFrame)
        Q_EMIT q->limitReached(QStringLiteral("handshake time-out"), ledger.closedNoFrame);
    else if (reason == CloseReason::SlowFrame)
        Q_EMIT q->limitReached(QStringLiteral("frame time-out"), ledger.closedSlowFrame);
    else
        Q_EMIT q->limitReached(QStringLiteral("receive buffer"), ledger.closedBufferLimit);
}

} // namespace SockScope
