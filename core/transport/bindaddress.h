#pragma once

#include <QHostAddress>

namespace SockScope {

/*! Where a transport shall be bound: a resolved address and a port.
 *  Path    façade → transport
 *  Shape   QHostAddress::Any means IPv6 and IPv4 at once; port 0: the system chooses
 *  Units   port in host byte order
 *  Errors  none
 *  Thread  a value
 *  Source  bind(2), ipv6(7) IPV6_V6ONLY
 */
struct BindAddress
{
    QHostAddress address = QHostAddress(QHostAddress::Any);
    quint16 port = 0;
};

} // namespace SockScope
