#pragma once

#include <QtGlobal>

#ifdef Q_OS_UNIX

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/types/endpoint.h"

namespace SockScope {

/*! Endpoint to sockaddr and back.
 *  Path    between the system calls of a transport and the rest of core
 *  Shape   fill answers the length to pass on; on an IPv6 socket an IPv4 endpoint becomes a mapped address
 *  Units   network byte order in the sockaddr, host byte order in the Endpoint
 *  Errors  another address family answers a null Endpoint
 *  Thread  any
 *  Source  ip(7), ipv6(7), RFC 4291 2.5.5.2
 */
struct NativeAddress
{
    sockaddr_storage storage; // fill writes what it answers the length of

    socklen_t fill(const Endpoint &endpoint, int socketFamily);
    static Endpoint toEndpoint(const sockaddr_storage &storage);
    /// Where the descriptor is bound.
    static Endpoint localOf(int descriptor);
    /// AF_INET or AF_INET6 of the descriptor.
    static int familyOf(int descriptor);
};

} // namespace SockScope

#endif
