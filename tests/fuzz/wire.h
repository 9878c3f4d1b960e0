#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/transport/transport.h"
#include "fuzz/fuzz.h"

namespace SockScope::Fuzz {

/// The network as a target plays it: what every peer has sent, and what the sock has sent and nobody took yet. It
/// outlives the transports of a sock that is stopped and started again.
class Wire : public std::enable_shared_from_this<Wire>
{
public:
    struct Peer
    {
        QByteArray unread;
        qsizetype shown = 0; ///< of unread: what the sock has seen and left
        quint64 connection = 0;
        bool busy = false;
    };

    bool stream = false;
    SendOutcome answer = SendOutcome::Accepted; ///< to every send
    bool keepSent = false;                      ///< transportSent waits for complete()
    bool refuseConnects = false;

    std::unique_ptr<Transport> makeTransport();

    bool isOpen() const { return m_sink != nullptr; }
    bool isPaused() const { return m_paused; }
    bool isConnected(const Endpoint &peer) const { return m_peers.count(peer) > 0; }
    /// What the sock has seen of unfinished frames.
    quint64 shownBytes() const
    {
        quint64 sum = 0;
        for (const auto &[endpoint, peer] : m_peers)
            sum += static_cast<quint64>(peer.shown);
        return sum;
    }

    void connectPeer(const Endpoint &peer, bool outgoing)
    {
        if (!isOpen() || !stream || isConnected(peer))
            return;
        m_peers[peer].connection = ++m_connections;
        const quint64 life = m_life;
        if (!m_sink->transportConnected(peer, outgoing) && life == m_life)
            m_peers.erase(peer);
    }
    void disconnectPeer(const Endpoint &peer, CloseReason reason, const std::optional<SockError> &error)
    {
        if (!isOpen() || m_peers.erase(peer) == 0)
            return;
        const quint64 life = m_life;
        failSent(peer);
        if (life == m_life)
            m_sink->transportDisconnected(peer, reason, error);
    }
    void receive(const Endpoint &peer, QByteArrayView bytes, ReceiveFlags flags, qint64 nowNs)
    {
        if (!isOpen())
            return;
        if (!stream) {
            if (m_paused)
                m_held.emplace_back(peer, bytes.toByteArray());
            else
                m_sink->transportReceived(peer, Exact(bytes).view(), flags, nowNs);
            return;
        }
        const auto found = m_peers.find(peer);
        if (found == m_peers.end())
            return;
        found->second.unread += bytes;
        if (!m_paused)
            hand(peer, nowNs);
    }
    /// What a pause held back. False when there was nothing.
    bool resume(qint64 nowNs)
    {
        bool any = false;
        while (isOpen() && !m_paused && !m_held.empty()) {
            const auto [peer, bytes] = std::move(m_held.front());
            m_held.pop_front();
            m_sink->transportReceived(peer, Exact(bytes).view(), {}, nowNs);
            any = true;
        }
        std::vector<Endpoint> waiting;
        for (const auto &[endpoint, peer] : m_peers) {
            if (!peer.unread.isEmpty() && (peer.unread.size() > peer.shown || m_wasPaused))
                waiting.push_back(endpoint);
        }
        if (!m_paused)
            m_wasPaused = false;
        for (const Endpoint &endpoint : waiting) {
            if (isOpen() && !m_paused && isConnected(endpoint)) {
                hand(endpoint, nowNs);
                any = true;
            }
        }
        if (any)
            endBatch();
        return any;
    }
    void endBatch()
    {
        if (isOpen())
            m_sink->transportBatchEnded();
    }
    /// Answers one send that is waiting; as lost when there is an error.
    void complete(const std::optional<SockError> &error)
    {
        if (!isOpen() || m_sent.empty())
            return;
        const auto [peer, bytes] = m_sent.front();
        m_sent.pop_front();
        m_sink->transportSent(peer, bytes, error);
    }
    TransportSink *sink() const { return m_sink; }

private:
    friend class WireTransport;

    void hand(const Endpoint &endpoint, qint64 nowNs)
    {
        const quint64 connection = m_peers[endpoint].connection;
        // As with a socket of the system: what arrives while the sock looks at this peer is told afterwards.
        if (std::exchange(m_peers[endpoint].busy, true))
            return;
        for (bool more = true; more;) {
            const Exact unread(m_peers[endpoint].unread); // what the sock looks at stays, whatever it does
            const qsizetype taken = m_sink->transportReceived(endpoint, unread.view(), {}, nowNs);
            check(taken >= 0 && taken <= unread.view().size(), "a sock takes what there is");
            const auto found = m_peers.find(endpoint);
            if (found == m_peers.end() || found->second.connection != connection)
                return;
            found->second.unread.remove(0, taken);
            found->second.shown = unread.view().size() - taken;
            more = found->second.unread.size() > found->second.shown && !m_paused;
        }
        m_peers[endpoint].busy = false;
    }
    void failSent(const Endpoint &peer)
    {
        SockError lost;
        lost.code = SockError::Code::ConnectionLost;
        lost.what = QStringLiteral("lost");
        const quint64 life = m_life;
        for (size_t i = 0; i < m_sent.size() && life == m_life;) {
            if (m_sent[i].first != peer) {
                ++i;
                continue;
            }
            const qsizetype bytes = m_sent[i].second;
            m_sent.erase(m_sent.begin() + static_cast<std::ptrdiff_t>(i));
            m_sink->transportSent(peer, bytes, lost);
        }
    }

    TransportSink *m_sink = nullptr; ///< while open
    std::map<Endpoint, Peer> m_peers;
    std::deque<std::pair<Endpoint, QByteArray>> m_held;
    std::deque<std::pair<Endpoint, qsizetype>> m_sent;
    quint64 m_life = 0;
    quint64 m_connections = 0;
    bool m_paused = false;
    bool m_wasPaused = false;
};

/// One open() to close() of the wire; the sock may destroy it inside any call that it makes.
class WireTransport : public Transport
{
public:
    explicit WireTransport(std::shared_ptr<Wire> wire)
        : m_wire(std::move(wire))
    {
    }
    ~WireTransport() override
    {
        if (m_opened) // a sock that ceases to exist closes nothing
            reset();
    }

    void setSink(TransportSink *sink) override { m_sink = sink; }
    std::optional<SockError> open() override
    {
        check(!m_opened && !m_wire->isOpen(), "a transport is opened once");
        m_opened = true;
        m_wire->m_sink = m_sink;
        ++m_wire->m_life;
        return std::nullopt;
    }
    void close() override
    {
        if (!m_opened)
            return;
        const auto wire = m_wire;
        while (!wire->m_peers.empty()) {
            const Endpoint peer = wire->m_peers.begin()->first;
            wire->disconnectPeer(peer, CloseReason::Stopped, std::nullopt);
        }
        while (!wire->m_sent.empty()) {
            const Endpoint peer = wire->m_sent.front().first;
            wire->failSent(peer);
        }
        reset();
    }
    bool isStream() const override { return m_wire->stream; }
    Endpoint localEndpoint() const override { return Endpoint(0x7f000001, 9); }
    void connectTo(const Endpoint &peer) override
    {
        const auto wire = m_wire;
        if (wire->refuseConnects || wire->isConnected(peer)) {
            SockError error;
            error.code = SockError::Code::ConnectionRefused;
            error.stage = Stage::Transport;
            error.what = QStringLiteral("refused");
            m_sink->transportConnectFailed(peer, error);
        } else if (wire->stream) {
            wire->connectPeer(peer, true);
        } else {
            m_sink->transportConnected(peer, true);
        }
    }
    void closePeer(const Endpoint &peer, CloseReason reason) override
    {
        const auto wire = m_wire;
        wire->disconnectPeer(peer, reason, std::nullopt);
    }
    SendOutcome send(const Endpoint &peer, QByteArrayView wire) override
    {
        if (m_wire->stream && !m_wire->isConnected(peer))
            return SendOutcome::NoSuchPeer;
        if (m_wire->answer != SendOutcome::Accepted)
            return m_wire->answer;
        if (m_wire->m_sent.size() >= 1000)
            return SendOutcome::QueueFull;
        m_wire->m_sent.emplace_back(peer, wire.size());
        if (!m_wire->keepSent) {
            const auto keep = m_wire;
            keep->complete(std::nullopt);
        }
        return SendOutcome::Accepted;
    }
    void flush() override
    {
        const auto wire = m_wire;
        const quint64 life = wire->m_life;
        while (!wire->keepSent && life == wire->m_life && !wire->m_sent.empty())
            wire->complete(std::nullopt);
    }
    void setReadingPaused(bool paused) override
    {
        m_wire->m_paused = paused;
        m_wire->m_wasPaused = m_wire->m_wasPaused || paused;
    }
    qsizetype pendingSendBytes() const override
    {
        qsizetype sum = 0;
        for (const auto &[peer, bytes] : m_wire->m_sent)
            sum += bytes;
        return sum;
    }

private:
    void reset()
    {
        m_opened = false;
        m_wire->m_sink = nullptr;
        ++m_wire->m_life;
        m_wire->m_peers.clear();
        m_wire->m_held.clear();
        m_wire->m_sent.clear();
        m_wire->m_paused = false;
    }

    std::shared_ptr<Wire> m_wire;
    TransportSink *m_sink = nullptr;
    bool m_opened = false;
};

inline std::unique_ptr<Transport> Wire::makeTransport()
{
    return std::make_unique<WireTransport>(shared_from_this());
}

} // namespace SockScope::Fuzz
