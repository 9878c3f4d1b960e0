#include "core/transport/udptransport.h"

#include <QNetworkProxy>
#include <QSocketNotifier>
#include <QTimer>
#include <QTimerEvent>
#include <QUdpSocket>

#include <cerrno>
#include <utility>

#include "core/time/steadyclock.h"
#include "core/transport/datagrambatch.h"
#include "core/transport/nullsink.h"
#include "core/transport/socketerrors.h"
#include "core/transport/udpsocketoptions.h"

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <unistd.h>

#include "core/transport/nativeaddress.h"
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1String scheme("udp");

} // namespace

UdpTransport::UdpTransport(UdpTransportConfig config, QObject *parent)
    : Transport(parent)
    , m_config(std::move(config))
    , m_clock(m_config.clock ? m_config.clock : SteadyClock::instance())
    , m_sink(NullSink::instance())
{
}

UdpTransport::~UdpTransport()
{
    releaseSocket();
}

void UdpTransport::setSink(TransportSink *sink)
{
    m_sink = sink ? sink : NullSink::instance();
}

std::optional<SockError> UdpTransport::open()
{
    if (m_socket)
        return SockError{SockError::Code::WrongState, Stage::Setup, tr("the transport is open already"),
                         tr("close it first"),        -1,           {}};
    ++m_generation;
    m_socket = new QUdpSocket(this);
    m_socket->setProxy(QNetworkProxy::NoProxy);
    std::optional<SockError> error = bindSocket();
    if (!error)
        error = UdpSocketOptions::apply(*m_socket, m_config.udp);
    if (error) {
        releaseSocket();
        return error;
    }
    openReading();
    warnOfSmallBuffer();
    return std::nullopt;
}

/// The receive buffer, not the speed of reading, decides how large a burst arrives whole. Told when the sock is active.
void UdpTransport::warnOfSmallBuffer()
{
    const int granted = receiveBufferBytes();
    const int asked = m_config.udp.receiveBufferBytes;
    if (granted >= asked)
        return;
    const SockError error{SockError::Code::LimitReached,
                          Stage::Transport,
                          tr("the system granted a receive buffer of %1 KiB of the %2 KiB asked for: bursts may be "
                             "lost")
                              .arg(granted / 1024)
                              .arg(asked / 1024),
                          tr("as root: sysctl -w net.core.rmem_max=%1").arg(asked),
                          -1,
                          {}};
    QMetaObject::invokeMethod(
        this,
        [this, error, generation = m_generation] {
            if (generation == m_generation)
                m_sink->transportError(error);
        },
        Qt::QueuedConnection);
}

std::optional<SockError> UdpTransport::bindSocket()
{
    const BindAddress bind = m_config.bind.value_or(BindAddress());
    const QUdpSocket::BindMode mode = m_config.reuseAddress ? QUdpSocket::ShareAddress | QUdpSocket::ReuseAddressHint
                                                            : QUdpSocket::BindMode(QUdpSocket::DontShareAddress);
    if (!m_socket->bind(bind.address, bind.port, mode))
        return SocketErrors::make(SocketOperation::Bind, SocketErrors::fromQt(m_socket->error()), scheme,
                                  Endpoint(bind.address, bind.port), m_socket->errorString());
#ifdef Q_OS_UNIX
    const int socketDescriptor = static_cast<int>(m_socket->socketDescriptor());
    // Notifiers of our own need a descriptor of our own: two notifiers on one displace each other.
    m_descriptor = ::fcntl(socketDescriptor, F_DUPFD_CLOEXEC, 0);
    if (m_descriptor < 0)
        return SocketErrors::make(SocketOperation::Bind, errno, scheme, Endpoint(bind.address, bind.port));
    m_family = NativeAddress::familyOf(m_descriptor);
    m_local = NativeAddress::localOf(m_descriptor);
#else
    m_local = Endpoint(m_socket->localAddress(), m_socket->localPort());
#endif
    return std::nullopt;
}

void UdpTransport::close()
{
    if (!m_socket || m_closing)
        return;
    m_closing = true;
    LifeToken::Watch watch(m_life);
    flush(); // what the system takes at once is not lost
    if (!watch.isAlive())
        return;
    if (const auto drops = UdpSocketOptions::kernelDrops(m_descriptor)) {
        reportKernelDrops(*drops);
        if (!watch.isAlive())
            return;
    }
    releaseSocket();
    failPendingSends();
    if (watch.isAlive())
        m_closing = false;
}

void UdpTransport::failPendingSends()
{
    LifeToken::Watch watch(m_life);
    while (!m_queue.isEmpty()) {
        const DatagramQueue::Datagram datagram = m_queue.takeFirst();
        m_sink->transportSent(datagram.peer, datagram.size, notOpenError());
        if (!watch.isAlive())
            return;
    }
}

SockError UdpTransport::notOpenError()
{
    return {SockError::Code::WrongState,        Stage::Send, tr("the socket was closed before the datagram was sent"),
            tr("send before the socket stops"), -1,          {}};
}

void UdpTransport::releaseSocket()
{
    ++m_generation;
    m_reading = m_flushing = m_waitingForWriting = m_flushScheduled = m_answersAtOnce = m_answeredAtOnce = false;
    m_nestedFlush.stop();
    m_batchNext = m_batchCount = 0;
    m_batch.reset();
    m_local = {};
    for (QSocketNotifier *notifier :
         {std::exchange(m_readNotifier, nullptr), std::exchange(m_writeNotifier, nullptr)}) {
        if (!notifier)
            continue;
        notifier->setEnabled(false);
        notifier->disconnect(this);
        // One that is on the call stack must outlive it
        if (m_qtFrames.isWatched()) {
            notifier->setParent(nullptr);
            notifier->deleteLater();
        } else {
            delete notifier;
        }
    }
#ifdef Q_OS_UNIX
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
#endif
    if (QUdpSocket *socket = std::exchange(m_socket, nullptr)) {
        socket->disconnect(this);
        socket->close();
        if (m_qtFrames.isWatched()) {
            socket->setParent(nullptr);
            socket->deleteLater();
        } else {
            delete socket;
        }
    }
}

void UdpTransport::connectTo(const Endpoint &peer)
{
    if (!m_socket) {
        SockError error = notOpenError();
        error.what = tr("the socket is not open");
        error.remedy = tr("start it first");
        m_sink->transportConnectFailed(peer, error);
        return;
    }
#ifdef Q_OS_UNIX
    if (peer.family() == Endpoint::Family::IPv6 && m_family == AF_INET) {
        m_sink->transportConnectFailed(peer, SocketErrors::make(SocketOperation::Connect, EAFNOSUPPORT, scheme, peer));
        return;
    }
#endif
    if (peer.isNull() || peer.port() == 0) {
        m_sink->transportConnectFailed(peer, {SockError::Code::InvalidOptions, Stage::Transport,
                                              tr("%1 has no port to send to").arg(SocketErrors::url(scheme, peer)),
                                              tr("give the peer's port"), -1, peer});
        return;
    }
    m_sink->transportConnected(peer, true);
}

SendOutcome UdpTransport::send(const Endpoint &peer, QByteArrayView wire)
{
    if (!m_socket || m_closing)
        return SendOutcome::NotOpen;
    if (peer.isNull())
        return SendOutcome::NoSuchPeer;
    if (wire.size() > maximumPayloadBytes)
        return SendOutcome::TooLong;
    if (std::exchange(m_answersAtOnce, false) && sendAtOnce(peer, wire))
        return SendOutcome::Accepted; // the sink may have destroyed us
    // Before the append, so that no transportSent of this datagram comes before its Accepted
    if (m_queue.count() >= DatagramQueue::batch && !m_waitingForWriting) {
        LifeToken::Watch watch(m_life);
        flush();
        if (!watch.isAlive() || !m_socket)
            return SendOutcome::NotOpen;
    }
    if (!m_queue.append(peer, wire))
        return SendOutcome::QueueFull;
    scheduleFlush();
    return SendOutcome::Accepted;
}

/// The answer to a datagram that came alone: there is nothing to send it together with, so it needs no queue. Whatever
/// keeps it from leaving, the queue meets again and tells of.
bool UdpTransport::sendAtOnce(const Endpoint &peer, QByteArrayView wire)
{
    if (!m_queue.isEmpty() || m_waitingForWriting || m_flushing ||
        !DatagramQueue::sendAtOnce(m_descriptor, m_family, peer, wire))
        return false;
    m_answeredAtOnce = true;
    m_sink->transportSent(peer, wire.size(), std::nullopt);
    return true;
}

void UdpTransport::scheduleFlush()
{
    // While a batch is read, its end sends, and spares a turn of the event loop. The timer is for a handler that runs
    // an event loop of its own.
    if (m_reading && m_batch) {
        if (!m_nestedFlush.isActive())
            m_nestedFlush.start(0, this);
        return;
    }
    if (std::exchange(m_flushScheduled, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this, generation = m_generation] {
            if (generation != m_generation)
                return;
            m_flushScheduled = false;
            if (!m_waitingForWriting)
                flush();
        },
        Qt::QueuedConnection);
}

void UdpTransport::timerEvent(QTimerEvent *event)
{
    if (event->timerId() != m_nestedFlush.timerId()) {
        Transport::timerEvent(event);
        return;
    }
    m_nestedFlush.stop();
    if (!m_waitingForWriting)
        flush();
}

void UdpTransport::flush()
{
    if (!m_socket || m_flushing)
        return;
    m_flushing = true;
    LifeToken::Watch watch(m_life);
    const quint64 generation = m_generation;
    while (!m_queue.isEmpty()) {
        int sent = 0;
        SockError error;
        const SendStep step = sendNext(sent, error);
        if (step == SendStep::Wait) {
            waitForWriting();
            break;
        }
        const bool failed = step == SendStep::Failed;
        for (int i = 0; i < (failed ? 1 : sent); ++i) {
            const DatagramQueue::Datagram datagram = m_queue.takeFirst();
            m_sink->transportSent(datagram.peer, datagram.size, failed ? std::optional(error) : std::nullopt);
            if (!watch.isAlive() || generation != m_generation)
                return;
        }
    }
    m_flushing = false;
}

UdpTransport::SendStep UdpTransport::sendNext(int &sent, SockError &error)
{
    const DatagramQueue::Datagram &first = m_queue.at(0);
    if (m_batch) {
        sent = m_queue.sendBatch(m_descriptor, m_family);
        const int code = errno;
        if (const quint64 refused = m_queue.takeRefusedGroups())
            m_sink->transportGroupsRefused(refused);
        if (sent > 0)
            return SendStep::Sent;
        if (code == EAGAIN || code == EWOULDBLOCK)
            return SendStep::Wait;
        error = SocketErrors::make(SocketOperation::Send, code, scheme, first.peer);
        return SendStep::Failed;
    }
    const char *bytes = first.size > 0 ? m_queue.bytes(first) : "";
    if (m_socket->writeDatagram(bytes, first.size, first.peer.address(), first.peer.port()) >= 0) {
        sent = 1;
        return SendStep::Sent;
    }
    if (m_socket->error() == QAbstractSocket::TemporaryError)
        return SendStep::Wait;
    error = SocketErrors::make(SocketOperation::Send, SocketErrors::fromQt(m_socket->error()), scheme, first.peer,
                               m_socket->errorString());
    return SendStep::Failed;
}

void UdpTransport::waitForWriting()
{
    m_waitingForWriting = true;
#ifdef Q_OS_UNIX
    if (!m_writeNotifier) {
        m_writeNotifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Write, this);
        connect(m_writeNotifier, &QSocketNotifier::activated, this, [this] {
            LifeToken::Watch frame(m_qtFrames);
            m_writeNotifier->setEnabled(false);
            m_waitingForWriting = false;
            flush();
        });
    }
    m_writeNotifier->setEnabled(true);
#else
    QTimer::singleShot(1, this, [this, generation = m_generation] {
        if (generation != m_generation)
            return;
        m_waitingForWriting = false;
        flush();
    });
#endif
}

std::optional<SockError> UdpTransport::joinMulticastGroup(const QHostAddress &group, const QString &interfaceName)
{
    if (!m_socket)
        return SockError{SockError::Code::WrongState, Stage::Setup, tr("the socket is not open"),
                         tr("start it first"),        -1,           {}};
    return UdpSocketOptions::join(*m_socket, group, interfaceName);
}

std::optional<SockError> UdpTransport::leaveMulticastGroup(const QHostAddress &group, const QString &interfaceName)
{
    if (!m_socket)
        return SockError{SockError::Code::WrongState, Stage::Setup, tr("the socket is not open"),
                         tr("start it first"),        -1,           {}};
    return UdpSocketOptions::leave(*m_socket, group, interfaceName);
}

int UdpTransport::receiveBufferBytes() const
{
    return m_socket ? UdpSocketOptions::receiveBufferBytes(*m_socket) : 0;
}

} // namespace SockScope
