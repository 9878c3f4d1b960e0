#include <QDir>
#include <QFile>
#include <QTest>

#include <atomic>
#include <csignal>
#include <thread>

#include "core/dispatch/watchdog.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

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

#ifdef Q_OS_LINUX
    void leavesSignalsToTheProgram()
    {
        const auto blockingThreads = [] {
            int result = 0;
            const QStringList tasks = QDir(u"/proc/self/task"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
            for (const QString &task : tasks) {
                QFile status(u"/proc/self/task/%1/status"_s.arg(task));
                if (!status.open(QIODevice::ReadOnly))
                    continue;
                const QByteArray text = status.readAll();
                const quint64 blocked = text.mid(text.indexOf("SigBlk:") + 7, 17).trimmed().toULongLong(nullptr, 16);
                result += (blocked >> (SIGINT - 1)) & 1 ? 1 : 0;
            }
            return result;
        };
        const int before = blockingThreads();
        auto slot = std::make_shared<Watchdog::Slot>();
        Watchdog::watch(slot, 20'000'000, [](quint64, qint64) {});
        QTRY_COMPARE(blockingThreads(), before + 1);
        sigset_t own;
        QCOMPARE(::pthread_sigmask(SIG_SETMASK, nullptr, &own), 0);
        QCOMPARE(::sigismember(&own, SIGINT), 0);
        Watchdog::unwatch(slot);
    }
#endif

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

    void sleepsWhileNobodyCallsAndIsWoken()
    {
        auto slot = std::make_shared<Watchdog::Slot>();
        auto other = std::make_shared<Watchdog::Slot>();
        std::atomic<int> reports{0};
        std::atomic<int> others{0};
        Watchdog::watch(slot, 4'000'000, [&](quint64, qint64) { ++reports; });
        Watchdog::watch(other, 4'000'000, [&](quint64, qint64) { ++others; });
        for (int i = 0; i < 20; ++i) {
            QTRY_VERIFY(Watchdog::isAsleep());
            slot->enter(1);
            QTRY_COMPARE(reports.load(), i + 1);
            QVERIFY(!Watchdog::isAsleep()); // as long as the call lasts
            slot->leave();
        }
        QCOMPARE(others.load(), 0);
        // Who comes while it sleeps is watched too.
        QTRY_VERIFY(Watchdog::isAsleep());
        Watchdog::unwatch(slot);
        auto late = std::make_shared<Watchdog::Slot>();
        Watchdog::watch(late, 4'000'000, [&](quint64, qint64) { ++reports; });
        late->enter(1);
        QTRY_COMPARE(reports.load(), 21);
        late->leave();
        Watchdog::unwatch(late);
        // The last one to go may leave it asleep: the next to come finds it awake.
        QTRY_VERIFY(Watchdog::isAsleep());
        Watchdog::unwatch(other);
        Watchdog::watch(slot, 4'000'000, [&](quint64, qint64) { ++reports; });
        QVERIFY(!Watchdog::isAsleep());
        slot->enter(1);
        QTRY_COMPARE(reports.load(), 22);
        slot->leave();
        Watchdog::unwatch(slot);
    }

    void callsOfAnotherThreadWakeIt()
    {
        auto slot = std::make_shared<Watchdog::Slot>();
        std::atomic<int> reports{0};
        std::atomic<bool> end{false};
        Watchdog::watch(slot, 4'000'000, [&](quint64, qint64) { ++reports; });
        std::thread caller([&] {
            for (int i = 1; i <= 10 && !end; ++i) { // many short calls, then silence, then one that stays
                for (int each = 0; each < 1000; ++each) {
                    slot->enter(1);
                    slot->leave();
                }
                while (!Watchdog::isAsleep() && !end)
                    std::this_thread::yield();
                slot->enter(2);
                while (reports < i && !end)
                    std::this_thread::yield();
                slot->leave();
            }
        });
        QTRY_COMPARE(reports.load(), 10);
        end = true;
        caller.join();
        Watchdog::unwatch(slot);
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
