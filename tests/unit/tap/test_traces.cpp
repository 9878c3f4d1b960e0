#include <QTest>
#include <QThread>

#include <semaphore>
#include <stdexcept>

#include "core/hooks/messagehooks.h"
#include "core/metasock.h"
#include "core/tap/tracelog.h"
#include "support/monitorbench.h"
#include "support/sockpair.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

/// A codec that takes time.
class SlowSock : public BaseSock
{
public:
    using BaseSock::BaseSock;
    std::shared_ptr<ManualClock> manual;
    qint64 hookNs = 0;
    qint64 codecNs = 0;

protected:
    std::optional<SockError> parseMessage(const Bytes &payload, Message &message) override
    {
        manual->stall(codecNs);
        if (payload.view() == "throw")
            throw std::runtime_error("cannot read");
        if (payload.view() == "broken") {
            SockError error;
            error.code = SockError::Code::InvalidPayload;
            error.what = u"broken"_s;
            return error;
        }
        return BaseSock::parseMessage(payload, message);
    }
    bool handleAll(Envelope &envelope) override
    {
        manual->stall(hookNs);
        return envelope.message.payload.view() != "drop";
    }
};

struct SlowBench
{
    explicit SlowBench(DispatchMode mode)
    {
        SockOptions options;
        options.clock = clock;
        options.dispatch = mode;
        options.tickInterval = std::chrono::milliseconds(0);
        options.timeout = std::chrono::milliseconds(0);
        options.blockedAfter = std::chrono::milliseconds(0);
        options.logger = [](int, const QString &) {};
        sock = std::make_unique<SlowSock>(options);
        sock->manual = clock;
        sock->codecNs = 2 * ms;
        sock->hookNs = 3 * ms;
        sock->start();
        monitor = SockMonitor::install(sock.get(), nullptr, interval);
        log = monitor->traceLog();
    }
    TraceLog::Answer find(quint32 sequence)
    {
        clock->advance(interval);
        return log->find(sequence);
    }
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::unique_ptr<SlowSock> sock;
    SockMonitor *monitor = nullptr;
    std::shared_ptr<TraceLog> log;
};

} // namespace

/// What SockMonitor learns of a message from the sock itself.
class TestTraces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }
    void takesTheTimeOfEachStage();
    void stagesOfAQueuedMessage();
    void aMessageThatIsBrokenHasNoRuns();
    void everyHandlerHasItsRun();
    void aThrowingHandlerFails();
    void aBlockedHandlerIsAboutItsMessage();
    void aHandlerThatDestroysItsSock();
    void aConcurrentHandlerEndsLater();
    void aHandlerInAnotherThread();
    void tellsWhatWasSentMeanwhile();
    void aNestedMessageHasItsOwnTrace();
    void handlersOfAMetaSock();
    void errorsKnowTheirMessage();
    void offTakesNothing();
    void aFullBatchLosesNothing();

private:
    struct Bench : MonitorBench
    {
        using MonitorBench::MonitorBench;
        TraceLog::Answer find(quint32 sequence)
        {
            clock->advance(interval);
            return log->find(sequence);
        }
        std::shared_ptr<TraceLog> log = monitor->traceLog();
        QObject context;
    };
};

void TestTraces::takesTheTimeOfEachStage()
{
    SlowBench bench(DispatchMode::Inline);
    QObject context;
    bench.sock->addHandler(0, &context, [&](const Envelope &) { bench.clock->stall(5 * ms); }, {u"work"_s, false});
    const qint64 start = bench.clock->nowNs();
    bench.sock->injectPayload(endpointOf(1), "x");
    const TraceLog::Answer answer = bench.find(1);
    QCOMPARE(answer.found, TraceLog::Found::Trace);
    const MessageTrace &trace = answer.trace;
    QVERIFY(!trace.sent);
    QCOMPARE(trace.receivedNs, start);
    QCOMPARE(trace.stages.framedNs, start);
    QCOMPARE(trace.stages.decodingNs, start);
    QCOMPARE(trace.stages.decodedNs, start + 2 * ms);
    QCOMPARE(trace.stages.queuedNs, start + 5 * ms);
    QCOMPARE(trace.outcomeNs, start + 5 * ms);
    QCOMPARE(trace.runs.size(), size_t(1));
    QCOMPARE(trace.runs[0].name, u"work"_s);
    QCOMPARE(trace.runs[0].state, TracedRun::State::Ended);
    QCOMPARE(trace.runs[0].startNs, start + 5 * ms);
    QCOMPARE(trace.runs[0].endNs, start + 10 * ms);
    QCOMPARE(trace.runs[0].place, RunPlace::SocksThread);
}

void TestTraces::stagesOfAQueuedMessage()
{
    SlowBench bench(DispatchMode::Queued);
    QObject context;
    const qint64 start = bench.clock->nowNs();
    bool first = true;
    bench.sock->addHandler(0, &context, [&](const Envelope &) {
        if (std::exchange(first, false))
            bench.sock->injectPayload(endpointOf(1), "y"); // waits in parseQueue while this runs
        bench.clock->stall(7 * ms);
    });
    bench.sock->injectPayload(endpointOf(1), "x");
    QCoreApplication::processEvents(); // the budget of the first turn was used up
    const MessageTrace trace = bench.find(2).trace;
    QCOMPARE(trace.receivedNs, start + 5 * ms);
    QCOMPARE(trace.stages.framedNs, start + 5 * ms);
    QCOMPARE(trace.stages.decodingNs, start + 12 * ms);
    QCOMPARE(trace.stages.decodedNs, start + 14 * ms);
    QCOMPARE(trace.stages.queuedNs, start + 17 * ms);
    QCOMPARE(trace.runs.at(0).endNs, trace.outcomeNs + 7 * ms);
}

void TestTraces::aMessageThatIsBrokenHasNoRuns()
{
    SlowBench bench(DispatchMode::Inline);
    const qint64 start = bench.clock->nowNs();
    bench.sock->injectPayload(endpointOf(1), "broken");
    bench.sock->injectPayload(endpointOf(1), "drop");
    MessageTrace trace = bench.find(1).trace;
    QCOMPARE(trace.stages.decodingNs, start);
    QCOMPARE(trace.stages.decodedNs, 0);
    QCOMPARE(trace.outcomeNs, start + 2 * ms);
    QVERIFY(trace.runs.empty());
    trace = bench.find(2).trace;
    QCOMPARE(trace.stages.decodedNs, start + 4 * ms);
    QCOMPARE(trace.stages.queuedNs, 0);
    QCOMPARE(trace.outcomeNs, start + 7 * ms);
}

void TestTraces::everyHandlerHasItsRun()
{
    Bench bench;
    bench.sock->addHandler(0, &bench.context, [&](const Envelope &) { bench.clock->stall(ms); }, {u"one"_s, false});
    bench.sock->addHandler(0, &bench.context, [&](const Envelope &) { bench.clock->stall(2 * ms); }, {u"two"_s, false});
    bench.receive(1);
    bench.receive(2);
    for (quint32 sequence : {1u, 2u}) {
        const MessageTrace trace = bench.find(sequence).trace;
        QCOMPARE(trace.runs.size(), size_t(2));
        QCOMPARE(trace.runs[0].name, u"one"_s);
        QCOMPARE(trace.runs[1].name, u"two"_s);
        QCOMPARE(trace.runs[1].startNs, trace.runs[0].endNs);
        QCOMPARE(trace.runs[1].endNs - trace.runs[1].startNs, 2 * ms);
    }
    const SlowCalls slow = bench.log->slowest(bench.sock->handlerStats()[1].id);
    QCOMPARE(slow.traced, 2u);
    QCOMPARE(slow.calls.size(), size_t(2));
    QCOMPARE(slow.calls[0].ranNs, 2 * ms);
    QCOMPARE(slow.calls[0].waitNs, ms);
    QCOMPARE(slow.calls[0].sequence, 1u);
}

void TestTraces::aThrowingHandlerFails()
{
    Bench bench;
    bench.sock->addHandler(0, &bench.context, [&](const Envelope &) {
        bench.clock->stall(ms);
        throw std::runtime_error("no");
    });
    bench.receive(1);
    const TracedRun run = bench.find(1).trace.runs.at(0);
    QCOMPARE(run.state, TracedRun::State::Failed);
    QCOMPARE(run.error, u"no"_s);
    QCOMPARE(run.endNs - run.startNs, ms);
    QVERIFY(bench.log->slowest(run.handler).calls.at(0).failed);
}

void TestTraces::aBlockedHandlerIsAboutItsMessage()
{
    SockOptions options;
    MonitorBench plain; // its options say no limit; this one has one
    options = plain.sock->options();
    options.blockedAfter = std::chrono::milliseconds(50);
    options.clock = plain.clock;
    BaseSock sock(options);
    QVERIFY(!sock.start());
    SockMonitor *monitor = SockMonitor::install(&sock, nullptr, interval);
    sock.addHandler(0, nullptr, [&](const Envelope &) { plain.clock->stall(80 * ms); });
    sock.injectPayload(endpointOf(1), "x");
    plain.clock->advance(interval);
    const SockChanges changes = monitor->takeChanges();
    QCOMPARE(changes.errors.size(), size_t(1));
    QCOMPARE(changes.errors[0].error.code, SockError::Code::HandlerBlocked);
    QCOMPARE(changes.errors[0].sequence, 1u);
}

void TestTraces::aHandlerThatDestroysItsSock()
{
    Bench bench;
    bench.sock->addHandler(0, &bench.context, [&](const Envelope &) {
        bench.clock->stall(4 * ms);
        bench.sock.reset();
        bench.clock->stall(ms);
    });
    bench.receive(1);
    const TraceLog::Answer answer = bench.log->find(1);
    QVERIFY(answer.closed);
    QCOMPARE(answer.found, TraceLog::Found::Trace);
    const TracedRun run = answer.trace.runs.at(0);
    QCOMPARE(run.state, TracedRun::State::EndedSock);
    QCOMPARE(run.endNs - run.startNs, 4 * ms);
}

void TestTraces::aConcurrentHandlerEndsLater()
{
    Bench bench;
    std::binary_semaphore gate(0);
    bench.sock->addHandler(0, nullptr, [&](const Envelope &) { gate.acquire(); }, {u"pool"_s, true});
    bench.receive(1);
    MessageTrace trace = bench.find(1).trace;
    QCOMPARE(trace.runs.size(), size_t(1));
    QCOMPARE(trace.runs[0].place, RunPlace::Pool);
    QCOMPARE(trace.runs[0].state, TracedRun::State::Open);
    QCOMPARE(trace.runs[0].calledNs, trace.outcomeNs);
    QCOMPARE(trace.runs[0].endNs, 0);
    gate.release();
    QTRY_COMPARE(bench.find(1).trace.runs[0].state, TracedRun::State::Ended);
    trace = bench.find(1).trace;
    QVERIFY(trace.runs[0].startNs >= trace.runs[0].calledNs);
    QVERIFY(trace.runs[0].endNs >= trace.runs[0].startNs);
}

void TestTraces::aHandlerInAnotherThread()
{
    Bench bench;
    QThread thread;
    auto *receiver = new QObject;
    receiver->moveToThread(&thread);
    bench.sock->addHandler(0, receiver, [](const Envelope &) { throw std::runtime_error("there"); });
    bench.receive(1); // its thread does not run yet
    QCOMPARE(bench.find(1).trace.runs.at(0).state, TracedRun::State::Open);
    QCOMPARE(bench.find(1).trace.runs.at(0).place, RunPlace::ReceiversThread);
    bench.receive(2);
    bench.clock->advance(interval);
    QVERIFY(bench.monitor->takeChanges().errors.empty());
    thread.start();
    QTRY_COMPARE(bench.find(2).trace.runs.at(0).state, TracedRun::State::Failed);
    QCOMPARE(bench.find(1).trace.runs.at(0).error, u"there"_s);
    bench.clock->advance(interval);
    const SockChanges changes = bench.monitor->takeChanges();
    QCOMPARE(changes.errors.size(), size_t(2));
    QCOMPARE(changes.errors[0].sequence, 1u);
    QCOMPARE(changes.errors[1].sequence, 2u);
    QMetaObject::invokeMethod(receiver, [receiver] { delete receiver; });
    thread.quit();
    QVERIFY(thread.wait());
}

void TestTraces::tellsWhatWasSentMeanwhile()
{
    Bench bench;
    bench.sock->addHandler(0, &bench.context,
                           [&](const Envelope &envelope) {
                               bench.clock->stall(ms);
                               for (quint64 i = 0; i < TraceWriter::sendsPerRun + 3; ++i)
                                   bench.sock->sendRaw("answer", envelope.peer);
                           },
                           {u"echo"_s, false});
    bench.receive(7);
    bench.sock->sendRaw("alone", endpointOf(9));
    const TracedRun run = bench.find(1).trace.runs.at(0);
    QCOMPARE(run.sends.size(), static_cast<size_t>(TraceWriter::sendsPerRun));
    QCOMPARE(run.unlistedSends, 3u);
    QCOMPARE(run.sends[0].sequence, 2u);
    QCOMPARE(run.sends[0].peer, endpointOf(7));
    QCOMPARE(run.sends[0].wireBytes, 6);
    QCOMPARE(run.sends[0].ns - run.startNs, ms);
    const MessageTrace answer = bench.find(2).trace;
    QVERIFY(answer.sent);
    QVERIFY(answer.sender);
    QCOMPARE(answer.sender->handler, u"echo"_s);
    QCOMPARE(answer.sender->sequence, 1u);
    const MessageTrace alone = bench.find(static_cast<quint32>(TraceWriter::sendsPerRun) + 5).trace;
    QVERIFY(alone.sent);
    QVERIFY(!alone.sender);
}

void TestTraces::aNestedMessageHasItsOwnTrace()
{
    Bench bench;
    bool nest = true;
    bench.sock->addHandler(0, &bench.context,
                           [&](const Envelope &) {
                               if (std::exchange(nest, false))
                                   bench.sock->injectPayload(endpointOf(2), "inner");
                           },
                           {u"first"_s, false});
    bench.sock->addHandler(0, &bench.context, [&](const Envelope &) {}, {u"second"_s, false});
    bench.receive(1);
    for (quint32 sequence : {1u, 2u}) {
        const MessageTrace trace = bench.find(sequence).trace;
        QCOMPARE(trace.runs.size(), size_t(2));
        QCOMPARE(trace.runs[0].name, u"first"_s);
        QCOMPARE(trace.runs[1].name, u"second"_s);
    }
}

void TestTraces::handlersOfAMetaSock()
{
    SockOptions options;
    MetaSock meta(MetaSock::Mode::Observe, options);
    QVERIFY(!meta.start());
    options.metaSock = &meta;
    Bench bench(options);
    meta.addChildHandler(0, nullptr, [](BaseSock *, const Envelope &) {}, {u"above"_s, false});
    bench.sock->addHandler(0, nullptr, [](const Envelope &) {}, {u"own"_s, false});
    bench.receive(1);
    const MessageTrace trace = bench.find(1).trace;
    QCOMPARE(trace.runs.size(), size_t(2));
    QCOMPARE(trace.runs[0].name, u"own"_s);
    QVERIFY(!trace.runs[0].ofMetaSock);
    QCOMPARE(trace.runs[1].name, u"above"_s);
    QVERIFY(trace.runs[1].ofMetaSock);
    QCOMPARE(bench.log->slowest(trace.runs[0].handler).traced, 1u);
}

void TestTraces::errorsKnowTheirMessage()
{
    SlowBench bench(DispatchMode::Inline);
    bench.clock->advance(interval);
    bench.monitor->takeChanges();
    bench.sock->addHandler(0, nullptr, [](const Envelope &) { throw 7; });
    bench.sock->injectPayload(endpointOf(1), "x");      // 1: a handler throws
    bench.sock->injectPayload(endpointOf(1), "broken"); // 2: cannot be decoded
    bench.sock->sendRaw("x", endpointOf(5));            // 3: cannot be sent
    bench.sock->injectPayload(endpointOf(1), "throw");  // 4: the codec throws
    bench.sock->connectTo(HostPort{});                  // answers its error, and tells nobody
    bench.clock->advance(interval);
    const SockChanges changes = bench.monitor->takeChanges();
    std::vector<quint32> sequences;
    for (const ErrorEntry &entry : changes.errors)
        sequences.push_back(entry.sequence);
    // What the codec threw is reported before the message's outcome is known, and again with it.
    QCOMPARE(sequences, (std::vector<quint32>{1, 2, 3, 0, 4}));
}

void TestTraces::offTakesNothing()
{
    Bench bench;
    bench.receive(1);
    QVERIFY(bench.monitor->isTracing());
    bench.monitor->setTracing(false);
    bench.receive(2);
    bench.monitor->setTracing(true);
    bench.receive(3);
    QCOMPARE(bench.find(1).found, TraceLog::Found::Trace);
    QCOMPARE(bench.find(2).found, TraceLog::Found::NotTaken);
    QCOMPARE(bench.find(3).found, TraceLog::Found::Trace);
    QCOMPARE(bench.log->stats().taken, 2u);
}

void TestTraces::aFullBatchLosesNothing()
{
    Bench bench;
    bench.sock->addHandler(0, nullptr, [](const Envelope &) {});
    const int count = static_cast<int>(TraceWriter::batchLimit) * 2 + 10;
    for (int i = 0; i < count; ++i)
        bench.receive(1);
    QCOMPARE(bench.find(static_cast<quint32>(count)).trace.runs.size(), size_t(1));
    QCOMPARE(bench.find(1).trace.runs.size(), size_t(1));
    QCOMPARE(bench.log->stats().taken, static_cast<quint64>(count));
    QCOMPARE(bench.log->stats().lostRuns, 0u);
}

QTEST_GUILESS_MAIN(TestTraces)
#include "test_traces.moc"
