#include "core/tap/ledger.h"
#include "support/testmain.h"

#include <QSet>

using namespace SockScope;

class TestLedger : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void emptyIsBalanced();
    void countsAddAndRemove();
    void everyTermIsInTheEquation_data();
    void everyTermIsInTheEquation();
    void bytesMustAgreeToo();
    void termsStandInOrder();
    void sumsTwoLedgers();
};

void TestLedger::emptyIsBalanced()
{
    QVERIFY(Ledger().isBalanced());
}

void TestLedger::countsAddAndRemove()
{
    Count count;
    count.add(10);
    count.add(0);
    QCOMPARE(count.messages, 2u);
    QCOMPARE(count.bytes, 10u);
    count.remove(10);
    QCOMPARE(count, (Count{1, 0}));
    count += Count{2, 30};
    QCOMPARE(count, (Count{3, 30}));
}

void TestLedger::everyTermIsInTheEquation_data()
{
    QTest::addColumn<bool>("inbound");
    QTest::addColumn<int>("index");
    for (int i = 1; i < 13; ++i)
        QTest::newRow(qPrintable(QStringLiteral("in %1").arg(i))) << true << i;
    for (int i = 1; i < 11; ++i)
        QTest::newRow(qPrintable(QStringLiteral("out %1").arg(i))) << false << i;
}

void TestLedger::everyTermIsInTheEquation()
{
    QFETCH(bool, inbound);
    QFETCH(int, index);
    Count Ledger::*const in[] = {&Ledger::received,      &Ledger::handled,          &Ledger::unhandled,
                                 &Ledger::rejectedPeer,  &Ledger::framingErrors,    &Ledger::decodeErrors,
                                 &Ledger::droppedByHook, &Ledger::droppedQueueFull, &Ledger::droppedAtStop,
                                 &Ledger::impairLostIn,  &Ledger::impairFullIn,     &Ledger::impairWaitingIn,
                                 &Ledger::stillQueued};
    Count Ledger::*const out[] = {&Ledger::offered,          &Ledger::sent,
                                  &Ledger::encodeErrors,     &Ledger::refusedNoPeer,
                                  &Ledger::refusedQueueFull, &Ledger::sendErrors,
                                  &Ledger::droppedAtClose,   &Ledger::impairLostOut,
                                  &Ledger::impairFullOut,    &Ledger::impairWaitingOut,
                                  &Ledger::sendQueued};
    Count Ledger::*const left = inbound ? in[0] : out[0];
    Count Ledger::*const term = inbound ? in[index] : out[index];
    Ledger ledger;
    (ledger.*left).add(100);
    QVERIFY(!ledger.isBalanced());
    (ledger.*term).add(100);
    QVERIFY(ledger.isBalanced());
    QCOMPARE(inbound ? ledger.inboundSum() : ledger.outboundSum(), (Count{1, 100}));
    (ledger.*term).add(1);
    QVERIFY(!ledger.isBalanced());
}

void TestLedger::bytesMustAgreeToo()
{
    Ledger ledger;
    ledger.received.add(100);
    ledger.handled.add(99);
    QVERIFY(!ledger.isBalanced());
}

void TestLedger::termsStandInOrder()
{
    Ledger ledger;
    ledger.received = {7, 70};
    ledger.stillQueued = {7, 70};
    ledger.offered = {3, 30};
    const std::vector<LedgerTerm> in = ledger.inboundTerms();
    const std::vector<LedgerTerm> out = ledger.outboundTerms();
    QCOMPARE(in.size(), size_t(13));
    QCOMPARE(out.size(), size_t(11));
    QCOMPARE(QLatin1String(in.front().key), QLatin1String("received"));
    QCOMPARE(in.front().count, ledger.received);
    QCOMPARE(QLatin1String(in.back().key), QLatin1String("stillQueued"));
    QCOMPARE(in.back().count, ledger.stillQueued);
    QCOMPARE(QLatin1String(out.front().key), QLatin1String("offered"));
    QCOMPARE(out.front().count, ledger.offered);
    QSet<QByteArray> keys;
    for (const std::vector<LedgerTerm> &terms : {in, out}) {
        for (const LedgerTerm &term : terms) {
            keys.insert(term.key);
            QVERIFY(!term.label.isEmpty());
        }
    }
    QCOMPARE(keys.size(), 24);
}

void TestLedger::sumsTwoLedgers()
{
    Ledger first;
    first.received = {3, 30};
    first.handled = {2, 20};
    first.stillQueued = {1, 10};
    first.offered = {1, 5};
    first.sent = {1, 5};
    first.injected = 1;
    first.handlerErrors = 2;
    first.kernelDrops = 3;
    first.countRefused(RefuseReason::Filter);
    first.countRefused(RefuseReason::PeerLimit);
    first.countRefused(RefuseReason::ConnectionLimit);
    first.countRefused(RefuseReason::AcceptRate);
    for (const CloseReason reason : {CloseReason::TimedOut, CloseReason::NoFrame, CloseReason::SlowFrame,
                                     CloseReason::BufferLimit, CloseReason::SlowReader, CloseReason::Remote})
        first.countClosed(reason);
    first.rejectedFull = 7;
    first.truncated = 5;
    first.bytesBuffered = 6;
    first.groupsRefused = 9;
    first.impairDelayedIn = 1;
    first.impairReorderedIn = 2;
    first.impairDuplicatedIn = 3;
    first.impairCorruptedIn = 4;
    first.impairDelayedOut = 5;
    first.impairReorderedOut = 6;
    first.impairDuplicatedOut = 7;
    first.impairCorruptedOut = 8;
    Ledger sum = first;
    sum += first;
    QCOMPARE(sum.received, (Count{6, 60}));
    QCOMPARE(sum.handled, (Count{4, 40}));
    QCOMPARE(sum.sent, (Count{2, 10}));
    QVERIFY(sum.isBalanced());
    QCOMPARE(sum.injected, 2u);
    QCOMPARE(sum.handlerErrors, 4u);
    QCOMPARE(sum.kernelDrops, 6u);
    QCOMPARE(sum.refusedConnections, 8u);
    QCOMPARE(sum.refusedSum(), 8u);
    QCOMPARE(sum.rejectedFull, 14u);
    const std::vector<LedgerNote> notes = sum.notes();
    quint64 all = 0;
    for (const LedgerNote &note : notes) {
        all += note.count;
        QVERIFY(!note.label.isEmpty());
        QCOMPARE(note.inBytes, QLatin1String(note.key) == QLatin1String("bytesBuffered"));
    }
    QCOMPARE(all, 2u + 4u + 6u + 8u + 8u + 10u + 12u + 14u + 18u + 5u * 2u + 36u * 2u);
    sum.refusedAcceptRate = 0;
    QVERIFY(!sum.isBalanced()); // the reasons must add up
    QCOMPARE(sum.truncated, 10u);
    QCOMPARE(sum.bytesBuffered, 12u);
}

QTEST_GUILESS_MAIN(TestLedger)
#include "test_ledger.moc"
