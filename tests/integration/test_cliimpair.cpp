#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QNetworkDatagram>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTimer>
#include <QUdpSocket>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::messagesOf;
using SockScope::Test::Program;

/// sockscope-cli behind a bad network, with sockets that know nothing of it.
class TestCliImpair : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void sendWaitsForWhatIsDelayed_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("udp") << false;
        QTest::newRow("tcp") << true;
    }
    void sendWaitsForWhatIsDelayed()
    {
        QFETCH(bool, tcp);
        QUdpSocket udp;
        QVERIFY(udp.bind(QHostAddress::LocalHost, 0));
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost, 0));
        QByteArray came;
        connect(&udp, &QUdpSocket::readyRead, this, [&] {
            while (udp.hasPendingDatagrams())
                came += udp.receiveDatagram().data();
        });
        connect(&server, &QTcpServer::newConnection, this, [&] {
            QTcpSocket *peer = server.nextPendingConnection();
            connect(peer, &QTcpSocket::readyRead, this, [&came, peer] { came += peer->readAll(); });
        });
        const QString url =
            tcp ? u"tcp://127.0.0.1:%1"_s.arg(server.serverPort()) : u"udp://127.0.0.1:%1"_s.arg(udp.localPort());
        Program cli(SockScope::Test::cliPath());
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(cli.run({u"send"_s, url, u"--framing"_s, tcp ? u"line"_s : u"datagram"_s, u"--text"_s, u"x"_s,
                          u"--count"_s, u"3"_s, u"--impair"_s, u"out: delay 300ms"_s, u"--impair-seed"_s, u"5"_s}),
                 0);
        QVERIFY(timer.elapsed() >= 300);
        QTRY_COMPARE(came, tcp ? QByteArray("x\nx\nx\n") : QByteArray("xxx"));
        QCOMPARE(cli.errors(), QByteArray("impairment out: delay 300ms seed 5: out 3 messages, 3 delayed, at most 3 "
                                          "waited\n"));
    }

    void sameSeedSendsTheSame()
    {
        QList<QByteArray> before;
        for (int run = 0; run < 2; ++run) {
            QUdpSocket socket;
            QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
            const QByteArray types = R"({"payload": "layout", "fixedType": "n", "header": [],
                "types": [{"name": "n", "number": 1, "fields": [{"name": "value", "type": "u16"}]}]})";
            QFile file(m_folder.filePath(u"types.json"_s));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(types) == types.size());
            file.close();
            Program cli(SockScope::Test::cliPath());
            QCOMPARE(cli.run({u"send"_s, u"udp://127.0.0.1:%1"_s.arg(socket.localPort()), u"--types"_s, file.fileName(),
                              u"--type"_s, u"n"_s, u"value={{counter}}"_s, u"--count"_s, u"100"_s, u"--impair"_s,
                              u"loss 30% duplicate 10%"_s, u"--impair-seed"_s, u"7"_s}),
                     0);
            QList<QByteArray> came;
            QTRY_VERIFY(socket.hasPendingDatagrams());
            while (socket.hasPendingDatagrams())
                came.append(socket.receiveDatagram().data());
            QVERIFY(came.size() > 50 && came.size() < 95);
            if (run == 1)
                QCOMPARE(came, before);
            before = came;
        }
    }

    void listenReportsWhatItDid()
    {
        Program cli(SockScope::Test::cliPath());
        QVERIFY(cli.start({u"listen"_s, u"udp://127.0.0.1:0"_s, u"--json"_s, u"--for"_s, u"20"_s, u"--count"_s, u"20"_s,
                           u"--impair"_s, u"in: delay 5ms loss 20% duplicate 20%"_s, u"--impair-seed"_s, u"3"_s}));
        const quint16 port = cli.waitForPort();
        QVERIFY(port != 0);
        QUdpSocket socket;
        QTimer timer;
        connect(&timer, &QTimer::timeout, &socket,
                [&socket, port] { socket.writeDatagram("hi", QHostAddress::LocalHost, port); });
        timer.start(2);
        QCOMPARE(cli.wait(), 0);
        QList<QString> outcomes;
        for (const QJsonObject &message : cli.messages())
            outcomes.append(message.value(u"outcome"_s).toString());
        QVERIFY(outcomes.contains(u"ImpairLost"_s));
        QVERIFY(outcomes.contains(u"ImpairDelayed"_s));
        QVERIFY(outcomes.contains(u"ImpairDuplicated"_s));
        QVERIFY(cli.messages().first().value(u"note"_s).toString().contains(u"an impairment"_s));
        const QJsonObject ledger = cli.ledger();
        QVERIFY(ledger.value(u"balanced"_s).toBool());
        QVERIFY(messagesOf(ledger, "impairLostIn"_L1) > 0);
        const QJsonObject sock = cli.objects().last().value(u"socks"_s).toArray().first().toObject();
        const QJsonObject impairment = sock.value(u"impairments"_s).toArray().first().toObject();
        QCOMPARE(impairment.value(u"seed"_s).toInteger(), 3);
        QCOMPARE(impairment.value(u"in"_s).toObject().value(u"lost"_s).toInteger(),
                 messagesOf(ledger, "impairLostIn"_L1));
    }

    void aProjectHasItsOwn()
    {
        QUdpSocket socket;
        QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
        const QString path = m_folder.filePath(u"impair.sockscope"_s);
        const auto write = [&](const QByteArray &words) {
            QByteArray text = R"({"version": 1, "sockets": [{"name": "game", "kind": "udp",
                "connectTo": ["127.0.0.1:PORT"], "impair": "WORDS"}],
                "messages": [{"name": "hello", "form": "text", "payload": "hi"}]})";
            text.replace("PORT", QByteArray::number(socket.localPort())).replace("WORDS", words);
            QFile file(path);
            return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
        };
        QVERIFY(write("out: corrupt 100% 1 bits seed 4"));
        Program project(SockScope::Test::cliPath());
        QCOMPARE(project.run({u"project"_s, path}), 0);
        QVERIFY2(project.output().contains("impaired: out: corrupt 100% seed 4"), project.output().constData());
        Program send(SockScope::Test::cliPath());
        QCOMPARE(send.run({u"send"_s, u"--project"_s, path, u"--message"_s, u"hello"_s}), 0);
        QTRY_VERIFY(socket.hasPendingDatagrams());
        const QByteArray came = socket.receiveDatagram().data();
        QCOMPARE(came.size(), 2);
        QVERIFY(came != "hi");
        QVERIFY(write("out: corrupt a lot"));
        Program broken(SockScope::Test::cliPath());
        QCOMPARE(broken.run({u"project"_s, path}), 1);
        QVERIFY2(broken.errors().contains("sockets[0].impair"), broken.errors().constData());
        QVERIFY2(broken.errors().contains("a is not a percentage"), broken.errors().constData());
    }

    void runIsImpairedToo()
    {
        const QString path = m_folder.filePath(u"run.sockscope"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray text = R"({"version": 1,
            "sockets": [{"name": "game", "kind": "udp", "listen": "127.0.0.1:0", "codec": "json"}],
            "rules": [{"name": "echo", "when": {"type": 1},
                       "actions": [{"do": "answer", "type": 2, "form": "json", "payload": "5"}]}]})";
        QCOMPARE(file.write(text), text.size());
        file.close();
        Program cli(SockScope::Test::cliPath());
        QVERIFY(
            cli.start({u"run"_s, path, u"--rules"_s, u"--for"_s, u"20"_s, u"--impair"_s, u"out: duplicate 100%"_s}));
        const quint16 port = cli.waitForPort();
        QVERIFY(port != 0);
        QUdpSocket socket;
        QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
        socket.writeDatagram("[1,0]", QHostAddress::LocalHost, port);
        for (int i = 0; i < 2; ++i) {
            QTRY_VERIFY(socket.hasPendingDatagrams());
            QCOMPARE(socket.receiveDatagram().data(), QByteArray("[2,5]"));
        }
        cli.signal(SIGTERM);
        QCOMPARE(cli.wait(), 0);
        QVERIFY2(cli.errors().contains("out 1 messages, 1 copied"), cli.errors().constData());
    }

    void badWordsSayWhere()
    {
        for (const QString &command : {u"listen"_s, u"send"_s, u"run"_s}) {
            Program cli(SockScope::Test::cliPath());
            QStringList arguments{command, u"udp://127.0.0.1:9"_s, u"--impair"_s, u"dealy 5ms"_s};
            if (command == u"run"_s)
                arguments.append(u"--rules"_s);
            QCOMPARE(cli.run(arguments), 2);
            QVERIFY2(cli.errors().contains("--impair, column 1: dealy is not a word of impairments"),
                     cli.errors().constData());
        }
        Program help(SockScope::Test::cliPath());
        QCOMPARE(help.run({u"send"_s, u"--help"_s}), 0);
        for (const char *word : {"--impair WORDS", "loss burst PERCENT N", "satellite"})
            QVERIFY2(help.output().contains(word), help.output().constData());
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliImpair)
#include "test_cliimpair.moc"
