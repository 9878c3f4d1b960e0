#include "core/transport/nativeaddress.h"

#ifdef Q_OS_UNIX

#include <arpa/inet.h>

#include <cstring>

namespace SockScope {

socklen_t NativeAddress::fill(const Endpoint &endpoint, int socketFamily)
{
    if (endpoint.family() == Endpoint::Family::IPv4 && socketFamily == AF_INET) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port());
        address.sin_addr.s_addr = htonl(endpoint.ipv4());
        std::memcpy(&storage, &address, sizeof address);
        return sizeof address;
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port());
    if (endpoint.family() == Endpoint::Family::IPv4) {
        const quint32 ipv4 = htonl(endpoint.ipv4());
        address.sin6_addr.s6_addr[10] = 0xff;
        address.sin6_addr.s6_addr[11] = 0xff;
        std::memcpy(&address.sin6_addr.s6_addr[12], &ipv4, sizeof ipv4);
    } else {
        std::memcpy(address.sin6_addr.s6_addr, endpoint.ipv6Bytes(), 16);
        address.sin6_scope_id = endpoint.scopeId();
    }
    std::memcpy(&storage, &address, sizeof address);
    return sizeof address;
}

Endpoint NativeAddress::toEndpoint(const sockaddr_storage &storage)
{
    if (storage.ss_family == AF_INET) {
        sockaddr_in address;
        std::memcpy(&address, &storage, sizeof address);
        return Endpoint(ntohl(address.sin_addr.s_addr), ntohs(address.sin_port));
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 address;
        std::memcpy(&address, &storage, sizeof address);
        return Endpoint::fromIPv6(address.sin6_addr.s6_addr, ntohs(address.sin6_port), address.sin6_scope_id);
    }
    return {};
}

Endpoint NativeAddress::localOf(int descriptor)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr *>(&storage), &length) != 0)
        return {};
    return toEndpoint(storage);
}

int NativeAddress::familyOf(int descriptor)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&storage), &length);
    return storage.ss_family;
}

} // namespace SockScope

#endif
