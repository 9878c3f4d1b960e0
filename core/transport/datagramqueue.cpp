#include "core/transport/datagramqueue.h"

#include <array>
#include <cerrno>
#include <cstring>

#include "core/transport/nativeaddress.h"

namespace SockScope {

bool DatagramQueue::append(const Endpoint &peer, QByteArrayView data)
{
    if (count() >= maximumDatagrams || m_pendingBytes + data.size() > maximumBytes)
        return false;
    // A queue that never runs empty must not grow: move what waits to the front once as much has been sent.
    if (m_head > 0 && m_head >= m_datagrams.size() - m_head && m_bytes.size() - m_pendingBytes >= m_pendingBytes) {
        const qsizetype begin = isEmpty() ? m_bytes.size() : m_datagrams[m_head].offset;
        m_bytes.remove(0, begin);
        m_datagrams.erase(m_datagrams.begin(), m_datagrams.begin() + static_cast<std::ptrdiff_t>(m_head));
        m_head = 0;
        for (Datagram &datagram : m_datagrams)
            datagram.offset -= begin;
    }
    m_datagrams.push_back({peer, m_bytes.size(), data.size()});
    m_bytes.append(data.data(), data.size());
    m_pendingBytes += data.size();
    return true;
}

DatagramQueue::Datagram DatagramQueue::takeFirst()
{
    const Datagram first = m_datagrams[m_head++];
    m_pendingBytes -= first.size;
    if (isEmpty())
        clear();
    return first;
}

void DatagramQueue::clear()
{
    m_datagrams.clear();
    m_head = 0;
    m_pendingBytes = 0;
    constexpr qsizetype keptBytes = 1024 * 1024;
    if (m_bytes.capacity() > keptBytes)
        m_bytes = QByteArray();
    else
        m_bytes.resize(0);
}

int DatagramQueue::sendBatch([[maybe_unused]] int descriptor, [[maybe_unused]] int socketFamily) const
{
#ifdef Q_OS_LINUX
    std::array<mmsghdr, batch> headers{};
    std::array<iovec, batch> vectors;
    std::array<NativeAddress, batch> addresses;
    const auto total = static_cast<unsigned>(qMin<qsizetype>(batch, count()));
    for (unsigned i = 0; i < total; ++i) {
        const Datagram &datagram = at(i);
        vectors[i] = {const_cast<char *>(bytes(datagram)), static_cast<size_t>(datagram.size)};
        msghdr &header = headers[i].msg_hdr;
        header.msg_name = &addresses[i].storage;
        header.msg_namelen = addresses[i].fill(datagram.peer, socketFamily);
        header.msg_iov = &vectors[i];
        header.msg_iovlen = 1;
    }
    int sent;
    do
        sent = ::sendmmsg(descriptor, headers.data(), total, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
#else
    errno = ENOSYS;
    return -1;
#endif
}

} // namespace SockScope
