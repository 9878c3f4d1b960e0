#include "core/transport/udpsocketoptions.h"

#include <QCoreApplication>
#include <QNetworkInterface>

#include <cerrno>

#include "core/transport/nativeaddress.h"
#include "core/transport/socketerrors.h"

#ifdef Q_OS_LINUX
#include <linux/sock_diag.h>
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::Transport)
};

SockError optionError(SockError::Code code, const QString &what)
{
    return SocketErrors::make(SocketOperation::Option, code, "udp"_L1, {}, what);
}

std::optional<SockError> findInterface(const QString &name, QNetworkInterface &found)
{
    if (name.isEmpty())
        return std::nullopt;
    found = QNetworkInterface::interfaceFromName(name);
    if (found.isValid())
        return std::nullopt;
    SockError error = optionError(SockError::Code::InvalidOptions,
                                  Text::tr("this machine has no network interface named %1").arg(name));
    error.remedy = Text::tr("choose one of its interfaces, or leave it empty");
    return error;
}

#ifdef Q_OS_UNIX
std::optional<SockError> setInteger(int descriptor, int level, int option, int value, const QString &name)
{
    if (::setsockopt(descriptor, level, option, &value, sizeof value) == 0)
        return std::nullopt;
    const int error = errno;
    return optionError(SocketErrors::fromErrno(error),
                       Text::tr("%1 cannot be set to %2 (%3)").arg(name).arg(value).arg(qt_error_string(error)));
}

/// Hop limits of both families on a dual-stack socket.
std::optional<SockError> setHops(int descriptor, int family, int option4, int option6, int value, const QString &name)
{
    if (family == AF_INET6) {
        if (auto error = setInteger(descriptor, IPPROTO_IPV6, option6, value, name))
            return error;
        ::setsockopt(descriptor, IPPROTO_IP, option4, &value, sizeof value); // refused on an IPv6-only socket
        return std::nullopt;
    }
    return setInteger(descriptor, IPPROTO_IP, option4, value, name);
}
#endif

} // namespace

std::optional<SockError> UdpSocketOptions::apply(QUdpSocket &socket, const UdpOptions &options)
{
    // The system grants less than what was asked for without an error; receiveBufferBytes tells.
    if (options.receiveBufferBytes > 0)
        socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, options.receiveBufferBytes);
    if (options.sendBufferBytes > 0)
        socket.setSocketOption(QAbstractSocket::SendBufferSizeSocketOption, options.sendBufferBytes);
    QNetworkInterface multicastInterface;
    if (auto error = findInterface(options.multicastInterface, multicastInterface))
        return error;
#ifdef Q_OS_UNIX
    const int descriptor = static_cast<int>(socket.socketDescriptor());
    const int family = NativeAddress::familyOf(descriptor);
    // QUdpSocket switches it on by itself
    if (auto error = setInteger(descriptor, SOL_SOCKET, SO_BROADCAST, options.broadcast ? 1 : 0, u"broadcast"_s))
        return error;
    if (options.ttl >= 0) {
        if (auto error = setHops(descriptor, family, IP_TTL, IPV6_UNICAST_HOPS, options.ttl, u"TTL"_s))
            return error;
    }
    if (options.multicastTtl >= 0) {
        if (auto error = setHops(descriptor, family, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, options.multicastTtl,
                                 Text::tr("multicast TTL")))
            return error;
    }
    if (auto error = setHops(descriptor, family, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP,
                             options.multicastLoopback ? 1 : 0, Text::tr("multicast loopback")))
        return error;
    if (multicastInterface.isValid()) {
        const int index = multicastInterface.index();
        ip_mreqn request{};
        request.imr_ifindex = index;
        const bool set4 = ::setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) == 0;
        const bool set6 =
            family == AF_INET6 && ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index) == 0;
        if (!set4 && !set6)
            return optionError(SockError::Code::InvalidOptions,
                               Text::tr("multicast cannot go out through %1 (%2)")
                                   .arg(options.multicastInterface, qt_error_string(errno)));
    }
#ifdef Q_OS_LINUX
    // Asked once a wake-up, SO_MEMINFO costs less than a control message with every datagram; older systems have only
    // the latter.
    const int on = 1;
    if (!kernelDrops(descriptor))
        ::setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
#endif
#else
    if (options.ttl >= 0)
        return optionError(SockError::Code::InvalidOptions, Text::tr("the TTL cannot be set on this system"));
    if (options.multicastTtl >= 0)
        socket.setSocketOption(QAbstractSocket::MulticastTtlOption, options.multicastTtl);
    socket.setSocketOption(QAbstractSocket::MulticastLoopbackOption, options.multicastLoopback ? 1 : 0);
    if (multicastInterface.isValid())
        socket.setMulticastInterface(multicastInterface);
#endif
    for (const QString &group : options.multicastGroups) {
        if (auto error = join(socket, QHostAddress(group), options.multicastInterface))
            return error;
    }
    return std::nullopt;
}

namespace {

std::optional<SockError> changeMembership(QUdpSocket &socket, const QHostAddress &group, const QString &interfaceName,
                                          bool joining)
{
    QNetworkInterface through;
    if (auto error = findInterface(interfaceName, through))
        return error;
    if (!group.isMulticast()) {
        SockError error = optionError(SockError::Code::InvalidOptions,
                                      Text::tr("%1 is not a multicast address").arg(group.toString()));
        error.remedy = Text::tr("choose one from 224.0.0.0 to 239.255.255.255, or one that starts with ff");
        return error;
    }
#ifdef Q_OS_UNIX
    // The protocol-independent requests take an IPv4 group on a dual-stack socket too, which Qt's own do not.
    group_req request{};
    request.gr_interface = through.isValid() ? static_cast<uint32_t>(through.index()) : 0;
    const bool isIPv4 = group.protocol() == QAbstractSocket::IPv4Protocol;
    NativeAddress address;
    address.fill(Endpoint(group, 0), isIPv4 ? AF_INET : AF_INET6);
    request.gr_group = address.storage;
    if (::setsockopt(static_cast<int>(socket.socketDescriptor()), isIPv4 ? IPPROTO_IP : IPPROTO_IPV6,
                     joining ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &request, sizeof request) == 0)
        return std::nullopt;
    const int error = errno;
    const SockError::Code code = error == EINVAL ? SockError::Code::InvalidOptions : SocketErrors::fromErrno(error);
    const QString reason = qt_error_string(error);
#else
    const bool done =
        joining ? (through.isValid() ? socket.joinMulticastGroup(group, through) : socket.joinMulticastGroup(group))
                : (through.isValid() ? socket.leaveMulticastGroup(group, through) : socket.leaveMulticastGroup(group));
    if (done)
        return std::nullopt;
    const SockError::Code code = SocketErrors::fromQt(socket.error());
    const QString reason = socket.errorString();
#endif
    SockError result = optionError(code, (joining ? Text::tr("cannot join multicast group %1 (%2)")
                                                  : Text::tr("cannot leave multicast group %1 (%2)"))
                                             .arg(group.toString(), reason));
    result.remedy = Text::tr("check the group and the interface, and that the network is up");
    return result;
}

} // namespace

std::optional<SockError> UdpSocketOptions::join(QUdpSocket &socket, const QHostAddress &group,
                                                const QString &interfaceName)
{
    return changeMembership(socket, group, interfaceName, true);
}

std::optional<SockError> UdpSocketOptions::leave(QUdpSocket &socket, const QHostAddress &group,
                                                 const QString &interfaceName)
{
    return changeMembership(socket, group, interfaceName, false);
}

int UdpSocketOptions::receiveBufferBytes(const QUdpSocket &socket)
{
    auto &mutableSocket = const_cast<QUdpSocket &>(socket); // socketOption only reads, and is not const
    const int granted = mutableSocket.socketOption(QAbstractSocket::ReceiveBufferSizeSocketOption).toInt();
#ifdef Q_OS_LINUX
    return granted / 2; // the system doubles what is asked for, to make room for its own overhead
#else
    return granted;
#endif
}

std::optional<quint32> UdpSocketOptions::kernelDrops([[maybe_unused]] int descriptor)
{
#if defined(Q_OS_LINUX) && defined(SO_MEMINFO)
    quint32 values[SK_MEMINFO_VARS] = {};
    socklen_t length = sizeof values;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, values, &length) == 0 &&
        length > SK_MEMINFO_DROPS * sizeof(quint32))
        return values[SK_MEMINFO_DROPS];
#endif
    return std::nullopt;
}

} // namespace SockScope
