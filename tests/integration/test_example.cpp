#include <QFile>
#include <QTemporaryDir>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

/// The guide's example: sockscope-cli is the server of a protocol, for a client in Python that knows nothing of it.
class TestExample : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void rulesPlayTheServer();
    void aSequencePasses();
    void aChangedByteIsCaught();

private:
    static QByteArray source(const QString &name);
    QString file(const QString &name, const QByteArray &text);
    /// Of the example, on a free port.
    QString project();
    QString client(const QByteArray &target = "2150");

    QTemporaryDir m_folder;
};

QByteArray TestExample::source(const QString &name)
{
    QFile file(QStringLiteral(SOCKSCOPE_SOURCE_DIR "/resources/examples/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString TestExample::file(const QString &name, const QByteArray &text)
{
    const QString path = m_folder.filePath(name);
    QFile file(path);
    if (text.isEmpty() || !file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return {};
    return path;
}

QString TestExample::project()
{
    return file(u"thermostat.sockscope"_s, source(u"thermostat.sockscope"_s).replace("127.0.0.1:9400", "127.0.0.1:0"));
}

QString TestExample::client(const QByteArray &target)
{
    return file(u"client.py"_s, source(u"thermostat_client.py"_s).replace("TARGET = 2150", "TARGET = " + target));
}

void TestExample::rulesPlayTheServer()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project(), u"--rules"_s}));
    const QString port = QString::number(cli.waitForPort());
    QVERIFY2(port != u"0"_s, cli.errors().constData());
    Program python(u"python3"_s);
    QCOMPARE(python.run({client(), port}), 0);
    QVERIFY2(python.output().contains("set to 21.5 °C"), python.output().constData());
    Program hot(u"python3"_s);
    QCOMPARE(hot.run({client("3150"), port}), 1);
    QCOMPARE(hot.errors().trimmed(), QByteArray("refused: too hot"));
    cli.signal(SIGTERM);
    QCOMPARE(cli.wait(), 0);
}

void TestExample::aSequencePasses()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project(), u"--sequence"_s, u"sets 21.5"_s}));
    const QString port = QString::number(cli.waitForPort());
    Program python(u"python3"_s);
    QCOMPARE(python.run({client(), port}), 0);
    QCOMPARE(cli.wait(), 0);
    QVERIFY2(cli.output().contains("sets 21.5 passed"), cli.output().constData());
}

void TestExample::aChangedByteIsCaught()
{
    Program cli(SockScope::Test::cliPath());
    QVERIFY(cli.start({u"run"_s, project(), u"--sequence"_s, u"sets 21.5"_s}));
    const QString port = QString::number(cli.waitForPort());
    Program python(u"python3"_s);
    QVERIFY(python.start({client("2151"), port}));
    QCOMPARE(cli.wait(), 1);
    // The message that failed it, byte for byte.
    QVERIFY2(cli.output().contains("FAIL") && cli.output().contains("0300650867"), cli.output().constData());
    QVERIFY(python.wait() >= 0);
}

QTEST_GUILESS_MAIN(TestExample)
#include "test_example.moc"
