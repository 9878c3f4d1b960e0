#include <QTest>

#include "core/tap/tracelog.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestTraceLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void findsByTheLowHalfOfTheNumber();
    void saysWhyATraceIsMissing();
    void countsWhatIsOverwritten();
    void aRunEndsInALaterBatch();
    void runsOfOtherMessagesMayLieBetween();
    void keepsTheSlowestCalls();
    void equalCallsKeepTheirOrder();
    void listsSendsAndCountsTheOthers();
    void tellsWhoSent();
    void errorTextsAreBounded();

private:
    static TraceBatch::Message message(quint64 no, qint64 receivedNs = 100)
    {
        TraceBatch::Message one;
        one.no = no;
        one.receivedNs = receivedNs;
        one.outcomeNs = receivedNs + 10;
        return one;
    }
    static TraceBatch::Run run(quint64 no, quint64 message, qint64 startNs, qint64 ranNs)
    {
        TraceBatch::Run one;
        one.no = no;
        one.message = message;
        one.calledNs = startNs;
        one.startNs = startNs;
        one.endNs = startNs + ranNs;
        one.state = TracedRun::State::Ended;
        return one;
    }
};

void TestTraceLog::findsByTheLowHalfOfTheNumber()
{
    TraceLog log(1024);
    const quint64 beyond = (quint64(1) << 32) + 5;
    TraceBatch batch;
    batch.messages = {message(beyond - 10, 1), message(beyond, 2)};
    log.submit(batch, 0);
    QCOMPARE(log.find(5).found, TraceLog::Found::Trace);
    QCOMPARE(log.find(5).trace.receivedNs, 2);
    const TraceLog::Answer before = log.find(static_cast<quint32>(beyond - 10)); // before the half overflowed
    QCOMPARE(before.found, TraceLog::Found::Trace);
    QCOMPARE(before.trace.receivedNs, 1);
}

void TestTraceLog::saysWhyATraceIsMissing()
{
    TraceLog log(1024);
    QCOMPARE(log.find(1).found, TraceLog::Found::NotTaken);
    TraceBatch batch;
    batch.messages = {message(3), message(1030)};
    log.submit(batch, 0);
    QCOMPARE(log.find(3).found, TraceLog::Found::Trace);
    QCOMPARE(log.find(6).found, TraceLog::Found::Overwritten); // 1030 has the place of 6
    QCOMPARE(log.find(7).found, TraceLog::Found::NotTaken);
    QCOMPARE(log.find(0).found, TraceLog::Found::NotTaken);
}

void TestTraceLog::countsWhatIsOverwritten()
{
    TraceLog log(1024);
    TraceBatch batch;
    for (quint64 no = 1; no <= 1500; ++no) {
        batch.messages.push_back(message(no));
        batch.runs.push_back(run(no, no, 200, 1));
    }
    log.submit(batch, 0);
    const TraceStats stats = log.stats();
    QCOMPARE(stats.taken, 1500u);
    QCOMPARE(stats.kept, 1024);
    QCOMPARE(stats.limit, 1024);
    QCOMPARE(stats.overwritten, 1500u - 1024u);
    QCOMPARE(stats.taken, static_cast<quint64>(stats.kept) + stats.overwritten);
    QCOMPARE(stats.lostRuns, 1500u - 1024u + 476u); // overwritten, and those whose message was gone already
    QCOMPARE(log.find(476).found, TraceLog::Found::Overwritten);
    QCOMPARE(log.find(477).trace.runs.size(), size_t(1));
}

void TestTraceLog::aRunEndsInALaterBatch()
{
    TraceLog log(1024);
    TraceBatch batch;
    batch.handlers = {{7, u"slow"_s, false}};
    batch.messages = {message(1, 100)};
    TraceBatch::Run open = run(1, 1, 150, 0);
    open.state = TracedRun::State::Open;
    open.startNs = open.endNs = 0;
    open.place = RunPlace::Pool;
    batch.runs = {open};
    log.submit(batch, 0);
    TraceLog::Answer answer = log.find(1);
    QCOMPARE(answer.trace.runs.size(), size_t(1));
    QCOMPARE(answer.trace.runs[0].state, TracedRun::State::Open);
    QVERIFY(!answer.trace.isComplete());
    QCOMPARE(log.slowest(7).traced, 0u);

    TraceBatch later;
    later.ends = {{1, TracedRun::State::Failed, 400, 900, 0}, {99, TracedRun::State::Ended, 1, 2, 0}};
    later.errors = {{1, u"broke"_s}};
    log.submit(later, 5'000'000);
    answer = log.find(1);
    QVERIFY(answer.trace.isComplete());
    const TracedRun &ended = answer.trace.runs[0];
    QCOMPARE(ended.name, u"slow"_s);
    QCOMPARE(ended.startNs, 400);
    QCOMPARE(ended.endNs, 900);
    QCOMPARE(ended.error, u"broke"_s);
    const SlowCalls calls = log.slowest(7);
    QCOMPARE(calls.traced, 1u);
    QCOMPARE(calls.calls[0], (SlowCall{1, 5000, 300, 500, true}));
    QVERIFY(!answer.closed);
    log.close();
    QVERIFY(log.find(1).closed);
}

void TestTraceLog::runsOfOtherMessagesMayLieBetween()
{
    TraceLog log(1024);
    TraceBatch batch;
    batch.messages = {message(1), message(2)};
    batch.runs = {run(1, 1, 10, 5), run(2, 2, 11, 1), run(3, 1, 20, 5)};
    log.submit(batch, 0);
    QCOMPARE(log.find(1).trace.runs.size(), size_t(2));
    QCOMPARE(log.find(1).trace.lostRuns, 0u);
    QCOMPARE(log.find(2).trace.runs.size(), size_t(1));
}

void TestTraceLog::keepsTheSlowestCalls()
{
    TraceLog log(1024);
    TraceBatch batch;
    batch.handlers = {{1, u"a"_s, false}, {1, u"a"_s, true}, {2, u"b"_s, false}};
    for (quint64 no = 1; no <= 100; ++no) {
        batch.messages.push_back(message(no, 0));
        batch.runs.push_back(run(no, no, 50, static_cast<qint64>(no * 37 % 101)));
    }
    batch.runs[50].handler = 1; // the same id, but of a MetaSock above
    log.submit(batch, 0);
    const SlowCalls slow = log.slowest(1);
    QCOMPARE(slow.traced, 99u);
    QCOMPARE(slow.calls.size(), SlowCalls::limit);
    for (size_t i = 1; i < slow.calls.size(); ++i)
        QVERIFY(slow.calls[i - 1].ranNs >= slow.calls[i].ranNs);
    QCOMPARE(slow.calls[0].ranNs, 100);
    QCOMPARE(slow.calls[0].waitNs, 50);
    QVERIFY(log.slowest(2).calls.empty());
    QVERIFY(log.slowest(3).calls.empty());
}

void TestTraceLog::equalCallsKeepTheirOrder()
{
    SlowCalls slow;
    for (quint32 i = 1; i <= 30; ++i)
        slow.add({i, 0, 0, 5, false});
    QCOMPARE(slow.traced, 30u);
    QCOMPARE(slow.calls.size(), SlowCalls::limit);
    QCOMPARE(slow.calls.front().sequence, 1u);
    QCOMPARE(slow.calls.back().sequence, 20u);
    slow.add({99, 0, 0, 6, false});
    QCOMPARE(slow.calls.front().sequence, 99u);
    QCOMPARE(slow.calls.back().sequence, 19u);
}

void TestTraceLog::listsSendsAndCountsTheOthers()
{
    TraceLog log(1024);
    TraceBatch batch;
    batch.messages = {message(1)};
    TraceBatch::Run one = run(1, 1, 10, 5);
    one.unlistedSends = 7;
    batch.runs = {one};
    for (quint64 no = 1; no <= 3; ++no) {
        TraceBatch::Send send;
        send.no = no;
        send.run = 1;
        send.what.sequence = static_cast<quint32>(no + 1);
        batch.sends.push_back(send);
    }
    log.submit(batch, 0);
    TracedRun traced = log.find(1).trace.runs[0];
    QCOMPARE(traced.sends.size(), size_t(3));
    QCOMPARE(traced.sends[2].sequence, 4u);
    QCOMPARE(traced.unlistedSends, 7u);

    TraceBatch flood; // of another run: takes the places of the first two sends
    for (quint64 no = 1025; no <= 1026; ++no) {
        TraceBatch::Send send;
        send.no = no;
        send.run = 2;
        flood.sends.push_back(send);
    }
    log.submit(flood, 0); // a batch of sends alone
    traced = log.find(1).trace.runs[0];
    QCOMPARE(traced.sends.size(), size_t(1));
    QCOMPARE(traced.unlistedSends, 9u);
    QCOMPARE(log.stats().lostSends, 2u);
}

void TestTraceLog::tellsWhoSent()
{
    TraceLog log(1024);
    TraceBatch batch;
    batch.handlers = {{4, u"echo"_s, false}};
    TraceBatch::Message answer = message(2, 260);
    answer.sent = true;
    answer.sender = 1;
    TraceBatch::Message alone = message(3, 300);
    alone.sent = true;
    batch.messages = {message(1), answer, alone};
    batch.runs = {run(1, 1, 250, 50)};
    log.submit(batch, 0);
    const MessageTrace trace = log.find(2).trace;
    QVERIFY(trace.sent);
    QVERIFY(trace.sender);
    QCOMPARE(trace.sender->sequence, 1u);
    QCOMPARE(trace.sender->handler, u"echo"_s);
    QCOMPARE(trace.sender->afterNs, 10);
    QVERIFY(!log.find(3).trace.sender);
}

void TestTraceLog::errorTextsAreBounded()
{
    TraceLog log(4096);
    TraceBatch batch;
    for (quint64 no = 1; no <= TraceLog::maximumErrors + 1; ++no) {
        batch.messages.push_back(message(no));
        TraceBatch::Run one = run(no, no, 1, 1);
        one.state = TracedRun::State::Failed;
        batch.runs.push_back(one);
        batch.errors.push_back({no, u"e%1"_s.arg(no)});
    }
    log.submit(batch, 0);
    QVERIFY(log.find(1).trace.runs[0].error.isEmpty());
    QCOMPARE(log.find(1).trace.runs[0].state, TracedRun::State::Failed);
    QCOMPARE(log.find(2).trace.runs[0].error, u"e2"_s);
}

QTEST_GUILESS_MAIN(TestTraceLog)
#include "test_tracelog.moc"
