#pragma once

#include <QtGlobal>

namespace SockScope {

/*! Whether to read once more before the event loop waits: who has just been answered may have asked again already.
 *  Path    beside UdpTransport's reading
 *  Shape   worth it as long as one in tries finds something; then tried after a pause, which doubles each time from
 *          firstPause to longestPause answers
 *  Units   nanoseconds of the transport's clock; answers
 *  Errors  none
 *  Thread  the sock's thread
 *  Source  sched_yield(2): an asker on our own core runs while we hand that over, and spares both the wait. Where
 *          others want the core too, we may get it back late: one that took longer than slowNs is as the longest pause
 */
class SecondRead
{
public:
    static constexpr int tries = 8;
    static constexpr int firstPause = 16;
    static constexpr int longestPause = 4096;
    static constexpr qint64 slowNs = 1'000'000;

    /// Asked once an answer.
    bool isWorthIt()
    {
        if (m_left > 0)
            return true;
        if (++m_passed < m_pause)
            return false;
        m_left = 1;
        return true;
    }
    void ended(bool found, qint64 tookNs)
    {
        if (tookNs > slowNs) {
            m_pause = longestPause;
            m_left = 0;
        } else if (found) {
            m_pause = firstPause;
            m_left = tries;
            m_passed = 0;
            return;
        } else if (--m_left <= 0 && m_passed > 0) {
            m_pause = qMin(m_pause * 2, longestPause);
        }
        if (m_left <= 0)
            m_passed = 0;
    }

private:
    int m_left = tries;
    int m_pause = firstPause;
    int m_passed = 0; // answers of the pause
};

} // namespace SockScope
