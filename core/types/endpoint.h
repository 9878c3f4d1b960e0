#pragma once

#include <QHashFunctions>
#include <QHostAddress>
#include <QMetaType>
#include <QString>

#include <array>
#include <compare>
#include <optional>

namespace SockScope {

/*! An address and a port, small enough to be copied and hashed for every message.
 *  Path    transport → [this] → every later stage
 *  Shape   IPv4 or IPv6 (with scope id) and a port; a default-constructed one is null; an IPv4-mapped IPv6 address is
 *          IPv4
 *  Units   host byte order for the port and the IPv4 address
 *  Errors  fromString answers nothing for text that is not an endpoint; never throws
 *  Thread  a value: any thread
 *  Source  RFC 4291 2.5.5.2 (mapped addresses), RFC 5952 (text form of IPv6)
 */
class Endpoint
{
public:
    enum class Family : quint8 { None, IPv4, IPv6 };

    constexpr Endpoint() = default;
    Endpoint(const QHostAddress &address, quint16 port);
    Endpoint(quint32 ipv4, quint16 port);
    static Endpoint fromIPv6(const quint8 *bytes16, quint16 port, quint32 scopeId);
    /// "127.0.0.1:9000", "[::1]:9000", "[fe80::1%2]:9000"; host names are not resolved here.
    static std::optional<Endpoint> fromString(QStringView text);

    Family family() const { return m_family; }
    bool isNull() const { return m_family == Family::None; }
    quint16 port() const { return m_port; }
    quint32 scopeId() const { return m_scopeId; }
    quint32 ipv4() const;
    const quint8 *ipv6Bytes() const { return m_bytes.data(); }
    QHostAddress address() const;
    QString addressString() const;
    QString toString() const;

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
    friend auto operator<=>(const Endpoint &, const Endpoint &) = default;

private:
    std::array<quint8, 16> m_bytes{};
    quint32 m_scopeId = 0;
    quint16 m_port = 0;
    Family m_family = Family::None;
};

size_t qHash(const Endpoint &endpoint, size_t seed = 0) noexcept;

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::Endpoint)
