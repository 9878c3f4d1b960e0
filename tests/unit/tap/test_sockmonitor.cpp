#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/hooks/peerfilter.h"
#include "core/tap/sockmonitor.h"
#include "core/time/manualclock.h"
#include "support/testmain.h"

#include <QDateTime>
#include <QPointer>
#include <QSignalSpy>
#include <QThread>

#include <stdexcept>

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 ms = 1'000'000;
constexpr qint64 interval = 33 * ms;

Endpoint endpointOf(int index)
{
    return Endpoint(0x0a000000u + static_cast<quint32>(index / 60000), static_cast<quint16>(index % 60000 + 1));
}

/// A sock on a clock that stands, without ticks and time-outs, whose messages run to their handlers at once.
struct Bench
{
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
    std::unique_ptr<BaseSock> sock;
    QPointer<SockMonitor> monitor;

    explicit Bench(SockOptions options = {})
    {
        sock = std::make_unique<BaseSock>(prepared(std::move(options)));
        sock->start();
        monitor = SockMonitor::install(sock.get(), recorder, interval);
    }
    SockOptions prepared(SockOptions options) const
    {
        options.clock = clock;
        options.dispatch = DispatchMode::Inline;
        options.tickInterval = std::chrono::milliseconds(0);
        options.timeout = std::chrono::milliseconds(0);
        options.blockedAfter = std::chrono::milliseconds(0);
        options.logger = [](int, const QString &) {}; // expected errors are no warnings of the test
        return options;
    }
    void receive(int peer, QByteArrayView payload = "x") { sock->injectPayload(endpointOf(peer), payload); }
    SockChanges flushed()
    {
        clock->advance(interval);
        return monitor->takeChanges();
    }
};

} // namespace

class TestSockMonitor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void becomesAChildWithItsOwnId();
    void firstChangesHoldTheWholeState();
    void recordsCarryTheMessage();
    void recordsOutbound();
    void flushesOnceAnInterval();
    void idleWakesNobody();
    void announcesOnceUntilTaken();
    void snapshotStaysWhenTakenTwice();
    void tellsChangedPeersOnly();
    void aPeerThatCameBackIsPresent();
    void requestResetSendsTheWholeTable();
    void changesThatNobodyTakesStayBounded();
    void losesTheNewestRecordsBeyondItsLimit();
    void keepsErrorsUpToItsLimit();
    void tellsDeniedPeers();
    void flushesWhenTheSockStops();
    void followsANewClock();
    void goesWithItsSock();
    void mayGoBeforeItsSock();
    void worksInAnotherThread();
    void aSockThatDiesBeforeItAttachesTakesItAlong();
};

void TestSockMonitor::becomesAChildWithItsOwnId()
{
    Bench first;
    Bench second;
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
    Bench bench(options);
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

void TestSockMonitor::recordsCarryTheMessage()
{
    Bench bench;
    bench.flushed();
    bench.receive(5, "hello");
    bench.clock->stall(2 * ms);
    bench.receive(6, "");
    QCOMPARE(bench.recorder->stats().waiting, 0);
    bench.flushed();
    const std::vector<Record> records = bench.recorder->takeInbox();
    QCOMPARE(records.size(), size_t(2));
    QCOMPARE(records[0].peer, endpointOf(5));
    QCOMPARE(records[0].payload.toByteArray(), QByteArray("hello"));
    QCOMPARE(records[0].wireBytes, 5);
    QCOMPARE(records[0].direction, Direction::In);
    QCOMPARE(records[0].outcome, Outcome::Unhandled);
    QCOMPARE(records[0].sock, bench.monitor->sockId());
    QVERIFY(records[0].flags.testFlag(EnvelopeFlag::Injected));
    QVERIFY(records[0].note.isEmpty());
    QVERIFY(!records[0].isError());
    QVERIFY(records[1].payload.isEmpty());
    QCOMPARE(records[1].steadyNs - records[0].steadyNs, 2 * ms);
    QCOMPARE(records[1].wallUs - records[0].wallUs, 2000);
}

void TestSockMonitor::recordsOutbound()
{
    Bench bench;
    bench.flushed();
    bench.sock->sendRaw("out", endpointOf(9)); // nobody is there: an error with a reason
    bench.flushed();
    const std::vector<Record> records = bench.recorder->takeInbox();
    QCOMPARE(records.size(), size_t(1));
    QCOMPARE(records[0].direction, Direction::Out);
    QCOMPARE(records[0].outcome, Outcome::NoPeer);
    QCOMPARE(records[0].peer, endpointOf(9));
    QCOMPARE(records[0].wireBytes, 3);
    QVERIFY(records[0].isError());
    QVERIFY(!records[0].note.isEmpty());
}

void TestSockMonitor::flushesOnceAnInterval()
{
    Bench bench;
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
    Bench bench;
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
    Bench bench;
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
    Bench bench;
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
    Bench bench;
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
    Bench bench;
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
    Bench bench;
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
    Bench bench(options);
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

void TestSockMonitor::losesTheNewestRecordsBeyondItsLimit()
{
    Bench bench;
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
    Bench bench;
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
    Bench bench;
    QVERIFY(bench.flushed().snapshot.deniedPeers.isEmpty());
    bench.sock->peerFilter().refuse(endpointOf(4));
    bench.receive(1); // something happens
    QCOMPARE(bench.flushed().snapshot.deniedPeers, QStringList{endpointOf(4).toString()});
    bench.sock->peerFilter().allow(endpointOf(4));
    bench.receive(1);
    QVERIFY(bench.flushed().snapshot.deniedPeers.isEmpty());
}

void TestSockMonitor::flushesWhenTheSockStops()
{
    Bench bench;
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

void TestSockMonitor::followsANewClock()
{
    Bench bench;
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

void TestSockMonitor::goesWithItsSock()
{
    Bench bench;
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

void TestSockMonitor::mayGoBeforeItsSock()
{
    Bench bench;
    bench.flushed();
    bench.receive(1);
    delete bench.monitor;
    QCOMPARE(bench.recorder->stats().waiting, 1);
    bench.receive(2);
    bench.clock->advanceMs(1000);
    QCOMPARE(bench.recorder->stats().waiting, 1);
    QCOMPARE(bench.sock->ledger().received.messages, 2u);
}

void TestSockMonitor::worksInAnotherThread()
{
    QThread thread;
    thread.start();
    auto *sock = new BaseSock;
    sock->moveToThread(&thread);
    const auto recorder = std::make_shared<Recorder>();
    SockMonitor *monitor = SockMonitor::install(sock, recorder, 5 * ms);
    QSignalSpy updated(monitor, &SockMonitor::updated);
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
    QVERIFY(!updated.isEmpty());

    QSignalSpy gone(monitor, &QObject::destroyed);
    QMetaObject::invokeMethod(
        sock, [sock] { delete sock; }, Qt::BlockingQueuedConnection);
    QCOMPARE(gone.size(), 1);
    thread.quit();
    QVERIFY(thread.wait());
}

void TestSockMonitor::aSockThatDiesBeforeItAttachesTakesItAlong()
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

QTEST_GUILESS_MAIN(TestSockMonitor)
#include "test_sockmonitor.moc"
