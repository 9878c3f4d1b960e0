#include "core/tap/sockmonitor.h"

#include <QMetaEnum>

#include <algorithm>
#include <utility>

#include "core/basesock.h"
#include "core/framing/framing.h"
#include "core/hooks/peerfilter.h"
#include "core/peers/peertable.h"
#include "core/time/clock.h"
#include "core/transport/transport.h"
#include "core/udpsock.h"

// The half of SockMonitor that reads the sock and packs what the reader takes.

namespace SockScope {

namespace {

/// "tcp:9000" of "tcp://127.0.0.1:9000": what tells a sock without a name from others in a narrow column.
QString shortName(const QString &url)
{
    const qsizetype scheme = url.indexOf(QLatin1String("://"));
    const qsizetype port = url.lastIndexOf(QLatin1Char(':'));
    return scheme > 0 && port > scheme ? url.left(scheme) + url.mid(port) : url;
}

} // namespace

std::vector<PeerChange> SockMonitor::collectPeers(bool reset)
{
    std::vector<PeerChange> changes;
    const PeerTable &table = m_sock->peers();
    if (reset) {
        changes.reserve(static_cast<size_t>(table.size()));
        table.forEach([&changes](const Peer &peer) { changes.push_back({peer, false, CloseReason::Local}); });
    } else {
        // Removals first: a peer that came back is in the table and so ends as present.
        changes = std::move(m_removedPeers);
        for (const Endpoint &endpoint : std::as_const(m_dirtyPeers)) {
            if (const Peer *peer = table.find(endpoint))
                changes.push_back({*peer, false, CloseReason::Local});
        }
    }
    m_removedPeers = {};
    m_dirtyPeers.clear();
    m_lastTouched = {};
    return changes;
}

void SockMonitor::mergePeers(std::vector<PeerChange> &&peers, bool reset)
{
    if (reset) {
        m_ready.peers = std::move(peers);
        m_ready.peersReset = true;
        m_overflowed = false;
        m_compactAt = qMax(compactFrom, 2 * m_ready.peers.size());
        return;
    }
    if (m_overflowed) // the whole table follows once somebody reads
        return;
    if (m_ready.peers.empty())
        m_ready.peers = std::move(peers);
    else
        m_ready.peers.insert(m_ready.peers.end(), std::make_move_iterator(peers.begin()),
                             std::make_move_iterator(peers.end()));
    if (m_ready.peers.size() < m_compactAt)
        return;
    compactPeers();
    m_compactAt = qMax(compactFrom, 2 * m_ready.peers.size());
    if (m_ready.peersReset) // packed, it is no longer than the table, which has its own limit
        return;
    constexpr auto limit = static_cast<size_t>(changeLimit);
    if (m_ready.peers.size() > limit / 2) {
        m_ready.peers = {};
        m_compactAt = compactFrom;
        m_overflowed = true;
        return;
    }
    m_compactAt = qMin(m_compactAt, limit);
}

void SockMonitor::compactPeers()
{
    std::vector<PeerChange> &changes = m_ready.peers;
    QSet<Endpoint> seen;
    seen.reserve(static_cast<qsizetype>(changes.size()));
    size_t target = changes.size();
    for (size_t i = changes.size(); i > 0; --i) {
        PeerChange &change = changes[i - 1];
        const qsizetype before = seen.size();
        seen.insert(change.peer.endpoint);
        if (seen.size() == before || (m_ready.peersReset && change.removed)) // a whole table just leaves it out
            continue;
        --target;
        if (target != i - 1)
            changes[target] = std::move(change);
    }
    changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(target));
}

SockSnapshot SockMonitor::makeSnapshot(qint64 nowNs)
{
    SockSnapshot snapshot;
    const SockOptions &options = m_sock->options();
    const Transport *transport = m_sock->transport();
    snapshot.sockId = m_sockId;
    snapshot.url = m_sock->url();
    snapshot.name = options.name.isEmpty() ? shortName(snapshot.url) : options.name;
    snapshot.state =
        QString::fromLatin1(QMetaEnum::fromType<BaseSock::State>().valueToKey(static_cast<int>(m_sock->state())));
    snapshot.active = m_sock->isActive();
    snapshot.stream = transport && transport->isStream();
    snapshot.localEndpoint = m_sock->localEndpoint();
    if (const std::shared_ptr<const Framing> framing = m_sock->framing())
        snapshot.framingName = framing->name();
    snapshot.codec = m_sock->codec();
    snapshot.types = m_sock->messageTypes();
    snapshot.lastError = m_sock->lastError();
    snapshot.nowNs = nowNs;
    snapshot.wallUs = (m_wallOffsetNs + nowNs) / 1000;
    snapshot.timeoutNs = std::chrono::nanoseconds(options.timeout).count();
    snapshot.peerCount = m_sock->peers().size();
    snapshot.peerLimit = options.maximumPeers;
    snapshot.ledger = m_sock->ledger();
    snapshot.parseQueue = m_sock->parseQueueStats();
    snapshot.inQueue = m_sock->inQueueStats();
    snapshot.sendQueueBytes = m_sock->sendQueueBytes();
    snapshot.tick = m_sock->tickStats();
    snapshot.lateTickCulprit = m_sock->lateTickCulprit();
    if (const auto *udp = qobject_cast<const UdpSock *>(m_sock))
        snapshot.receiveBufferBytes = udp->receiveBufferBytes();
    snapshot.concurrentRunning = m_sock->concurrentRunning();
    snapshot.handlers = m_sock->handlerStats();
    const PeerFilter &filter = m_sock->peerFilter();
    if (filter.revision() != m_deniedRevision) {
        m_denied = filter.refused();
        m_deniedRevision = filter.revision();
    }
    snapshot.deniedPeers = m_denied;
    snapshot.lostRecords = m_lost;
    snapshot.blockedHandlers = m_sock->blockedHandlers();
    return snapshot;
}

} // namespace SockScope
