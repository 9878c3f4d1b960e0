#include "core/filter/filterkernels_p.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace SockScope {

#if defined(__SSE2__)

namespace {

__m128i load(const void *from)
{
    return _mm_loadu_si128(static_cast<const __m128i *>(from));
}

quint64 bitsOf(__m128i bytes, int shift)
{
    return static_cast<quint64>(static_cast<quint32>(_mm_movemask_epi8(bytes))) << shift;
}

} // namespace

quint64 equalBits(const quint16 *column, quint16 bits, quint16 value)
{
    const __m128i mask = _mm_set1_epi16(static_cast<short>(bits));
    const __m128i wanted = _mm_set1_epi16(static_cast<short>(value));
    quint64 result = 0;
    for (int i = 0; i < 64; i += 16) {
        const __m128i a = _mm_cmpeq_epi16(_mm_and_si128(load(column + i), mask), wanted);
        const __m128i b = _mm_cmpeq_epi16(_mm_and_si128(load(column + i + 8), mask), wanted);
        result |= bitsOf(_mm_packs_epi16(a, b), i);
    }
    return result;
}

quint64 rangeBits(const quint32 *column, quint32 low, quint32 high)
{
    // SSE2 compares signed numbers only: both sides move down by 2^31.
    constexpr quint32 half = 0x80000000U;
    const __m128i base = _mm_set1_epi32(static_cast<int>(low));
    const __m128i bias = _mm_set1_epi32(static_cast<int>(half));
    const __m128i span = _mm_set1_epi32(static_cast<int>((high - low) ^ half));
    const auto outside = [&](int i) {
        return _mm_cmpgt_epi32(_mm_xor_si128(_mm_sub_epi32(load(column + i), base), bias), span);
    };
    quint64 result = 0;
    for (int i = 0; i < 64; i += 16) {
        const __m128i a = _mm_packs_epi32(outside(i), outside(i + 4));
        const __m128i b = _mm_packs_epi32(outside(i + 8), outside(i + 12));
        result |= bitsOf(_mm_packs_epi16(a, b), i);
    }
    return ~result;
}

#else

quint64 equalBits(const quint16 *column, quint16 bits, quint16 value)
{
    quint64 result = 0;
    for (int i = 0; i < 64; ++i)
        result |= static_cast<quint64>((column[i] & bits) == value) << i;
    return result;
}

quint64 rangeBits(const quint32 *column, quint32 low, quint32 high)
{
    quint64 result = 0;
    for (int i = 0; i < 64; ++i)
        result |= static_cast<quint64>(column[i] - low <= high - low) << i;
    return result;
}

#endif

} // namespace SockScope
