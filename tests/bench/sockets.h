#pragma once

#include <QtGlobal>

#include <netinet/in.h>
#include <sys/socket.h>

#include <vector>

namespace SockScope::Bench {

inline constexpr int wantedBufferBytes = 4 * 1024 * 1024;

sockaddr_in loopback(quint16 port);
/// Bound to 127.0.0.1:port (0: any); -1 when that is taken.
int udpSocket(quint16 port, int receiveBuffer = wantedBufferBytes, bool anyAddress = false);
quint16 portOf(int descriptor);
/// Throws CannotRun when the system does not allow so many.
void raiseDescriptorLimit(int descriptors);

/// The buffers of a bare recvmmsg of 64.
class RawBatch
{
public:
    explicit RawBatch(int slotBytes);
    int read(int descriptor, int flags);
    const char *data(int index) const { return static_cast<const char *>(m_vectors[size_t(index)].iov_base); }
    int size(int index) const { return static_cast<int>(m_headers[size_t(index)].msg_len); }
    const sockaddr_in &peer(int index) const { return m_addresses[size_t(index)]; }

private:
    std::vector<char> m_bytes;
    std::vector<mmsghdr> m_headers;
    std::vector<iovec> m_vectors;
    std::vector<sockaddr_in> m_addresses;
};

} // namespace SockScope::Bench
