#pragma once

#include <QCoreApplication>
#include <QHash>

#include "core/framing/framing.h"
#include "core/time/manualclock.h"
#include "core/transport/transport.h"
#include "support/checkedsock.h"
#include "support/frames.h"

namespace SockScope::Test {

/// An address a number: 10.x.y.z, ports from 1000.
inline Endpoint endpointOf(int number)
{
    return Endpoint(0x0a000000u + static_cast<quint32>(number), static_cast<quint16>(1000 + number % 60000));
}

/// A transport in which the test plays the network: it takes what the test hands to sink(), and forgets what is sent.
class StubTransport : public Transport
{
public:
    explicit StubTransport(bool stream)
        : m_stream(stream)
    {
    }
    void setSink(TransportSink *sink) override { m_sink = sink; }
    TransportSink *sink() const { return m_sink; }
    std::optional<SockError> open() override { return std::nullopt; }
    void close() override
    {
        while (!m_unread.isEmpty())
            closePeer(m_unread.cbegin().key(), CloseReason::Stopped);
    }
    bool isStream() const override { return m_stream; }
    Endpoint localEndpoint() const override { return endpointOf(0xffff); }
    void connectTo(const Endpoint &peer) override { connectPeer(peer, true); }
    void closePeer(const Endpoint &peer, CloseReason reason) override
    {
        if (m_unread.remove(peer))
            m_sink->transportDisconnected(peer, reason, std::nullopt);
    }
    SendOutcome send(const Endpoint &peer, QByteArrayView wire) override
    {
        m_sink->transportSent(peer, wire.size(), std::nullopt);
        return SendOutcome::Accepted;
    }
    void flush() override {}
    void setReadingPaused(bool paused) override { m_paused = paused; }
    qsizetype pendingSendBytes() const override { return 0; }

    bool isPaused() const { return m_paused; }
    bool connectPeer(const Endpoint &peer, bool outgoing)
    {
        m_unread.insert(peer, {});
        if (m_sink->transportConnected(peer, outgoing))
            return true;
        m_unread.remove(peer);
        return false;
    }
    /// A stream's bytes: what is not taken is offered again with the next ones.
    void receive(const Endpoint &peer, const QByteArray &data, qint64 nowNs)
    {
        const auto found = m_unread.find(peer);
        if (found == m_unread.end())
            return;
        const QByteArray all = *found + data;
        const qsizetype taken = m_sink->transportReceived(peer, all, {}, nowNs);
        if (const auto after = m_unread.find(peer); after != m_unread.end())
            *after = all.sliced(taken);
    }
    void receiveDatagram(const Endpoint &peer, QByteArrayView data, qint64 nowNs)
    {
        m_sink->transportReceived(peer, data, {}, nowNs);
    }

private:
    TransportSink *m_sink = nullptr;
    QHash<Endpoint, QByteArray> m_unread;
    const bool m_stream;
    bool m_paused = false;
};

/// A sock on a StubTransport and a clock of the test; its peers are endpointOf(0), endpointOf(1), …
struct StreamBench
{
    explicit StreamBench(SockOptions options = {}, bool stream = true)
    {
        options.clock = clock;
        options.tickInterval = std::chrono::milliseconds(0);
        options.blockedAfter = std::chrono::milliseconds(0);
        options.logger = [](int, const QString &) {};
        options.framing = makeFraming(stream ? u"u32" : u"datagram");
        auto made = std::make_shared<std::unique_ptr<StubTransport>>(std::make_unique<StubTransport>(stream));
        stub = made->get();
        options.transport = [made] { return std::move(*made); };
        sock = std::make_unique<Checked<BaseSock>>(options);
        QObject::connect(sock.get(), &BaseSock::peerRemoved, sock.get(),
                         [this](const Endpoint &peer, CloseReason reason) { removed.insert(peer, reason); });
        QObject::connect(sock.get(), &BaseSock::limitReached, sock.get(),
                         [this](const QString &limit, quint64 count) { limits.insert(limit, count); });
        if (sock->start())
            qFatal("the sock of the test did not start");
    }
    void connectPeers(int count, bool outgoing = false)
    {
        for (int i = 0; i < count; ++i)
            stub->connectPeer(endpointOf(next++), outgoing);
    }
    /// One batch with these bytes of the peer; with settle, all that waits is handled then.
    void receive(int peer, const QByteArray &data, bool handle = true)
    {
        stub->receive(endpointOf(peer), data, clock->nowNs());
        if (handle)
            settle();
    }
    void settle()
    {
        stub->sink()->transportBatchEnded();
        while (sock->ledger().stillQueued.messages > 0)
            QCoreApplication::processEvents();
    }
    /// These peers are not silent.
    void touch(const QList<int> &numbers)
    {
        for (const int peer : numbers)
            stub->receive(endpointOf(peer), {}, clock->nowNs());
    }
    int peers() const { return knownPeers(*sock); }
    bool paused() const { return stub->isPaused(); }
    bool isClosed(int peer) const { return removed.contains(endpointOf(peer)); }
    CloseReason closed(int peer) const { return removed.value(endpointOf(peer), CloseReason::Local); }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    StubTransport *stub = nullptr;
    QHash<Endpoint, CloseReason> removed;
    QHash<QString, quint64> limits;
    int next = 0;
    std::unique_ptr<Checked<BaseSock>> sock;
};

} // namespace SockScope::Test
