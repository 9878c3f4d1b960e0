#include <QFile>
#include <QNetworkDatagram>
#include <QTemporaryDir>
#include <QUdpSocket>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

/// sockscope-cli run --script, for a socket that knows nothing of it.
class TestCliScript : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void initTestCase();
    void answersAndIsLoadedAgain();
    void theProjectsOwn();
    void eachSocketSpeaksItsProtocol();
    void badScripts_data();
    void badScripts();

private:
    QString file(const QString &name, const QByteArray &text);
    QByteArray ask(quint16 port, const QByteArray &datagram);

    QTemporaryDir m_folder;
    QUdpSocket m_peer;
};

void TestCliScript::initTestCase()
{
#ifndef SOCKSCOPE_WITH_SCRIPTS
    QSKIP("this build has no scripts");
#endif
    QVERIFY(m_peer.bind(QHostAddress::LocalHost));
}

QString TestCliScript::file(const QString &name, const QByteArray &text)
{
    const QString path = m_folder.filePath(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return {};
    return path;
}

QByteArray TestCliScript::ask(quint16 port, const QByteArray &datagram)
{
    m_peer.writeDatagram(datagram, QHostAddress::LocalHost, port);
    const bool came = QTest::qWaitFor([this] { return m_peer.hasPendingDatagrams(); }, Program::timeoutMs);
    return came ? m_peer.receiveDatagram().data() : QByteArray();
}

void TestCliScript::answersAndIsLoadedAgain()
{
    const QString project =
        file(u"own.sockscope"_s, R"({"version": 1, "sockets": [{"name": "own", "listen": "127.0.0.1:0"}]})");
    const QByteArray source = R"(
function decode(bytes) { return {type: bytes[0], data: {n: bytes[1]}}; }
function encode(message) { return new Uint8Array([message.type, message.data.n]); }
function onMessage(message) {
    vars.count = (vars.count || 0) + 1;
    log('had', vars.count, message.type, message.data);
    message.reply(message.type + 1, {n: message.data.n * 2});
})";
    const QString script = file(u"own.js"_s, source);
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project, u"--script"_s, script}));
    const quint16 port = cli.waitForPort();
    QVERIFY2(port, cli.errors().constData());
    QCOMPARE(ask(port, "\x05\x03"), QByteArray("\x06\x06"));

    // A mistake leaves the script that runs as it is; what is right replaces it, and vars stay.
    QByteArray changed = source;
    file(u"own.js"_s, changed.replace("n * 2", "n * * 3"));
    QTRY_VERIFY_WITH_TIMEOUT(cli.errors().contains("own.js:7:58: SyntaxError"), Program::timeoutMs);
    QCOMPARE(ask(port, "\x05\x03"), QByteArray("\x06\x06"));
    file(u"own.js"_s, changed.replace("n * * 3", "n * 3"));
    QTRY_VERIFY_WITH_TIMEOUT(cli.errors().contains("own.js was loaded again"), Program::timeoutMs);
    QCOMPARE(ask(port, "\x05\x03"), QByteArray("\x06\x09"));
    cli.signal(SIGTERM);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.output().contains("had 3 5 {\"n\":3}"), cli.output().constData());
}

void TestCliScript::theProjectsOwn()
{
    const QString project = file(u"kept.sockscope"_s, R"({"version": 1,
      "sockets": [{"name": "own", "listen": "127.0.0.1:0", "codec": "json"}],
      "scripts": [{"name": "double", "lines": ["function onMessage(m) {", "    m.reply(2, m.data * 2);", "}"]},
                  {"name": "wrong", "lines": ["", "let a = ;"]}]})");
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project, u"--script"_s, u"double"_s}));
    const quint16 port = cli.waitForPort();
    QVERIFY2(port, cli.errors().constData());
    QCOMPARE(ask(port, "[1,21]"), QByteArray("[2,42]"));

    Program bad(SockScope::Test::cliPath());
    QCOMPARE(bad.run({u"run"_s, project, u"--script"_s, u"wrong"_s}), 2);
    QVERIFY2(bad.errors().contains("wrong:2:"), bad.errors().constData());
    Program list(SockScope::Test::cliPath());
    QCOMPARE(list.run({u"project"_s, project}), 0);
    QVERIFY2(list.output().contains("script  double"), list.output().constData());
    const QString twice = file(u"twice.sockscope"_s, R"({"version": 1, "scripts": [{"name": "a", "lines": []},
      {"name": "a", "lines": []}]})");
    Program refused(SockScope::Test::cliPath());
    QCOMPARE(refused.run({u"project"_s, twice}), 1);
    QVERIFY2(refused.errors().contains("line 2, column 16, scripts[1].name: two scripts have this name"),
             refused.errors().constData());
}

void TestCliScript::eachSocketSpeaksItsProtocol()
{
    const QString project = file(u"two.sockscope"_s, R"({"version": 1, "types": [
        {"name": "bytes", "payload": "layout", "fixedType": "one",
         "types": [{"name": "one", "number": 1, "fields": [{"name": "n", "type": "u8"}]}]},
        {"name": "words", "payload": "layout", "fixedType": "two",
         "types": [{"name": "two", "number": 2, "fields": [{"name": "n", "type": "u16"}]}]}],
      "sockets": [{"name": "a", "listen": "127.0.0.1:0", "protocol": "bytes"},
                  {"name": "b", "listen": "127.0.0.1:0", "protocol": "words"}]})");
    const QString script =
        file(u"two.js"_s, "function onMessage(m) { log(m.sock, m.typeName, m.data.n); m.reply(m.type, m.data); }");
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project, u"--script"_s, script}));
    QTRY_COMPARE_WITH_TIMEOUT(cli.errors().count("listening on"), 2, Program::timeoutMs);
    QList<quint16> ports;
    for (const QByteArray &line : cli.errors().trimmed().split('\n'))
        ports.append(line.mid(line.lastIndexOf(':') + 1).toUShort());
    QCOMPARE(ports.size(), 2);
    QCOMPARE(ask(ports[0], "\x07"), QByteArray("\x07"));
    QCOMPARE(ask(ports[1], "\x01\x02"), QByteArray("\x01\x02"));
    cli.signal(SIGTERM);
    QCOMPARE(cli.wait(), 0);
    QCOMPARE(cli.output(), QByteArray("a one 7\nb two 258\n"));
}

void TestCliScript::badScripts_data()
{
    QTest::addColumn<QByteArray>("source");
    QTest::addColumn<QByteArray>("error");
    QTest::newRow("syntax") << QByteArray("function onMessage( {") << QByteArray("bad.js:1:");
    QTest::newRow("nothing") << QByteArray("var a = 1;") << QByteArray("none of the functions that are called");
    QTest::newRow("loops") << QByteArray("for (;;);") << QByteArray("ran longer than 200 ms");
    QTest::newRow("no text") << QByteArray("\xff\xfe") << QByteArray("no UTF-8 text");
}

void TestCliScript::badScripts()
{
    QFETCH(QByteArray, source);
    QFETCH(QByteArray, error);
    const QString project = file(u"bad.sockscope"_s, R"({"version": 1, "sockets": [{"listen": "127.0.0.1:0"}]})");
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project, u"--script"_s, file(u"bad.js"_s, source)}));
    QCOMPARE(cli.wait(), 2);
    QVERIFY2(cli.errors().contains(error), cli.errors().constData());
}

QTEST_GUILESS_MAIN(TestCliScript)
#include "test_cliscript.moc"
