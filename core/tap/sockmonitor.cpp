#include "core/tap/sockmonitor.h"

#include <QMetaMethod>
#include <QThread>

#include <chrono>
#include <limits>
#include <utility>

#include "core/basesock.h"
#include "core/tap/tracelog.h"
#include "core/time/clock.h"
#include "core/types/outcomes.h"

namespace SockScope {

namespace {

/// A monitor on its way to the sock's thread; a sock that dies before takes the monitor with it.
struct PendingMonitor
{
    explicit PendingMonitor(SockMonitor *pending)
        : monitor(pending)
    {
    }
    ~PendingMonitor() { delete monitor; }
    PendingMonitor(const PendingMonitor &) = delete;
    PendingMonitor &operator=(const PendingMonitor &) = delete;
    SockMonitor *monitor;
};

qint64 wallNowNs()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

quint32 nextSockId()
{
    static std::atomic<quint32> last{0};
    return ++last;
}

} // namespace

SockMonitor *SockMonitor::install(BaseSock *sock, std::shared_ptr<Recorder> recorder, qint64 intervalNs)
{
    auto *monitor = new SockMonitor(sock, std::move(recorder), intervalNs);
    if (sock->thread() == QThread::currentThread()) {
        monitor->attach();
        return monitor;
    }
    // Without a thread until it is attached: the sock may be moved meanwhile, and only its own thread can follow.
    monitor->moveToThread(nullptr);
    auto pending = std::make_shared<PendingMonitor>(monitor);
    QMetaObject::invokeMethod(
        sock,
        [pending] {
            SockMonitor *arrived = std::exchange(pending->monitor, nullptr);
            arrived->moveToThread(QThread::currentThread());
            arrived->attach();
        },
        Qt::QueuedConnection);
    return monitor;
}

SockMonitor::SockMonitor(BaseSock *sock, std::shared_ptr<Recorder> recorder, qint64 intervalNs)
    : m_sock(sock)
    , m_recorder(std::move(recorder))
    , m_intervalNs(qMax(intervalNs, qint64(0)))
    , m_sockId(nextSockId())
    , m_traces(
          std::make_shared<TraceLog>(), [this] { markDirty(); },
          [this](quint64 record, const QString &handler, const QString &error) { noteFailure(record, handler, error); })
{
    m_ready.snapshot.sockId = m_sockId;
}

SockMonitor::~SockMonitor()
{
    if (m_sock && m_attached)
        m_sock->removeTap(this);
    submitMessages();
    if (m_announceLater)
        Q_EMIT updated();
}

void SockMonitor::attach()
{
    setParent(m_sock);
    m_attached = true;
    // A child dies after the sock's own part: then the sock must not be called any more.
    connect(m_sock, &QObject::destroyed, this, [this] { m_sock = nullptr; });
    connect(m_sock, &BaseSock::errorOccurred, this, &SockMonitor::keepError, Qt::DirectConnection);
    connect(m_sock, &BaseSock::handlerBlocked, this, [this] { markDirty(); }); // queued when the watchdog emits it
    connect(m_sock, &BaseSock::stopped, this, [this] {
        if (std::exchange(m_announceLater, false))
            Q_EMIT updated();
    });
    m_sock->addTap(this);
    sockChanged();
}

SockChanges SockMonitor::takeChanges()
{
    SockChanges taken;
    bool overflowed = false;
    {
        const std::scoped_lock lock(m_mutex);
        taken.snapshot = m_ready.snapshot;
        taken.peers = std::exchange(m_ready.peers, {});
        taken.errors = std::exchange(m_ready.errors, {});
        taken.failures = std::exchange(m_ready.failures, {});
        taken.peersReset = std::exchange(m_ready.peersReset, false);
        overflowed = std::exchange(m_overflowed, false);
        m_compactAt = compactFrom;
        m_announced = false;
    }
    if (overflowed)
        requestReset();
    return taken;
}

void SockMonitor::requestReset()
{
    m_reset = true;
    QMetaObject::invokeMethod(this, [this] {
        {
            const std::scoped_lock lock(m_mutex);
            m_announced = false; // whoever asks listens now
        }
        markDirty();
    });
}

void SockMonitor::inbound(const Envelope &envelope, Outcome outcome, const SockError *error)
{
    noteInbound(envelope, error);
    touchPeer(envelope.peer);
    MessageHead head;
    head.peer = envelope.peer;
    head.type = envelope.message.type;
    head.direction = Direction::In;
    head.outcome = outcome;
    head.flags = envelope.flags;
    keep(head, envelope.receivedNs, envelope.message.payload, envelope.wireBytes, error);
}

void SockMonitor::outbound(const Endpoint &peer, const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                           qint64 nowNs, Outcome outcome, const SockError *error)
{
    noteOutbound({0, nowNs, peer, type, wireBytes, isFailure(outcome)}, error);
    touchPeer(peer);
    MessageHead head;
    head.peer = peer;
    head.type = type;
    head.direction = Direction::Out;
    head.outcome = outcome;
    keep(head, nowNs, payload, wireBytes, error);
}

void SockMonitor::peerChanged(const Endpoint &peer)
{
    touchPeer(peer);
    markDirty();
}

void SockMonitor::peerRemoved(const Endpoint &peer, CloseReason reason)
{
    if (static_cast<qsizetype>(m_removedPeers.size()) >= changeLimit) {
        m_removedPeers.clear();
        m_reset = true;
    }
    PeerChange change;
    change.peer.endpoint = peer;
    change.removed = true;
    change.reason = reason;
    m_removedPeers.push_back(std::move(change));
    markDirty();
}

void SockMonitor::sockChanged()
{
    const std::shared_ptr<Clock> clock = m_sock->clock();
    if (clock != m_clock) { // the options were replaced
        m_alarm.reset();
        m_clock = clock;
        m_alarm = m_clock->createAlarm([this] { flush(); });
        m_wallOffsetNs = wallNowNs() - m_clock->nowNs();
        m_nextFlushNs = 0;
        m_dirty = false;
    }
    const BaseSock::State state = m_sock->state();
    if (state == BaseSock::State::Active) {
        m_wasActive = true;
    } else if (m_wasActive && state == BaseSock::State::Idle) {
        // The last that a stopping sock says. When it is being destroyed, stopped() does not follow: the destructor
        // here announces then.
        m_wasActive = false;
        m_announceLater = collect() || m_announceLater;
        return;
    }
    markDirty();
}

void SockMonitor::touchPeer(const Endpoint &peer)
{
    if (peer == m_lastTouched)
        return;
    if (m_dirtyPeers.size() >= changeLimit) {
        m_dirtyPeers.clear();
        m_reset = true;
    }
    m_dirtyPeers.insert(peer);
    m_lastTouched = peer;
}

void SockMonitor::keep(MessageHead &head, qint64 steadyNs, QByteArrayView payload, qsizetype wireBytes,
                       const SockError *error)
{
    markDirty();
    if (m_batch.count() >= pendingLimit ||
        (!m_batch.isEmpty() && m_batch.memoryBytes() + payload.size() > pendingLimitBytes)) {
        ++m_lost;
        return;
    }
    head.wallNs = m_wallOffsetNs + steadyNs;
    head.sock = m_sockId;
    head.sequence = static_cast<quint32>(m_lastNo);
    head.wireBytes = static_cast<quint32>(qMin(wireBytes, qsizetype(std::numeric_limits<quint32>::max())));
    m_batch.add(head, payload, error ? error->toString() : QString());
}

void SockMonitor::keepError(const SockError &error)
{
    markDirty();
    const quint32 sequence = sequenceOf(error);
    if (static_cast<qsizetype>(m_errors.size()) >= errorLimit) {
        ++m_lostErrors;
        return;
    }
    m_errors.push_back({(m_wallOffsetNs + m_clock->nowNs()) / 1000, error, sequence});
}

void SockMonitor::markDirty()
{
    if (m_dirty || !m_alarm)
        return;
    m_dirty = true;
    m_alarm->setDeadline(qMax(m_clock->nowNs(), m_nextFlushNs));
}

void SockMonitor::flush()
{
    if (m_sock && collect())
        Q_EMIT updated();
}

bool SockMonitor::collect()
{
    m_alarm->cancel();
    m_dirty = false;
    const qint64 nowNs = m_clock->nowNs();
    m_nextFlushNs = nowNs + m_intervalNs;
    m_wallOffsetNs = wallNowNs() - nowNs;

    submitMessages();
    m_traces.flush(m_wallOffsetNs);
    const bool reset = m_reset.exchange(false);
    std::vector<PeerChange> peers = collectPeers(reset);
    SockSnapshot snapshot = makeSnapshot(nowNs);
    bool announce = false;
    {
        const std::scoped_lock lock(m_mutex);
        mergePeers(std::move(peers), reset);
        for (ErrorEntry &entry : m_errors) {
            if (static_cast<qsizetype>(m_ready.errors.size()) < errorLimit)
                m_ready.errors.push_back(std::move(entry));
            else
                ++m_lostErrors;
        }
        snapshot.lostErrors = m_lostErrors;
        mergeFailures();
        snapshot.lostFailures = m_lostFailures;
        std::swap(m_ready.snapshot, snapshot); // the old one is freed after the lock
        // One announcement waits in the reader's event queue at most, however long it does not come to read it.
        announce = !m_announced;
        m_announced = isSignalConnected(QMetaMethod::fromSignal(&SockMonitor::updated));
    }
    m_errors.clear();
    return announce;
}

void SockMonitor::submitMessages()
{
    if (!m_failures.empty()) [[unlikely]]
        settleFailures();
    if (m_recorder)
        m_recorder->submit(std::move(m_batch));
    else
        m_batch.clear();
}

} // namespace SockScope
