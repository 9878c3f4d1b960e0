#pragma once

#include <QString>
#include <QtGlobal>

#include <array>
#include <bit>
#include <limits>

#include "core/types/messagetype.h"

namespace SockScope {

/*! Durations in buckets of a few per cent: adding one costs an increment.
 *  Path    beside dispatch
 *  Shape   bucket i holds durations in [lowerBound(i), lowerBound(i + 1)); 8 buckets a power of two
 *  Units   nanoseconds
 *  Errors  durations below 0 count as 0, those above the last bucket in the last
 *  Thread  one thread; copies anywhere
 *  Source  HdrHistogram's log-linear buckets
 */
class DurationHistogram
{
public:
    static constexpr int bucketCount = 8 * 40;

    void add(qint64 ns)
    {
        ns = qMax(ns, qint64(0));
        quint32 &bucket = m_buckets[static_cast<size_t>(bucketOf(ns))];
        if (++bucket == 0) [[unlikely]]
            halve(bucket);
        m_minimum = qMin(m_minimum, ns);
        m_maximum = qMax(m_maximum, ns);
        m_total += ns;
        ++m_count;
    }
    void clear();
    quint64 count() const { return m_count; }
    qint64 totalNs() const { return m_total; }
    qint64 maximumNs() const { return m_maximum; }
    qint64 minimumNs() const { return m_count ? m_minimum : 0; }
    qint64 meanNs() const { return m_count ? m_total / static_cast<qint64>(m_count) : 0; }
    /// The upper bound of the bucket that holds the quantile, never above the maximum; 0 when empty.
    qint64 quantileNs(double quantile) const;
    quint64 bucket(int index) const { return m_buckets[static_cast<size_t>(index)]; }
    static qint64 lowerBoundNs(int index);
    static int bucketOf(qint64 ns)
    {
        // Eight buckets of one nanosecond each, then eight for every power of two from 8 on.
        if (ns < 8)
            return ns < 0 ? 0 : static_cast<int>(ns);
        const int exponent = 63 - std::countl_zero(static_cast<quint64>(ns));
        const int index = (exponent - 2) * 8 + static_cast<int>(ns >> (exponent - 3) & 7);
        return qMin(index, bucketCount - 1);
    }

private:
    void halve(quint32 &overflown);

    std::array<quint32, bucketCount> m_buckets{};
    quint64 m_count = 0;
    qint64 m_total = 0;
    qint64 m_maximum = 0;
    qint64 m_minimum = std::numeric_limits<qint64>::max();
};

using HandlerId = quint64;

/*! What one handler did so far.
 *  Path    dispatch → the inspector
 *  Shape   a row of the handler table; id 0 is the row of a type that has no handler (calls: its messages)
 *  Units   nanoseconds
 *  Errors  none
 *  Thread  a value
 *  Source  none
 */
struct HandlerStats
{
    HandlerId id = 0;
    MessageType type;
    QString name;
    bool enabled = true;
    bool concurrent = false;
    bool catchAll = false; ///< the unknown-type path
    quint64 calls = 0;
    quint64 errors = 0;
    quint64 skipped = 0; ///< messages that came while it was disabled
    QString lastError;
    DurationHistogram run;
    DurationHistogram queueWait;
};

} // namespace SockScope
