#include "core/compose/sendpace.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace SockScope {

namespace {
constexpr qint64 catchUpNs = 20'000'000;
constexpr double rounding = 1e-6; // of a token: sums of fractions end just below a whole one
} // namespace

QString SendPace::problem() const
{
    if (intervalNs < 0 || jitterNs < 0 || perSecond < 0)
        return QStringLiteral("a pace cannot be negative: write 0 for none");
    if (burst < 1 || burst > maximumBurst)
        return QStringLiteral("a burst of %1 messages: write 1 to %2").arg(burst).arg(maximumBurst);
    if (perSecond > maximumPerSecond)
        return QStringLiteral("%1 messages a second: write at most %2").arg(perSecond).arg(maximumPerSecond);
    if (jitterNs > 0 && intervalNs == 0)
        return QStringLiteral("jitter without an interval: say what it shall vary");
    if (jitterNs > intervalNs)
        return QStringLiteral("the jitter is longer than the interval: make it at most the interval");
    return {};
}

Pacer::Pacer(const SendPace &pace, QRandomGenerator64 random)
    : m_pace(pace)
    , m_random(random)
{
}

void Pacer::start(qint64 nowNs)
{
    m_baseNs = nowNs;
    m_burstNs = nowNs;
    m_filledNs = nowNs;
    m_left = 0;
    m_tokens = static_cast<double>(m_pace.burst);
}

void Pacer::beginBurst(qint64 nowNs)
{
    m_left = m_pace.burst;
    if (m_pace.intervalNs == 0)
        return;
    if (nowNs - m_burstNs > catchUpNs)
        m_baseNs = nowNs;
    m_baseNs += m_pace.intervalNs;
    const double part = m_pace.jitterNs > 0 ? 2 * m_random.generateDouble() - 1 : 0;
    m_burstNs = m_baseNs + static_cast<qint64>(part * static_cast<double>(m_pace.jitterNs));
}

qint64 Pacer::due(qint64 nowNs)
{
    const auto perSecond = static_cast<double>(m_pace.perSecond);
    if (m_pace.perSecond > 0) {
        const double deepest = std::max(static_cast<double>(m_pace.burst), perSecond * catchUpNs / 1e9);
        m_tokens = std::min(deepest, m_tokens + static_cast<double>(nowNs - m_filledNs) * perSecond / 1e9);
    }
    m_filledNs = nowNs;
    const auto whole = m_pace.perSecond > 0 ? static_cast<qint64>(std::floor(m_tokens + rounding))
                                            : std::numeric_limits<qint64>::max();
    if (m_left == 0 && (m_pace.intervalNs > 0 ? nowNs >= m_burstNs : whole >= m_pace.burst))
        beginBurst(nowNs);
    return std::min(m_left, whole);
}

void Pacer::take()
{
    --m_left;
    if (m_pace.perSecond > 0)
        m_tokens -= 1;
}

qint64 Pacer::nextNs() const
{
    if (m_left == 0 && m_pace.intervalNs > 0)
        return m_burstNs;
    const double needed = m_left == 0 ? static_cast<double>(m_pace.burst) : 1.0;
    const double missing = std::max(0.0, needed - m_tokens);
    return m_pace.perSecond > 0
               ? m_filledNs + static_cast<qint64>(std::ceil(missing * 1e9 / static_cast<double>(m_pace.perSecond)))
               : m_filledNs;
}

} // namespace SockScope
