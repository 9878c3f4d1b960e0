#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

class TestCliUsage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void helpAndVersion_data();
    void helpAndVersion();
    void badUsage_data();
    void badUsage();
    void failures_data();
    void failures();
    void fullDeviceIsAnError_data();
    void fullDeviceIsAnError();
    void bytesThatAreNotTextAreRefused();
    void closedDescriptorsAreNotReused_data();
    void closedDescriptorsAreNotReused();
};

void TestCliUsage::helpAndVersion_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("help") << QStringList{u"--help"_s} << QByteArray("listen");
    QTest::newRow("-h") << QStringList{u"-h"_s} << QByteArray("Exit codes");
    QTest::newRow("help word") << QStringList{u"help"_s} << QByteArray("demo");
    QTest::newRow("help listen") << QStringList{u"help"_s, u"listen"_s} << QByteArray("--timeout");
    QTest::newRow("listen help") << QStringList{u"listen"_s, u"--help"_s} << QByteArray("{\"hex\"");
    QTest::newRow("send help") << QStringList{u"send"_s, u"--help"_s} << QByteArray("--json-data");
    QTest::newRow("demo help") << QStringList{u"demo"_s, u"-h"_s} << QByteArray("--for");
    QTest::newRow("version") << QStringList{u"--version"_s} << QByteArray("sockscope-cli 0.");
    QTest::newRow("version of a command") << QStringList{u"send"_s, u"-v"_s} << QByteArray("sockscope-cli 0.");
}

void TestCliUsage::helpAndVersion()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(arguments), 0);
    QVERIFY2(cli.output().contains(says), cli.output().constData());
    QCOMPARE(cli.errors(), QByteArray());
}

void TestCliUsage::badUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    const QString url = u"udp://127.0.0.1:9"_s;
    const auto row = [](const char *name, const QStringList &arguments, const char *says) {
        QTest::newRow(name) << arguments << QByteArray(says);
    };
    row("nothing", {}, "listen, send, project, run, swarm or demo");
    row("empty word", {QString()}, "no command");
    row("unknown command", {u"lisen"_s}, "did you mean listen?");
    row("far command", {u"frobnicate"_s}, "the commands are");
    row("option first", {u"--json"_s}, "unknown option --json");
    row("listen without URL", {u"listen"_s}, "no URL");
    row("unknown option", {u"listen"_s, url, u"--framin"_s, u"u32"_s}, "did you mean --framing?");
    row("swapped letters", {u"listen"_s, url, u"--jsno"_s}, "did you mean --json?");
    row("unknown option with value", {u"send"_s, url, u"--tekst=x"_s}, "did you mean --text?");
    row("short option", {u"listen"_s, url, u"-x"_s}, "unknown option -x");
    row("far option", {u"listen"_s, url, u"--zzzzzzzz"_s}, "--help lists the options");
    row("value missing", {u"listen"_s, url, u"--codec"_s}, "--codec needs a value");
    row("value not wanted", {u"listen"_s, url, u"--json=yes"_s}, "--json takes no value");
    row("twice", {u"listen"_s, url, u"--codec"_s, u"raw"_s, u"--codec"_s, u"raw"_s}, "given twice");
    row("codec", {u"listen"_s, url, u"--codec"_s, u"jsn"_s}, "jsn");
    row("framing", {u"listen"_s, url, u"--framing"_s, u"u33"_s}, "u33");
    row("datagrams on TCP", {u"listen"_s, u"tcp://127.0.0.1:0"_s, u"--framing"_s, u"datagram"_s}, "UDP");
    row("scheme", {u"listen"_s, u"http://127.0.0.1:9"_s}, "udp and tcp");
    row("port", {u"listen"_s, u"udp://127.0.0.1:70000"_s}, "65535");
    row("no port", {u"listen"_s, u"udp://127.0.0.1"_s}, "no port");
    row("bare IPv6", {u"listen"_s, u"udp://::1:9"_s}, "brackets");
    row("second URL", {u"listen"_s, url, u"here"_s}, "transport");
    row("timeout word", {u"listen"_s, url, u"--timeout"_s, u"soon"_s}, "soon");
    row("timeout negative", {u"listen"_s, url, u"--timeout"_s, u"-1"_s}, "-1");
    row("timeout NaN", {u"listen"_s, url, u"--timeout"_s, u"nan"_s}, "nan");
    row("for infinite", {u"listen"_s, url, u"--for"_s, u"inf"_s}, "inf");
    row("for huge", {u"listen"_s, url, u"--for"_s, u"1e300"_s}, "1e300");
    row("count zero", {u"listen"_s, url, u"--count"_s, u"0"_s}, "--count");
    row("count fraction", {u"listen"_s, url, u"--count"_s, u"1.5"_s}, "whole number");
    row("connect without port", {u"listen"_s, u"--connect"_s, u"tcp://a"_s}, "no port");
    row("connect to port 0", {u"listen"_s, u"--connect"_s, u"tcp://a:0"_s}, "cannot be connected to");
    row("send without URL", {u"send"_s, u"--text"_s, u"x"_s}, "send URL");
    row("send nothing", {u"send"_s, url}, "nothing to send");
    row("send two things", {u"send"_s, url, u"--text"_s, u"a"_s, u"--hex"_s, u"00"_s}, "more than one");
    row("send text and stdin", {u"send"_s, url, u"--text"_s, u"a"_s, u"-"_s}, "more than one");
    row("send a word", {u"send"_s, url, u"hello"_s}, "--text");
    row("send to port 0", {u"send"_s, u"udp://127.0.0.1:0"_s, u"--text"_s, u"a"_s}, "cannot be connected to");
    row("hex digit", {u"send"_s, url, u"--hex"_s, u"0g"_s}, "odd number");
    row("hex letter", {u"send"_s, url, u"--hex"_s, u"00 xyz"_s}, "character 4");
    row("hex odd", {u"send"_s, url, u"--hex"_s, u"abc"_s}, "odd number");
    row("JSON", {u"send"_s, url, u"--codec"_s, u"json"_s, u"--json-data"_s, u"{\"a\":"_s}, "JSON");
    row("JSON behind JSON", {u"send"_s, url, u"--codec"_s, u"json"_s, u"--json-data"_s, u"1],[2"_s}, "JSON");
    row("type without carrier", {u"send"_s, url, u"--text"_s, u"a"_s, u"--type"_s, u"3"_s}, "does not carry a type");
    row("type empty", {u"send"_s, url, u"--codec"_s, u"json"_s, u"--text"_s, u"a"_s, u"--type"_s, QString()}, "type");
    row("send count", {u"send"_s, url, u"--text"_s, u"a"_s, u"--count"_s, u"many"_s}, "--count");
    row("wait", {u"send"_s, url, u"--text"_s, u"a"_s, u"--wait"_s, u"-5"_s}, "milliseconds");
    row("demo word", {u"demo"_s, u"fast"_s}, "one word too many");
    row("demo option", {u"demo"_s, u"--fro"_s, u"1"_s}, "did you mean --for?");
}

void TestCliUsage::badUsage()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(arguments), 2);
    QCOMPARE(cli.output(), QByteArray());
    QVERIFY2(cli.errors().startsWith("sockscope-cli: "), cli.errors().constData());
    QVERIFY2(cli.errors().contains(says), cli.errors().constData());
    QCOMPARE(cli.errors().count('\n'), 1);
    QVERIFY2(cli.errors().count(": ") >= 2, "no remedy"); // sockscope-cli: what: remedy
}

void TestCliUsage::failures_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("address of another machine")
        << QStringList{u"listen"_s, u"udp://192.0.2.1:0"_s} << QByteArray("192.0.2.1");
    QTest::newRow("unknown host to listen")
        << QStringList{u"listen"_s, u"tcp://no-such-host.invalid:0"_s} << QByteArray("no-such-host.invalid");
    QTest::newRow("unknown host") << QStringList{u"send"_s, u"tcp://no-such-host.invalid:9"_s, u"--text"_s, u"x"_s}
                                  << QByteArray("no-such-host.invalid");
    QTest::newRow("unknown host UDP") << QStringList{u"send"_s, u"udp://no-such-host.invalid:9"_s, u"--text"_s, u"x"_s}
                                      << QByteArray("no-such-host.invalid");
    QTest::newRow("no such file") << QStringList{u"send"_s, u"udp://127.0.0.1:9"_s, u"--file"_s, u"/no/such/file"_s}
                                  << QByteArray("/no/such/file");
    QTest::newRow("a folder") << QStringList{u"send"_s, u"udp://127.0.0.1:9"_s, u"--file"_s, u"/"_s} << QByteArray("/");
    QTest::newRow("bytes as JSON") << QStringList{u"send"_s,    u"udp://127.0.0.1:9"_s,
                                                  u"--codec"_s, u"json"_s,
                                                  u"--hex"_s,   u"00ff"_s}
                                   << QByteArray("JSON");
}

void TestCliUsage::failures()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    Program cli(SockScope::Test::cliPath());
    QCOMPARE(cli.run(arguments), 1);
    QVERIFY2(cli.errors().startsWith("sockscope-cli: "), cli.errors().constData());
    QVERIFY2(cli.errors().contains(says), cli.errors().constData());
    QVERIFY2(cli.errors().count(": ") >= 2, cli.errors().constData());
}

void TestCliUsage::fullDeviceIsAnError_data()
{
    QTest::addColumn<QStringList>("arguments");
    // Nothing comes, so the report at the end is the first line; it cannot be written, and that may not pass silently.
    QTest::newRow("listen") << QStringList{u"listen"_s, u"tcp://127.0.0.1:0"_s, u"--for"_s, u"0.2"_s};
    QTest::newRow("help") << QStringList{u"--help"_s};
    QTest::newRow("help word") << QStringList{u"help"_s};
    QTest::newRow("version of a command") << QStringList{u"send"_s, u"--version"_s};
}

void TestCliUsage::fullDeviceIsAnError()
{
    QFETCH(QStringList, arguments);
    Program cli(SockScope::Test::cliPath());
    cli.process().setStandardOutputFile(u"/dev/full"_s);
    QVERIFY(cli.start(arguments));
    QCOMPARE(cli.wait(), 1);
    QVERIFY2(cli.errors().contains("standard output cannot be written"), cli.errors().constData());
}

void TestCliUsage::bytesThatAreNotTextAreRefused()
{
    Program shell(u"/bin/sh"_s); // QProcess itself has no way to pass them
    QCOMPARE(shell.run({u"-c"_s, u"exec \"$0\" send udp://127.0.0.1:9 --text \"$(printf '\\377')\""_s,
                        SockScope::Test::cliPath()}),
             2);
    QVERIFY2(shell.errors().contains("argument 4 is not UTF-8 text: "), shell.errors().constData());
}

void TestCliUsage::closedDescriptorsAreNotReused_data()
{
    QTest::addColumn<QString>("closed");
    QTest::addColumn<int>("descriptor");
    QTest::newRow("input") << u"<&-"_s << 0;
    QTest::newRow("output") << u">&-"_s << 1;
    QTest::newRow("errors") << u"2>&-"_s << 2;
}

void TestCliUsage::closedDescriptorsAreNotReused()
{
    QFETCH(QString, closed);
    QFETCH(int, descriptor);
    Program cli(u"/bin/sh"_s);
    QVERIFY(cli.start({u"-c"_s, u"exec \"$0\" listen udp://127.0.0.1:0 "_s + closed, SockScope::Test::cliPath()}));
    // Once it watches for signals it has opened sockets and an event loop: none may have the number. Some shells catch
    // SIGINT too, so that it must be the program already.
    const QString running = u"/proc/%1/exe"_s.arg(cli.process().processId());
    QVERIFY(QTest::qWaitFor(
        [&] { return QFile::symLinkTarget(running).endsWith(u"/sockscope-cli"_s) && cli.catches(SIGINT); },
        Program::timeoutMs));
    const QString link = u"/proc/%1/fd/%2"_s.arg(cli.process().processId()).arg(descriptor);
    QCOMPARE(QFile::symLinkTarget(link), u"/dev/null"_s);
    cli.interrupt();
    QCOMPARE(cli.wait(), descriptor == 1 ? 1 : 0);
}

QTEST_GUILESS_MAIN(TestCliUsage)
#include "test_cliusage.moc"
