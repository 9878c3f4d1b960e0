#include <QTest>

#include "framingcases.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

class TestMakeFraming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void everyListedNameIsMade();
    void spellings_data();
    void spellings();
    void refused_data();
    void refused();
    void noErrorWanted();
};

void TestMakeFraming::everyListedNameIsMade()
{
    const QStringList names = framingNames();
    QCOMPARE(names,
             QStringLiteral("datagram none u8 u16 u32 u64 u16le u32le u64le varint line crlf slip cobs").split(u' '));
    for (const QString &name : names) {
        const auto framing = makeFraming(name);
        QVERIFY2(framing, qPrintable(name));
        QCOMPARE(framing->name(), name);
        QCOMPARE(framing->maximumFrameBytes(), 16777216);
    }
}

void TestMakeFraming::spellings_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("name");
    QTest::newRow("upper case") << "U32LE"
                                << "u32le";
    QTest::newRow("blanks") << " line "
                            << "line";
    QTest::newRow("hex digits") << "delim:0A0D"
                                << "delim:0a0d";
    QTest::newRow("LF") << "delim:0a"
                        << "line";
    QTest::newRow("CR LF") << "delim:0d0a"
                           << "crlf";
    QTest::newRow("leading zeros") << "fixed:0016"
                                   << "fixed:16";
    QTest::newRow("fixed at the limit") << "fixed:16777216"
                                        << "fixed:16777216";
    const QString longest = QStringLiteral("delim:") + QStringLiteral("5a").repeated(64);
    QTest::newRow("longest delimiter") << longest << longest;
}

void TestMakeFraming::spellings()
{
    QFETCH(QString, text);
    QFETCH(QString, name);
    const auto framing = makeFraming(text);
    QVERIFY(framing);
    QCOMPARE(framing->name(), name);
}

void TestMakeFraming::refused_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qsizetype>("limit");
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("remedy");
    const auto row = [](const char *tag, const QString &text, const char *what, const char *remedy,
                        qsizetype limit = Framing::defaultMaximumFrameBytes) {
        QTest::newRow(tag) << text << limit << QString::fromUtf8(what) << QString::fromUtf8(remedy);
    };
    const auto latin1 = [](const char *text) { return QString::fromLatin1(text); };
    row("empty", QString(), "no framing is named", "u32");
    row("blank", latin1("  "), "no framing is named", "delim:HEX");
    row("unknown", latin1("u24"), "there is no framing \"u24\"", "use one of datagram, none, u8");
    row("long", QString(100000, u'x'), "…", "fixed:N");
    row("self of nothing", latin1("+self"), "\"+self\" has no length", "u32");
    row("self of a line", latin1("line+self"), "\"line+self\" has no length", "varint");
    row("self twice", latin1("u32+self+self"), "has no length", "u32");
    row("order of a byte", latin1("u8le"), "there is no framing \"u8le\"", "u8");
    row("no delimiter", latin1("delim:"), "names no delimiter", "delim:0a0d");
    row("not hex", latin1("delim:0g"), "has \"g\" as digit 2", "hex digits");
    row("place holder", latin1("delim:%3"), "delim:%3 has \"%\" as digit 1", "hex digits");
    row("half a byte", latin1("delim:0a0"), "3 hex digits, half a byte", "pairs");
    row("0x", latin1("delim:0x0a"), "has \"x\" as digit 2", "pairs");
    row("delimiter too long", latin1("delim:") + latin1("5a").repeated(65), "65 bytes is over the limit of 64",
        "shorter");
    row("no size", latin1("fixed:"), "names no size", "fixed:16");
    row("size 0", latin1("fixed:0"), "0 bytes never hold", "from 1 to 16,777,216");
    row("negative size", latin1("fixed:-1"), "fixed:-1 is not a size", "from 1");
    row("size of letters", latin1("fixed:1k"), "fixed:1k is not a size", "from 1");
    row("size over the limit", latin1("fixed:16777217"), "over the limit of 16,777,216", "from 1");
    row("size of 2^64+1", latin1("fixed:18446744073709551617"), "over the limit", "from 1");
    row("size of 1000 digits", latin1("fixed:") + QString(1000, u'9'), "over the limit", "from 1");
    row("size over a small limit", latin1("fixed:11"), "over the limit of 10", "to 10", 10);
    row("digits of another script", QStringLiteral("fixed:١"), "is not a size", "from 1");
    row("limit 0", latin1("u32"), "a limit of 0 bytes", "at least 1 byte", 0);
    row("negative limit", latin1("u32"), "a limit of -5 bytes", "16,777,216", -5);
}

void TestMakeFraming::refused()
{
    QFETCH(QString, text);
    QFETCH(qsizetype, limit);
    QFETCH(QString, what);
    QFETCH(QString, remedy);
    SockError error;
    QVERIFY(!makeFraming(text, &error, limit));
    QVERIFY(error.code == SockError::Code::InvalidOptions);
    QVERIFY(error.stage == Stage::Setup);
    QVERIFY2(error.what.contains(what), qPrintable(error.what));
    QVERIFY2(error.remedy.contains(remedy), qPrintable(error.remedy));
    QVERIFY2(error.what.size() < 200, "a long name is not repeated in full");
}

void TestMakeFraming::noErrorWanted()
{
    QVERIFY(!makeFraming(u"nonsense"));
    SockError untouched;
    untouched.what = QStringLiteral("as it was");
    QVERIFY(makeFraming(u"u32", &untouched));
    QCOMPARE(untouched.what, QStringLiteral("as it was"));
}

QTEST_GUILESS_MAIN(TestMakeFraming)
#include "test_makeframing.moc"
