#pragma once

#include <QtGlobal>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace SockScope {

/*! Notices, from a thread of its own, that a handler does not come back.
 *  Path    beside dispatch
 *  Shape   one thread for the process while anybody is watched; it looks four times in each limit, so that a report
 *          comes between 1 and 1.25 limits after the handler began, once a call. After a limit without a call it sleeps
 *          until the next one wakes it
 *  Units   nanoseconds of real time
 *  Errors  none
 *  Thread  watch and unwatch: any, but not from inside report; enter and leave: the watched thread; report is called
 *          in the watchdog's thread
 *  Source  watchdog timers
 */
class Watchdog
{
public:
    struct Slot
    {
        std::atomic<quint64> generation{0}; ///< odd: inside a call
        std::atomic<quint64> subject{0};    ///< what is running: a HandlerId
        std::atomic<bool> asleep{false};    ///< nobody looks: the next call must say that it has begun
        void enter(quint64 what)
        {
            subject.store(what, std::memory_order_relaxed);
            step();
            if (asleep.load(std::memory_order_relaxed)) [[unlikely]]
                wake();
        }
        void leave() { step(); }

    private:
        friend class Watchdog;
        void wake();
        /// Only the watched thread writes: no atomic addition is needed.
        void step() { generation.store(generation.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
        quint64 seenGeneration = 0;
        qint64 seenSinceNs = 0;
        bool reported = false;
        qint64 limitNs = 0;
        std::function<void(quint64 subject, qint64 forNs)> report;
    };

    static void watch(const std::shared_ptr<Slot> &slot, qint64 limitNs,
                      std::function<void(quint64 subject, qint64 forNs)> report);
    /// When it returns, report is not running and will not run again.
    static void unwatch(const std::shared_ptr<Slot> &slot);
    static int watched();
    /// Whether nobody has called anything for so long that the thread sleeps.
    static bool isAsleep();

private:
    class Guard;
    static Guard &guard();
};

} // namespace SockScope
