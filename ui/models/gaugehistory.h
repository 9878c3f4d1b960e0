#pragma once

#include <array>
#include <vector>

#include "core/tap/sockmonitor.h"
#include "ui/models/bucketlevels.h"
#include "ui/models/ratesteps.h"

namespace SockScope {

/// What a sock shows of itself with each report.
enum class Gauge : quint8 {
    TickPeriod, ///< milliseconds between the last two ticks
    ParseQueue, ///< messages
    InQueue,    ///< messages
    SendQueue   ///< bytes
};

/// The highest of what was seen.
struct GaugeBucket
{
    double highest = 0;
    quint32 samples = 0;

    void merge(const GaugeBucket &other)
    {
        highest = samples == 0 ? other.highest : other.samples == 0 ? highest : qMax(highest, other.highest);
        samples += other.samples;
    }
};

struct GaugeCurve
{
    quint32 sockId = 0;
    std::vector<GaugeBucket> buckets;
};

/*! Tick periods and queue depths of all socks over time.
 *  Path    SockSnapshot → [this] → a plot
 *  Shape   a value a report, and a sock reports at most every 33 ms: what happens between two reports is not seen. At
 *          most maximumSocks; the one that was silent longest gives its place to a new one
 *  Units   said at each Gauge; times in nanoseconds since 1970 UTC
 *  Errors  replaced() counts the socks that lost their place
 *  Thread  the window's
 *  Source  none
 */
class GaugeHistory
{
public:
    static constexpr size_t maximumSocks = 20;
    static constexpr size_t gaugeCount = 4;

    void sample(const SockSnapshot &snapshot);
    void clear();
    /// Only socks that have a value in the range.
    std::vector<GaugeCurve> read(Gauge gauge, const RateSteps &steps) const;
    quint64 replaced() const { return m_replaced; }
    qint64 latestNs() const { return m_latestNs; }

private:
    struct Sock
    {
        quint32 sockId = 0;
        qint64 sampledNs = 0; // the sock's clock
        qint64 wallNs = 0;
        quint64 ticks = 0;
        std::array<BucketLevels<GaugeBucket>, gaugeCount> gauges;
    };
    Sock &sockOf(quint32 sockId);

    std::vector<Sock> m_socks;
    quint64 m_replaced = 0;
    qint64 m_latestNs = 0;
};

} // namespace SockScope
