#include "core/tcpsock.h"

#include "core/transport/tcptransport.h"

namespace SockScope {

TcpSock::TcpSock(SockOptions options, QObject *parent)
    : BaseSock(std::move(options), parent)
{
}

std::unique_ptr<Transport> TcpSock::createTransport()
{
    TcpTransportConfig config;
    if (options().bind)
        config.bind = BindAddress{bindAddress().value_or(QHostAddress(QHostAddress::Any)), options().bind->port};
    config.tcp = options().tcp;
    config.reuseAddress = options().reuseAddress;
    config.clock = clock();
    return std::make_unique<TcpTransport>(std::move(config));
}

std::shared_ptr<const Framing> TcpSock::defaultFraming() const
{
    return makeFraming(u"u32");
}
QString TcpSock::scheme() const
{
    return QStringLiteral("tcp");
}

} // namespace SockScope
