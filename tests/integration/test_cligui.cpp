#include <QFile>
#include <QTemporaryDir>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

/// The command line of the window's program.
class TestCliGui : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { SockScope::Test::failOnWarnings(); }
    void worksWithoutDisplay_data();
    void worksWithoutDisplay();
    void saysThatThereIsNoDisplay_data();
    void saysThatThereIsNoDisplay();
    void opensAndEndsInOrder_data();
    void opensAndEndsInOrder();
    void aDamagedProjectIsSaidAndLeftAlone();
    void garbageSettingsDoNotStopIt_data();
    void garbageSettingsDoNotStopIt();

private:
    static QString path()
    {
#ifdef SOCKSCOPE_PROGRAM
        return QStringLiteral(SOCKSCOPE_PROGRAM);
#else
        return {};
#endif
    }
    static QProcessEnvironment environment(const QString &platform, const QString &settings)
    {
        QProcessEnvironment result = QProcessEnvironment::systemEnvironment();
        for (const QString &name : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s, u"QT_QPA_PLATFORM"_s})
            result.remove(name);
        if (!platform.isEmpty())
            result.insert(u"QT_QPA_PLATFORM"_s, platform);
        result.insert(u"XDG_CONFIG_HOME"_s, settings);
        result.insert(u"QT_LOGGING_RULES"_s, u"sockscope.sock.warning=false"_s); // the demo's player misbehaves
        return result;
    }
    /// The program catches signals from shortly before its window opens.
    static bool waitUntilItCatches(Program &program, int number)
    {
        return QTest::qWaitFor(
            [&] {
                QFile status(u"/proc/%1/status"_s.arg(program.process().processId()));
                if (!status.open(QIODevice::ReadOnly))
                    return false;
                for (const QByteArray &line : status.readAll().split('\n')) {
                    if (line.startsWith("SigCgt:"))
                        return (line.mid(7).trimmed().toULongLong(nullptr, 16) >> (number - 1) & 1) != 0;
                }
                return false;
            },
            Program::timeoutMs);
    }
};

void TestCliGui::initTestCase()
{
    if (path().isEmpty())
        QSKIP("built without the window");
}

void TestCliGui::worksWithoutDisplay_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0 << QByteArray("--connect URL");
    QTest::newRow("version") << QStringList{u"--version"_s} << 0 << QByteArray("sockscope 0.");
    QTest::newRow("Qt's options") << QStringList{u"-platform"_s, u"xcb"_s, u"--help"_s} << 0 << QByteArray("Usage");
    QTest::newRow("unknown option") << QStringList{u"--dmeo"_s} << 2 << QByteArray("did you mean --demo?");
    QTest::newRow("URL") << QStringList{u"--listen"_s, u"udp://x"_s} << 2 << QByteArray("no port");
    QTest::newRow("codec") << QStringList{u"--listen"_s, u"udp://*:0"_s, u"--codec"_s, u"xml"_s} << 2
                           << QByteArray("xml");
    QTest::newRow("address") << QStringList{u"udp://*:0"_s} << 2 << QByteArray("--listen udp://*:0");
    QTest::newRow("words") << QStringList{u"a.sockscope"_s, u"b.sockscope"_s} << 2 << QByteArray("one word too many");
}

void TestCliGui::worksWithoutDisplay()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    QTemporaryDir settings;
    Program program(path());
    program.process().setProcessEnvironment(environment({}, settings.path()));
    QCOMPARE(program.run(arguments), code);
    const QByteArray &text = code == 0 ? program.output() : program.errors();
    QVERIFY2(text.contains(says), text.constData());
    QVERIFY(code == 0 ? program.errors().isEmpty() : program.errors().startsWith("sockscope: "));
}

void TestCliGui::saysThatThereIsNoDisplay_data()
{
    QTest::addColumn<QString>("display");
    QTest::newRow("none") << QString();
    QTest::newRow("not there") << u"127.0.0.1:987"_s;
}

void TestCliGui::saysThatThereIsNoDisplay()
{
    QFETCH(QString, display);
    QTemporaryDir settings;
    Program program(path());
    QProcessEnvironment variables = environment({}, settings.path());
    if (!display.isEmpty())
        variables.insert(u"DISPLAY"_s, display);
    program.process().setProcessEnvironment(variables);
    QCOMPARE(program.run({u"--demo"_s}), 1);
    QVERIFY2(program.errors().startsWith("sockscope: no display can be reached: "), program.errors().constData());
    QVERIFY2(program.errors().contains("sockscope-cli"), program.errors().constData());
    QCOMPARE(program.errors().count('\n'), 1);
}

void TestCliGui::opensAndEndsInOrder_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("number");
    QTest::newRow("nothing") << QStringList() << SIGTERM;
    QTest::newRow("demo") << QStringList{u"--demo"_s} << SIGINT;
    QTest::newRow("sockets") << QStringList{u"--listen"_s,      u"udp://127.0.0.1:0"_s, u"--listen"_s,
                                            u"tcp://[::1]:0"_s, u"--codec"_s,           u"json"_s}
                             << SIGTERM;
    QTest::newRow("socket that fails") << QStringList{u"--listen"_s, u"udp://192.0.2.1:0"_s} << SIGTERM;
}

void TestCliGui::opensAndEndsInOrder()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, number);
    QTemporaryDir settings;
    Program program(path());
    program.process().setProcessEnvironment(environment(u"offscreen"_s, settings.path()));
    QVERIFY(program.start(arguments));
    QVERIFY(waitUntilItCatches(program, number));
    program.signal(number);
    QCOMPARE(program.wait(), 0);
}

void TestCliGui::aDamagedProjectIsSaidAndLeftAlone()
{
    const QTemporaryDir folder;
    const QString project = folder.filePath(u"game.sockscope"_s);
    const QByteArray content = "{\n  \"version\": 1,\n  \"sockets\": [ }\n";
    QFile file(project);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    Program program(path());
    program.process().setProcessEnvironment(environment(u"offscreen"_s, folder.path()));
    QVERIFY(program.start({project}));
    QVERIFY(waitUntilItCatches(program, SIGTERM));
    program.signal(SIGTERM);
    QCOMPARE(program.wait(), 0);
    QVERIFY2(program.errors().contains("game.sockscope: line 3, column 16"), program.errors().constData());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), content);
}

void TestCliGui::garbageSettingsDoNotStopIt_data()
{
    QTest::addColumn<QByteArray>("content");
    QByteArray noise;
    for (int i = 0; i < 5000; ++i)
        noise += static_cast<char>(i * i * 31 + i);
    QTest::newRow("noise") << noise;
    QTest::newRow("text") << QByteArray("this is no settings file\n[[[[\n=\n");
    QTest::newRow("wrong values") << QByteArray(
        "[General]\nversion=@ByteArray(xx)\ngeometry=7\nstate=@Variant(\\0\\0)\n"
        "theme=-99\ntimeFormat=99999999999\ncolumns\\log=@Rect(1 2)\n");
    QTest::newRow("empty") << QByteArray();
}

void TestCliGui::garbageSettingsDoNotStopIt()
{
    QFETCH(QByteArray, content);
    QTemporaryDir settings;
    QVERIFY(QDir(settings.path()).mkpath(u"SockScope"_s));
    for (const QString &name : {u"Inspector.ini"_s, u"sockscope.conf"_s}) {
        QFile file(settings.filePath(u"SockScope/"_s + name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    Program program(path());
    program.process().setProcessEnvironment(environment(u"offscreen"_s, settings.path()));
    QVERIFY(program.start({u"--listen"_s, u"udp://127.0.0.1:0"_s}));
    QVERIFY(waitUntilItCatches(program, SIGTERM));
    program.signal(SIGTERM);
    QCOMPARE(program.wait(), 0);
}

QTEST_GUILESS_MAIN(TestCliGui)
#include "test_cligui.moc"
