#include "core/codec/jsoncodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>

#include <cmath>

#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/jsoncheck.h"
#include "core/codec/jsonitems.h"
#include "core/codec/jsonwriter.h"
#include "core/codec/payloadcheck.h"
#include "core/codec/summarytext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::optional<SockError> readType(const QJsonValue &value, qsizetype offset, MessageType &type)
{
    if (value.isString())
        return typeFromName(value.toString(), offset, type);
    const QCborValue number = QCborValue::fromJsonValue(value);
    if (number.isInteger()) {
        type = number.toInteger();
        return std::nullopt;
    }
    if (!number.isDouble())
        return wrongTypeKind(u"neither an integer nor a name"_s, offset);
    // 2^63 is the first double that is too large; -2^63 still fits.
    const double real = number.toDouble();
    if (real == std::floor(real) && real >= -9223372036854775808.0 && real < 9223372036854775808.0) {
        type = static_cast<qint64>(real);
        return std::nullopt;
    }
    return wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(doubleText(real)), offset);
}

/// A type of few enough digits, and nothing but digits.
std::optional<qint64> plainNumber(QByteArrayView text)
{
    const bool negative = text.startsWith('-');
    const QByteArrayView digits = text.sliced(negative ? 1 : 0);
    if (digits.isEmpty() || digits.size() > 18)
        return std::nullopt;
    qint64 number = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        number = number * 10 + (digit - '0');
    }
    return negative ? -number : number;
}

QJsonDocument parse(const Bytes &payload, QJsonParseError *error = nullptr)
{
    // Qt drops a byte order mark at the start of a text, but keeps one that is written as an escape.
    constexpr QByteArrayView marked("\"\xef\xbb\xbf");
    QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(payload.data(), payload.size()), error);
    if (payload.view().indexOf(marked) >= 0 && !document.isNull()) [[unlikely]]
        document = QJsonDocument::fromJson(payload.toByteArray().replace(marked, "\"\\ufeff"));
    return document;
}

/// Reads the whole [type, data].
class JsonSource final : public ValueSource
{
public:
    QCborValue value(const Bytes &payload) const override
    {
        return QCborValue::fromJsonValue(parse(payload).array().at(1));
    }
};
constexpr JsonSource jsonSource;

SockError notJson(const QJsonParseError &error, qsizetype offset, const Bytes &payload)
{
    const bool deep = error.error == QJsonParseError::DeepNesting;
    return codecError(deep ? SockError::Code::TooDeep : SockError::Code::InvalidPayload,
                      u"the payload is not JSON: %1"_s.arg(error.errorString()),
                      u"check that both sides use the same codec and framing"_s,
                      qBound(qsizetype(0), offset, payload.size()));
}

/// What Qt says of the rest of a payload, behind a context that stands for all that was right: finding the place from
/// the start would take longer than any payload that is right. Nothing when it takes the rest.
std::optional<SockError> problemOfRest(const Bytes &payload, const JsonCheck &check)
{
    if (check.depth() == 0)
        return std::nullopt;
    QByteArray text = check.context();
    const qsizetype contextBytes = text.size();
    text += payload.view().sliced(check.at());
    QJsonParseError error;
    QJsonDocument::fromJson(text, &error);
    const qsizetype offset = error.offset - contextBytes;
    if (error.error == QJsonParseError::NoError || offset < 0)
        return std::nullopt;
    return notJson(error, check.at() + offset, payload);
}

/// Says what is wrong, or takes what is not quite RFC 8259.
std::optional<SockError> decodeWithQt(const Bytes &payload, Message &message)
{
    const JsonItems items(payload.view());
    const qsizetype start = items.start();
    QJsonParseError parseError;
    const QJsonDocument document = parse(payload, &parseError);
    if (parseError.error != QJsonParseError::NoError) {
        if (start < payload.size() && payload.view()[start] != '[' && payload.view()[start] != '{')
            return notTypeAndData(u"not an array"_s, start);
        return notJson(parseError, parseError.offset, payload);
    }
    if (!document.isArray())
        return notTypeAndData(u"an object"_s, start);
    const QJsonArray array = document.array();
    if (array.size() != 2)
        return notTypeAndData(u"an array of %1 elements"_s.arg(array.size()), start);
    const qsizetype typeOffset = JsonItems(payload.view().sliced(start + 1)).start() + start + 1;
    MessageType type;
    if (auto error = readType(array.at(0), typeOffset, type))
        return error;
    message.type = type;
    message.value = QCborValue::fromJsonValue(array.at(1));
    return std::nullopt;
}

} // namespace

JsonCodec::JsonCodec(CodecLimits limits)
    : m_limits(limits)
{
}

QString JsonCodec::name() const
{
    return u"json"_s;
}

std::optional<SockError> JsonCodec::decode(const Bytes &payload, Message &message) const
{
    if (payload.size() > m_limits.maximumBytes)
        return payloadTooLong(payload.size(), m_limits.maximumBytes);
    if (payload.isEmpty())
        return emptyProblem().toError();
    // QJsonDocument takes some bytes that are not UTF-8 for Latin-1.
    const qsizetype bad = firstInvalidUtf8(payload.view());
    JsonCheck check(payload.view(), m_limits.maximumDepth);
    if (bad < 0 && payload.size() <= quickMaximumBytes && check.passes()) {
        MessageType type;
        if (const std::optional<qint64> number = plainNumber(check.type())) {
            message.type = *number;
            message.value = MessageValue(payload, jsonSource);
            return std::nullopt;
        }
        if (check.type().startsWith('"') && !check.type().contains('\\')) {
            const QByteArrayView typeName = check.type().sliced(1).chopped(1);
            if (auto error = typeFromName(utf8ToString(typeName), check.type().begin() - payload.data(), type))
                return error;
            message.type = type;
            message.value = MessageValue(payload, jsonSource);
            return std::nullopt;
        }
    }
    if (const auto problem =
            JsonItems::checkDepth(payload.view(), m_limits.maximumDepth, bad < 0 ? check.at() : 0, check.depth()))
        return problem->toError();
    if (bad >= 0) {
        return codecError(SockError::Code::InvalidPayload,
                          u"the payload is not JSON: byte 0x%1 is not UTF-8"_s.arg(
                              static_cast<quint8>(payload.view()[bad]), 2, 16, QLatin1Char('0')),
                          u"send UTF-8"_s, bad);
    }
    if (auto error = problemOfRest(payload, check))
        return error;
    return decodeWithQt(payload, message);
}

std::optional<SockError> JsonCodec::encode(const Message &message, QByteArray &payload) const
{
    return writeJson(message.type, message.value.get(), m_limits, payload);
}

FieldNode JsonCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    const JsonItems items(payload);
    FieldTree tree(items, maximumNodes);
    return tree.finish(items.scan(m_limits.maximumDepth, tree));
}

QString JsonCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    const JsonItems items(payload.first(summaryWindow(payload.size(), maximumCharacters)));
    return summarize(payload, maximumCharacters, items,
                     [&](ItemSink &sink) { return items.scan(m_limits.maximumDepth, sink); });
}

} // namespace SockScope
