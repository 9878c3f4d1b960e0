#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/peers/peertable.h"
#include "core/types/messagetypes.h"
#include "core/types/outcomes.h"
#include "support/testmain.h"
#include "unit/sock/impairtalk.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::impaired;
using Rows = Test::OutcomeRows;
using Talk = Test::ImpairTalk;

/// BaseSock with impairments, between two ends of a loopback transport and on a clock that stands.
class TestImpairments : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void tenPercentOfManyAreLost()
    {
        constexpr int many = 100'000;
        QList<qint64> before;
        for (int run = 0; run < 2; ++run) {
            Talk talk(false);
            QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: loss 10% seed 20"_s})));
            QVERIFY(talk.start());
            talk.pair.a->removeTap(&talk.rowsA);
            talk.pair.b->removeTap(&talk.rowsB);
            for (int i = 0; i < many; ++i) {
                QCOMPARE(talk.pair.a->sendMessage(1, i).accepted, 1);
                if (i % 1000 == 0)
                    Talk::settle();
            }
            const quint64 lost = talk.pair.a->ledger().impairLostOut.messages;
            QVERIFY2(std::abs(double(lost) - many * 0.1) <= 3.29 * std::sqrt(many * 0.1 * 0.9),
                     qPrintable(QString::number(lost)));
            QTRY_COMPARE(talk.came.size(), qsizetype(many) - qsizetype(lost));
            QVERIFY(talk.isBalanced());
            if (run == 1)
                QCOMPARE(talk.came, before); // the same seed drops the same messages
            before = talk.came;
        }
    }

    void whatNeedsNotWaitIsNotHeldUp_data() { streams(); }
    void whatNeedsNotWaitIsNotHeldUp()
    {
        QFETCH(bool, stream);
        Talk talk(stream);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"delay 0"_s})));
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"delay 0"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 50; ++i)
            talk.pair.a->sendMessage(1, i);
        Talk::settle(); // the clock stands
        QCOMPARE(talk.came.size(), 50);
        QCOMPARE(talk.rowsA.count(Outcome::Sent), 50u);
        QCOMPARE(talk.rowsA.rows.size(), 50);
        QCOMPARE(talk.pair.b->impairReports().front().in.applied, 50u);
    }

    void delayIsKeptInOrder_data() { streams(); }
    void delayIsKeptInOrder()
    {
        QFETCH(bool, stream);
        Talk talk(stream);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 100ms"_s})));
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"in: delay 50ms"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 20; ++i)
            QVERIFY(talk.pair.a->sendMessage(1, i).isOk());
        Talk::settle();
        QCOMPARE(talk.pair.a->ledger().impairWaitingOut.messages, 20u);
        QCOMPARE(talk.pair.a->ledger().sent.messages, 0u);
        talk.advance(99);
        QCOMPARE(talk.pair.a->ledger().sent.messages, 0u);
        talk.advance(1);
        QCOMPARE(talk.pair.a->ledger().sent.messages, 20u);
        QCOMPARE(talk.pair.b->ledger().impairWaitingIn.messages, 20u);
        QVERIFY(talk.isBalanced());
        QCOMPARE(talk.came.size(), 0);
        talk.advance(50);
        QCOMPARE(talk.came.size(), 20);
        QVERIFY(std::is_sorted(talk.came.begin(), talk.came.end()));
        QCOMPARE(talk.rowsA.count(Outcome::ImpairDelayed), 20u);
        QCOMPARE(talk.rowsA.count(Outcome::Sent), 20u);
        QCOMPARE(talk.rowsA.rows.front().note, u"an impairment delays it by 100.000 ms"_s);
        QCOMPARE(talk.rowsB.count(Outcome::ImpairDelayed), 20u);
        QCOMPARE(talk.rowsB.rows.front().type, MessageType(1)); // the row is named though it is not decoded yet
        QCOMPARE(talk.pair.b->ledger().impairDelayedIn, 20u);
        QVERIFY(talk.isBalanced());
    }

    void jitterOnAStreamKeepsTheOrder()
    {
        Talk talk(true);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 20ms 20ms seed 4"_s})));
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"in: delay 20ms 20ms seed 5"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 200; ++i) {
            talk.pair.a->sendMessage(1, i);
            talk.advance(1);
        }
        talk.advance(100);
        talk.advance(100);
        QCOMPARE(talk.came.size(), 200);
        QVERIFY(std::is_sorted(talk.came.begin(), talk.came.end()));
        QCOMPARE(talk.rowsA.count(Outcome::ImpairReordered), 0u);
    }

    void reorderIsARowAndANumber_data() { streams(); }
    void reorderIsARowAndANumber()
    {
        QFETCH(bool, stream);
        Talk talk(stream);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 20ms reorder 100% gap 4"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 8; ++i)
            talk.pair.a->sendMessage(1, i);
        talk.advance(20);
        QCOMPARE(talk.came, (QList<qint64>{3, 7, 0, 1, 2, 4, 5, 6}));
        QCOMPARE(talk.rowsA.count(Outcome::ImpairReordered), 2u);
        QCOMPARE(talk.pair.a->ledger().impairReorderedOut, 2u);
    }

    void everyActIsARowAndTheLedgerBalances_data() { streams(); }
    void everyActIsARowAndTheLedgerBalances()
    {
        QFETCH(bool, stream);
        Talk talk(stream);
        const QString words = u"delay 5ms 5ms distribution normal loss 10% duplicate 10% corrupt 10% reorder 20% "
                              "rate 1mbit limit 20 seed 8"_s;
        QVERIFY(!talk.pair.a->setImpairments(impaired({words})));
        QVERIFY(!talk.pair.b->setImpairments(impaired({words})));
        QVERIFY(talk.start());
        for (int i = 0; i < 2000; ++i) {
            talk.pair.a->sendMessage(1, i);
            if (i % 3 == 0)
                talk.pair.b->sendMessage(2, i);
            QVERIFY(talk.isBalanced());
            if (i % 4 == 0)
                talk.advance(1);
            QVERIFY(talk.isBalanced());
        }
        talk.advance(1000);
        talk.advance(1000);
        QVERIFY(talk.isBalanced());
        for (const auto &[sock, rows] : {std::pair(talk.pair.a.get(), &talk.rowsA), {talk.pair.b.get(), &talk.rowsB}}) {
            const Ledger ledger = sock->ledger();
            const ImpairReport report = sock->impairReports().front();
            QCOMPARE(report.seed, 8u);
            QCOMPARE(ledger.impairWaitingIn, Count());
            QCOMPARE(ledger.impairWaitingOut, Count());
            const std::pair<Outcome, quint64> expected[] = {
                {Outcome::ImpairLost, ledger.impairLostIn.messages + ledger.impairLostOut.messages},
                {Outcome::ImpairQueueFull, ledger.impairFullIn.messages + ledger.impairFullOut.messages},
                {Outcome::ImpairDelayed, ledger.impairDelayedIn + ledger.impairDelayedOut},
                {Outcome::ImpairReordered, ledger.impairReorderedIn + ledger.impairReorderedOut},
                {Outcome::ImpairDuplicated, ledger.impairDuplicatedIn + ledger.impairDuplicatedOut},
                {Outcome::ImpairCorrupted, ledger.impairCorruptedIn + ledger.impairCorruptedOut}};
            for (const auto &[outcome, count] : expected) {
                QCOMPARE(rows->count(outcome), count);
                QVERIFY2(count > 0, qPrintable(QString::number(int(outcome))));
            }
            QCOMPARE(report.in.lost + report.out.lost, rows->count(Outcome::ImpairLost));
            QCOMPARE(report.in.queueFull + report.out.queueFull, rows->count(Outcome::ImpairQueueFull));
            QCOMPARE(report.in.overtook + report.out.overtook, rows->count(Outcome::ImpairReordered));
            QVERIFY(report.out.highWater <= 20);
        }
        const Ledger a = talk.pair.a->ledger();
        const Ledger b = talk.pair.b->ledger();
        QCOMPARE(b.received.messages, a.sent.messages + b.impairDuplicatedIn);
        QCOMPARE(a.received.messages, b.sent.messages + a.impairDuplicatedIn);
        if (stream) {
            QCOMPARE(a.framingErrors, Count()); // a frame that is corrupt is still a frame
            QCOMPARE(b.framingErrors, Count());
        }
    }

    void corruptionChangesTheBitsThatItSays_data() { streams(); }
    void corruptionChangesTheBitsThatItSays()
    {
        QFETCH(bool, stream);
        SockOptions options;
        options.codec = makeCodec(u"raw");
        Talk talk(stream, options);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"corrupt 100% 2 bits"_s})));
        QVERIFY(talk.start());
        const QByteArray sent("hello, world");
        for (int i = 0; i < 100; ++i)
            talk.pair.a->sendMessage(0, sent);
        Talk::settle();
        QCOMPARE(talk.rowsB.rows.size(), 100);
        QCOMPARE(talk.rowsA.rows.size(), 200);
        static const QRegularExpression place(u"bit (\\d) of byte (\\d+)"_s);
        for (int i = 0; i < 100; ++i) {
            const Rows::Row &act = talk.rowsA.rows[2 * i];
            QCOMPARE(act.outcome, Outcome::ImpairCorrupted);
            QByteArray expected = sent;
            int changes = 0;
            for (auto match = place.globalMatch(act.note); match.hasNext(); ++changes) {
                const auto one = match.next();
                char &byte = expected[one.captured(2).toInt()];
                byte = char(byte ^ (1 << one.captured(1).toInt()));
            }
            QCOMPARE(changes, 2);
            QCOMPARE(act.payload, expected);
            QCOMPARE(talk.rowsA.rows[2 * i + 1].payload, expected);
            QCOMPARE(talk.rowsB.rows[i].payload, expected);
        }
        QVERIFY(talk.isBalanced());
    }

    void rateLetsSoMuchThrough()
    {
        Talk talk(true);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: rate 80kbit limit 10000"_s}))); // 10 bytes a millisecond
        QVERIFY(talk.start());
        for (int i = 0; i < 1000; ++i)
            talk.pair.a->sendMessage(1, i);
        for (int second = 1; second <= 5; ++second) {
            for (int i = 0; i < 100; ++i)
                talk.advance(2);
            const quint64 bytes = talk.pair.a->ledger().sent.bytes;
            QVERIFY2(bytes <= quint64(second) * 2000 && bytes > quint64(second) * 2000 - 20,
                     qPrintable(QString::number(bytes)));
        }
    }

    void limitIsAQueueThatIsFull()
    {
        Talk talk(false);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 10ms limit 5"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 12; ++i)
            QVERIFY(talk.pair.a->sendMessage(1, i).isOk());
        QCOMPARE(talk.pair.a->ledger().impairFullOut.messages, 7u);
        QCOMPARE(talk.rowsA.count(Outcome::ImpairQueueFull), 7u);
        talk.advance(10);
        QCOMPARE(talk.came, (QList<qint64>{0, 1, 2, 3, 4}));
        QVERIFY(talk.isBalanced());
    }

    void onlyWhatItIsFor()
    {
        Talk talk(false);
        auto types = std::make_shared<MessageTypes>();
        QVERIFY(types->define(u"move"_s, 7));
        talk.pair.a->setMessageTypes(types);
        talk.pair.b->setMessageTypes(types);
        QVERIFY(!talk.pair.a->setImpairments(
            impaired({u"out: type move loss 100%"_s, u"out: peer 9.9.9.9 loss 100%"_s, u"in: loss 100%"_s})));
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"in: filter 'data > 10 && type == 1' loss 100%"_s})));
        QVERIFY(talk.start());
        talk.pair.a->sendMessage(7, 1);
        talk.pair.a->sendMessage(1, 2);
        talk.pair.a->sendMessage(1, 20);
        talk.pair.a->sendMessage(2, 30);
        talk.pair.a->sendRaw("broken");
        Talk::settle();
        QCOMPARE(talk.came, (QList<qint64>{2, 30}));
        QCOMPARE(talk.rowsB.count(Outcome::ImpairLost), 1u);
        QCOMPARE(talk.rowsB.count(Outcome::DecodeError), 1u);
        QCOMPARE(talk.pair.a->impairReports()[0].out.lost, 1u);
        QVERIFY(talk.isBalanced());
    }

    void theFirstThatAppliesCounts()
    {
        Talk talk(false);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"type 1 delay 0"_s, u"loss 100%"_s})));
        QVERIFY(talk.start());
        talk.pair.a->sendMessage(1, 5);
        talk.pair.a->sendMessage(2, 6);
        Talk::settle();
        QCOMPARE(talk.came, QList<qint64>{5});
    }

    void othersWaitBehindOnAStream()
    {
        Talk talk(true);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: type 1 delay 10ms"_s})));
        QVERIFY(talk.start());
        talk.pair.a->sendMessage(2, 0);
        talk.pair.a->sendMessage(1, 1);
        talk.pair.a->sendMessage(2, 2);
        Talk::settle();
        QCOMPARE(talk.came, QList<qint64>{0});
        talk.advance(10);
        QCOMPARE(talk.came, (QList<qint64>{0, 1, 2}));
    }

    void stopCountsWhatWaits_data() { streams(); }
    void stopCountsWhatWaits()
    {
        QFETCH(bool, stream);
        Talk talk(stream);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 10ms"_s})));
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"in: delay 10ms"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 3; ++i)
            talk.pair.a->sendMessage(1, i);
        talk.advance(10);
        talk.pair.a->sendMessage(1, 3);
        talk.pair.a->stop();
        talk.pair.b->stop();
        QVERIFY(talk.isBalanced());
        QCOMPARE(talk.pair.a->ledger().droppedAtClose.messages, 1u);
        QCOMPARE(talk.rowsA.count(Outcome::DroppedAtClose), 1u);
        QCOMPARE(talk.pair.b->ledger().droppedAtStop.messages, 3u);
        QCOMPARE(talk.rowsB.count(Outcome::DroppedAtStop), 3u);
        talk.advance(100);
        QCOMPARE(talk.came.size(), 0);
        QCOMPARE(talk.pair.b->impairReports().front().in.delayed, 3u); // still to be read
    }

    void destroyedWhileMessagesWait()
    {
        auto talk = std::make_unique<Talk>(true);
        QVERIFY(!talk->pair.a->setImpairments(impaired({u"delay 10ms"_s})));
        QVERIFY(talk->start());
        talk->pair.a->sendMessage(1, 0);
        talk->pair.a.reset();
        talk->advance(100);
        QCOMPARE(talk->came.size(), 0);
    }

    void closedStreamTakesItsMessagesWithIt()
    {
        Talk talk(true);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 10ms"_s})));
        QVERIFY(talk.start());
        talk.pair.a->sendMessage(1, 0);
        talk.pair.a->sendMessage(1, 1);
        QVERIFY(talk.pair.a->closePeer(talk.pair.right->localEndpoint()));
        QCOMPARE(talk.pair.a->ledger().droppedAtClose.messages, 2u);
        QCOMPARE(talk.rowsA.count(Outcome::DroppedAtClose), 2u);
        QVERIFY(talk.isBalanced());
        QVERIFY(!talk.pair.a->sendMessage(1, 2, talk.pair.right->localEndpoint()).isOk()); // refused at once
        talk.advance(100);
        QVERIFY(talk.isBalanced());
    }

    void changedWhileMessagesWait()
    {
        Talk talk(false);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"out: delay 10ms"_s})));
        QVERIFY(talk.start());
        talk.pair.a->sendMessage(1, 0);
        QVERIFY(!talk.pair.a->setImpairments({}));
        QVERIFY(talk.pair.a->impairments().empty());
        talk.pair.a->sendMessage(1, 1);
        Talk::settle();
        QCOMPARE(talk.came, QList<qint64>{1});
        QVERIFY(talk.isBalanced());
        talk.advance(10);
        QCOMPARE(talk.came, (QList<qint64>{1, 0}));
        QVERIFY(talk.pair.a->impairReports().empty());
    }

    void whatCannotBeMeantChangesNothing()
    {
        Talk talk(false);
        QVERIFY(!talk.pair.a->setImpairments(impaired({u"loss 100%"_s})));
        ImpairSpec wrong;
        wrong.loss = 1.5;
        const auto error = talk.pair.a->setImpairments({wrong});
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::InvalidOptions);
        QVERIFY(error->what.contains(u"between 0 and 1"));
        QCOMPARE(talk.pair.a->impairments().front().loss, 1.0);
        wrong.loss = 0;
        wrong.filter = u"size >"_s;
        SockOptions options = talk.pair.a->options();
        options.impairments = {wrong};
        QVERIFY(!talk.pair.a->setOptions(options));
        const auto atStart = talk.pair.a->start();
        QVERIFY(atStart && atStart->what.contains(u"size >"));
        QCOMPARE(talk.pair.a->state(), BaseSock::State::Failed);
        QVERIFY(talk.pair.b->setImpairments(std::vector<ImpairSpec>(1000)));
    }

    void fullQueueLosesNothingOfAStream()
    {
        SockOptions options;
        options.parseQueueMessages = 16;
        options.inQueueMessages = 4;
        Talk talk(true, options);
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"in: delay 10ms limit 10000"_s})));
        QVERIFY(talk.start());
        for (int i = 0; i < 500; ++i)
            talk.pair.a->sendMessage(1, i);
        Talk::settle();
        QTRY_COMPARE(talk.pair.b->ledger().impairWaitingIn.messages, 500u);
        talk.pair.clock->advanceMs(10);
        for (int i = 0; i < 2000 && talk.came.size() < 500; ++i) {
            talk.advance(0);
            QVERIFY(talk.isBalanced());
        }
        QCOMPARE(talk.came.size(), 500);
        QVERIFY(std::is_sorted(talk.came.begin(), talk.came.end()));
        QCOMPARE(talk.pair.b->ledger().droppedQueueFull.messages, 0u);
    }

    void injectedMessagesAreImpairedToo()
    {
        Talk talk(false);
        QVERIFY(!talk.pair.b->setImpairments(impaired({u"in: duplicate 100%"_s})));
        QVERIFY(talk.start());
        QVERIFY(!talk.pair.b->injectPayload(Endpoint(0x7f000001, 9), "[1,5]"));
        Talk::settle();
        QCOMPARE(talk.came, (QList<qint64>{5, 5}));
        QCOMPARE(talk.pair.b->ledger().injected, 2u);
        QCOMPARE(talk.rowsB.outcomes(),
                 (QList<Outcome>{Outcome::ImpairDuplicated, Outcome::Dispatched, Outcome::Dispatched}));
        QVERIFY(talk.isBalanced());
    }

    void outcomesAreFailuresOrNot()
    {
        QVERIFY(isFailure(Outcome::ImpairLost) && isFailure(Outcome::ImpairQueueFull));
        QVERIFY(!isFailure(Outcome::ImpairDelayed) && !isFailure(Outcome::ImpairCorrupted));
        QVERIFY(!isImpairAct(Outcome::DroppedAtClose) && isImpairAct(Outcome::ImpairLost));
        QVERIFY(isImpairAct(lastOutcome));
    }

private:
    static void streams()
    {
        QTest::addColumn<bool>("stream");
        QTest::newRow("datagrams") << false;
        QTest::newRow("stream") << true;
    }
};

QTEST_GUILESS_MAIN(TestImpairments)
#include "test_impairments.moc"
