#pragma once

#include <QByteArrayView>

#include <memory>
#include <vector>

#include "core/types/endpoint.h"

namespace SockScope {

/*! Reads up to 64 datagrams with one system call.
 *  Path    UdpTransport's descriptor → [this] → UdpTransport
 *  Shape   read fills the slots, the views are valid until the next read; a datagram longer than a slot is cut and
 *          says so
 *  Units   bytes; drops: the socket's total since it was made, modulo 2^32
 *  Errors  read answers what recvmmsg answers: a count, or -1 and errno
 *  Thread  the sock's thread
 *  Source  recvmmsg(2), socket(7) SO_RXQ_OVFL
 */
class DatagramBatch
{
public:
    static constexpr int slotCount = 64;

    /// countsDrops: each datagram brings the drop counter along, where the system has no cheaper way to ask for it.
    explicit DatagramBatch(qsizetype slotBytes, bool countsDrops = true);
    ~DatagramBatch();
    DatagramBatch(const DatagramBatch &) = delete;
    DatagramBatch &operator=(const DatagramBatch &) = delete;

    /// False where the system has no recvmmsg.
    static bool isSupported();
    int read(int descriptor);
    QByteArrayView data(int index) const;
    Endpoint peer(int index) const;
    bool isTruncated(int index) const;
    /// The drop counter that came with the newest datagram; 0 when none was dropped before it.
    quint32 drops(int count) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace SockScope
