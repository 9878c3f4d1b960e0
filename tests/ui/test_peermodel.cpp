#include "ui/models/peermodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <map>

#include "core/time/manualclock.h"
#include "support/randomness.h"
#include "support/testmain.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 second = 1'000'000'000;

Endpoint endpointOf(int number)
{
    return Endpoint(0x7f000001, static_cast<quint16>(10'000 + number));
}

PeerChange peerOf(int number, quint64 messages = 0, qint64 lastSeenNs = 0)
{
    PeerChange change;
    change.peer.endpoint = endpointOf(number);
    change.peer.firstSeenNs = 5 * second;
    change.peer.lastSeenNs = lastSeenNs;
    change.peer.received = {messages, messages * 10};
    return change;
}

PeerChange goneOf(int number)
{
    PeerChange change = peerOf(number);
    change.removed = true;
    return change;
}

SockChanges changesOf(quint32 sockId, std::vector<PeerChange> peers, qint64 nowNs = 100 * second)
{
    SockChanges changes;
    changes.snapshot.sockId = sockId;
    changes.snapshot.nowNs = nowNs;
    changes.snapshot.wallUs = 1'700'000'000'000'000;
    changes.snapshot.timeoutNs = 10 * second;
    changes.peers = std::move(peers);
    return changes;
}

} // namespace

class TestPeerModel : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;

    static void apply(PeerModel &model, const SockChanges &changes) { model.apply(std::span(&changes, 1)); }

private Q_SLOTS:
    void initTestCase()
    {
        SockSnapshot snapshot;
        snapshot.sockId = 1;
        snapshot.name = u"game"_s;
        m_directory.update(snapshot);
    }
    void init() { SockScope::Test::failOnWarnings(); }

    void cellsAndCountdown()
    {
        auto clock = std::make_shared<ManualClock>();
        PeerModel model(&m_directory, clock);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        apply(model, changesOf(1, {peerOf(1, 3, 98 * second)}));
        QCOMPARE(model.rowCount(), 1);
        const QModelIndex peer = model.index(0, PeerModel::PeerColumn);
        QCOMPARE(peer.data().toString(), u"127.0.0.1:10001"_s);
        QCOMPARE(model.index(0, PeerModel::SocketColumn).data().toString(), u"game"_s);
        QCOMPARE(model.index(0, PeerModel::MessagesInColumn).data().toString(), u"3"_s);
        QCOMPARE(model.index(0, PeerModel::BytesInColumn).data().toString(), u"30 B"_s);
        QCOMPARE(peer.data(SecondsLeftRole).toDouble(), 8.0);
        QCOMPARE(peer.data(StateRole).toString(), u"Known"_s);
        QCOMPARE(model.index(0, PeerModel::SinceColumn).data(SortRole).toLongLong(),
                 1'700'000'000'000'000 - 95'000'000);

        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        clock->advanceMs(500);
        QCOMPARE(changed.count(), 0);
        clock->advanceMs(2500);
        QCOMPARE(changed.count(), 3); // one a second for all rows
        QCOMPARE(peer.data(SecondsLeftRole).toDouble(), 5.0);
        QCOMPARE(model.index(0, PeerModel::TimeoutColumn).data().toString(), u"5.0 s"_s);
        clock->advanceMs(20'000);
        QCOMPARE(peer.data(SecondsLeftRole).toDouble(), 0.0);

        apply(model, changesOf(1, {goneOf(1)}));
        QCOMPARE(model.rowCount(), 0);
        changed.clear();
        clock->advanceMs(5000);
        QCOMPARE(changed.count(), 0); // and no timer without rows
    }

    void ratesAndHistory()
    {
        auto clock = std::make_shared<ManualClock>();
        PeerModel model(&m_directory, clock);
        apply(model, changesOf(1, {peerOf(1, 1000)}));
        for (int i = 1; i <= 70; ++i) {
            apply(model, changesOf(1, {peerOf(1, 1000 + static_cast<quint64>(i) * 5)}));
            clock->advanceMs(1000);
        }
        QCOMPARE(model.index(0, PeerModel::RateInColumn).data().toString(), u"5.0/s"_s);
        const auto history = model.index(0, 0).data(HistoryRole).value<QList<float>>();
        QCOMPARE(history.size(), qsizetype(PeerModel::historySeconds));
        QCOMPARE(history.first(), 5.0f);
        clock->advanceMs(1000);
        QCOMPARE(model.index(0, PeerModel::RateInColumn).data().toString(), QString());
        QCOMPARE(model.index(0, 0).data(HistoryRole).value<QList<float>>().last(), 0.0f);
    }

    void randomChangesKeepTheTable()
    {
        Test::Randomness random(7);
        auto clock = std::make_shared<ManualClock>();
        PeerModel model(&m_directory, clock);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        std::map<std::pair<quint32, int>, quint64> expected;
        QPersistentModelIndex watched;
        Endpoint watchedPeer;
        quint32 watchedSock = 0;
        for (int step = 0; step < 300; ++step) {
            std::vector<SockChanges> batch;
            for (quint32 sock = 1; sock <= 2; ++sock) {
                std::vector<PeerChange> peers;
                const bool reset = random.oneIn(10);
                if (reset)
                    std::erase_if(expected, [sock](const auto &entry) { return entry.first.first == sock; });
                for (qint64 i = random.between(0, 15); i > 0; --i) {
                    const int number = static_cast<int>(random.between(1, 40));
                    if (random.oneIn(3)) {
                        peers.push_back(goneOf(number));
                        expected.erase({sock, number});
                    } else {
                        const quint64 messages = random.next() % 1000;
                        peers.push_back(peerOf(number, messages));
                        expected[{sock, number}] = messages;
                    }
                }
                batch.push_back(changesOf(sock, std::move(peers)));
                batch.back().peersReset = reset;
            }
            inserted.clear();
            removed.clear();
            model.apply(batch);
            QVERIFY(inserted.count() <= 1);
            QVERIFY(removed.count() <= 1);
            QCOMPARE(model.rowCount(), static_cast<int>(expected.size()));
            for (const auto &[key, messages] : expected) {
                const int row = model.rowOf(key.first, endpointOf(key.second));
                QVERIFY(row >= 0);
                QCOMPARE(model.sockId(row), key.first);
                QCOMPARE(model.peer(row).endpoint, endpointOf(key.second));
                QCOMPARE(model.peer(row).received.messages, messages);
            }
            if (watched.isValid()) { // a row keeps its identity while others leave
                QCOMPARE(watched.data(EndpointRole).value<Endpoint>(), watchedPeer);
                QCOMPARE(watched.data(SockIdRole).toUInt(), watchedSock);
            } else if (model.rowCount() > 0) {
                watched = model.index(model.rowCount() / 2, 0);
                watchedPeer = watched.data(EndpointRole).value<Endpoint>();
                watchedSock = watched.data(SockIdRole).toUInt();
            }
        }
        model.removeSock(1);
        QCOMPARE(model.rowCount(), static_cast<int>(std::count_if(expected.begin(), expected.end(),
                                                                  [](const auto &e) { return e.first.first == 2; })));
        model.removeSock(2);
        QCOMPARE(model.rowCount(), 0);
    }

    void refusedPeersStayToBeAllowedAgain()
    {
        PeerModel model(&m_directory, std::make_shared<ManualClock>());
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        apply(model, changesOf(1, {peerOf(1), peerOf(2)}));
        SockChanges refusing = changesOf(1, {goneOf(1)});
        refusing.snapshot.deniedPeers = {endpointOf(1).toString(), u"10.0.0.1:0"_s};
        apply(model, refusing);
        QCOMPARE(model.rowCount(), 3);
        const int row = model.rowOf(1, endpointOf(1));
        QVERIFY(row >= 0);
        QCOMPARE(model.index(row, 0).data(IsRefusedRole).toBool(), true);
        QCOMPARE(model.index(row, 0).data(IsPresentRole).toBool(), false);
        QCOMPARE(model.index(row, 0).data(StateRole).toString(), u"Refused"_s);
        QCOMPARE(model.index(2, 0).data().toString(), u"10.0.0.1"_s);
        SockChanges whole = changesOf(1, {peerOf(2)});
        whole.peersReset = true;
        whole.snapshot.deniedPeers = refusing.snapshot.deniedPeers;
        apply(model, whole);
        QCOMPARE(model.rowCount(), 3);
        apply(model, changesOf(1, {}));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0, 0).data(IsRefusedRole).toBool(), false);
    }

    void tenThousandRows()
    {
        PeerModel model(&m_directory, std::make_shared<ManualClock>());
        std::vector<PeerChange> all;
        for (int i = 0; i < 10'000; ++i)
            all.push_back(peerOf(i));
        apply(model, changesOf(1, all));
        QCOMPARE(model.rowCount(), 10'000);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        std::vector<PeerChange> odd;
        for (int i = 1; i < 10'000; i += 2)
            odd.push_back(goneOf(i));
        QElapsedTimer timer;
        timer.start();
        apply(model, changesOf(1, odd));
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(removed.count(), 1);
        QCOMPARE(model.rowCount(), 5000);
        QCOMPARE(model.peer(model.rowOf(1, endpointOf(9998))).endpoint, endpointOf(9998));
    }
};

QTEST_GUILESS_MAIN(TestPeerModel)
#include "test_peermodel.moc"
