#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <utility>
#include <vector>

#include "core/types/endpoint.h"

namespace SockScope {

/*! Datagrams that wait to be sent, in order.
 *  Path    UdpTransport::send → [this] → the descriptor
 *  Shape   at most maximumDatagrams and maximumBytes; the bytes lie in one block that is reused when it runs empty
 *  Units   bytes
 *  Errors  append answers false when a limit is reached
 *  Thread  the sock's thread
 *  Source  sendmmsg(2); udp(7) UDP_SEGMENT: neighbours of one peer and one size cross the system as one
 */
class DatagramQueue
{
public:
    static constexpr qsizetype maximumDatagrams = 4096;
    static constexpr qsizetype maximumBytes = 8 * 1024 * 1024;
    static constexpr int batch = 64;

    struct Datagram
    {
        Endpoint peer;
        qsizetype offset = 0;
        qsizetype size = 0;
    };

    bool append(const Endpoint &peer, QByteArrayView data);
    bool isEmpty() const { return m_head == m_datagrams.size(); }
    qsizetype count() const { return static_cast<qsizetype>(m_datagrams.size() - m_head); }
    qsizetype pendingBytes() const { return m_pendingBytes; }
    const Datagram &at(qsizetype index) const { return m_datagrams[m_head + static_cast<size_t>(index)]; }
    const char *bytes(const Datagram &datagram) const { return m_bytes.constData() + datagram.offset; }
    Datagram takeFirst();
    void clear();

    /// Sends one that is in no queue; false when the system did not take it, or cannot be asked this way.
    static bool sendAtOnce(int descriptor, int socketFamily, const Endpoint &peer, QByteArrayView data);
    /// Sends up to batch datagrams from the front without removing them; a count, or -1 and errno.
    int sendBatch(int descriptor, int socketFamily);
    /// How many groups the system refused since the last call; from the first on, datagrams cross one by one.
    quint64 takeRefusedGroups() { return std::exchange(m_refusedGroups, 0); }

private:
    qsizetype groupSize(qsizetype index, qsizetype limit) const;

    QByteArray m_bytes;
    std::vector<Datagram> m_datagrams;
    size_t m_head = 0;
    qsizetype m_pendingBytes = 0;
    bool m_groups = true; // until the system refuses one
    quint64 m_refusedGroups = 0;
};

} // namespace SockScope
