#include "core/dispatch/handlerstats.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace SockScope {

// Eight buckets of one nanosecond each, then eight for every power of two from 8 on.
int DurationHistogram::bucketOf(qint64 ns)
{
    if (ns < 8)
        return static_cast<int>(qMax(ns, qint64(0)));
    const int exponent = static_cast<int>(std::bit_width(static_cast<quint64>(ns))) - 1;
    const int index = (exponent - 2) * 8 + static_cast<int>(ns >> (exponent - 3) & 7);
    return qMin(index, bucketCount - 1);
}

qint64 DurationHistogram::lowerBoundNs(int index)
{
    if (index < 8)
        return qMax(index, 0);
    return qint64(8 + index % 8) << (index / 8 - 1);
}

void DurationHistogram::add(qint64 ns)
{
    ns = qMax(ns, qint64(0));
    quint32 &bucket = m_buckets[static_cast<size_t>(bucketOf(ns))];
    if (bucket == std::numeric_limits<quint32>::max()) {
        for (quint32 &each : m_buckets) // keeps the shape, and so the quantiles
            each /= 2;
    }
    ++bucket;
    m_minimum = m_count ? qMin(m_minimum, ns) : ns;
    m_maximum = qMax(m_maximum, ns);
    m_total += ns;
    ++m_count;
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
