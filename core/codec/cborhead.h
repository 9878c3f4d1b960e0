#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <bit>

namespace SockScope {

enum class CborMajor : quint8 { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

/// Appends the shortest head of a CBOR item (RFC 8949 3 and 4.2.1).
inline void appendCborHead(QByteArray &out, CborMajor major, quint64 argument)
{
    const auto lead = static_cast<quint8>(static_cast<quint8>(major) << 5);
    if (argument < 24) {
        out += static_cast<char>(lead | argument);
        return;
    }
    const int widthBits = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffffffff ? 2 : 3;
    out += static_cast<char>(lead | (24 + widthBits));
    for (int shift = (8 << widthBits) - 8; shift >= 0; shift -= 8)
        out += static_cast<char>((argument >> shift) & 0xff);
}

inline void appendCborInteger(QByteArray &out, qint64 number)
{
    if (number >= 0)
        appendCborHead(out, CborMajor::Unsigned, static_cast<quint64>(number));
    else
        appendCborHead(out, CborMajor::Negative, ~static_cast<quint64>(number));
}

inline void appendBigEndianDouble(QByteArray &out, char lead, double number)
{
    const auto bits = std::bit_cast<quint64>(number);
    out += lead;
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>((bits >> shift) & 0xff);
}

inline void appendCborDouble(QByteArray &out, double number)
{
    appendBigEndianDouble(out, '\xfb', number);
}

/// An integer outside of qint64 as the tag that core/types/message.h describes: always 8 bytes.
inline void appendCborBigInteger(QByteArray &out, bool negative, quint64 magnitude)
{
    appendCborHead(out, CborMajor::Tag, negative ? 3 : 2);
    appendCborHead(out, CborMajor::Bytes, 8);
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>((magnitude >> shift) & 0xff);
}

} // namespace SockScope
