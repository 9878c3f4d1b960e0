#pragma once

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

class QJSEngine;

namespace SockScope {

/*! Interrupts a script that runs too long.
 *  Path    beside ScriptRuntime
 *  Shape   begin before a call, end after it, in one thread; what counts is that thread's processor time, so that a
 *          machine that is busy elsewhere ends no script
 *  Units   milliseconds
 *  Errors  none
 *  Thread  begin and end: the engine's; a thread of its own, begun with the first call, waits
 *  Source  QJSEngine::setInterrupted, which any thread may call
 */
class ScriptWatch
{
public:
    ScriptWatch(QJSEngine &engine, std::chrono::milliseconds limit);
    ~ScriptWatch();
    ScriptWatch(const ScriptWatch &) = delete;
    ScriptWatch &operator=(const ScriptWatch &) = delete;

    void begin();
    /// True when the script was interrupted; it may run again.
    bool end();

private:
    void watch();
    std::chrono::nanoseconds used() const;

    QJSEngine &m_engine;
    const std::chrono::nanoseconds m_limit;
    std::thread m_thread;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    clockid_t m_clock = CLOCK_MONOTONIC;
    std::chrono::nanoseconds m_begin{0};
    bool m_active = false;
    bool m_idle = false; ///< the watching thread waits without a time
    bool m_interrupted = false;
    bool m_ends = false;
};

} // namespace SockScope
