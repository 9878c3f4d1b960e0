#include <QJsonArray>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::messagesOf;
using SockScope::Test::Program;

/// The programs against a foreign peer in Python that knows the wire formats only (tests/data/peer.py).
class TestCliPeers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void pythonSendsToListen_data();
    void pythonSendsToListen();
    void sendTalksToPython_data();
    void sendTalksToPython();
};

void TestCliPeers::pythonSendsToListen_data()
{
    QTest::addColumn<QString>("transport");
    QTest::addColumn<QString>("wire"); // the peer's name of the framing
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("split");
    const QStringList json{u"--codec"_s, u"json"_s};
    const QStringList lines{u"--codec"_s, u"json"_s, u"--framing"_s, u"line"_s};
    for (const int split : {0, 1, 3}) {
        const QByteArray suffix = " split " + QByteArray::number(split);
        QTest::newRow(("tcp u32" + suffix).constData()) << u"tcp"_s << u"u32"_s << json << split;
        QTest::newRow(("tcp line" + suffix).constData()) << u"tcp"_s << u"line"_s << lines << split;
    }
    QTest::newRow("udp") << u"udp"_s << u"datagram"_s << json << 0;
}

void TestCliPeers::pythonSendsToListen()
{
    QFETCH(QString, transport);
    QFETCH(QString, wire);
    QFETCH(QStringList, options);
    QFETCH(int, split);
    const QByteArray sent = R"([[1,{"x":1.5,"name":"grüße ☕"}],["move",[true,null,-7]],[9223372036854775807,""]])";
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start(QStringList{u"listen"_s, transport + u"://127.0.0.1:0"_s, u"--json"_s, u"--count"_s, u"3"_s} +
                      options));
    const quint16 port = cli.waitForPort();
    QVERIFY(port);
    Program peer(SockScope::Test::pythonPath());
    QStringList arguments{
        SockScope::Test::peerScript(), u"client"_s, transport, wire, u"127.0.0.1"_s, QString::number(port),
        QString::fromUtf8(sent)};
    if (split)
        arguments += {u"--split"_s, QString::number(split)};
    QVERIFY2(peer.run(arguments) == 0, peer.errors().constData());
    QCOMPARE(cli.wait(), 0);
    QJsonArray received;
    for (const QJsonObject &message : cli.messages())
        received.append(QJsonArray{message.value("type"_L1), message.value("data"_L1)});
    QCOMPARE(received, QJsonDocument::fromJson(sent).array());
    QCOMPARE(messagesOf(cli.ledger(), "received"_L1), 3);
    QVERIFY(cli.ledger().value("balanced"_L1).toBool());
}

void TestCliPeers::sendTalksToPython_data()
{
    QTest::addColumn<QString>("transport");
    QTest::addColumn<QString>("wire");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("seen");
    QTest::addColumn<QByteArray>("answer");
    const QStringList json{u"--codec"_s, u"json"_s, u"--type"_s, u"7"_s, u"--json-data"_s, u"{\"a\":[1,2]}"_s};
    const QByteArray seen = R"([7, {"a": [1, 2]}])";
    const QByteArray answer = R"("data":{"echo":{"a":[1,2]}})";
    QTest::newRow("tcp u32") << u"tcp"_s << u"u32"_s << json << seen << answer;
    QTest::newRow("tcp line") << u"tcp"_s << u"line"_s << json + QStringList{u"--framing"_s, u"line"_s} << seen
                              << answer;
    QTest::newRow("tcp text") << u"tcp"_s << u"text"_s
                              << QStringList{u"--framing"_s, u"line"_s, u"--text"_s, u"a line"_s}
                              << QByteArray("\"a line\"") << QByteArray("\"data\":\"a line\"");
    QTest::newRow("udp") << u"udp"_s << u"datagram"_s << json << seen << answer;
    QTest::newRow("udp bytes") << u"udp"_s << u"bytes"_s << QStringList{u"--hex"_s, u"00 ff"_s}
                               << QByteArray("\"00ff\"") << QByteArray("\"raw\":\"00ff\"");
}

void TestCliPeers::sendTalksToPython()
{
    QFETCH(QString, transport);
    QFETCH(QString, wire);
    QFETCH(QStringList, options);
    QFETCH(QByteArray, seen);
    QFETCH(QByteArray, answer);
    Program peer(SockScope::Test::pythonPath());
    QVERIFY(peer.start({SockScope::Test::peerScript(), u"server"_s, transport, wire, u"2"_s}));
    QVERIFY2(peer.waitForOutput("}\n"), peer.errors().constData());
    const qint64 port = peer.objects().constFirst().value("port"_L1).toInteger();
    Program cli(SockScope::Test::cliPath());
    const QStringList start{
        u"send"_s, u"%1://127.0.0.1:%2"_s.arg(transport).arg(port), u"--json"_s, u"--count"_s, u"2"_s, u"--wait"_s,
        u"2000"_s};
    QVERIFY2(cli.run(start + options) == 0, cli.errors().constData());
    QVERIFY2(peer.wait() == 0, peer.errors().constData());
    QCOMPARE(peer.output().count(seen), 2);
    QCOMPARE(cli.messages().size(), 2);
    QVERIFY2(cli.output().count(answer) == 2, cli.output().constData());
}

QTEST_GUILESS_MAIN(TestCliPeers)
#include "test_clipeers.moc"
