#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <sys/resource.h>

#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::listening;
using Test::quiet;

/// A sock that has nothing to do does nothing, however many peers it knows.
class TestIdle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

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
