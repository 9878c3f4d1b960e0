#include "core/transport/loopbacktransport.h"

#include <atomic>

#include "core/time/steadyclock.h"
#include "core/transport/nullsink.h"
#include "core/transport/socketerrors.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1String scheme("loopback");

} // namespace

LoopbackTransport::Pair LoopbackTransport::createPair(bool stream, std::shared_ptr<Clock> clock)
{
    if (!clock)
        clock = SteadyClock::instance();
    // Ports of their own, so that two pairs in one process are told apart
    static std::atomic<quint16> nextPort{1};
    const quint16 port = nextPort.fetch_add(2, std::memory_order_relaxed);
    Pair pair;
    pair.first.reset(new LoopbackTransport(stream, clock, Endpoint(0x7f000001, port)));
    pair.second.reset(new LoopbackTransport(stream, clock, Endpoint(0x7f000001, static_cast<quint16>(port + 1))));
    pair.first->m_other = pair.second.get();
    pair.second->m_other = pair.first.get();
    pair.first->m_remote = pair.second->m_local;
    pair.second->m_remote = pair.first->m_local;
    return pair;
}

LoopbackTransport::LoopbackTransport(bool stream, std::shared_ptr<Clock> clock, const Endpoint &local)
    : m_stream(stream)
    , m_clock(std::move(clock))
    , m_sink(NullSink::instance())
    , m_local(local)
{
}

LoopbackTransport::~LoopbackTransport()
{
    if (m_other && m_connected)
        m_other->put({Kind::Closed, {}, CloseReason::Remote});
}

void LoopbackTransport::setSink(TransportSink *sink)
{
    m_sink = sink ? sink : NullSink::instance();
}

std::optional<SockError> LoopbackTransport::open()
{
    if (m_open)
        return SockError{SockError::Code::WrongState, Stage::Setup, tr("the transport is open already"),
                         tr("close it first"),        -1,           {}};
    ++m_generation;
    m_open = true;
    return std::nullopt;
}

void LoopbackTransport::close()
{
    if (!m_open)
        return;
    LifeToken::Watch watch(m_life);
    flush();
    if (!watch.isAlive() || !m_open)
        return;
    if (m_connected && m_other)
        m_other->put({Kind::Closed, {}, CloseReason::Remote});
    m_open = false;
    ++m_generation;
    m_inbox.clear();
    m_inboxBytes = 0;
    m_scheduled = m_delivering = m_flushing = false;
    if (m_connected)
        endConnection(CloseReason::Stopped, std::nullopt);
    else
        failOutbox();
}

void LoopbackTransport::connectTo(const Endpoint &peer)
{
    if (!m_open || !m_other || !m_other->m_open || peer != m_remote) {
        m_sink->transportConnectFailed(
            peer, m_open
                      ? SocketErrors::make(SocketOperation::Connect, SockError::Code::ConnectionRefused, scheme, peer)
                      : SockError{SockError::Code::WrongState, Stage::Transport, tr("the transport is not open"),
                                  tr("open it first"), -1, peer});
        return;
    }
    if (!m_stream) {
        m_sink->transportConnected(peer, true);
        return;
    }
    if (m_connected) {
        m_sink->transportConnectFailed(peer, {SockError::Code::WrongState, Stage::Transport,
                                              tr("already connected to %1").arg(SocketErrors::url(scheme, peer)),
                                              tr("close the connection first"), -1, peer});
        return;
    }
    m_other->put({Kind::Connected, QByteArrayLiteral("in"), CloseReason::Remote});
    put({Kind::Connected, QByteArrayLiteral("out"), CloseReason::Remote});
}

void LoopbackTransport::closePeer(const Endpoint &peer, CloseReason reason)
{
    if (!m_stream || !m_connected || peer != m_remote)
        return;
    LifeToken::Watch watch(m_life);
    flush();
    if (!watch.isAlive() || !m_connected)
        return;
    if (m_other)
        m_other->put({Kind::Closed, {}, CloseReason::Remote});
    endConnection(reason, std::nullopt);
}

SendOutcome LoopbackTransport::send(const Endpoint &peer, QByteArrayView wire)
{
    if (!m_open)
        return SendOutcome::NotOpen;
    if (peer != m_remote || (m_stream && !m_connected))
        return SendOutcome::NoSuchPeer;
    const qsizetype waiting = m_outboxBytes + (m_other ? m_other->m_inboxBytes : 0);
    if (waiting + wire.size() > maximumPendingBytes)
        return SendOutcome::QueueFull;
    m_outbox.push_back(wire.toByteArray());
    m_outboxBytes += wire.size();
    schedule();
    return SendOutcome::Accepted;
}

void LoopbackTransport::flush()
{
    if (!m_open || m_flushing)
        return;
    m_flushing = true;
    LifeToken::Watch watch(m_life);
    const quint64 generation = m_generation;
    while (!m_outbox.empty()) {
        QByteArray data = std::move(m_outbox.front());
        m_outbox.pop_front();
        const qsizetype size = data.size();
        m_outboxBytes -= size;
        if (m_other && m_other->m_open)
            m_other->put({Kind::Data, std::move(data), CloseReason::Remote});
        m_sink->transportSent(m_remote, size, std::nullopt);
        if (!watch.isAlive() || generation != m_generation)
            return;
    }
    m_flushing = false;
}

void LoopbackTransport::setReadingPaused(bool paused)
{
    m_paused = paused;
    if (!paused)
        schedule();
}

void LoopbackTransport::schedule()
{
    if (m_manual || std::exchange(m_scheduled, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this, generation = m_generation] {
            if (generation != m_generation)
                return;
            m_scheduled = false;
            LifeToken::Watch watch(m_life);
            flush();
            if (watch.isAlive() && !m_manual)
                deliver();
        },
        Qt::QueuedConnection);
}

void LoopbackTransport::put(Item item)
{
    m_inboxBytes += item.data.size();
    m_inbox.push_back(std::move(item));
    schedule();
}

void LoopbackTransport::deliver()
{
    if (!m_open || m_delivering)
        return;
    LifeToken::Watch watch(m_life);
    const quint64 generation = m_generation;
    const auto isGone = [&] { return !watch.isAlive() || generation != m_generation; };
    m_delivering = true;
    if (m_other)
        m_other->flush();
    if (isGone())
        return;
    if (!m_paused && !m_unread.isEmpty() && !deliverData({}))
        return;
    bool any = false;
    while (!m_inbox.empty() && !m_paused) {
        Item item = std::move(m_inbox.front());
        m_inbox.pop_front();
        m_inboxBytes -= item.data.size();
        any = true;
        switch (item.kind) {
        case Kind::Connected:
            m_connected = true;
            if (!m_sink->transportConnected(m_remote, item.data == "out") && !isGone() && m_connected) {
                m_connected = false; // refused: the sink hears no more of it
                if (m_other)
                    m_other->put({Kind::Closed, {}, CloseReason::Remote});
            }
            break;
        case Kind::Closed:
            if (m_connected)
                endConnection(item.reason, std::nullopt);
            break;
        case Kind::Data:
            if (m_stream && !m_connected)
                break;
            if (m_stream && m_deliveryBytes > 0 && item.data.size() > m_deliveryBytes) {
                Item rest{Kind::Data, item.data.sliced(m_deliveryBytes), CloseReason::Remote};
                item.data.truncate(m_deliveryBytes);
                m_inboxBytes += rest.data.size();
                m_inbox.push_front(std::move(rest));
            }
            if (!m_filter || m_filter(item.data)) {
                if (!deliverData(item.data))
                    return;
            }
            break;
        }
        if (isGone())
            return;
    }
    if (any)
        m_sink->transportBatchEnded();
    if (!isGone())
        m_delivering = false;
}

/// False when the sink closed or destroyed this transport.
bool LoopbackTransport::deliverData(const QByteArray &data)
{
    LifeToken::Watch watch(m_life);
    const quint64 generation = m_generation;
    if (!m_stream) {
        m_sink->transportReceived(m_remote, data, {}, m_clock->nowNs());
        return watch.isAlive() && generation == m_generation;
    }
    m_unread.append(data);
    const QByteArray unread = m_unread; // what the sink looks at stays, whatever it does
    const qsizetype taken = m_sink->transportReceived(m_remote, unread, {}, m_clock->nowNs());
    if (!watch.isAlive() || generation != m_generation)
        return false;
    if (m_connected)
        m_unread.remove(0, qBound<qsizetype>(0, taken, m_unread.size()));
    return true;
}

void LoopbackTransport::breakConnection()
{
    if (!m_connected)
        return;
    LifeToken::Watch watch(m_life);
    const QPointer<LoopbackTransport> other = m_other;
    m_inbox.clear();
    m_inboxBytes = 0;
    endConnection(CloseReason::NetworkError, lostError());
    if (other && other->m_connected) {
        other->m_inbox.clear();
        other->m_inboxBytes = 0;
        other->endConnection(CloseReason::NetworkError, other->lostError());
    }
}

void LoopbackTransport::endConnection(CloseReason reason, const std::optional<SockError> &error)
{
    LifeToken::Watch watch(m_life);
    m_connected = false;
    m_unread.clear();
    failOutbox();
    if (watch.isAlive())
        m_sink->transportDisconnected(m_remote, reason, error);
}

void LoopbackTransport::failOutbox()
{
    LifeToken::Watch watch(m_life);
    while (!m_outbox.empty()) {
        const qsizetype size = m_outbox.front().size();
        m_outbox.pop_front();
        m_outboxBytes -= size;
        m_sink->transportSent(m_remote, size, lostError());
        if (!watch.isAlive())
            return;
    }
}

SockError LoopbackTransport::lostError() const
{
    return SocketErrors::make(SocketOperation::Connection, SockError::Code::ConnectionLost, scheme, m_remote);
}

} // namespace SockScope
