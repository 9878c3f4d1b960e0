#include "core/time/manualclock.h"

namespace SockScope {

class ManualClock::ManualAlarm : public Alarm
{
public:
    ManualAlarm(ManualClock *clock, std::function<void()> callback)
        : m_clock(clock)
        , m_callback(std::make_shared<std::function<void()>>(std::move(callback)))
    {
        clock->m_alarms.push_back(this);
    }
    ~ManualAlarm() override
    {
        if (m_clock)
            std::erase(m_clock->m_alarms, this);
    }

    void setDeadline(qint64 deadlineNs) override
    {
        if (!m_clock)
            return;
        m_deadlineNs = deadlineNs;
        m_order = m_clock->m_nextOrder++;
        m_set = true;
    }
    void cancel() override { m_set = false; }
    bool isSet() const override { return m_set; }

    bool isBefore(const ManualAlarm &other) const
    {
        return m_deadlineNs != other.m_deadlineNs ? m_deadlineNs < other.m_deadlineNs : m_order < other.m_order;
    }
    qint64 deadlineNs() const { return m_deadlineNs; }
    void fire()
    {
        m_set = false;
        const std::shared_ptr<std::function<void()>> callback = m_callback; // this may be destroyed meanwhile
        (*callback)();
    }
    void detach()
    {
        m_clock = nullptr;
        m_set = false;
    }

private:
    ManualClock *m_clock;
    std::shared_ptr<std::function<void()>> m_callback;
    qint64 m_deadlineNs = 0;
    quint64 m_order = 0;
    bool m_set = false;
};

ManualClock::ManualClock() = default;

ManualClock::~ManualClock()
{
    for (ManualAlarm *alarm : m_alarms)
        alarm->detach();
}

std::unique_ptr<Alarm> ManualClock::createAlarm(std::function<void()> callback)
{
    return std::make_unique<ManualAlarm>(this, std::move(callback));
}

void ManualClock::advance(qint64 ns)
{
    const std::shared_ptr<ManualClock> alive = weak_from_this().lock(); // a callback may drop the last reference
    const qint64 target = m_now + qMax(ns, qint64(0));
    for (;;) {
        ManualAlarm *next = nullptr;
        for (ManualAlarm *alarm : m_alarms) {
            if (alarm->isSet() && alarm->deadlineNs() <= target && (!next || alarm->isBefore(*next)))
                next = alarm;
        }
        if (!next)
            break;
        m_now = qMax(m_now, next->deadlineNs());
        next->fire();
    }
    m_now = qMax(m_now, target);
}

} // namespace SockScope
