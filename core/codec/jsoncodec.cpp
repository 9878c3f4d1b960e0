#include "core/codec/jsoncodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>

#include <cmath>

#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/jsonitems.h"
#include "core/codec/summarytext.h"
#include "core/codec/valuewriter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

void appendJsonText(QByteArray &out, const QString &text)
{
    out += '"';
    qsizetype plain = 0;
    const auto flush = [&](qsizetype end) {
        if (end > plain)
            out += QStringView(text).sliced(plain, end - plain).toUtf8();
    };
    for (qsizetype index = 0; index < text.size(); ++index) {
        const char16_t unit = text[index].unicode();
        const bool isPair =
            text[index].isHighSurrogate() && index + 1 < text.size() && text[index + 1].isLowSurrogate();
        if (isPair) {
            ++index;
            continue;
        }
        const bool mustEscape =
            unit < 0x20 || unit == u'"' || unit == u'\\' || unit == 0x7f || unit == 0xfeff || text[index].isSurrogate();
        if (!mustEscape)
            continue;
        flush(index);
        plain = index + 1;
        if (unit == u'"' || unit == u'\\') {
            out += '\\';
            out += static_cast<char>(unit);
        } else if (unit == u'\n') {
            out += "\\n";
        } else if (unit == u'\r') {
            out += "\\r";
        } else if (unit == u'\t') {
            out += "\\t";
        } else {
            out += "\\u" + QByteArray::number(static_cast<int>(unit), 16).rightJustified(4, '0');
        }
    }
    flush(text.size());
    out += '"';
}

class JsonWriter : public ValueWriter
{
public:
    using ValueWriter::ValueWriter;

protected:
    QString leaf(const QCborValue &value) override
    {
        switch (value.type()) {
        case QCborValue::Integer:
            m_out += QByteArray::number(value.toInteger());
            return {};
        case QCborValue::Double: {
            const double number = value.toDouble();
            if (!std::isfinite(number))
                return u"is %1"_s.arg(std::isnan(number) ? u"NaN"_s : u"infinite"_s);
            m_out += doubleText(number).toLatin1();
            return {};
        }
        case QCborValue::String:
            appendJsonText(m_out, value.toString());
            return {};
        case QCborValue::True:
            m_out += "true";
            return {};
        case QCborValue::False:
            m_out += "false";
            return {};
        case QCborValue::Null:
            m_out += "null";
            return {};
        case QCborValue::ByteArray:
            return u"is a byte array"_s;
        case QCborValue::Undefined:
        case QCborValue::Invalid:
            return u"is undefined"_s;
        default:
            return u"is a CBOR simple value"_s;
        }
    }
    QString tag(const QCborValue &value, bool &) override
    {
        const auto big = bigIntegerOf(value);
        if (!big)
            return u"is a CBOR tag (%1)"_s.arg(static_cast<quint64>(value.tag()));
        m_out += bigIntegerDigits(big->negative, big->magnitude).toLatin1();
        return {};
    }
    bool acceptsKey(const QCborValue &key) const override { return key.isString(); }
    void beginArray(qsizetype) override { m_out += '['; }
    void beginMap(qsizetype) override { m_out += '{'; }
    void beforeElement(qsizetype index) override
    {
        if (index > 0)
            m_out += ',';
    }
    void beforeValue() override { m_out += ':'; }
    void endArray() override { m_out += ']'; }
    void endMap() override { m_out += '}'; }
};

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
    if (const auto problem = JsonItems::checkDepth(payload.view(), m_limits.maximumDepth))
        return problem->toError();
    // QJsonDocument takes some bytes that are not UTF-8 for Latin-1.
    if (const qsizetype bad = firstInvalidUtf8(payload.view()); bad >= 0) {
        return codecError(SockError::Code::InvalidPayload,
                          u"the payload is not JSON: byte 0x%1 is not UTF-8"_s.arg(
                              static_cast<quint8>(payload.view()[bad]), 2, 16, QLatin1Char('0')),
                          u"send UTF-8"_s, bad);
    }
    const JsonItems items(payload.view());
    const qsizetype start = items.start();
    QJsonParseError parseError;
    QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(payload.data(), payload.size()), &parseError);
    if (parseError.error != QJsonParseError::NoError) {
        if (start < payload.size() && payload.view()[start] != '[' && payload.view()[start] != '{')
            return notTypeAndData(u"not an array"_s, start);
        const bool deep = parseError.error == QJsonParseError::DeepNesting;
        return codecError(deep ? SockError::Code::TooDeep : SockError::Code::InvalidPayload,
                          u"the payload is not JSON: %1"_s.arg(parseError.errorString()),
                          u"check that both sides use the same codec and framing"_s,
                          qBound(qsizetype(0), qsizetype(parseError.offset), payload.size()));
    }
    // Qt drops a byte order mark at the start of a text, but keeps one that is written as an escape.
    constexpr QByteArrayView marked("\"\xef\xbb\xbf");
    if (payload.view().indexOf(marked) >= 0) [[unlikely]]
        document = QJsonDocument::fromJson(payload.toByteArray().replace(marked, "\"\\ufeff"));
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

std::optional<SockError> JsonCodec::encode(const Message &message, QByteArray &payload) const
{
    const qsizetype start = payload.size();
    JsonWriter writer(payload, m_limits, u"JSON"_s);
    payload += '[';
    if (message.type.isName())
        appendJsonText(payload, message.type.name());
    else
        payload += QByteArray::number(message.type.number());
    payload += ',';
    auto error = writer.write(message.value);
    payload += ']';
    if (!error && payload.size() - start > m_limits.maximumBytes)
        error = payloadTooLong(payload.size() - start, m_limits.maximumBytes);
    if (error)
        payload.truncate(start);
    return error;
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
