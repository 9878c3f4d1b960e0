#include "core/types/endpoint.h"

#include <QNetworkInterface>

#include <algorithm>

namespace SockScope {

namespace {

constexpr std::array<quint8, 12> mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// Decimal digits without sign, blank or leading zero.
std::optional<quint32> parseDecimal(QStringView text, quint32 maximum)
{
    if (text.isEmpty() || text.size() > 10 || (text.size() > 1 && text[0] == u'0'))
        return std::nullopt;
    quint64 value = 0;
    for (QChar c : text) {
        if (c < u'0' || c > u'9')
            return std::nullopt;
        value = value * 10 + (c.unicode() - u'0');
    }
    if (value > maximum)
        return std::nullopt;
    return static_cast<quint32>(value);
}

std::optional<quint32> parseIPv4(QStringView text)
{
    const QList<QStringView> parts = text.split(u'.');
    if (parts.size() != 4)
        return std::nullopt;
    quint32 address = 0;
    for (QStringView part : parts) {
        const std::optional<quint32> octet = parseDecimal(part, 255);
        if (!octet)
            return std::nullopt;
        address = address << 8 | *octet;
    }
    return address;
}

/// The digits' value, or -1.
int parseHexGroup(QStringView text)
{
    if (text.isEmpty() || text.size() > 4)
        return -1;
    int value = 0;
    for (QChar c : text) {
        const char16_t unit = c.unicode();
        int digit = 0;
        if (unit >= u'0' && unit <= u'9')
            digit = unit - u'0';
        else if (unit >= u'a' && unit <= u'f')
            digit = unit - u'a' + 10;
        else if (unit >= u'A' && unit <= u'F')
            digit = unit - u'A' + 10;
        else
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

std::optional<std::array<quint8, 16>> parseIPv6(QStringView text)
{
    std::array<int, 8> groups{};
    size_t count = 0;
    std::optional<size_t> gap; // the group before which "::" stands
    if (text.startsWith(u"::")) {
        gap = 0;
        text = text.mid(2);
    } else if (text.isEmpty()) {
        return std::nullopt;
    }
    while (!text.isEmpty()) {
        const qsizetype colon = text.indexOf(u':');
        const QStringView word = colon < 0 ? text : text.first(colon);
        if (word.contains(u'.')) {
            const std::optional<quint32> tail = parseIPv4(word);
            if (!tail || colon >= 0 || count > 6)
                return std::nullopt;
            groups[count++] = static_cast<int>(*tail >> 16);
            groups[count++] = static_cast<int>(*tail & 0xffff);
            break;
        }
        const int group = parseHexGroup(word);
        if (group < 0 || count == 8)
            return std::nullopt;
        groups[count++] = group;
        if (colon < 0)
            break;
        text = text.mid(colon + 1);
        if (text.startsWith(u':')) {
            if (gap)
                return std::nullopt;
            gap = count;
            text = text.mid(1);
        } else if (text.isEmpty()) {
            return std::nullopt; // a single colon at the end
        }
    }
    if (gap ? count > 7 : count != 8)
        return std::nullopt;

    std::array<quint8, 16> bytes{};
    for (size_t i = 0; i < count; ++i) {
        const size_t target = gap && i >= *gap ? i + 8 - count : i;
        bytes[target * 2] = static_cast<quint8>(groups[i] >> 8);
        bytes[target * 2 + 1] = static_cast<quint8>(groups[i] & 0xff);
    }
    return bytes;
}

/// A scope is the number of an interface, or its name on this machine.
std::optional<quint32> parseScope(QStringView text)
{
    if (text.isEmpty() || text.size() > 64)
        return std::nullopt;
    if (const std::optional<quint32> number = parseDecimal(text, 0xffffffff))
        return number;
    const int index = QNetworkInterface::interfaceIndexFromName(text.toString());
    return index > 0 ? std::optional<quint32>(static_cast<quint32>(index)) : std::nullopt;
}

} // namespace

Endpoint::Endpoint(quint32 ipv4, quint16 port)
    : m_port(port)
    , m_family(Family::IPv4)
{
    for (size_t i = 0; i < 4; ++i)
        m_bytes[i] = static_cast<quint8>(ipv4 >> (24 - 8 * i));
}

Endpoint::Endpoint(const QHostAddress &address, quint16 port)
{
    switch (address.protocol()) {
    case QAbstractSocket::IPv4Protocol:
        *this = Endpoint(address.toIPv4Address(), port);
        break;
    case QAbstractSocket::IPv6Protocol:
    case QAbstractSocket::AnyIPProtocol: // a dual-stack socket is bound to ::
        *this = fromIPv6(address.toIPv6Address().c, port, parseScope(address.scopeId()).value_or(0));
        break;
    default:
        break;
    }
}

Endpoint Endpoint::fromIPv6(const quint8 *bytes16, quint16 port, quint32 scopeId)
{
    if (std::equal(mappedPrefix.begin(), mappedPrefix.end(), bytes16)) {
        const quint8 *tail = bytes16 + mappedPrefix.size();
        return Endpoint(quint32(tail[0]) << 24 | quint32(tail[1]) << 16 | quint32(tail[2]) << 8 | tail[3], port);
    }
    Endpoint endpoint;
    std::copy_n(bytes16, endpoint.m_bytes.size(), endpoint.m_bytes.begin());
    endpoint.m_scopeId = scopeId;
    endpoint.m_port = port;
    endpoint.m_family = Family::IPv6;
    return endpoint;
}

std::optional<Endpoint> Endpoint::fromString(QStringView text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    if (colon < 1)
        return std::nullopt;
    const std::optional<quint32> port = parseDecimal(text.mid(colon + 1), 65535);
    if (!port)
        return std::nullopt;
    QStringView host = text.first(colon);
    if (!host.startsWith(u'[')) {
        const std::optional<quint32> address = parseIPv4(host);
        return address ? std::optional<Endpoint>(Endpoint(*address, static_cast<quint16>(*port))) : std::nullopt;
    }
    if (!host.endsWith(u']'))
        return std::nullopt;
    host = host.sliced(1, host.size() - 2);
    quint32 scope = 0;
    if (const qsizetype percent = host.indexOf(u'%'); percent >= 0) {
        const std::optional<quint32> parsed = parseScope(host.mid(percent + 1));
        if (!parsed)
            return std::nullopt;
        scope = *parsed;
        host = host.first(percent);
    }
    const std::optional<std::array<quint8, 16>> bytes = parseIPv6(host);
    if (!bytes)
        return std::nullopt;
    return fromIPv6(bytes->data(), static_cast<quint16>(*port), scope);
}

quint32 Endpoint::ipv4() const
{
    if (m_family != Family::IPv4)
        return 0;
    return quint32(m_bytes[0]) << 24 | quint32(m_bytes[1]) << 16 | quint32(m_bytes[2]) << 8 | m_bytes[3];
}

QHostAddress Endpoint::address() const
{
    switch (m_family) {
    case Family::None:
        break;
    case Family::IPv4:
        return QHostAddress(ipv4());
    case Family::IPv6: {
        QHostAddress address(m_bytes.data());
        if (m_scopeId)
            address.setScopeId(QString::number(m_scopeId));
        return address;
    }
    }
    return {};
}

QString Endpoint::addressString() const
{
    if (m_family == Family::None)
        return {};
    if (m_family == Family::IPv4)
        return QStringLiteral("%1.%2.%3.%4").arg(m_bytes[0]).arg(m_bytes[1]).arg(m_bytes[2]).arg(m_bytes[3]);

    std::array<uint, 8> groups{};
    for (size_t i = 0; i < groups.size(); ++i)
        groups[i] = uint(m_bytes[2 * i]) << 8 | m_bytes[2 * i + 1];
    // RFC 5952 4.2: the longest run of at least two zero groups is left out, the first one of equals.
    size_t gapStart = groups.size();
    size_t gapLength = 1;
    for (size_t i = 0; i < groups.size(); ++i) {
        size_t end = i;
        while (end < groups.size() && groups[end] == 0)
            ++end;
        if (end - i > gapLength) {
            gapStart = i;
            gapLength = end - i;
        }
    }
    QString text;
    for (size_t i = 0; i < groups.size();) {
        if (i == gapStart) {
            text += QLatin1String("::");
            i += gapLength;
            continue;
        }
        if (!text.isEmpty() && !text.endsWith(u':'))
            text += u':';
        text += QString::number(groups[i], 16);
        ++i;
    }
    if (m_scopeId)
        text += u'%' + QString::number(m_scopeId);
    return text;
}

QString Endpoint::toString() const
{
    if (m_family == Family::None)
        return {};
    const QString host = addressString();
    return (m_family == Family::IPv6 ? u'[' + host + u']' : host) + u':' + QString::number(m_port);
}

} // namespace SockScope
