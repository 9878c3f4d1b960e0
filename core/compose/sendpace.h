#pragma once

#include <QRandomGenerator>
#include <QString>

namespace SockScope {

/// How messages that repeat follow one another.
struct SendPace
{
    static constexpr qint64 maximumBurst = 100'000;
    static constexpr qint64 maximumPerSecond = 10'000'000;

    qint64 intervalNs = 0; ///< from the start of a burst to that of the next; 0: as the rate allows
    qint64 jitterNs = 0;   ///< each burst begins up to so much earlier or later
    qint64 burst = 1;      ///< messages each time
    qint64 perSecond = 0;  ///< no more than so many on average; 0: no limit

    /// Why it cannot be meant, and what to do; empty where it can.
    QString problem() const;
};

/*! Says when the next of many messages may go: a burst each interval, a token bucket beside it.
 *  Path    repeated sends → [this] → their timers
 *  Shape   start, then due and take in turn; where due is 0, nextNs says until when. With a rate and no interval a
 *          burst goes whenever the bucket holds one. The bucket holds what 20 ms bring, at least a burst: a late
 *          timer is made up for, a longer pause is not
 *  Units   nanoseconds of any clock that does not go back
 *  Errors  none; the pace has no problem()
 *  Thread  one thread at a time
 *  Source  token bucket: RFC 2697, section 3, with one bucket
 */
class Pacer
{
public:
    Pacer(const SendPace &pace, QRandomGenerator64 random);

    void start(qint64 nowNs);
    /// How many may go now.
    qint64 due(qint64 nowNs);
    /// One of them goes.
    void take();
    /// After due answered 0.
    qint64 nextNs() const;

private:
    void beginBurst(qint64 nowNs);

    SendPace m_pace;
    QRandomGenerator64 m_random;
    qint64 m_baseNs = 0; ///< of the next burst, before its jitter
    qint64 m_burstNs = 0;
    qint64 m_filledNs = 0; ///< when the bucket was last filled
    qint64 m_left = 0;     ///< of the burst that has begun
    double m_tokens = 0;
};

} // namespace SockScope
