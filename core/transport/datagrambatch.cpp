#include "core/transport/datagrambatch.h"

#ifdef Q_OS_LINUX

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "core/transport/nativeaddress.h"

namespace SockScope {

struct DatagramBatch::Private
{
    struct alignas(cmsghdr) Control
    {
        char bytes[CMSG_SPACE(sizeof(quint32))];
    };

    qsizetype slotBytes;
    qsizetype stride;
    size_t used = slotCount; // headers that the system has written
    char *memory = nullptr;
    std::vector<mmsghdr> headers;
    std::vector<iovec> vectors;
    std::vector<sockaddr_storage> addresses;
    std::vector<Control> controls;
};

DatagramBatch::DatagramBatch(qsizetype slotBytes, bool countsDrops)
    : d(std::make_unique<Private>())
{
    d->slotBytes = slotBytes;
    // One page and one cache line more than a round number: the first lines of all slots would else share one cache
    // set. Pages that no datagram reaches are never touched and cost nothing.
    d->stride = slotBytes + 4096 + 64;
    void *memory = ::mmap(nullptr, static_cast<size_t>(d->stride * slotCount), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    d->memory = static_cast<char *>(memory);
    d->headers.resize(slotCount);
    d->vectors.resize(slotCount);
    d->addresses.resize(slotCount);
    d->controls.resize(countsDrops ? slotCount : 0);
    for (size_t i = 0; i < slotCount; ++i) {
        d->vectors[i] = {d->memory + static_cast<qsizetype>(i) * d->stride, static_cast<size_t>(slotBytes)};
        msghdr &header = d->headers[i].msg_hdr;
        header.msg_iov = &d->vectors[i];
        header.msg_iovlen = 1;
        header.msg_name = &d->addresses[i];
        header.msg_control = countsDrops ? &d->controls[i] : nullptr;
    }
}

DatagramBatch::~DatagramBatch()
{
    ::munmap(d->memory, static_cast<size_t>(d->stride * slotCount));
}

bool DatagramBatch::isSupported()
{
    return true;
}

int DatagramBatch::read(int descriptor)
{
    for (size_t i = 0; i < d->used; ++i) { // the others are as they were made
        mmsghdr &header = d->headers[i];
        header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
        header.msg_hdr.msg_controllen = d->controls.empty() ? 0 : sizeof(Private::Control);
        header.msg_hdr.msg_flags = 0;
    }
    int count;
    do
        count = ::recvmmsg(descriptor, d->headers.data(), slotCount, MSG_DONTWAIT, nullptr);
    while (count < 0 && errno == EINTR);
    d->used = static_cast<size_t>(qMax(count, 0));
    return count;
}

QByteArrayView DatagramBatch::data(int index) const
{
    const auto i = static_cast<size_t>(index);
    return {static_cast<const char *>(d->vectors[i].iov_base), static_cast<qsizetype>(d->headers[i].msg_len)};
}

Endpoint DatagramBatch::peer(int index) const
{
    return NativeAddress::toEndpoint(d->addresses[static_cast<size_t>(index)]);
}

bool DatagramBatch::isTruncated(int index) const
{
    return (d->headers[static_cast<size_t>(index)].msg_hdr.msg_flags & MSG_TRUNC) != 0;
}

quint32 DatagramBatch::drops(int count) const
{
    if (count <= 0 || d->controls.empty())
        return 0;
    // CMSG_NXTHDR wants a header that it may change
    msghdr header = d->headers[static_cast<size_t>(count) - 1].msg_hdr;
    for (cmsghdr *control = CMSG_FIRSTHDR(&header); control; control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
            quint32 drops;
            std::memcpy(&drops, CMSG_DATA(control), sizeof drops);
            return drops;
        }
    }
    return 0;
}

} // namespace SockScope

#else

namespace SockScope {

struct DatagramBatch::Private
{
};

DatagramBatch::DatagramBatch(qsizetype, bool) {}
DatagramBatch::~DatagramBatch() = default;

bool DatagramBatch::isSupported()
{
    return false;
}

int DatagramBatch::read(int)
{
    return -1;
}

QByteArrayView DatagramBatch::data(int) const
{
    return {};
}

Endpoint DatagramBatch::peer(int) const
{
    return {};
}

bool DatagramBatch::isTruncated(int) const
{
    return false;
}

quint32 DatagramBatch::drops(int) const
{
    return 0;
}

} // namespace SockScope

#endif
