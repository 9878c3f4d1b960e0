#include <QTest>

#include <cmath>

#include "core/time/counterrate.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

namespace {

constexpr qint64 ms = 1'000'000;

/// A machine whose counter runs at 2.5 GHz, asleep too; its steady clock stands still while it sleeps.
struct Machine
{
    CounterRate::Reading now{5'000 * ms, 0, 77'000'000'000};
    void wake(qint64 ns)
    {
        now.steadyNs += ns;
        now.ticks += static_cast<quint64>(ns) * 5 / 2;
    }
    void suspend(qint64 ns)
    {
        now.sleptNs += ns;
        now.ticks += static_cast<quint64>(ns) * 5 / 2;
    }
};

double nsATick(quint64 scale)
{
    return std::ldexp(static_cast<double>(scale), -CounterRate::scaleBits);
}

} // namespace

class TestCounterRate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void isKnownAfterTwentyMilliseconds()
    {
        CounterRate rate;
        Machine machine;
        QCOMPARE(rate.watch(machine.now), 0u);
        machine.wake(CounterRate::shortestNs - 1);
        QCOMPARE(rate.watch(machine.now), 0u);
        machine.wake(1);
        QVERIFY(rate.watch(machine.now) != 0);
        QVERIFY(std::abs(nsATick(rate.scale()) - 0.4) < 1e-6);
        const quint64 found = rate.scale();
        machine.suspend(3'600'000 * ms); // what is known stays
        QCOMPARE(rate.watch(machine.now), found);
    }

    void aSleepBetweenTheReadingsBeginsAnew()
    {
        CounterRate rate;
        Machine machine;
        QCOMPARE(rate.watch(machine.now), 0u);
        machine.wake(600'000 * ms); // idle for ten minutes, then as long asleep: half the rate, if it counted
        machine.suspend(600'000 * ms);
        QCOMPARE(rate.watch(machine.now), 0u);
        machine.wake(CounterRate::shortestNs);
        QVERIFY(rate.watch(machine.now) != 0);
        QVERIFY(std::abs(nsATick(rate.scale()) - 0.4) < 1e-6);
    }

    void aCounterThatBeganAnewIsWatchedAnew()
    {
        CounterRate rate;
        Machine machine;
        QCOMPARE(rate.watch(machine.now), 0u);
        machine.wake(100 * ms);
        machine.now.ticks = 1000; // some start at 0 when they wake
        QCOMPARE(rate.watch(machine.now), 0u);
        machine.wake(100 * ms);
        QVERIFY(std::abs(nsATick(rate.watch(machine.now)) - 0.4) < 1e-6);
    }

    void whatIsNoCounterIsNotTaken()
    {
        CounterRate rate;
        CounterRate::Reading reading{ms, 0, 1000};
        for (int i = 0; i < 100; ++i) {
            QCOMPARE(rate.watch(reading), 0u);
            reading.steadyNs += 1000 * ms;
            reading.ticks += 1000; // a thousand a second
        }
    }
};

QTEST_GUILESS_MAIN(TestCounterRate)
#include "test_counterrate.moc"
