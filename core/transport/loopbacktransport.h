#pragma once

#include <QPointer>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "core/time/clock.h"
#include "core/transport/lifetoken.h"
#include "core/transport/transport.h"

namespace SockScope {

/*! One end of a pair of transports that hand each other their bytes, for tests and for socks in one process.
 *  Path    the other end → [this] → framing; framing → [this] → the other end
 *  Shape   datagrams, or one stream that either end connects; bytes are copied. Delivery is queued in the event loop,
 *          or waits for deliver() when manual. A test may cut the stream into pieces, change or drop what arrives,
 *          and break it
 *  Units   bytes; at most maximumPendingBytes wait at one end
 *  Errors  QueueFull at the limit; WrongState for connectTo while closed
 *  Thread  both ends in one thread; the sink may close or destroy either end inside any callback
 *  Source  KDE Connect's loopback link: what arrives has really been serialised
 */
class LoopbackTransport : public Transport
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumPendingBytes = 64 * 1024 * 1024;
    using Pair = std::pair<std::unique_ptr<LoopbackTransport>, std::unique_ptr<LoopbackTransport>>;
    /// Sees every piece before this end's sink and may change it; false drops it.
    using Filter = std::function<bool(QByteArray &data)>;

    static Pair createPair(bool stream, std::shared_ptr<Clock> clock = {});
    ~LoopbackTransport() override;

    void setSink(TransportSink *sink) override;
    std::optional<SockError> open() override;
    void close() override;
    bool isStream() const override { return m_stream; }
    Endpoint localEndpoint() const override { return m_local; }
    void connectTo(const Endpoint &peer) override;
    void closePeer(const Endpoint &peer, CloseReason reason) override;
    SendOutcome send(const Endpoint &peer, QByteArrayView wire) override;
    void flush() override;
    void setReadingPaused(bool paused) override;
    qsizetype pendingSendBytes() const override { return m_outboxBytes; }

    /// Delivery waits for deliver(), at this end.
    void setManual(bool manual) { m_manual = manual; }
    /// Stream pieces of at most this many bytes; 0: as they were sent.
    void setDeliverySize(qsizetype bytes) { m_deliveryBytes = bytes; }
    void setFilter(Filter filter) { m_filter = std::move(filter); }
    /// Hands this end's sink all that is on its way to it.
    void deliver();
    /// Ends the stream at both ends as a network failure does; what was on its way is lost.
    void breakConnection();

private:
    enum class Kind : quint8 { Connected, Data, Closed };
    struct Item
    {
        Kind kind = Kind::Data;
        QByteArray data;
        CloseReason reason = CloseReason::Remote;
    };

    LoopbackTransport(bool stream, std::shared_ptr<Clock> clock, const Endpoint &local);
    void schedule();
    void put(Item item);
    bool deliverData(const QByteArray &data);
    void endConnection(CloseReason reason, const std::optional<SockError> &error);
    void failOutbox();
    SockError lostError() const;

    const bool m_stream;
    std::shared_ptr<Clock> m_clock;
    TransportSink *m_sink;
    QPointer<LoopbackTransport> m_other;
    Endpoint m_local;
    Endpoint m_remote;
    std::deque<Item> m_inbox;
    std::deque<QByteArray> m_outbox;
    QByteArray m_unread;
    Filter m_filter;
    LifeToken m_life;
    quint64 m_generation = 0;
    qsizetype m_outboxBytes = 0;
    qsizetype m_inboxBytes = 0;
    qsizetype m_deliveryBytes = 0;
    bool m_open = false;
    bool m_connected = false;
    bool m_manual = false;
    bool m_paused = false;
    bool m_scheduled = false;
    bool m_delivering = false;
    bool m_flushing = false;
};

} // namespace SockScope
