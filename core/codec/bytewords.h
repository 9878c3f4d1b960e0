#pragma once

#include <QByteArrayView>
#include <QtEndian>

#include <bit>
#include <cstring>

namespace SockScope {

/// Eight bytes of a payload at once: what the passes over whole payloads look for is rare in them.
namespace ByteWords {

constexpr quint64 ones = 0x0101010101010101ULL;
constexpr quint64 highs = 0x8080808080808080ULL;

/// The first byte is the lowest one, whatever the machine's order.
inline quint64 load(const char *bytes)
{
    return qFromLittleEndian<quint64>(bytes);
}
/// Not zero when a byte of word equals byte; its lowest bit is in the first such byte.
constexpr quint64 equal(quint64 word, quint8 byte)
{
    const quint64 zeroed = word ^ (ones * byte);
    return (zeroed - ones) & ~zeroed & highs;
}
/// The same for bytes below limit, which is at most 0x80.
constexpr quint64 below(quint64 word, quint8 limit)
{
    return (word - ones * limit) & ~word & highs;
}
/// The index of the first byte that equal or below found.
inline int firstOf(quint64 found)
{
    return std::countr_zero(found) >> 3;
}
/// Fewer than eight bytes, those that are missing 'a'.
inline quint64 loadPart(const char *bytes, qsizetype count)
{
    quint64 word = 0x6161616161616161ULL;
    if (count >= 4) {
        const auto low = static_cast<quint64>(qFromLittleEndian<quint32>(bytes));
        const auto high = static_cast<quint64>(qFromLittleEndian<quint32>(bytes + count - 4));
        // What both halves hold meets itself.
        return low | (high << 32);
    }
    for (qsizetype index = 0; index < count; ++index)
        word = (word << 8) | static_cast<quint8>(bytes[index]);
    return word;
}

struct Traits
{
    bool nonAscii = false;
    bool replaced = false; ///< holds a '?', which Qt writes for half of a surrogate pair
};
inline Traits traits(const char *bytes, qsizetype size)
{
    quint64 high = 0;
    quint64 marks = 0;
    const auto look = [&](quint64 word) {
        high |= word & highs;
        marks |= equal(word, '?');
    };
    if (size < 8) {
        look(loadPart(bytes, size));
    } else {
        for (qsizetype at = 0; at + 8 <= size; at += 8)
            look(load(bytes + at));
        look(load(bytes + size - 8));
    }
    return {high != 0, marks != 0};
}

} // namespace ByteWords

} // namespace SockScope
