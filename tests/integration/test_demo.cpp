#include <QCborMap>
#include <QLoggingCategory>
#include <QSignalSpy>

#include "app/common/demo.h"
#include "app/common/demochat.h"
#include "core/basesock.h"
#include "core/peers/peertable.h"
#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::messagesOf;
using Test::Program;

class TestDemo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void everythingHappensWithinTwoSeconds();
    void injectedLineIsAnswered_data();
    void injectedLineIsAnswered();
    void misbehavingPlayerTimesOutAndReturns();
    void chattersPartAndReturn();
    void programEndsAfterItsTime();
    void programEndsOnSignal();
    void programWritesJson();
    void closedOutputEndsIt();
};

void TestDemo::init()
{
    Test::failOnWarnings();
    // The player that misbehaves makes a handler throw, and the sock says so.
    QLoggingCategory::setFilterRules(u"sockscope.sock.warning=false"_s);
}

void TestDemo::everythingHappensWithinTwoSeconds()
{
    Demo demo;
    QVERIFY(!demo.start());
    QCOMPARE(demo.socks().size(), 2);
    BaseSock *game = demo.socks().at(0);
    BaseSock *chat = demo.socks().at(1);
    QCOMPARE(game->options().name, u"game"_s);
    QCOMPARE(chat->options().name, u"chat"_s);
    const auto hasAll = [game, chat] {
        const Ledger g = game->ledger();
        const Ledger c = chat->ledger();
        return game->peers().size() == 5 && chat->peers().size() == 4 && g.handled.messages > 20 &&
               g.unhandled.messages && g.decodeErrors.messages && g.handlerErrors && g.sent.messages > 20 &&
               c.handled.messages > 4 && c.sent.messages > 8 && game->tickStats().ticks > 5;
    };
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT(hasAll(), 20'000);
    QVERIFY2(timer.elapsed() < 6000, "a panel stays empty for too long"); // 2 s, and patience with a busy machine
    demo.stopClients();
    for (BaseSock *sock : demo.socks()) {
        sock->stop();
        QVERIFY(sock->ledger().isBalanced());
    }
}

void TestDemo::injectedLineIsAnswered_data()
{
    QTest::addColumn<bool>("asIfReceived");
    QTest::addColumn<QString>("type"); // empty: the number
    QTest::addColumn<bool>("isMap");
    QTest::newRow("sent, number, text") << false << QString() << false;
    QTest::newRow("sent, number, map") << false << QString() << true;
    QTest::newRow("sent, say") << false << u"say"_s << false;
    QTest::newRow("sent, message") << false << u"message"_s << true;
    QTest::newRow("as if received, number") << true << QString() << true;
    QTest::newRow("as if received, say") << true << u"say"_s << false;
}

void TestDemo::injectedLineIsAnswered()
{
    QFETCH(bool, asIfReceived);
    QFETCH(QString, type);
    QFETCH(bool, isMap);
    Demo demo;
    QVERIFY(!demo.start());
    BaseSock *chat = demo.socks().at(1);
    QTRY_VERIFY(chat->ledger().handled.messages >= 4); // all have joined
    QSet<Endpoint> greeters;
    connect(chat, &BaseSock::messageReceived, this, [&greeters](const Envelope &envelope) {
        const QString text = DemoChat::sayText(envelope.message.data());
        if (text.contains(u"is anybody here"_s) && !envelope.flags.testFlag(EnvelopeFlag::Injected))
            greeters.insert(envelope.peer);
    });
    const QCborValue text(u"is anybody here?"_s);
    const QCborValue data = isMap ? QCborValue(QCborMap{{u"text"_s, text}}) : text;
    const MessageType messageType = type.isEmpty() ? MessageType(qint64(DemoChat::Say)) : MessageType(type);
    if (asIfReceived) {
        Message message;
        message.type = messageType;
        message.value = data;
        QVERIFY(!chat->injectMessage(chat->peers().endpoints().front(), message));
    } else {
        QVERIFY(chat->sendMessage(messageType, data).isOk());
    }
    QTRY_VERIFY(greeters.size() >= 2); // those that are not just away
}

void TestDemo::misbehavingPlayerTimesOutAndReturns()
{
    Demo demo;
    QVERIFY(!demo.start());
    BaseSock *game = demo.socks().at(0);
    QSignalSpy timedOut(game, &BaseSock::peerTimedOut);
    QTRY_COMPARE_WITH_TIMEOUT(timedOut.size(), 1, 15'000);
    QCOMPARE(game->peers().size(), 4);
    QTRY_COMPARE_WITH_TIMEOUT(game->peers().size(), 5, 15'000);
}

void TestDemo::chattersPartAndReturn()
{
    Demo demo;
    QVERIFY(!demo.start());
    BaseSock *chat = demo.socks().at(1);
    QSignalSpy removed(chat, &BaseSock::peerRemoved);
    QTRY_COMPARE(chat->peers().size(), 4);
    QTRY_VERIFY_WITH_TIMEOUT(removed.size() >= 1, 15'000);
    QSignalSpy added(chat, &BaseSock::peerAdded);
    QTRY_VERIFY_WITH_TIMEOUT(added.size() >= 1, 15'000);
    QVERIFY(chat->peers().size() >= 1); // the room is never empty
}

void TestDemo::programEndsAfterItsTime()
{
    Program cli(Test::cliPath());
    QCOMPARE(cli.run({u"demo"_s, u"--for"_s, u"2"_s}), 0);
    for (const QByteArray text : {"peer came", "join", "welcome", "state", "move", "say", "udp://", "tcp://", "error"})
        QVERIFY2((cli.output() + cli.errors()).contains(text), text.constData());
    QCOMPARE(cli.output().count("ledger balanced"), 2);
}

void TestDemo::programEndsOnSignal()
{
    Program cli(Test::cliPath());
    QVERIFY(cli.start({u"demo"_s}));
    QVERIFY(cli.waitForOutput("state"));
    cli.signal(SIGINT);
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.output().count("ledger balanced"), 2);
}

void TestDemo::programWritesJson()
{
    Program cli(Test::cliPath());
    QCOMPARE(cli.run({u"demo"_s, u"--json"_s, u"--count"_s, u"60"_s}), 0);
    QSet<QString> socks;
    int inbound = 0;
    for (const QJsonObject &message : cli.messages()) {
        socks.insert(message.value("sock"_L1).toString());
        inbound += message.value("dir"_L1).toString() == u"in"_s;
    }
    QCOMPARE(socks, QSet<QString>({u"game"_s, u"chat"_s}));
    QCOMPARE(inbound, 60);
    QVERIFY(cli.events(u"peer-added"_s).size() >= 9);
    QVERIFY(cli.ledger().value("balanced"_L1).toBool());
    QVERIFY(messagesOf(cli.ledger(), "received"_L1) >= 60);
}

void TestDemo::closedOutputEndsIt()
{
    Program cli(Test::cliPath());
    Program head(u"head"_s);
    cli.process().setStandardOutputProcess(&head.process());
    QVERIFY(head.start({u"-n"_s, u"3"_s}));
    QVERIFY(cli.start({u"demo"_s}));
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(head.lines().size(), 3);
}

QTEST_GUILESS_MAIN(TestDemo)
#include "test_demo.moc"
