#include <QJSEngine>

#include <pthread.h>

#include "core/script/scriptwatch_p.h"
#include "core/types/blockedsignals.h"

namespace SockScope {

ScriptWatch::ScriptWatch(QJSEngine &engine, std::chrono::milliseconds limit)
    : m_engine(engine)
    , m_limit(limit)
{
}

ScriptWatch::~ScriptWatch()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_ends = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

std::chrono::nanoseconds ScriptWatch::used() const
{
    timespec time{};
    clock_gettime(m_clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void ScriptWatch::begin()
{
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_thread.joinable()) {
            if (pthread_getcpuclockid(pthread_self(), &m_clock) != 0)
                m_clock = CLOCK_MONOTONIC;
            const BlockedSignals blocked;
            m_thread = std::thread([this] { watch(); });
        }
        m_begin = used();
        m_active = true;
        wake = m_idle;
    }
    if (wake)
        m_changed.notify_one();
}

bool ScriptWatch::end()
{
    const std::lock_guard lock(m_mutex);
    m_active = false;
    if (!std::exchange(m_interrupted, false))
        return false;
    m_engine.setInterrupted(false);
    return true;
}

void ScriptWatch::watch()
{
    std::unique_lock lock(m_mutex);
    while (!m_ends) {
        if (!m_active || m_interrupted) {
            m_idle = true;
            m_changed.wait(lock, [this] { return m_ends || (m_active && !m_interrupted); });
            m_idle = false;
            continue;
        }
        const std::chrono::nanoseconds left = m_limit - (used() - m_begin);
        if (left > std::chrono::nanoseconds(0)) {
            // Calls that begin and end meanwhile need not wake us: the time left is asked again.
            m_changed.wait_for(lock, left);
            continue;
        }
        m_interrupted = true;
        m_engine.setInterrupted(true);
    }
}

} // namespace SockScope
