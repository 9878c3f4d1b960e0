#include "core/udpsock.h"

#include "core/transport/udptransport.h"

namespace SockScope {

UdpSock::UdpSock(SockOptions options, QObject *parent)
    : BaseSock(std::move(options), parent)
{
}

std::unique_ptr<Transport> UdpSock::createTransport()
{
    UdpTransportConfig config;
    if (options().bind)
        config.bind = BindAddress{bindAddress().value_or(QHostAddress(QHostAddress::Any)), options().bind->port};
    config.udp = options().udp;
    config.reuseAddress = options().reuseAddress;
    config.clock = clock();
    return std::make_unique<UdpTransport>(std::move(config));
}

std::shared_ptr<const Framing> UdpSock::defaultFraming() const
{
    return makeFraming(u"datagram");
}
QString UdpSock::scheme() const
{
    return QStringLiteral("udp");
}

namespace {
SockError noUdpTransport()
{
    SockError error;
    error.code = SockError::Code::WrongState;
    error.stage = Stage::Transport;
    error.what = QStringLiteral("the sock has no open UDP transport");
    error.remedy = QStringLiteral("start it first");
    return error;
}
} // namespace

std::optional<SockError> UdpSock::joinMulticastGroup(const QHostAddress &group, const QString &interfaceName)
{
    auto *udp = qobject_cast<UdpTransport *>(transport());
    return udp ? udp->joinMulticastGroup(group, interfaceName) : noUdpTransport();
}

std::optional<SockError> UdpSock::leaveMulticastGroup(const QHostAddress &group, const QString &interfaceName)
{
    auto *udp = qobject_cast<UdpTransport *>(transport());
    return udp ? udp->leaveMulticastGroup(group, interfaceName) : noUdpTransport();
}

int UdpSock::receiveBufferBytes() const
{
    const auto *udp = qobject_cast<UdpTransport *>(transport());
    return udp ? udp->receiveBufferBytes() : 0;
}

} // namespace SockScope
