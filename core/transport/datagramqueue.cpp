#include "core/transport/datagramqueue.h"

#include <array>
#include <cerrno>
#include <cstring>

#include "core/transport/nativeaddress.h"

#ifdef Q_OS_LINUX
#include <netinet/udp.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#endif

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

#ifdef Q_OS_LINUX

namespace {

/// Of one datagram in a group; longer ones do not fit the frames of most networks, and the system refuses the group.
constexpr qsizetype longestSegment = 1452;
constexpr qsizetype longestGroup = 65507;

struct alignas(cmsghdr) SegmentControl
{
    char bytes[CMSG_SPACE(sizeof(quint16))];
};

void setSegment(msghdr &header, SegmentControl &control, quint16 bytes)
{
    control = {};
    header.msg_control = &control;
    header.msg_controllen = sizeof control;
    cmsghdr *message = CMSG_FIRSTHDR(&header);
    message->cmsg_level = SOL_UDP;
    message->cmsg_type = UDP_SEGMENT;
    message->cmsg_len = CMSG_LEN(sizeof bytes);
    std::memcpy(CMSG_DATA(message), &bytes, sizeof bytes);
}

bool isRefusedGroup(int error)
{
    return error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP || error == ENOPROTOOPT;
}

} // namespace

/// How many datagrams from index on can go as one group: one peer, one size, the last may be shorter.
qsizetype DatagramQueue::groupSize(qsizetype index, qsizetype limit) const
{
    const Datagram &first = at(index);
    if (!m_groups || first.size == 0 || first.size > longestSegment)
        return 1;
    qsizetype total = first.size;
    qsizetype count = 1;
    while (count < limit) {
        const Datagram &next = at(index + count);
        if (next.size > first.size || next.size == 0 || total + next.size > longestGroup || next.peer != first.peer)
            break;
        total += next.size;
        ++count;
        if (next.size < first.size)
            break;
    }
    return count;
}

int DatagramQueue::sendBatch(int descriptor, int socketFamily)
{
    std::array<mmsghdr, batch> headers; // each is written below: clearing all would cost more than one datagram's send
    std::array<iovec, batch> vectors;
    std::array<NativeAddress, batch> addresses;
    std::array<SegmentControl, batch> controls;
    std::array<int, batch> datagrams;
    const auto total = qMin<qsizetype>(batch, count());
    unsigned used = 0;
    for (qsizetype i = 0; i < total; ++used) {
        const Datagram &first = at(i);
        const qsizetype group = groupSize(i, total - i);
        const Datagram &last = at(i + group - 1);
        // Datagrams lie in the block in the order in which they are sent.
        vectors[used] = {const_cast<char *>(bytes(first)), static_cast<size_t>(last.offset + last.size - first.offset)};
        headers[used] = {};
        msghdr &header = headers[used].msg_hdr;
        header.msg_name = &addresses[used].storage;
        header.msg_namelen = addresses[used].fill(first.peer, socketFamily);
        header.msg_iov = &vectors[used];
        header.msg_iovlen = 1;
        if (group > 1)
            setSegment(header, controls[used], static_cast<quint16>(first.size));
        datagrams[used] = static_cast<int>(group);
        i += group;
    }
    int sent;
    do
        sent = ::sendmmsg(descriptor, headers.data(), used, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && datagrams[0] > 1 && isRefusedGroup(errno)) {
        m_groups = false; // this system, or the way to this peer, takes them one by one only
        ++m_refusedGroups;
        return sendBatch(descriptor, socketFamily);
    }
    if (sent < 0)
        return sent;
    int done = 0;
    for (int i = 0; i < sent; ++i)
        done += datagrams[static_cast<size_t>(i)];
    return done;
}

bool DatagramQueue::sendAtOnce(int descriptor, int socketFamily, const Endpoint &peer, QByteArrayView data)
{
    NativeAddress address; // fill writes what is passed on
    const socklen_t length = address.fill(peer, socketFamily);
    ssize_t sent;
    do
        sent = ::sendto(descriptor, data.data(), static_cast<size_t>(data.size()), MSG_DONTWAIT | MSG_NOSIGNAL,
                        reinterpret_cast<const sockaddr *>(&address.storage), length);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

#else

bool DatagramQueue::sendAtOnce(int, int, const Endpoint &, QByteArrayView)
{
    return false;
}

int DatagramQueue::sendBatch(int, int)
{
    errno = ENOSYS;
    return -1;
}

#endif

} // namespace SockScope
