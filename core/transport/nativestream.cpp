#include "core/transport/nativestream.h"

#ifdef Q_OS_LINUX

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/transport/nativeaddress.h"
#include "core/transport/socketerrors.h"

namespace SockScope {

namespace {

constexpr qsizetype smallestOutputBytes = 512;
constexpr qsizetype keptOutputBytes = 1024; // of each stream, for thousands may have sent once
constexpr qsizetype spareOutputBytes = 256 * 1024;
constexpr int drainCalls = 16;

void setOption(int descriptor, int level, int name)
{
    const int on = 1;
    ::setsockopt(descriptor, level, name, &on, sizeof on);
}

} // namespace

NativeStream::NativeStream(NativeStreams &streams, int descriptor)
    : m_streams(&streams)
    , m_descriptor(descriptor)
{
}

NativeStream::~NativeStream()
{
    close();
}

std::optional<SockError> NativeStream::connectTo(const Endpoint &peer)
{
    m_peer = peer;
    NativeAddress address;
    const int family = peer.family() == Endpoint::Family::IPv6 ? AF_INET6 : AF_INET;
    const socklen_t length = address.fill(peer, family);
    m_descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m_descriptor < 0)
        return connectError(errno);
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address.storage), length) != 0 &&
        errno != EINPROGRESS)
        return connectError(errno);
    m_connecting = true;
    if (const int error = m_streams->set.watch(m_descriptor, this, 0, EPOLLOUT))
        return connectError(error);
    m_watched = EPOLLOUT;
    return std::nullopt;
}

SockError NativeStream::connectError(int error) const
{
    return SocketErrors::make(SocketOperation::Connect, error, QLatin1String("tcp"), m_peer);
}

void NativeStream::finishConnecting()
{
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(m_descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        error = errno;
    // Connecting to a free port of this machine may meet itself: nobody listens there.
    if (error == 0 && NativeAddress::localOf(m_descriptor) == m_peer)
        error = ECONNREFUSED;
    m_connecting = false;
    if (error != 0) {
        watch(); // not again
        m_owner->streamFailed(connectError(error));
    } else {
        m_owner->streamConnected();
    }
}

void NativeStream::begin(const TcpOptions &options)
{
    if (options.noDelay)
        setOption(m_descriptor, IPPROTO_TCP, TCP_NODELAY);
    if (options.keepAlive)
        setOption(m_descriptor, SOL_SOCKET, SO_KEEPALIVE);
    m_reading = true;
    watch();
}

void NativeStream::setReading(bool reading)
{
    m_reading = reading;
    watch();
}

/// An end that nobody may read now cannot be masked: without events the descriptor leaves the set.
void NativeStream::watch()
{
    if (m_descriptor < 0)
        return;
    const quint32 events = (m_reading && !m_ended ? quint32(EPOLLIN) : 0) | (m_blocked ? quint32(EPOLLOUT) : 0);
    if (m_streams->set.watch(m_descriptor, this, m_watched, events) == 0) {
        m_watched = events;
        return;
    }
    // No memory, or no watches left: unwatched, nobody would ever hear of it again.
    m_watched = 0;
    m_broken = m_ended = m_reset = true;
}

void NativeStream::epollReady(quint32 events)
{
    if (m_connecting)
        return finishConnecting();
    if (m_blocked && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
        LifeToken::Watch life(m_life);
        m_blocked = false;
        handOver();
        watch();
        m_owner->streamWritten();
        if (!life.isAlive())
            return;
    }
    if (m_reading && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        m_owner->streamReadable();
}

qsizetype NativeStream::read(char *place, qsizetype atMost)
{
    if (m_ended)
        return 0;
    ssize_t got;
    do
        got = ::recv(m_descriptor, place, static_cast<size_t>(atMost), 0);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    m_ended = true;
    m_reset |= got < 0;
    return 0;
}

void NativeStream::append(QByteArrayView wire)
{
    if (wire.isEmpty())
        return;
    if (m_outputBegin + m_appendedBytes + wire.size() > m_output.size())
        makeRoom(wire.size());
    std::memcpy(m_output.data() + m_outputBegin + m_appendedBytes, wire.data(), static_cast<size_t>(wire.size()));
    m_appendedBytes += wire.size();
}

void NativeStream::makeRoom(qsizetype bytes)
{
    const auto waiting = static_cast<size_t>(m_appendedBytes);
    QByteArray &spare = m_streams->spareOutput;
    if (m_appendedBytes <= keptOutputBytes && spare.size() > m_output.size()) {
        if (waiting > 0)
            std::memcpy(spare.data(), m_output.constData() + m_outputBegin, waiting);
        m_output = std::exchange(spare, {});
        m_outputBegin = 0;
    } else if (m_outputBegin > 0 && m_outputBegin >= m_appendedBytes) {
        std::memmove(m_output.data(), m_output.constData() + m_outputBegin, waiting);
        m_outputBegin = 0;
    }
    const qsizetype needed = m_outputBegin + m_appendedBytes + bytes;
    if (needed > m_output.size())
        m_output.resize(qMax(needed, qMax(smallestOutputBytes, m_output.size() * 2)));
}

void NativeStream::emptyOutput()
{
    m_outputBegin = 0;
    if (m_output.size() <= keptOutputBytes)
        return;
    if (m_output.size() <= spareOutputBytes && m_output.size() > m_streams->spareOutput.size())
        m_output.swap(m_streams->spareOutput);
    m_output = QByteArray();
}

void NativeStream::handOver()
{
    if (m_blocked || m_broken || m_appendedBytes == 0)
        return;
    ssize_t taken;
    do
        taken = ::send(m_descriptor, m_output.constData() + m_outputBegin, static_cast<size_t>(m_appendedBytes),
                       MSG_NOSIGNAL);
    while (taken < 0 && errno == EINTR);
    if (taken < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        m_broken = true;
        m_reset = true;
        return;
    }
    taken = qMax<ssize_t>(0, taken);
    m_outputBegin += taken;
    m_appendedBytes -= taken;
    if (m_appendedBytes == 0)
        return emptyOutput();
    m_blocked = true;
    watch();
}

/// What is unread would make the system send a reset, and the other side lose what was sent to it last.
void NativeStream::close()
{
    if (m_descriptor < 0)
        return;
    m_streams->set.watch(m_descriptor, this, m_watched, 0);
    m_watched = 0;
    if (!m_ended && !m_connecting) {
        std::array<char, 16 * 1024> unread;
        for (int i = 0; i < drainCalls; ++i) {
            if (::recv(m_descriptor, unread.data(), unread.size(), MSG_DONTWAIT) <= 0)
                break;
        }
    }
    ::close(std::exchange(m_descriptor, -1));
    m_reading = m_connecting = m_blocked = false;
    m_ended = m_broken = true;
}

} // namespace SockScope

#endif
