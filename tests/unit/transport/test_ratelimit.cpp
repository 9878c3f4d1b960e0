#include <QTest>

#include "core/transport/ratelimit.h"
#include "support/testmain.h"

using namespace SockScope;

class TestRateLimit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void allowsTheBurstAndThenTheRate()
    {
        constexpr qint64 second = 1'000'000'000;
        RateLimit limit(100, 10);
        qint64 now = 5 * second;
        const auto taken = [&](int tries) {
            int count = 0;
            for (int i = 0; i < tries; ++i)
                count += limit.take(now);
            return count;
        };
        QCOMPARE(taken(50), 10);
        now += second / 100;
        QCOMPARE(taken(50), 1);
        now += second / 20;
        QCOMPARE(taken(50), 5);
        now += 3600 * second; // what was not used does not add up
        QCOMPARE(taken(50), 10);
        int inTenSeconds = 0;
        for (int i = 0; i < 10'000; ++i) {
            now += second / 1000;
            inTenSeconds += taken(3);
        }
        QCOMPARE(inTenSeconds, 1000);
    }
    void aClockThatGoesBackStopsNothingForLong()
    {
        RateLimit limit(10, 5);
        qint64 now = 3'600'000'000'000;
        QVERIFY(limit.take(now));
        now = 1'000'000'000; // an hour back
        int taken = 0;
        for (int i = 0; i < 20; ++i) {
            taken += limit.take(now);
            now += 100'000'000;
        }
        QVERIFY2(taken >= 19, qPrintable(QString::number(taken)));
    }
    void zeroIsNoLimit()
    {
        RateLimit limit(0, 1);
        for (int i = 0; i < 100'000; ++i)
            QVERIFY(limit.take(7));
    }
};

QTEST_GUILESS_MAIN(TestRateLimit)
#include "test_ratelimit.moc"
