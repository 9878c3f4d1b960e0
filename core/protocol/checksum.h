#pragma once

#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <array>

namespace SockScope {

/*! A checksum algorithm by its well-known name.
 *  Path    beside the layout codec
 *  Shape   a CRC of 8 to 32 bits by its six parameters, or a sum
 *  Units   widthBits: 8, 16 or 32
 *  Errors  find answers null for an unknown name
 *  Thread  immutable: any thread
 *  Source  R. Williams, "A painless guide to CRC error detection algorithms" (the parametric model);
 *          G. Cook's catalogue of parametrised CRC algorithms (names, check values); RFC 1950 (Adler-32); Fletcher 1982
 */
class Checksum
{
public:
    enum class Kind : quint8 { Crc, Sum, TwosComplement, Xor, Fletcher16, Adler32 };

    /// As the catalogue writes it, or an alias of it; whatever the case.
    static const Checksum *find(QStringView name);
    /// The names that find knows, aliases left out.
    static QStringList names();

    constexpr Checksum(const char *name, const char *aliases, Kind kind, int widthBits, quint32 polynomial = 0,
                       quint32 initial = 0, bool reflectIn = false, bool reflectOut = false, quint32 xorOut = 0)
        : m_name(name)
        , m_aliases(aliases)
        , m_kind(kind)
        , m_widthBits(widthBits)
        , m_initial(initial)
        , m_xorOut(xorOut)
        , m_reflectIn(reflectIn)
        , m_reflectOut(reflectOut)
        , m_table(kind == Kind::Crc ? makeTable(widthBits, polynomial, reflectIn) : std::array<quint32, 256>{})
    {
    }

    QString name() const { return QString::fromLatin1(m_name); }
    int widthBits() const { return m_widthBits; }
    quint32 compute(QByteArrayView bytes) const;

private:
    static constexpr quint32 reflected(quint32 value, int bits)
    {
        quint32 result = 0;
        for (int bit = 0; bit < bits; ++bit)
            result |= ((value >> bit) & 1U) << (bits - 1 - bit);
        return result;
    }
    // A register that shifts left keeps its bits at the top of 32, so that every width runs through the same loop.
    static constexpr std::array<quint32, 256> makeTable(int widthBits, quint32 polynomial, bool reflectIn)
    {
        std::array<quint32, 256> table{};
        const quint32 low = reflected(polynomial, widthBits);
        const quint32 high = polynomial << (32 - widthBits);
        for (quint32 byte = 0; byte < 256; ++byte) {
            quint32 value = reflectIn ? byte : byte << 24;
            for (int bit = 0; bit < 8; ++bit) {
                if (reflectIn)
                    value = (value & 1U) ? (value >> 1) ^ low : value >> 1;
                else
                    value = (value & 0x80000000U) ? (value << 1) ^ high : value << 1;
            }
            table[byte] = value;
        }
        return table;
    }
    quint32 crc(QByteArrayView bytes) const;

    const char *m_name;
    const char *m_aliases; // separated by blanks
    Kind m_kind;
    int m_widthBits;
    quint32 m_initial;
    quint32 m_xorOut;
    bool m_reflectIn;
    bool m_reflectOut;
    std::array<quint32, 256> m_table;
};

} // namespace SockScope
