#include "core/time/ticker.h"

#include <utility>

namespace SockScope {

Ticker::Ticker(std::shared_ptr<Clock> clock, std::function<void(const TickInfo &)> callback, bool precise)
    : m_clock(std::move(clock))
    , m_callback(std::move(callback))
    , m_precise(precise)
{
}

Ticker::~Ticker()
{
    if (m_destroyed)
        *m_destroyed = true;
}

void Ticker::start(qint64 intervalNs)
{
    stop();
    m_stats = {};
    m_lastActualNs = 0;
    m_lastDurationNs = 0;
    m_number = 0;
    if (intervalNs <= 0)
        return;
    m_stats.intervalNs = intervalNs;
    m_startNs = m_clock->nowNs();
    m_alarm = m_precise ? m_clock->createPreciseAlarm([this] { handleAlarm(); })
                        : m_clock->createAlarm([this] { handleAlarm(); });
    m_alarm->setDeadline(m_startNs + intervalNs);
}

void Ticker::stop()
{
    ++m_run;
    m_alarm.reset();
}

bool Ticker::isRunning() const
{
    return m_alarm != nullptr;
}

void Ticker::handleAlarm()
{
    const qint64 intervalNs = m_stats.intervalNs;
    const qint64 nowNs = m_clock->nowNs();
    const quint64 due = m_number + 1;
    const auto passed = static_cast<quint64>(qMax((nowNs - m_startNs) / intervalNs, qint64(0)));
    if (passed < due) { // a clock that called too early
        m_alarm->setDeadline(m_startNs + static_cast<qint64>(due) * intervalNs);
        return;
    }

    TickInfo info;
    info.number = passed;
    info.missed = passed - due;
    info.scheduledNs = m_startNs + static_cast<qint64>(passed) * intervalNs;
    info.actualNs = nowNs;
    info.lastDurationNs = m_lastDurationNs;

    const qint64 deviationNs = nowNs - info.scheduledNs;
    if (m_stats.ticks > 0)
        m_stats.lastPeriodNs = nowNs - m_lastActualNs;
    ++m_stats.ticks;
    m_stats.missed += info.missed;
    if (deviationNs > intervalNs / 10)
        ++m_stats.late;
    m_stats.lastDeviationNs = deviationNs;
    m_stats.maximumDeviationNs = qMax(m_stats.maximumDeviationNs, deviationNs);
    m_number = passed;
    m_lastActualNs = nowNs;

    const quint64 run = m_run;
    bool destroyed = false;
    bool *const outer = std::exchange(m_destroyed, &destroyed); // the callback may run an event loop of its own
    const std::function<void(const TickInfo &)> callback = m_callback;
    callback(info);
    if (destroyed) {
        if (outer)
            *outer = true;
        return;
    }
    m_destroyed = outer;
    if (run != m_run) // stopped or started again
        return;
    m_lastDurationNs = m_clock->nowNs() - nowNs;
    m_alarm->setDeadline(m_startNs + static_cast<qint64>(m_number + 1) * intervalNs);
}

} // namespace SockScope
