#pragma once

#include <QUdpSocket>

#include <optional>

#include "core/types/sockoptions.h"

namespace SockScope {

/*! Applies UdpOptions to an open socket.
 *  Path    UdpTransport::open → [this] → setsockopt
 *  Shape   one function an option; each answers an error that names it
 *  Units   bytes, hops
 *  Errors  InvalidOptions or what the system says, with Stage::Setup
 *  Thread  the sock's thread
 *  Source  ip(7), ipv6(7), socket(7)
 */
class UdpSocketOptions
{
public:
    static std::optional<SockError> apply(QUdpSocket &socket, const UdpOptions &options);
    static std::optional<SockError> join(QUdpSocket &socket, const QHostAddress &group, const QString &interfaceName);
    static std::optional<SockError> leave(QUdpSocket &socket, const QHostAddress &group, const QString &interfaceName);
    /// What the system granted, in bytes of payload and overhead as they were asked for.
    static int receiveBufferBytes(const QUdpSocket &socket);
    /// Datagrams that the system dropped at this socket since it was made; nothing where it does not tell.
    static std::optional<quint32> kernelDrops(int descriptor);
};

} // namespace SockScope
