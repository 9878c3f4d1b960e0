#include <QJsonArray>
#include <QNetworkDatagram>
#include <QTemporaryFile>
#include <QUdpSocket>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

/// A described protocol against a peer that knows nothing of SockScope.
class TestCliTypes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void listensToTheFields();
    void listensAsText();
    void sendsWhatThePeerReads();
    void brokenOnPurpose();
    void valuesOfEachMessage();
    void structuredPayloads();
    void refused_data();
    void refused();

private:
    static QString thermo() { return QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/thermo.json"); }
    static QString peer() { return QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/thermo_peer.py"); }
};

void TestCliTypes::listensToTheFields()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--types"_s, thermo(), u"--json"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY2(port, cli.errors().constData());
    Program client(SockScope::Test::pythonPath());
    QCOMPARE(client.run({peer(), u"ask"_s, u"127.0.0.1"_s, QString::number(port)}), 0);
    QVERIFY2(cli.waitForOutput("bad checksum"), cli.output().constData());
    cli.signal(SIGTERM);
    QCOMPARE(cli.wait(), 0);
    const QList<QJsonObject> messages = cli.messages();
    QCOMPARE(messages.size(), 2);
    const QJsonObject data = messages[0].value("data"_L1).toObject();
    QCOMPARE(messages[0].value("type"_L1).toInteger(), 1);
    QCOMPARE(messages[0].value("typeName"_L1).toString(), u"reading"_s);
    QCOMPARE(data.value("sensor"_L1).toInteger(), 7);
    QCOMPARE(data.value("temperature"_L1).toDouble(), 21.5);
    QCOMPARE(data.value("state"_L1).toInteger(), 1);
    QCOMPARE(data.value("alarm"_L1).toBool(), true);
    QCOMPARE(data.value("label"_L1).toString(), u"attic"_s);
    QCOMPARE(data.value("history"_L1).toArray(), QJsonArray({20, -19}));
    QCOMPARE(messages[1].value("data"_L1).toObject().value("temperature"_L1).toDouble(),
             130.0); // seen, out of range or not
    const QList<QJsonObject> errors = cli.events(u"error"_s);
    QCOMPARE(errors.size(), 1);
    QVERIFY2(errors[0].value("what"_L1).toString().startsWith(u"crc: bad checksum: 0x"),
             qPrintable(errors[0].value("what"_L1).toString()));
    QCOMPARE(errors[0].value("offset"_L1).toInteger(), 14);
    QVERIFY(cli.ledger().value("balanced"_L1).toBool());
}

void TestCliTypes::listensAsText()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--types"_s, thermo(), u"--count"_s, u"2"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY(port);
    Program client(SockScope::Test::pythonPath());
    QCOMPARE(client.run({peer(), u"ask"_s, u"127.0.0.1"_s, QString::number(port)}), 0);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.output().contains(
                 "sensor=7 temperature=21.5 state=on alarm=true spare=0 label=\"attic\" history=[20, -19]"),
             cli.output().constData());
    QVERIFY(cli.output().contains("reading"));
    QVERIFY(cli.output().contains("state=broken"));
}

void TestCliTypes::sendsWhatThePeerReads()
{
    Program server(SockScope::Test::pythonPath());
    QVERIFY(server.start({peer(), u"serve"_s}));
    QVERIFY(server.waitForOutput("\n"));
    const QString url = u"udp://127.0.0.1:"_s + QString::fromLatin1(server.output().trimmed());
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"send"_s,       url,          u"--types"_s,           thermo(),
                                u"--type"_s,     u"reading"_s, u"temperature=-3.25"_s, u"state=broken"_s,
                                u"alarm=true"_s, u"label=5"_s, u"history=[1, -2]"_s};
    QCOMPARE(cli.run(arguments), 0);
    QVERIFY2(server.waitForOutput("reading 1 -3.25 2 1 5 [1, -2]\n"), server.output().constData());
    Program ask(SockScope::Test::cliPath());
    QVERIFY(ask.start(
        {u"send"_s, url, u"--types"_s, thermo(), u"--type"_s, u"2"_s, u"--wait"_s, u"20000"_s, u"sensor=0x1234"_s}));
    QVERIFY2(ask.waitForOutput("sensor=4660 temperature=19.25 state=on"), ask.output().constData());
    QVERIFY(server.output().contains("ask 4660\n"));
    ask.signal(SIGTERM);
    QCOMPARE(ask.wait(), 0);
}

void TestCliTypes::brokenOnPurpose()
{
    Program server(SockScope::Test::pythonPath());
    QVERIFY(server.start({peer(), u"serve"_s}));
    QVERIFY(server.waitForOutput("\n"));
    const QString url = u"udp://127.0.0.1:"_s + QString::fromLatin1(server.output().trimmed());
    const QStringList start{u"send"_s, url, u"--types"_s, thermo(), u"--type"_s, u"ask"_s, u"--keep-given"_s};
    QCOMPARE(Program(SockScope::Test::cliPath()).run(start + QStringList{u"crc=0x1234"_s}), 0);
    QVERIFY2(server.waitForOutput("broken sum\n"), server.output().constData());
    QCOMPARE(Program(SockScope::Test::cliPath()).run(start + QStringList{u"length=9"_s}), 0);
    QVERIFY2(server.waitForOutput("broken header\n"), server.output().constData());
    QCOMPARE(Program(SockScope::Test::cliPath()).run(start), 0); // nothing given: nothing broken
    QVERIFY2(server.waitForOutput("ask 0\n"), server.output().constData());
}

void TestCliTypes::valuesOfEachMessage()
{
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"send"_s, u"udp://127.0.0.1:%1"_s.arg(socket.localPort()), u"--types"_s, thermo(), u"--type"_s,
                      u"ask"_s, u"--count"_s, u"3"_s, u"sensor={{counter * 2 + 500}}"_s}),
             0);
    for (const char *sensor : {"01f4", "01f6", "01f8"}) {
        QTRY_VERIFY(socket.hasPendingDatagrams());
        QCOMPARE(socket.receiveDatagram().data().sliced(5, 2).toHex(), QByteArray(sensor));
    }
}

void TestCliTypes::structuredPayloads()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(
        R"({"payload":"structured","types":[{"name":"move","number":7,"fields":[{"name":"speed","type":"number","unit":"m/s","max":10},
        {"name":"state","type":"integer","values":{"idle":0,"run":1},"default":"run"}]},{"name":"pair","as":"list","fields":[{"name":"a","type":"text"},{"name":"b","type":"bool"}]}]})");
    file.close();
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    const QStringList start{u"send"_s,    u"udp://127.0.0.1:%1"_s.arg(socket.localPort()),
                            u"--codec"_s, u"json"_s,
                            u"--types"_s, file.fileName()};
    QCOMPARE(Program(SockScope::Test::cliPath()).run(start + QStringList{u"--type"_s, u"move"_s, u"speed=12.5"_s}), 0);
    QTRY_VERIFY(socket.hasPendingDatagrams());
    QCOMPARE(socket.receiveDatagram().data(), QByteArray(R"([7,{"speed":12.5,"state":1}])"));
    QCOMPARE(
        Program(SockScope::Test::cliPath()).run(start + QStringList{u"--type"_s, u"pair"_s, u"a=1"_s, u"b=true"_s}), 0);
    QTRY_VERIFY(socket.hasPendingDatagrams());
    QCOMPARE(socket.receiveDatagram().data(), QByteArray(R"(["pair",["1",true]])")); // without a number, by its name

    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--codec"_s, u"json"_s, u"--types"_s, file.fileName(),
                       u"--count"_s, u"1"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY(port);
    socket.writeDatagram(R"([7,{"speed":12.5,"state":1}])", QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.output().contains("speed=12.5 m/s: 12.5 is above 10 state=run (1)"), cli.output().constData());
}

void TestCliTypes::refused_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const QString url = u"udp://127.0.0.1:9"_s;
    const QStringList send{u"send"_s, url, u"--types"_s, thermo()};
    const auto row = [](const char *name, const QStringList &arguments, int code, const char *says) {
        QTest::newRow(name) << arguments << code << QByteArray(says);
    };
    row("no type", send + QStringList{u"sensor=1"_s}, 2, "choose one of reading, ask with --type");
    row("unknown type", send + QStringList{u"--type"_s, u"answer"_s}, 2,
        "the message type answer is not described: choose one of reading, ask");
    row("no field", send + QStringList{u"--type"_s, u"ask"_s, u"sensor"_s}, 2, "sensor is no field: write FIELD=VALUE");
    row("unknown field", send + QStringList{u"--type"_s, u"ask"_s, u"sensr=1"_s}, 1, "there is no field \"sensr\"");
    row("out of range", send + QStringList{u"--type"_s, u"reading"_s, u"temperature=200"_s}, 1,
        "temperature: 200 is above 125");
    row("too wide", send + QStringList{u"--type"_s, u"ask"_s, u"sensor=65536"_s}, 1,
        "sensor: 65536 does not fit into 16 bits");
    row("no number", send + QStringList{u"--type"_s, u"ask"_s, u"sensor=x"_s}, 1, "sensor: it is the text \"x\"");
    row("template", send + QStringList{u"--type"_s, u"ask"_s, u"sensor={{1 +}}"_s}, 2,
        "sensor: column 6: expected a value");
    row("variable", send + QStringList{u"--type"_s, u"ask"_s, u"sensor={{x}}"_s}, 1,
        "sensor: column 3: there is no word and no variable \"x\"");
    row("JSON", send + QStringList{u"--type"_s, u"reading"_s, u"history=[1,"_s}, 1, "history: ");
    row("text too", send + QStringList{u"--type"_s, u"ask"_s, u"--text"_s, u"x"_s}, 2, "--text does not fit --types");
    row("codec too", send + QStringList{u"--type"_s, u"ask"_s, u"--codec"_s, u"json"_s}, 2, "leave out --codec");
    row("keep without types", {u"send"_s, url, u"--text"_s, u"x"_s, u"--keep-given"_s}, 2, "--keep-given needs fields");
    row("no file", {u"listen"_s, u"udp://127.0.0.1:0"_s, u"--types"_s, u"no-such-file"_s}, 2,
        "cannot read no-such-file");
    row("no JSON", {u"listen"_s, u"udp://127.0.0.1:0"_s, u"--types"_s, peer()}, 2, "line 1, column ");
    row("two words", {u"send"_s, url, u"-"_s, u"x"_s}, 2, "x is one word too many");
}

void TestCliTypes::refused()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(arguments), code);
    QVERIFY2(cli.errors().contains(says), cli.errors().constData());
    QCOMPARE(cli.errors().count('\n'), 1);
}

QTEST_GUILESS_MAIN(TestCliTypes)
#include "test_clitypes.moc"
