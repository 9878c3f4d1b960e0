#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace SockScope {

/// What a person wrote wrongly in an escaped text: position counts characters.
struct EscapeError
{
    enum class Kind : quint8 {
        HalfByte,  ///< \x without two hexadecimal digits
        Character, ///< \u without four of a character
        Unknown    ///< no such escape
    };
    Kind kind = Kind::Unknown;
    qsizetype position = 0;
};

/// Text with the escapes \n \r \t \0 \\ \xHH \uHHHH to UTF-8 bytes; \xHH is one byte.
std::optional<QByteArray> parseEscapes(QStringView text, EscapeError *error);

} // namespace SockScope
