#include <QFile>
#include <QNetworkDatagram>
#include <QTemporaryDir>
#include <QTimer>
#include <QUdpSocket>
#include <QXmlStreamReader>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

/// sockscope-cli plays the missing half of a small binary protocol, for a socket that knows nothing of it.
class TestCliRun : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void rulesAnswer();
    void aSequencePasses();
    void aChangedByteFailsIt();
    void nobodyComes();
    void badFiles_data();
    void badFiles();
    void whatIsNotOpenedIsInTheReport();
    void nobodyReads();
    void aDeviceStaysOne();

private:
    QString file(const QByteArray &text);
    QByteArray project() const;

    QTemporaryDir m_folder;
};

QByteArray TestCliRun::project() const
{
    return R"({"version": 1,
  "sockets": [{"name": "game", "kind": "udp", "listen": "127.0.0.1:0", "tickMs": 0}],
  "types": {"payload": "layout", "typeField": "kind", "header": [{"name": "kind", "type": "u8"}],
    "types": [{"name": "hello", "number": 1, "fields": [{"name": "id", "type": "u16"}]},
              {"name": "welcome", "number": 2,
               "fields": [{"name": "id", "type": "u16"}, {"name": "next", "type": "u16"}]},
              {"name": "bye", "number": 3, "fields": [{"name": "id", "type": "u16"}]}]},
  "rules": [{"name": "greet", "when": {"type": "hello"}, "actions": [{"do": "answer", "type": "welcome", "form": "json",
      "payload": "{\"id\": {{request.data.id}}, \"next\": {{request.data.id + 1}}}"}]}],
  "sequences": [{"name": "talk", "start": "peer", "steps": [
      {"do": "expect", "filter": "type == hello && data.id == 5", "timeoutMs": 20000},
      {"do": "send", "type": "welcome", "form": "json",
       "payload": "{\"id\": {{request.data.id}}, \"next\": 6}"},
      {"do": "expect", "name": "goodbye", "filter": "type == bye && data.id == 6", "timeoutMs": 20000,
       "strict": true}]}]}
)";
}

QString TestCliRun::file(const QByteArray &text)
{
    const QString path = m_folder.filePath(u"run.sockscope"_s);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return {};
    return path;
}

namespace {

QByteArray received(QUdpSocket &socket)
{
    const bool came = QTest::qWaitFor([&] { return socket.hasPendingDatagrams(); }, Program::timeoutMs);
    return came ? socket.receiveDatagram().data() : QByteArray();
}

} // namespace

void TestCliRun::rulesAnswer()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, file(project()), u"--rules"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY2(port, cli.errors().constData());
    QUdpSocket peer;
    QVERIFY(peer.bind(QHostAddress::LocalHost));
    peer.writeDatagram(QByteArray::fromHex("010005"), QHostAddress::LocalHost, port);
    QCOMPARE(received(peer).toHex(), QByteArray("0200050006"));
    peer.writeDatagram(QByteArray::fromHex("01ff00"), QHostAddress::LocalHost, port);
    QCOMPARE(received(peer).toHex(), QByteArray("02ff00ff01"));
    cli.signal(SIGTERM);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.errors().contains("rule greet: 2 matched, 2 acted on\n"), cli.errors().constData());
}

void TestCliRun::aSequencePasses()
{
    const QString junit = m_folder.filePath(u"passed.xml"_s);
    Program cli(SockScope::Test::cliPath());
    QVERIFY(
        cli.start({u"run"_s, file(project()), u"--sequence"_s, u"talk"_s, u"--junit"_s, junit, u"--for"_s, u"60"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY2(port, cli.errors().constData());
    QUdpSocket peer;
    QVERIFY(peer.bind(QHostAddress::LocalHost));
    peer.writeDatagram(QByteArray::fromHex("010005"), QHostAddress::LocalHost, port);
    QCOMPARE(received(peer).toHex(), QByteArray("0200050006"));
    peer.writeDatagram(QByteArray::fromHex("030006"), QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.lines().size(), 4);
    QVERIFY2(cli.output().contains("talk passed after"), cli.output().constData());
    QFile xml(junit);
    QVERIFY(xml.open(QIODevice::ReadOnly));
    QXmlStreamReader reader(&xml);
    int cases = 0;
    while (!reader.atEnd())
        cases += reader.readNext() == QXmlStreamReader::StartElement && reader.name() == "testcase"_L1;
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    QCOMPARE(cases, 3);
}

void TestCliRun::aChangedByteFailsIt()
{
    const QString junit = m_folder.filePath(u"failed.xml"_s);
    Program cli(SockScope::Test::cliPath());
    QVERIFY(
        cli.start({u"run"_s, file(project()), u"--sequence"_s, u"talk"_s, u"--junit"_s, junit, u"--for"_s, u"60"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY2(port, cli.errors().constData());
    QUdpSocket peer;
    QVERIFY(peer.bind(QHostAddress::LocalHost));
    peer.writeDatagram(QByteArray::fromHex("010005"), QHostAddress::LocalHost, port);
    QCOMPARE(received(peer).toHex(), QByteArray("0200050006"));
    peer.writeDatagram(QByteArray::fromHex("030007"), QHostAddress::LocalHost, port);
    QCOMPARE(cli.wait(), 1);
    QVERIFY2(cli.errors().contains("steps[2], goodbye: another message came: type 3, 3 bytes: 03"),
             cli.errors().constData());
    QFile xml(junit);
    QVERIFY(xml.open(QIODevice::ReadOnly));
    QVERIFY(xml.readAll().contains("<failure"));
}

void TestCliRun::nobodyComes()
{
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"run"_s, file(project()), u"--sequence"_s, u"talk"_s, u"--for"_s, u"0.05"_s}), 1);
    QVERIFY2(cli.errors().contains("the sequence did not begin: the time was over"), cli.errors().constData());
}

void TestCliRun::badFiles_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("error");
    const QStringList rules{u"--rules"_s};
    const QByteArray sockets = R"("sockets": [{"name": "a", "kind": "udp", "listen": "127.0.0.1:0"}])";
    QTest::newRow("damaged") << QByteArray("{\"version\": 1,\n  oops}") << rules << QByteArray("line 2");
    QTest::newRow("rule") << "{\"version\": 1, " + sockets + ",\n\"rules\": [{\"when\": {\"filter\": \"size >\"}}]}"
                          << rules << QByteArray("line 2, column 38, rules[0].when.filter: column 7 of its text");
    QTest::newRow("types") << "{\"version\": 1, " + sockets + ", \"types\": {\"payload\": \"x\"}}" << rules
                           << QByteArray("types.payload");
    QTest::newRow("no sockets") << QByteArray("{\"version\": 1}") << rules << QByteArray("has no sockets");
    QTest::newRow("no sequence") << project() << QStringList{u"--sequence"_s, u"tolk"_s}
                                 << QByteArray("has no sequence named tolk: choose one of talk");
    QTest::newRow("nothing to run") << project() << QStringList{} << QByteArray("nothing to run");
    QTest::newRow("junit alone") << project() << QStringList{u"--rules"_s, u"--junit"_s, u"x"_s}
                                 << QByteArray("--junit needs a result");
}

void TestCliRun::badFiles()
{
    QFETCH(QByteArray, text);
    QFETCH(QStringList, options);
    QFETCH(QByteArray, error);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(QStringList{u"run"_s, file(text)} + options), 2);
    QVERIFY2(cli.errors().contains(error), cli.errors().constData());
}

void TestCliRun::whatIsNotOpenedIsInTheReport()
{
    QUdpSocket taken;
    QVERIFY(taken.bind(QHostAddress::LocalHost));
    QByteArray text = project();
    text.replace("127.0.0.1:0", "127.0.0.1:" + QByteArray::number(taken.localPort()));
    const QString report = m_folder.filePath(u"r.xml"_s);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"run"_s, file(text), u"--sequence"_s, u"talk"_s, u"--junit"_s, report}), 1);
    QVERIFY2(cli.output().contains("talk failed after"), cli.output().constData());
    QCOMPARE(cli.errors().count("is in use by another program"), 1);
    QFile xml(report);
    QVERIFY(xml.open(QIODevice::ReadOnly));
    QVERIFY(xml.readAll().contains("<failure"));
}

void TestCliRun::nobodyReads()
{
    QByteArray text = project();
    const qsizetype rules = text.indexOf("\"actions\": [");
    text.insert(rules + 12, "{\"do\": \"comment\", \"text\": \"seen\"}, ");
    Program cli(u"/bin/sh"_s);
    QVERIFY(cli.start({u"-c"_s, u"{ \"$0\" run \"$1\" --rules; echo \"ended with $?\" >&2; } | head -n 0"_s,
                       SockScope::Test::cliPath(), file(text)}));
    const QByteArray begin = "listening on udp://127.0.0.1:";
    QVERIFY(cli.waitForErrors(begin));
    QVERIFY(QTest::qWaitFor([&] { return cli.errors().indexOf('\n', cli.errors().indexOf(begin)) > 0; }));
    const quint16 port = cli.errors().mid(cli.errors().indexOf(begin) + begin.size()).split('\n').first().toUShort();
    QVERIFY(port != 0);
    QUdpSocket client;
    QTimer asks;
    connect(&asks, &QTimer::timeout, &client,
            [&] { client.writeDatagram(QByteArray::fromHex("010005"), QHostAddress::LocalHost, port); });
    asks.start(20);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.errors().contains("ended with 0"), cli.errors().constData());
}

void TestCliRun::aDeviceStaysOne()
{
    QUdpSocket taken;
    QVERIFY(taken.bind(QHostAddress::LocalHost));
    QByteArray text = project();
    text.replace("127.0.0.1:0", "127.0.0.1:" + QByteArray::number(taken.localPort()));
    const QString pipe = m_folder.filePath(u"pipe"_s);
    QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
    const int both = ::open(QFile::encodeName(pipe).constData(), O_RDWR | O_NONBLOCK);
    QVERIFY(both >= 0);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run({u"run"_s, file(text), u"--sequence"_s, u"talk"_s, u"--junit"_s, pipe}), 1);
    QByteArray came(4096, Qt::Uninitialized);
    came.resize(qMax<qsizetype>(0, ::read(both, came.data(), static_cast<size_t>(came.size()))));
    ::close(both);
    QVERIFY2(came.contains("<testsuite"), came.constData());
    struct stat now;
    QCOMPARE(::lstat(QFile::encodeName(pipe).constData(), &now), 0);
    QVERIFY(S_ISFIFO(now.st_mode));

    // And one without an end is not read to it.
    Program endless(SockScope::Test::cliPath());
    QCOMPARE(endless.run({u"run"_s, u"/dev/zero"_s, u"--rules"_s}), 2);
    QVERIFY2(endless.errors().contains("it has more than"), endless.errors().constData());
}

QTEST_GUILESS_MAIN(TestCliRun)
#include "test_clirun.moc"
