#include "core/transport/socketerrors.h"

#include <QCoreApplication>

#include <cerrno>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::Transport)
};

struct Sentences
{
    QString what;
    QString remedy;
};

Sentences bindSentences(SockError::Code code, const Endpoint &where, const QString &url, const QString &detail)
{
    switch (code) {
    case SockError::Code::AddressInUse:
        return {Text::tr("port %1 is in use by another program").arg(where.port()),
                Text::tr("choose another port, or 0 for any")};
    case SockError::Code::PermissionDenied:
        return {Text::tr("port %1 needs privileges").arg(where.port()),
                Text::tr("choose a port above 1023 or give the program CAP_NET_BIND_SERVICE")};
    case SockError::Code::AddressNotAvailable:
        return {Text::tr("this machine has no address %1").arg(where.addressString()),
                Text::tr("choose an address of one of its interfaces, or leave it empty for all")};
    default:
        return {Text::tr("cannot listen on %1 (%2)").arg(url, detail), Text::tr("check the address and the port")};
    }
}

Sentences peerSentences(SocketOperation operation, SockError::Code code, const QString &url, const QString &detail)
{
    const bool sending = operation == SocketOperation::Send;
    switch (code) {
    case SockError::Code::ConnectionRefused:
        return {Text::tr("nothing listens on %1").arg(url),
                Text::tr("start the other program first, or check the port")};
    case SockError::Code::ConnectTimedOut:
        return {Text::tr("no answer from %1").arg(url),
                Text::tr("check the address, and whether a firewall drops the packets")};
    case SockError::Code::NetworkUnreachable:
        return {Text::tr("no route to %1").arg(url),
                Text::tr("check the address, the network connection, and that the socket has the peer's IP version")};
    case SockError::Code::PermissionDenied:
        return {sending ? Text::tr("the system does not allow sending to %1").arg(url)
                        : Text::tr("the system does not allow connecting to %1").arg(url),
                sending ? Text::tr("switch broadcast on if this is a broadcast address, or check the firewall")
                        : Text::tr("check the firewall's rules")};
    case SockError::Code::AddressNotAvailable:
        return {Text::tr("%1 cannot be reached from this address").arg(url),
                Text::tr("check the address; when there are many connections, the local ports may be used up")};
    case SockError::Code::TooLong:
        return {Text::tr("the datagram to %1 is longer than the network carries").arg(url),
                Text::tr("send less than 65,508 bytes, or turn path MTU discovery off")};
    case SockError::Code::LimitReached:
        return {Text::tr("the system has no more memory or descriptors for %1 (%2)").arg(url, detail),
                Text::tr("close connections, or raise the limit (ulimit -n)")};
    case SockError::Code::ConnectionLost:
        return {Text::tr("the connection to %1 was lost").arg(url) +
                    (detail.isEmpty() ? QString() : u" (%1)"_s.arg(detail)),
                Text::tr("connect again; the other program or the network ended it")};
    default:
        return {sending ? Text::tr("cannot send to %1 (%2)").arg(url, detail)
                        : Text::tr("cannot connect to %1 (%2)").arg(url, detail),
                Text::tr("check the address and the network connection")};
    }
}

} // namespace

SockError::Code SocketErrors::fromErrno(int error)
{
    switch (error) {
    case EADDRINUSE:
        return SockError::Code::AddressInUse;
    case EADDRNOTAVAIL:
        return SockError::Code::AddressNotAvailable;
    case EACCES:
    case EPERM:
        return SockError::Code::PermissionDenied;
    case ECONNREFUSED:
        return SockError::Code::ConnectionRefused;
    case ETIMEDOUT:
        return SockError::Code::ConnectTimedOut;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EAFNOSUPPORT:
        return SockError::Code::NetworkUnreachable;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
        return SockError::Code::ConnectionLost;
    case EMSGSIZE:
        return SockError::Code::TooLong;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return SockError::Code::LimitReached;
    default:
        return SockError::Code::SystemError;
    }
}

SockError::Code SocketErrors::fromQt(QAbstractSocket::SocketError error)
{
    switch (error) {
    case QAbstractSocket::AddressInUseError:
        return SockError::Code::AddressInUse;
    case QAbstractSocket::SocketAddressNotAvailableError:
        return SockError::Code::AddressNotAvailable;
    case QAbstractSocket::SocketAccessError:
        return SockError::Code::PermissionDenied;
    case QAbstractSocket::ConnectionRefusedError:
        return SockError::Code::ConnectionRefused;
    case QAbstractSocket::SocketTimeoutError:
        return SockError::Code::ConnectTimedOut;
    case QAbstractSocket::NetworkError:
    case QAbstractSocket::UnsupportedSocketOperationError:
        return SockError::Code::NetworkUnreachable;
    case QAbstractSocket::RemoteHostClosedError:
        return SockError::Code::ConnectionLost;
    case QAbstractSocket::HostNotFoundError:
        return SockError::Code::HostNotFound;
    case QAbstractSocket::DatagramTooLargeError:
        return SockError::Code::TooLong;
    case QAbstractSocket::SocketResourceError:
        return SockError::Code::LimitReached;
    default:
        return SockError::Code::SystemError;
    }
}

QString SocketErrors::url(QLatin1String scheme, const Endpoint &where)
{
    return scheme + "://"_L1 + where.toString();
}

SockError SocketErrors::make(SocketOperation operation, SockError::Code code, QLatin1String scheme,
                             const Endpoint &where, const QString &detail)
{
    Sentences text;
    switch (operation) {
    case SocketOperation::Bind:
        text = bindSentences(code, where, url(scheme, where), detail);
        break;
    case SocketOperation::Connect:
    case SocketOperation::Connection:
    case SocketOperation::Send:
        text = peerSentences(operation, code, url(scheme, where), detail);
        break;
    case SocketOperation::Receive:
        text = {Text::tr("receiving failed (%1)").arg(detail), Text::tr("restart the socket")};
        break;
    case SocketOperation::Option:
        text = {detail, Text::tr("check the socket's options")};
        break;
    }
    const bool setup = operation == SocketOperation::Bind || operation == SocketOperation::Option;
    return {code,      operation == SocketOperation::Send ? Stage::Send : setup ? Stage::Setup : Stage::Transport,
            text.what, text.remedy,
            -1,        setup ? Endpoint() : where};
}

SockError SocketErrors::make(SocketOperation operation, int error, QLatin1String scheme, const Endpoint &where)
{
    return make(operation, fromErrno(error), scheme, where, qt_error_string(error));
}

} // namespace SockScope
