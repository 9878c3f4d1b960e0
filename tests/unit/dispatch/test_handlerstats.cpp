#include "core/dispatch/handlerstats.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace SockScope;

class TestHandlerStats : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void emptyAnswersZero();
    void bucketsTouchWithoutGaps();
    void everyDurationIsInItsBucket();
    void smallOnesAreExact();
    void extremesAreKept();
    void quantilesFollowSortedData_data();
    void quantilesFollowSortedData();
    void clears();
};

void TestHandlerStats::emptyAnswersZero()
{
    const DurationHistogram histogram;
    QCOMPARE(histogram.count(), 0u);
    QCOMPARE(histogram.meanNs(), 0);
    QCOMPARE(histogram.minimumNs(), 0);
    QCOMPARE(histogram.maximumNs(), 0);
    QCOMPARE(histogram.quantileNs(0.5), 0);
}

void TestHandlerStats::bucketsTouchWithoutGaps()
{
    QCOMPARE(DurationHistogram::lowerBoundNs(0), 0);
    for (int i = 0; i < DurationHistogram::bucketCount; ++i) {
        const qint64 low = DurationHistogram::lowerBoundNs(i);
        const qint64 next = DurationHistogram::lowerBoundNs(i + 1);
        QVERIFY(next > low);
        QVERIFY(i < 8 || next - low <= low / 8); // at most an eighth wide
        QCOMPARE(DurationHistogram::bucketOf(low), i);
        QCOMPARE(DurationHistogram::bucketOf(next - 1), i);
    }
}

void TestHandlerStats::everyDurationIsInItsBucket()
{
    Test::Randomness random(9);
    for (int i = 0; i < 100'000; ++i) {
        const auto ns = static_cast<qint64>(random.next() >> random.between(23, 63));
        const int bucket = DurationHistogram::bucketOf(ns);
        QVERIFY(DurationHistogram::lowerBoundNs(bucket) <= ns);
        QVERIFY(ns < DurationHistogram::lowerBoundNs(bucket + 1) || bucket == DurationHistogram::bucketCount - 1);
    }
    QCOMPARE(DurationHistogram::bucketOf(-1), 0);
    QCOMPARE(DurationHistogram::bucketOf(std::numeric_limits<qint64>::max()), DurationHistogram::bucketCount - 1);
}

void TestHandlerStats::smallOnesAreExact()
{
    DurationHistogram histogram;
    for (qint64 ns : {1, 2, 3, 4, 5})
        histogram.add(ns);
    QCOMPARE(histogram.quantileNs(0.5), 3);
    QCOMPARE(histogram.quantileNs(0.0), 1);
    QCOMPARE(histogram.quantileNs(1.0), 5);
    QCOMPARE(histogram.meanNs(), 3);
    QCOMPARE(histogram.totalNs(), 15);
}

void TestHandlerStats::extremesAreKept()
{
    DurationHistogram histogram;
    histogram.add(-7);
    QCOMPARE(histogram.minimumNs(), 0);
    QCOMPARE(histogram.maximumNs(), 0);
    const qint64 hour = 3600LL * 1'000'000'000;
    histogram.add(100 * hour); // beyond the last bucket's start
    QCOMPARE(histogram.count(), 2u);
    QCOMPARE(histogram.maximumNs(), 100 * hour);
    QCOMPARE(histogram.quantileNs(1.0), 100 * hour);
    QCOMPARE(histogram.quantileNs(5.0), 100 * hour);
    QCOMPARE(histogram.quantileNs(-1.0), 0);
    QCOMPARE(histogram.bucket(DurationHistogram::bucketCount - 1), 1u);
}

void TestHandlerStats::quantilesFollowSortedData_data()
{
    QTest::addColumn<int>("shape");
    QTest::newRow("even") << 0;
    QTest::newRow("every magnitude") << 1;
    QTest::newRow("two humps") << 2;
    QTest::newRow("one value") << 3;
}

void TestHandlerStats::quantilesFollowSortedData()
{
    QFETCH(int, shape);
    Test::Randomness random(10);
    DurationHistogram histogram;
    std::vector<qint64> data;
    qint64 total = 0;
    for (int i = 0; i < 20'000; ++i) {
        qint64 ns = 0;
        switch (shape) {
        case 0:
            ns = random.between(0, 1'000'000);
            break;
        case 1:
            ns = static_cast<qint64>(random.next() >> random.between(24, 60));
            break;
        case 2:
            ns = random.oneIn(50) ? random.between(5'000'000, 6'000'000) : random.between(800, 1200);
            break;
        default:
            ns = 12'345;
        }
        data.push_back(ns);
        total += ns;
        histogram.add(ns);
    }
    std::sort(data.begin(), data.end());
    QCOMPARE(histogram.count(), quint64(data.size()));
    QCOMPARE(histogram.totalNs(), total);
    QCOMPARE(histogram.minimumNs(), data.front());
    QCOMPARE(histogram.maximumNs(), data.back());
    for (double quantile : {0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(data.size())));
        const qint64 exact = data[qMax(rank, size_t(1)) - 1];
        const qint64 answer = histogram.quantileNs(quantile);
        // The upper end of the exact one's own bucket: never below it, at most an eighth above.
        QVERIFY2(answer >= exact && answer <= exact + exact / 8,
                 qPrintable(QStringLiteral("%1: %2 for %3").arg(quantile).arg(answer).arg(exact)));
        QVERIFY(answer <= data.back());
    }
}

void TestHandlerStats::clears()
{
    DurationHistogram histogram;
    histogram.add(5);
    histogram.clear();
    QCOMPARE(histogram.count(), 0u);
    QCOMPARE(histogram.bucket(5), 0u);
    histogram.add(9);
    QCOMPARE(histogram.minimumNs(), 9);
}

QTEST_GUILESS_MAIN(TestHandlerStats)
#include "test_handlerstats.moc"
