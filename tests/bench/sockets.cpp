#include "sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "suite.h"

namespace SockScope::Bench {

namespace {

constexpr unsigned batchSlots = 64;

} // namespace

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int udpSocket(quint16 port, int receiveBuffer, bool anyAddress)
{
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(port);
    if (anyAddress)
        address.sin_addr.s_addr = htonl(INADDR_ANY);
    if (descriptor < 0)
        return -1;
    if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        ::close(descriptor);
        return -1;
    }
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &wantedBufferBytes, sizeof wantedBufferBytes);
    return descriptor;
}

quint16 portOf(int descriptor)
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &length);
    return ntohs(address.sin_port);
}

void raiseDescriptorLimit(int descriptors)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto wanted = static_cast<rlim_t>(descriptors);
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted;
    if (limit.rlim_max < wanted)
        limit.rlim_max = wanted; // root may
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw CannotRun("the system does not allow so many descriptors (ulimit -n)");
}

RawBatch::RawBatch(int slotBytes)
    : m_bytes(batchSlots * static_cast<size_t>(slotBytes))
    , m_headers(batchSlots)
    , m_vectors(batchSlots)
    , m_addresses(batchSlots)
{
    for (size_t i = 0; i < batchSlots; ++i) {
        m_vectors[i] = {m_bytes.data() + i * static_cast<size_t>(slotBytes), static_cast<size_t>(slotBytes)};
        m_headers[i].msg_hdr.msg_iov = &m_vectors[i];
        m_headers[i].msg_hdr.msg_iovlen = 1;
        m_headers[i].msg_hdr.msg_name = &m_addresses[i];
    }
}

int RawBatch::read(int descriptor, int flags)
{
    for (mmsghdr &header : m_headers)
        header.msg_hdr.msg_namelen = sizeof(sockaddr_in);
    return ::recvmmsg(descriptor, m_headers.data(), batchSlots, flags, nullptr);
}

} // namespace SockScope::Bench
