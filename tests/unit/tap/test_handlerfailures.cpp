#include <QTest>
#include <QThread>

#include <semaphore>
#include <stdexcept>

#include "core/filter/filter.h"
#include "core/tap/sockmonitor.h"
#include "support/messages.h"
#include "support/monitorbench.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

// A message's record is written before its handlers run: what they throw must reach it all the same.
class TestHandlerFailures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void aThrowIsNotedInItsMessage()
    {
        MonitorBench bench;
        bench.sock->addHandler(0, nullptr, [](const Envelope &envelope) {
            if (envelope.message.payload.view() == "bad")
                throw std::runtime_error("out of range");
        });
        bench.receive(1, "good");
        bench.receive(1, "bad");
        bench.receive(2, "good");
        bench.flushed();
        const std::vector<StoredMessage> stored = storedOf(*bench.recorder);
        QCOMPARE(stored.size(), size_t(3));
        QVERIFY(!stored[0].isError());
        QVERIFY(stored[1].isError());
        QVERIFY(stored[1].flags() & FlagFailed);
        QCOMPARE(stored[1].outcome(), Outcome::Dispatched); // the ledger counts it as handled
        QVERIFY2(stored[1].note().contains(u"threw: out of range"_s), qPrintable(stored[1].note()));
        QCOMPARE(stored[1].payload(), QByteArrayView("bad"));
        QVERIFY(!stored[2].isError());
        QCOMPARE(stored[2].payload(), QByteArrayView("good"));
        QVERIFY(bench.sock->ledger().isBalanced());
        const auto error = Filter::compile(u"error"_s);
        const auto note = Filter::compile(u"note contains \"out of range\""_s);
        for (const StoredMessage &message : stored) {
            QCOMPARE(error->matches(*message.chunk(), message.index(), {}), message.no() == 2);
            QCOMPARE(note->matches(*message.chunk(), message.index(), {}), message.no() == 2);
        }
    }

    void eachHandlerIsNamed()
    {
        MonitorBench bench;
        HandlerOptions options;
        for (const QString &name : {u"first"_s, u"second"_s}) {
            options.name = name;
            bench.sock->addHandler(
                0, nullptr, [](const Envelope &) { throw 7; }, options);
        }
        bench.receive(1);
        bench.flushed();
        const QString note = storedOf(*bench.recorder).front().note();
        QVERIFY2(note.contains(u"the handler first threw"_s), qPrintable(note));
        QVERIFY2(note.contains(u"; the handler second threw"_s), qPrintable(note));
    }

    void whatIsSentMeanwhileKeepsItsPlace()
    {
        MonitorBench bench;
        bench.sock->addHandler(0, nullptr, [&bench](const Envelope &envelope) {
            if (envelope.message.payload.view() != "outer")
                return;
            bench.receive(3, "inner");
            throw std::runtime_error("late");
        });
        bench.receive(1, "outer");
        bench.flushed();
        const std::vector<StoredMessage> stored = storedOf(*bench.recorder);
        QCOMPARE(stored.size(), size_t(2));
        QVERIFY(stored[0].isError());
        QCOMPARE(stored[1].payload(), QByteArrayView("inner"));
        QVERIFY(!stored[1].isError());
    }

    void aThrowAfterTheFlushIsToldBeside()
    {
        MonitorBench bench;
        std::binary_semaphore go(0);
        HandlerOptions options;
        options.concurrent = true;
        options.name = u"slow"_s;
        bench.sock->addHandler(
            0, nullptr,
            [&go](const Envelope &) {
                go.acquire();
                throw std::runtime_error("too late");
            },
            options);
        bench.receive(1, "late");
        bench.flushed();
        QVERIFY(!storedOf(*bench.recorder).front().isError());
        go.release();
        QTRY_COMPARE(bench.sock->ledger().handlerErrors, 1u);
        const SockChanges changes = bench.flushed();
        QCOMPARE(changes.failures.size(), size_t(1));
        QCOMPARE(changes.failures.front().sequence, 1u);
        QCOMPARE(changes.failures.front().text, u"the handler slow threw: too late"_s);
        // the filter finds it by its number
        FilterContext context;
        context.failed = {1};
        const StoredMessage stored = storedOf(*bench.recorder).front();
        QVERIFY(Filter::compile(u"error"_s)->matches(*stored.chunk(), stored.index(), context));
        QVERIFY(!Filter::compile(u"!error"_s)->matches(*stored.chunk(), stored.index(), context));
    }

    void manyFailuresAreAllNoted()
    {
        MonitorBench bench;
        bench.sock->addHandler(0, nullptr, [](const Envelope &) { throw 7; });
        const int count = static_cast<int>(SockMonitor::failureLimit) * 2 + 5;
        for (int i = 0; i < count; ++i)
            bench.receive(1);
        bench.flushed();
        const std::vector<StoredMessage> stored = storedOf(*bench.recorder);
        QCOMPARE(static_cast<int>(stored.size()), count);
        for (const StoredMessage &message : stored)
            QVERIFY(message.isError());
    }
};

QTEST_GUILESS_MAIN(TestHandlerFailures)
#include "test_handlerfailures.moc"
