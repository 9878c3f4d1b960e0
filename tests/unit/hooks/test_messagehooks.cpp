#include "core/hooks/messagehooks.h"
#include "support/testmain.h"

#include <stdexcept>

using namespace SockScope;

class TestMessageHooks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void runsInOrderOfAdding();
    void mayChangeTheEnvelope();
    void falseDropsAndEnds();
    void removes();
    void hasALimit();
    void addedDuringARunStartsWithTheNext();
    void removesItselfDuringARun();
    void removesLaterAndEarlierOnesDuringARun();
    void replacesAllDuringARun();
    void anExceptionLeavesTheListWhole();
};

namespace {

struct Trace
{
    MessageHooks hooks;
    QList<int> order;
    Envelope envelope;

    int add(int mark, bool keep = true)
    {
        return hooks.add([this, mark, keep](Envelope &) {
            order.append(mark);
            return keep;
        });
    }
    QList<int> run()
    {
        order.clear();
        hooks.run(envelope);
        return order;
    }
};

} // namespace

void TestMessageHooks::runsInOrderOfAdding()
{
    Trace trace;
    QVERIFY(trace.hooks.isEmpty());
    QVERIFY(trace.hooks.run(trace.envelope));
    for (int i = 0; i < 5; ++i)
        QVERIFY(trace.add(i) > 0);
    QVERIFY(!trace.hooks.isEmpty());
    QCOMPARE(trace.run(), (QList<int>{0, 1, 2, 3, 4}));
}

void TestMessageHooks::mayChangeTheEnvelope()
{
    MessageHooks hooks;
    hooks.add([](Envelope &envelope) {
        envelope.message.type = 7;
        return true;
    });
    qint64 seen = 0;
    hooks.add([&seen](Envelope &envelope) {
        seen = envelope.message.type.number();
        return true;
    });
    Envelope envelope;
    QVERIFY(hooks.run(envelope));
    QCOMPARE(seen, 7);
    QCOMPARE(envelope.message.type.number(), 7);
}

void TestMessageHooks::falseDropsAndEnds()
{
    Trace trace;
    trace.add(1);
    trace.add(2, false);
    trace.add(3);
    QVERIFY(!trace.hooks.run(trace.envelope));
    QCOMPARE(trace.order, (QList<int>{1, 2}));
}

void TestMessageHooks::removes()
{
    Trace trace;
    trace.add(1);
    const int second = trace.add(2);
    trace.add(3);
    QVERIFY(trace.hooks.remove(second));
    QVERIFY(!trace.hooks.remove(second));
    QVERIFY(!trace.hooks.remove(0));
    QVERIFY(!trace.hooks.remove(99));
    QCOMPARE(trace.run(), (QList<int>{1, 3}));
}

void TestMessageHooks::hasALimit()
{
    Trace trace;
    int last = 0;
    for (size_t i = 0; i < MessageHooks::maximum; ++i)
        last = trace.add(1);
    QVERIFY(last > 0);
    QCOMPARE(trace.add(2), 0);
    QCOMPARE(trace.run().size(), qsizetype(MessageHooks::maximum));
    QVERIFY(trace.hooks.remove(last));
    QVERIFY(trace.add(2) > 0);
    QCOMPARE(MessageHooks().add({}), 0);
}

void TestMessageHooks::addedDuringARunStartsWithTheNext()
{
    Trace trace;
    bool added = false;
    trace.hooks.add([&](Envelope &) {
        trace.order.append(1);
        if (!std::exchange(added, true)) {
            for (int i = 0; i < 20; ++i) // enough to move the list in memory
                trace.add(10 + i);
        }
        return true;
    });
    trace.add(2);
    QCOMPARE(trace.run(), (QList<int>{1, 2}));
    QCOMPARE(trace.run().size(), 22);
    QCOMPARE(trace.order.last(), 29);
}

void TestMessageHooks::removesItselfDuringARun()
{
    Trace trace;
    trace.add(1);
    int self = 0;
    const auto held = std::make_shared<int>(2); // is read after the list let the hook go
    self = trace.hooks.add([&trace, &self, held](Envelope &) {
        trace.hooks.remove(self);
        trace.order.append(*held);
        return true;
    });
    trace.add(3);
    QCOMPARE(trace.run(), (QList<int>{1, 2, 3}));
    QCOMPARE(trace.run(), (QList<int>{1, 3}));
}

void TestMessageHooks::removesLaterAndEarlierOnesDuringARun()
{
    Trace trace;
    const int first = trace.add(1);
    int fourth = 0;
    trace.hooks.add([&](Envelope &) {
        trace.order.append(2);
        trace.hooks.remove(first);
        trace.hooks.remove(fourth);
        return true;
    });
    trace.add(3);
    fourth = trace.add(4);
    trace.add(5);
    QCOMPARE(trace.run(), (QList<int>{1, 2, 3, 5}));
    QCOMPARE(trace.run(), (QList<int>{2, 3, 5}));
}

void TestMessageHooks::replacesAllDuringARun()
{
    Trace trace;
    QList<int> ids;
    ids.append(trace.hooks.add([&](Envelope &) {
        trace.order.append(1);
        for (int id : ids)
            trace.hooks.remove(id);
        trace.add(10);
        trace.add(11);
        return true;
    }));
    ids.append(trace.add(2));
    ids.append(trace.add(3));
    QCOMPARE(trace.run(), QList<int>{1});
    QCOMPARE(trace.run(), (QList<int>{10, 11}));
}

void TestMessageHooks::anExceptionLeavesTheListWhole()
{
    Trace trace;
    trace.add(1);
    const int thrower = trace.hooks.add([](Envelope &) -> bool { throw std::runtime_error("no"); });
    trace.add(3);
    QVERIFY_EXCEPTION_THROWN(trace.run(), std::runtime_error);
    QCOMPARE(trace.order, QList<int>{1});
    QVERIFY(trace.hooks.remove(thrower));
    QCOMPARE(trace.run(), (QList<int>{1, 3}));
}

QTEST_GUILESS_MAIN(TestMessageHooks)
#include "test_messagehooks.moc"
