#include "core/sockspec.h"

#include <QJsonArray>
#include <QJsonValue>

#include <cmath>

#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "core/impair/impairtext.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maximumTextCharacters = 1024;
constexpr qsizetype maximumConnectTo = 1024;
constexpr qsizetype maximumImpairments = 256;
constexpr qint64 maximumMs = 365LL * 24 * 3600 * 1000;

SockError invalid(const QString &what, const QString &remedy, qint64 offset = -1)
{
    SockError error;
    error.code = SockError::Code::InvalidOptions;
    error.stage = Stage::Setup;
    error.what = what;
    error.remedy = remedy;
    error.offset = offset;
    return error;
}

template <typename Result>
std::optional<Result> refuse(SockError *error, const SockError &reason)
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

std::optional<TransportKind> kindFromString(QStringView text)
{
    if (text.compare(u"udp", Qt::CaseInsensitive) == 0)
        return TransportKind::Udp;
    if (text.compare(u"tcp", Qt::CaseInsensitive) == 0)
        return TransportKind::Tcp;
    return std::nullopt;
}

QString kindName(TransportKind kind)
{
    switch (kind) {
    case TransportKind::Udp:
        return u"udp"_s;
    case TransportKind::Tcp:
        return u"tcp"_s;
    case TransportKind::Null:
        break;
    }
    return u"null"_s;
}

std::optional<SockError> checkNumber(qint64 ms, const QString &name)
{
    if (ms >= 0 && ms <= maximumMs)
        return std::nullopt;
    return invalid(u"%1 of %2 ms is out of range"_s.arg(name).arg(ms),
                   u"choose 0 (never) up to %1 ms (a year)"_s.arg(maximumMs));
}

/// The members of a JSON object, each of the kind that it has to have; the first that is not is remembered.
class JsonReader
{
public:
    explicit JsonReader(const QJsonObject &object)
        : m_object(object)
    {
    }
    QString text(const QString &key, const QString &otherwise)
    {
        const QJsonValue value = m_object.value(key);
        if (value.isUndefined())
            return otherwise;
        if (!value.isString() || value.toString().size() > maximumTextCharacters)
            fail(key, u"a text of at most %1 characters"_s.arg(maximumTextCharacters));
        return value.toString();
    }
    bool boolean(const QString &key, bool otherwise)
    {
        const QJsonValue value = m_object.value(key);
        if (value.isUndefined())
            return otherwise;
        if (!value.isBool())
            fail(key, u"true or false"_s);
        return value.toBool();
    }
    qint64 milliseconds(const QString &key, qint64 otherwise)
    {
        const QJsonValue value = m_object.value(key);
        if (value.isUndefined())
            return otherwise;
        const double number = value.toDouble(-1);
        if (!value.isDouble() || !(number >= 0) || number > double(maximumMs) || number != std::floor(number)) {
            fail(key, u"a whole number of milliseconds from 0 to %1"_s.arg(maximumMs));
            return otherwise;
        }
        return static_cast<qint64>(number);
    }
    std::optional<HostPort> hostPort(const QString &key, const QJsonValue &value)
    {
        SockError reason;
        if (!value.isString() || value.toString().size() > maximumTextCharacters) {
            fail(key, u"a text such as \"127.0.0.1:9000\""_s);
            return std::nullopt;
        }
        std::optional<HostPort> result = HostPort::fromString(value.toString(), &reason);
        if (!result && !m_error)
            m_error = reason;
        return result;
    }
    /// "impair": words, or a list of them.
    QList<ImpairSpec> impairments()
    {
        QList<ImpairSpec> result;
        const QJsonValue value = m_object.value(u"impair"_s);
        const QJsonArray list = value.isArray() ? value.toArray() : QJsonArray{value};
        if (value.isUndefined())
            return result;
        if (list.size() > maximumImpairments)
            fail(u"impair"_s, u"a list of at most %1"_s.arg(maximumImpairments));
        for (const QJsonValue &words : list) {
            if (m_error)
                break;
            ImpairError reason;
            if (!words.isString())
                fail(u"impair"_s, u"words such as \"delay 100ms loss 1%\", or a list of them"_s);
            else if (const auto spec = parseImpair(words.toString(), &reason))
                result.append(*spec);
            else
                m_error = invalid(reason.what, reason.remedy, reason.column);
        }
        return result;
    }
    void fail(const QString &key, const QString &expected)
    {
        if (!m_error)
            m_error = invalid(u"\"%1\" is not %2"_s.arg(key, expected), u"correct it or leave it out"_s);
    }
    const std::optional<SockError> &error() const { return m_error; }

private:
    const QJsonObject &m_object;
    std::optional<SockError> m_error;
};

} // namespace

std::optional<SockUrl> SockUrl::fromString(QStringView text, SockError *error)
{
    const QString form =
        u"write udp://host:port or tcp://host:port, for example udp://127.0.0.1:9000 or tcp://[::1]:0"_s;
    if (text.size() > maximumTextCharacters) {
        return refuse<SockUrl>(
            error, invalid(u"an address of %1 characters is too long"_s.arg(text.size()), form, maximumTextCharacters));
    }
    const qsizetype separator = text.indexOf(u"://"_s);
    if (separator < 0) {
        return refuse<SockUrl>(error,
                               invalid(u"%1 does not say which transport it means"_s.arg(quoted(text)), form, 0));
    }
    const std::optional<TransportKind> kind = kindFromString(text.first(separator));
    if (!kind) {
        return refuse<SockUrl>(error, invalid(u"%1 is not a transport"_s.arg(quoted(text.first(separator))),
                                              u"the transports are udp and tcp; "_s + form, 0));
    }
    QStringView authority = text.sliced(separator + 3);
    if (authority.endsWith(u'/'))
        authority.chop(1);
    SockError reason;
    const std::optional<HostPort> address = HostPort::fromString(authority, &reason);
    if (!address) {
        reason.offset += separator + 3;
        return refuse<SockUrl>(error, reason);
    }
    return SockUrl{*kind, *address};
}

QString SockUrl::toString() const
{
    return kindName(kind) + u"://"_s + address.toString();
}

QString SockSpec::framingOrDefault() const
{
    if (!framing.isEmpty())
        return framing;
    return kind == TransportKind::Tcp ? u"u32"_s : u"datagram"_s;
}

std::optional<SockOptions> SockSpec::toOptions(SockError *error) const
{
    using Options = SockOptions;
    if (kind == TransportKind::Null) {
        return refuse<Options>(error,
                               invalid(u"the transport null neither listens nor connects"_s, u"choose udp or tcp"_s));
    }
    if (!listen && connectTo.isEmpty()) {
        return refuse<Options>(error,
                               invalid(u"the sock has no address"_s, u"name one to listen on or one to connect to"_s));
    }
    if (connectTo.size() > maximumConnectTo) {
        return refuse<Options>(error, invalid(u"%1 addresses to connect to are too many"_s.arg(connectTo.size()),
                                              u"name at most %1"_s.arg(maximumConnectTo)));
    }
    for (const HostPort &peer : connectTo) {
        if (peer.port == 0 || peer.host.isEmpty()) {
            return refuse<Options>(error, invalid(u"%1 cannot be connected to"_s.arg(peer.toString()),
                                                  u"name the host and the port that the other side listens on"_s));
        }
    }
    if (const auto wrong = checkNumber(timeoutMs, u"a time-out"_s))
        return refuse<Options>(error, *wrong);
    if (const auto wrong = checkNumber(tickMs, u"a tick interval"_s))
        return refuse<Options>(error, *wrong);
    if (kind == TransportKind::Tcp && framingOrDefault() == u"datagram"_s) {
        return refuse<Options>(error, invalid(u"the framing datagram needs UDP: TCP has no datagrams"_s,
                                              u"choose none to take each read as a message, or u32"_s));
    }

    Options options;
    options.name = name;
    options.bind = listen;
    options.connectTo = connectTo;
    options.timeout = std::chrono::milliseconds(timeoutMs);
    options.tickInterval = std::chrono::milliseconds(tickMs);
    options.reuseAddress = reuseAddress;
    options.udp.broadcast = broadcast;
    options.impairments.assign(impairments.begin(), impairments.end());
    options.framing = makeFraming(framingOrDefault(), error);
    if (!options.framing)
        return std::nullopt;
    options.codec = makeCodec(codec.isEmpty() ? u"raw"_s : codec, error);
    if (!options.codec)
        return std::nullopt;
    return options;
}

std::unique_ptr<BaseSock> SockSpec::makeSock(SockError *error) const
{
    std::optional<SockOptions> options = toOptions(error);
    if (!options)
        return nullptr;
    if (kind == TransportKind::Tcp)
        return std::make_unique<TcpSock>(std::move(*options));
    return std::make_unique<UdpSock>(std::move(*options));
}

QJsonObject SockSpec::toJson() const
{
    QJsonObject object{{u"name"_s, name},           {u"kind"_s, kindName(kind)},      {u"framing"_s, framing},
                       {u"codec"_s, codec},         {u"timeoutMs"_s, timeoutMs},      {u"tickMs"_s, tickMs},
                       {u"broadcast"_s, broadcast}, {u"reuseAddress"_s, reuseAddress}};
    if (!protocol.isEmpty())
        object.insert(u"protocol"_s, protocol);
    if (listen)
        object.insert(u"listen"_s, listen->toString());
    if (!connectTo.isEmpty()) {
        QJsonArray peers;
        for (const HostPort &peer : connectTo)
            peers.append(peer.toString());
        object.insert(u"connectTo"_s, peers);
    }
    if (impairments.size() == 1) {
        object.insert(u"impair"_s, impairText(impairments.first()));
    } else if (!impairments.isEmpty()) {
        QJsonArray words;
        for (const ImpairSpec &each : impairments)
            words.append(impairText(each));
        object.insert(u"impair"_s, words);
    }
    return object;
}

std::optional<SockSpec> SockSpec::fromJson(const QJsonObject &object, SockError *error)
{
    JsonReader reader(object);
    SockSpec spec;
    spec.name = reader.text(u"name"_s, {});
    spec.framing = reader.text(u"framing"_s, {});
    spec.codec = reader.text(u"codec"_s, spec.codec);
    spec.protocol = reader.text(u"protocol"_s, {});
    spec.timeoutMs = reader.milliseconds(u"timeoutMs"_s, spec.timeoutMs);
    spec.tickMs = reader.milliseconds(u"tickMs"_s, spec.tickMs);
    spec.broadcast = reader.boolean(u"broadcast"_s, spec.broadcast);
    spec.reuseAddress = reader.boolean(u"reuseAddress"_s, spec.reuseAddress);
    if (const std::optional<TransportKind> kind = kindFromString(reader.text(u"kind"_s, u"udp"_s)))
        spec.kind = *kind;
    else
        reader.fail(u"kind"_s, u"udp or tcp"_s);
    if (object.contains(u"listen"_s))
        spec.listen = reader.hostPort(u"listen"_s, object.value(u"listen"_s));
    if (const QJsonValue peers = object.value(u"connectTo"_s); peers.isArray()) {
        const QJsonArray array = peers.toArray();
        if (array.size() > maximumConnectTo)
            reader.fail(u"connectTo"_s, u"a list of at most %1 addresses"_s.arg(maximumConnectTo));
        for (qsizetype i = 0; i < array.size() && !reader.error(); ++i) {
            if (const auto peer = reader.hostPort(u"connectTo"_s, array.at(i)))
                spec.connectTo.append(*peer);
        }
    } else if (!peers.isUndefined()) {
        reader.fail(u"connectTo"_s, u"a list of addresses"_s);
    }
    spec.impairments = reader.impairments();
    if (reader.error())
        return refuse<SockSpec>(error, *reader.error());
    return spec;
}

} // namespace SockScope
