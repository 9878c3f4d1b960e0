#pragma once

#include <atomic>
#include <thread>

namespace SockScope {

/*! A lock for a few instructions that two threads hardly ever want at once.
 *  Path    beside dispatch
 *  Shape   lock and unlock, for std::lock_guard; who waits gives its time away
 *  Units   none
 *  Errors  none
 *  Thread  any; not recursive
 *  Source  one atomic exchange, half the price of an uncontended std::mutex
 */
class SpinLock
{
public:
    void lock() noexcept
    {
        while (m_locked.exchange(true, std::memory_order_acquire))
            std::this_thread::yield();
    }
    void unlock() noexcept { m_locked.store(false, std::memory_order_release); }

private:
    std::atomic<bool> m_locked{false};
};

} // namespace SockScope
