#include "core/compose/textescapes.h"

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// The value of so many hexadecimal digits; -1 where they are not.
int hexAt(QStringView text, qsizetype position, int digits)
{
    if (position + digits > text.size())
        return -1;
    int value = 0;
    for (const QChar c : text.sliced(position, digits)) {
        const char16_t lower = c.toLower().unicode();
        if (lower >= u'0' && lower <= u'9')
            value = value * 16 + lower - u'0';
        else if (lower >= u'a' && lower <= u'f')
            value = value * 16 + lower - u'a' + 10;
        else
            return -1;
    }
    return value;
}

char simpleEscape(QChar c)
{
    switch (c.unicode()) {
    case u'n':
        return '\n';
    case u'r':
        return '\r';
    case u't':
        return '\t';
    case u'\\':
    case u'"':
    case u'\'':
    case u'{':
        return static_cast<char>(c.unicode());
    default:
        return '\0';
    }
}

} // namespace

std::optional<QByteArray> unescaped(QStringView text, int column, TemplateError *error)
{
    const auto refuse = [&](qsizetype at, qsizetype length, const QString &what) -> std::optional<QByteArray> {
        if (error)
            *error = {column + static_cast<int>(at), static_cast<int>(qMin(length, text.size() - at)), what};
        return std::nullopt;
    };
    QByteArray bytes;
    QString characters;       // those that wait to become UTF-8: two halves of one must come together
    qsizetype highAt = -1;    // where a first half stands that waits for its second one
    qsizetype highLength = 0; // of its escape
    const auto refuseHalf = [&](qsizetype at, qsizetype length) { // toUtf8 would put a question mark there
        return refuse(at, length, u"expected both halves of a character: \\ud83d is followed by \\ude00"_s);
    };
    const auto flush = [&] {
        bytes += characters.toUtf8();
        characters.clear();
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        QChar character = text[i];
        qsizetype length = 1;
        std::optional<char> byte;
        if (character == u'\\') {
            const QChar kind = i + 1 < text.size() ? text[i + 1] : QChar(u' ');
            length = 2;
            if (kind == u'x' || kind == u'u') {
                const int digits = kind == u'x' ? 2 : 4;
                const int value = hexAt(text, i + 2, digits);
                length = digits + 2;
                if (value < 0)
                    return refuse(i, length, u"expected %1 hexadecimal digits behind \\%2"_s.arg(digits).arg(kind));
                character = QChar(static_cast<char16_t>(value));
                if (kind == u'x')
                    byte = static_cast<char>(value);
            } else {
                byte = simpleEscape(kind);
                if (*byte == '\0' && kind != u'0')
                    return refuse(i, length, u"expected one of n r t 0 \\ \" { xHH uHHHH behind the backslash"_s);
            }
        }
        const bool isSecond = !byte && character.isLowSurrogate();
        if (highAt >= 0 && !isSecond)
            return refuseHalf(highAt, highLength);
        if (isSecond && highAt < 0)
            return refuseHalf(i, length);
        highAt = -1;
        if (byte) {
            flush();
            bytes += *byte;
        } else {
            if (character.isHighSurrogate()) {
                highAt = i;
                highLength = length;
            }
            characters += character;
        }
        i += length - 1;
    }
    if (highAt >= 0)
        return refuseHalf(highAt, highLength);
    flush();
    return bytes;
}

} // namespace SockScope
