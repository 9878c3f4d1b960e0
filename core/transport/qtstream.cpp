#include "core/transport/qtstream.h"

#include <QEvent>
#include <QSocketNotifier>

#include <cstring>
#include <utility>

#include "core/transport/socketerrors.h"

#ifdef Q_OS_UNIX
#include <poll.h>
#include <sys/socket.h>
#endif

namespace SockScope {

namespace {

constexpr QLatin1String scheme("tcp");
constexpr qsizetype smallestOutputBytes = 512;
constexpr qsizetype largestOutputBytes = 64 * 1024 + 4096;

} // namespace

/// Qt is on the call stack and looks at the objects afterwards: they are deleted later, if at all meanwhile.
class QtStream::Call
{
public:
    explicit Call(QtStream &stream)
        : m_stream(stream)
    {
        ++m_stream.m_calls;
    }
    ~Call()
    {
        if (--m_stream.m_calls == 0 && m_stream.m_released)
            m_stream.deleteLater();
    }
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

private:
    QtStream &m_stream;
};

QtStream::QtStream(std::unique_ptr<QTcpSocket> socket)
    : m_socket(socket.release())
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(readBufferBytes);
    connect(m_socket, &QTcpSocket::errorOccurred, this,
            [this](QAbstractSocket::SocketError error) { handleError(error); });
    connect(m_socket, &QTcpSocket::disconnected, this, [this] { handleDisconnected(); });
    connect(m_socket, &QTcpSocket::readyRead, this, [this] {
        Call call(*this);
        m_owner->streamReadable();
    });
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this] {
        Call call(*this);
        m_handedOverBytes = m_socket->bytesToWrite(); // not the signal's argument: a nested write does not signal
        m_owner->streamWritten();
    });
}

QtStream::~QtStream() = default;

void QtStream::release()
{
    close();
    m_released = true;
    if (m_calls == 0)
        delete this;
}

void QtStream::close()
{
    m_socket->disconnect(this);
    if (unsentBytes() == 0)
        m_socket->disconnectFromHost();
    m_socket->abort();
    m_connecting = false;
    m_disconnected = m_broken = true;
}

std::optional<SockError> QtStream::connectTo(const Endpoint &peer)
{
    Call call(*this);
    m_peer = peer;
    m_connecting = true;
    connect(m_socket, &QTcpSocket::connected, this, [this] { handleConnected(); });
    m_socket->connectToHost(peer.address(), peer.port());
    watchNotifiers();
    return std::nullopt;
}

void QtStream::handleConnected()
{
    Call call(*this);
    m_connecting = false;
    // Connecting to a free port of this machine may meet itself: nobody listens there.
    if (m_socket->localPort() == m_socket->peerPort() && m_socket->localAddress() == m_socket->peerAddress())
        m_owner->streamFailed(
            SocketErrors::make(SocketOperation::Connect, SockError::Code::ConnectionRefused, scheme, m_peer));
    else
        m_owner->streamConnected();
}

void QtStream::begin(const TcpOptions &options)
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, options.noDelay ? 1 : 0);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, options.keepAlive ? 1 : 0);
    watchNotifiers();
}

void QtStream::handleError(QAbstractSocket::SocketError error)
{
    Call call(*this);
    if (std::exchange(m_connecting, false)) {
        m_owner->streamFailed(SocketErrors::make(SocketOperation::Connect, SocketErrors::fromQt(error), scheme, m_peer,
                                                 m_socket->errorString()));
        return;
    }
    if (error != QAbstractSocket::RemoteHostClosedError && error != QAbstractSocket::TemporaryError)
        m_reset = true;
}

void QtStream::handleDisconnected()
{
    Call call(*this);
    m_disconnected = m_broken = true;
    m_owner->streamReadable(); // what is still unread comes before the end
}

void QtStream::setReading(bool reading)
{
    m_reading = reading;
    if (!reading)
        return;
    if (QSocketNotifier *held = std::exchange(m_held, nullptr))
        held->setEnabled(true);
}

qsizetype QtStream::read(char *place, qsizetype atMost)
{
    return qMax<qint64>(0, m_socket->read(place, qMin<qint64>(atMost, m_socket->bytesAvailable())));
}

void QtStream::append(QByteArrayView wire)
{
    if (wire.isEmpty())
        return;
    const qsizetype needed = m_appendedBytes + wire.size();
    if (needed > m_output.size())
        m_output.resize(qMax(needed, qBound(smallestOutputBytes, m_output.size() * 2, largestOutputBytes)));
    std::memcpy(m_output.data() + m_appendedBytes, wire.data(), static_cast<size_t>(wire.size()));
    m_appendedBytes = needed;
}

/// In one piece: a write a message costs more than its bytes.
void QtStream::handOver()
{
    if (m_appendedBytes == 0)
        return;
    m_output.truncate(std::exchange(m_appendedBytes, 0));
    m_socket->write(std::exchange(m_output, {})); // it shares the memory until it is sent
    m_handedOverBytes = m_socket->bytesToWrite();
    if (!std::exchange(m_watchesWrites, true))
        watchNotifiers();
}

void QtStream::flush()
{
    handOver();
    while (m_socket->bytesToWrite() > 0 && m_socket->flush()) {
    }
    m_handedOverBytes = m_socket->bytesToWrite();
}

/// QTcpSocket calls a reset a close by the other side and has closed its descriptor when it says so: look just before.
void QtStream::watchNotifiers()
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
bool QtStream::failedConnecting(int descriptor)
{
#ifdef Q_OS_UNIX
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error == 0)
        return false;
    m_connecting = false;
    m_owner->streamFailed(SocketErrors::make(SocketOperation::Connect, error, scheme, m_peer));
    return true;
#else
    Q_UNUSED(descriptor)
    return false;
#endif
}

bool QtStream::eventFilter(QObject *watched, QEvent *event)
{
#ifdef Q_OS_UNIX
    if (event->type() == QEvent::SockAct && !m_released) {
        Call call(*this);
        auto *notifier = static_cast<QSocketNotifier *>(watched);
        // The QTcpSocket does not tell its descriptor yet
        if (m_connecting && failedConnecting(static_cast<int>(notifier->socket())))
            return true;
        // What Qt would buffer while nobody reads stays in the system, whose flow control then reaches the sender.
        if (!m_reading && !m_connecting && notifier->type() == QSocketNotifier::Read) {
            notifier->setEnabled(false);
            m_held = notifier;
            return true;
        }
        pollfd query{static_cast<int>(m_socket->socketDescriptor()), 0, 0};
        if (!m_reset && ::poll(&query, 1, 0) > 0 && (query.revents & POLLERR) != 0)
            m_reset = true;
    }
#endif
    return QObject::eventFilter(watched, event);
}

} // namespace SockScope
