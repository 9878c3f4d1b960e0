// Who is known, for how long, and how a name becomes a peer.

#include "core/basesock_p.h"
#include "core/hostlookup.h"

namespace SockScope {

bool BaseSockPrivate::isGood(const Endpoint &endpoint)
{
    bool good = false;
    // A goodPeer that throws says no.
    contained(Stage::Peer, endpoint, "goodPeer", [&] { good = q->goodPeer(endpoint); });
    return good;
}

Peer *BaseSockPrivate::knownPeer(const Endpoint &endpoint, qint64 nowNs, bool mayLearn)
{
    if (Peer *known = peers.find(endpoint)) {
        peers.touch(known, nowNs);
        return known;
    }
    if (!mayLearn || options.peerPolicy != PeerPolicy::Learn)
        return nullptr;
    Peer *learnt = peers.insert(endpoint, nowNs);
    if (!learnt) {
        Q_EMIT q->limitReached(QStringLiteral("peers"), peers.refusedFull());
        return nullptr;
    }
    learnt->state = PeerState::Known;
    if (!expiry || !expiry->isSet())
        armExpiry();
    tapPeer(endpoint);
    Q_EMIT q->peerAdded(endpoint);
    return isStopped() ? nullptr : peers.find(endpoint);
}

bool BaseSockPrivate::transportConnected(const Endpoint &peer, bool outgoing)
{
    const auto keep = shared_from_this();
    if (isStopped())
        return false;
    PendingConnect pending = pendingConnects.take(peer);
    if (pending.asked.host.isEmpty())
        pending.asked = {peer.addressString(), peer.port()};
    const bool good = isGood(peer);
    if (isStopped())
        return false;
    SockError refused;
    refused.stage = Stage::Peer;
    refused.peer = peer;
    if (!good) {
        ledger.countRefused(RefuseReason::Filter);
        removePeer(peer, CloseReason::Refused);
        if (q)
            Q_EMIT q->peerRefused(peer);
        refused.code = SockError::Code::PeerRefused;
        refused.what = QStringLiteral("%1 is refused").arg(peer.toString());
        refused.remedy = QStringLiteral("allow the peer to connect to it");
        if (q && outgoing)
            connectFailed(pending, std::move(refused));
        return false;
    }
    const qint64 now = clock->nowNs();
    const Peer *before = peers.find(peer);
    const bool isNew = !before || before->state == PeerState::Connecting;
    Peer *known = peers.insert(peer, now);
    if (!known) {
        ledger.countRefused(RefuseReason::PeerLimit);
        Q_EMIT q->limitReached(QStringLiteral("peers"), peers.refusedFull());
        refused.code = SockError::Code::TooManyPeers;
        refused.what = QStringLiteral("the peer table is full (%1 peers)").arg(peers.maximum());
        refused.remedy = QStringLiteral("raise SockOptions::maximumPeers");
        if (q && outgoing)
            connectFailed(pending, std::move(refused));
        return false;
    }
    peers.touch(known, now);
    known->state = PeerState::Known;
    known->outgoing = outgoing;
    if (transport->isStream()) {
        openStream(peer, outgoing);
        ++streamChanges;
    }
    if (!expiry || !expiry->isSet())
        armExpiry();
    tapPeer(peer);
    if (isNew)
        Q_EMIT q->peerAdded(peer);
    return !isStopped() && peers.find(peer);
}

void BaseSockPrivate::transportDisconnected(const Endpoint &peer, CloseReason reason,
                                            const std::optional<SockError> &error)
{
    const auto keep = shared_from_this();
    if (!q)
        return;
    endStream(peer, reason == CloseReason::Remote || reason == CloseReason::NetworkError);
    if (q && error && reason != CloseReason::Local && reason != CloseReason::Stopped)
        report(*error);
    if (q)
        removePeer(peer, reason);
}

void BaseSockPrivate::endStream(const Endpoint &endpoint, bool truncated)
{
    const auto found = streams.find(endpoint);
    if (found == streams.end())
        return;
    const qsizetype buffered = found->second.buffered;
    forgetStream(found->second);
    streams.erase(found);
    ++streamChanges;
    if (impairment) [[unlikely]]
        dropImpairedOf(endpoint);
    if (buffered == 0)
        return;
    ledger.received.add(buffered);
    if (!truncated) {
        ledger.droppedAtStop.add(buffered);
        return;
    }
    ledger.framingErrors.add(buffered);
    SockError error;
    error.code = SockError::Code::Truncated;
    error.stage = Stage::Framing;
    error.peer = endpoint;
    error.offset = buffered;
    error.what = QStringLiteral("%1 closed inside a frame, %2 bytes into it").arg(endpoint.toString()).arg(buffered);
    error.remedy = QStringLiteral("check that both sides use the same framing");
    const qint64 now = clock->nowNs();
    tapInbound({{}, endpoint, 0, now, now, buffered, {}}, Outcome::FramingError, &error);
    report(std::move(error));
}

void BaseSockPrivate::removePeer(const Endpoint &endpoint, CloseReason reason)
{
    const std::optional<Peer> removed = peers.remove(endpoint);
    if (!removed)
        return;
    if (removed->state == PeerState::Known)
        ledger.countClosed(reason);
    for (Tap *tap : std::vector<Tap *>(taps))
        tap->peerRemoved(endpoint, reason);
    // A connection that never stood has added nobody.
    if (removed->state == PeerState::Known)
        Q_EMIT q->peerRemoved(endpoint, reason);
}

void BaseSockPrivate::armExpiry()
{
    const qint64 timeout = std::chrono::nanoseconds(options.timeout).count();
    const Peer *oldest = peers.oldest();
    if (timeout <= 0 || !oldest)
        return;
    if (!expiry) {
        expiry = clock->createAlarm([this, keep = weak_from_this()] {
            if (const auto alive = keep.lock())
                handleExpiry();
        });
    }
    expiry->setDeadline(oldest->lastSeenNs + timeout);
}

void BaseSockPrivate::handleExpiry()
{
    const auto keep = shared_from_this();
    if (isStopped())
        return;
    const qint64 timeout = std::chrono::nanoseconds(options.timeout).count();
    const qint64 now = clock->nowNs();
    // What we did not read is not silence: a handler that held the loop, or a full queue, has kept us from it.
    constexpr qint64 lateNs = 20'000'000;
    const Peer *first = peers.oldest();
    const bool isLate = first && now - (first->lastSeenNs + timeout) > lateNs;
    if (first && (readingPaused || running || (isLate && !expiryWaits))) {
        expiryWaits = isLate && !readingPaused && !running;
        expiry->setDeadline(now + qBound(qint64(1'000'000), timeout / 16, lateNs));
        return;
    }
    expiryWaits = false;
    // At most a thousand a turn; the alarm comes again at once for the rest.
    std::vector<Endpoint> expired;
    for (const Peer *oldest = peers.oldest(); oldest && oldest->lastSeenNs <= now - timeout && expired.size() < 1000;
         oldest = peers.oldest()) {
        Peer *peer = peers.find(oldest->endpoint);
        // A connection that is being made has its own time-out.
        if (peer->state == PeerState::Known)
            expired.push_back(peer->endpoint);
        peers.touch(peer, now);
    }
    for (const Endpoint &endpoint : expired) {
        if (!peers.find(endpoint)) // a slot before us closed it
            continue;
        Q_EMIT q->peerTimedOut(endpoint);
        if (isStopped())
            return;
        q->closePeer(endpoint, CloseReason::TimedOut);
        if (isStopped())
            return;
    }
    armExpiry();
}

void BaseSockPrivate::lookUp(const HostPort &peer)
{
    const QHostAddress literal(peer.host == QLatin1String("localhost") ? QStringLiteral("127.0.0.1") : peer.host);
    if (!literal.isNull()) {
        connectNext({peer, {literal}});
        return;
    }
    const quint64 life = generation;
    auto weak = weak_from_this();
    const quint64 id = nextLookUp++;
    auto *lookUp = new HostLookUp(
        peer.host,
        [weak, life, id, peer](const QHostInfo &info) {
            const auto alive = weak.lock();
            if (!alive || alive->generation != life || alive->isStopped())
                return;
            if (HostLookUp *done = alive->lookUps.take(id))
                done->deleteLater();
            alive->handleLookUp(peer, info);
        },
        q);
    lookUps.insert(id, lookUp);
}

void BaseSockPrivate::handleLookUp(const HostPort &peer, const QHostInfo &info)
{
    PendingConnect pending{peer, info.addresses()};
    if (pending.others.isEmpty()) {
        SockError error;
        error.code = SockError::Code::HostNotFound;
        error.stage = Stage::Transport;
        error.what = QStringLiteral("the host %1 is not known").arg(peer.host);
        error.remedy = QStringLiteral("check the spelling, or use the address");
        connectFailed(pending, std::move(error));
        return;
    }
    connectNext(std::move(pending));
}

void BaseSockPrivate::connectNext(PendingConnect pending)
{
    const auto keep = shared_from_this();
    const Endpoint endpoint(pending.others.takeFirst(), pending.asked.port);
    if (pendingConnects.contains(endpoint)) { // the first one goes on, with its row and its further addresses
        SockError error;
        error.code = SockError::Code::WrongState;
        error.stage = Stage::Transport;
        error.peer = endpoint;
        error.what = QStringLiteral("already connecting to %1").arg(endpoint.toString());
        error.remedy = QStringLiteral("wait for its answer, or close it first");
        connectFailed(pending, std::move(error));
        return;
    }
    const qint64 now = clock->nowNs();
    if (Peer *peer = peers.find(endpoint); !peer) {
        peer = peers.insert(endpoint, now);
        if (peer) {
            peer->state = PeerState::Connecting;
            peer->outgoing = true;
            tapPeer(endpoint);
        }
    }
    pendingConnects.insert(endpoint, pending);
    transport->connectTo(endpoint);
}

void BaseSockPrivate::transportConnectFailed(const Endpoint &peer, const SockError &error)
{
    const auto keep = shared_from_this();
    if (isStopped())
        return;
    if (const Peer *known = peers.find(peer); known && known->state == PeerState::Connecting)
        removePeer(peer, CloseReason::NetworkError);
    if (isStopped())
        return;
    PendingConnect pending = pendingConnects.take(peer);
    if (!pending.others.isEmpty()) {
        connectNext(std::move(pending));
        return;
    }
    if (pending.asked.host.isEmpty())
        pending.asked = {peer.addressString(), peer.port()};
    SockError reported = error;
    reported.peer = peer;
    connectFailed(pending, std::move(reported));
}

void BaseSockPrivate::connectFailed(const PendingConnect &pending, SockError error)
{
    const auto keep = shared_from_this();
    report(error);
    if (q)
        Q_EMIT q->connectFailed(pending.asked, error);
}

} // namespace SockScope
