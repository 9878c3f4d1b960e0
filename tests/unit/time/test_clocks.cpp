#include "core/time/manualclock.h"
#include "core/time/steadyclock.h"
#include "core/time/turnclock.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <QThread>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <vector>

using namespace SockScope;

namespace {

constexpr qint64 ms = 1'000'000;

void addAlarmKinds()
{
    QTest::addColumn<bool>("precise");
    QTest::newRow("alarm") << false;
    QTest::newRow("precise alarm") << true;
}

std::unique_ptr<Alarm> makeAlarm(bool precise, std::function<void()> callback)
{
    const auto clock = SteadyClock::instance();
    return precise ? clock->createPreciseAlarm(std::move(callback)) : clock->createAlarm(std::move(callback));
}

} // namespace

class TestClocks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void manualStandsStill();
    void manualFiresInOrderOfDeadline();
    void manualFiresWhatCallbacksSetOnTheWay();
    void manualStallFiresNothing();
    void manualCancelAndMove();
    void manualAlarmDestroysItselfAndOthers();
    void manualSurvivesLosingItsLastOwner();
    void manualAlarmOutlivesItsClock();
    void steadyNeverGoesBack();
    void turnClockFollowsTheSteadyClock();
    void turnClockAsksAnotherClockEachTime();
    void preciseAlarmSurvivesALoopInItsCallback();
    void steadyNeverFiresEarly_data() { addAlarmKinds(); }
    void steadyNeverFiresEarly();
    void steadyPastDeadlineFiresFromTheLoop_data() { addAlarmKinds(); }
    void steadyPastDeadlineFiresFromTheLoop();
    void steadyCancelAndMove_data() { addAlarmKinds(); }
    void steadyCancelAndMove();
    void steadyFarDeadlineStaysSet_data() { addAlarmKinds(); }
    void steadyFarDeadlineStaysSet();
    void steadyAlarmDestroysItself_data() { addAlarmKinds(); }
    void steadyAlarmDestroysItself();
    void steadyAlarmFiresInTheThreadThatMadeIt_data() { addAlarmKinds(); }
    void steadyAlarmFiresInTheThreadThatMadeIt();
};

void TestClocks::manualStandsStill()
{
    ManualClock clock;
    const qint64 start = clock.nowNs();
    QVERIFY(start > 0);
    QCOMPARE(clock.nowNs(), start);
    clock.advanceMs(3);
    QCOMPARE(clock.nowNs(), start + 3 * ms);
    clock.advance(-5);
    QCOMPARE(clock.nowNs(), start + 3 * ms);
}

void TestClocks::manualFiresInOrderOfDeadline()
{
    ManualClock clock;
    Test::Randomness random(6);
    std::vector<std::pair<qint64, int>> expected;
    std::vector<std::pair<qint64, int>> fired;
    std::vector<std::unique_ptr<Alarm>> alarms;
    for (int i = 0; i < 500; ++i) {
        const qint64 deadline = clock.nowNs() + random.between(1, 50) * ms;
        expected.emplace_back(deadline, i);
        alarms.push_back(clock.createAlarm([&, i] { fired.emplace_back(clock.nowNs(), i); }));
        alarms.back()->setDeadline(deadline);
    }
    std::sort(expected.begin(), expected.end()); // those of one deadline in the order of setting
    while (fired.size() < expected.size())
        clock.advance(random.between(0, 9) * ms);
    QCOMPARE(fired, expected);
}

void TestClocks::manualFiresWhatCallbacksSetOnTheWay()
{
    ManualClock clock;
    const qint64 start = clock.nowNs();
    std::vector<qint64> times;
    std::unique_ptr<Alarm> alarm = clock.createAlarm([&] {
        times.push_back(clock.nowNs() - start);
        alarm->setDeadline(clock.nowNs() + 10 * ms);
    });
    alarm->setDeadline(start + 10 * ms);
    clock.advanceMs(35);
    QCOMPARE(times, (std::vector<qint64>{10 * ms, 20 * ms, 30 * ms}));
    QVERIFY(alarm->isSet());
    QCOMPARE(clock.nowNs(), start + 35 * ms);
}

void TestClocks::manualStallFiresNothing()
{
    ManualClock clock;
    const qint64 start = clock.nowNs();
    std::vector<qint64> times;
    const auto alarm = clock.createAlarm([&] { times.push_back(clock.nowNs() - start); });
    alarm->setDeadline(start + 10 * ms);
    clock.stall(25 * ms);
    QVERIFY(times.empty());
    QVERIFY(alarm->isSet());
    clock.advance(0);
    QCOMPARE(times, std::vector<qint64>{25 * ms});
    QVERIFY(!alarm->isSet());
}

void TestClocks::manualCancelAndMove()
{
    ManualClock clock;
    int count = 0;
    const auto alarm = clock.createAlarm([&] { ++count; });
    alarm->setDeadline(clock.nowNs() + 10 * ms);
    alarm->cancel();
    QVERIFY(!alarm->isSet());
    clock.advanceMs(20);
    QCOMPARE(count, 0);
    alarm->setDeadline(clock.nowNs() + 10 * ms);
    alarm->setDeadline(clock.nowNs() + 30 * ms);
    clock.advanceMs(20);
    QCOMPARE(count, 0);
    clock.advanceMs(10);
    QCOMPARE(count, 1);
    clock.advanceMs(100);
    QCOMPARE(count, 1);
}

void TestClocks::manualAlarmDestroysItselfAndOthers()
{
    ManualClock clock;
    int count = 0;
    std::unique_ptr<Alarm> first;
    std::unique_ptr<Alarm> second = clock.createAlarm([&] { ++count; });
    first = clock.createAlarm([&] {
        ++count;
        first.reset();
        second.reset();
    });
    first->setDeadline(clock.nowNs() + ms);
    second->setDeadline(clock.nowNs() + 2 * ms);
    clock.advanceMs(10);
    QCOMPARE(count, 1);
}

void TestClocks::manualSurvivesLosingItsLastOwner()
{
    auto clock = std::make_shared<ManualClock>();
    bool fired = false;
    const auto alarm = clock->createAlarm([&] {
        fired = true;
        clock.reset();
    });
    alarm->setDeadline(clock->nowNs() + ms);
    clock->advanceMs(5);
    QVERIFY(fired);
    QVERIFY(!clock);
}

void TestClocks::manualAlarmOutlivesItsClock()
{
    auto clock = std::make_unique<ManualClock>();
    const auto alarm = clock->createAlarm([] {});
    alarm->setDeadline(clock->nowNs() + ms);
    clock.reset();
    QVERIFY(!alarm->isSet());
    alarm->setDeadline(5);
    QVERIFY(!alarm->isSet());
}

void TestClocks::steadyNeverGoesBack()
{
    const auto clock = SteadyClock::instance();
    QCOMPARE(SteadyClock::instance(), clock);
    qint64 last = clock->nowNs();
    QVERIFY(last > 0);
    for (int i = 0; i < 100'000; ++i) {
        const qint64 now = clock->nowNs();
        QVERIFY(now >= last);
        last = now;
    }
}

void TestClocks::steadyNeverFiresEarly()
{
    QFETCH(bool, precise);
    const auto clock = SteadyClock::instance();
    Test::Randomness random(7);
    for (int i = 0; i < 30; ++i) {
        qint64 deadline = 0;
        qint64 firedAt = 0;
        const auto alarm = makeAlarm(precise, [&] { firedAt = clock->nowNs(); });
        deadline = clock->nowNs() + random.between(0, 5 * ms); // most are no whole milliseconds
        alarm->setDeadline(deadline);
        QVERIFY(alarm->isSet());
        QTRY_VERIFY(firedAt != 0);
        QVERIFY(firedAt >= deadline);
        QVERIFY(!alarm->isSet());
    }
}

void TestClocks::steadyPastDeadlineFiresFromTheLoop()
{
    QFETCH(bool, precise);
    const auto clock = SteadyClock::instance();
    int count = 0;
    const auto alarm = makeAlarm(precise, [&] { ++count; });
    alarm->setDeadline(clock->nowNs() - 1000 * ms);
    QCOMPARE(count, 0); // not from inside setDeadline
    QTRY_COMPARE(count, 1);
}

void TestClocks::steadyCancelAndMove()
{
    QFETCH(bool, precise);
    const auto clock = SteadyClock::instance();
    int cancelled = 0;
    qint64 movedAt = 0;
    bool later = false;
    const auto first = makeAlarm(precise, [&] { ++cancelled; });
    const auto second = makeAlarm(precise, [&] { movedAt = clock->nowNs(); });
    const auto third = makeAlarm(precise, [&] { later = true; });
    const qint64 now = clock->nowNs();
    first->setDeadline(now + 2 * ms);
    first->cancel();
    QVERIFY(!first->isSet());
    second->setDeadline(now + 2 * ms);
    second->setDeadline(now + 20 * ms);
    third->setDeadline(now + 40 * ms);
    QTRY_VERIFY(later);
    QCOMPARE(cancelled, 0);
    QVERIFY(movedAt >= now + 20 * ms);
}

void TestClocks::steadyFarDeadlineStaysSet()
{
    QFETCH(bool, precise);
    const auto clock = SteadyClock::instance();
    int fired = 0;
    bool later = false;
    const auto far = makeAlarm(precise, [&] { ++fired; });
    const auto near = makeAlarm(precise, [&] { later = true; });
    far->setDeadline(std::numeric_limits<qint64>::max()); // 292 years: more milliseconds than an int holds
    near->setDeadline(clock->nowNs() + 5 * ms);
    QTRY_VERIFY(later);
    QCOMPARE(fired, 0);
    QVERIFY(far->isSet());
}

void TestClocks::steadyAlarmDestroysItself()
{
    QFETCH(bool, precise);
    const auto clock = SteadyClock::instance();
    const auto held = std::make_shared<int>(5);
    int read = 0;
    std::unique_ptr<Alarm> alarm;
    alarm = makeAlarm(precise, [&, held] {
        alarm.reset();
        read = *held;
    });
    alarm->setDeadline(clock->nowNs() + ms);
    QTRY_COMPARE(read, 5);
    QVERIFY(!alarm);
}

void TestClocks::steadyAlarmFiresInTheThreadThatMadeIt()
{
    QFETCH(bool, precise);
    QThread thread;
    QObject context;
    context.moveToThread(&thread);
    thread.start();
    std::unique_ptr<Alarm> alarm;
    std::atomic<QThread *> firedIn{nullptr};
    QMetaObject::invokeMethod(
        &context,
        [&] {
            const auto clock = SteadyClock::instance();
            alarm = makeAlarm(precise, [&] { firedIn = QThread::currentThread(); });
            alarm->setDeadline(clock->nowNs() + ms);
        },
        Qt::BlockingQueuedConnection);
    QTRY_COMPARE(firedIn.load(), &thread);
    QMetaObject::invokeMethod(
        &context, [&] { alarm.reset(); }, Qt::BlockingQueuedConnection);
    thread.quit();
    QVERIFY(thread.wait());
}

void TestClocks::turnClockFollowsTheSteadyClock()
{
    const auto clock = SteadyClock::instance();
    TurnClock turn;
    const qint64 until = clock->nowNs() + 60 * ms; // long enough for the processor's counter to be known
    qint64 last = turn.start();
    while (last < until) {
        for (int i = 0; i < 1000; ++i) {
            const qint64 before = clock->nowNs();
            const qint64 now = turn.now();
            const qint64 after = clock->nowNs();
            QVERIFY(now >= last);
            // A counter that is off by 20 millionths for 10 ms
            QVERIFY2(now >= before - 2000 && now <= after + 2000, qPrintable(QString::number(now - before)));
            last = now;
        }
        turn.start();
    }
}

void TestClocks::turnClockAsksAnotherClockEachTime()
{
    const auto clock = std::make_shared<ManualClock>();
    TurnClock turn(clock);
    QCOMPARE(turn.start(), clock->nowNs());
    clock->advance(3'600'000 * ms);
    QCOMPARE(turn.now(), clock->nowNs());
}

void TestClocks::preciseAlarmSurvivesALoopInItsCallback()
{
    const auto clock = SteadyClock::instance();
    std::unique_ptr<Alarm> alarm;
    int calls = 0;
    bool ended = false;
    alarm = clock->createPreciseAlarm([&] {
        if (++calls == 2) {
            alarm.reset(); // while the first call is still on the stack
            return;
        }
        alarm->setDeadline(clock->nowNs());
        QTRY_COMPARE(calls, 2);
        ended = true;
    });
    alarm->setDeadline(clock->nowNs());
    QTRY_VERIFY(ended);
    QVERIFY(!alarm);
}

QTEST_GUILESS_MAIN(TestClocks)
#include "test_clocks.moc"
