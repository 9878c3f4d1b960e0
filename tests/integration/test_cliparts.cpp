#include <QCborArray>
#include <QCborMap>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <limits>

#include "app/common/commandline.h"
#include "app/common/jsontext.h"
#include "app/common/payload.h"
#include "app/common/standardoutput.h"
#include "core/codec/codec.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(QCborValue)

class TestCliParts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void valuesBecomeJson_data();
    void valuesBecomeJson();
    void deepValuesEnd();
    void textStaysText();
    void timesAreUtc();
    void controlsAreShown();
    void hexIsTolerant_data();
    void hexIsTolerant();
    void jsonIsRead();
    void jsonErrorsNameTheByte();
    void jsonBombIsAnError();
    void typesAreNumbersOrNames();
    void optionsTakeValues();
    void nearestIsFound();
    void helpNamesEveryOption();
};

void TestCliParts::valuesBecomeJson_data()
{
    QTest::addColumn<QCborValue>("value");
    QTest::addColumn<QByteArray>("json");
    const auto row = [](const char *name, const QCborValue &value, const QByteArray &json) {
        QTest::newRow(name) << value << json;
    };
    row("null", QCborValue(nullptr), "null");
    row("undefined", QCborValue(), "null");
    row("true", QCborValue(true), "true");
    row("integer", QCborValue(-7), "-7");
    row("largest integer", QCborValue(std::numeric_limits<qint64>::max()), "9223372036854775807");
    row("smallest integer", QCborValue(std::numeric_limits<qint64>::min()), "-9223372036854775808");
    row("2^64-1", QCborValue(QCborKnownTags::PositiveBignum, QByteArray(8, '\xff')), "18446744073709551615");
    row("double", QCborValue(0.1), "0.1");
    row("whole double", QCborValue(3.0), "3.0");
    row("large double", QCborValue(1e300), "1e+300");
    row("NaN", QCborValue(std::numeric_limits<double>::quiet_NaN()), R"({"float":"nan"})");
    row("infinity", QCborValue(-std::numeric_limits<double>::infinity()), R"({"float":"-inf"})");
    row("text", QCborValue(u"a\"\\\n\u0001ü☕😀"_s), R"("a\"\\\n\u0001ü☕😀")");
    row("half a pair", QCborValue(QString(QChar(0xd83d))), R"("\ud83d")");
    row("text bytes", QCborValue(QByteArray("hello")), R"("hello")");
    row("other bytes", QCborValue(QByteArray("\xff\x00", 2)), R"({"hex":"ff00"})");
    row("byte order mark", QCborValue(QByteArray("\xef\xbb\xbf")), R"({"hex":"efbbbf"})");
    row("empty bytes", QCborValue(QByteArray()), R"("")");
    row("array", QCborArray{1, QCborArray(), u"x"_s}, R"([1,[],"x"])");
    row("map", QCborMap{{u"a"_s, 1}, {u"b"_s, QCborMap()}}, R"({"a":1,"b":{}})");
    row("map of numbers", QCborMap{{1, u"x"_s}}, R"({"map":[[1,"x"]]})");
    row("tag", QCborValue(QCborTag(1234), 5), R"({"tag":1234,"value":5})");
    row("simple type", QCborValue(QCborSimpleType(99)), R"({"simple":99})");
}

void TestCliParts::valuesBecomeJson()
{
    QFETCH(QCborValue, value);
    QFETCH(QByteArray, json);
    QCOMPARE(JsonText::fromValue(value), json);
    QJsonParseError error;
    QJsonDocument::fromJson('[' + json + ']', &error);
    if (!json.contains("\\ud83d")) // Qt's reader refuses half a pair, RFC 8259 allows it
        QCOMPARE(error.error, QJsonParseError::NoError);
}

void TestCliParts::deepValuesEnd()
{
    QCborValue value(1);
    for (int i = 0; i < JsonText::maximumDepth + 50; ++i)
        value = QCborArray{value};
    const QByteArray json = JsonText::fromValue(value);
    QVERIFY(json.contains("nested deeper"));
    QCOMPARE(json.count('['), json.count(']'));
}

void TestCliParts::textStaysText()
{
    const QByteArray object =
        JsonText().add("a"_L1, u"x"_s).add("b"_L1, quint64(1)).add("c"_L1, false).addJson("d"_L1, "[]").object();
    QCOMPARE(object, QByteArray(R"({"a":"x","b":1,"c":false,"d":[]})"));
    QCOMPARE(JsonText().object(), QByteArray("{}"));
}

void TestCliParts::timesAreUtc()
{
    QCOMPARE(isoUtc(0), u"1970-01-01T00:00:00.000000Z"_s);
    QCOMPARE(isoUtc(1'700'000'000'123'456), u"2023-11-14T22:13:20.123456Z"_s);
    QCOMPARE(isoUtc(-1), u"1969-12-31T23:59:59.999999Z"_s);
}

void TestCliParts::controlsAreShown()
{
    QCOMPARE(withoutControls(u"a\x1b[31mb\r\n\t\u202e\u0085ü"_s), u"a\\x1b[31mb\\r\\n\\t\\u202e\\x85ü"_s);
}

void TestCliParts::hexIsTolerant_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    QTest::newRow("plain") << u"00ff1B"_s << QByteArray("\x00\xff\x1b", 3) << QString();
    QTest::newRow("blanks") << u" 00 ff\t1b\n"_s << QByteArray("\x00\xff\x1b", 3) << QString();
    QTest::newRow("colons") << u"00:ff:1b"_s << QByteArray("\x00\xff\x1b", 3) << QString();
    QTest::newRow("C array") << u"0x00, 0xff, 0x1b,"_s << QByteArray("\x00\xff\x1b", 3) << QString();
    QTest::newRow("C array tight") << u"0x000xff"_s << QByteArray("\x00\xff", 2) << QString();
    QTest::newRow("C text") << uR"(\x00\xff)"_s << QByteArray("\x00\xff", 2) << QString();
    QTest::newRow("one number") << u"0x00ff"_s << QByteArray("\x00\xff", 2) << QString();
    QTest::newRow("empty") << QString() << QByteArray() << QString();
    QTest::newRow("odd") << u"00 f"_s << QByteArray() << u"character 4"_s;
    QTest::newRow("letter") << u"00 zz"_s << QByteArray() << u"\"z\""_s;
    QTest::newRow("only 0x") << u"0x"_s << QByteArray() << u"the end"_s;
}

void TestCliParts::hexIsTolerant()
{
    QFETCH(QString, text);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    UsageError error;
    const auto result = PayloadReader::hex(text, &error);
    QCOMPARE(result.has_value(), says.isEmpty());
    if (result)
        QCOMPARE(*result, bytes);
    else
        QVERIFY2(error.what.contains(says) && !error.remedy.isEmpty(), qPrintable(error.what));
}

void TestCliParts::jsonIsRead()
{
    UsageError error;
    QCOMPARE(PayloadReader::json("9223372036854775807", &error), QCborValue(std::numeric_limits<qint64>::max()));
    QCOMPARE(PayloadReader::json("-9223372036854775808", &error), QCborValue(std::numeric_limits<qint64>::min()));
    QCOMPARE(PayloadReader::json(" {\"a\":[1,2]} ", &error), QCborValue(QCborMap{{u"a"_s, QCborArray{1, 2}}}));
    const auto raw = makeCodec(u"raw"_s);
    QCOMPARE(PayloadReader::jsonFor("{\"a\": 1}", *raw, &error), QCborValue(QByteArray("{\"a\": 1}")));
}

void TestCliParts::jsonErrorsNameTheByte()
{
    UsageError error;
    for (const QByteArray text : {"{\"a\":}", "1],[2", "", "nan", "\"\xff\"", "1 2"}) {
        QVERIFY2(!PayloadReader::json(text, &error), text.constData());
        QVERIFY2(error.what.contains(u"byte"_s), qPrintable(error.what));
        QVERIFY(!error.remedy.isEmpty());
    }
}

void TestCliParts::jsonBombIsAnError()
{
    UsageError error;
    QVERIFY(!PayloadReader::json(QByteArray(100'000, '['), &error));
    QVERIFY(!error.what.isEmpty());
}

void TestCliParts::typesAreNumbersOrNames()
{
    UsageError error;
    QCOMPARE(PayloadReader::type(u"7"_s, &error), MessageType(7));
    QCOMPARE(PayloadReader::type(u"-1"_s, &error), MessageType(-1));
    QCOMPARE(PayloadReader::type(u"move"_s, &error), MessageType(u"move"));
    QVERIFY(!PayloadReader::type(QString(), &error));
    QVERIFY(!PayloadReader::type(QString(2000, u'x'), &error));
    QVERIFY(error.what.size() < 200);
}

void TestCliParts::optionsTakeValues()
{
    CommandLine line(u"program URL"_s, u"Does things."_s, 1, 2);
    line.add({u"text"_s, u"S"_s, u"Text."_s});
    line.add({u"also"_s, u"S"_s, u"More."_s, true});
    line.add({u"flag"_s, {}, u"Flag."_s, false, u'f'});
    QVERIFY(!line.parse({u"a"_s, u"--text"_s, u"-5"_s, u"--also=1"_s, u"--also"_s, QString(), u"-f"_s, u"-"_s}));
    QCOMPARE(line.words(), QStringList({u"a"_s, u"-"_s}));
    QCOMPARE(line.value(u"text"_s), u"-5"_s);
    QCOMPARE(line.values(u"also"_s), QStringList({u"1"_s, QString()}));
    QVERIFY(line.isSet(u"flag"_s));
    QVERIFY(!line.parse({u"--"_s, u"--text"_s}));
    QCOMPARE(line.words(), QStringList(u"--text"_s));
    QVERIFY(!line.isSet(u"text"_s));
    QVERIFY(!line.parse({u"--help"_s})); // needs no words
    QVERIFY(line.parse({u"-text"_s, u"a"_s}));
    QVERIFY(line.parse({u"--f"_s, u"a"_s}));
}

void TestCliParts::nearestIsFound()
{
    const QStringList names{u"framing"_s, u"for"_s, u"codec"_s, u"json"_s, u"json-data"_s};
    QCOMPARE(CommandLine::nearest(u"framign"_s, names), u"framing"_s);
    QCOMPARE(CommandLine::nearest(u"fram"_s, names), u"framing"_s);
    QCOMPARE(CommandLine::nearest(u"CODEC"_s, names), u"codec"_s);
    QCOMPARE(CommandLine::nearest(u"json-dat"_s, names), u"json-data"_s);
    QCOMPARE(CommandLine::nearest(u"elephant"_s, names), QString());
    QCOMPARE(CommandLine::nearest(QString(100'000, u'x'), names), QString());
}

void TestCliParts::helpNamesEveryOption()
{
    CommandLine line(u"program URL"_s, u"Does things."_s, 1, 1);
    line.add({u"framing"_s, u"F"_s, u"First line\nsecond line."_s});
    line.addNote(u"A note."_s);
    const QString help = line.helpText();
    for (const QString &part :
         {u"Usage: program URL"_s, u"Does things."_s, u"-h, --help"_s, u"--framing F"_s, u"A note."_s})
        QVERIFY2(help.contains(part), qPrintable(help));
    for (const QString &row : help.split(u'\n'))
        QVERIFY2(row.size() <= 120, qPrintable(row));
}

QTEST_GUILESS_MAIN(TestCliParts)
#include "test_cliparts.moc"
