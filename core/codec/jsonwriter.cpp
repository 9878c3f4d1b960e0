#include "core/codec/jsonwriter.h"

#include <QLocale>

#include <array>
#include <cmath>

#include "core/codec/bytesink.h"
#include "core/codec/bytewords.h"
#include "core/codec/cborimage.h"
#include "core/codec/cbortranscoder.h"
#include "core/codec/codectext.h"
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

/// Writes JSON from the items of a CborImage.
class JsonTarget
{
public:
    static constexpr bool separates = true;

    explicit JsonTarget(ByteSink &out)
        : m_out(out)
    {
    }

    bool integer(quint64 argument, bool negative, bool isKey)
    {
        constexpr qsizetype mostDigits = 20;
        std::array<char, mostDigits> digits;
        qsizetype first = mostDigits;
        quint64 rest = negative ? argument + 1 : argument;
        do {
            digits[static_cast<size_t>(--first)] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (negative)
            digits[static_cast<size_t>(--first)] = '-';
        m_out.room(mostDigits);
        m_out.bytes(digits.data() + first, mostDigits - first);
        return !isKey;
    }
    bool number(double number, bool isKey)
    {
        if (isKey || !std::isfinite(number))
            return false;
        const QByteArray digits = QByteArray::number(number, 'g', QLocale::FloatingPointShortest);
        m_out.room(digits.size() + 2);
        m_out.bytes(digits.constData(), digits.size());
        if (!digits.contains('.') && !digits.contains('e'))
            m_out.bytes(".0", 2);
        return true;
    }
    bool text(QByteArrayView text, bool)
    {
        m_out.room(text.size() + 2);
        m_out.byte('"');
        const char *at = text.begin();
        const char *plain = at;
        while ((at = nextSpecial(at, text.end())) != text.end()) {
            m_out.room(text.end() - plain + 8);
            m_out.bytes(plain, at - plain);
            plain = at = special(at, text.end());
        }
        m_out.room(text.end() - plain + 1);
        m_out.bytes(plain, text.end() - plain);
        m_out.byte('"');
        return true;
    }
    bool bytes(QByteArrayView, bool) { return false; }
    bool boolean(bool value, bool isKey)
    {
        m_out.room(5);
        m_out.bytes(value ? "true" : "false", value ? 4 : 5);
        return !isKey;
    }
    bool null(bool isKey)
    {
        m_out.room(4);
        m_out.bytes("null", 4);
        return !isKey;
    }
    bool beginArray(quint64, bool isKey)
    {
        put('[');
        return !isKey;
    }
    bool beginMap(quint64, bool isKey)
    {
        put('{');
        return !isKey;
    }
    void element(bool first)
    {
        if (!first)
            put(',');
    }
    void value() { put(':'); }
    void endArray() { put(']'); }
    void endMap() { put('}'); }

    /// Whether a text holds what Qt may have written for half of a surrogate pair.
    bool hasReplacements() const { return m_replacements; }

private:
    void put(char byte)
    {
        m_out.room(1);
        m_out.byte(byte);
    }
    /// What may have to be escaped, or looked at; 0xef begins the byte order mark and the replacement character.
    const char *nextSpecial(const char *at, const char *end)
    {
        using namespace ByteWords;
        for (; end - at >= 8; at += 8) {
            const quint64 word = load(at);
            const quint64 found = equal(word, '"') | equal(word, '\\') | below(word, 0x20) | equal(word, 0x7f) |
                                  equal(word, 0xef) | equal(word, '?');
            if (found)
                return at + firstOf(found);
        }
        const auto isPlain = [](char byte) {
            const auto unit = static_cast<quint8>(byte);
            return unit >= 0x20 && byte != '"' && byte != '\\' && unit != 0x7f && unit != 0xef && byte != '?';
        };
        while (at < end && isPlain(*at))
            ++at;
        return at;
    }
    /// Writes the character at a place that nextSpecial found; answers what is behind it. There is room for 8 bytes.
    const char *special(const char *at, const char *end)
    {
        switch (*at) {
        case '?':
            m_replacements = true;
            m_out.byte('?');
            return at + 1;
        case '"':
        case '\\':
            m_out.byte('\\');
            m_out.byte(*at);
            return at + 1;
        case '\n':
            m_out.bytes("\\n", 2);
            return at + 1;
        case '\r':
            m_out.bytes("\\r", 2);
            return at + 1;
        case '\t':
            m_out.bytes("\\t", 2);
            return at + 1;
        default:
            break;
        }
        const auto unit = static_cast<quint8>(*at);
        if (unit == 0xef) {
            const qsizetype size = qMin(qsizetype(3), end - at);
            const QByteArrayView character(at, size);
            m_replacements = m_replacements || character == QByteArrayView("\xef\xbf\xbd", 3);
            if (character == QByteArrayView("\xef\xbb\xbf", 3))
                m_out.bytes("\\ufeff", 6);
            else
                m_out.bytes(at, size);
            return at + size;
        }
        constexpr const char *hex = "0123456789abcdef";
        m_out.bytes("\\u00", 4);
        m_out.byte(hex[unit >> 4]);
        m_out.byte(hex[unit & 0xf]);
        return at + 1;
    }

    ByteSink &m_out;
    bool m_replacements = false;
};

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

/// false: nothing was written, and the value has to be written the careful way.
bool transcode(const MessageType &type, const QCborValue &value, const CodecLimits &limits, QByteArray &payload)
{
    const CborImage image(value);
    ByteSink sink(payload);
    const qsizetype start = sink.size();
    sink.room(image.bytes().size() * 3 / 2 + 32);
    sink.byte('[');
    JsonTarget head(sink);
    if (type.isName()) {
        const QString typeName = type.name();
        if (!typeName.isValidUtf16())
            return false;
        head.text(typeName.toUtf8(), false);
    } else {
        const qint64 number = type.number();
        head.integer(static_cast<quint64>(number < 0 ? -1 - number : number), number < 0, false);
    }
    sink.room(1);
    sink.byte(',');
    JsonTarget target(sink);
    CborTranscoder transcoder(image.bytes(), target);
    if (!transcoder.run(limits.maximumDepth - 1))
        return false;
    sink.room(1);
    sink.byte(']');
    if (sink.size() - start > limits.maximumBytes || (target.hasReplacements() && holdsHalfPairs(value)))
        return false;
    sink.finish();
    return true;
}

} // namespace

std::optional<SockError> writeJson(const MessageType &type, const QCborValue &value, const CodecLimits &limits,
                                   QByteArray &payload)
{
    if (transcode(type, value, limits, payload))
        return std::nullopt;
    const qsizetype start = payload.size();
    JsonWriter writer(payload, limits, u"JSON"_s);
    payload += '[';
    if (type.isName())
        appendJsonText(payload, type.name());
    else
        payload += QByteArray::number(type.number());
    payload += ',';
    auto error = writer.write(value);
    payload += ']';
    if (!error && payload.size() - start > limits.maximumBytes)
        error = payloadTooLong(payload.size() - start, limits.maximumBytes);
    if (error)
        payload.truncate(start);
    return error;
}

} // namespace SockScope
