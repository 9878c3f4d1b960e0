#pragma once

#include <QtGlobal>

#include <array>
#include <deque>
#include <vector>

namespace SockScope {

/*! What was counted over time, fine for what is recent and coarse for what is long past.
 *  Path    RateCounts, GaugeHistory → [this] → a plot
 *  Shape   three rings of buckets that all count everything: 100 ms for 2 minutes, 1 s for an hour, 10 s for a day. A
 *          Bucket has merge(const Bucket &). What leaves a ring, or is older than its first bucket, is merged into
 *          older(): of each level, the buckets and older() together are all that was added
 *  Units   nanoseconds since 1970 UTC
 *  Errors  none: a time before the oldest bucket is counted in older()
 *  Thread  a value
 *  Source  round-robin databases (RRDtool)
 */
template <typename Bucket>
class BucketLevels
{
public:
    struct Level
    {
        qint64 widthNs = 0;
        qsizetype capacity = 0;
        qint64 first = 0; ///< of buckets: the time of the first, in widths
        std::deque<Bucket> buckets;
        Bucket older{};
    };
    static constexpr int levelCount = 3;
    static constexpr qint64 secondNs = 1'000'000'000;
    static constexpr std::array<qint64, levelCount> widthsNs{secondNs / 10, secondNs, 10 * secondNs};
    static constexpr std::array<qsizetype, levelCount> capacities{1200, 3600, 8640};

    BucketLevels()
    {
        for (size_t i = 0; i < m_levels.size(); ++i) {
            m_levels[i].widthNs = widthsNs[i];
            m_levels[i].capacity = capacities[i];
        }
    }

    void add(qint64 timeNs, const Bucket &bucket)
    {
        for (Level &level : m_levels)
            addTo(level, floorDivided(timeNs, level.widthNs), bucket);
    }

    /// The finest level that has what is ageNs older than the newest.
    static int levelFor(qint64 ageNs)
    {
        int level = 0;
        while (level + 1 < levelCount && ageNs > widthsNs[size_t(level)] * (capacities[size_t(level)] - 1))
            ++level;
        return level;
    }

    /// Merges what the level has into out, whose first bucket begins at firstNs; stepNs is a multiple of the width.
    void read(int level, qint64 firstNs, qint64 stepNs, std::vector<Bucket> &out) const
    {
        const Level &from = m_levels[static_cast<size_t>(level)];
        const qint64 begin = floorDivided(firstNs, from.widthNs);
        const auto end = begin + stepNs / from.widthNs * static_cast<qint64>(out.size());
        const qint64 last = qMin(end, from.first + static_cast<qint64>(from.buckets.size()));
        for (qint64 at = qMax(begin, from.first); at < last; ++at) {
            const auto target = static_cast<size_t>((at * from.widthNs - firstNs) / stepNs);
            out[target].merge(from.buckets[static_cast<size_t>(at - from.first)]);
        }
    }

    const Level &level(int number) const { return m_levels[static_cast<size_t>(number)]; }
    bool isEmpty() const { return m_levels.back().buckets.empty(); }
    /// Where the first bucket of the coarsest level begins; 0 when there is none.
    qint64 earliestNs() const { return isEmpty() ? 0 : m_levels.back().first * m_levels.back().widthNs; }

    static qint64 floorDivided(qint64 value, qint64 divisor)
    {
        const qint64 quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

private:
    static void addTo(Level &level, qint64 at, const Bucket &bucket)
    {
        std::deque<Bucket> &buckets = level.buckets;
        const auto size = static_cast<qint64>(buckets.size());
        if (size == 0) {
            level.first = at;
            buckets.push_back(bucket);
        } else if (at < level.first) {
            if (level.first - at + size > level.capacity)
                return level.older.merge(bucket);
            buckets.insert(buckets.begin(), static_cast<size_t>(level.first - at), Bucket{});
            level.first = at;
            buckets.front().merge(bucket);
        } else if (at - level.first < size) {
            buckets[static_cast<size_t>(at - level.first)].merge(bucket);
        } else {
            // What leaves goes first, so that a jump of a year costs no more than what there was.
            const qint64 first = qMax(level.first, at - level.capacity + 1);
            const qint64 leaving = qMin(first - level.first, size);
            for (qint64 i = 0; i < leaving; ++i) {
                level.older.merge(buckets.front());
                buckets.pop_front();
            }
            level.first = buckets.empty() ? at : level.first + leaving;
            buckets.resize(static_cast<size_t>(at - level.first + 1));
            buckets.back().merge(bucket);
        }
    }

    std::array<Level, levelCount> m_levels;
};

} // namespace SockScope
