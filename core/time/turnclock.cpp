#include "core/time/turnclock.h"

#include <atomic>
#include <utility>

#include "core/time/steadyclock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#ifdef Q_OS_LINUX
#include <cstdio>
#include <cstring>
#endif

namespace SockScope {

namespace {

#if defined(__x86_64__)

constexpr qint64 calibrationNs = 20'000'000; ///< both ends are read within some 50 ns: wrong by a few millionths
constexpr quint64 longestNs = 10'000'000;

/// The counter must run at one rate on all cores, and the system must trust it.
bool isCounterTrusted()
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (!__get_cpuid(0x80000007, &a, &b, &c, &d) || (d & 1U << 8) == 0)
        return false;
#ifdef Q_OS_LINUX
    char name[16] = {};
    std::FILE *file = std::fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
    if (!file)
        return false;
    const bool read = std::fgets(name, sizeof name, file) != nullptr;
    std::fclose(file);
    return read && std::strncmp(name, "tsc", 3) == 0;
#else
    return false;
#endif
}

struct TickRate
{
    bool trusted = isCounterTrusted();
    qint64 beganNs = SteadyClock::instance()->nowNs();
    quint64 beganTicks = __builtin_ia32_rdtsc();
    std::atomic<quint64> scale{0};

    /// 0 until the counter has been watched long enough.
    quint64 known(qint64 nowNs, quint64 ticks)
    {
        const quint64 value = scale.load(std::memory_order_relaxed);
        if (value != 0 || !trusted || nowNs - beganNs < calibrationNs || ticks <= beganTicks)
            return value;
        const double rate = static_cast<double>(nowNs - beganNs) / static_cast<double>(ticks - beganTicks);
        if (rate > 0.05 && rate < 10) // 100 MHz to 20 GHz
            scale.store(static_cast<quint64>(rate * 4294967296.0), std::memory_order_relaxed);
        return scale.load(std::memory_order_relaxed);
    }
};

TickRate &tickRate()
{
    static TickRate rate;
    return rate;
}

#endif

} // namespace

TurnClock::TurnClock(std::shared_ptr<Clock> clock)
    : m_clock(clock ? std::move(clock) : SteadyClock::instance())
    , m_steady(dynamic_cast<SteadyClock *>(m_clock.get()) != nullptr)
{
    start();
}

qint64 TurnClock::start()
{
    const qint64 nowNs = m_clock->nowNs();
#if defined(__x86_64__)
    if (m_steady) {
        const quint64 ticks = __builtin_ia32_rdtsc();
        // What the counter said last may be some nanoseconds ahead of the clock.
        const quint64 passed = ticks - m_startTicks;
        const qint64 said = passed < m_longestTicks ? static_cast<qint64>(passed * m_scale >> scaleBits) : 0;
        m_startTicks = ticks;
        m_startNs = qMax(nowNs, m_startNs + said);
        if (m_scale == 0) {
            m_scale = tickRate().known(nowNs, ticks);
            m_longestTicks = m_scale ? (longestNs << scaleBits) / m_scale : 0;
        }
        return m_startNs;
    }
#endif
    return nowNs;
}

} // namespace SockScope
