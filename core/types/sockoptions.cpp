#include "core/types/sockoptions.h"

#include <QHostAddress>

#include <algorithm>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maximumTextCharacters = 1024;
constexpr qsizetype maximumHostCharacters = 253; // RFC 1035, 2.3.4, without the bytes that only the wire carries

SockError invalid(const QString &what, const QString &remedy, qint64 offset)
{
    SockError error;
    error.code = SockError::Code::InvalidOptions;
    error.stage = Stage::Setup;
    error.what = what;
    error.remedy = remedy;
    error.offset = offset;
    return error;
}

std::optional<HostPort> refuse(SockError *error, const SockError &reason)
{
    if (error)
        *error = reason;
    return std::nullopt;
}

/// What is quoted back to a person: never a whole wall of it.
QString quoted(QStringView text)
{
    constexpr qsizetype shown = 80;
    return text.size() <= shown ? u"\"%1\""_s.arg(text) : u"\"%1…\""_s.arg(text.first(shown));
}

bool isHostCharacter(QChar character)
{
    return character.isLetterOrNumber() || character == u'-' || character == u'.' || character == u'_';
}

std::optional<quint16> portFromString(QStringView text)
{
    const bool digits = std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool ok = false;
    const uint number = text.toUInt(&ok);
    if (!digits || !ok || number > 65535)
        return std::nullopt;
    return static_cast<quint16>(number);
}

} // namespace

std::optional<HostPort> HostPort::fromString(QStringView text, SockError *error)
{
    const QString form = u"write host:port, for example 127.0.0.1:9000, [::1]:9000 or *:9000"_s;
    if (text.size() > maximumTextCharacters) {
        return refuse(
            error, invalid(u"an address of %1 characters is too long"_s.arg(text.size()), form, maximumTextCharacters));
    }
    HostPort result;
    qsizetype colon = -1;
    if (text.startsWith(u'[')) {
        const qsizetype end = text.indexOf(u']');
        if (end < 0)
            return refuse(error, invalid(u"the bracket in %1 is not closed"_s.arg(quoted(text)), form, 0));
        const QStringView inside = text.sliced(1, end - 1);
        QHostAddress address;
        if (!address.setAddress(inside.toString()) || address.protocol() != QAbstractSocket::IPv6Protocol) {
            return refuse(error, invalid(u"%1 is not an IPv6 address"_s.arg(quoted(inside)),
                                         u"write it as in [::1]:9000; names and IPv4 need no brackets"_s, 1));
        }
        result.host = inside.toString();
        colon = end + 1;
        if (colon >= text.size() || text.at(colon) != u':')
            return refuse(error, invalid(u"%1 has no port"_s.arg(quoted(text)), form, colon));
    } else {
        colon = text.indexOf(u':');
        if (colon < 0)
            return refuse(error, invalid(u"%1 has no port"_s.arg(quoted(text)), form, text.size()));
        if (text.indexOf(u':', colon + 1) >= 0) {
            return refuse(error, invalid(u"%1 has more than one colon"_s.arg(quoted(text)),
                                         u"write an IPv6 address in brackets, as in [::1]:9000"_s, colon));
        }
        const QStringView host = text.first(colon);
        if (host != u"*"_s) {
            const auto *wrong = std::find_if_not(host.begin(), host.end(), isHostCharacter);
            if (wrong != host.end() || host.size() > maximumHostCharacters) {
                const qsizetype at = wrong == host.end() ? maximumHostCharacters : wrong - host.begin();
                return refuse(error, invalid(u"%1 is not a host name or address"_s.arg(quoted(host)), form, at));
            }
            result.host = host.toString();
        }
    }
    const QStringView portText = text.sliced(colon + 1);
    const std::optional<quint16> port = portText.isEmpty() ? std::nullopt : portFromString(portText);
    if (!port) {
        return refuse(error, invalid(u"%1 is not a port"_s.arg(quoted(portText)),
                                     u"write a number from 1 to 65535, or 0 for any"_s, colon + 1));
    }
    result.port = *port;
    return result;
}

QString HostPort::toString() const
{
    if (host.isEmpty())
        return u"*:%1"_s.arg(port);
    // Joined, not arg(): the scope in fe80::1%2 looks like a place for an argument.
    const QString number = QString::number(port);
    return host.contains(u':') ? u'[' + host + u"]:"_s + number : host + u':' + number;
}

} // namespace SockScope
