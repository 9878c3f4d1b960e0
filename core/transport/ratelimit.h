#pragma once

#include <QtGlobal>

namespace SockScope {

/*! A token bucket: how often something may happen in the long run, and how often at once.
 *  Path    TcpTransport asks it for each connection that comes
 *  Shape   one number: the time at which the bucket is full again
 *  Units   nanoseconds of one Clock; events a second
 *  Errors  none; a clock that goes back empties the bucket at most
 *  Thread  a value
 *  Source  generic cell rate algorithm, ITU-T I.371
 */
class RateLimit
{
public:
    /// perSecond 0: everything is allowed.
    RateLimit(int perSecond, int burst)
        : m_intervalNs(perSecond > 0 ? qMax<qint64>(1, 1'000'000'000 / perSecond) : 0)
        , m_burstNs(m_intervalNs * qMax(burst, 1))
    {
    }
    /// Whether one more may happen now; if so it is counted.
    bool take(qint64 nowNs)
    {
        if (m_intervalNs == 0)
            return true;
        m_fullNs = qBound(nowNs, m_fullNs, nowNs + m_burstNs);
        if (m_fullNs + m_intervalNs > nowNs + m_burstNs)
            return false;
        m_fullNs += m_intervalNs;
        return true;
    }

private:
    qint64 m_intervalNs;
    qint64 m_burstNs;
    qint64 m_fullNs = 0;
};

} // namespace SockScope
