#include <QDateTime>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>

#include "support/monitorbench.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

// What becomes of the monitor when its sock stops, moves or dies.
class TestSockMonitorLife : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }
    void flushesWhenTheSockStops();
    void followsANewClock();
    void goesWithItsSock();
    void mayGoBeforeItsSock();
    void worksInAnotherThread();
    void aSockThatDiesBeforeItAttachesTakesItAlong();
};

void TestSockMonitorLife::flushesWhenTheSockStops()
{
    MonitorBench bench;
    bench.flushed();
    QSignalSpy updated(bench.monitor, &SockMonitor::updated);
    bench.receive(1, "last words");
    bench.sock->stop(); // the clock stands
    QCOMPARE(updated.size(), 1);
    QCOMPARE(bench.recorder->stats().waiting, 1);
    const SockChanges changes = bench.monitor->takeChanges();
    QCOMPARE(changes.snapshot.state, u"Idle"_s);
    QVERIFY(!changes.snapshot.active);
    QVERIFY(!changes.peers.empty());
    QVERIFY(changes.peers.back().removed);
    QCOMPARE(changes.peers.back().reason, CloseReason::Stopped);
    // And it goes on after a restart.
    QVERIFY(!bench.sock->start());
    bench.receive(2);
    QCOMPARE(bench.flushed().snapshot.state, u"Active"_s);
    QCOMPARE(bench.recorder->stats().waiting, 2);
}

void TestSockMonitorLife::followsANewClock()
{
    MonitorBench bench;
    bench.flushed();
    bench.sock->stop();
    const auto old = std::exchange(bench.clock, std::make_shared<ManualClock>());
    bench.clock->advanceMs(100'000);
    QVERIFY(!bench.sock->setOptions(bench.prepared({})));
    QVERIFY(!bench.sock->start());
    bench.receive(1);
    const SockChanges changes = bench.flushed();
    QCOMPARE(changes.snapshot.state, u"Active"_s);
    QCOMPARE(bench.recorder->stats().waiting, 1);
    QVERIFY(changes.snapshot.nowNs > old->nowNs() + 50'000 * ms);
    QVERIFY(qAbs(changes.snapshot.wallUs - QDateTime::currentMSecsSinceEpoch() * 1000) < 60'000'000);
}

void TestSockMonitorLife::goesWithItsSock()
{
    MonitorBench bench;
    bench.flushed();
    bench.receive(1);
    SockSnapshot last;
    bool found = true;
    connect(bench.monitor, &SockMonitor::updated, this, [&] {
        last = bench.monitor->takeChanges().snapshot;
        found = bench.monitor->sock() != nullptr;
    });
    bench.sock.reset();
    QVERIFY(!bench.monitor);
    QCOMPARE(bench.recorder->stats().waiting, 1);
    QVERIFY(!last.active);
    QVERIFY(!found); // half a sock is not shown around
    QCOMPARE(last.ledger.received.messages, 1u);
    QVERIFY(last.ledger.isBalanced());
    bench.clock->advanceMs(1000);
}

void TestSockMonitorLife::mayGoBeforeItsSock()
{
    MonitorBench bench;
    bench.flushed();
    bench.receive(1);
    delete bench.monitor;
    QCOMPARE(bench.recorder->stats().waiting, 1);
    bench.receive(2);
    bench.clock->advanceMs(1000);
    QCOMPARE(bench.recorder->stats().waiting, 1);
    QCOMPARE(bench.sock->ledger().received.messages, 2u);
}

void TestSockMonitorLife::worksInAnotherThread()
{
    QThread thread;
    thread.start();
    auto *sock = new BaseSock;
    sock->moveToThread(&thread);
    const auto recorder = std::make_shared<Recorder>();
    SockMonitor *monitor = SockMonitor::install(sock, recorder, 5 * ms);
    std::atomic<int> updated = 0; // a QSignalSpy would write its list in the sock's thread
    connect(
        monitor, &SockMonitor::updated, monitor, [&] { ++updated; }, Qt::DirectConnection);
    monitor->requestReset(); // perhaps before it is attached
    QTRY_COMPARE(monitor->takeChanges().snapshot.state, u"Idle"_s);
    QCOMPARE(monitor->thread(), &thread);

    std::optional<SockError> error;
    QMetaObject::invokeMethod(
        sock,
        [&] {
            error = sock->start();
            for (int i = 0; i < 100; ++i)
                sock->injectPayload(endpointOf(i % 10), "x");
        },
        Qt::BlockingQueuedConnection);
    QVERIFY(!error);
    QSet<Endpoint> seen;
    SockChanges changes;
    const auto take = [&] {
        changes = monitor->takeChanges();
        for (const PeerChange &change : changes.peers)
            seen.insert(change.peer.endpoint);
        return changes.snapshot.ledger.received.messages;
    };
    QTRY_COMPARE(take(), 100u);
    QTRY_COMPARE(recorder->stats().waiting, 100);
    QCOMPARE(seen.size(), 10);
    QVERIFY(changes.snapshot.active);
    QVERIFY(updated > 0);

    QSignalSpy gone(monitor, &QObject::destroyed);
    QMetaObject::invokeMethod(
        sock, [sock] { delete sock; }, Qt::BlockingQueuedConnection);
    QCOMPARE(gone.size(), 1);
    thread.quit();
    QVERIFY(thread.wait());
}

void TestSockMonitorLife::aSockThatDiesBeforeItAttachesTakesItAlong()
{
    QThread thread; // never runs
    auto sock = std::make_unique<BaseSock>();
    sock->moveToThread(&thread);
    const auto recorder = std::make_shared<Recorder>();
    const QPointer<SockMonitor> monitor = SockMonitor::install(sock.get(), recorder);
    QVERIFY(monitor);
    sock.reset();
    QVERIFY(!monitor);
    QCOMPARE(recorder.use_count(), 1);
}

QTEST_GUILESS_MAIN(TestSockMonitorLife)
#include "test_sockmonitorlife.moc"
