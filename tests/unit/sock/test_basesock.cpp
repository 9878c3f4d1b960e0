#include <QSignalSpy>
#include <QTest>

#include "core/basesock.h"
#include "core/peers/peertable.h"
#include "core/tap/ledger.h"
#include "support/sockpair.h"
#include "support/testmain.h"

using namespace SockScope;
using Test::SockPair;

class TestBaseSock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void messageReachesItsHandler_data()
    {
        QTest::addColumn<bool>("stream");
        QTest::newRow("datagram") << false;
        QTest::newRow("stream") << true;
    }
    void messageReachesItsHandler()
    {
        QFETCH(bool, stream);
        SockPair pair(stream, quiet());
        QVERIFY(pair.start());
        QTRY_VERIFY(isConnected(pair));
        QList<QString> got;
        pair.b->addTypedHandler<QString>(7, this, [&](const QString &text, const Envelope &envelope) {
            got.append(text);
            pair.b->sendMessage(8, QStringLiteral("re: ") + text, envelope.peer);
        });
        QList<QString> answers;
        pair.a->addTypedHandler<QString>(8, this, [&](const QString &text, const Envelope &) { answers.append(text); });
        QCOMPARE(pair.a->sendMessage(7, QStringLiteral("one")).accepted, 1);
        QCOMPARE(pair.a->sendMessage(7, QStringLiteral("two")).accepted, 1);
        QTRY_COMPARE(answers, (QList<QString>{QStringLiteral("re: one"), QStringLiteral("re: two")}));
        QCOMPARE(got.size(), 2);
        QVERIFY(pair.a->ledger().isBalanced());
        QVERIFY(pair.b->ledger().isBalanced());
        QCOMPARE(pair.b->ledger().handled.messages, 2u);
        QCOMPARE(pair.b->ledger().sent.messages, 2u);
    }

    void silentPeerTimesOutAtItsDeadline()
    {
        SockPair pair(false, quiet());
        QVERIFY(pair.start());
        QSignalSpy timedOut(pair.a.get(), &BaseSock::peerTimedOut);
        QSignalSpy removed(pair.a.get(), &BaseSock::peerRemoved);
        pair.clock->advanceMs(9999);
        QCOMPARE(timedOut.size(), 0);
        pair.clock->advanceMs(1);
        QCOMPARE(timedOut.size(), 1);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::TimedOut);
        QCOMPARE(pair.a->peers().size(), 0);
    }

    void handlerMayDestroyTheSock()
    {
        SockPair pair(true, quiet());
        QVERIFY(pair.start());
        QTRY_VERIFY(isConnected(pair));
        bool called = false;
        pair.b->addHandler(1, this, [&](const Envelope &) {
            called = true;
            pair.b.reset();
        });
        pair.b->addHandler(1, this, [&](const Envelope &) { QFAIL("called on a destroyed sock"); });
        pair.a->sendMessage(1, 1);
        pair.a->sendMessage(1, 2);
        QTRY_VERIFY(called);
        QVERIFY(!pair.b);
    }

    void handlerMayStopTheSock()
    {
        SockPair pair(false, quiet());
        QVERIFY(pair.start());
        pair.b->addHandler(1, this, [&](const Envelope &) { pair.b->stop(); });
        for (int i = 0; i < 10; ++i)
            pair.a->sendMessage(1, i);
        QTRY_VERIFY(!pair.b->isActive());
        const Ledger ledger = pair.b->ledger();
        QVERIFY(ledger.isBalanced());
        QCOMPARE(ledger.handled.messages, 1u);
        QCOMPARE(ledger.stillQueued.messages, 0u);
    }

private:
    static bool isConnected(const SockPair &pair)
    {
        bool known = pair.a->peers().size() == 1 && pair.b->peers().size() == 1;
        pair.a->peers().forEach([&](const Peer &peer) { known = known && peer.state == PeerState::Known; });
        return known;
    }
    static SockOptions quiet()
    {
        SockOptions options;
        options.tickInterval = std::chrono::milliseconds(0);
        return options;
    }
};

QTEST_GUILESS_MAIN(TestBaseSock)
#include "test_basesock.moc"
