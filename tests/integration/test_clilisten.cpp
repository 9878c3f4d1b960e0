#include <QDateTime>
#include <QFile>
#include <QScopeGuard>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QUdpSocket>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::messagesOf;
using SockScope::Test::Program;

class TestCliListen : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void firstLineNamesThePort_data();
    void firstLineNamesThePort();
    void messageHasEveryField();
    void datagramsOfEverySize_data();
    void datagramsOfEverySize();
    void valuesStayValidJson();
    void rawBytesAreTextOrHex();
    void decodeErrorsAreLines();
    void framingErrorClosesOnlyItsPeer();
    void peersComeAndGo();
    void silentPeerTimesOut();
    void countEnds();
    void timeEnds();
    void signalEnds_data();
    void signalEnds();
    void secondSignalEndsAtOnce();
    void brokenPipeEnds();
    void severalSocks();
    void humanLinesHoldNoControls();
    void portInUse();
    void connectsOut();
    void refusedConnectionFails();
};

void TestCliListen::firstLineNamesThePort_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QByteArray>("start");
    QTest::newRow("udp") << u"udp://127.0.0.1:0"_s << QByteArray("listening on udp://127.0.0.1:");
    QTest::newRow("tcp") << u"tcp://127.0.0.1:0"_s << QByteArray("listening on tcp://127.0.0.1:");
    QTest::newRow("udp6") << u"udp://[::1]:0"_s << QByteArray("listening on udp://[::1]:");
    QTest::newRow("tcp6") << u"tcp://[::1]:0"_s << QByteArray("listening on tcp://[::1]:");
    QTest::newRow("name") << u"tcp://localhost:0"_s << QByteArray("listening on tcp://");
    QTest::newRow("any") << u"udp://*:0"_s << QByteArray("listening on udp://");
}

void TestCliListen::firstLineNamesThePort()
{
    QFETCH(QString, url);
    QFETCH(QByteArray, start);
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, url}));
    QVERIFY2(cli.waitForPort() != 0, cli.errors().constData());
    QVERIFY2(cli.errors().startsWith(start), cli.errors().constData());
    cli.signal(SIGTERM);
    QCOMPARE(cli.wait(), 0);
}

void TestCliListen::messageHasEveryField()
{
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"listen"_s, u"udp://127.0.0.1:0"_s, u"--codec"_s, u"json"_s,
                                u"--json"_s, u"--count"_s,           u"2"_s};
    QVERIFY(cli.start(arguments));
    const quint16 port = cli.waitForPort();
    QVERIFY(port);
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    const QDateTime before = QDateTime::currentDateTimeUtc();
    socket.writeDatagram(R"([7,{"x":1.5}])", QHostAddress::LocalHost, port);
    socket.writeDatagram(R"(["move",[true,null]])", QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);

    const QList<QJsonObject> messages = cli.messages();
    QCOMPARE(messages.size(), 2);
    const QJsonObject first = messages.at(0);
    QCOMPARE(first.value("no"_L1).toInteger(), 1);
    QCOMPARE(first.value("dir"_L1).toString(), u"in"_s);
    QCOMPARE(first.value("peer"_L1).toString(), u"127.0.0.1:%1"_s.arg(socket.localPort()));
    QCOMPARE(first.value("type"_L1).toInteger(), 7);
    QCOMPARE(first.value("size"_L1).toInteger(), 13);
    QCOMPARE(first.value("data"_L1).toObject().value("x"_L1).toDouble(), 1.5);
    QCOMPARE(QByteArray::fromHex(first.value("raw"_L1).toString().toLatin1()), QByteArray(R"([7,{"x":1.5}])"));
    const QString time = first.value("time"_L1).toString();
    QVERIFY2(QRegularExpression(uR"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$)"_s).match(time).hasMatch(),
             qPrintable(time));
    const QDateTime stamp = QDateTime::fromString(time.left(23) + u'Z', Qt::ISODateWithMs);
    QVERIFY2(qAbs(before.msecsTo(stamp)) < 60'000, qPrintable(time));
    QCOMPARE(messages.at(1).value("type"_L1).toString(), u"move"_s);
    QCOMPARE(messages.at(1).value("no"_L1).toInteger(), 2);

    const QJsonObject ledger = cli.ledger();
    QVERIFY(ledger.value("balanced"_L1).toBool());
    QCOMPARE(messagesOf(ledger, "received"_L1), 2);
    QCOMPARE(messagesOf(ledger, "handled"_L1), 2);
}

void TestCliListen::datagramsOfEverySize_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 1472, 65506, 65507})
        QTest::newRow(QByteArray::number(size).constData()) << size;
}

void TestCliListen::datagramsOfEverySize()
{
    QFETCH(int, size);
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--json"_s, u"--count"_s, u"1"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY(port);
    QByteArray payload(size, '\0');
    for (int i = 0; i < size; ++i)
        payload[i] = static_cast<char>(i * 7);
    QUdpSocket socket;
    QCOMPARE(socket.writeDatagram(payload, QHostAddress::LocalHost, port), qint64(size));
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.messages().size(), 1);
    const QJsonObject message = cli.messages().constFirst();
    QCOMPARE(message.value("size"_L1).toInteger(), qint64(size));
    QCOMPARE(QByteArray::fromHex(message.value("raw"_L1).toString().toLatin1()), payload);
    QCOMPARE(messagesOf(cli.ledger(), "received"_L1), 1);
}

void TestCliListen::valuesStayValidJson()
{
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"listen"_s, u"udp://127.0.0.1:0"_s, u"--codec"_s, u"cbor"_s,
                                u"--json"_s, u"--count"_s,           u"4"_s};
    QVERIFY(cli.start(arguments));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    for (const QByteArray hex : {"8200f97e00", "8200f97c00", "82001bffffffffffffffff", "820042ff00"})
        socket.writeDatagram(QByteArray::fromHex(hex), QHostAddress::LocalHost, port); // NaN, infinity, 2^64-1, bytes
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.messages().size(), 4);
    QVERIFY2(cli.output().contains(R"("data":{"float":"nan"})"), cli.output().constData());
    QVERIFY2(cli.output().contains(R"("data":{"float":"inf"})"), cli.output().constData());
    QVERIFY2(cli.output().contains(R"("data":18446744073709551615,)"), cli.output().constData());
    QVERIFY2(cli.output().contains(R"("data":{"hex":"ff00"})"), cli.output().constData());
}

void TestCliListen::rawBytesAreTextOrHex()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--json"_s, u"--count"_s, u"3"_s}));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    for (const QByteArray &bytes : {QByteArray("grüße"), QByteArray("\xc3"), QByteArray("\x00\"\n", 3)})
        socket.writeDatagram(bytes, QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);
    const QList<QJsonObject> messages = cli.messages();
    QCOMPARE(messages.size(), 3);
    QCOMPARE(messages.at(0).value("data"_L1).toString(), u"grüße"_s);
    QCOMPARE(messages.at(1).value("data"_L1).toObject().value("hex"_L1).toString(), u"c3"_s);
    QCOMPARE(messages.at(2).value("data"_L1).toString(), QString(QChar(0)) + u"\"\n"_s);
}

void TestCliListen::decodeErrorsAreLines()
{
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"listen"_s, u"udp://127.0.0.1:0"_s, u"--codec"_s, u"json"_s,
                                u"--json"_s, u"--count"_s,           u"1"_s};
    QVERIFY(cli.start(arguments));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    const QList<QByteArray> bad{"", "[1", "\xff\xfe", "[9e999,1]", QByteArray(60'000, '['), "{}", "[1,NaN]"};
    for (const QByteArray &bytes : bad)
        socket.writeDatagram(bytes, QHostAddress::LocalHost, port);
    socket.writeDatagram("[1,\"good\"]", QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);
    const QList<QJsonObject> errors = cli.events(u"error"_s);
    QCOMPARE(errors.size(), bad.size()); // one line each: neither hidden nor told twice
    for (qsizetype i = 0; i < bad.size(); ++i) {
        QCOMPARE(errors.at(i).value("stage"_L1).toString(), u"Codec"_s);
        QVERIFY(!errors.at(i).value("what"_L1).toString().isEmpty());
        QVERIFY(!errors.at(i).value("remedy"_L1).toString().isEmpty());
        QCOMPARE(QByteArray::fromHex(errors.at(i).value("raw"_L1).toString().toLatin1()), bad.at(i));
    }
    QCOMPARE(cli.messages().size(), 1);
    QCOMPARE(messagesOf(cli.ledger(), "decodeErrors"_L1), bad.size());
    QVERIFY(cli.ledger().value("balanced"_L1).toBool());
}

void TestCliListen::framingErrorClosesOnlyItsPeer()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"tcp://127.0.0.1:0"_s, u"--json"_s, u"--count"_s, u"2"_s}));
    const quint16 port = cli.waitForPort();
    QTcpSocket good;
    good.connectToHost(QHostAddress::LocalHost, port);
    QVERIFY(good.waitForConnected());
    good.write(QByteArray("\0\0\0\2hi", 6));
    QVERIFY(cli.waitForOutput("\"hi\""));
    QTcpSocket bad;
    bad.connectToHost(QHostAddress::LocalHost, port);
    QVERIFY(bad.waitForConnected());
    bad.write(QByteArray("\xff\xff\xff\xff", 4)); // a frame of 4 GiB
    QTRY_COMPARE(bad.state(), QAbstractSocket::UnconnectedState);
    good.write(QByteArray("\0\0\0\2ho", 6));
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.messages().size(), 2);
    const QList<QJsonObject> errors = cli.events(u"error"_s);
    QCOMPARE(errors.size(), 1);
    QCOMPARE(errors.first().value("stage"_L1).toString(), u"Framing"_s);
    QCOMPARE(errors.first().value("code"_L1).toString(), u"TooLong"_s);
    bool told = false;
    for (const QJsonObject &gone : cli.events(u"peer-removed"_s))
        told = told || gone.value("reason"_L1).toString() == u"FramingError"_s;
    QVERIFY2(told, cli.output().constData());
}

void TestCliListen::peersComeAndGo()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"tcp://127.0.0.1:0"_s, u"--framing"_s, u"line"_s, u"--json"_s}));
    const quint16 port = cli.waitForPort();
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    QVERIFY(socket.waitForConnected());
    const QString peer = u"127.0.0.1:%1"_s.arg(socket.localPort());
    QVERIFY(cli.waitForOutput("peer-added"));
    socket.disconnectFromHost();
    QVERIFY(cli.waitForOutput("peer-removed"));
    cli.signal(SIGINT);
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.events(u"peer-added"_s).size(), 1);
    QCOMPARE(cli.events(u"peer-added"_s).constFirst().value("peer"_L1).toString(), peer);
    QCOMPARE(cli.events(u"peer-removed"_s).size(), 1);
    QCOMPARE(cli.events(u"peer-removed"_s).constFirst().value("reason"_L1).toString(), u"Remote"_s);
}

void TestCliListen::silentPeerTimesOut()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--timeout"_s, u"0.2"_s, u"--json"_s}));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    socket.writeDatagram("x", QHostAddress::LocalHost, port);
    QVERIFY(cli.waitForOutput("peer-removed"));
    QVERIFY2(cli.output().contains("TimedOut"), cli.output().constData());
    cli.signal(SIGINT);
    QCOMPARE(cli.wait(), 0);
}

void TestCliListen::countEnds()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--count"_s, u"3"_s, u"--json"_s}));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    for (int i = 0; i < 50; ++i)
        socket.writeDatagram("x", QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.messages().size(), 3); // not one more, however many came in the same moment
    QVERIFY(cli.ledger().value("balanced"_L1).toBool());
    QVERIFY(messagesOf(cli.ledger(), "received"_L1) >= 3);
}

void TestCliListen::timeEnds()
{
    Program cli(SockScope::Test::cliPath());
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(cli.run({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--for"_s, u"0.3"_s}), 0);
    QVERIFY(timer.elapsed() >= 300);
    QVERIFY2(cli.output().contains("ledger balanced"), cli.output().constData());
}

void TestCliListen::signalEnds_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
}

void TestCliListen::signalEnds()
{
    QFETCH(int, number);
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"listen"_s, u"tcp://127.0.0.1:0"_s, u"--json"_s}));
    QVERIFY(cli.waitForPort());
    cli.signal(number);
    QCOMPARE(cli.wait(), 0);
    QVERIFY(cli.ledger().value("balanced"_L1).toBool());
}

void TestCliListen::secondSignalEndsAtOnce()
{
    // Standard output is a full pipe that nobody reads: the report can never be written.
    QTemporaryDir folder;
    const QByteArray path = QFile::encodeName(folder.filePath(u"pipe"_s));
    QCOMPARE(::mkfifo(path.constData(), 0600), 0);
    const int pipe = ::open(path.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(pipe >= 0);
    const auto closePipe = qScopeGuard([pipe] { ::close(pipe); });
    const QByteArray filling(4096, 'x');
    while (::write(pipe, filling.constData(), 4096) > 0) {
    }
    Program cli(SockScope::Test::cliPath());
    cli.process().setStandardOutputFile(QFile::decodeName(path), QIODevice::Append);
    QVERIFY(cli.start({u"listen"_s, u"tcp://127.0.0.1:0"_s}));
    QVERIFY(cli.waitForPort());
    QVERIFY(QTest::qWaitFor([&] { return cli.catches(SIGINT); }, Program::timeoutMs));
    cli.signal(SIGINT);
    QVERIFY(QTest::qWaitFor([&] { return !cli.catches(SIGINT); }, Program::timeoutMs));
    cli.signal(SIGTERM); // another one than the first: it counts as the second all the same
    QVERIFY(QTest::qWaitFor([&] { return cli.process().state() == QProcess::NotRunning; }, Program::timeoutMs));
    QCOMPARE(cli.process().exitStatus(), QProcess::CrashExit);
}

void TestCliListen::brokenPipeEnds()
{
    Program cli(SockScope::Test::cliPath());
    Program head(u"head"_s);
    cli.process().setStandardOutputProcess(&head.process());
    QVERIFY(head.start({u"-n"_s, u"1"_s}));
    QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s}));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    QVERIFY(QTest::qWaitFor(
        [&] {
            socket.writeDatagram("x", QHostAddress::LocalHost, port);
            return cli.process().state() == QProcess::NotRunning;
        },
        Program::timeoutMs));
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(head.wait(), 0);
}

void TestCliListen::severalSocks()
{
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"listen"_s, u"udp://127.0.0.1:0"_s, u"tcp://127.0.0.1:0"_s,
                                u"--json"_s, u"--count"_s,           u"2"_s};
    QVERIFY(cli.start(arguments));
    QVERIFY(cli.waitForErrors("tcp://"));
    QTRY_COMPARE(cli.errors().count('\n'), 2);
    const QList<QByteArray> lines = cli.errors().trimmed().split('\n');
    const auto portOf = [](const QByteArray &line) { return line.mid(line.lastIndexOf(':') + 1).toUShort(); };
    QUdpSocket udp;
    udp.writeDatagram("one", QHostAddress::LocalHost, portOf(lines.at(0)));
    QTcpSocket tcp;
    tcp.connectToHost(QHostAddress::LocalHost, portOf(lines.at(1)));
    QVERIFY(tcp.waitForConnected());
    tcp.write(QByteArray("\0\0\0\3two", 7));
    QCOMPARE(cli.wait(), 0);
    QSet<QString> socks;
    for (const QJsonObject &message : cli.messages())
        socks.insert(message.value("sock"_L1).toString());
    QCOMPARE(socks.size(), 2);
    QCOMPARE(messagesOf(cli.ledger(), "received"_L1), 2);
}

void TestCliListen::humanLinesHoldNoControls()
{
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"listen"_s, u"udp://127.0.0.1:0"_s, u"--codec"_s, u"text"_s, u"--count"_s, u"1"_s};
    QVERIFY(cli.start(arguments));
    const quint16 port = cli.waitForPort();
    QUdpSocket socket;
    socket.writeDatagram("\x1b[2J\x07two\nlines", QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.output().contains("two"), cli.output().constData());
    for (const char byte : cli.output())
        QVERIFY2(byte == '\n' || static_cast<quint8>(byte) >= 0x20, cli.output().constData());
}

void TestCliListen::portInUse()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"listen"_s, u"tcp://127.0.0.1:%1"_s.arg(server.serverPort())}), 1);
    QVERIFY2(cli.errors().startsWith("sockscope-cli: port " + QByteArray::number(server.serverPort())),
             cli.errors().constData());
    QVERIFY2(cli.errors().contains("0 for any"), cli.errors().constData());
}

void TestCliListen::connectsOut()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"listen"_s,    u"--connect"_s, u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()),
                                u"--framing"_s, u"line"_s,      u"--count"_s,
                                u"1"_s,         u"--json"_s};
    QVERIFY(cli.start(arguments));
    QTRY_VERIFY_WITH_TIMEOUT(server.hasPendingConnections(), Program::timeoutMs);
    QTcpSocket *peer = server.nextPendingConnection();
    peer->write("hello\n");
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.errors().startsWith("connecting to tcp://127.0.0.1:"), cli.errors().constData());
    QCOMPARE(cli.messages().size(), 1);
    QCOMPARE(cli.messages().constFirst().value("data"_L1).toString(), u"hello"_s);
}

void TestCliListen::refusedConnectionFails()
{
    quint16 port = 0;
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        port = server.serverPort();
    }
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"listen"_s, u"--connect"_s, u"tcp://127.0.0.1:%1"_s.arg(port)}), 1);
    QVERIFY2(cli.errors().contains("refused") || cli.errors().contains("nothing listens"), cli.errors().constData());
}

QTEST_GUILESS_MAIN(TestCliListen)
#include "test_clilisten.moc"
