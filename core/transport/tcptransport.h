#pragma once

#include <QHash>
#include <QSet>

#include <array>
#include <memory>

#include "core/time/clock.h"
#include "core/transport/bindaddress.h"
#include "core/transport/connectionlist.h"
#include "core/transport/lifetoken.h"
#include "core/transport/ratelimit.h"
#include "core/transport/streamsocket.h"
#include "core/transport/transport.h"
#include "core/types/bytes.h"
#include "core/types/sockoptions.h"

class QSocketNotifier;
class QTcpServer;

namespace SockScope {

class TcpConnection;
struct NativeStreams;

/// What a TcpTransport is told; without bind it only connects out. reuseAddress lets a server take its port again while
/// old connections linger; Unix always does.
struct TcpTransportConfig
{
    std::optional<BindAddress> bind;
    TcpOptions tcp;
    bool reuseAddress = false;
    std::shared_ptr<Clock> clock; ///< null: the steady clock
};

/*! Byte streams over TCP: listens, connects out, or both at once.
 *  Path    QTcpServer and StreamSockets → [this] → framing; framing → [this] → the sockets
 *  Shape   one TcpConnection a peer, keyed by the remote endpoint; at most maximumConnections, and acceptsPerSecond
 *          that come in; who is over is closed before anything is made for it. closePeer and close
 *          hand the system what it takes at once; what it does not take is answered with an error. The sink hears
 *          transportDisconnected for every peer it admitted, closed by whomever, and nothing more of one it refused
 *  Units   bytes; connect time-out on the clock
 *  Errors  open answers; connecting answers through transportConnectFailed; a full server through transportRefused,
 *          and transportError at most once a second
 *  Thread  the sock's thread; the sink may close or destroy it inside any callback
 *  Source  RFC 9293, tcp(7)
 */
class TcpTransport : public Transport
{
    Q_OBJECT
public:
    explicit TcpTransport(TcpTransportConfig config, QObject *parent = nullptr);
    ~TcpTransport() override;

    void setSink(TransportSink *sink) override;
    std::optional<SockError> open() override;
    void close() override;
    bool isStream() const override { return true; }
    Endpoint localEndpoint() const override { return m_local; }
    void connectTo(const Endpoint &peer) override;
    void closePeer(const Endpoint &peer, CloseReason reason) override;
    SendOutcome send(const Endpoint &peer, QByteArrayView wire) override;
    void flush() override;
    void setReadingPaused(bool paused) override;
    qsizetype pendingSendBytes() const override { return m_pendingBytes; }

    int connectionCount() const { return static_cast<int>(m_connections.size()); }
    /// Connections that came when maximumConnections were open, or too fast.
    quint64 refusedConnections() const { return m_refusedConnections; }

protected:
    /// A socket for the connected descriptor, which is taken over, or with -1 one that is to connect; null when the
    /// system refuses. A subclass may add encryption.
    virtual StreamSocket::Pointer createStream(qintptr descriptor);

private:
    friend class TcpConnection;
    friend class TcpListener;

    std::optional<SockError> listen();
    std::optional<SockError> openStreams();
    void handleIncoming(qintptr descriptor);
    void acceptByOurselves();
    void handleAcceptable();
    void handleAcceptError(const QString &reason);
    void setAccepting(bool accepting);
    void refuse(qintptr descriptor, RefuseReason reason);
    void reportRefused(const Endpoint &peer, RefuseReason reason);
    bool isFull() const;
    void releaseServer();
    /// The connection is over for new calls, but still answers for what it has.
    void startClosing(TcpConnection *connection);
    void endClosing(TcpConnection *connection);
    void runLater(ConnectionList::Place &place);
    void runTurn();
    /// Bytes went to the sink: ends the batch at once, or when the event loop's turn has brought enough.
    void inputDelivered(bool now);
    void endBatch();

    const TcpTransportConfig m_config;
    std::shared_ptr<Clock> m_clock;
    TransportSink *m_sink;
    QTcpServer *m_server = nullptr;
    QSocketNotifier *m_acceptNotifier = nullptr;
    QHash<Endpoint, TcpConnection *> m_connections;
    QSet<TcpConnection *> m_closing;
    ConnectionList m_due;       // those with work for the next turn
    ConnectionList m_unsettled; // those with accepted sends that the system has not wholly taken
    ConnectionList m_held;      // those that have something to read, while reading is paused
    std::shared_ptr<NativeStreams> m_native;
    BytesPool m_pool{512 * 1024}; // what the connections read
    qsizetype m_delivered = 0;    // since the last batch ended
    quint64 m_pauses = 0;
    TcpConnection *m_recent = nullptr;
    bool m_turnScheduled = false;
    std::unique_ptr<Alarm> m_acceptAlarm;
    Endpoint m_local;
    LifeToken m_life;
    LifeToken m_qtFrames; // watched while the server is on the call stack
    struct Refusals
    {
        quint64 unreported = 0;
        qint64 nextReportNs = 0;
    };
    std::array<Refusals, 2> m_refusals; // too many, too fast
    RateLimit m_acceptRate;
    quint64 m_refusedConnections = 0;
    qint64 m_nextAcceptReportNs = 0;
    qsizetype m_pendingBytes = 0;
    bool m_open = false;
    bool m_paused = false;
};

} // namespace SockScope
