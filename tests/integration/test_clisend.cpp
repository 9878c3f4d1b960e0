#include <QElapsedTimer>
#include <QNetworkDatagram>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryFile>
#include <QUdpSocket>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

class TestCliSend : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void payloads_data();
    void payloads();
    void fileAndStandardInput_data();
    void fileAndStandardInput();
    void countAndInterval();
    void paced_data();
    void paced();
    void paceThatCannotBeMeant_data();
    void paceThatCannotBeMeant();
    void broken_data();
    void broken();
    void stages_data();
    void stages();
    void framesOnTcp_data();
    void framesOnTcp();
    void severalPeers_data();
    void severalPeers();
    void waitPrintsAnswers();
    void largestAndTooLongDatagram();
    void manyMessagesArriveWhole();
    void refused();
    void closedByThePeer();
    void signalEnds();
    void aPeerThatNeverReads_data();
    void aPeerThatNeverReads();
};

void TestCliSend::payloads_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("wire");
    const QString codec = u"--codec"_s;
    const QString json = u"json"_s;
    QTest::newRow("text") << QStringList{u"--text"_s, u"grüße"_s} << QByteArray("grüße");
    QTest::newRow("empty text") << QStringList{u"--text"_s, QString()} << QByteArray();
    QTest::newRow("dash text") << QStringList{u"--text"_s, u"--x"_s} << QByteArray("--x");
    QTest::newRow("hex") << QStringList{u"--hex"_s, u"0x00, ff:1b 7f"_s} << QByteArray("\x00\xff\x1b\x7f", 4);
    QTest::newRow("JSON raw") << QStringList{u"--json-data"_s, u"{\"a\": 1}"_s} << QByteArray("{\"a\": 1}");
    QTest::newRow("JSON") << QStringList{codec, json, u"--type"_s, u"7"_s, u"--json-data"_s, u"{\"a\": [1,null]}"_s}
                          << QByteArray(R"([7,{"a":[1,null]}])");
    QTest::newRow("named type") << QStringList{codec, json, u"--type"_s, u"move"_s, u"--text"_s, u"x"_s}
                                << QByteArray(R"(["move","x"])");
    QTest::newRow("default type") << QStringList{codec, json, u"--text"_s, u"x"_s} << QByteArray(R"([0,"x"])");
    QTest::newRow("2^63-1") << QStringList{codec, json, u"--json-data"_s, u"9223372036854775807"_s}
                            << QByteArray("[0,9223372036854775807]");
    QTest::newRow("cbor") << QStringList{codec, u"cbor"_s, u"--hex"_s, u"00ff"_s} << QByteArray::fromHex("82004200ff");
    QTest::newRow("msgpack") << QStringList{codec, u"msgpack"_s, u"--type"_s, u"1"_s, u"--json-data"_s, u"[true]"_s}
                             << QByteArray::fromHex("920191c3");
    QTest::newRow("text codec") << QStringList{codec, u"text"_s, u"--text"_s, u"x"_s} << QByteArray("x");
}

void TestCliSend::payloads()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, wire);
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(QStringList{u"send"_s, u"udp://127.0.0.1:%1"_s.arg(socket.localPort())} + arguments), 0);
    QTRY_VERIFY(socket.hasPendingDatagrams());
    QCOMPARE(socket.receiveDatagram().data(), wire);
    QCOMPARE(cli.output(), QByteArray());
    QCOMPARE(cli.errors(), QByteArray());
}

void TestCliSend::fileAndStandardInput_data()
{
    QTest::addColumn<QString>("codec");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("wire");
    QTest::newRow("raw") << u"raw"_s << QByteArray("\x00\xff\n", 3) << QByteArray("\x00\xff\n", 3);
    QTest::newRow("empty") << u"raw"_s << QByteArray() << QByteArray();
    QTest::newRow("JSON") << u"json"_s << QByteArray(" {\"a\":\n1}\n") << QByteArray(R"([0,{"a":1}])");
}

void TestCliSend::fileAndStandardInput()
{
    QFETCH(QString, codec);
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, wire);
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(content);
    file.close();
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    const QStringList start{u"send"_s, u"udp://127.0.0.1:%1"_s.arg(socket.localPort()), u"--codec"_s, codec};
    Program fromFile(SockScope::Test::cliPath());
    QCOMPARE(fromFile.run(start + QStringList{u"--file"_s, file.fileName()}), 0);
    QTRY_VERIFY(socket.hasPendingDatagrams());
    QCOMPARE(socket.receiveDatagram().data(), wire);
    Program fromInput(SockScope::Test::cliPath());
    QVERIFY(fromInput.start(start + QStringList{u"-"_s}));
    fromInput.process().write(content);
    fromInput.process().closeWriteChannel();
    QCOMPARE(fromInput.wait(), 0);
    QTRY_VERIFY(socket.hasPendingDatagrams());
    QCOMPARE(socket.receiveDatagram().data(), wire);
}

void TestCliSend::countAndInterval()
{
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    Program cli(SockScope::Test::cliPath());
    QElapsedTimer timer;
    timer.start();
    const QStringList arguments{u"send"_s,       u"udp://127.0.0.1:%1"_s.arg(socket.localPort()),
                                u"--text"_s,     u"x"_s,
                                u"--count"_s,    u"5"_s,
                                u"--interval"_s, u"50"_s};
    QCOMPARE(cli.run(arguments), 0);
    QVERIFY(timer.elapsed() >= 4 * 50);
    int count = 0;
    QTRY_VERIFY(socket.hasPendingDatagrams());
    for (; socket.hasPendingDatagrams(); ++count)
        socket.receiveDatagram();
    QCOMPARE(count, 5);
}

void TestCliSend::paced_data()
{
    QTest::addColumn<QStringList>("pace");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("leastMs");
    QTest::newRow("rate") << QStringList{u"--rate"_s, u"100"_s} << 21 << 200;
    QTest::newRow("burst") << QStringList{u"--burst"_s, u"5"_s, u"--interval"_s, u"60"_s} << 20 << 180;
    QTest::newRow("burst at a rate") << QStringList{u"--burst"_s, u"10"_s, u"--rate"_s, u"100"_s} << 30 << 200;
    QTest::newRow("jitter") << QStringList{u"--interval"_s, u"20"_s, u"--jitter"_s, u"10"_s} << 11 << 190;
}

void TestCliSend::paced()
{
    QFETCH(QStringList, pace);
    QFETCH(int, count);
    QFETCH(int, leastMs);
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    Program cli(SockScope::Test::cliPath());
    QElapsedTimer timer;
    timer.start();
    const QString url = u"udp://127.0.0.1:%1"_s.arg(socket.localPort());
    QCOMPARE(cli.run(QStringList{u"send"_s, url, u"--text"_s, u"x"_s, u"--count"_s, QString::number(count)} + pace), 0);
    QVERIFY2(timer.elapsed() >= leastMs, qPrintable(QString::number(timer.elapsed())));
    QVERIFY2(cli.errors().startsWith("sent " + QByteArray::number(count) + " in "), cli.errors().constData());
    QTRY_VERIFY(socket.hasPendingDatagrams());
    int received = 0;
    for (; socket.hasPendingDatagrams(); ++received)
        socket.receiveDatagram();
    QCOMPARE(received, count);
}

void TestCliSend::paceThatCannotBeMeant_data()
{
    QTest::addColumn<QStringList>("pace");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("jitter alone") << QStringList{u"--jitter"_s, u"5"_s} << QByteArray("jitter without an interval");
    QTest::newRow("jitter too long") << QStringList{u"--jitter"_s, u"5"_s, u"--interval"_s, u"4"_s}
                                     << QByteArray("longer than the interval");
    QTest::newRow("burst alone") << QStringList{u"--burst"_s, u"5"_s} << QByteArray("without --interval");
    QTest::newRow("no burst") << QStringList{u"--burst"_s, u"0"_s, u"--rate"_s, u"1"_s} << QByteArray("--burst");
    QTest::newRow("no rate") << QStringList{u"--rate"_s, u"0"_s} << QByteArray("--rate");
}

void TestCliSend::paceThatCannotBeMeant()
{
    QFETCH(QStringList, pace);
    QFETCH(QByteArray, says);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(QStringList{u"send"_s, u"udp://127.0.0.1:9"_s, u"--text"_s, u"x"_s} + pace), 2);
    QVERIFY2(cli.errors().contains(says), cli.errors().constData());
}

void TestCliSend::broken_data()
{
    QTest::addColumn<QString>("way");
    QTest::addColumn<QString>("framing");
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("leastMs");
    QTest::newRow("length") << u"length:5"_s << u"u16"_s
                            << QByteArray("\0\x08"
                                          "abc",
                                          5)
                            << 0;
    QTest::newRow("cut") << u"cut:4"_s << u"u16"_s << QByteArray("\0\3ab", 4) << 0;
    QTest::newRow("pause") << u"pause:150"_s << u"line"_s << QByteArray("abc\n") << 150;
    QTest::newRow("bytes") << u"bytes:40"_s << u"line"_s << QByteArray("abc\n") << 120;
}

void TestCliSend::broken()
{
    QFETCH(QString, way);
    QFETCH(QString, framing);
    QFETCH(QByteArray, wire);
    QFETCH(int, leastMs);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const QString url = u"tcp://127.0.0.1:%1"_s.arg(server.serverPort());
    const QStringList arguments{u"send"_s, url, u"--framing"_s, framing, u"--text"_s, u"abc"_s, u"--break"_s, way};
    Program cli(SockScope::Test::cliPath());
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(cli.run(arguments), 0);
    QVERIFY(timer.elapsed() >= leastMs);
    QTRY_VERIFY(server.hasPendingConnections()); // it may have come while the program ran
    QTcpSocket *peer = server.nextPendingConnection();
    QTRY_COMPARE(peer->bytesAvailable(), wire.size());
    QCOMPARE(peer->readAll(), wire);

    // What has none cannot have a wrong one.
    Program checksum(SockScope::Test::cliPath());
    QCOMPARE(checksum.run({u"send"_s, url, u"--text"_s, u"abc"_s, u"--break"_s, u"checksum"_s}), 1);
    QVERIFY2(checksum.errors().contains("no checksum"), checksum.errors().constData());
    Program unknown(SockScope::Test::cliPath());
    QCOMPARE(unknown.run({u"send"_s, url, u"--text"_s, u"abc"_s, u"--break"_s, u"lenght"_s}), 2);
    QVERIFY2(unknown.errors().contains("no way to break"), unknown.errors().constData());
}

void TestCliSend::stages_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("wire");
    const QString stage = u"--stage"_s;
    QTest::newRow("message") << QStringList{stage, u"message"_s, u"--text"_s, u"hi"_s}
                             << QByteArray("\0\x08[0,\"hi\"]", 10);
    QTest::newRow("frame") << QStringList{stage, u"frame"_s, u"--text"_s, u"[0,"_s} << QByteArray("\0\3[0,", 5);
    QTest::newRow("frame of JSON") << QStringList{stage, u"frame"_s, u"--json-data"_s, u"{ }"_s}
                                   << QByteArray("\0\3{ }", 5);
    QTest::newRow("raw") << QStringList{stage, u"raw"_s, u"--hex"_s, u"00 05 61"_s} << QByteArray("\0\5a", 3);
    QTest::newRow("cut frame") << QStringList{stage, u"frame"_s, u"--text"_s, u"abc"_s, u"--break"_s, u"cut:3"_s}
                               << QByteArray("\0\3a", 3);
}

void TestCliSend::stages()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, wire);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const QStringList start{
        u"send"_s, u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()), u"--framing"_s, u"u16"_s, u"--codec"_s, u"json"_s};
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(start + arguments), 0);
    QTRY_VERIFY(server.hasPendingConnections());
    QTcpSocket *peer = server.nextPendingConnection();
    QTRY_COMPARE(peer->state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(peer->readAll(), wire);

    // What contradicts itself is said, and nobody is connected to.
    const QList<QPair<QStringList, QByteArray>> wrong{
        {{u"--stage"_s, u"wire"_s, u"--text"_s, u"x"_s}, "wire is no stage"},
        {{u"--stage"_s, u"raw"_s, u"--text"_s, u"x"_s, u"--type"_s, u"1"_s}, "--type does not fit --stage raw"},
        {{u"--stage"_s, u"raw"_s, u"--text"_s, u"x"_s, u"--break"_s, u"cut"_s}, "--break needs a frame"},
        {{u"--stage"_s, u"frame"_s, u"--hex"_s, u"0g"_s}, "g"}};
    for (const auto &[options, why] : wrong) {
        Program refused(SockScope::Test::cliPath());
        QCOMPARE(refused.run(start + options), 2);
        QVERIFY2(refused.errors().contains(why), refused.errors().constData());
    }
    QVERIFY(!server.hasPendingConnections());
}

void TestCliSend::framesOnTcp_data()
{
    QTest::addColumn<QString>("framing");
    QTest::addColumn<QByteArray>("wire");
    QTest::newRow("default") << QString() << QByteArray("\0\0\0\2hi", 6);
    QTest::newRow("u16le") << u"u16le"_s << QByteArray("\2\0hi", 4);
    QTest::newRow("varint") << u"varint"_s << QByteArray("\2hi");
    QTest::newRow("line") << u"line"_s << QByteArray("hi\n");
    QTest::newRow("crlf") << u"crlf"_s << QByteArray("hi\r\n");
    QTest::newRow("delim") << u"delim:00"_s << QByteArray("hi\0", 3);
    QTest::newRow("none") << u"none"_s << QByteArray("hi");
}

void TestCliSend::framesOnTcp()
{
    QFETCH(QString, framing);
    QFETCH(QByteArray, wire);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QStringList arguments{u"send"_s, u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()), u"--text"_s, u"hi"_s};
    if (!framing.isEmpty())
        arguments += {u"--framing"_s, framing};
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(arguments), 0);
    QTRY_VERIFY(server.hasPendingConnections());
    QTcpSocket *peer = server.nextPendingConnection();
    QTRY_COMPARE(peer->state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(peer->readAll(), wire);
}

void TestCliSend::severalPeers_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<bool>("isOne"); // whether a and b get the same
    QTest::newRow("the same") << QStringList{u"--text"_s, u"x"_s} << true;
    QTest::newRow("values of each") << QStringList{} << false;
}

void TestCliSend::severalPeers()
{
    QFETCH(QStringList, arguments);
    QFETCH(bool, isOne);
    std::array<QUdpSocket, 2> peers;
    QStringList names;
    for (QUdpSocket &peer : peers) {
        QVERIFY(peer.bind(QHostAddress::LocalHost));
        names.append(u"127.0.0.1:%1"_s.arg(peer.localPort()));
    }
    const QString url = u"udp://"_s + names.join(u',');
    QTemporaryFile project;
    if (!isOne) {
        QVERIFY(project.open());
        project.write(R"({"version": 1, "messages": [{"name": "who", "payload": "{{counter}} {{peer}}", "to": ")" +
                      url.toUtf8() + R"("}]})");
        project.close();
        arguments = {u"--project"_s, project.fileName(), u"--message"_s, u"who"_s};
    } else {
        arguments.prepend(url);
    }
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(QStringList{u"send"_s} + arguments + QStringList{u"--count"_s, u"2"_s}), 0);
    for (size_t i = 0; i < peers.size(); ++i) {
        for (int turn = 0; turn < 2; ++turn) {
            QTRY_VERIFY(peers[i].hasPendingDatagrams());
            const QByteArray valued =
                QByteArray::number(2 * turn + static_cast<int>(i)) + ' ' + names.at(static_cast<qsizetype>(i)).toUtf8();
            QCOMPARE(peers[i].receiveDatagram().data(), isOne ? "x" : valued);
        }
        QVERIFY(!peers[i].hasPendingDatagrams());
    }

    const QList<std::pair<QString, QByteArray>> wrong{
        {url + u',' + names.first(), "is there twice"}, {url + u",x"_s, "no port"}, {url + u" --break"_s, "one peer"}};
    for (const auto &[to, says] : wrong) {
        Program refused(SockScope::Test::cliPath());
        QCOMPARE(refused.run(QStringList{u"send"_s, to.section(u' ', 0, 0), u"--text"_s, u"x"_s} +
                             (to.contains(u' ') ? QStringList{u"--break"_s, u"cut"_s} : QStringList())),
                 2);
        QVERIFY2(refused.errors().contains(says), refused.errors().constData());
    }
}

void TestCliSend::waitPrintsAnswers()
{
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    connect(&socket, &QUdpSocket::readyRead, this, [&socket] {
        while (socket.hasPendingDatagrams()) {
            const QNetworkDatagram datagram = socket.receiveDatagram();
            socket.writeDatagram(datagram.makeReply("[2,\"answer\"]"));
            socket.writeDatagram(datagram.makeReply("[broken"));
        }
    });
    const QStringList arguments{u"send"_s,    u"udp://127.0.0.1:%1"_s.arg(socket.localPort()),
                                u"--codec"_s, u"json"_s,
                                u"--text"_s,  u"question"_s,
                                u"--wait"_s,  u"1000"_s};
    Program human(SockScope::Test::cliPath());
    QCOMPARE(human.run(arguments), 0);
    QVERIFY2(human.output().contains("answer"), human.output().constData());
    QVERIFY2(!human.output().contains("question"), human.output().constData());
    Program json(SockScope::Test::cliPath());
    QCOMPARE(json.run(arguments + QStringList{u"--json"_s}), 0);
    QCOMPARE(json.messages().size(), 1);
    QCOMPARE(json.messages().constFirst().value("data"_L1).toString(), u"answer"_s);
    QCOMPARE(json.events(u"error"_s).size(), 1);
}

void TestCliSend::largestAndTooLongDatagram()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(QByteArray(65507, 'x'));
    file.flush();
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    const QStringList arguments{u"send"_s, u"udp://127.0.0.1:%1"_s.arg(socket.localPort()), u"--file"_s,
                                file.fileName()};
    Program fits(SockScope::Test::cliPath());
    QCOMPARE(fits.run(arguments), 0);
    QTRY_VERIFY(socket.hasPendingDatagrams());
    QCOMPARE(socket.receiveDatagram().data().size(), 65507);
    file.write("x");
    file.flush();
    Program tooLong(SockScope::Test::cliPath());
    QCOMPARE(tooLong.run(arguments), 1);
    QVERIFY2(tooLong.errors().contains("65507") || tooLong.errors().contains("65,507"), tooLong.errors().constData());
}

void TestCliSend::manyMessagesArriveWhole()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    qint64 received = 0;
    connect(&server, &QTcpServer::newConnection, this, [&] {
        QTcpSocket *peer = server.nextPendingConnection();
        connect(peer, &QTcpSocket::readyRead, this, [peer, &received] { received += peer->readAll().size(); });
    });
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(QByteArray(100'000, 'y'));
    file.close();
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"send"_s,    u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()),
                                u"--file"_s,  file.fileName(),
                                u"--count"_s, u"300"_s}; // 30 MB: more than one send queue holds
    QCOMPARE(cli.run(arguments), 0);
    QTRY_COMPARE(received, 300 * (100'000 + 4));
}

void TestCliSend::refused()
{
    quint16 port = 0;
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        port = server.serverPort();
    }
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"send"_s, u"tcp://127.0.0.1:%1"_s.arg(port), u"--text"_s, u"x"_s}), 1);
    QCOMPARE(cli.errors().count('\n'), 1);
    QVERIFY2(cli.errors().contains(QByteArray::number(port)), cli.errors().constData());
    QVERIFY2(cli.errors().count(": ") >= 2, cli.errors().constData());
}

void TestCliSend::closedByThePeer()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, this, [&] { server.nextPendingConnection()->abort(); });
    Program cli(SockScope::Test::cliPath());
    const QStringList arguments{u"send"_s,       u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()),
                                u"--text"_s,     u"x"_s,
                                u"--count"_s,    u"1000000"_s,
                                u"--interval"_s, u"1"_s};
    QCOMPARE(cli.run(arguments), 1);
    QVERIFY2(cli.errors().startsWith("sockscope-cli: "), cli.errors().constData());
}

void TestCliSend::signalEnds()
{
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start(
        {u"send"_s, u"udp://127.0.0.1:%1"_s.arg(socket.localPort()), u"--text"_s, u"x"_s, u"--wait"_s, u"60000"_s}));
    QTRY_VERIFY_WITH_TIMEOUT(socket.hasPendingDatagrams(), Program::timeoutMs);
    cli.signal(SIGINT);
    QCOMPARE(cli.wait(), 0);
}

void TestCliSend::aPeerThatNeverReads_data()
{
    QTest::addColumn<bool>("interrupted");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("given up") << false << QByteArray("nobody took anything for 10 s, after ");
    QTest::newRow("interrupted") << true << QByteArray("stopped before ");
}

void TestCliSend::aPeerThatNeverReads()
{
    QFETCH(bool, interrupted);
    QFETCH(QByteArray, says);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"send"_s, u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()), u"--text"_s, QString(60'000, u'x'),
                       u"--count"_s, u"1000"_s}));
    QVERIFY(server.waitForNewConnection(Program::timeoutMs));
    server.nextPendingConnection()->setReadBufferSize(1);
    if (interrupted)
        cli.interrupt();
    QCOMPARE(cli.wait(), 1);
    QVERIFY2(cli.errors().contains(says), cli.errors().constData());
}

QTEST_GUILESS_MAIN(TestCliSend)
#include "test_clisend.moc"
