#pragma once

#include "core/basesock.h"

namespace SockScope {

/*! A BaseSock on UDP: whole datagrams, peers learnt from traffic.
 *  Path    UdpTransport → … (see BaseSock)
 *  Shape   datagrams of 0 to 65,507 bytes; the default framing is "datagram", the default codec raw
 *  Units   as BaseSock
 *  Errors  as BaseSock
 *  Thread  as BaseSock
 *  Source  RFC 768, udp(7)
 */
class UdpSock : public BaseSock
{
    Q_OBJECT
public:
    explicit UdpSock(SockOptions options = {}, QObject *parent = nullptr);
    std::optional<SockError> joinMulticastGroup(const QHostAddress &group, const QString &interfaceName = {});
    std::optional<SockError> leaveMulticastGroup(const QHostAddress &group, const QString &interfaceName = {});
    /// The receive buffer that the system granted, in bytes; 0 while not active.
    int receiveBufferBytes() const;

protected:
    std::unique_ptr<Transport> createTransport() override;
    std::shared_ptr<const Framing> defaultFraming() const override;
    QString scheme() const override;
};

} // namespace SockScope
