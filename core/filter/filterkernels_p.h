#pragma once

#include <QtGlobal>

#include <vector>

#include "core/filter/filternumber_p.h"
#include "core/filter/filterscan_p.h"

// What runs over whole columns, 64 messages at a time.

namespace SockScope {

/// Bit i: (column[i] & bits) == value, for 64 messages.
quint64 equalBits(const quint16 *column, quint16 bits, quint16 value);
/// Bit i: low <= column[i] <= high, for 64 messages.
quint64 rangeBits(const quint32 *column, quint32 low, quint32 high);

/// Clears the bits of messages that do not pass: whole answers for 64 from a place on, one for a single message.
/// Nothing behind the last message of the scan is read: another thread may be writing there.
template <typename Whole, typename One>
void keepWords(FilterScan &scan, quint64 *mask, Whole whole, One one)
{
    for (size_t word = 0; word < scan.words(); ++word) {
        if (mask[word] == 0)
            continue;
        const int first = scan.base() + static_cast<int>(word) * 64;
        if (first + 64 <= scan.to()) {
            mask[word] &= whole(first);
            continue;
        }
        for (quint64 bits = mask[word]; bits; bits &= bits - 1) {
            const int bit = std::countr_zero(bits);
            if (!one(first + bit))
                mask[word] &= ~(quint64(1) << bit);
        }
    }
}

inline void keepEqual(FilterScan &scan, quint64 *mask, const quint16 *column, quint16 bits, quint16 value,
                      bool negated = false)
{
    const quint64 flip = negated ? ~quint64(0) : 0;
    keepWords(
        scan, mask, [=](int first) { return equalBits(column + first, bits, value) ^ flip; },
        [=](int i) { return ((column[i] & bits) == value) != negated; });
}

/// A column of numbers into a table: each entry of the table is looked at once, then the column alone.
template <typename Predicate>
void keepTable(FilterScan &scan, quint64 *mask, const quint16 *column, size_t tableSize, Predicate predicate)
{
    if (static_cast<size_t>(scan.count()) < tableSize) {
        scan.keepIf(mask, [&](int i) { return predicate(column[i]); });
        return;
    }
    std::vector<quint8> passes(tableSize);
    size_t passing = 0;
    size_t last = 0;
    for (size_t entry = 0; entry < tableSize; ++entry) {
        passes[entry] = predicate(entry) ? 1 : 0;
        if (passes[entry]) {
            ++passing;
            last = entry;
        }
    }
    if (passing == tableSize)
        return;
    if (passing == 0) {
        std::fill_n(mask, scan.words(), quint64(0));
        return;
    }
    if (passing == 1) {
        keepEqual(scan, mask, column, 0xffff, static_cast<quint16>(last));
        return;
    }
    const quint8 *table = passes.data();
    keepWords(
        scan, mask,
        [=](int first) {
            quint64 bits = 0;
            for (int i = 0; i < 64; ++i)
                bits |= static_cast<quint64>(table[column[first + i]]) << i;
            return bits;
        },
        [=](int i) { return table[column[i]] != 0; });
}

/// Whole numbers that pass: those in one of the ranges, or those in none of them.
struct FilterRanges
{
    std::vector<FilterRange> ranges;
    bool negated = false;

    bool contains(qint64 number) const
    {
        for (const FilterRange &range : ranges) {
            if (range.contains(number))
                return !negated;
        }
        return negated;
    }
};

} // namespace SockScope
