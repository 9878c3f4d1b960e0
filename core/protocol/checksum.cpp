#include "core/protocol/checksum.h"

#include <algorithm>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = Checksum::Kind;

// Name, aliases, width, polynomial, initial value, reflected in, reflected out, xor at the end.
constexpr Checksum algorithms[] = {
    {"CRC-8/SMBUS", "CRC-8", Kind::Crc, 8, 0x07, 0x00, false, false, 0x00},
    {"CRC-8/AUTOSAR", "", Kind::Crc, 8, 0x2f, 0xff, false, false, 0xff},
    {"CRC-8/BLUETOOTH", "", Kind::Crc, 8, 0xa7, 0x00, true, true, 0x00},
    {"CRC-8/CDMA2000", "", Kind::Crc, 8, 0x9b, 0xff, false, false, 0x00},
    {"CRC-8/DVB-S2", "", Kind::Crc, 8, 0xd5, 0x00, false, false, 0x00},
    {"CRC-8/I-432-1", "CRC-8/ITU", Kind::Crc, 8, 0x07, 0x00, false, false, 0x55},
    {"CRC-8/MAXIM-DOW", "CRC-8/MAXIM DOW-CRC", Kind::Crc, 8, 0x31, 0x00, true, true, 0x00},
    {"CRC-8/NRSC-5", "", Kind::Crc, 8, 0x31, 0xff, false, false, 0x00},
    {"CRC-8/ROHC", "", Kind::Crc, 8, 0x07, 0xff, true, true, 0x00},
    {"CRC-8/SAE-J1850", "", Kind::Crc, 8, 0x1d, 0xff, false, false, 0xff},
    {"CRC-8/TECH-3250", "CRC-8/AES CRC-8/EBU", Kind::Crc, 8, 0x1d, 0xff, true, true, 0x00},
    {"CRC-8/WCDMA", "", Kind::Crc, 8, 0x9b, 0x00, true, true, 0x00},
    {"CRC-16/ARC", "CRC-16 CRC-16/LHA CRC-IBM", Kind::Crc, 16, 0x8005, 0x0000, true, true, 0x0000},
    {"CRC-16/CMS", "", Kind::Crc, 16, 0x8005, 0xffff, false, false, 0x0000},
    {"CRC-16/DNP", "", Kind::Crc, 16, 0x3d65, 0x0000, true, true, 0xffff},
    {"CRC-16/EN-13757", "", Kind::Crc, 16, 0x3d65, 0x0000, false, false, 0xffff},
    {"CRC-16/GENIBUS", "CRC-16/EPC CRC-16/I-CODE", Kind::Crc, 16, 0x1021, 0xffff, false, false, 0xffff},
    {"CRC-16/IBM-3740", "CRC-16/CCITT-FALSE CRC-16/AUTOSAR", Kind::Crc, 16, 0x1021, 0xffff, false, false, 0x0000},
    {"CRC-16/IBM-SDLC", "CRC-16/X-25 X-25 CRC-16/ISO-HDLC CRC-16/CCITT-X25", Kind::Crc, 16, 0x1021, 0xffff, true, true,
     0xffff},
    {"CRC-16/KERMIT", "CRC-16/CCITT CRC-16/CCITT-TRUE KERMIT CRC-CCITT", Kind::Crc, 16, 0x1021, 0x0000, true, true,
     0x0000},
    {"CRC-16/MAXIM-DOW", "CRC-16/MAXIM", Kind::Crc, 16, 0x8005, 0x0000, true, true, 0xffff},
    {"CRC-16/MCRF4XX", "", Kind::Crc, 16, 0x1021, 0xffff, true, true, 0x0000},
    {"CRC-16/MODBUS", "MODBUS", Kind::Crc, 16, 0x8005, 0xffff, true, true, 0x0000},
    {"CRC-16/SPI-FUJITSU", "CRC-16/AUG-CCITT", Kind::Crc, 16, 0x1021, 0x1d0f, false, false, 0x0000},
    {"CRC-16/T10-DIF", "", Kind::Crc, 16, 0x8bb7, 0x0000, false, false, 0x0000},
    {"CRC-16/UMTS", "CRC-16/BUYPASS", Kind::Crc, 16, 0x8005, 0x0000, false, false, 0x0000},
    {"CRC-16/USB", "", Kind::Crc, 16, 0x8005, 0xffff, true, true, 0xffff},
    {"CRC-16/XMODEM", "XMODEM CRC-16/ACORN", Kind::Crc, 16, 0x1021, 0x0000, false, false, 0x0000},
    {"CRC-32/ISO-HDLC", "CRC-32 CRC-32/ADCCP CRC-32/V-42 CRC-32/XZ PKZIP", Kind::Crc, 32, 0x04c11db7, 0xffffffff, true,
     true, 0xffffffff},
    {"CRC-32/AUTOSAR", "", Kind::Crc, 32, 0xf4acfb13, 0xffffffff, true, true, 0xffffffff},
    {"CRC-32/BASE91-D", "CRC-32D", Kind::Crc, 32, 0xa833982b, 0xffffffff, true, true, 0xffffffff},
    {"CRC-32/BZIP2", "CRC-32/AAL5", Kind::Crc, 32, 0x04c11db7, 0xffffffff, false, false, 0xffffffff},
    {"CRC-32/CKSUM", "CRC-32/POSIX CKSUM", Kind::Crc, 32, 0x04c11db7, 0x00000000, false, false, 0xffffffff},
    {"CRC-32/ISCSI", "CRC-32C CRC-32/CASTAGNOLI", Kind::Crc, 32, 0x1edc6f41, 0xffffffff, true, true, 0xffffffff},
    {"CRC-32/JAMCRC", "JAMCRC", Kind::Crc, 32, 0x04c11db7, 0xffffffff, true, true, 0x00000000},
    {"CRC-32/MPEG-2", "", Kind::Crc, 32, 0x04c11db7, 0xffffffff, false, false, 0x00000000},
    {"CRC-32/XFER", "XFER", Kind::Crc, 32, 0x000000af, 0x00000000, false, false, 0x00000000},
    {"SUM-8", "", Kind::Sum, 8},
    {"SUM-16", "", Kind::Sum, 16},
    {"SUM-32", "", Kind::Sum, 32},
    {"TWOS-COMPLEMENT-8", "LRC-8", Kind::TwosComplement, 8},
    {"TWOS-COMPLEMENT-16", "", Kind::TwosComplement, 16},
    {"TWOS-COMPLEMENT-32", "", Kind::TwosComplement, 32},
    {"XOR-8", "XOR BCC", Kind::Xor, 8},
    {"FLETCHER-16", "", Kind::Fletcher16, 16},
    {"ADLER-32", "ADLER32", Kind::Adler32, 32},
};

quint32 sumOf(QByteArrayView bytes)
{
    quint32 sum = 0;
    for (const char byte : bytes)
        sum += static_cast<quint8>(byte);
    return sum;
}

/// Two running sums; together is where the second one stands in the result.
quint32 twoSums(QByteArrayView bytes, quint32 first, quint32 modulus, int together)
{
    quint32 second = 0;
    for (const char byte : bytes) {
        first = (first + static_cast<quint8>(byte)) % modulus;
        second = (second + first) % modulus;
    }
    return second << together | first;
}

} // namespace

const Checksum *Checksum::find(QStringView name)
{
    for (const Checksum &one : algorithms) {
        if (name.compare(QLatin1StringView(one.m_name), Qt::CaseInsensitive) == 0)
            return &one;
    }
    if (name.isEmpty())
        return nullptr;
    for (const Checksum &one : algorithms) {
        const QStringList aliases = QString::fromLatin1(one.m_aliases).split(u' ');
        if (aliases.contains(name, Qt::CaseInsensitive))
            return &one;
    }
    return nullptr;
}

QStringList Checksum::names()
{
    QStringList result;
    for (const Checksum &one : algorithms)
        result += one.name();
    return result;
}

quint32 Checksum::crc(QByteArrayView bytes) const
{
    const quint32 mask = m_widthBits == 32 ? ~0U : (1U << m_widthBits) - 1;
    quint32 value = 0;
    if (m_reflectIn) {
        value = reflected(m_initial, m_widthBits);
        for (const char byte : bytes)
            value = m_table[(value ^ static_cast<quint8>(byte)) & 0xff] ^ (value >> 8);
    } else {
        value = m_initial << (32 - m_widthBits);
        for (const char byte : bytes)
            value = m_table[(value >> 24) ^ static_cast<quint8>(byte)] ^ (value << 8);
        value >>= 32 - m_widthBits;
    }
    if (m_reflectIn != m_reflectOut)
        value = reflected(value, m_widthBits);
    return (value ^ m_xorOut) & mask;
}

quint32 Checksum::compute(QByteArrayView bytes) const
{
    const quint32 mask = m_widthBits == 32 ? ~0U : (1U << m_widthBits) - 1;
    switch (m_kind) {
    case Kind::Crc:
        return crc(bytes);
    case Kind::Sum:
        return sumOf(bytes) & mask;
    case Kind::TwosComplement:
        return (0U - sumOf(bytes)) & mask;
    case Kind::Xor: {
        quint8 value = 0;
        for (const char byte : bytes)
            value = static_cast<quint8>(value ^ static_cast<quint8>(byte));
        return value;
    }
    case Kind::Fletcher16:
        return twoSums(bytes, 0, 255, 8);
    case Kind::Adler32:
        return twoSums(bytes, 1, 65521, 16);
    }
    return 0;
}

} // namespace SockScope
