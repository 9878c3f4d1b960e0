#include "core/time/steadyclock.h"

#include <QTimer>

#include <chrono>

namespace SockScope {

namespace {

constexpr qint64 nsPerMs = 1'000'000;
constexpr qint64 longestWaitMs = 24 * 60 * 60 * 1000; // QTimer counts in int; a longer wait is armed again

class SteadyAlarm : public Alarm
{
public:
    SteadyAlarm(const SteadyClock *clock, std::function<void()> callback)
        : m_clock(clock)
        , m_callback(std::make_shared<std::function<void()>>(std::move(callback)))
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { handleTimeout(); });
    }

    void setDeadline(qint64 deadlineNs) override
    {
        m_deadlineNs = deadlineNs;
        m_set = true;
        arm();
    }
    void cancel() override
    {
        m_set = false;
        m_timer.stop();
    }
    bool isSet() const override { return m_set; }

private:
    void arm()
    {
        const qint64 nowNs = m_clock->nowNs();
        qint64 waitMs = 0;
        if (m_deadlineNs > nowNs)
            waitMs = (m_deadlineNs - nowNs - 1) / nsPerMs + 1; // rounded up: never early
        m_timer.start(static_cast<int>(qMin(waitMs, longestWaitMs)));
    }
    void handleTimeout()
    {
        if (m_clock->nowNs() < m_deadlineNs) {
            arm();
            return;
        }
        m_set = false;
        const std::shared_ptr<std::function<void()>> callback = m_callback; // this may be destroyed meanwhile
        (*callback)();
    }

    const SteadyClock *m_clock; // lives as long as the program
    std::shared_ptr<std::function<void()>> m_callback;
    QTimer m_timer;
    qint64 m_deadlineNs = 0;
    bool m_set = false;
};

} // namespace

std::shared_ptr<SteadyClock> SteadyClock::instance()
{
    // Never destroyed: an alarm in a static object may outlive everything else.
    static const auto *clock = new std::shared_ptr<SteadyClock>(std::make_shared<SteadyClock>());
    return *clock;
}

qint64 SteadyClock::nowNs() const
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::unique_ptr<Alarm> SteadyClock::createAlarm(std::function<void()> callback)
{
    return std::make_unique<SteadyAlarm>(instance().get(), std::move(callback));
}

} // namespace SockScope
