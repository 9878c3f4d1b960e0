#include <QSignalSpy>
#include <QTest>
#include <QtEndian>

#include "core/peers/peertable.h"
#include "core/tap/ledger.h"
#include "support/checkedsock.h"
#include "support/streamstub.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::endpointOf;
using Test::frameOf;
using Test::StreamBench;
using namespace std::chrono_literals;

/// What a stream peer may cost a sock, on a clock and a transport of the test.
class TestLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void whoSendsNoWholeFrameIsClosed()
    {
        StreamBench bench;
        bench.connectPeers(3);
        bench.receive(1, frameOf("whole"));
        for (int second = 0; second < 29; ++second) { // one byte a second keeps it from being silent
            bench.clock->advanceMs(1000);
            bench.receive(2, second < 3 ? QByteArray(1, '\0') : QByteArray());
            bench.touch({0, 1, 2});
        }
        QCOMPARE(bench.peers(), 3);
        bench.clock->advanceMs(1500);
        QCOMPARE(bench.closed(0), CloseReason::NoFrame);
        QVERIFY(!bench.isClosed(1));
        QCOMPARE(bench.closed(2), CloseReason::NoFrame);
        QCOMPARE(bench.sock->ledger().closedNoFrame, 2u);
        QCOMPARE(bench.limits.value(u"handshake time-out"_s), 2u);
        QVERIFY(Test::hasError(*bench.sock, SockError::Code::LimitReached));
        // What it had sent is in the equation.
        QCOMPARE(bench.sock->ledger().droppedAtStop, (Count{1, 3}));
        QVERIFY(bench.sock->ledger().isBalanced());
    }

    void outgoingConnectionsNeedNotSpeak()
    {
        StreamBench bench;
        bench.connectPeers(1, true);
        for (int i = 0; i < 100; ++i) {
            bench.clock->advanceMs(1000);
            bench.touch({0});
        }
        QVERIFY(!bench.isClosed(0));
    }

    void whoMayBeSilentMayBeSilentFromTheStart()
    {
        SockOptions options;
        options.timeout = 0ms;
        StreamBench bench(options);
        bench.connectPeers(2);
        bench.clock->advanceMs(3'600'000);
        QCOMPARE(bench.peers(), 2);
        bench.receive(0, QByteArray(2, '\0'));
        bench.clock->advanceMs(29'000);
        QCOMPARE(bench.peers(), 2);
        bench.clock->advanceMs(1500);
        QCOMPARE(bench.closed(0), CloseReason::NoFrame);
        QVERIFY(!bench.isClosed(1));
    }

    void frameThatTakesTooLongIsClosed()
    {
        StreamBench bench;
        bench.connectPeers(3);
        const QByteArray frame = frameOf(QByteArray(100, 'x'));
        for (int peer = 0; peer < 3; ++peer)
            bench.receive(peer, frame);
        qsizetype slow = 0;
        for (int second = 0; second < 59; ++second) {
            // 0 dribbles one frame; 1 is never between frames, but always with a new one; 2 sends whole ones
            bench.receive(0, frame.sliced(slow++, 1));
            bench.receive(1, second == 0 ? frame + frame.first(50) : frame.sliced(50) + frame.first(50));
            bench.receive(2, frame);
            bench.clock->advanceMs(1000);
        }
        QCOMPARE(bench.peers(), 3);
        bench.receive(0, frame.sliced(slow++, 1));
        bench.clock->advanceMs(1000); // 60 s after the first byte, and not later
        QCOMPARE(bench.closed(0), CloseReason::SlowFrame);
        QCOMPARE(bench.peers(), 2);
        QCOMPARE(bench.sock->ledger().closedSlowFrame, 1u);
        bench.receive(1, frame.sliced(50));
        for (int i = 0; i < 100; ++i) {
            bench.clock->advanceMs(1000);
            bench.touch({1, 2});
        }
        QCOMPARE(bench.peers(), 2); // no unfinished frame: nothing to be late with
    }

    void timeoutsCanBeSwitchedOff()
    {
        SockOptions options;
        options.tcp.handshakeTimeout = 0ms;
        options.tcp.frameTimeout = 0ms;
        StreamBench bench(options);
        bench.connectPeers(2);
        bench.receive(0, QByteArray(2, '\0'));
        for (int i = 0; i < 1000; ++i) {
            bench.clock->advanceMs(1000);
            bench.touch({0, 1});
        }
        QCOMPARE(bench.peers(), 2);
    }

    void timeInWhichWeDoNotReadDoesNotCount()
    {
        SockOptions options;
        options.timeout = 3600s;
        options.parseQueueMessages = 4;
        StreamBench bench(options);
        bench.connectPeers(2);
        bench.receive(0, frameOf("a") + QByteArray(2, '\0'), false); // the queue is not worked off
        bench.receive(1, frameOf("b") + frameOf("c") + frameOf("d") + frameOf("e"), false);
        QVERIFY(bench.paused());
        bench.clock->advanceMs(600'000);
        QCOMPARE(bench.peers(), 2);
        bench.settle();
        QVERIFY(!bench.paused());
        bench.clock->advanceMs(59'000);
        QCOMPARE(bench.peers(), 2);
        bench.clock->advanceMs(2000);
        QCOMPARE(bench.closed(0), CloseReason::SlowFrame);
        QCOMPARE(bench.peers(), 1);
    }

    void oneBufferIsLimited()
    {
        SockOptions options;
        options.tcp.receiveLimitBytes = 1000;
        StreamBench bench(options);
        bench.connectPeers(2);
        QByteArray large = frameOf(QByteArray(5000, 'x'));
        bench.receive(0, large.first(900));
        QCOMPARE(bench.peers(), 2);
        QCOMPARE(bench.sock->ledger().bytesBuffered, 900u);
        bench.receive(0, large.sliced(900, 200));
        QCOMPARE(bench.closed(0), CloseReason::BufferLimit);
        QCOMPARE(bench.sock->ledger().closedBufferLimit, 1u);
        QCOMPARE(bench.sock->ledger().bytesBuffered, 0u);
        QCOMPARE(bench.limits.value(u"receive buffer"_s), 1u);
        bench.receive(1, frameOf(QByteArray(5000, 'x'))); // whole at once: never buffered
        QCOMPARE(bench.peers(), 1);
        QCOMPARE(bench.sock->ledger().received.messages, 2u);
    }

    void allBuffersAreLimitedAndTheLargestGoes()
    {
        SockOptions options;
        options.tcp.receiveTotalBytes = 10'000;
        StreamBench bench(options);
        bench.connectPeers(10);
        const QByteArray large = frameOf(QByteArray(50'000, 'x'));
        bench.receive(3, large.first(4000));
        for (int peer = 4; peer < 10; ++peer)
            bench.receive(peer, large.first(1000));
        QCOMPARE(bench.peers(), 10); // exactly at the limit
        bench.receive(0, large.first(10));
        QCOMPARE(bench.closed(3), CloseReason::BufferLimit);
        QVERIFY(!bench.isClosed(0));
        QCOMPARE(bench.sock->ledger().bytesBuffered, 6010u);
        bench.receive(0, large.sliced(10, 5000));
        QCOMPARE(bench.closed(0), CloseReason::BufferLimit); // the largest is the one that sends
        QCOMPARE(bench.peers(), 8);
        for (int peer = 4; peer < 10; ++peer)
            bench.receive(peer, large.sliced(1000)); // the others end their frames
        QCOMPARE(bench.sock->ledger().handled.messages + bench.sock->ledger().unhandled.messages, 6u);
        QVERIFY(bench.sock->ledger().isBalanced());
    }

    void manyConnectionsAreWatchedInOrder()
    {
        SockOptions options;
        options.timeout = 3600s;
        StreamBench bench(options);
        for (int i = 0; i < 3000; ++i) {
            bench.connectPeers(1);
            bench.clock->advanceMs(1);
        }
        QCOMPARE(bench.peers(), 3000);
        bench.clock->advanceMs(26'900);
        QCOMPARE(bench.peers(), 3000);
        bench.clock->advanceMs(1500);
        QVERIFY2(bench.peers() > 1400 && bench.peers() < 1600, qPrintable(QString::number(bench.peers())));
        bench.clock->advanceMs(5000);
        QCOMPARE(bench.peers(), 0);
        QCOMPARE(bench.sock->ledger().closedNoFrame, 3000u);
    }

    void refusalsAddUp()
    {
        SockOptions options;
        options.maximumPeers = 2;
        StreamBench bench(options);
        bench.sock->peerFilter().refuse(endpointOf(0));
        bench.connectPeers(4);
        bench.stub->sink()->transportRefused(endpointOf(9), RefuseReason::ConnectionLimit);
        bench.stub->sink()->transportRefused(endpointOf(9), RefuseReason::AcceptRate);
        bench.stub->sink()->transportRefused(endpointOf(9), RefuseReason::AcceptRate);
        const Ledger ledger = bench.sock->ledger();
        QCOMPARE(ledger.refusedByFilter, 1u);
        QCOMPARE(ledger.refusedPeerLimit, 1u);
        QCOMPARE(ledger.refusedConnectionLimit, 1u);
        QCOMPARE(ledger.refusedAcceptRate, 2u);
        QCOMPARE(ledger.refusedConnections, 5u);
        QCOMPARE(bench.limits.value(u"accept rate"_s), 2u);
        QCOMPARE(bench.limits.value(u"connections"_s), 1u);
        QVERIFY(ledger.isBalanced());
    }

    void wrongLimitsAreAnswered_data()
    {
        QTest::addColumn<int>("which");
        for (int which = 0; which < 8; ++which)
            QTest::addRow("%d", which) << which;
    }
    void wrongLimitsAreAnswered()
    {
        QFETCH(int, which);
        SockOptions options = Test::quiet();
        TcpOptions &tcp = options.tcp;
        switch (which) {
        case 0:
            tcp.acceptsPerSecond = -1;
            break;
        case 1:
            tcp.acceptBurst = 0;
            break;
        case 2:
            tcp.handshakeTimeout = -1ms;
            break;
        case 3:
            tcp.frameTimeout = -1ms;
            break;
        case 4:
            tcp.receiveLimitBytes = 0;
            break;
        case 5:
            tcp.receiveTotalBytes = 0;
            break;
        case 6:
            tcp.sendTotalBytes = 0;
            break;
        default:
            tcp.frameTimeout = std::chrono::hours(1'000'000);
            break;
        }
        BaseSock sock(options);
        const auto error = sock.start();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::InvalidOptions);
        QVERIFY(!error->what.isEmpty() && !error->remedy.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestLimits)
#include "test_limits.moc"
