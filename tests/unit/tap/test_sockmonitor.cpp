#include <QDateTime>
#include <QSignalSpy>
#include <QTest>

#include <stdexcept>

#include "core/hooks/peerfilter.h"
#include "core/udpsock.h"
#include "support/messages.h"
#include "support/monitorbench.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestSockMonitor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }
    void becomesAChildWithItsOwnId();
    void firstChangesHoldTheWholeState();
    void aSockWithoutANameIsCalledByItsPort();
    void storesTheMessage();
    void storesOutbound();
    void flushesOnceAnInterval();
    void idleWakesNobody();
    void announcesOnceUntilTaken();
    void snapshotStaysWhenTakenTwice();
    void tellsChangedPeersOnly();
    void aPeerThatCameBackIsPresent();
    void requestResetSendsTheWholeTable();
    void changesThatNobodyTakesStayBounded();
    void losesTheNewestBeyondItsLimit();
    void keepsErrorsUpToItsLimit();
    void tellsDeniedPeers();
};

void TestSockMonitor::becomesAChildWithItsOwnId()
{
    MonitorBench first;
    MonitorBench second;
    QCOMPARE(first.monitor->parent(), first.sock.get());
    QCOMPARE(first.monitor->sock(), first.sock.get());
    QVERIFY(first.monitor->sockId() > 0);
    QVERIFY(first.monitor->sockId() != second.monitor->sockId());
}

void TestSockMonitor::firstChangesHoldTheWholeState()
{
    SockOptions options;
    options.name = u"bench"_s;
    options.maximumPeers = 77;
    MonitorBench bench(options);
    bench.receive(1); // before the first flush
    QSignalSpy updated(bench.monitor, &SockMonitor::updated);
    QCOMPARE(bench.monitor->takeChanges().snapshot.sockId, bench.monitor->sockId());
    bench.clock->advance(0);
    QCOMPARE(updated.size(), 1);
    const qint64 wallUs = QDateTime::currentMSecsSinceEpoch() * 1000;
    const SockChanges changes = bench.monitor->takeChanges();
    QVERIFY(changes.peersReset);
    QCOMPARE(changes.peers.size(), size_t(1));
    QCOMPARE(changes.peers[0].peer.endpoint, endpointOf(1));
    QVERIFY(!changes.peers[0].removed);
    const SockSnapshot &snapshot = changes.snapshot;
    QCOMPARE(snapshot.sockId, bench.monitor->sockId());
    QCOMPARE(snapshot.name, u"bench"_s);
    QCOMPARE(snapshot.state, u"Active"_s);
    QVERIFY(snapshot.active);
    QVERIFY(!snapshot.stream);
    QVERIFY(!snapshot.framingName.isEmpty());
    QVERIFY(snapshot.codec);
    QVERIFY(snapshot.types);
    QCOMPARE(snapshot.nowNs, bench.clock->nowNs());
    QVERIFY(qAbs(snapshot.wallUs - wallUs) < 60'000'000);
    QCOMPARE(snapshot.peerCount, 1);
    QCOMPARE(snapshot.peerLimit, 77);
    QCOMPARE(snapshot.ledger.received, (Count{1, 1}));
    QVERIFY(snapshot.ledger.isBalanced());
}

void TestSockMonitor::aSockWithoutANameIsCalledByItsPort()
{
    SockOptions options;
    options.bind = HostPort{u"127.0.0.1"_s, 0};
    UdpSock sock(options);
    QVERIFY(!sock.start());
    SockMonitor *monitor = SockMonitor::install(&sock, std::make_shared<Recorder>());
    QTRY_COMPARE(monitor->takeChanges().snapshot.name, u"udp:%1"_s.arg(sock.localEndpoint().port()));
}

void TestSockMonitor::storesTheMessage()
{
    MonitorBench bench;
    bench.flushed();
    bench.receive(5, "hello");
    bench.clock->stall(2 * ms);
    bench.receive(6, "");
    QCOMPARE(bench.recorder->stats().waiting, 0);
    bench.flushed();
    const std::vector<StoredMessage> messages = Test::storedOf(*bench.recorder);
    QCOMPARE(messages.size(), size_t(2));
    QCOMPARE(messages[0].peer(), endpointOf(5));
    QCOMPARE(messages[0].payload().toByteArray(), QByteArray("hello"));
    QCOMPARE(messages[0].wireBytes(), 5u);
    QCOMPARE(messages[0].direction(), Direction::In);
    QCOMPARE(messages[0].outcome(), Outcome::Unhandled);
    QCOMPARE(messages[0].sock(), bench.monitor->sockId());
    QVERIFY(messages[0].isInjected());
    QVERIFY(messages[0].note().isEmpty());
    QVERIFY(!messages[0].isError());
    QVERIFY(messages[1].payload().isEmpty());
    QCOMPARE(messages[1].wallNs() - messages[0].wallNs(), 2 * ms);
    QCOMPARE(messages[1].sequence() - messages[0].sequence(), 1u);
}

void TestSockMonitor::storesOutbound()
{
    MonitorBench bench;
    bench.flushed();
    bench.sock->sendRaw("out", endpointOf(9)); // nobody is there: an error with a reason
    bench.flushed();
    const std::vector<StoredMessage> messages = Test::storedOf(*bench.recorder);
    QCOMPARE(messages.size(), size_t(1));
    QCOMPARE(messages[0].direction(), Direction::Out);
    QCOMPARE(messages[0].outcome(), Outcome::NoPeer);
    QCOMPARE(messages[0].peer(), endpointOf(9));
    QCOMPARE(messages[0].wireBytes(), 3u);
    QVERIFY(messages[0].isError());
    QVERIFY(!messages[0].note().isEmpty());
}

void TestSockMonitor::flushesOnceAnInterval()
{
    MonitorBench bench;
    bench.clock->advance(0);
    int count = 0;
    connect(bench.monitor, &SockMonitor::updated, this, [&] {
        ++count;
        bench.monitor->takeChanges();
    });
    bench.monitor->takeChanges();
    for (int i = 0; i < 330; ++i) { // a message each millisecond
        bench.receive(1);
        bench.clock->advanceMs(1);
    }
    QCOMPARE(count, 10);
    QCOMPARE(bench.recorder->stats().waiting, 330);
}

void TestSockMonitor::idleWakesNobody()
{
    MonitorBench bench;
    bench.flushed();
    bench.flushed();
    QSignalSpy updated(bench.monitor, &SockMonitor::updated);
    const qint64 before = bench.monitor->takeChanges().snapshot.nowNs;
    bench.clock->advanceMs(60'000);
    QCOMPARE(updated.size(), 0);
    QCOMPARE(bench.monitor->takeChanges().snapshot.nowNs, before);
    bench.receive(1);
    bench.clock->advance(0); // after a pause the first change does not wait for an interval
    QCOMPARE(updated.size(), 1);
}

void TestSockMonitor::announcesOnceUntilTaken()
{
    MonitorBench bench;
    QSignalSpy updated(bench.monitor, &SockMonitor::updated);
    for (int i = 0; i < 20; ++i) {
        bench.receive(i);
        bench.clock->advance(interval);
    }
    QCOMPARE(updated.size(), 1);
    QCOMPARE(bench.monitor->takeChanges().peers.size(), size_t(20));
    bench.receive(1);
    bench.clock->advance(interval);
    QCOMPARE(updated.size(), 2);
}

void TestSockMonitor::snapshotStaysWhenTakenTwice()
{
    MonitorBench bench;
    bench.receive(1);
    const SockChanges first = bench.flushed();
    const SockChanges second = bench.monitor->takeChanges();
    QCOMPARE(second.snapshot.state, first.snapshot.state);
    QCOMPARE(second.snapshot.peerCount, 1);
    QVERIFY(second.peers.empty());
    QVERIFY(!second.peersReset);
}

void TestSockMonitor::tellsChangedPeersOnly()
{
    MonitorBench bench;
    for (int i = 0; i < 50; ++i)
        bench.receive(i);
    QCOMPARE(bench.flushed().peers.size(), size_t(50));
    bench.receive(7, "four");
    bench.receive(8, "four");
    bench.receive(7, "four");
    const SockChanges changes = bench.flushed();
    QVERIFY(!changes.peersReset);
    QCOMPARE(changes.peers.size(), size_t(2));
    for (const PeerChange &change : changes.peers)
        QCOMPARE(change.peer.received.messages, change.peer.endpoint == endpointOf(7) ? 3u : 2u);
    QVERIFY(bench.flushed().peers.empty());
}

void TestSockMonitor::aPeerThatCameBackIsPresent()
{
    MonitorBench bench;
    for (int i = 1; i <= 3; ++i)
        bench.receive(i);
    bench.flushed();
    bench.sock->closePeer(endpointOf(1));
    bench.receive(1); // comes back
    bench.receive(2);
    bench.sock->closePeer(endpointOf(2)); // stays away
    bench.sock->closePeer(endpointOf(3), CloseReason::Refused);
    bench.receive(3);
    bench.sock->closePeer(endpointOf(3), CloseReason::SlowReader);
    const SockChanges changes = bench.flushed();
    QHash<Endpoint, PeerChange> last;
    for (const PeerChange &change : changes.peers)
        last.insert(change.peer.endpoint, change);
    QCOMPARE(last.size(), 3);
    QVERIFY(!last[endpointOf(1)].removed);
    QCOMPARE(last[endpointOf(1)].peer.received.messages, 1u); // a new life
    QVERIFY(last[endpointOf(2)].removed);
    QCOMPARE(last[endpointOf(2)].reason, CloseReason::Local);
    QVERIFY(last[endpointOf(3)].removed);
    QCOMPARE(last[endpointOf(3)].reason, CloseReason::SlowReader);
}

void TestSockMonitor::requestResetSendsTheWholeTable()
{
    MonitorBench bench;
    for (int i = 0; i < 10; ++i)
        bench.receive(i);
    bench.flushed();
    bench.receive(1);
    QSignalSpy updated(bench.monitor, &SockMonitor::updated);
    bench.monitor->requestReset();
    const SockChanges changes = bench.flushed();
    QCOMPARE(updated.size(), 1);
    QVERIFY(changes.peersReset);
    QCOMPARE(changes.peers.size(), size_t(10));
    QVERIFY(!bench.flushed().peersReset);
}

void TestSockMonitor::changesThatNobodyTakesStayBounded()
{
    SockOptions options;
    options.maximumPeers = 10;
    MonitorBench bench(options);
    bench.flushed();
    // A few peers come, talk and go for long: the last state of each is enough.
    for (int round = 0; round < 3000; ++round) {
        for (int i = 0; i < 5; ++i)
            bench.receive(i);
        bench.sock->closePeer(endpointOf(round % 5));
        bench.clock->advance(interval);
        bench.recorder->takeInbox();
    }
    SockChanges changes = bench.monitor->takeChanges();
    QVERIFY2(changes.peers.size() < 10'000, qPrintable(QString::number(changes.peers.size())));
    QHash<Endpoint, bool> present;
    for (const PeerChange &change : changes.peers)
        present[change.peer.endpoint] = !change.removed;
    QCOMPARE(present.size(), 5);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(present[endpointOf(i)], i != 2999 % 5);

    // More different peers than the limit come and go: a reset replaces them.
    bench.flushed();
    const auto limit = static_cast<int>(SockMonitor::changeLimit);
    for (int i = 0; i < limit + 5000; ++i) {
        bench.receive(100 + i);
        bench.sock->closePeer(endpointOf(100 + i));
        if (i % 10'000 == 0) {
            bench.clock->advance(interval);
            bench.recorder->takeInbox(1'000'000);
        }
    }
    bench.clock->advance(interval);
    bench.recorder->takeInbox(1'000'000);
    changes = bench.monitor->takeChanges();
    QVERIFY(changes.peers.empty());
    QSignalSpy updated(bench.monitor, &SockMonitor::updated);
    changes = bench.flushed(); // nobody had to ask for it
    QCOMPARE(updated.size(), 1);
    QVERIFY(changes.peersReset);
    QCOMPARE(changes.peers.size(), size_t(4));
}

void TestSockMonitor::losesTheNewestBeyondItsLimit()
{
    MonitorBench bench;
    bench.flushed();
    const auto limit = static_cast<int>(SockMonitor::pendingLimit);
    for (int i = 0; i < limit + 10; ++i)
        bench.receive(1);
    SockChanges changes = bench.flushed();
    QCOMPARE(changes.snapshot.lostRecords, 10u);
    QCOMPARE(bench.recorder->stats().waiting, limit);
    bench.recorder->takeInbox(1'000'000);

    const QByteArray megabyte(1024 * 1024, 'm');
    for (int i = 0; i < 70; ++i)
        bench.receive(1, megabyte);
    changes = bench.flushed();
    const qsizetype kept = bench.recorder->stats().waiting;
    QVERIFY(kept >= 60 && kept <= 64); // 64 MiB
    QCOMPARE(changes.snapshot.lostRecords, quint64(10 + 70 - kept));
    bench.receive(1);
    QCOMPARE(bench.flushed().snapshot.lostRecords, changes.snapshot.lostRecords);
}

void TestSockMonitor::keepsErrorsUpToItsLimit()
{
    MonitorBench bench;
    bench.flushed();
    bench.sock->setUnknownTypeHandler(this, [](const Envelope &) { throw std::runtime_error("no"); });
    const auto limit = static_cast<int>(SockMonitor::errorLimit);
    const qint64 wallUs = QDateTime::currentMSecsSinceEpoch() * 1000;
    for (int i = 0; i < limit / 2 + 100; ++i) // in two flushes, neither of them too large
        bench.receive(1);
    bench.clock->advance(interval);
    for (int i = 0; i < limit / 2; ++i)
        bench.receive(1);
    SockChanges changes = bench.flushed();
    QCOMPARE(changes.errors.size(), size_t(limit));
    QCOMPARE(changes.snapshot.lostErrors, 100u);
    QCOMPARE(changes.errors[0].error.code, SockError::Code::HandlerFailed);
    QCOMPARE(changes.errors[0].error.stage, Stage::Handler);
    QVERIFY(qAbs(changes.errors[0].wallUs - wallUs) < 60'000'000);
    QVERIFY(changes.snapshot.lastError);
    bench.receive(1);
    changes = bench.flushed();
    QCOMPARE(changes.errors.size(), size_t(1));
    QCOMPARE(changes.snapshot.lostErrors, 100u);
}

void TestSockMonitor::tellsDeniedPeers()
{
    MonitorBench bench;
    QVERIFY(bench.flushed().snapshot.deniedPeers.isEmpty());
    bench.sock->peerFilter().refuse(endpointOf(4));
    bench.receive(1); // something happens
    QCOMPARE(bench.flushed().snapshot.deniedPeers, QStringList{endpointOf(4).toString()});
    bench.sock->peerFilter().allow(endpointOf(4));
    bench.receive(1);
    QVERIFY(bench.flushed().snapshot.deniedPeers.isEmpty());
}

QTEST_GUILESS_MAIN(TestSockMonitor)
#include "test_sockmonitor.moc"
