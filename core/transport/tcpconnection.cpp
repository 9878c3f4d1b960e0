#include "core/transport/tcpconnection.h"

#include <QEvent>
#include <QSocketNotifier>

#include <cstring>
#include <utility>

#include "core/transport/socketerrors.h"
#include "core/transport/tcptransport.h"

#ifdef Q_OS_UNIX
#include <poll.h>
#include <sys/socket.h>
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1String scheme("tcp");

} // namespace

/// Keeps the connection, and the socket whose signal may be on the call stack, until the outermost function is done.
/// When that was called by Qt, Qt still looks at the object and it is deleted later; else at once, event loop or not.
class TcpConnection::Frame
{
public:
    enum Caller : quint8 { Transport, Qt };

    explicit Frame(TcpConnection &connection, Caller caller = Transport)
        : m_connection(connection)
        , m_caller(caller)
    {
        ++m_connection.m_depth;
    }
    ~Frame()
    {
        if (--m_connection.m_depth > 0 || !m_connection.m_released)
            return;
        if (m_caller == Qt)
            m_connection.deleteLater();
        else
            delete &m_connection;
    }
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;

private:
    TcpConnection &m_connection;
    const Caller m_caller;
};

TcpConnection::TcpConnection(TcpTransport &transport, std::unique_ptr<QTcpSocket> socket, const Endpoint &peer,
                             bool outgoing)
    : m_transport(&transport)
    , m_socket(socket.release())
    , m_peer(peer)
    , m_outgoing(outgoing)
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(readBufferBytes);
    connect(m_socket, &QTcpSocket::errorOccurred, this,
            [this](QAbstractSocket::SocketError error) { handleError(error); });
    connect(m_socket, &QTcpSocket::disconnected, this, [this] { handleDisconnected(); });
    connect(m_socket, &QTcpSocket::readyRead, this, [this] { processInput(); });
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this] { settleSends(); });
}

void TcpConnection::startConnecting()
{
    Frame frame(*this);
    connect(m_socket, &QTcpSocket::connected, this, [this] { handleConnected(); });
    const auto timeout = m_transport->m_config.tcp.connectTimeout;
    if (timeout.count() > 0) {
        m_connectAlarm = m_transport->m_clock->createAlarm([this] { handleConnectTimeout(); });
        m_connectAlarm->setDeadline(m_transport->m_clock->nowNs() + std::chrono::nanoseconds(timeout).count());
    }
    m_socket->connectToHost(m_peer.address(), m_peer.port());
    watchForReset();
}

void TcpConnection::handleConnected()
{
    Frame frame(*this, Frame::Qt);
    m_connectAlarm.reset();
    // Connecting to a free port of this machine may meet itself: nobody listens there.
    if (m_socket->localPort() == m_socket->peerPort() && m_socket->localAddress() == m_socket->peerAddress()) {
        finish(CloseReason::NetworkError,
               SocketErrors::make(SocketOperation::Connect, SockError::Code::ConnectionRefused, scheme, m_peer));
        return;
    }
    begin();
}

void TcpConnection::begin()
{
    Frame frame(*this);
    const TcpOptions &options = m_transport->m_config.tcp;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, options.noDelay ? 1 : 0);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, options.keepAlive ? 1 : 0);
    watchForReset();
    m_state = State::Open;
    m_announced = true;
    const bool admitted = m_transport->m_sink->transportConnected(m_peer, m_outgoing);
    if (!isOpen())
        return;
    if (!admitted) {
        m_announced = false;
        finish(CloseReason::Refused, std::nullopt);
        return;
    }
    queue(&TcpConnection::processInput); // what came with the connection
}

void TcpConnection::handleConnectTimeout()
{
    Frame frame(*this);
    if (m_state == State::Connecting)
        finish(CloseReason::TimedOut,
               SocketErrors::make(SocketOperation::Connect, SockError::Code::ConnectTimedOut, scheme, m_peer));
}

void TcpConnection::handleError(QAbstractSocket::SocketError error)
{
    Frame frame(*this, Frame::Qt);
    if (m_state == State::Connecting) {
        finish(CloseReason::NetworkError, SocketErrors::make(SocketOperation::Connect, SocketErrors::fromQt(error),
                                                             scheme, m_peer, m_socket->errorString()));
        return;
    }
    if (error != QAbstractSocket::RemoteHostClosedError && error != QAbstractSocket::TemporaryError)
        m_reset = true;
}

void TcpConnection::handleDisconnected()
{
    Frame frame(*this, Frame::Qt);
    if (m_state != State::Open)
        return;
    m_remoteClosed = true;
    processInput(); // what is still unread comes before the end
}

void TcpConnection::resumeReading()
{
    if (QSocketNotifier *held = std::exchange(m_held, nullptr))
        held->setEnabled(true);
    queue(&TcpConnection::processInput);
}

/// Runs the function at the next turn of the event loop, unless the connection has ended by then.
void TcpConnection::queue(void (TcpConnection::*function)())
{
    QMetaObject::invokeMethod(
        this,
        [this, function] {
            if (isOpen())
                (this->*function)();
        },
        Qt::QueuedConnection);
}

void TcpConnection::processInput()
{
    if (!isOpen() || !m_announced || m_reading || m_transport->m_paused)
        return;
    Frame frame(*this, Frame::Qt);
    m_reading = true;
    bool delivered = false;
    if (m_offerAgain) {
        if (!offerAgain())
            return;
        delivered = true;
    }
    qsizetype budget = readBufferBytes; // one peer that floods must not keep the others waiting
    while (!m_transport->m_paused) {
        const qsizetype available = qMin<qsizetype>(m_socket->bytesAvailable(), chunkBytes);
        if (available <= 0)
            break;
        if (budget <= 0) {
            queue(&TcpConnection::processInput);
            break;
        }
        budget -= available;
        delivered = true;
        if (!readChunk(available))
            return;
    }
    m_reading = false;
    if (delivered)
        m_transport->m_sink->transportBatchEnded();
    if (isOpen() && m_remoteClosed && !m_offerAgain && !m_transport->m_paused && m_socket->bytesAvailable() == 0)
        finish(m_reset ? CloseReason::NetworkError : CloseReason::Remote,
               m_reset ? std::optional(lostError()) : std::nullopt);
}

/// What the sink left when it paused. False when the connection ended meanwhile.
bool TcpConnection::offerAgain()
{
    m_offerAgain = false;
    if (m_unread.isEmpty())
        return readChunk(0);
    return readLongFrame(0);
}

/// False when the connection ended meanwhile.
bool TcpConnection::readChunk(qsizetype available)
{
    if (!m_unread.isEmpty())
        return readLongFrame(available);
    BytesPool &pool = m_transport->m_pool;
    const qsizetype before = m_rest.size();
    char *place = pool.reserve(before + available);
    if (before > 0)
        std::memcpy(place, m_rest.data(), static_cast<size_t>(before));
    m_rest = {};
    const qint64 read = available > 0 ? qMax<qint64>(0, m_socket->read(place + before, available)) : 0;
    const QByteArrayView data = pool.commit(before + read);
    // The sink may come back here for another connection, which may need the pool's next chunk
    const Bytes hold = pool.share(data);
    const quint64 pauses = m_transport->m_pauses;
    const qsizetype answer =
        m_transport->m_sink->transportReceivedPooled(m_peer, pool, data, m_transport->m_clock->nowNs());
    if (!isOpen())
        return false;
    const qsizetype taken = qBound<qsizetype>(0, answer, data.size());
    const QByteArrayView rest = data.sliced(taken);
    m_offerAgain = !rest.isEmpty() && pauses != m_transport->m_pauses;
    // In memory of its own: a peer that never finishes its frame must not keep a whole chunk.
    if (rest.size() < longRestBytes)
        m_rest = Bytes(rest);
    else
        m_unread = rest.toByteArray();
    return true;
}

/// More of a frame that is longer than a chunk: appended, so that its bytes are copied once. False when the connection
/// ended meanwhile.
bool TcpConnection::readLongFrame(qsizetype available)
{
    if (m_unreadBegin > 0 && m_unread.size() + available > m_unread.capacity()) {
        m_unread.remove(0, m_unreadBegin);
        m_unreadBegin = 0;
    }
    const qsizetype before = m_unread.size();
    if (available > 0) {
        m_unread.resize(before + available);
        m_unread.resize(before + qMax<qint64>(0, m_socket->read(m_unread.data() + before, available)));
    }
    const quint64 pauses = m_transport->m_pauses;
    const QByteArrayView view = QByteArrayView(m_unread).sliced(m_unreadBegin);
    const qint64 taken = m_transport->m_sink->transportReceived(m_peer, view, {}, m_transport->m_clock->nowNs());
    if (!isOpen())
        return false;
    m_unreadBegin += qBound<qsizetype>(0, taken, view.size());
    const QByteArrayView rest = QByteArrayView(m_unread).sliced(m_unreadBegin);
    m_offerAgain = !rest.isEmpty() && pauses != m_transport->m_pauses;
    if (rest.size() < longRestBytes) {
        m_rest = Bytes(rest);
        m_unread = QByteArray();
        m_unreadBegin = 0;
    }
    return true;
}

SendOutcome TcpConnection::send(QByteArrayView wire)
{
    if (!isOpen() || m_remoteClosed)
        return SendOutcome::NoSuchPeer;
    const TcpOptions &options = m_transport->m_config.tcp;
    const qint64 waiting = unsentBytes();
    if (waiting > 0 && m_transport->m_pendingBytes + wire.size() > options.sendTotalBytes)
        return SendOutcome::QueueFull; // not this peer's fault alone: it is not closed for it
    if (waiting > 0 && waiting + wire.size() > options.sendLimitBytes) {
        if (options.closeSlowReader && !std::exchange(m_slow, true)) {
            // Not here: the caller may be in the middle of a broadcast.
            QMetaObject::invokeMethod(
                this,
                [this] {
                    Frame frame(*this, Frame::Qt);
                    finish(CloseReason::SlowReader, lostError());
                },
                Qt::QueuedConnection);
        }
        return SendOutcome::QueueFull;
    }
    if (m_slow)
        return SendOutcome::QueueFull;
    appendOutput(wire);
    m_acceptedBytes += wire.size();
    m_transport->m_pendingBytes += wire.size();
    if (m_inFlight.empty())
        m_transport->m_unflushed.insert(this);
    m_inFlight.push_back(wire.size());
    if (wire.isEmpty())
        queue(&TcpConnection::settleSends); // no byte will tell
    if (m_outputBytes >= chunkBytes)
        handOver();
    else if (!std::exchange(m_waitsForTurn, true))
        m_transport->writeAtTurnsEnd(this);
    return SendOutcome::Accepted;
}

void TcpConnection::appendOutput(QByteArrayView wire)
{
    if (wire.isEmpty())
        return;
    const qsizetype needed = m_outputBytes + wire.size();
    if (needed > m_output.size())
        m_output.resize(qMax(needed, qBound<qsizetype>(512, m_output.size() * 2, chunkBytes + 4096)));
    std::memcpy(m_output.data() + m_outputBytes, wire.data(), static_cast<size_t>(wire.size()));
    m_outputBytes = needed;
}

qint64 TcpConnection::unsentBytes() const
{
    return m_outputBytes + m_socket->bytesToWrite();
}

/// Gives the socket what was sent since the last time, in one piece: a write a message costs more than its bytes.
void TcpConnection::handOver()
{
    if (m_outputBytes == 0)
        return;
    m_output.truncate(std::exchange(m_outputBytes, 0));
    m_socket->write(std::exchange(m_output, {})); // it shares the memory until it is sent
    if (!std::exchange(m_watchesWrites, true))
        watchForReset();
}

void TcpConnection::endTurn()
{
    m_waitsForTurn = false;
    if (!isOpen())
        return;
    Frame frame(*this);
    handOver();
    m_socket->flush();
}

void TcpConnection::flush()
{
    if (!isOpen())
        return;
    Frame frame(*this);
    handOver();
    while (isOpen() && m_socket->bytesToWrite() > 0 && m_socket->flush()) {
    }
    if (isOpen())
        settleSends();
}

void TcpConnection::settleSends()
{
    if (!isOpen())
        return;
    Frame frame(*this, Frame::Qt);
    // Counted from what is left, not from the signal's argument: a nested write does not signal.
    const qint64 taken = m_acceptedBytes - unsentBytes();
    while (!m_inFlight.empty() && m_settledBytes + m_inFlight.front() <= taken) {
        const qsizetype size = m_inFlight.front();
        m_inFlight.pop_front();
        m_settledBytes += size;
        m_transport->m_pendingBytes -= size;
        if (m_inFlight.empty())
            m_transport->m_unflushed.remove(this);
        m_transport->m_sink->transportSent(m_peer, size, std::nullopt);
        if (!isOpen())
            return;
    }
}

void TcpConnection::closeNow(CloseReason reason)
{
    Frame frame(*this);
    if (m_state == State::Open)
        flush();
    if (m_released || m_state == State::Closed)
        return;
    std::optional<SockError> error;
    if (m_state == State::Connecting) {
        error = lostError();
        error->what = TcpTransport::tr("connecting to %1 was given up").arg(SocketErrors::url(scheme, m_peer));
    }
    finish(reason, error);
}

void TcpConnection::finish(CloseReason reason, const std::optional<SockError> &error)
{
    if (m_state == State::Closed || m_released)
        return;
    Frame frame(*this);
    const bool wasConnecting = m_state == State::Connecting;
    m_state = State::Closed;
    m_connectAlarm.reset();
    m_transport->startClosing(this);
    m_socket->disconnect(this);
    if (unsentBytes() == 0)
        m_socket->disconnectFromHost();
    m_socket->abort();
    while (!m_inFlight.empty()) {
        const qsizetype size = m_inFlight.front();
        m_inFlight.pop_front();
        m_transport->m_pendingBytes -= size;
        m_transport->m_sink->transportSent(m_peer, size, error ? error : std::optional(lostError()));
        if (m_released)
            return;
    }
    if (wasConnecting && m_outgoing)
        m_transport->m_sink->transportConnectFailed(m_peer, error.value_or(lostError()));
    else if (m_announced)
        m_transport->m_sink->transportDisconnected(m_peer, reason, error);
    if (m_released)
        return;
    m_transport->endClosing(this);
    release();
}

void TcpConnection::release()
{
    if (std::exchange(m_released, true))
        return;
    m_state = State::Closed;
    m_connectAlarm.reset();
    m_socket->disconnect(this);
    m_socket->abort();
    m_transport = nullptr;
    if (m_depth == 0)
        delete this;
}

SockError TcpConnection::lostError() const
{
    return SocketErrors::make(SocketOperation::Connection, SockError::Code::ConnectionLost, scheme, m_peer);
}

/// QTcpSocket calls a reset a close by the other side and has closed its descriptor when it says so: look just before.
void TcpConnection::watchForReset()
{
#ifdef Q_OS_UNIX
    const QList<QSocketNotifier *> notifiers = m_socket->findChildren<QSocketNotifier *>();
    for (QSocketNotifier *notifier : notifiers) {
        notifier->removeEventFilter(this);
        notifier->installEventFilter(this);
    }
#endif
}

/// A connection that was made and reset before we looked: Qt would connect a second time without a word, and again.
bool TcpConnection::failedConnecting(int descriptor)
{
#ifdef Q_OS_UNIX
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error == 0)
        return false;
    Frame frame(*this, Frame::Qt);
    finish(CloseReason::NetworkError, SocketErrors::make(SocketOperation::Connect, error, scheme, m_peer));
    return true;
#else
    Q_UNUSED(descriptor)
    return false;
#endif
}

bool TcpConnection::eventFilter(QObject *watched, QEvent *event)
{
#ifdef Q_OS_UNIX
    auto *notifier = static_cast<QSocketNotifier *>(watched);
    if (event->type() == QEvent::SockAct && m_state == State::Connecting && !m_released &&
        failedConnecting(static_cast<int>(notifier->socket()))) // the QTcpSocket does not tell its descriptor yet
        return true;
    // What Qt would buffer while nobody reads stays in the system, whose flow control then reaches the sender.
    if (event->type() == QEvent::SockAct && m_transport && m_transport->m_paused && isOpen() &&
        notifier->type() == QSocketNotifier::Read) {
        notifier->setEnabled(false);
        m_held = notifier;
        return true;
    }
    if (event->type() == QEvent::SockAct && !m_reset) {
        pollfd query{static_cast<int>(m_socket->socketDescriptor()), 0, 0};
        if (::poll(&query, 1, 0) > 0 && (query.revents & POLLERR) != 0)
            m_reset = true;
    }
#endif
    return QObject::eventFilter(watched, event);
}

} // namespace SockScope
