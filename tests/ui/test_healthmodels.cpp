#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "core/time/manualclock.h"
#include "support/testmain.h"
#include "ui/models/errormodel.h"
#include "ui/models/healthmodel.h"
#include "ui/models/ledgermodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"
#include "ui/models/socketmodel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

SockChanges changesOf(quint32 sockId, quint64 received = 0)
{
    SockChanges changes;
    changes.snapshot.sockId = sockId;
    changes.snapshot.name = u"sock %1"_s.arg(sockId);
    changes.snapshot.url = u"udp://127.0.0.1:%1"_s.arg(9000 + sockId);
    changes.snapshot.state = u"Active"_s;
    changes.snapshot.active = true;
    changes.snapshot.peerLimit = 10;
    changes.snapshot.ledger.received = {received, received * 100};
    changes.snapshot.ledger.handled = {received, received * 100};
    return changes;
}

template <typename Model>
void apply(Model &model, const SockChanges &changes)
{
    model.apply(std::span(&changes, 1));
}

int rowOfKey(const QAbstractItemModel &model, const QString &key, const QModelIndex &parent = {})
{
    for (int row = 0; row < model.rowCount(parent); ++row) {
        if (model.index(row, 0, parent).data(KeyRole).toString() == key)
            return row;
    }
    return -1;
}

} // namespace

class TestHealthModels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void sockets()
    {
        auto clock = std::make_shared<ManualClock>();
        SocketModel model(clock);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        const std::vector<SockChanges> both{changesOf(1, 1000), changesOf(2)};
        model.apply(both);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(model.rowCount(), 2);
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, SocketModel::NameColumn), u"sock 1"_s);
        QCOMPARE(text(0, SocketModel::InColumn), u"1,000"_s);
        QCOMPARE(text(0, SocketModel::RateInColumn), QString());
        clock->advanceMs(1000);
        QCOMPARE(text(0, SocketModel::RateInColumn), QString()); // what came before it was shown is no rate
        apply(model, changesOf(1, 1214));
        clock->advanceMs(1000);
        QCOMPARE(text(0, SocketModel::RateInColumn), u"214/s"_s);
        QCOMPARE(model.totalRate(), 214.0);
        clock->advanceMs(1000);
        QCOMPARE(text(0, SocketModel::RateInColumn), QString());
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        clock->advanceMs(10'000);
        QCOMPARE(changed.count(), 0); // idle

        SockChanges failed = changesOf(2);
        failed.snapshot.active = false;
        failed.snapshot.lastError = SockError{SockError::Code::AddressInUse, Stage::Setup, u"port 9002 is in use"_s,
                                              u"choose another"_s,           -1,           {}};
        apply(model, failed);
        QCOMPARE(text(1, SocketModel::ErrorColumn), u"port 9002 is in use"_s);
        QCOMPARE(text(1, SocketModel::RemedyColumn), u"choose another"_s);
        QCOMPARE(model.index(1, 0).data(LevelRole).toInt(), int(Level::Error));
        QCOMPARE(model.rowOf(2), 1);
        model.removeSock(1);
        QCOMPARE(model.rowOf(2), 0);
        QCOMPARE(model.rowOf(1), -1);
    }

    void health()
    {
        HealthModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy worst(&model, &HealthModel::worstChanged);
        const std::vector<SockChanges> both{changesOf(1, 5), changesOf(2, 5)};
        model.apply(both);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.worst(), Level::Good);
        const QModelIndex second = model.index(1, 0);
        QCOMPARE(model.rowCount(second), int(HealthModel::MetricCount));
        const int ledger = rowOfKey(model, u"LedgerMetric"_s, second);
        QVERIFY(ledger >= 0);
        const QPersistentModelIndex value = model.index(ledger, HealthModel::ValueColumn, second);
        QCOMPARE(value.data().toString(), u"balanced"_s);

        SockChanges wrong = changesOf(2, 5);
        wrong.snapshot.ledger.handled.messages = 4;
        wrong.snapshot.tick.intervalNs = 250'000'000;
        wrong.snapshot.tick.missed = 3;
        wrong.snapshot.lateTickCulprit = u"slow handler"_s;
        apply(model, wrong);
        QCOMPARE(value.data().toString(), u"not balanced"_s);
        QCOMPARE(value.data(LevelRole).toInt(), int(Level::Error));
        QCOMPARE(worst.count(), 1);
        QCOMPARE(model.worst(), Level::Error);
        const int missed = rowOfKey(model, u"MissedTicksMetric"_s, second);
        QVERIFY(model.index(missed, HealthModel::NoteColumn, second).data().toString().contains(u"slow handler"_s));

        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        apply(model, wrong);
        QCOMPARE(changed.count(), 0); // the same again is no change
        model.removeSock(1);
        QVERIFY(value.isValid());
        QCOMPARE(value.parent().row(), 0);
        QCOMPARE(value.data().toString(), u"not balanced"_s);
        model.removeSock(2);
        QCOMPARE(model.worst(), Level::Good);
    }

    void ledger()
    {
        LedgerModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const int received = rowOfKey(model, u"received"_s);
        const int handled = rowOfKey(model, u"handled"_s);
        QVERIFY(received >= 0 && handled >= 0);
        QVERIFY(model.isTotal(received));
        QVERIFY(!model.isTotal(handled));
        const std::vector<SockChanges> both{changesOf(1, 1000), changesOf(2, 500)};
        model.apply(both);
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(received, LedgerModel::MessagesColumn), u"1,500"_s);
        QCOMPARE(text(received, LedgerModel::BytesColumn), u"150,000"_s);
        model.setSock(2);
        QCOMPARE(text(received, LedgerModel::MessagesColumn), u"500"_s);
        QVERIFY(model.isBalanced());
        // two defects that cancel each other in the sum are still two defects
        SockChanges more = changesOf(1, 1000);
        more.snapshot.ledger.handled.messages += 1;
        SockChanges less = changesOf(2, 500);
        less.snapshot.ledger.handled.messages -= 1;
        QSignalSpy balanced(&model, &LedgerModel::balancedChanged);
        apply(model, more);
        QVERIFY(model.isBalanced()); // another sock's
        apply(model, less);
        QVERIFY(!model.isBalanced());
        model.setSock(std::nullopt);
        QVERIFY(!model.isBalanced());
        QCOMPARE(balanced.count(), 1);
        QCOMPARE(model.index(received, 0).data(LevelRole).toInt(), int(Level::Error));
        model.removeSock(1);
        model.removeSock(2);
        QVERIFY(model.isBalanced());
        QCOMPARE(text(received, LedgerModel::MessagesColumn), u"0"_s);
    }

    void errors()
    {
        SockDirectory directory;
        directory.update(changesOf(1).snapshot);
        ErrorModel model(&directory, 100);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        SockChanges changes = changesOf(1);
        for (int i = 0; i < 60; ++i) {
            changes.errors.push_back({1'700'000'000'000'000 + i,
                                      {SockError::Code::InvalidPayload, Stage::Codec, u"error %1"_s.arg(i),
                                       u"send JSON"_s, 7, Endpoint(0x7f000001, 5)}});
        }
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        apply(model, changes);
        apply(model, changes);
        QCOMPARE(inserted.count(), 2);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(model.rowCount(), 100);
        QCOMPARE(model.dropped(), quint64(20));
        QCOMPARE(model.total(), quint64(120));
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, ErrorModel::TextColumn), u"error 20 (at byte 7)"_s);
        QCOMPARE(text(99, ErrorModel::TextColumn), u"error 59 (at byte 7)"_s);
        QCOMPARE(text(0, ErrorModel::SocketColumn), u"sock 1"_s);
        QCOMPARE(text(0, ErrorModel::StageColumn), u"codec"_s);
        QCOMPARE(text(0, ErrorModel::PeerColumn), u"127.0.0.1:5"_s);
        QCOMPARE(text(0, ErrorModel::RemedyColumn), u"send JSON"_s);
        QCOMPARE(model.index(0, 0).data(KeyRole).toString(), u"InvalidPayload"_s);
        for (int i = 0; i < 3; ++i)
            changes.errors.insert(changes.errors.end(), changes.errors.begin(), changes.errors.begin() + 60);
        apply(model, changes); // more than fits
        QCOMPARE(model.rowCount(), 100);
        QCOMPARE(model.dropped() + 100, model.total());
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestHealthModels)
#include "test_healthmodels.moc"
