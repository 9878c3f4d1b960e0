#include "epollserver.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "machine.h"
#include "sockets.h"
#include "suite.h"

namespace SockScope::Bench {

namespace {

constexpr size_t bufferBytes = 256 * 1024;
constexpr size_t prefixBytes = 4;

} // namespace

EpollServer::EpollServer()
    : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    , m_poller(::epoll_create1(EPOLL_CLOEXEC))
    , m_buffer(bufferBytes)
{
    const sockaddr_in address = loopback(0);
    if (m_listener < 0 || m_poller < 0 ||
        ::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(m_listener, 4096) != 0)
        throw CannotRun("no socket to listen on");
    watch(m_listener);
}

EpollServer::~EpollServer()
{
    for (size_t descriptor = 0; descriptor < m_unfinished.size(); ++descriptor) {
        if (m_unfinished[descriptor].capacity() > 0)
            ::close(static_cast<int>(descriptor));
    }
    ::close(m_listener);
    ::close(m_poller);
}

quint16 EpollServer::port() const
{
    return portOf(m_listener);
}

void EpollServer::watch(int descriptor) const
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(m_poller, EPOLL_CTL_ADD, descriptor, &event);
}

void EpollServer::run(int64_t deadlineNs)
{
    std::array<epoll_event, 256> events;
    for (;;) {
        const int64_t left = deadlineNs - nowNs();
        if (left <= 0)
            return;
        const int ready = ::epoll_wait(m_poller, events.data(), static_cast<int>(events.size()),
                                       static_cast<int>(left / 1'000'000 + 1));
        for (int i = 0; i < ready; ++i) {
            const int descriptor = events[static_cast<size_t>(i)].data.fd;
            if (descriptor == m_listener)
                accept();
            else
                read(descriptor);
        }
    }
}

void EpollServer::accept()
{
    for (;;) {
        const int descriptor = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor < 0)
            return;
        if (m_unfinished.size() <= static_cast<size_t>(descriptor))
            m_unfinished.resize(static_cast<size_t>(descriptor) + 1);
        m_unfinished[static_cast<size_t>(descriptor)].reserve(1); // in use
        ++m_connections;
        watch(descriptor);
    }
}

void EpollServer::read(int descriptor)
{
    std::vector<char> &unfinished = m_unfinished[static_cast<size_t>(descriptor)];
    std::copy(unfinished.begin(), unfinished.end(), m_buffer.begin());
    const ssize_t got = ::recv(descriptor, m_buffer.data() + unfinished.size(), m_buffer.size() - unfinished.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        ::close(descriptor);
        std::vector<char>().swap(unfinished);
        --m_connections;
        return;
    }
    if (got < 0)
        return;
    const size_t end = unfinished.size() + static_cast<size_t>(got);
    size_t at = 0;
    while (end - at >= prefixBytes) {
        quint32 length;
        std::memcpy(&length, m_buffer.data() + at, sizeof length);
        length = ntohl(length);
        if (end - at - prefixBytes < length)
            break;
        ++received;
        bytes += length;
        at += prefixBytes + length;
    }
    unfinished.assign(m_buffer.begin() + static_cast<std::ptrdiff_t>(at),
                      m_buffer.begin() + static_cast<std::ptrdiff_t>(end));
}

} // namespace SockScope::Bench
