#include "app/common/jsontext.h"

#include <QCborArray>
#include <QCborMap>
#include <QStringDecoder>

#include <cmath>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

void appendValue(QByteArray &out, const QCborValue &value, int depth);

void appendText(QByteArray &out, QStringView text)
{
    out += '"';
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar character = text.at(i);
        const ushort unit = character.unicode();
        const bool isPair = character.isHighSurrogate() && i + 1 < text.size() && text.at(i + 1).isLowSurrogate();
        if (unit == u'"' || unit == u'\\') {
            out += '\\';
            out += static_cast<char>(unit);
        } else if (unit == u'\n') {
            out += "\\n";
        } else if (unit < 0x20 || unit == 0x7f || (character.isSurrogate() && !isPair)) {
            // Half of a pair has no UTF-8; as an escape nothing is lost.
            out += "\\u" + QByteArray::number(unit, 16).rightJustified(4, '0');
        } else if (isPair) {
            out += text.sliced(i, 2).toUtf8();
            ++i;
        } else {
            out += QStringView(&character, 1).toUtf8();
        }
    }
    out += '"';
}

void appendDouble(QByteArray &out, double number)
{
    if (std::isnan(number)) {
        out += R"({"float":"nan"})";
    } else if (std::isinf(number)) {
        out += number > 0 ? R"({"float":"inf"})" : R"({"float":"-inf"})";
    } else {
        const QByteArray text = QByteArray::number(number, 'g', QLocale::FloatingPointShortest);
        out += text;
        if (!text.contains('.') && !text.contains('e'))
            out += ".0";
    }
}

void appendBytes(QByteArray &out, const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    // A decoder passes over a byte order mark; such bytes would not come back as they were.
    if (!decoder.hasError() && text.toUtf8() == bytes)
        appendText(out, text);
    else
        out += R"({"hex":")" + bytes.toHex() + R"("})";
}

void appendMap(QByteArray &out, const QCborMap &map, int depth)
{
    bool onlyText = true;
    for (auto it = map.cbegin(); it != map.cend(); ++it)
        onlyText = onlyText && it.key().isString();
    const char *separator = "";
    out += onlyText ? "{" : R"({"map":[)";
    for (auto it = map.cbegin(); it != map.cend(); ++it) {
        out += std::exchange(separator, ",");
        out += onlyText ? "" : "[";
        appendValue(out, it.key(), depth + 1);
        out += onlyText ? ':' : ',';
        appendValue(out, it.value(), depth + 1);
        out += onlyText ? "" : "]";
    }
    out += onlyText ? "}" : "]}";
}

void appendTag(QByteArray &out, const QCborValue &value, int depth)
{
    const QCborValue tagged = value.taggedValue();
    if (value.tag() == QCborTag(QCborKnownTags::PositiveBignum) && tagged.isByteArray() &&
        tagged.toByteArray().size() <= 8) {
        quint64 number = 0;
        for (const char byte : tagged.toByteArray())
            number = number << 8 | static_cast<quint8>(byte);
        out += QByteArray::number(number);
        return;
    }
    out += R"({"tag":)" + QByteArray::number(static_cast<quint64>(value.tag())) + R"(,"value":)";
    appendValue(out, tagged, depth + 1);
    out += '}';
}

void appendValue(QByteArray &out, const QCborValue &value, int depth)
{
    if (depth > JsonText::maximumDepth) {
        appendText(out, u"nested deeper than %1 levels"_s.arg(JsonText::maximumDepth));
        return;
    }
    if (value.isInteger()) {
        out += QByteArray::number(value.toInteger());
    } else if (value.isString()) {
        appendText(out, value.toString());
    } else if (value.isByteArray()) {
        appendBytes(out, value.toByteArray());
    } else if (value.isArray()) {
        const char *separator = "";
        out += '[';
        for (const QCborValue item : value.toArray()) {
            out += std::exchange(separator, ",");
            appendValue(out, item, depth + 1);
        }
        out += ']';
    } else if (value.isMap()) {
        appendMap(out, value.toMap(), depth);
    } else if (value.isBool()) {
        out += value.toBool() ? "true" : "false";
    } else if (value.isNull() || value.isUndefined() || value.isInvalid()) {
        out += "null";
    } else if (value.isDouble()) {
        appendDouble(out, value.toDouble());
    } else if (value.isSimpleType()) {
        out += R"({"simple":)" + QByteArray::number(static_cast<int>(value.toSimpleType())) + '}';
    } else if (value.isTag()) {
        appendTag(out, value, depth);
    } else {
        appendText(out, value.toDiagnosticNotation());
    }
}

} // namespace

void JsonText::key(QLatin1StringView key)
{
    if (!m_members.isEmpty())
        m_members += ',';
    m_members += '"' + QByteArray(key.data(), key.size()) + "\":";
}

JsonText &JsonText::add(QLatin1StringView name, const QString &text)
{
    key(name);
    appendText(m_members, text);
    return *this;
}

JsonText &JsonText::add(QLatin1StringView name, qint64 number)
{
    return addJson(name, QByteArray::number(number));
}

JsonText &JsonText::add(QLatin1StringView name, quint64 number)
{
    return addJson(name, QByteArray::number(number));
}

JsonText &JsonText::add(QLatin1StringView name, bool flag)
{
    return addJson(name, flag ? "true" : "false");
}

JsonText &JsonText::add(QLatin1StringView name, const QCborValue &value)
{
    key(name);
    appendValue(m_members, value, 0);
    return *this;
}

JsonText &JsonText::addJson(QLatin1StringView name, QByteArrayView json)
{
    key(name);
    m_members += json;
    return *this;
}

QByteArray JsonText::fromText(QStringView text)
{
    QByteArray out;
    appendText(out, text);
    return out;
}

QByteArray JsonText::fromValue(const QCborValue &value)
{
    QByteArray out;
    appendValue(out, value, 0);
    return out;
}

QString isoUtc(qint64 wallUs)
{
    const qint64 micros = ((wallUs % 1'000'000) + 1'000'000) % 1'000'000;
    const QDateTime seconds = QDateTime::fromSecsSinceEpoch((wallUs - micros) / 1'000'000, Qt::UTC);
    return seconds.toString(u"yyyy-MM-ddTHH:mm:ss"_s) + u".%1Z"_s.arg(micros, 6, 10, QLatin1Char('0'));
}

} // namespace SockScope
