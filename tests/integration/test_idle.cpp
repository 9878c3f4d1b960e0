#include <QElapsedTimer>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <sys/resource.h>

#include <atomic>

#include "core/dispatch/watchdog.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::listening;
using Test::quiet;

namespace {

/// Its ticks, from the third on, block until the watchdog has said so.
class TickingSock : public UdpSock
{
public:
    using UdpSock::UdpSock;
    std::atomic<int> blocked{0};

protected:
    void tick(const TickInfo &info) override
    {
        QElapsedTimer patience;
        patience.start();
        while (info.number >= 3 && blocked == 0 && patience.elapsed() < 5000) {
        }
    }
};

} // namespace

/// A sock that has nothing to do does nothing, however many peers it knows.
class TestIdle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void idleSockLetsTheWatchdogSleep()
    {
        SockOptions options = listening();
        options.blockedAfter = std::chrono::milliseconds(100);
        options.tickInterval = std::chrono::milliseconds(5);
        UdpSock sock(options);
        QVERIFY(!sock.start());
        QTRY_VERIFY(sock.tickStats().ticks > 0);
        QTRY_VERIFY(Watchdog::isAsleep());
        const quint64 ticks = sock.tickStats().ticks;
        QTRY_VERIFY(sock.tickStats().ticks > ticks + 20); // ticks of ours do not wake it
        QVERIFY(Watchdog::isAsleep());
        std::atomic<int> blocked{0};
        QObject::connect(
            &sock, &BaseSock::handlerBlocked, &sock, [&blocked] { ++blocked; }, Qt::DirectConnection);
        const HandlerId slow = sock.addHandler(0, &sock, [&blocked](const Envelope &) {
            QElapsedTimer patience;
            patience.start();
            while (blocked == 0 && patience.elapsed() < 5000) {
            }
        });
        QVERIFY(slow != 0);
        QVERIFY(!sock.injectPayload(Endpoint(0x7f000001, 20000), "[0,1]")); // a handler does
        QTRY_COMPARE(blocked.load(), 1);
        sock.stop();

        // An application's tick is watched: it may block.
        TickingSock own(options);
        QVERIFY(!own.start());
        QObject::connect(
            &own, &BaseSock::handlerBlocked, &own,
            [&own](const QString &name) {
                if (name == u"tick"_s)
                    ++own.blocked;
            },
            Qt::DirectConnection);
        QTRY_VERIFY(own.blocked > 0);
    }

    void idleSockUsesNoCpu_data()
    {
        QTest::addColumn<int>("peers");
        QTest::addColumn<bool>("ticks");
        QTest::newRow("no peer, no ticks") << 0 << false;
        QTest::newRow("20 peers, no ticks") << 20 << false;
        QTest::newRow("1 peer, ticks") << 1 << true;
        QTest::newRow("1,000 peers, ticks") << 1000 << true;
    }
    void idleSockUsesNoCpu()
    {
        QFETCH(int, peers);
        QFETCH(bool, ticks);
        SockOptions options = listening();
        options.tickInterval = std::chrono::milliseconds(ticks ? 250 : 0);
        Checked<UdpSock> udp(options);
        Checked<TcpSock> tcp(options); // a server without a client
        QVERIFY(!udp.start());
        QVERIFY(!tcp.start());
        for (int i = 0; i < peers; ++i)
            QVERIFY(!udp.injectPayload(Endpoint(0x7f000001, static_cast<quint16>(20000 + i)), "[1,1]"));
        QCOMPARE(udp.peers().size(), peers);
        QTRY_COMPARE(udp.ledger().stillQueued.messages, 0u);
        QCoreApplication::processEvents();

        constexpr int windowMs = 1500;
        const double before = cpuSeconds();
        QEventLoop loop;
        QTimer::singleShot(windowMs, &loop, &QEventLoop::quit); // the time in which nothing happens is what is measured
        loop.exec();
        const double used = (cpuSeconds() - before) / (windowMs / 1000.0);
        QVERIFY2(used < 0.01, qPrintable(u"%1 % of a processor"_s.arg(used * 100)));
        QCOMPARE(udp.peers().size(), peers); // none of them timed out meanwhile
        if (ticks)
            QVERIFY(udp.tickStats().ticks >= 4);
    }

private:
    static double cpuSeconds()
    {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
};

QTEST_GUILESS_MAIN(TestIdle)
#include "test_idle.moc"
