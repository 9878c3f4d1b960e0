#include "core/filter/bytesearch_p.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace SockScope {

namespace {

constexpr quint8 caseBit = 0x20;

bool isLetter(char c)
{
    const auto lower = static_cast<quint8>(static_cast<quint8>(c) | caseBit);
    return lower >= 'a' && lower <= 'z';
}

char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | caseBit) : c;
}

} // namespace

ByteSearch::ByteSearch(QByteArray wanted, Case letters)
    : m_wanted(std::move(wanted))
    , m_folded(letters == Case::Folded)
    , m_firstBit(0)
    , m_lastBit(0)
{
    if (!m_folded || m_wanted.isEmpty())
        return;
    for (char &c : m_wanted)
        c = folded(c);
    m_firstBit = isLetter(m_wanted.front()) ? caseBit : 0;
    m_lastBit = isLetter(m_wanted.back()) ? caseBit : 0;
}

bool ByteSearch::isAt(const char *place) const
{
    const auto size = static_cast<size_t>(m_wanted.size());
    const char *wanted = m_wanted.constData();
    if (!m_folded)
        return std::memcmp(place, wanted, size) == 0;
    for (size_t i = 0; i < size; ++i) {
        if (folded(place[i]) != wanted[i])
            return false;
    }
    return true;
}

const char *ByteSearch::find(const char *begin, const char *end) const
{
    const qsizetype size = m_wanted.size();
    if (size == 0)
        return begin;
    if (end - begin < size)
        return end;
    const char *place = begin;
    const char *stop = end - size + 1; // behind the last place where it can begin
#if defined(__SSE2__)
    const __m128i first = _mm_set1_epi8(m_wanted.front());
    const __m128i last = _mm_set1_epi8(m_wanted.back());
    const __m128i firstBit = _mm_set1_epi8(static_cast<char>(m_firstBit));
    const __m128i lastBit = _mm_set1_epi8(static_cast<char>(m_lastBit));
    const auto candidates = [&](const char *at) {
        const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at + size - 1));
        const __m128i fit = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(a, firstBit), first),
                                          _mm_cmpeq_epi8(_mm_or_si128(b, lastBit), last));
        return static_cast<quint32>(_mm_movemask_epi8(fit));
    };
    for (; stop - place >= 64; place += 64) {
        const quint64 low = candidates(place) | static_cast<quint64>(candidates(place + 16)) << 16;
        const quint64 high = candidates(place + 32) | static_cast<quint64>(candidates(place + 48)) << 16;
        for (quint64 fits = low | high << 32; fits; fits &= fits - 1) {
            if (isAt(place + std::countr_zero(fits)))
                return place + std::countr_zero(fits);
        }
    }
    // What is left in steps of 16; the last one ends at the end and looks at some places again.
    while (place < stop && stop - begin >= 16) {
        const char *block = stop - place >= 16 ? place : stop - 16;
        for (quint32 fits = candidates(block); fits; fits &= fits - 1) {
            if (isAt(block + std::countr_zero(fits)))
                return block + std::countr_zero(fits);
        }
        place = block + 16;
    }
#endif
    for (; place < stop; ++place) {
        const auto byte = static_cast<quint8>(static_cast<quint8>(*place) | m_firstBit);
        if (byte == static_cast<quint8>(m_wanted.front()) && isAt(place))
            return place;
    }
    return end;
}

} // namespace SockScope
