#include "core/store/crc32.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SOCKSCOPE_CRC_INSTRUCTION
#include <nmmintrin.h>
#endif

namespace SockScope {

namespace {

using Tables = std::array<std::array<quint32, 256>, 8>;

constexpr Tables makeTables()
{
    Tables tables{};
    for (quint32 i = 0; i < 256; ++i) {
        quint32 crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0u);
        tables[0][i] = crc;
    }
    for (size_t t = 1; t < 8; ++t) {
        for (size_t i = 0; i < 256; ++i)
            tables[t][i] = (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xff];
    }
    return tables;
}
constexpr Tables tables = makeTables();

quint32 byTables(const char *at, size_t left, quint32 crc)
{
    if constexpr (std::endian::native == std::endian::little) {
        for (; left >= 8; at += 8, left -= 8) {
            quint64 word = 0;
            std::memcpy(&word, at, sizeof(word));
            word ^= crc;
            crc = 0;
            for (size_t i = 0; i < 8; ++i)
                crc ^= tables[7 - i][(word >> (8 * i)) & 0xff];
        }
    }
    for (; left > 0; ++at, --left)
        crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<uchar>(*at)) & 0xff];
    return crc;
}

#ifdef SOCKSCOPE_CRC_INSTRUCTION
__attribute__((target("sse4.2"))) quint32 byInstruction(const char *at, size_t left, quint32 crc)
{
    quint64 wide = crc;
    for (; left >= 8; at += 8, left -= 8) {
        quint64 word = 0;
        std::memcpy(&word, at, sizeof(word));
        wide = _mm_crc32_u64(wide, word);
    }
    crc = static_cast<quint32>(wide);
    for (; left > 0; ++at, --left)
        crc = _mm_crc32_u8(crc, static_cast<uchar>(*at));
    return crc;
}
#endif

} // namespace

quint32 crc32(QByteArrayView bytes, quint32 before)
{
    const auto size = static_cast<size_t>(bytes.size());
#ifdef SOCKSCOPE_CRC_INSTRUCTION
    static const bool available = __builtin_cpu_supports("sse4.2");
    if (available)
        return ~byInstruction(bytes.data(), size, ~before);
#endif
    return ~byTables(bytes.data(), size, ~before);
}

} // namespace SockScope
