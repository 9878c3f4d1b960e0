#include "core/codec/codectext.h"

#include <QLocale>
#include <QStringDecoder>
#include <QtEndian>

#include <array>
#include <cmath>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// The length of the character at the start of view, 0 when there is none; incomplete: it might go on behind the end.
int utf8CharacterLength(QByteArrayView view, bool *incomplete)
{
    *incomplete = false;
    const auto at = [view](qsizetype index) { return static_cast<quint8>(view[index]); };
    const quint8 lead = at(0);
    if (lead < 0x80)
        return 1;
    int length = 0;
    quint8 low = 0x80;
    quint8 high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        if (lead == 0xe0)
            low = 0xa0; // shorter forms exist
        else if (lead == 0xed)
            high = 0x9f; // surrogates
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        if (lead == 0xf0)
            low = 0x90;
        else if (lead == 0xf4)
            high = 0x8f; // above U+10FFFF
    } else {
        return 0;
    }
    for (int index = 1; index < length; ++index) {
        if (index >= view.size()) {
            *incomplete = true;
            return 0;
        }
        if (at(index) < low || at(index) > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

bool isInvisible(char32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x061c || character == 0x200e ||
           character == 0x200f || (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0xfeff ||
           (character >= 0xd800 && character <= 0xdfff);
}

void appendEscaped(QString &out, char16_t character, bool quoted)
{
    switch (character) {
    case u'\n':
        out += "\\n"_L1;
        return;
    case u'\r':
        out += "\\r"_L1;
        return;
    case u'\t':
        out += "\\t"_L1;
        return;
    case u'"':
    case u'\\':
        if (quoted)
            out += u'\\';
        out += QChar(character);
        return;
    default:
        break;
    }
    if (!isInvisible(character))
        out += QChar(character);
    else if (character < 0x100)
        out += u"\\x%1"_s.arg(static_cast<int>(character), 2, 16, QLatin1Char('0'));
    else
        out += u"\\u%1"_s.arg(static_cast<int>(character), 4, 16, QLatin1Char('0'));
}

} // namespace

SockError codecError(SockError::Code code, const QString &what, const QString &remedy, qsizetype offset)
{
    SockError error;
    error.code = code;
    error.stage = Stage::Codec;
    error.what = what;
    error.remedy = remedy;
    error.offset = offset;
    return error;
}

std::optional<SockError> typeFromName(const QString &name, qsizetype offset, MessageType &type)
{
    const auto known = MessageType::tryFromName(name);
    if (known) {
        type = *known;
        return std::nullopt;
    }
    if (name.toUtf8().size() > MessageType::maximumNameBytes) {
        return codecError(SockError::Code::TooLong,
                          u"the message type's name is longer than %1 bytes"_s.arg(MessageType::maximumNameBytes),
                          u"use a shorter name"_s, offset);
    }
    return codecError(SockError::Code::LimitReached,
                      u"the message type %1 is new, and the table of %2 type names is full"_s.arg(quotedText(name, 60))
                          .arg(MessageType::maximumNames),
                      u"use numbers or fewer names as message types"_s, offset);
}

SockError notTypeAndData(const QString &got, qsizetype offset)
{
    return codecError(SockError::Code::InvalidPayload, u"the payload is %1, not [type, data]"_s.arg(got),
                      u"send an array of exactly two elements: the message type and its data"_s, offset);
}

SockError wrongTypeKind(const QString &got, qsizetype offset)
{
    return codecError(SockError::Code::InvalidPayload, u"the message type is %1"_s.arg(got),
                      u"use an integer of 64 bits or a name as message type"_s, offset);
}

SockError payloadTooLong(qsizetype size, qsizetype maximum)
{
    return codecError(SockError::Code::TooLong,
                      u"the payload of %1 bytes is longer than the codec's limit of %2"_s.arg(size).arg(maximum),
                      u"send less in one message, or raise the codec's maximumBytes"_s, maximum);
}

qsizetype firstInvalidUtf8(QByteArrayView view)
{
    if (view.isValidUtf8())
        return -1;
    qsizetype position = 0;
    while (position < view.size()) {
        bool incomplete = false;
        const int length = utf8CharacterLength(view.sliced(position), &incomplete);
        if (length == 0)
            return position;
        position += length;
    }
    return -1;
}

QByteArrayView withoutIncompleteUtf8(QByteArrayView view)
{
    for (qsizetype back = 1; back <= qMin(qsizetype(3), view.size()); ++back) {
        const auto byte = static_cast<quint8>(view[view.size() - back]);
        if ((byte & 0xc0) == 0x80)
            continue; // inside a character
        bool incomplete = false;
        utf8CharacterLength(view.last(back), &incomplete);
        return incomplete ? view.chopped(back) : view;
    }
    return view;
}

QString utf8ToString(QByteArrayView view)
{
    QStringDecoder decoder(QStringConverter::Utf8,
                           QStringConverter::Flag::Stateless | QStringConverter::Flag::ConvertInitialBom);
    return decoder.decode(view);
}

QString escaped(QStringView text, bool quoted)
{
    QString out;
    out.reserve(text.size() + 8);
    for (qsizetype index = 0; index < text.size(); ++index) {
        const QChar character = text[index];
        if (character.isHighSurrogate() && index + 1 < text.size() && text[index + 1].isLowSurrogate()) {
            out += character;
            out += text[++index];
        } else {
            appendEscaped(out, character.unicode(), quoted);
        }
    }
    return out;
}

QString quotedText(QStringView text, qsizetype maximum)
{
    const bool more = text.size() > maximum;
    if (more) {
        text = text.first(maximum);
        if (!text.isEmpty() && text.back().isHighSurrogate())
            text.chop(1);
    }
    return u'"' + escaped(text, true) + (more ? u"…\""_s : u"\""_s);
}

QString hexText(QByteArrayView bytes, qsizetype totalBytes, qsizetype maximum)
{
    const qsizetype shown = qMin(bytes.size(), qMax(qsizetype(0), maximum / 2));
    QString out = QString::fromLatin1(bytes.first(shown).toByteArray().toHex());
    if (shown < totalBytes)
        out += u'…';
    return out;
}

QString elided(QString text, qsizetype maximum, bool more)
{
    if (maximum <= 0)
        return {};
    if (text.size() + (more ? 1 : 0) <= maximum)
        return more ? text + u'…' : text;
    text.truncate(maximum - 1);
    if (!text.isEmpty() && text.back().isHighSurrogate())
        text.chop(1);
    return text + u'…';
}

QString rawSummary(QByteArrayView payload, qsizetype maximum, bool alwaysText)
{
    if (maximum <= 0 || payload.isEmpty())
        return {};
    const qsizetype window = qMin(payload.size(), qMin(maximum, qsizetype(16384)) * 4);
    const bool cut = window < payload.size();
    QByteArrayView view = payload.first(window);
    if (cut)
        view = withoutIncompleteUtf8(view);

    QString text;
    qsizetype bad = 0;
    qsizetype total = 0;
    for (qsizetype position = 0; position < view.size(); ++total) {
        bool incomplete = false;
        const int length = utf8CharacterLength(view.sliced(position), &incomplete);
        if (length == 0) {
            text += u"\\x%1"_s.arg(static_cast<quint8>(view[position]), 2, 16, QLatin1Char('0'));
            ++bad;
            ++position;
            continue;
        }
        const auto byte = static_cast<quint8>(view[position]);
        if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7f)
            ++bad;
        text += escaped(utf8ToString(view.sliced(position, length)));
        position += length;
        // Enough is seen to tell text from bytes.
        if (text.size() > maximum && position < view.size())
            break;
    }
    if (alwaysText || bad * 10 <= total)
        return elided(text, maximum, cut);
    const qsizetype shown = qMin(payload.size(), maximum / 3 + 1);
    const QString hex = QString::fromLatin1(payload.first(shown).toByteArray().toHex(' '));
    return elided(hex, maximum, shown < payload.size());
}

QString doubleText(double number)
{
    if (std::isnan(number))
        return u"NaN"_s;
    if (std::isinf(number))
        return number < 0 ? u"-Infinity"_s : u"Infinity"_s;
    QString text = QString::number(number, 'g', QLocale::FloatingPointShortest);
    if (!text.contains(u'.') && !text.contains(u'e'))
        text += ".0"_L1;
    return text;
}

QString bigIntegerDigits(bool negative, quint64 magnitude)
{
    if (!negative)
        return QString::number(magnitude);
    // -1 - magnitude needs a 65th bit for the largest one.
    return magnitude == ~quint64(0) ? u"-18446744073709551616"_s : u'-' + QString::number(magnitude + 1);
}

std::optional<BigInteger> bigIntegerOf(const QCborValue &value)
{
    if (!value.isTag())
        return std::nullopt;
    const bool positive = value.tag() == QCborTag(QCborKnownTags::PositiveBignum);
    if (!positive && value.tag() != QCborTag(QCborKnownTags::NegativeBignum))
        return std::nullopt;
    const QCborValue inner = value.taggedValue();
    if (!inner.isByteArray())
        return std::nullopt;
    const QByteArray bytes = inner.toByteArray();
    qsizetype start = 0;
    while (start < bytes.size() && bytes[start] == '\0')
        ++start;
    if (bytes.size() - start > 8)
        return std::nullopt;
    quint64 magnitude = 0;
    for (qsizetype index = start; index < bytes.size(); ++index)
        magnitude = (magnitude << 8) | static_cast<quint8>(bytes[index]);
    return BigInteger{!positive, magnitude};
}

} // namespace SockScope
