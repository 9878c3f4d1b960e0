#include "ui/models/peersortmodel.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <set>

#include "core/time/manualclock.h"
#include "support/peerchanges.h"
#include "support/randomness.h"
#include "support/testmain.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestPeerSortModel : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;
    std::shared_ptr<ManualClock> m_clock;
    std::unique_ptr<PeerModel> m_model;

    void apply(std::vector<PeerChange> peers)
    {
        const SockChanges changes = peerChanges(1, std::move(peers), m_clock->nowNs());
        m_model->apply(std::span(&changes, 1));
    }
    static std::vector<quint64> column(const PeerSortModel &sorted, int column)
    {
        std::vector<quint64> values;
        for (int row = 0; row < sorted.rowCount(); ++row)
            values.push_back(sorted.index(row, column).data(SortRole).toULongLong());
        return values;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_clock = std::make_shared<ManualClock>();
        m_model = std::make_unique<PeerModel>(&m_directory, m_clock);
    }

    void sortsByNumberAndAddress()
    {
        apply({peerChange(3, 5), peerChange(1, 7), peerChange(2, 5)});
        PeerSortModel sorted(m_model.get());
        QAbstractItemModelTester tester(&sorted, QAbstractItemModelTester::FailureReportingMode::QtTest);
        sorted.sort(PeerModel::MessagesInColumn, Qt::DescendingOrder);
        QCOMPARE(column(sorted, PeerModel::MessagesInColumn), (std::vector<quint64>{7, 5, 5}));
        sorted.sort(PeerModel::PeerColumn);
        QCOMPARE(sorted.index(0, 0).data(EndpointRole).value<Endpoint>(), peerEndpoint(1));
        QCOMPARE(sorted.index(2, 0).data(EndpointRole).value<Endpoint>(), peerEndpoint(3));
        sorted.sort(-1);
        QCOMPARE(sorted.index(0, 0).data(EndpointRole).value<Endpoint>(), peerEndpoint(3));
        // 127.0.0.1:9999 stands before 127.0.0.1:10001, as no text does
        PeerChange low = peerChange(1);
        low.peer.endpoint = Endpoint(0x7f000001, 9999);
        apply({low});
        sorted.sort(PeerModel::PeerColumn);
        QCOMPARE(sorted.index(0, 0).data(EndpointRole).value<Endpoint>().port(), quint16(9999));
        QCOMPARE(sorted.headerData(0, Qt::Horizontal).toString(), u"Peer"_s);
    }

    void everyColumnSortsLikeItsValue()
    {
        Randomness random(5);
        std::vector<PeerChange> peers;
        for (int i = 0; i < 200; ++i) {
            PeerChange change = peerChange(i, random.next() % 50, random.between(0, 900'000'000));
            change.peer.firstSeenNs = random.between(0, 900'000'000);
            change.peer.errors = random.next() % 3;
            change.peer.sent = {random.next() % 9, random.next() % 2000};
            peers.push_back(change);
        }
        apply(std::move(peers));
        PeerSortModel sorted(m_model.get());
        for (const int column : {PeerModel::SinceColumn, PeerModel::MessagesInColumn, PeerModel::MessagesOutColumn,
                                 PeerModel::BytesInColumn, PeerModel::BytesOutColumn, PeerModel::ErrorsColumn}) {
            sorted.sort(column);
            const std::vector<quint64> values = TestPeerSortModel::column(sorted, column);
            QVERIFY2(std::is_sorted(values.begin(), values.end()), qPrintable(QString::number(column)));
        }
    }

    // Merging what changed into the rest gives what sorting everything would, and persistent indexes follow.
    void randomChangesStaySorted()
    {
        Randomness random(23);
        PeerSortModel sorted(m_model.get());
        QAbstractItemModelTester source(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester tester(&sorted, QAbstractItemModelTester::FailureReportingMode::QtTest);
        sorted.sort(PeerModel::MessagesInColumn, Qt::DescendingOrder);
        std::set<int> present;
        QPersistentModelIndex watched;
        Endpoint watchedPeer;
        for (int step = 0; step < 150; ++step) {
            std::vector<PeerChange> peers;
            for (qint64 i = random.between(0, 40); i > 0; --i) {
                const int number = static_cast<int>(random.between(1, 120));
                if (random.oneIn(4)) {
                    peers.push_back(peerGone(number));
                    present.erase(number);
                } else {
                    peers.push_back(peerChange(number, random.next() % 100));
                    present.insert(number);
                }
            }
            apply(std::move(peers));
            QCOMPARE(sorted.rowCount(), static_cast<int>(present.size()));
            if (random.oneIn(3)) {
                while (!sorted.sortChanged()) {
                }
                const std::vector<quint64> values = column(sorted, PeerModel::MessagesInColumn);
                QVERIFY(std::is_sorted(values.rbegin(), values.rend()));
            }
            for (int row = 0; row < sorted.rowCount(); ++row) {
                const QModelIndex index = sorted.index(row, 0);
                QCOMPARE(sorted.mapFromSource(sorted.mapToSource(index)), index);
            }
            if (watched.isValid()) {
                QCOMPARE(watched.data(EndpointRole).value<Endpoint>(), watchedPeer);
            } else if (sorted.rowCount() > 0) {
                watched = sorted.index(sorted.rowCount() / 2, 0);
                watchedPeer = watched.data(EndpointRole).value<Endpoint>();
            }
        }
    }

    void searches()
    {
        std::vector<PeerChange> peers;
        for (int i = 0; i < 1000; ++i) {
            peers.push_back(peerChange(i));
            if (i % 100 == 0)
                peers.back().peer.metadata.insert(u"name"_s, u"Anna %1"_s.arg(i));
        }
        apply(std::move(peers));
        PeerSortModel sorted(m_model.get());
        QAbstractItemModelTester tester(&sorted, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy finished(&sorted, &PeerSortModel::searchFinished);
        sorted.setSearch(u"ANNA connected"_s);
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(sorted.rowCount(), 10);
        QCOMPARE(sorted.index(3, 0).data(EndpointRole).value<Endpoint>(), peerEndpoint(300));
        // Who comes, changes or goes is found, or not any more.
        PeerChange named = peerChange(5);
        named.peer.metadata.insert(u"name"_s, u"anna"_s);
        PeerChange fresh = peerChange(2000);
        fresh.peer.metadata.insert(u"name"_s, u"Hannah"_s);
        apply({named, fresh, peerGone(100), peerChange(200)});
        QCOMPARE(sorted.rowCount(), 10);
        QVERIFY(!m_model->index(m_model->rowOf(1, peerEndpoint(200)), 0).data().toString().isEmpty());
        QVERIFY(!sorted.mapFromSource(m_model->index(m_model->rowOf(1, peerEndpoint(200)), 0)).isValid());
        sorted.setSearch(u"127.0.0.1:1000"_s);
        QTRY_COMPARE(finished.count(), 2);
        QCOMPARE(sorted.rowCount(), 10); // :10000 to :10009
        sorted.setSearch({});
        QCOMPARE(sorted.rowCount(), m_model->rowCount());
        QVERIFY(!sorted.isSearching());
    }

    void sortsByItselfAfterAWhile()
    {
        apply({peerChange(1, 1), peerChange(2, 2)});
        PeerSortModel sorted(m_model.get());
        sorted.sort(PeerModel::MessagesInColumn);
        apply({peerChange(1, 10), peerChange(3, 0)});
        QCOMPARE(sorted.rowCount(), 3);
        QTRY_COMPARE(column(sorted, PeerModel::MessagesInColumn), (std::vector<quint64>{0, 2, 10}));
    }

    void tenThousandRandomChanges()
    {
        Randomness random(9);
        std::vector<PeerChange> all;
        for (int i = 0; i < 10'000; ++i)
            all.push_back(peerChange(i, random.next() % 1000));
        apply(std::move(all));
        PeerSortModel sorted(m_model.get());
        QAbstractItemModelTester tester(&sorted, QAbstractItemModelTester::FailureReportingMode::QtTest);
        sorted.sort(PeerModel::MessagesInColumn);
        for (int step = 0; step < 4; ++step) {
            std::vector<PeerChange> some;
            for (int i = 0; i < 1000; ++i) {
                const auto number = static_cast<int>(random.between(0, 12'000));
                some.push_back(random.oneIn(10) ? peerGone(number) : peerChange(number, random.next() % 1000));
            }
            apply(std::move(some));
            sorted.sortChanged();
        }
        QCOMPARE(sorted.rowCount(), m_model->rowCount());
        const std::vector<quint64> values = column(sorted, PeerModel::MessagesInColumn);
        QVERIFY(std::is_sorted(values.begin(), values.end()));
    }
};

QTEST_GUILESS_MAIN(TestPeerSortModel)
#include "test_peersortmodel.moc"
