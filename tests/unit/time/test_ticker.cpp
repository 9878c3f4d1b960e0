#include "core/time/manualclock.h"
#include "core/time/steadyclock.h"
#include "core/time/ticker.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <vector>

using namespace SockScope;

namespace {

constexpr qint64 ms = 1'000'000;

}

class TestTicker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void ticksAtAbsoluteDeadlines();
    void neverDrifts();
    void countsMissedTicksExactly_data();
    void countsMissedTicksExactly();
    void countsLateTicks();
    void randomStallsAddUp();
    void measuresTheCallback();
    void noIntervalNoTick();
    void stopsInsideTheCallback();
    void restartsInsideTheCallback();
    void isDestroyedInsideTheCallback();
    void isDestroyedInANestedTick();
    void restartForgetsTheOldStatistics();
    void ticksOnTheSteadyClock();
};

void TestTicker::ticksAtAbsoluteDeadlines()
{
    const auto clock = std::make_shared<ManualClock>();
    const qint64 start = clock->nowNs();
    std::vector<TickInfo> ticks;
    Ticker ticker(clock, [&](const TickInfo &info) { ticks.push_back(info); });
    ticker.start(250 * ms);
    QVERIFY(ticker.isRunning());
    clock->advance(249 * ms);
    QVERIFY(ticks.empty());
    clock->advance(1 * ms);
    clock->advance(500 * ms);
    QCOMPARE(ticks.size(), size_t(3));
    for (size_t i = 0; i < ticks.size(); ++i) {
        QCOMPARE(ticks[i].number, quint64(i + 1));
        QCOMPARE(ticks[i].scheduledNs, start + qint64(i + 1) * 250 * ms);
        QCOMPARE(ticks[i].actualNs, ticks[i].scheduledNs);
        QCOMPARE(ticks[i].missed, quint64(0));
    }
    QCOMPARE(ticker.stats().ticks, quint64(3));
    QCOMPARE(ticker.stats().lastPeriodNs, 250 * ms);
    ticker.stop();
    QVERIFY(!ticker.isRunning());
    clock->advance(1000 * ms);
    QCOMPARE(ticks.size(), size_t(3));
}

void TestTicker::neverDrifts()
{
    const auto clock = std::make_shared<ManualClock>();
    const qint64 start = clock->nowNs();
    constexpr qint64 interval = 3'333'333;
    Test::Randomness random(4);
    TickInfo last;
    quint64 count = 0;
    Ticker ticker(clock, [&](const TickInfo &info) {
        ++count;
        last = info;
        clock->stall(random.between(0, interval - 1)); // the work of each tick
    });
    ticker.start(interval);
    while (count < 10'000)
        clock->advance(interval);
    QCOMPARE(last.number, count);
    QCOMPARE(ticker.stats().missed, quint64(0));
    QCOMPARE(last.scheduledNs - start, 10'000 * interval);
}

void TestTicker::countsMissedTicksExactly_data()
{
    QTest::addColumn<qint64>("stall");
    QTest::addColumn<quint64>("missed");
    QTest::addColumn<quint64>("number");
    QTest::addColumn<qint64>("deviation");
    QTest::newRow("on time") << 100 * ms << quint64(0) << quint64(2) << qint64(0);
    QTest::newRow("late, none missed") << 199 * ms << quint64(0) << quint64(2) << 99 * ms;
    QTest::newRow("one whole interval") << 200 * ms << quint64(1) << quint64(3) << qint64(0);
    QTest::newRow("one and a half") << 250 * ms << quint64(1) << quint64(3) << 50 * ms;
    QTest::newRow("a thousand") << 100'150 * ms << quint64(1000) << quint64(1002) << 50 * ms;
}

void TestTicker::countsMissedTicksExactly()
{
    QFETCH(qint64, stall);
    QFETCH(quint64, missed);
    QFETCH(quint64, number);
    QFETCH(qint64, deviation);
    const auto clock = std::make_shared<ManualClock>();
    std::vector<TickInfo> ticks;
    Ticker ticker(clock, [&](const TickInfo &info) { ticks.push_back(info); });
    ticker.start(100 * ms);
    clock->advance(100 * ms);
    clock->stall(stall); // something else holds the loop
    clock->advance(0);
    QCOMPARE(ticks.size(), size_t(2));
    QCOMPARE(ticks[1].number, number);
    QCOMPARE(ticks[1].missed, missed);
    QCOMPARE(ticks[1].actualNs - ticks[1].scheduledNs, deviation);
    QCOMPARE(ticker.stats().missed, missed);
    QCOMPARE(ticker.stats().lastDeviationNs, deviation);
    // The next one is due at its own time again, not an interval after the late one.
    clock->advance(100 * ms - deviation);
    QCOMPARE(ticks.size(), size_t(3));
    QCOMPARE(ticks[2].number, number + 1);
    QCOMPARE(ticks[2].missed, quint64(0));
    QCOMPARE(ticks[2].actualNs, ticks[2].scheduledNs);
}

void TestTicker::countsLateTicks()
{
    const auto clock = std::make_shared<ManualClock>();
    Ticker ticker(clock, [](const TickInfo &) {});
    ticker.start(100 * ms);
    clock->stall(110 * ms); // exactly a tenth: still on time
    clock->advance(0);
    QCOMPARE(ticker.stats().late, quint64(0));
    clock->stall(101 * ms);
    clock->advance(0);
    QCOMPARE(ticker.stats().late, quint64(1));
    QCOMPARE(ticker.stats().maximumDeviationNs, 11 * ms);
    clock->advance(89 * ms);
    QCOMPARE(ticker.stats().late, quint64(1));
    QCOMPARE(ticker.stats().lastDeviationNs, qint64(0));
    QCOMPARE(ticker.stats().maximumDeviationNs, 11 * ms);
}

void TestTicker::randomStallsAddUp()
{
    const auto clock = std::make_shared<ManualClock>();
    const qint64 start = clock->nowNs();
    Test::Randomness random(5);
    TickInfo last;
    quint64 missed = 0;
    Ticker ticker(clock, [&](const TickInfo &info) {
        QCOMPARE(info.number, last.number + info.missed + 1);
        QVERIFY(info.actualNs >= info.scheduledNs);
        missed += info.missed;
        last = info;
        clock->stall(random.between(0, 300) * ms);
    });
    ticker.start(100 * ms);
    for (int i = 0; i < 5000; ++i)
        clock->advance(random.between(0, 150) * ms);
    QVERIFY(missed > 0);
    QCOMPARE(ticker.stats().missed, missed);
    QCOMPARE(ticker.stats().ticks + missed, last.number);
    QCOMPARE(last.scheduledNs, start + static_cast<qint64>(last.number) * 100 * ms);
}

void TestTicker::measuresTheCallback()
{
    const auto clock = std::make_shared<ManualClock>();
    std::vector<qint64> durations;
    Ticker ticker(clock, [&](const TickInfo &info) {
        durations.push_back(info.lastDurationNs);
        clock->stall(7 * ms);
    });
    ticker.start(100 * ms);
    clock->advance(200 * ms);
    QCOMPARE(durations, (std::vector<qint64>{0, 7 * ms}));
}

void TestTicker::noIntervalNoTick()
{
    const auto clock = std::make_shared<ManualClock>();
    int count = 0;
    Ticker ticker(clock, [&](const TickInfo &) { ++count; });
    ticker.start(0);
    QVERIFY(!ticker.isRunning());
    ticker.start(-5);
    clock->advance(1000 * ms);
    QVERIFY(!ticker.isRunning());
    QCOMPARE(count, 0);
}

void TestTicker::stopsInsideTheCallback()
{
    const auto clock = std::make_shared<ManualClock>();
    int count = 0;
    std::unique_ptr<Ticker> ticker;
    ticker = std::make_unique<Ticker>(clock, [&](const TickInfo &) {
        if (++count == 2)
            ticker->stop();
    });
    ticker->start(10 * ms);
    clock->advance(1000 * ms);
    QCOMPARE(count, 2);
    QVERIFY(!ticker->isRunning());
    QCOMPARE(ticker->stats().ticks, quint64(2));
}

void TestTicker::restartsInsideTheCallback()
{
    const auto clock = std::make_shared<ManualClock>();
    std::vector<quint64> numbers;
    std::unique_ptr<Ticker> ticker;
    ticker = std::make_unique<Ticker>(clock, [&](const TickInfo &info) {
        numbers.push_back(info.number);
        if (numbers.size() == 2)
            ticker->start(100 * ms);
    });
    ticker->start(10 * ms);
    clock->advance(20 * ms);
    clock->advance(99 * ms);
    QCOMPARE(numbers, (std::vector<quint64>{1, 2}));
    clock->advance(101 * ms);
    QCOMPARE(numbers, (std::vector<quint64>{1, 2, 1, 2}));
    QCOMPARE(ticker->stats().intervalNs, 100 * ms);
}

void TestTicker::isDestroyedInsideTheCallback()
{
    const auto clock = std::make_shared<ManualClock>();
    int count = 0;
    std::unique_ptr<Ticker> ticker;
    auto held = std::make_shared<int>(5); // a capture that is read after the ticker is gone
    int read = 0;
    ticker = std::make_unique<Ticker>(clock, [&, held](const TickInfo &) {
        ++count;
        ticker.reset();
        read = *held;
    });
    ticker->start(10 * ms);
    clock->advance(1000 * ms);
    QCOMPARE(count, 1);
    QCOMPARE(read, 5);
}

void TestTicker::isDestroyedInANestedTick()
{
    const auto clock = std::make_shared<ManualClock>();
    int count = 0;
    std::unique_ptr<Ticker> ticker;
    ticker = std::make_unique<Ticker>(clock, [&](const TickInfo &) {
        if (++count == 1) {
            ticker->start(10 * ms);
            clock->advance(10 * ms); // as a dialog's event loop does
        } else {
            ticker.reset();
        }
    });
    ticker->start(10 * ms);
    clock->advance(100 * ms);
    QCOMPARE(count, 2);
    QVERIFY(!ticker);
}

void TestTicker::restartForgetsTheOldStatistics()
{
    const auto clock = std::make_shared<ManualClock>();
    TickInfo last;
    Ticker ticker(clock, [&](const TickInfo &info) {
        last = info;
        clock->stall(5 * ms);
    });
    ticker.start(10 * ms);
    clock->advance(100 * ms);
    QVERIFY(last.lastDurationNs > 0);
    ticker.start(20 * ms);
    QCOMPARE(ticker.stats().ticks, quint64(0));
    clock->advance(20 * ms);
    QCOMPARE(last.number, quint64(1));
    QCOMPARE(last.lastDurationNs, qint64(0));
}

void TestTicker::ticksOnTheSteadyClock()
{
    std::vector<TickInfo> ticks;
    Ticker ticker(SteadyClock::instance(), [&](const TickInfo &info) { ticks.push_back(info); });
    const qint64 start = SteadyClock::instance()->nowNs();
    ticker.start(5 * ms);
    QTRY_VERIFY(ticks.size() >= 20);
    for (const TickInfo &info : ticks) {
        QVERIFY(info.actualNs >= info.scheduledNs);
        QVERIFY(info.scheduledNs >= start + static_cast<qint64>(info.number) * 5 * ms);
    }
    QCOMPARE(ticker.stats().ticks + ticker.stats().missed, ticks.back().number);
}

QTEST_GUILESS_MAIN(TestTicker)
#include "test_ticker.moc"
