#pragma once

#include <QtGlobal>

namespace SockScope {

/*! How a range of time is cut into equal steps that a person can name, and which level of a BucketLevels has them.
 *  Path    beside RateHistory and GaugeHistory
 *  Shape   steps of 1, 2 or 5 × 100 ms, 1 s, 10 s, then of 1, 2, 5, 10, 30 min and 1 h, aligned to the clock: a bucket
 *          keeps its place while the range moves
 *  Units   nanoseconds since 1970 UTC
 *  Errors  at most maximumSteps: a longer range has longer steps
 *  Thread  a value
 *  Source  none
 */
struct RateSteps
{
    static constexpr int maximumSteps = 4000;

    int level = 0;
    qint64 firstNs = 0;
    qint64 stepNs = 0;
    int count = 0;

    qint64 endNs() const { return firstNs + stepNs * count; }
    /// About so many steps from fromNs up to and with toNs, as fine as what is that much older than latestNs is kept.
    static RateSteps forRange(qint64 fromNs, qint64 toNs, int wanted, qint64 latestNs);
};

} // namespace SockScope
