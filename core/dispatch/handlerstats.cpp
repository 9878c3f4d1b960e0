#include "core/dispatch/handlerstats.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace SockScope {

qint64 DurationHistogram::lowerBoundNs(int index)
{
    if (index < 8)
        return qMax(index, 0);
    return qint64(8 + index % 8) << (index / 8 - 1);
}

/// All at once, which keeps the shape, and so the quantiles.
void DurationHistogram::halve(quint32 &overflown)
{
    overflown = std::numeric_limits<quint32>::max();
    for (quint32 &each : m_buckets)
        each /= 2;
    ++overflown;
}

void DurationHistogram::clear()
{
    *this = {};
}

qint64 DurationHistogram::quantileNs(double quantile) const
{
    if (m_count == 0)
        return 0;
    const quint64 held = std::accumulate(m_buckets.begin(), m_buckets.end(), quint64(0));
    const double wanted = std::ceil(qBound(0.0, quantile, 1.0) * static_cast<double>(held));
    const quint64 rank = qMax(static_cast<quint64>(wanted), quint64(1));
    quint64 passed = 0;
    for (int i = 0; i < bucketCount - 1; ++i) {
        passed += bucket(i);
        if (passed >= rank)
            return qBound(m_minimum, lowerBoundNs(i + 1) - 1, m_maximum);
    }
    return m_maximum; // the last bucket has no upper bound of its own
}

} // namespace SockScope
