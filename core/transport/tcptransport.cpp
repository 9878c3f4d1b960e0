#include "core/transport/tcptransport.h"

#include <QNetworkProxy>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QTcpSocket>

#include <algorithm>
#include <utility>

#include "core/time/steadyclock.h"
#include "core/transport/nullsink.h"
#include "core/transport/socketerrors.h"
#include "core/transport/tcpconnection.h"

#ifdef Q_OS_UNIX
#include "core/transport/nativeaddress.h"

#include <cerrno>
#include <unistd.h>
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1String scheme("tcp");
constexpr int backlog = 4096;     // the system cuts it to its own limit
constexpr int acceptsATurn = 256; // then others have their turn
constexpr qint64 acceptRetryNs = 100'000'000;
constexpr qint64 reportRefusedNs = 1'000'000'000;

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
    , m_acceptRate(m_config.tcp.acceptsPerSecond, m_config.tcp.acceptBurst)
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
    connect(m_server, &QTcpServer::acceptError, this, [this] { handleAcceptError(m_server->errorString()); });
    if (!m_server->listen(m_config.bind->address, m_config.bind->port)) {
        const SockError error =
            SocketErrors::make(SocketOperation::Bind, SocketErrors::fromQt(m_server->serverError()), scheme,
                               Endpoint(m_config.bind->address, m_config.bind->port), m_server->errorString());
        releaseServer();
        return error;
    }
    m_local = Endpoint(m_server->serverAddress(), m_server->serverPort());
    acceptByOurselves();
    return std::nullopt;
}

void TcpTransport::releaseServer()
{
    m_acceptAlarm.reset();
    m_local = {};
    QTcpServer *server = std::exchange(m_server, nullptr);
    if (!server)
        return;
    if (QSocketNotifier *notifier = std::exchange(m_acceptNotifier, nullptr)) {
        notifier->setEnabled(false);
        notifier->disconnect(this);
        notifier->setParent(server);
    }
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

/// QTcpServer takes the error of a full descriptor table for "nobody there", once it has seen that, and spins; it also
/// accepts for as long as somebody connects. So we do that.
void TcpTransport::acceptByOurselves()
{
#ifdef Q_OS_UNIX
    m_server->pauseAccepting();
    m_acceptNotifier = new QSocketNotifier(m_server->socketDescriptor(), QSocketNotifier::Read, this);
    connect(m_acceptNotifier, &QSocketNotifier::activated, this, [this] { handleAcceptable(); });
#endif
}

void TcpTransport::handleAcceptable()
{
#ifdef Q_OS_UNIX
    LifeToken::Watch life(m_life);
    LifeToken::Watch frame(m_qtFrames);
    const QTcpServer *server = m_server;
    for (int i = 0; i < acceptsATurn && life.isAlive() && m_server == server && server; ++i) {
        const int listener = static_cast<int>(server->socketDescriptor());
#ifdef Q_OS_LINUX
        const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
        const int descriptor = ::accept(listener, nullptr, nullptr);
#endif
        if (descriptor >= 0) {
            handleIncoming(descriptor);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return handleAcceptError(qt_error_string(errno));
        // anything else is of that one connection: accept(2)
    }
#endif
}

void TcpTransport::setAccepting(bool accepting)
{
    if (m_acceptNotifier)
        m_acceptNotifier->setEnabled(accepting);
    else if (accepting && m_server)
        m_server->resumeAccepting();
}

void TcpTransport::handleIncoming(qintptr descriptor)
{
    LifeToken::Watch frame(m_qtFrames);
    if (isFull())
        return refuse(descriptor, RefuseReason::ConnectionLimit);
    if (!m_acceptRate.take(m_clock->nowNs()))
        return refuse(descriptor, RefuseReason::AcceptRate);
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
    if (m_connections.contains(peer))
        return; // both ends connected to each other at once, with fixed ports: the first one stands
    auto *connection = new TcpConnection(*this, std::move(socket), peer, false);
    m_connections.insert(peer, connection);
    connection->begin();
}

/// Costs a flood of connections as little of us as can be: no socket object.
void TcpTransport::refuse(qintptr descriptor, RefuseReason reason)
{
    Endpoint peer;
#ifdef Q_OS_UNIX
    const int fd = static_cast<int>(descriptor);
    NativeAddress address;
    socklen_t length = sizeof address.storage;
    if (::getpeername(fd, reinterpret_cast<sockaddr *>(&address.storage), &length) == 0)
        peer = NativeAddress::toEndpoint(address.storage);
    ::close(fd); // no reset: QTcpSocket would take that for a connect to try again, at once and for ever
#else
    QTcpSocket socket;
    if (socket.setSocketDescriptor(descriptor)) {
        peer = Endpoint(socket.peerAddress(), socket.peerPort());
        socket.abort();
    }
#endif
    ++m_refusedConnections;
    LifeToken::Watch watch(m_life);
    m_sink->transportRefused(peer, reason);
    if (watch.isAlive())
        reportRefused(peer, reason);
}

/// Not each: who connects in a loop would fill the log.
void TcpTransport::reportRefused(const Endpoint &peer, RefuseReason reason)
{
    const bool tooMany = reason == RefuseReason::ConnectionLimit;
    Refusals &refusals = m_refusals[tooMany ? 0 : 1];
    ++refusals.unreported;
    const qint64 now = m_clock->nowNs();
    if (now < refusals.nextReportNs)
        return;
    refusals.nextReportNs = now + reportRefusedNs;
    const quint64 others = std::exchange(refusals.unreported, 0) - 1;
    QString what = tooMany ? tr("%1 was refused: %2 connections are open")
                                 .arg(SocketErrors::url(scheme, peer))
                                 .arg(m_connections.size())
                           : tr("%1 was refused: more than %2 connections came in a second")
                                 .arg(SocketErrors::url(scheme, peer))
                                 .arg(m_config.tcp.acceptsPerSecond);
    if (others > 0)
        what += tr(", and %1 others before it").arg(others);
    m_sink->transportError({SockError::Code::LimitReached, Stage::Transport, what,
                            tooMany ? tr("close connections, or raise the limit maximumConnections")
                                    : tr("connect more slowly, or raise the limit acceptsPerSecond"),
                            -1, peer});
}

void TcpTransport::handleAcceptError(const QString &reason)
{
    LifeToken::Watch frame(m_qtFrames);
    // Not accepting for a while, or it would spin: out of descriptors, most likely.
    setAccepting(false);
    const qint64 now = m_clock->nowNs();
    m_acceptAlarm = m_clock->createAlarm([this] { setAccepting(true); });
    m_acceptAlarm->setDeadline(now + acceptRetryNs);
    if (now < m_nextAcceptReportNs)
        return;
    m_nextAcceptReportNs = now + reportRefusedNs;
    m_sink->transportError({SockError::Code::LimitReached,
                            Stage::Transport,
                            tr("a connection could not be accepted (%1)").arg(reason),
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
    // Messages go in runs to one peer: the last one is compared before the hash is asked.
    if (!m_recent || m_recent->peer() != peer)
        m_recent = m_connections.value(peer);
    return m_recent ? m_recent->send(wire) : SendOutcome::NoSuchPeer;
}

void TcpTransport::writeAtTurnsEnd(TcpConnection *connection)
{
    m_turn.push_back(connection);
    if (std::exchange(m_turnScheduled, true))
        return;
    QMetaObject::invokeMethod(
        this, [this] { endTurn(); }, Qt::QueuedConnection);
}

void TcpTransport::endTurn()
{
    m_turnScheduled = false;
    LifeToken::Watch watch(m_life);
    // What a callback sends now has a turn of its own.
    const size_t count = m_turn.size();
    for (size_t i = 0; i < count; ++i) {
        // One that closed meanwhile has left a null
        if (TcpConnection *connection = std::exchange(m_turn[i], nullptr))
            connection->endTurn();
        if (!watch.isAlive())
            return;
    }
    m_turn.erase(m_turn.begin(), m_turn.begin() + static_cast<std::ptrdiff_t>(qMin(count, m_turn.size())));
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
    forget(connection);
    m_closing.insert(connection);
}

void TcpTransport::forget(TcpConnection *connection)
{
    if (m_recent == connection)
        m_recent = nullptr;
    if (connection->waitsForTurn())
        std::replace(m_turn.begin(), m_turn.end(), connection, static_cast<TcpConnection *>(nullptr));
}

void TcpTransport::endClosing(TcpConnection *connection)
{
    m_closing.remove(connection);
}

} // namespace SockScope
