#pragma once

#include <QtGlobal>

#include <functional>
#include <vector>

namespace SockScope::Bench {

/*! A listening socket and its connections on one epoll(7), read with recv(2) in one loop.
 *  Path    beside the product: tests/bench only
 *  Shape   level-triggered; counts the u32 frames that came whole
 *  Units   nanoseconds of nowNs
 *  Errors  CannotRun when the system has no socket or no epoll for it
 *  Thread  the main thread
 *  Source  epoll(7)
 */
class EpollServer
{
public:
    EpollServer();
    ~EpollServer();
    EpollServer(const EpollServer &) = delete;
    EpollServer &operator=(const EpollServer &) = delete;

    quint16 port() const;
    int connections() const { return m_connections; }
    void run(int64_t deadlineNs);

    uint64_t received = 0;
    uint64_t bytes = 0;

private:
    void accept();
    void read(int descriptor);
    void watch(int descriptor) const;

    int m_listener = -1;
    int m_poller = -1;
    int m_connections = 0;
    std::vector<char> m_buffer;
    std::vector<std::vector<char>> m_unfinished; // by descriptor: the part of a frame that came last
};

} // namespace SockScope::Bench
