#include "core/time/turnclock.h"

#include <utility>

#include "core/time/steadyclock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#ifdef Q_OS_LINUX
#include <cstdio>
#include <cstring>
#include <ctime>
#endif

namespace SockScope {

namespace {

#if defined(__x86_64__)

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

/// How long the machine has slept since it started.
qint64 sleptNs()
{
#ifdef Q_OS_LINUX
    timespec awake{};
    timespec all{};
    ::clock_gettime(CLOCK_MONOTONIC, &awake);
    ::clock_gettime(CLOCK_BOOTTIME, &all);
    return (all.tv_sec - awake.tv_sec) * 1'000'000'000LL + all.tv_nsec - awake.tv_nsec;
#else
    return 0;
#endif
}

/// 0 until the counter has been watched long enough.
quint64 tickScale(qint64 nowNs, quint64 ticks)
{
    static const bool trusted = isCounterTrusted();
    static CounterRate rate;
    if (!trusted)
        return 0;
    const quint64 known = rate.scale();
    return known ? known : rate.watch({nowNs, sleptNs(), ticks});
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
            m_scale = tickScale(nowNs, ticks);
            m_longestTicks = m_scale ? (longestNs << scaleBits) / m_scale : 0;
        }
        return m_startNs;
    }
#endif
    return nowNs;
}

} // namespace SockScope
