#include "core/project/escapedtext.h"

#include <algorithm>

namespace SockScope {

namespace {

/// The value of exactly count hexadecimal digits at position, or -1.
int hexDigits(QStringView text, qsizetype position, int count)
{
    if (position + count > text.size())
        return -1;
    const QStringView digits = text.sliced(position, count);
    const auto isDigit = [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f') || (c >= u'A' && c <= u'F');
    };
    return std::all_of(digits.begin(), digits.end(), isDigit) ? digits.toInt(nullptr, 16) : -1;
}

} // namespace

std::optional<QByteArray> parseEscapes(QStringView text, EscapeError *error)
{
    QByteArray bytes;
    bytes.reserve(text.size());
    const auto fail = [error](EscapeError::Kind kind, qsizetype position) -> std::optional<QByteArray> {
        if (error)
            *error = {kind, position};
        return std::nullopt;
    };
    qsizetype plain = 0;
    for (qsizetype i = text.indexOf(u'\\'); i >= 0; i = text.indexOf(u'\\', plain)) {
        bytes += text.sliced(plain, i - plain).toUtf8();
        plain = i + 2;
        switch (i + 1 < text.size() ? text[i + 1].unicode() : char16_t(0)) {
        case u'n':
            bytes += '\n';
            break;
        case u'r':
            bytes += '\r';
            break;
        case u't':
            bytes += '\t';
            break;
        case u'0':
            bytes += '\0';
            break;
        case u'\\':
            bytes += '\\';
            break;
        case u'x': {
            const int value = hexDigits(text, i + 2, 2);
            if (value < 0)
                return fail(EscapeError::Kind::HalfByte, i);
            bytes += static_cast<char>(value);
            plain = i + 4;
            break;
        }
        case u'u': {
            const int value = hexDigits(text, i + 2, 4);
            if (value < 0 || (value >= 0xd800 && value < 0xe000)) // halves of pairs are no characters
                return fail(EscapeError::Kind::Character, i);
            bytes += QString(QChar(static_cast<char16_t>(value))).toUtf8();
            plain = i + 6;
            break;
        }
        default:
            return fail(EscapeError::Kind::Unknown, i);
        }
    }
    bytes += text.sliced(std::min(plain, text.size())).toUtf8();
    return bytes;
}

} // namespace SockScope
