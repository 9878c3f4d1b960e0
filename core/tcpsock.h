#pragma once

#include "core/basesock.h"

namespace SockScope {

/*! A BaseSock on TCP: listens, connects out, or both at once.
 *  Path    TcpTransport → … (see BaseSock)
 *  Shape   a stream a peer; the default framing is "u32", the default codec raw
 *  Units   as BaseSock
 *  Errors  as BaseSock
 *  Thread  as BaseSock
 *  Source  RFC 9293, tcp(7)
 */
class TcpSock : public BaseSock
{
    Q_OBJECT
public:
    explicit TcpSock(SockOptions options = {}, QObject *parent = nullptr);

protected:
    std::unique_ptr<Transport> createTransport() override;
    std::shared_ptr<const Framing> defaultFraming() const override;
    QString scheme() const override;
};

} // namespace SockScope
