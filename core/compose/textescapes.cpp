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
    QString characters;  // those that wait to become UTF-8: two halves of one must come together
    qsizetype began = 0; // where the first of them stands
    const auto flush = [&] {
        const bool isWhole = characters.isValidUtf16(); // else toUtf8 would put a question mark there
        bytes += characters.toUtf8();
        characters.clear();
        return isWhole;
    };
    const auto refuseHalf = [&](qsizetype end) {
        return refuse(began, end - began, u"expected both halves of a character: \\ud83d is followed by \\ude00"_s);
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != u'\\') {
            characters += text[i];
            continue;
        }
        const QChar kind = i + 1 < text.size() ? text[i + 1] : QChar(u' ');
        if (kind == u'x' || kind == u'u') {
            const int digits = kind == u'x' ? 2 : 4;
            const int value = hexAt(text, i + 2, digits);
            if (value < 0)
                return refuse(i, digits + 2, u"expected %1 hexadecimal digits behind \\%2"_s.arg(digits).arg(kind));
            if (kind == u'u') {
                characters += QChar(static_cast<char16_t>(value));
            } else {
                if (!flush())
                    return refuseHalf(i);
                bytes += static_cast<char>(value);
                began = i + digits + 2;
            }
            i += digits + 1;
            continue;
        }
        const char simple = simpleEscape(kind);
        if (simple == '\0' && kind != u'0')
            return refuse(i, 2, u"expected one of n r t 0 \\ \" { xHH uHHHH behind the backslash"_s);
        if (!flush())
            return refuseHalf(i);
        bytes += simple;
        began = i + 2;
        ++i;
    }
    if (!flush())
        return refuseHalf(text.size());
    return bytes;
}

} // namespace SockScope
