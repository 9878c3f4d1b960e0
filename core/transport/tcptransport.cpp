#include "core/transport/tcptransport.h"

#include <QNetworkProxy>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QTcpSocket>

#include <utility>

#include "core/time/steadyclock.h"
#include "core/transport/nativestream.h"
#include "core/transport/nullsink.h"
#include "core/transport/qtstream.h"
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
constexpr qsizetype batchBytes = 64 * 1024;

/// Null when it is gone already.
Endpoint peerOf(qintptr descriptor)
{
#ifdef Q_OS_UNIX
    NativeAddress address;
    socklen_t length = sizeof address.storage;
    if (::getpeername(static_cast<int>(descriptor), reinterpret_cast<sockaddr *>(&address.storage), &length) != 0)
        return {};
    return NativeAddress::toEndpoint(address.storage);
#else
    QTcpSocket socket;
    Endpoint peer;
    if (socket.setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState, QIODevice::NotOpen))
        peer = Endpoint(socket.peerAddress(), socket.peerPort());
    return peer;
#endif
}

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
    m_recent = nullptr;
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

StreamSocket::Pointer TcpTransport::createStream(qintptr descriptor)
{
#ifdef Q_OS_LINUX
    if (m_native)
        return StreamSocket::Pointer(new NativeStream(*m_native, static_cast<int>(descriptor)));
#endif
    auto socket = std::make_unique<QTcpSocket>();
    socket->setProxy(QNetworkProxy::NoProxy);
    if (descriptor >= 0 && !socket->setSocketDescriptor(descriptor)) {
#ifdef Q_OS_UNIX
        ::close(static_cast<int>(descriptor));
#endif
        return nullptr;
    }
    return StreamSocket::Pointer(new QtStream(std::move(socket)));
}

std::optional<SockError> TcpTransport::openStreams()
{
#ifdef Q_OS_LINUX
    if (!m_config.tcp.nativeStreams || m_native)
        return std::nullopt;
    auto streams = std::make_shared<NativeStreams>([this] { endBatch(); });
    if (const int error = streams->set.open())
        return SockError{SocketErrors::fromErrno(error),
                         Stage::Setup,
                         tr("connections cannot be watched (%1)").arg(qt_error_string(error)),
                         tr("close connections, or raise the system's limit (ulimit -n)"),
                         -1,
                         {}};
    m_native = std::move(streams);
#endif
    return std::nullopt;
}

std::optional<SockError> TcpTransport::open()
{
    if (m_open)
        return SockError{SockError::Code::WrongState, Stage::Setup, tr("the transport is open already"),
                         tr("close it first"),        -1,           {}};
    if (auto error = openStreams())
        return error;
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
    const Endpoint peer = peerOf(descriptor);
    StreamSocket::Pointer socket = createStream(descriptor);
    if (!socket || peer.isNull())
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
    Endpoint peer = peerOf(descriptor);
#ifdef Q_OS_UNIX
    ::close(static_cast<int>(
        descriptor)); // no reset: QTcpSocket would take that for a connect to try again, at once and for ever
#else
    QTcpSocket socket;
    if (socket.setSocketDescriptor(descriptor))
        socket.abort();
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
    if (!m_open)
        m_native.reset(); // whose descriptors are all closed
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
    auto *connection = new TcpConnection(*this, createStream(-1), peer, true);
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

void TcpTransport::runLater(ConnectionList::Place &place)
{
    m_due.append(place);
    if (std::exchange(m_turnScheduled, true))
        return;
    QMetaObject::invokeMethod(
        this, [this] { runTurn(); }, Qt::QueuedConnection);
}

void TcpTransport::runTurn()
{
    m_turnScheduled = false;
    LifeToken::Watch watch(m_life);
    // What a callback sends now has a turn of its own.
    ConnectionList turn;
    m_due.moveTo(turn);
    while (!turn.isEmpty()) {
        turn.first()->runTurn(); // which leaves it
        if (!watch.isAlive())
            return;
    }
    endBatch();
}

void TcpTransport::inputDelivered(bool now)
{
    if (!m_native || now || m_delivered >= batchBytes)
        endBatch();
}

void TcpTransport::endBatch()
{
    if (std::exchange(m_delivered, 0) > 0)
        m_sink->transportBatchEnded();
}

void TcpTransport::flush()
{
    LifeToken::Watch watch(m_life);
    ConnectionList unsettled;
    m_unsettled.moveTo(unsettled);
    while (!unsettled.isEmpty()) {
        TcpConnection *connection = unsettled.first();
        connection->stayUnsettled(); // until it says otherwise
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
    ConnectionList held;
    m_held.moveTo(held);
    while (!held.isEmpty())
        held.first()->resumeReading(); // which leaves it
}

void TcpTransport::startClosing(TcpConnection *connection)
{
    m_connections.remove(connection->peer());
    if (m_recent == connection)
        m_recent = nullptr;
    m_closing.insert(connection);
}

void TcpTransport::endClosing(TcpConnection *connection)
{
    m_closing.remove(connection);
}

} // namespace SockScope
