#include "core/time/steadyclock.h"

#include <QSocketNotifier>
#include <QTimer>

#include <chrono>
#include <utility>

#ifdef Q_OS_LINUX
#include <sys/timerfd.h>
#include <unistd.h>
#endif

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

#ifdef Q_OS_LINUX

/// On a descriptor of its own. The callback may destroy the alarm.
class TimerDescriptorAlarm : public Alarm
{
public:
    TimerDescriptorAlarm(int descriptor, std::function<void()> callback)
        : m_callback(std::make_shared<std::function<void()>>(std::move(callback)))
        , m_descriptor(descriptor)
        , m_notifier(new QSocketNotifier(descriptor, QSocketNotifier::Read))
    {
        QObject::connect(m_notifier, &QSocketNotifier::activated, m_notifier, [this] { handleReadable(); });
    }
    ~TimerDescriptorAlarm() override
    {
        m_notifier->setEnabled(false);
        m_notifier->disconnect();
        if (m_destroyed) {
            *m_destroyed = true;
            m_notifier->deleteLater(); // its signal is on the call stack
        } else {
            delete m_notifier;
        }
        ::close(m_descriptor);
    }

    void setDeadline(qint64 deadlineNs) override
    {
        m_set = true;
        arm(qMax(deadlineNs, qint64(1))); // 0 would mean never
    }
    void cancel() override
    {
        m_set = false;
        arm(0);
    }
    bool isSet() const override { return m_set; }

private:
    void arm(qint64 deadlineNs)
    {
        itimerspec time{};
        time.it_value.tv_sec = static_cast<time_t>(deadlineNs / 1'000'000'000);
        time.it_value.tv_nsec = static_cast<long>(deadlineNs % 1'000'000'000);
        ::timerfd_settime(m_descriptor, TFD_TIMER_ABSTIME, &time, nullptr);
    }
    void handleReadable()
    {
        quint64 expirations = 0;
        if (::read(m_descriptor, &expirations, sizeof expirations) != sizeof expirations || !m_set)
            return;
        m_set = false;
        bool destroyed = false;
        bool *const outer = std::exchange(m_destroyed, &destroyed); // the callback may run an event loop of its own
        const std::shared_ptr<std::function<void()>> callback = m_callback;
        (*callback)();
        if (!destroyed)
            m_destroyed = outer;
        else if (outer)
            *outer = true;
    }

    std::shared_ptr<std::function<void()>> m_callback;
    const int m_descriptor;
    QSocketNotifier *m_notifier;
    bool *m_destroyed = nullptr; // set while the callback runs
    bool m_set = false;
};

#endif

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

std::unique_ptr<Alarm> SteadyClock::createPreciseAlarm(std::function<void()> callback)
{
#ifdef Q_OS_LINUX
    const int descriptor = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor >= 0)
        return std::make_unique<TimerDescriptorAlarm>(descriptor, std::move(callback));
#endif
    return createAlarm(std::move(callback));
}

} // namespace SockScope
