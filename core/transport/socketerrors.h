#pragma once

#include <QAbstractSocket>

#include "core/types/sockerror.h"

namespace SockScope {

/// What a transport was doing when the system refused.
enum class SocketOperation : quint8 { Bind, Connect, Connection, Send, Receive, Option };

/*! Turns what the system says about a socket into a SockError a person can act on: the only place with these texts.
 *  Path    transports → [this] → sink
 *  Shape   where: the scheme, the endpoint, or empty when there is none; detail: the system's own words, used where
 *          we know none that are better
 *  Units   none
 *  Errors  none: it makes them
 *  Thread  any
 *  Source  errno(3), ip(7), udp(7), tcp(7), capabilities(7); QAbstractSocket::SocketError
 */
class SocketErrors
{
public:
    static SockError::Code fromErrno(int error);
    static SockError::Code fromQt(QAbstractSocket::SocketError error);
    /// "tcp://127.0.0.1:9"
    static QString url(QLatin1String scheme, const Endpoint &where);

    static SockError make(SocketOperation operation, SockError::Code code, QLatin1String scheme, const Endpoint &where,
                          const QString &detail = {});
    static SockError make(SocketOperation operation, int error, QLatin1String scheme, const Endpoint &where);
};

} // namespace SockScope
