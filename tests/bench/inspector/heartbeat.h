#pragma once

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "machine.h"

namespace SockScope::Bench {

/*! Measures how long the window's event loop takes from one turn to the next: another thread asks for one a millisecond.
 *  Path    beside the product: tests/bench only
 *  Shape   begin() starts it; gaps() are the times between two turns that it saw
 *  Units   milliseconds
 *  Errors  none
 *  Thread  made and read in the window's; the thread that asks is its own
 *  Source  a person's click waits in the same queue
 */
class Heartbeat : public QObject
{
public:
    Heartbeat() { m_gaps.reserve(100'000); }
    ~Heartbeat() override
    {
        m_stop = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    void begin()
    {
        m_last = nowNs();
        m_thread = std::thread([this] {
            while (!m_stop) {
                if (!m_pending.exchange(true))
                    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
    }
    const std::vector<double> &gaps() const { return m_gaps; }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        const int64_t now = nowNs();
        m_gaps.push_back(static_cast<double>(now - m_last) / 1e6);
        m_last = now;
        m_pending = false;
        return true;
    }

private:
    std::vector<double> m_gaps;
    int64_t m_last = 0;
    std::atomic<bool> m_pending{false};
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

} // namespace SockScope::Bench
