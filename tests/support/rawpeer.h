#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace SockScope::Test {

inline sockaddr_in loopbackAddress(quint16 port, quint32 address = INADDR_LOOPBACK)
{
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(address);
    return result;
}

/// A peer on a bare socket, which does what no decent library does. Nothing of it blocks, except connecting, which the
/// system answers by itself.
class RawPeer
{
public:
    RawPeer() = default;
    static RawPeer tcp(quint16 port)
    {
        RawPeer peer(::socket(AF_INET, SOCK_STREAM, 0));
        const sockaddr_in to = loopbackAddress(port);
        if (::connect(peer.m_fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
            peer.close();
        return peer;
    }
    /// From the given address of 127.0.0.0/8; port 0: any.
    static RawPeer udp(quint16 port, quint32 from = INADDR_LOOPBACK)
    {
        RawPeer peer(::socket(AF_INET, SOCK_DGRAM, 0));
        const sockaddr_in here = loopbackAddress(0, from);
        const sockaddr_in to = loopbackAddress(port);
        if (::bind(peer.m_fd, reinterpret_cast<const sockaddr *>(&here), sizeof here) != 0 ||
            ::connect(peer.m_fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
            peer.close();
        return peer;
    }
    RawPeer(RawPeer &&other) noexcept
        : m_fd(std::exchange(other.m_fd, -1))
    {
    }
    RawPeer &operator=(RawPeer &&other) noexcept
    {
        if (this != &other) {
            close();
            m_fd = std::exchange(other.m_fd, -1);
        }
        return *this;
    }
    ~RawPeer() { close(); }

    bool isOpen() const { return m_fd >= 0; }
    int descriptor() const { return m_fd; }
    /// What the system took, or -1.
    qsizetype send(QByteArrayView data) const
    {
        return ::send(m_fd, data.data(), static_cast<size_t>(data.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    QByteArray receive() const
    {
        QByteArray data(65536, Qt::Uninitialized);
        const ssize_t got = ::recv(m_fd, data.data(), static_cast<size_t>(data.size()), MSG_DONTWAIT);
        data.resize(qMax<qsizetype>(0, got));
        return data;
    }
    /// Whether the other side has ended the connection; looks without taking anything.
    bool isClosedByPeer() const
    {
        char byte = 0;
        const ssize_t got = ::recv(m_fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
        return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    }
    void shutdownWriting() const { ::shutdown(m_fd, SHUT_WR); }
    void close()
    {
        if (m_fd >= 0)
            ::close(std::exchange(m_fd, -1));
    }
    /// With a reset instead of an orderly end.
    void reset()
    {
        const linger now{1, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

private:
    explicit RawPeer(int fd)
        : m_fd(fd)
    {
    }
    int m_fd = -1;
};

} // namespace SockScope::Test
