#include <QList>

#include "core/compose/sendpace.h"
#include "support/testmain.h"

using SockScope::Pacer;
using SockScope::SendPace;

namespace {

constexpr qint64 ms = 1'000'000;

/// When each message goes, with a timer that is never late.
QList<qint64> times(const SendPace &pace, int count, quint64 seed = 1)
{
    Pacer pacer(pace, QRandomGenerator64(static_cast<quint32>(seed)));
    QList<qint64> result;
    qint64 now = 5 * ms;
    pacer.start(now);
    while (result.size() < count) {
        while (pacer.due(now) > 0 && result.size() < count) {
            pacer.take();
            result.append(now - 5 * ms);
        }
        now = qMax(now + 1, pacer.nextNs());
    }
    return result;
}

} // namespace

class TestSendPace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void interval()
    {
        const QList<qint64> expected{0, 10 * ms, 20 * ms, 30 * ms};
        QCOMPARE(times({10 * ms, 0, 1, 0}, 4), expected);
    }

    void bursts()
    {
        const QList<qint64> expected{0, 0, 0, 10 * ms, 10 * ms, 10 * ms, 20 * ms};
        QCOMPARE(times({10 * ms, 0, 3, 0}, 7), expected);
    }

    void jitterStaysAroundItsPlace()
    {
        const QList<qint64> first = times({10 * ms, 4 * ms, 1, 0}, 1000);
        qint64 least = 0;
        qint64 most = 0;
        for (int i = 1; i < first.size(); ++i) {
            const qint64 off = first[i] - i * 10 * ms;
            QVERIFY2(off >= -4 * ms && off <= 4 * ms, qPrintable(QString::number(off)));
            least = qMin(least, off);
            most = qMax(most, off);
        }
        QVERIFY(least < -3 * ms && most > 3 * ms); // all of the range is used, and nothing drifts
        QCOMPARE(times({10 * ms, 4 * ms, 1, 0}, 1000), first);
        QVERIFY(times({10 * ms, 4 * ms, 1, 0}, 1000, 2) != first);
    }

    void rate()
    {
        const QList<qint64> even = times({0, 0, 1, 1000}, 2001);
        QCOMPARE(even[1], ms);
        QVERIFY(qAbs(even.last() - 2000 * ms) < ms);
        // with a burst and no interval, so many whenever the bucket holds them
        const QList<qint64> bursts = times({0, 0, 10, 100}, 21);
        QCOMPARE(bursts[9], 0);
        QCOMPARE(bursts[10], 100 * ms);
        QCOMPARE(bursts[19], 100 * ms);
        QCOMPARE(bursts[20], 200 * ms);
    }

    void rateHoldsBurstsBack()
    {
        // 100 every 10 ms would be 10,000 a second
        const QList<qint64> sent = times({10 * ms, 0, 100, 1000}, 1100);
        QCOMPARE(sent[99], 0); // the bucket began with a burst
        QVERIFY(qAbs(sent.last() - 1000 * ms) <= 2 * ms);
    }

    void lateTimerIsMadeUpForAndAPauseIsNot()
    {
        Pacer pacer({0, 0, 1, 100'000}, QRandomGenerator64(1));
        pacer.start(0);
        const auto spend = [&](qint64 now) {
            int count = 0;
            for (; pacer.due(now) > 0; ++count)
                pacer.take();
            return count;
        };
        QCOMPARE(spend(0), 1);
        QCOMPARE(spend(15 * ms), 1500);
        QCOMPARE(spend(1015 * ms), 2000); // what 20 ms bring

        Pacer steady({ms, 0, 1, 0}, QRandomGenerator64(1));
        steady.start(0);
        const auto sendAll = [&](qint64 now) {
            int count = 0;
            for (; steady.due(now) > 0; ++count)
                steady.take();
            return count;
        };
        QCOMPARE(sendAll(0), 1);
        QCOMPARE(sendAll(10 * ms), 10);
        QCOMPARE(sendAll(1000 * ms), 1);
        QCOMPARE(steady.nextNs(), 1001 * ms);
    }

    void whatCannotBeMeant()
    {
        QVERIFY(SendPace().problem().isEmpty());
        QVERIFY(SendPace({10 * ms, 10 * ms, 100, 5}).problem().isEmpty());
        QVERIFY(SendPace({0, ms, 1, 5}).problem().contains(u"jitter without"));
        QVERIFY(SendPace({ms, 2 * ms, 1, 0}).problem().contains(u"longer than the interval"));
        QVERIFY(SendPace({0, 0, 0, 0}).problem().contains(u"burst of 0"));
        QVERIFY(SendPace({0, 0, SendPace::maximumBurst + 1, 0}).problem().contains(u"burst of"));
        QVERIFY(SendPace({0, 0, 1, SendPace::maximumPerSecond + 1}).problem().contains(u"a second"));
        QVERIFY(SendPace({-1, 0, 1, 0}).problem().contains(u"negative"));
    }
};

QTEST_GUILESS_MAIN(TestSendPace)
#include "test_sendpace.moc"
