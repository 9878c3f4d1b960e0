#include "ui/models/handlerstatsmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "core/types/messagetypes.h"
#include "support/testmain.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

HandlerStats statsOf(HandlerId id, const MessageType &type, quint64 calls)
{
    HandlerStats stats;
    stats.id = id;
    stats.type = type;
    stats.name = id == 0 ? QString() : u"handler %1"_s.arg(id);
    stats.calls = calls;
    for (quint64 i = 0; i < calls; ++i)
        stats.run.add(1'000'000);
    return stats;
}

SockChanges changesOf(quint32 sockId, std::vector<HandlerStats> handlers)
{
    SockChanges changes;
    changes.snapshot.sockId = sockId;
    changes.snapshot.handlers = std::move(handlers);
    return changes;
}

} // namespace

class TestHandlerStatsModel : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;

    static void apply(HandlerStatsModel &model, const SockChanges &changes) { model.apply(std::span(&changes, 1)); }

private Q_SLOTS:
    void initTestCase()
    {
        auto types = std::make_shared<MessageTypes>();
        types->define(u"move"_s, 3);
        SockSnapshot snapshot;
        snapshot.sockId = 1;
        snapshot.name = u"game"_s;
        snapshot.types = types;
        m_directory.update(snapshot);
    }
    void init() { SockScope::Test::failOnWarnings(); }

    void rowsKeepTheirPlace()
    {
        HandlerStatsModel model(&m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        apply(model, changesOf(1, {statsOf(1, 3, 10), statsOf(2, 4, 0), statsOf(0, 9, 2), statsOf(0, u"odd", 1)}));
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(model.rowCount(), 4);
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, HandlerStatsModel::HandlerColumn), u"handler 1"_s);
        QCOMPARE(text(0, HandlerStatsModel::TypeColumn), u"move (3)"_s);
        QCOMPARE(text(0, HandlerStatsModel::CallsColumn), u"10"_s);
        QCOMPARE(text(0, HandlerStatsModel::MeanColumn), u"1.00 ms"_s);
        QCOMPARE(text(1, HandlerStatsModel::MeanColumn), QString()); // it never ran
        QCOMPARE(text(2, HandlerStatsModel::HandlerColumn), u"unhandled"_s);
        QCOMPARE(text(3, HandlerStatsModel::TypeColumn), u"odd"_s);
        QVERIFY(model.index(2, 0).data(IsUnhandledRole).toBool());

        // the order of the snapshot changes, one number changes, one handler leaves, one comes
        HandlerStats failing = statsOf(1, 3, 12);
        failing.errors = 1;
        failing.lastError = u"boom"_s;
        apply(model, changesOf(1, {statsOf(0, u"odd", 1), statsOf(7, 3, 0), failing, statsOf(0, 9, 2)}));
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(text(0, HandlerStatsModel::CallsColumn), u"12"_s);
        QCOMPARE(text(0, HandlerStatsModel::LastErrorColumn), u"boom"_s);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(model.rowOf(1, 2, 4), -1);
        QCOMPARE(model.rowOf(1, 0, 9), 1);
        QCOMPARE(model.rowOf(1, 0, u"odd"), 2);
        QCOMPARE(model.rowOf(1, 7, 3), 3);

        // nothing new: nothing told
        changed.clear();
        apply(model, changesOf(1, {statsOf(0, u"odd", 1), statsOf(7, 3, 0), failing, statsOf(0, 9, 2)}));
        QCOMPARE(changed.count(), 0);

        apply(model, changesOf(2, {statsOf(1, 3, 1)})); // the same number in another sock is another handler
        QCOMPARE(model.rowCount(), 5);
        model.removeSock(1);
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.rowOf(2, 1, 3), 0);
    }

    void checkingAsks()
    {
        HandlerStatsModel model(&m_directory);
        apply(model, changesOf(1, {statsOf(5, 3, 1), statsOf(0, 9, 2)}));
        QSignalSpy asked(&model, &HandlerStatsModel::enableRequested);
        const QModelIndex handler = model.index(0, 0);
        QVERIFY(model.flags(handler).testFlag(Qt::ItemIsUserCheckable));
        QVERIFY(model.setData(handler, Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0], (QVariantList{1u, quint64(5), false}));
        QCOMPARE(handler.data(Qt::CheckStateRole).toInt(), int(Qt::Checked)); // until the sock has done it
        HandlerStats disabled = statsOf(5, 3, 1);
        disabled.enabled = false;
        apply(model, changesOf(1, {disabled, statsOf(0, 9, 2)}));
        QCOMPARE(handler.data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
        QVERIFY(!model.setData(model.index(1, 0), Qt::Unchecked, Qt::CheckStateRole));
        QVERIFY(!model.index(1, 0).data(Qt::CheckStateRole).isValid());
    }

    void manyRowsLeaveAtOnce()
    {
        HandlerStatsModel model(&m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<HandlerStats> all;
        std::vector<HandlerStats> even;
        for (HandlerId id = 1; id <= 100; ++id) {
            all.push_back(statsOf(id, 3, 0));
            if (id % 2 == 0)
                even.push_back(all.back());
        }
        apply(model, changesOf(1, all));
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        apply(model, changesOf(1, even));
        QCOMPARE(model.rowCount(), 50);
        QCOMPARE(removed.count(), 1);
        for (HandlerId id = 1; id <= 100; ++id)
            QCOMPARE(model.rowOf(1, id, 3) >= 0, id % 2 == 0);
    }
};

QTEST_GUILESS_MAIN(TestHandlerStatsModel)
#include "test_handlerstatsmodel.moc"
