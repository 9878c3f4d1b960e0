#include "core/dispatch/watchdog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <utility>
#include <vector>

#include "core/types/blockedsignals.h"

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
            setAsleep(false);
            m_quietLooks = 0;
            m_slots.push_back(slot);
            m_quit = false;
        }
        if (m_thread.joinable())
            return wake();
        const BlockedSignals blocked;
        m_thread = std::thread([this] { run(); });
    }

    void remove(const std::shared_ptr<Slot> &slot)
    {
        const std::lock_guard life(m_life);
        bool last = false;
        {
            const std::lock_guard lock(m_mutex);
            std::erase(m_slots, slot);
            slot->asleep = false;
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

    bool isAsleep()
    {
        const std::lock_guard lock(m_mutex);
        return m_quietLooks > looksALimit;
    }

    /// Never waits for a report: it has a lock of its own.
    void wake()
    {
        {
            const std::lock_guard lock(m_wakeMutex);
            m_woken = true;
        }
        m_wake.notify_one();
    }

private:
    static constexpr int looksALimit = 4;

    void stop()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_quit = true;
            setAsleep(false);
        }
        wake();
        if (m_thread.joinable())
            m_thread.join();
    }

    void run()
    {
        std::unique_lock lock(m_mutex);
        while (!m_quit) {
            qint64 untilNextNs = 1'000'000'000;
            for (const auto &slot : m_slots)
                untilNextNs = std::min(untilNextNs, std::max<qint64>(slot->limitNs / looksALimit, 1'000'000));
            const bool forEver = m_quietLooks > looksALimit;
            lock.unlock();
            const bool woken = sleep(forEver, untilNextNs);
            lock.lock();
            const qint64 now = steadyNs();
            bool quiet = !woken;
            for (const auto &slot : m_slots)
                quiet = look(*slot, now) && quiet;
            countLook(quiet);
        }
    }

    /// True when somebody woke it.
    bool sleep(bool forEver, qint64 ns)
    {
        std::unique_lock lock(m_wakeMutex);
        const auto isWoken = [this] { return m_woken; };
        if (forEver)
            m_wake.wait(lock, isWoken);
        else
            m_wake.wait_for(lock, std::chrono::nanoseconds(ns), isWoken);
        return std::exchange(m_woken, false);
    }

    /// Calls are asked to wake it one look before it sleeps: one that began too early to see that is seen by that look.
    void countLook(bool quiet)
    {
        const int before = m_quietLooks;
        m_quietLooks = quiet ? std::min(before + 1, looksALimit + 1) : 0;
        if (before >= looksALimit && !quiet)
            setAsleep(false);
        else if (before < looksALimit && m_quietLooks == looksALimit)
            setAsleep(true);
    }

    void setAsleep(bool asleep)
    {
        for (const auto &slot : m_slots)
            slot->asleep = asleep;
    }

    /// Under the lock, so that unwatch waits for a report that is running. True when there was no call since the last.
    static bool look(Slot &slot, qint64 now)
    {
        const quint64 generation = slot.generation.load(std::memory_order_acquire);
        if (generation != slot.seenGeneration) {
            slot.seenGeneration = generation;
            slot.seenSinceNs = now;
            slot.reported = false;
            return false;
        }
        if (generation % 2 == 1 && !slot.reported && now - slot.seenSinceNs >= slot.limitNs) {
            slot.reported = true;
            slot.report(slot.subject.load(std::memory_order_relaxed), now - slot.seenSinceNs);
        }
        return generation % 2 == 0;
    }

    std::mutex m_life;  // one start or stop at a time
    std::mutex m_mutex; // guards the next three
    std::vector<std::shared_ptr<Slot>> m_slots;
    int m_quietLooks = 0; // one after the other; one more than looksALimit: asleep
    bool m_quit = false;
    std::mutex m_wakeMutex; // guards m_woken
    std::condition_variable m_wake;
    bool m_woken = false;
    std::thread m_thread;
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

void Watchdog::Slot::wake()
{
    if (asleep.exchange(false))
        guard().wake();
}

bool Watchdog::isAsleep()
{
    return guard().isAsleep();
}

int Watchdog::watched()
{
    return guard().size();
}

} // namespace SockScope
