#pragma once

#include <QJsonObject>
#include <QList>

#include <memory>
#include <optional>

#include "core/types/sockoptions.h"

namespace SockScope {

class BaseSock;

/*! A sock's address as a person writes it: udp://host:port, tcp://[::1]:9000.
 *  Path    command line, dialogs → [this] → SockOptions
 *  Shape   udp or tcp, a host (empty or "*": any address), a port (0: any)
 *  Units   none
 *  Errors  fromString answers nothing and says what is wrong and where
 *  Thread  a value
 *  Source  RFC 3986, the parts scheme and authority
 */
struct SockUrl
{
    TransportKind kind = TransportKind::Udp;
    HostPort address;

    static std::optional<SockUrl> fromString(QStringView text, SockError *error = nullptr);
    QString toString() const;
    friend bool operator==(const SockUrl &, const SockUrl &) = default;
};

/*! Everything that a dialog or a command line says of a sock, in names and numbers.
 *  Path    command line, dialogs, settings → [this] → UdpSock or TcpSock
 *  Shape   names as makeFraming and makeCodec know them; empty framing: the default of the kind
 *  Units   milliseconds
 *  Errors  toOptions and fromJson answer nothing and say what is wrong
 *  Thread  a value
 *  Source  none
 */
struct SockSpec
{
    QString name;
    TransportKind kind = TransportKind::Udp;
    std::optional<HostPort> listen;
    QList<HostPort> connectTo;
    QString framing;
    QString codec = QStringLiteral("raw");
    QString protocol; ///< in a project: the described protocol it speaks; empty: the only one, "none": none
    qint64 timeoutMs = 10000;
    qint64 tickMs = 250;
    bool reuseAddress = false;
    bool broadcast = false;
    QList<ImpairSpec> impairments; ///< in JSON "impair": words, or a list of them

    QString framingOrDefault() const;
    std::optional<SockOptions> toOptions(SockError *error = nullptr) const;
    /// A UdpSock or TcpSock with these options, not started; null and *error when the names are wrong.
    std::unique_ptr<BaseSock> makeSock(SockError *error = nullptr) const;
    QJsonObject toJson() const;
    static std::optional<SockSpec> fromJson(const QJsonObject &object, SockError *error = nullptr);
    friend bool operator==(const SockSpec &, const SockSpec &) = default;
};

} // namespace SockScope
