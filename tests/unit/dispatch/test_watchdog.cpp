#include <QTest>

#include <atomic>

#include "core/dispatch/watchdog.h"
#include "support/testmain.h"

using namespace SockScope;

class TestWatchdog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void namesWhatBlocksWhileItBlocksAndOnce()
    {
        auto slot = std::make_shared<Watchdog::Slot>();
        std::atomic<int> reports{0};
        std::atomic<quint64> subject{0};
        std::atomic<qint64> forNs{0};
        Watchdog::watch(slot, 20'000'000, [&](quint64 what, qint64 ns) {
            subject = what;
            forNs = ns;
            ++reports;
        });
        slot->enter(17);
        QTRY_COMPARE(reports.load(), 1); // the event loop stands for the handler that blocks: it never leaves
        QCOMPARE(subject.load(), quint64(17));
        QVERIFY(forNs >= 20'000'000);
        slot->leave();
        slot->enter(18);
        QTRY_COMPARE(reports.load(), 2);
        QCOMPARE(subject.load(), quint64(18));
        slot->leave();
        Watchdog::unwatch(slot);
    }

    void saysNothingOutsideACall()
    {
        auto idle = std::make_shared<Watchdog::Slot>();
        auto busy = std::make_shared<Watchdog::Slot>();
        std::atomic<int> idleReports{0};
        std::atomic<int> busyReports{0};
        Watchdog::watch(idle, 5'000'000, [&](quint64, qint64) { ++idleReports; });
        Watchdog::watch(busy, 5'000'000, [&](quint64, qint64) { ++busyReports; });
        idle->enter(1);
        idle->leave();
        for (int i = 0; i < 5; ++i) { // five limits have passed for the idle one too
            busy->enter(2);
            QTRY_COMPARE(busyReports.load(), i + 1);
            busy->leave();
        }
        QCOMPARE(idleReports.load(), 0);
        Watchdog::unwatch(idle);
        Watchdog::unwatch(busy);
    }

    void unwatchEndsReports()
    {
        const int before = Watchdog::watched();
        auto slot = std::make_shared<Watchdog::Slot>();
        {
            auto reports = std::make_unique<std::atomic<int>>(0);
            Watchdog::watch(slot, 1'000'000, [&reports](quint64, qint64) { ++*reports; });
            slot->enter(1);
            QTRY_COMPARE(reports->load(), 1);
            Watchdog::unwatch(slot);
        }
        QCOMPARE(Watchdog::watched(), before);
    }
};

QTEST_GUILESS_MAIN(TestWatchdog)
#include "test_watchdog.moc"
