#include "ui/models/latefailures.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include "support/logdrafts.h"
#include "support/testmain.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestLateFailures : public QObject
{
    Q_OBJECT
private:
    static MessageBatch messages(quint32 from, quint32 count)
    {
        std::vector<Draft> drafts(count);
        for (quint32 i = 0; i < count; ++i) {
            drafts[i].payload = "row";
            drafts[i].head.sock = 1;
            drafts[i].head.sequence = from + i;
        }
        return batchOf(drafts);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void aRowTurnsRedAndIsFound()
    {
        SockDirectory directory;
        directory.update(snapshotOf(1, u"game"_s));
        auto recorder = std::make_shared<Recorder>();
        MessageLogModel model(recorder, &directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        recorder->submit(messages(1, 10));
        model.collect();
        model.setFilter(filterOf(u"error"_s));
        QTRY_VERIFY(!model.isScanning());
        QCOMPARE(model.rowCount(), 0);
        const LateFailure failures[] = {{4, u"the handler move threw: no place"_s}, {4, u"and another"_s}};
        model.noteFailures(1, failures);
        QVERIFY(!model.collect());
        QTRY_COMPARE(model.rowCount(), 1);
        QCOMPARE(model.noOfRow(0), 4u);
        const QModelIndex summary = model.index(0, MessageLogModel::SummaryColumn);
        QVERIFY(summary.data(IsErrorRole).toBool());
        QVERIFY2(summary.data().toString().contains(u"the handler move threw: no place; and another"_s),
                 qPrintable(summary.data().toString()));
        QVERIFY(model.noteOf(model.message(0)).contains(u"no place"_s));
        model.setFilter({});
        QVERIFY(!model.index(4, 0).data(IsErrorRole).toBool());
        QCOMPARE(model.lateFailures().lost(), 0u);
        model.clear();
        QVERIFY(!model.lateFailures().contains(4));
    }

    void whatNeverComesIsCounted()
    {
        Recorder recorder;
        LateFailures failures;
        recorder.append([] {
            std::vector<MessageBatch> batches;
            batches.push_back(messages(1, 3));
            return batches;
        }());
        recorder.submit(messages(4, 2));
        const LateFailure one[] = {{5, u"threw"_s}};
        failures.add(1, one);
        QVERIFY(failures.resolve(recorder).empty()); // its batch is in the inbox
        QVERIFY(failures.isWaiting());
        recorder.append(recorder.takeInbox());
        QCOMPARE(failures.resolve(recorder), (std::vector<quint64>{5}));
        QCOMPARE(failures.text(5), u"threw"_s);
        const LateFailure never[] = {{9, u"threw"_s}};
        failures.add(1, never);
        QVERIFY(failures.resolve(recorder).empty());
        QVERIFY(!failures.isWaiting());
        QCOMPARE(failures.lost(), 1u);
        failures.dropBefore(6);
        QVERIFY(failures.numbers().empty());
        const std::vector<LateFailure> flood(LateFailures::maximumWaiting + 7, never[0]);
        failures.add(1, flood);
        QCOMPARE(failures.lost(), 8u);
    }
};

QTEST_GUILESS_MAIN(TestLateFailures)
#include "test_latefailures.moc"
