#include "core/time/counterrate.h"

#include <cstdlib>

namespace SockScope {

quint64 CounterRate::watch(const Reading &reading)
{
    const std::lock_guard lock(m_mutex);
    if (scale() != 0)
        return scale();
    if (!m_began || reading.ticks <= m_began->ticks || std::abs(reading.sleptNs - m_began->sleptNs) >= leastSleepNs) {
        m_began = reading;
        return 0;
    }
    const qint64 passedNs = reading.steadyNs - m_began->steadyNs;
    if (passedNs < shortestNs)
        return 0;
    const double rate = static_cast<double>(passedNs) / static_cast<double>(reading.ticks - m_began->ticks);
    if (rate > 0.05 && rate < 10) // 100 MHz to 20 GHz
        m_scale.store(static_cast<quint64>(rate * static_cast<double>(quint64(1) << scaleBits)),
                      std::memory_order_relaxed);
    else
        m_began = reading;
    return scale();
}

} // namespace SockScope
