#include "core/dispatch/watchdog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <vector>

namespace SockScope {

namespace {
qint64 steadyNs()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}
} // namespace

class Watchdog::Guard
{
public:
    ~Guard() { stop(); }

    void add(const std::shared_ptr<Slot> &slot)
    {
        const std::lock_guard life(m_life);
        {
            const std::lock_guard lock(m_mutex);
            m_slots.push_back(slot);
            m_quit = false;
        }
        if (!m_thread.joinable())
            m_thread = std::thread([this] { run(); });
        else
            m_wake.notify_one();
    }

    void remove(const std::shared_ptr<Slot> &slot)
    {
        const std::lock_guard life(m_life);
        bool last = false;
        {
            const std::lock_guard lock(m_mutex);
            std::erase(m_slots, slot);
            last = m_slots.empty();
        }
        if (last)
            stop();
    }

    int size()
    {
        const std::lock_guard lock(m_mutex);
        return static_cast<int>(m_slots.size());
    }

private:
    void stop()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_quit = true;
        }
        m_wake.notify_one();
        if (m_thread.joinable())
            m_thread.join();
    }

    void run()
    {
        std::unique_lock lock(m_mutex);
        while (!m_quit) {
            qint64 shortest = 1'000'000'000;
            for (const auto &slot : m_slots)
                shortest = std::min(shortest, std::max<qint64>(slot->limitNs / 4, 1'000'000));
            m_wake.wait_for(lock, std::chrono::nanoseconds(shortest));
            const qint64 now = steadyNs();
            for (const auto &slot : m_slots)
                look(*slot, now);
        }
    }

    // Under the lock, so that unwatch waits for a report that is running.
    static void look(Slot &slot, qint64 now)
    {
        const quint64 generation = slot.generation.load(std::memory_order_acquire);
        if (generation != slot.seenGeneration) {
            slot.seenGeneration = generation;
            slot.seenSinceNs = now;
            slot.reported = false;
        } else if (generation % 2 == 1 && !slot.reported && now - slot.seenSinceNs >= slot.limitNs) {
            slot.reported = true;
            slot.report(slot.subject.load(std::memory_order_relaxed), now - slot.seenSinceNs);
        }
    }

    std::mutex m_life; // one start or stop at a time
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<std::shared_ptr<Slot>> m_slots;
    std::thread m_thread;
    bool m_quit = false;
};

Watchdog::Guard &Watchdog::guard()
{
    static Guard instance;
    return instance;
}

void Watchdog::watch(const std::shared_ptr<Slot> &slot, qint64 limitNs,
                     std::function<void(quint64 subject, qint64 forNs)> report)
{
    slot->limitNs = limitNs;
    slot->report = std::move(report);
    guard().add(slot);
}

void Watchdog::unwatch(const std::shared_ptr<Slot> &slot)
{
    guard().remove(slot);
}

int Watchdog::watched()
{
    return guard().size();
}

} // namespace SockScope
