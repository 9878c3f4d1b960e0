#include <QFile>
#include <QTemporaryDir>

#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::messagesOf;
using Test::Program;

namespace {

/// Outside of the class, where moc would read it.
constexpr const char *scripted = R"({"version": 1,
    "sockets": [{"name": "game", "kind": "tcp", "connectTo": ["127.0.0.1:PORT"], "codec": "json",
                 "timeoutMs": 0, "tickMs": 20}],
    "scripts": [
        {"name": "bot.js", "lines": [
            "vars.ticks = 0;",
            "function onTick() { if (++vars.ticks === 2) send(1, vars.persona); }",
            "function onMessage(m) { log('heard', m.data); }"]},
        {"name": "clumsy.js", "lines": ["function onPeer(e) { if (e.event === 'joined') nothing(); }"]},
        {"name": "broken.js", "lines": ["function onPeer( {"]}],
    "personas": [{"name": "bot", "script": "bot.js"}, {"name": "clumsy", "script": "clumsy.js"},
                 {"name": "broken", "script": "broken.js"}]})";

} // namespace

/// sockscope-cli swarm against a server of this process.
class TestCliSwarm : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void twoHundredUnderLossBalance()
    {
        Checked<UdpSock> server(Test::listening());
        server.addHandler(1, &server, [&](const Envelope &envelope) {
            server.sendMessage(2, envelope.message.data(), envelope.peer);
        });
        QVERIFY(!server.start());
        const QString file = project("udp", server.localEndpoint().port());
        Program cli(Test::cliPath());
        QCOMPARE(cli.run({u"swarm"_s, file, u"--persona"_s, u"player"_s, u"--count"_s, u"200"_s, u"--for"_s, u"3"_s,
                          u"--impair"_s, u"loss 5%"_s, u"--impair-seed"_s, u"1"_s, u"--json"_s}),
                 0);
        const QJsonObject swarm = cli.objects().last().value(u"swarm"_s).toObject();
        const QJsonObject ledger = cli.ledger();
        QCOMPARE(swarm.value(u"connected"_s).toInt(), 200);
        QVERIFY(swarm.value(u"heartbeats"_s).toInt() > 1000);
        QVERIFY(ledger.value(u"balanced"_s).toBool());
        // Of some 1,300 messages 5 %, five standard deviations to either side: each peer has its own luck.
        const double lost = static_cast<double>(messagesOf(ledger, "impairLostOut"_L1)) /
                            static_cast<double>(swarm.value(u"heartbeats"_s).toInt());
        QVERIFY2(lost > 0.015 && lost < 0.085, QByteArray::number(lost).constData());
        QVERIFY(messagesOf(ledger, "impairLostIn"_L1) > 0);
        QVERIFY(server.ledger().isBalanced());
        QTRY_COMPARE(qint64(server.ledger().received.messages), messagesOf(ledger, "sent"_L1));
    }

    void sequenceDecides()
    {
        Checked<TcpSock> server(Test::listening());
        server.addHandler(1, &server, [&](const Envelope &envelope) {
            server.sendMessage(2, envelope.message.data(), envelope.peer);
        });
        QVERIFY(!server.start());
        const QString file = project("tcp", server.localEndpoint().port());
        Program good(Test::cliPath());
        QCOMPARE(good.run({u"swarm"_s, file, u"--persona"_s, u"asker"_s, u"--count"_s, u"50"_s}), 0);
        QVERIFY2(good.output().contains("sequences: 50 passed, 0 failed"), good.output().constData());
        QVERIFY2(good.output().contains("ledger balanced"), good.output().constData());
        server.setHandler(1, &server, [](const Envelope &) {});
        Program bad(Test::cliPath());
        QCOMPARE(bad.run({u"swarm"_s, file, u"--persona"_s, u"asker"_s, u"--count"_s, u"3"_s, u"--for"_s, u"0.3"_s}),
                 1);
        QVERIFY2(bad.output().contains("sequences: 0 passed, 3 failed"), bad.output().constData());
    }

    void peersSpeakADescribedProtocol()
    {
        SockOptions raw = Test::listening(Test::quiet(u"raw"));
        Checked<UdpSock> server(raw);
        QList<QByteArray> came;
        server.setUnknownTypeHandler(
            &server, [&](const Envelope &envelope) { came.append(envelope.message.payload.toByteArray()); });
        QVERIFY(!server.start());
        Program cli(Test::cliPath());
        QCOMPARE(cli.run({u"swarm"_s, described(server.localEndpoint().port()), u"--persona"_s, u"sensor"_s, u"--for"_s,
                          u"0.5"_s}),
                 0);
        QTRY_VERIFY(!came.isEmpty());
        QCOMPARE(came.front(), QByteArray::fromHex("0102"));
    }

    void theGuidesSwarmAndTheDemo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("under loss") << QStringList{u"player"_s, u"--count"_s, u"200"_s,      u"--seed"_s, u"7"_s,
                                                   u"--for"_s,  u"3"_s,       u"--impair"_s, u"loss 5%"_s};
        QTest::newRow("a sequence each") << QStringList{u"visitor"_s, u"--count"_s, u"20"_s};
    }
    void theGuidesSwarmAndTheDemo()
    {
        QFETCH(QStringList, arguments);
        Program demo(Test::cliPath());
        QVERIFY(demo.start({u"demo"_s, u"--for"_s, u"60"_s, u"--json"_s}));
        const QByteArray begin = "game listening on udp://";
        QVERIFY(demo.waitForErrors(begin));
        QVERIFY(QTest::qWaitFor([&] { return demo.errors().indexOf('\n', demo.errors().indexOf(begin)) > 0; }));
        const QByteArray rest = demo.errors().mid(demo.errors().indexOf(begin) + begin.size());
        Program swarm(Test::cliPath());
        const QString file = QStringLiteral(SOCKSCOPE_SOURCE_DIR "/resources/examples/swarm.sockscope");
        QCOMPARE(swarm.run(QStringList{u"swarm"_s, file, u"--to"_s, QString::fromLatin1(rest.left(rest.indexOf('\n'))),
                                       u"--json"_s, u"--persona"_s} +
                           arguments),
                 0);
        QVERIFY2(swarm.ledger().value(u"balanced"_s).toBool(), swarm.output().constData());
        demo.signal(SIGTERM);
        QCOMPARE(demo.wait(), 0);
        QVERIFY(demo.ledger().value(u"balanced"_s).toBool());
        QVERIFY(messagesOf(demo.ledger(), "handled"_L1) >= arguments.at(2).toInt());
    }

    void nobodyThere()
    {
        Program cli(Test::cliPath());
        QCOMPARE(cli.run({u"swarm"_s, project("tcp", 1), u"--persona"_s, u"asker"_s, u"--count"_s, u"2"_s}), 1);
        QVERIFY2(cli.errors().contains("2 peers never connected"), cli.errors().constData());
    }

    void scriptsPlay()
    {
        Checked<TcpSock> server(Test::listening());
        server.addHandler(1, &server, [&](const Envelope &envelope) {
            server.sendMessage(2, envelope.message.data(), envelope.peer);
        });
        QVERIFY(!server.start());
        Program cli(Test::cliPath());
        const QStringList arguments{
            u"swarm"_s,
            write(QByteArray(scripted).replace("PORT", QByteArray::number(server.localEndpoint().port()))),
            u"--count"_s,
            u"3"_s,
            u"--for"_s,
            u"1"_s,
            u"--persona"_s};
#ifdef SOCKSCOPE_WITH_SCRIPTS
        QCOMPARE(cli.run(arguments + QStringList{u"bot"_s}), 0);
        for (const char *line : {"bot 0: heard 0", "bot 1: heard 1", "bot 2: heard 2"})
            QVERIFY2(cli.output().contains(line), cli.output().constData());
        // Joined, one message in, and many ticks.
        QVERIFY2(cli.output().contains("3 sent, 0 not sent, 0 errors"), cli.output().constData());
        Program failing(Test::cliPath());
        QCOMPARE(failing.run(arguments + QStringList{u"clumsy"_s, u"--json"_s}), 1);
        QVERIFY2(failing.errors().contains("clumsy.js:1"), failing.errors().constData());
        const QJsonObject swarm = failing.objects().last().value(u"swarm"_s).toObject();
        QCOMPARE(swarm.value(u"scriptErrors"_s).toInt(), 3);
        Program broken(Test::cliPath());
        QCOMPARE(broken.run(arguments + QStringList{u"broken"_s}), 2);
        QVERIFY2(broken.errors().contains("broken.js:1:"), broken.errors().constData());
#else
        QCOMPARE(cli.run(arguments + QStringList{u"bot"_s}), 2);
        QVERIFY2(cli.errors().contains("this build has no scripts"), cli.errors().constData());
#endif
    }

    void badUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("no persona") << QStringList{} << QByteArray("write --persona NAME");
        QTest::newRow("unknown persona") << QStringList{u"--persona"_s, u"x"_s}
                                         << QByteArray("choose one of player, asker, lost");
        QTest::newRow("no end") << QStringList{u"--persona"_s, u"player"_s} << QByteArray("the swarm would not end");
        QTest::newRow("no socket") << QStringList{u"--persona"_s, u"lost"_s} << QByteArray("no socket named nowhere");
        QTest::newRow("no place") << QStringList{u"--persona"_s, u"player"_s, u"--to"_s, u"here"_s}
                                  << QByteArray("no port");
        QTest::newRow("too many") << QStringList{u"--persona"_s, u"player"_s, u"--count"_s, u"1000000"_s}
                                  << QByteArray("count");
    }
    void badUsage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        Program cli(Test::cliPath());
        QCOMPARE(cli.run(QStringList{u"swarm"_s, project("udp", 9)} + arguments), 2);
        QVERIFY2(cli.errors().contains(says), cli.errors().constData());
    }

private:
    QString described(quint16 port)
    {
        QByteArray text = R"({"version": 1,
            "sockets": [{"name": "game", "kind": "udp", "connectTo": ["127.0.0.1:PORT"], "timeoutMs": 0}],
            "types": {"payload": "layout", "typeField": "kind", "header": [{"name": "kind", "type": "u8"}],
                "types": [{"name": "value", "number": 1, "fields": [{"name": "n", "type": "u8"}]}]},
            "personas": [{"name": "sensor", "heartbeat": {"everyMs": 50, "type": "value", "form": "json",
                          "payload": "DATA"}}]})";
        text.replace("PORT", QByteArray::number(port)).replace("DATA", "{\\\"n\\\": 2}");
        return write(text);
    }
    QString write(const QByteArray &text)
    {
        const QString path = m_folder.filePath(u"swarm.sockscope"_s);
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? path : QString();
    }
    QString project(const QByteArray &kind, quint16 port)
    {
        QByteArray text = R"({"version": 1,
            "sockets": [{"name": "game", "kind": "KIND", "connectTo": ["127.0.0.1:PORT"], "codec": "json", "timeoutMs": 0}],
            "sequences": [{"name": "ask", "steps": [
                {"do": "send", "type": 1, "form": "json", "payload": "{{persona}}"},
                {"do": "expect", "filter": "type == 2", "timeoutMs": 20000}]}],
            "personas": [
                {"name": "player", "rampMs": 200,
                 "heartbeat": {"everyMs": 200, "jitterMs": 50, "type": 1, "form": "json", "payload": "{{counter}}"}},
                {"name": "asker", "sequence": "ask"}, {"name": "lost", "socket": "nowhere"}]})";
        text.replace("KIND", kind).replace("PORT", QByteArray::number(port));
        return write(text);
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliSwarm)
#include "test_cliswarm.moc"
