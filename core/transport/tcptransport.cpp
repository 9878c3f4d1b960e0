#include "core/transport/tcptransport.h"

#include <QNetworkProxy>
#include <QTcpServer>
#include <QTcpSocket>

#include <utility>

#include "core/time/steadyclock.h"
#include "core/transport/nullsink.h"
#include "core/transport/socketerrors.h"
#include "core/transport/tcpconnection.h"

#ifdef Q_OS_UNIX
#include <unistd.h>
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1String scheme("tcp");
constexpr int backlog = 4096; // the system cuts it to its own limit
constexpr qint64 acceptRetryNs = 100'000'000;

} // namespace

/// Hands descriptors on as they are accepted, without a queue of its own.
class TcpListener : public QTcpServer
{
public:
    explicit TcpListener(TcpTransport &transport)
        : QTcpServer(&transport)
        , m_transport(&transport)
    {
    }
    void forget() { m_transport = nullptr; }

protected:
    void incomingConnection(qintptr descriptor) override
    {
        if (m_transport)
            m_transport->handleIncoming(descriptor);
    }

private:
    TcpTransport *m_transport;
};

TcpTransport::TcpTransport(TcpTransportConfig config, QObject *parent)
    : Transport(parent)
    , m_config(std::move(config))
    , m_clock(m_config.clock ? m_config.clock : SteadyClock::instance())
    , m_sink(NullSink::instance())
{
}

TcpTransport::~TcpTransport()
{
    releaseServer();
    const QHash<Endpoint, TcpConnection *> connections = std::exchange(m_connections, {});
    for (TcpConnection *connection : connections)
        connection->release();
    const QSet<TcpConnection *> closing = std::exchange(m_closing, {});
    for (TcpConnection *connection : closing)
        connection->release();
}

void TcpTransport::setSink(TransportSink *sink)
{
    m_sink = sink ? sink : NullSink::instance();
}

std::unique_ptr<QTcpSocket> TcpTransport::createSocket()
{
    auto socket = std::make_unique<QTcpSocket>();
    socket->setProxy(QNetworkProxy::NoProxy);
    return socket;
}

std::optional<SockError> TcpTransport::open()
{
    if (m_open)
        return SockError{SockError::Code::WrongState, Stage::Setup, tr("the transport is open already"),
                         tr("close it first"),        -1,           {}};
    if (m_config.bind) {
        if (auto error = listen())
            return error;
    }
    m_open = true;
    return std::nullopt;
}

std::optional<SockError> TcpTransport::listen()
{
    m_server = new TcpListener(*this);
    m_server->setProxy(QNetworkProxy::NoProxy);
    m_server->setListenBacklogSize(backlog);
    connect(m_server, &QTcpServer::acceptError, this, [this] { handleAcceptError(); });
    if (!m_server->listen(m_config.bind->address, m_config.bind->port)) {
        const SockError error =
            SocketErrors::make(SocketOperation::Bind, SocketErrors::fromQt(m_server->serverError()), scheme,
                               Endpoint(m_config.bind->address, m_config.bind->port), m_server->errorString());
        releaseServer();
        return error;
    }
    m_local = Endpoint(m_server->serverAddress(), m_server->serverPort());
    return std::nullopt;
}

void TcpTransport::releaseServer()
{
    m_acceptAlarm.reset();
    m_local = {};
    QTcpServer *server = std::exchange(m_server, nullptr);
    if (!server)
        return;
    static_cast<TcpListener *>(server)->forget();
    server->disconnect(this);
    server->close();
    // One that is on the call stack must outlive it
    if (m_qtFrames.isWatched()) {
        server->setParent(nullptr);
        server->deleteLater();
    } else {
        delete server;
    }
}

void TcpTransport::handleIncoming(qintptr descriptor)
{
    LifeToken::Watch frame(m_qtFrames);
    std::unique_ptr<QTcpSocket> socket = createSocket();
    if (!socket->setSocketDescriptor(descriptor)) {
#ifdef Q_OS_UNIX
        ::close(static_cast<int>(descriptor));
#endif
        return;
    }
    const Endpoint peer(socket->peerAddress(), socket->peerPort());
    if (peer.port() == 0)
        return; // gone before it was accepted
    if (isFull()) {
        ++m_refusedConnections;
        m_sink->transportError({SockError::Code::LimitReached, Stage::Transport,
                                tr("%1 was refused: %2 connections are open")
                                    .arg(SocketErrors::url(scheme, peer))
                                    .arg(m_connections.size()),
                                tr("close connections, or raise the limit maximumConnections"), -1, peer});
        return;
    }
    if (m_connections.contains(peer))
        return; // both ends connected to each other at once, with fixed ports: the first one stands
    auto *connection = new TcpConnection(*this, std::move(socket), peer, false);
    m_connections.insert(peer, connection);
    connection->begin();
}

void TcpTransport::handleAcceptError()
{
    LifeToken::Watch frame(m_qtFrames);
    // QTcpServer has stopped accepting, or it would spin: out of descriptors, most likely. Try again in a while.
    m_acceptAlarm = m_clock->createAlarm([this] {
        if (m_server)
            m_server->resumeAccepting();
    });
    m_acceptAlarm->setDeadline(m_clock->nowNs() + acceptRetryNs);
    m_sink->transportError({SockError::Code::LimitReached,
                            Stage::Transport,
                            tr("a connection could not be accepted (%1)").arg(m_server->errorString()),
                            tr("close connections, or raise the system's limit (ulimit -n)"),
                            -1,
                            {}});
}

bool TcpTransport::isFull() const
{
    return m_connections.size() >= m_config.tcp.maximumConnections;
}

void TcpTransport::close()
{
    if (!m_open)
        return;
    m_open = false;
    LifeToken::Watch watch(m_life);
    releaseServer();
    while (!m_connections.isEmpty()) {
        m_connections.begin().value()->closeNow(CloseReason::Stopped);
        if (!watch.isAlive())
            return;
    }
}

void TcpTransport::connectTo(const Endpoint &peer)
{
    const auto fail = [&](SockError::Code code, const QString &what, const QString &remedy) {
        m_sink->transportConnectFailed(peer, {code, Stage::Transport, what, remedy, -1, peer});
    };
    const QString url = SocketErrors::url(scheme, peer);
    if (!m_open)
        return fail(SockError::Code::WrongState, tr("the socket is not open"), tr("start it first"));
    if (peer.isNull() || peer.port() == 0)
        return fail(SockError::Code::InvalidOptions, tr("%1 has no port to connect to").arg(url),
                    tr("give the peer's port"));
    if (m_connections.contains(peer))
        return fail(SockError::Code::WrongState, tr("already connected or connecting to %1").arg(url),
                    tr("close the connection first"));
    if (isFull())
        return fail(SockError::Code::LimitReached,
                    tr("cannot connect to %1: %2 connections are open").arg(url).arg(m_connections.size()),
                    tr("close connections, or raise the limit maximumConnections"));
    auto *connection = new TcpConnection(*this, createSocket(), peer, true);
    m_connections.insert(peer, connection);
    connection->startConnecting();
}

void TcpTransport::closePeer(const Endpoint &peer, CloseReason reason)
{
    if (TcpConnection *connection = m_connections.value(peer))
        connection->closeNow(reason);
}

SendOutcome TcpTransport::send(const Endpoint &peer, QByteArrayView wire)
{
    if (!m_open)
        return SendOutcome::NotOpen;
    TcpConnection *connection = m_connections.value(peer);
    return connection ? connection->send(wire) : SendOutcome::NoSuchPeer;
}

void TcpTransport::flush()
{
    LifeToken::Watch watch(m_life);
    const QList<TcpConnection *> connections = m_unflushed.values();
    for (TcpConnection *connection : connections) {
        // The set tells whether it still exists: one that ended in a callback has left it.
        if (m_unflushed.contains(connection))
            connection->flush();
        if (!watch.isAlive())
            return;
    }
}

void TcpTransport::setReadingPaused(bool paused)
{
    if (std::exchange(m_paused, paused) == paused)
        return;
    if (paused) {
        ++m_pauses;
        return;
    }
    for (TcpConnection *connection : std::as_const(m_connections))
        connection->resumeReading();
}

void TcpTransport::startClosing(TcpConnection *connection)
{
    m_connections.remove(connection->peer());
    m_unflushed.remove(connection);
    m_closing.insert(connection);
}

void TcpTransport::endClosing(TcpConnection *connection)
{
    m_closing.remove(connection);
}

} // namespace SockScope
