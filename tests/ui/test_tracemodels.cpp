#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "core/tap/tracelog.h"
#include "support/messages.h"
#include "support/testmain.h"
#include "ui/models/messagefinder.h"
#include "ui/models/roles.h"
#include "ui/models/slowcallmodel.h"
#include "ui/models/sockdirectory.h"
#include "ui/models/tracelogs.h"
#include "ui/models/tracemodel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

/// The models of traces: steps, slow calls, and the way from a trace to its row.
class TestTraceModels : public QObject
{
    Q_OBJECT

private:
    SockDirectory m_directory;

    static MessageTrace traced()
    {
        MessageTrace trace;
        trace.sequence = 7;
        trace.receivedNs = 1'000'000;
        trace.stages = {1'001'000, 1'001'000, 1'003'000, 1'004'000};
        trace.outcomeNs = 1'010'000;
        TracedRun run;
        run.name = u"move"_s;
        run.state = TracedRun::State::Ended;
        run.calledNs = 1'010'000;
        run.startNs = 1'010'000;
        run.endNs = 1'020'000;
        TracedSend send;
        send.sequence = 8;
        send.ns = 1'015'000;
        send.peer = *Endpoint::fromString(u"127.0.0.1:4000");
        send.type = MessageType(3);
        run.sends = {send};
        trace.runs = {run};
        return trace;
    }
    static QString text(const QAbstractItemModel &model, int row, int column)
    {
        return model.index(row, column).data().toString();
    }
    static int rowOfKind(const TraceModel &model, const QString &kind)
    {
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row, 0).data(KindRole).toString() == kind)
                return row;
        return -1;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void stepsStandInTheirOrder()
    {
        TraceModel model(&m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.set(1, traced(), Outcome::Dispatched, false);
        QStringList kinds;
        for (int row = 0; row < model.rowCount(); ++row)
            kinds.append(model.index(row, 0).data(KindRole).toString());
        QCOMPARE(kinds, (QStringList{u"received"_s, u"framed"_s, u"decoded"_s, u"queued"_s, u"dispatched"_s, u"run"_s,
                                     u"send"_s}));
        QCOMPARE(text(model, 0, TraceModel::AtColumn), u"0"_s);
        QCOMPARE(text(model, 1, TraceModel::AtColumn), u"+1.00 µs"_s);
        QCOMPARE(text(model, 2, TraceModel::TookColumn), u"2.00 µs"_s);
        QCOMPARE(text(model, 4, TraceModel::TookColumn), u"6.00 µs"_s);
        QCOMPARE(text(model, 5, TraceModel::StepColumn), u"move"_s);
        QCOMPARE(text(model, 5, TraceModel::AtColumn), u"+10.0 µs"_s);
        QCOMPARE(text(model, 5, TraceModel::TookColumn), u"10.0 µs"_s);
        QVERIFY(text(model, 6, TraceModel::StepColumn).contains(u"sent 3 to 127.0.0.1:4000"_s));
        QCOMPARE(model.index(6, 0).data(SequenceRole).toUInt(), 8u);
        QCOMPARE(model.index(6, 0).data(SockIdRole).toUInt(), 1u);
        QCOMPARE(model.index(5, 0).data(SequenceRole).toUInt(), 0u);
        QCOMPARE(model.totalNs(), 20'000);
        QCOMPARE(model.index(5, 0).data(SpanBeginRole).toDouble(), 0.5);
        QCOMPARE(model.index(5, 0).data(SpanEndRole).toDouble(), 1.0);
        QVERIFY(model.headerData(TraceModel::AtColumn, Qt::Horizontal, NumericRole).toBool());
    }

    void aWaitForTheCodecIsSaid()
    {
        TraceModel model(&m_directory);
        MessageTrace trace = traced();
        trace.stages.decodingNs += 500;
        model.set(1, trace, Outcome::Dispatched, false);
        const int row = rowOfKind(model, u"parseWait"_s);
        QCOMPARE(row, 2);
        QCOMPARE(text(model, row, TraceModel::TookColumn), u"500 ns"_s);
    }

    void whatWentWrongIsSaidInWords()
    {
        TraceModel model(&m_directory);
        MessageTrace trace = traced();
        trace.runs[0].state = TracedRun::State::Failed;
        trace.runs[0].error = u"no such room"_s;
        trace.runs[0].unlistedSends = 1200;
        trace.lostRuns = 2;
        model.set(1, trace, Outcome::Dispatched, false);
        int row = rowOfKind(model, u"run"_s);
        QVERIFY(text(model, row, 0).contains(u"failed: no such room"_s));
        QCOMPARE(model.index(row, 0).data(LevelRole).toInt(), static_cast<int>(Level::Error));
        QVERIFY(text(model, rowOfKind(model, u"unlisted"_s), 0).contains(u"1,200 more"_s));
        QVERIFY(text(model, rowOfKind(model, u"lost"_s), 0).startsWith(u"2 calls"_s));

        trace.runs[0].state = TracedRun::State::Open;
        trace.runs[0].place = RunPlace::Pool;
        model.set(1, trace, Outcome::Dispatched, false);
        row = rowOfKind(model, u"run"_s);
        QVERIFY(text(model, row, 0).contains(u"on the pool"_s));
        QVERIFY(text(model, row, 0).contains(u"has not come back"_s));
        QCOMPARE(text(model, row, TraceModel::TookColumn), QString());
        model.set(1, trace, Outcome::Dispatched, true);
        QVERIFY(text(model, row, 0).contains(u"when the socket went"_s));
        trace.runs[0].state = TracedRun::State::EndedSock;
        model.set(1, trace, Outcome::Dispatched, true);
        QVERIFY(text(model, row, 0).contains(u"destroyed the socket"_s));
    }

    void everyOutcomeHasItsWords_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QString>("words");
        const auto add = [](const char *name, Outcome outcome, const QString &words) {
            QTest::newRow(name) << static_cast<int>(outcome) << words;
        };
        add("unhandled", Outcome::Unhandled, u"no handler"_s);
        add("rejected", Outcome::RejectedPeer, u"Rejected"_s);
        add("framing", Outcome::FramingError, u"framed"_s);
        add("decode", Outcome::DecodeError, u"decoded"_s);
        add("hook", Outcome::DroppedByHook, u"hook"_s);
        add("full", Outcome::DroppedQueueFull, u"full"_s);
        add("stop", Outcome::DroppedAtStop, u"stopped"_s);
    }
    void everyOutcomeHasItsWords()
    {
        QFETCH(int, outcome);
        QFETCH(QString, words);
        TraceModel model(&m_directory);
        MessageTrace trace = traced();
        trace.runs.clear();
        trace.stages = {};
        model.set(1, trace, static_cast<Outcome>(outcome), false);
        QCOMPARE(model.rowCount(), 2);
        QVERIFY2(text(model, 1, 0).contains(words), qPrintable(text(model, 1, 0)));
        QVERIFY(model.index(1, 0).data(LevelRole).toInt() >= static_cast<int>(Level::Warning));
    }

    void aSentMessageNamesItsHandler()
    {
        TraceModel model(&m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        MessageTrace trace;
        trace.sent = true;
        trace.receivedNs = 5;
        model.set(1, trace, Outcome::Sent, false);
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(text(model, 0, 0).contains(u"by no handler"_s));
        trace.sender = MessageTrace::Sender{7, u"echo"_s, 2000};
        model.set(1, trace, Outcome::Sent, false);
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(text(model, 0, 0).contains(u"echo"_s));
        QCOMPARE(model.index(0, 0).data(SequenceRole).toUInt(), 7u);
        QCOMPARE(text(model, 1, TraceModel::AtColumn), u"+2.00 µs"_s);
    }

    void rowsThatStayKeepTheirPlace()
    {
        TraceModel model(&m_directory);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.set(1, traced(), Outcome::Dispatched, false);
        const QPersistentModelIndex run(model.index(5, 0));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.set(1, traced(), Outcome::Dispatched, false);
        QCOMPARE(changed.count(), 0);
        MessageTrace shorter = traced();
        shorter.runs[0].sends.clear();
        model.set(1, shorter, Outcome::Dispatched, false);
        QCOMPARE(run.row(), 5);
        QCOMPARE(model.rowCount(), 6);
        model.set(1, traced(), Outcome::Dispatched, false);
        QCOMPARE(model.rowCount(), 7);
        model.clear();
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.totalNs(), 0);
    }

    void slowCallsComeAndGo()
    {
        SlowCallModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        SlowCalls slow;
        for (quint32 i = 1; i <= 10; ++i)
            slow.add({i, 1000, 50, i * 1000, i == 4});
        model.set(1, slow);
        QCOMPARE(model.rowCount(), 10);
        QCOMPARE(model.traced(), 10u);
        QCOMPARE(text(model, 0, SlowCallModel::RanColumn), u"10.0 µs"_s);
        QCOMPARE(text(model, 0, SlowCallModel::WaitColumn), u"50 ns"_s);
        QCOMPARE(text(model, 6, SlowCallModel::ResultColumn), u"failed"_s);
        QCOMPARE(model.index(6, 0).data(LevelRole).toInt(), static_cast<int>(Level::Error));
        const QPersistentModelIndex fifth(model.index(5, 0));
        QCOMPARE(fifth.data(SequenceRole).toUInt(), 5u);
        for (quint32 i = 11; i <= 30; i += 2)
            slow.add({i, 1000, 50, i * 500, false});
        model.set(1, slow);
        QVERIFY(fifth.isValid());
        QCOMPARE(fifth.data(SequenceRole).toUInt(), 5u);
        for (int row = 0; row < model.rowCount(); ++row)
            QCOMPARE(model.index(row, 0).data(SequenceRole).toUInt(), slow.calls[static_cast<size_t>(row)].sequence);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.set(2, slow); // of another sock: nothing stays
        QCOMPARE(reset.count(), 1);
        QVERIFY(!fifth.isValid());
        model.set(2, {});
        QCOMPARE(model.rowCount(), 0);
    }

    void findsTheRowOfAMessage()
    {
        auto recorder = std::make_shared<Recorder>();
        std::vector<SockScope::Test::Draft> drafts(5);
        for (quint32 i = 0; i < 5; ++i) {
            drafts[i].head.sock = 1 + i % 2;
            drafts[i].head.sequence = 10 + i;
        }
        recorder->submit(SockScope::Test::batchOf(drafts));
        SockScope::Test::storedOf(*recorder);
        MessageFinder finder(recorder);
        QSignalSpy found(&finder, &MessageFinder::found);
        QSignalSpy missed(&finder, &MessageFinder::missed);
        finder.find(2, 13);
        QVERIFY(finder.isSearching());
        QCOMPARE(found.count(), 0); // never before find has returned
        QTRY_COMPARE(found.count(), 1);
        QCOMPARE(found[0][0].toULongLong(), 4u);
        QVERIFY(!finder.isSearching());
        finder.find(1, 10);
        finder.find(1, 5); // takes the place of the last
        QTRY_COMPARE(missed.count(), 1);
        QVERIFY(missed[0][0].toString().contains(u"has left the log"_s));
        finder.find(1, 11);
        QTRY_COMPARE(missed.count(), 2);
        QVERIFY(missed[1][0].toString().contains(u"not in the log"_s));
        QCOMPARE(found.count(), 1);
    }

    void keepsTheLogsOfSomeSocksThatAreGone()
    {
        TraceLogs logs;
        for (quint32 id = 1; id <= 10; ++id)
            logs.add(id, std::make_shared<TraceLog>());
        for (quint32 id = 1; id <= 6; ++id)
            logs.retire(id);
        logs.retire(6);
        QVERIFY(!logs.find(2));
        QVERIFY(logs.find(3));
        QVERIFY(logs.find(6));
        QVERIFY(logs.find(10));
        QVERIFY(!logs.find(11));
    }
};

QTEST_GUILESS_MAIN(TestTraceModels)
#include "test_tracemodels.moc"
