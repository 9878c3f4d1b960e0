#pragma once

#include <QHashFunctions>
#include <QHostAddress>
#include <QMetaType>
#include <QString>

#include <array>
#include <bit>
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

    friend bool operator==(const Endpoint &a, const Endpoint &b) noexcept
    {
        const std::array<quint64, 2> mine = a.words();
        const std::array<quint64, 2> other = b.words();
        return mine[0] == other[0] && mine[1] == other[1] && a.m_port == b.m_port && a.m_scopeId == b.m_scopeId &&
               a.m_family == b.m_family;
    }
    friend auto operator<=>(const Endpoint &, const Endpoint &) = default;

private:
    friend size_t qHash(const Endpoint &endpoint, size_t seed) noexcept;
    std::array<quint64, 2> words() const noexcept { return std::bit_cast<std::array<quint64, 2>>(m_bytes); }

    std::array<quint8, 16> m_bytes{};
    quint32 m_scopeId = 0;
    quint16 m_port = 0;
    Family m_family = Family::None;
};

inline size_t qHash(const Endpoint &endpoint, size_t seed = 0) noexcept
{
    const std::array<quint64, 2> words = endpoint.words();
    const quint64 rest = quint64(endpoint.m_port) << 32 | endpoint.m_scopeId;
    // An odd multiplier spreads the port over the word before the one strong mixing at the end.
    const quint64 key = (words[0] ^ rest * 0x9e3779b97f4a7c15ULL) + words[1] * 0xff51afd7ed558ccdULL;
    return ::qHash(key, seed);
}

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::Endpoint)
