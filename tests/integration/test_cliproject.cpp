#include <QJsonArray>
#include <QNetworkDatagram>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QUdpSocket>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

class TestCliProject : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString put(const QString &name, const QByteArray &text)
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            QTest::qFail("the file cannot be written", __FILE__, __LINE__);
        return file.fileName();
    }
    static QList<QByteArray> receive(QUdpSocket *socket, qsizetype count)
    {
        QList<QByteArray> result;
        const auto take = [&] {
            while (socket->hasPendingDatagrams())
                result.append(socket->receiveDatagram().data());
            return result.size() >= count;
        };
        if (!QTest::qWaitFor(take, Program::timeoutMs))
            QTest::qFail("not all datagrams came", __FILE__, __LINE__);
        return result;
    }
    /// A project whose socket "game" connects to this port; its name in the file system.
    QString projectFor(quint16 port, const QByteArray &framing = "datagram", const QByteArray &kind = "udp")
    {
        put(u"payload.bin"_s, QByteArray("\x00\x01\x02", 3));
        QFile file(QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/project/send.sockscope"));
        if (!file.open(QIODevice::ReadOnly))
            QTest::qFail("the project cannot be read", __FILE__, __LINE__);
        QByteArray text = file.readAll().replace("127.0.0.1:9000", "127.0.0.1:" + QByteArray::number(port));
        text.replace("\"udp\"", '"' + kind + '"').replace("\"datagram\"", '"' + framing + '"');
        return put(u"game.sockscope"_s, text);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void showsWhatIsInIt()
    {
        const QString path = projectFor(9000);
        Program human(SockScope::Test::cliPath());
        QCOMPARE(human.run({u"project"_s, path}), 1); // one of its messages cannot be sent
        QVERIFY2(human.errors().contains("login/wrong: the JSON data is wrong at byte 2"), human.errors().constData());
        QVERIFY2(human.output().contains("socket  game  -> udp://127.0.0.1:9000  datagram json\n"),
                 human.output().constData());
        QVERIFY2(human.output().contains("message login/steps\n"), human.output().constData());
        Program json(SockScope::Test::cliPath());
        QCOMPARE(json.run({u"project"_s, path, u"--json"_s}), 1);
        const QJsonObject object = json.objects().value(0);
        QCOMPARE(object.value("messages"_L1).toArray().size(), 8);
        QCOMPARE(object.value("sockets"_L1).toArray().size(), 1);
    }

    void saysWhereItIsWrong_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("cut off") << QByteArray("{\n  \"version\": 1,\n") << QByteArray("line 3, column 1: expected");
        QTest::newRow("value") << QByteArray("{\"version\": 1, \"messages\": [{\"name\": \"a\", \"form\": \"x\"}]}")
                               << QByteArray("line 1, column 51, messages[0].form: \"x\" is no way");
        QTest::newRow("newer") << QByteArray("{\"version\": 2}") << QByteArray("open it with a newer SockScope");
        QTest::newRow("none") << QByteArray() << QByteArray("empty");
    }
    void checksWhatOnlyRunsLater_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("rule") << QByteArray("\"rules\":[{\"name\":\"a\",\"evry\":1}]")
                              << QByteArray("rules[0].evry: this key is not known");
        QTest::newRow("rules") << QByteArray("\"rules\":{}") << QByteArray("rules: ");
        QTest::newRow("step") << QByteArray("\"sequences\":[{\"name\":\"a\",\"steps\":[{\"do\":\"zzz\"}]}]")
                              << QByteArray("sequences[0].steps[0].do: ");
        QTest::newRow("persona") << QByteArray("\"personas\":[{\"name\":\"a\",\"sequence\":\"none\"}]")
                                 << QByteArray(
                                        "line 1, column 49, personas[0].sequence: there is no sequence named none");
        QTest::newRow("script") << QByteArray("\"personas\":[{\"name\":\"a\",\"script\":\"none\"}]")
                                << QByteArray("line 1, column 47, personas[0].script: there is no script named none");
        QTest::newRow("hex") << QByteArray("\"messages\":[{\"name\":\"m\",\"form\":\"hex\",\"payload\":\"0g\"}]")
                             << QByteArray("m: ");
        QTest::newRow("value") << QByteArray(
                                      "\"messages\":[{\"name\":\"m\",\"form\":\"text\",\"payload\":\"{{1 +}}\"}]")
                               << QByteArray("m: column ");
    }
    void checksWhatOnlyRunsLater()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, says);
        const QString path = put(u"later.sockscope"_s, "{\"version\":1," + text + '}');
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(cli.run({u"project"_s, path}), 1);
        QVERIFY2(cli.errors().contains(says), cli.errors().constData());
    }
    void aRuleThatSeesNothingIsSaid()
    {
        const QString path = put(u"doubt.sockscope"_s,
                                 "{\"version\":1,\"sockets\":[{\"name\":\"s\",\"kind\":\"udp\",\"listen\":"
                                 "\"127.0.0.1:0\"}],\"rules\":[{\"name\":\"a\",\"when\":{\"sock\":\"t\"},\"actions\":"
                                 "[{\"do\":\"mark\"}]}]}");
        for (const QStringList &command :
             {QStringList{u"project"_s, path}, QStringList{u"run"_s, path, u"--rules"_s, u"--for"_s, u"0.1"_s}}) {
            Program cli(SockScope::Test::cliPath());
            QCOMPARE(cli.run(command), 0);
            QVERIFY2(cli.errors().contains("rules[0].when.sock: the project has no socket named t"),
                     cli.errors().constData());
        }
    }
    void valuesAreOthersInEachMessage()
    {
        QUdpSocket receiver;
        QVERIFY(receiver.bind(QHostAddress::LocalHost));
        const QByteArray port = QByteArray::number(receiver.localPort());
        const QString path =
            put(u"values.sockscope"_s,
                "{\"version\":1,\"sockets\":[{\"name\":\"s\",\"kind\":\"udp\",\"connectTo\":[\"127.0.0.1:" + port +
                    "\"]}],\"messages\":[{\"name\":\"t\",\"form\":\"text\",\"payload\":\"n {{counter}}\"},"
                    "{\"name\":\"h\",\"form\":\"hex\",\"payload\":\"aa {{hex counter 2}}\"},"
                    "{\"name\":\"p\",\"form\":\"text\",\"payload\":\"{{peer}}\"}]}");
        const auto send = [&](const QString &message, const QString &count) {
            Program cli(SockScope::Test::cliPath());
            QCOMPARE(cli.run({u"send"_s, u"--project"_s, path, u"--message"_s, message, u"--count"_s, count}), 0);
        };
        send(u"t"_s, u"2"_s);
        QCOMPARE(receive(&receiver, 2), (QList<QByteArray>{"n 0", "n 1"}));
        send(u"h"_s, u"2"_s);
        QCOMPARE(receive(&receiver, 2).last(), QByteArray::fromHex("aa01"));
        send(u"p"_s, u"1"_s);
        QCOMPARE(receive(&receiver, 1), (QList<QByteArray>{"127.0.0.1:" + port}));
    }
    void saysWhereItIsWrong()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, says);
        const QString path = put(u"wrong.sockscope"_s, text);
        for (const QStringList &arguments :
             {QStringList{u"project"_s, path}, QStringList{u"listen"_s, u"--project"_s, path},
              QStringList{u"send"_s, u"--project"_s, path, u"--message"_s, u"a"_s}}) {
            Program cli(SockScope::Test::cliPath());
            QCOMPARE(cli.run(arguments), 1);
            QVERIFY2(cli.errors().contains(says), cli.errors().constData());
            QVERIFY2(cli.errors().contains(path.toUtf8()), cli.errors().constData());
            QCOMPARE(cli.errors().count('\n'), 1);
        }
    }

    void badUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        const QString path = projectFor(9000);
        const QStringList send{u"send"_s, u"--project"_s, path};
        QTest::newRow("no file") << QStringList{u"project"_s} << 2 << QByteArray("missing");
        QTest::newRow("not there") << QStringList{u"project"_s, path + u"x"_s} << 1 << QByteArray("No such file");
        QTest::newRow("no message") << send << 2 << QByteArray("belong together");
        QTest::newRow("no project") << QStringList{u"send"_s, u"--message"_s, u"a"_s} << 2
                                    << QByteArray("belong together");
        QTest::newRow("two things") << send + QStringList{u"--message"_s, u"hello"_s, u"--text"_s, u"x"_s} << 2
                                    << QByteArray("--text and --message");
        QTest::newRow("no such message") << send + QStringList{u"--message"_s, u"login/helo"_s} << 1
                                         << QByteArray("there are bytes, escaped");
        QTest::newRow("a folder") << send + QStringList{u"--message"_s, u"login"_s} << 1 << QByteArray("is no message");
        QTest::newRow("broken payload") << send + QStringList{u"--message"_s, u"login/wrong"_s} << 1
                                        << QByteArray("wrong: ");
        QTest::newRow("received") << send + QStringList{u"--message"_s, u"login/received"_s} << 1
                                  << QByteArray("to be received, not sent");
        QTest::newRow("URL") << send + QStringList{u"--message"_s, u"hello"_s, u"smoke://x:1"_s} << 1
                             << QByteArray("udp and tcp");
        const QString empty = put(u"empty.sockscope"_s, "{\"version\": 1}");
        QTest::newRow("no sockets") << QStringList{u"listen"_s, u"--project"_s, empty} << 2
                                    << QByteArray("has no sockets");
    }
    void badUsage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, says);
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(cli.run(arguments), code);
        QVERIFY2(cli.errors().contains(says), cli.errors().constData());
        QCOMPARE(cli.errors().count('\n'), 1);
    }

    void sendsWhatIsSaved_data()
    {
        QTest::addColumn<QString>("message");
        QTest::addColumn<QList<QByteArray>>("datagrams");
        const auto row = [](const QString &message, const QList<QByteArray> &datagrams) {
            QTest::newRow(qPrintable(message)) << message << datagrams;
        };
        row(u"hello"_s, {"[\"say\",{\"a\":1}]"});
        row(u"login/bytes"_s, {QByteArray("\x00\xff", 2)}); // bytes are sent as they are, whatever the codec
        row(u"login/escaped"_s, {"[0,\"a\\n\"]"});
        row(u"login/file"_s, {QByteArray("\x00\x01\x02", 3)}); // beside the project
        row(u"login/elsewhere"_s, {"\x07"});
        row(u"login/steps"_s, {"\x01", "\x02"});
    }
    void sendsWhatIsSaved()
    {
        QFETCH(QString, message);
        QFETCH(QList<QByteArray>, datagrams);
        QUdpSocket socket;
        QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
        const QString path = projectFor(socket.localPort());
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(cli.run({u"send"_s, u"--project"_s, path, u"--message"_s, message}), 0);
        QCOMPARE(receive(&socket, datagrams.size()), datagrams);
        Program twice(SockScope::Test::cliPath());
        QCOMPARE(twice.run({u"send"_s, u"--project"_s, path, u"--message"_s, message, u"--count"_s, u"2"_s}), 0);
        QCOMPARE(receive(&socket, 2 * datagrams.size()), datagrams + datagrams);
    }

    void framesForAStream()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const QString path = projectFor(server.serverPort(), "u16", "tcp");
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(cli.run({u"send"_s, u"--project"_s, path, u"--message"_s, u"login/bytes"_s}), 0);
        QTRY_VERIFY(server.hasPendingConnections());
        QTcpSocket *peer = server.nextPendingConnection();
        QTRY_COMPARE(peer->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(peer->readAll(), QByteArray("\x00\x02\x00\xff", 4));
    }

    void aUrlGoesFirst()
    {
        QUdpSocket socket;
        QVERIFY(socket.bind(QHostAddress::LocalHost, 0));
        const QString path = projectFor(9);
        const QString url = u"udp://127.0.0.1:%1"_s.arg(socket.localPort());
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(cli.run({u"send"_s, u"--project"_s, path, u"--message"_s, u"hello"_s, url}), 0);
        QCOMPARE(receive(&socket, 1), QList<QByteArray>{"[\"say\",{\"a\":1}]"});
    }

    void opensTheSockets()
    {
        const QString path =
            put(u"two.sockscope"_s, "{\"version\": 1, \"sockets\": ["
                                    "{\"name\": \"one\", \"listen\": \"127.0.0.1:0\", \"codec\": \"text\"},"
                                    "{\"name\": \"two\", \"listen\": \"127.0.0.1:0\", \"codec\": \"text\"}]}");
        Program cli(SockScope::Test::cliPath());
        QVERIFY(cli.start({u"listen"_s, u"--project"_s, path, u"--count"_s, u"1"_s}));
        const quint16 port = cli.waitForPort();
        QVERIFY(port != 0);
        QTRY_COMPARE(cli.errors().count('\n'), 2); // a line for each
        QUdpSocket socket;
        socket.writeDatagram("hello", QHostAddress::LocalHost, port);
        QCOMPARE(cli.wait(), 0);
        QVERIFY2(cli.output().contains("one") && cli.output().contains("hello"), cli.output().constData());
    }
};

QTEST_GUILESS_MAIN(TestCliProject)
#include "test_cliproject.moc"
