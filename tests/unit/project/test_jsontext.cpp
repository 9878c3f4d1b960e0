#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "core/project/jsontext.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestJsonText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void whatIsWrittenHasItsPlace_data()
    {
        QTest::addColumn<QByteArray>("text");
        // Each as the writer writes it: read and written again it is the same, digit for digit.
        QTest::newRow("numbers") << QByteArray("{\n  \"a\": 1.10,\n  \"b\": 1E5,\n  \"c\": 18446744073709551616,\n"
                                               "  \"d\": -0\n}\n");
        QTest::newRow("escapes") << QByteArray("{\n  \"k\\u00e9y\": \"a\\/b \\ud800 \\u0041 \xc3\xa9 \\n\"\n}\n");
        QTest::newRow("order") << QByteArray("{\n  \"z\": null,\n  \"a\": true,\n  \"m\": false\n}\n");
        QTest::newRow("empty") << QByteArray("{\n  \"a\": [],\n  \"b\": {}\n}\n");
        QTest::newRow("a line an item") << QByteArray(
            "{\n  \"list\": [\n    { \"a\": 1, \"b\": [1, 2, 3], \"c\": {} },\n    { \"a\": 2 }\n  ]\n}\n");
        QTest::newRow("long items are broken") << "{\n  \"list\": [\n    {\n      \"a\": \"" + QByteArray(100, 'x') +
                                                      "\",\n      \"b\": \"y\"\n    }\n  ]\n}\n";
        QTest::newRow("lists in items") << QByteArray(
            "{\n  \"m\": [\n    {\n      \"name\": \"f\",\n      \"items\": [\n"
            "        { \"name\": \"a\" }\n      ]\n    }\n  ]\n}\n");
        QTest::newRow("scalar") << QByteArray("7\n");
    }
    void whatIsWrittenHasItsPlace()
    {
        QFETCH(QByteArray, text);
        ProjectError error;
        const auto node = parseJsonText(text, &error);
        QVERIFY2(node, qPrintable(error.toString()));
        QCOMPARE(writeJsonText(*node), text);
        QVERIFY(!QJsonDocument::fromJson("[" + text + "]").isNull() || text.contains("\\ud800")); // Qt reads it, too
    }

    void blanksAndMarksAreRead()
    {
        ProjectError error;
        const auto node = parseJsonText("\xef\xbb\xbf {\"a\" :\r\n[ 1 ,2 ]\t}  \n", &error);
        QVERIFY2(node, qPrintable(error.toString()));
        QCOMPARE(writeJsonText(*node), QByteArray("{\n  \"a\": [\n    1,\n    2\n  ]\n}\n"));
    }

    void errorsSayWhere_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("what");
        QTest::newRow("empty") << QByteArray("") << 1 << 1 << u"empty"_s;
        QTest::newRow("blank") << QByteArray(" \n ") << 2 << 2 << u"empty"_s;
        QTest::newRow("cut in a list") << QByteArray("{\n  \"a\": [1,") << 2 << 11 << u"end of the file"_s;
        QTest::newRow("cut in a text") << QByteArray("{\"a\": \"xy") << 1 << 10 << u"end of the file"_s;
        QTest::newRow("cut in an escape") << QByteArray("{\"a\": \"x\\") << 1 << 10 << u"end of the file"_s;
        QTest::newRow("cut behind a key") << QByteArray("{\"a\"") << 1 << 5 << u": behind a key"_s;
        QTest::newRow("comma too many") << QByteArray("{\"a\": 1,\n}") << 2 << 1 << u"a key in quotes"_s;
        QTest::newRow("comma missing") << QByteArray("{\"a\": 1\n \"b\": 2}") << 2 << 2 << u", or }"_s;
        QTest::newRow("comma missing in a list") << QByteArray("[1 2]") << 1 << 4 << u", or ]"_s;
        QTest::newRow("twice") << QByteArray("{\"a\": 1,\n \"\\u0061\": 2}") << 2 << 2 << u"second time"_s;
        QTest::newRow("word") << QByteArray("{\"a\": tru}") << 1 << 7 << u"a value"_s;
        QTest::newRow("NaN") << QByteArray("[NaN]") << 1 << 2 << u"a value"_s;
        QTest::newRow("zero") << QByteArray("[01]") << 1 << 2 << u"begins with 0"_s;
        QTest::newRow("point") << QByteArray("[1.]") << 1 << 4 << u"digit"_s;
        QTest::newRow("exponent") << QByteArray("[1e+]") << 1 << 5 << u"digit"_s;
        QTest::newRow("minus") << QByteArray("[-]") << 1 << 3 << u"digit"_s;
        QTest::newRow("escape") << QByteArray("[\"\\q\"]") << 1 << 4 << u"no escape"_s;
        QTest::newRow("short \\u") << QByteArray("[\"\\u12g4\"]") << 1 << 7 << u"four"_s;
        QTest::newRow("line end in a text") << QByteArray("[\"a\nb\"]") << 1 << 4 << u"end of its line"_s;
        QTest::newRow("more behind it") << QByteArray("{}\n{}") << 2 << 1 << u"behind the end"_s;
        QTest::newRow("columns are characters") << QByteArray("[\"\xc3\xa9\xe2\x82\xac\" x]") << 1 << 7 << u", or ]"_s;
        QTest::newRow("no UTF-8") << QByteArray("{\n \"a\": \"b\xff\"}") << 2 << 9 << u"UTF-8"_s;
    }
    void errorsSayWhere()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        QFETCH(int, column);
        QFETCH(QString, what);
        ProjectError error;
        QVERIFY(!parseJsonText(text, &error));
        QCOMPARE(error.code, ProjectError::Code::Damaged);
        QVERIFY2(error.what.contains(what), qPrintable(error.toString()));
        QCOMPARE(error.line, line);
        QCOMPARE(error.column, column);
    }

    void limitsHold()
    {
        ProjectError error;
        JsonLimits limits;
        limits.values = 5;
        QVERIFY(parseJsonText("[1, 2, 3, 4]", &error, limits));
        QVERIFY(!parseJsonText("[1, 2, 3, 4, 5]", &error, limits));
        QCOMPARE(error.code, ProjectError::Code::LimitReached);
        limits = {};
        limits.depth = 3;
        QVERIFY(parseJsonText("[[[1]]]", &error, limits));
        QVERIFY(!parseJsonText("[[[[1]]]]", &error, limits));
        QCOMPARE(error.code, ProjectError::Code::LimitReached);
        QVERIFY(!parseJsonText(QByteArray(1'000'000, '['), &error));
        limits = {};
        limits.bytes = 10;
        QVERIFY(!parseJsonText("[1, 2, 3, 4]", &error, limits));
        QCOMPARE(error.code, ProjectError::Code::LimitReached);
    }

    void qtReadsTheTextsThatWeWrite()
    {
        QString all;
        for (char16_t unit = 1; unit < 0x250; ++unit)
            all += QChar(unit);
        all += u"\U0001F600"_s;
        const JsonNode node = JsonNode::fromJson(QJsonObject{{u"t"_s, all}, {u"n"_s, 0.1}, {u"i"_s, 1LL << 60}});
        const QJsonObject read = QJsonDocument::fromJson(writeJsonText(node)).object();
        QCOMPARE(read.value(u"t"_s).toString(), all);
        QCOMPARE(read.value(u"n"_s).toDouble(), 0.1);
        QCOMPARE(read.value(u"i"_s).toInteger(), 1LL << 60);
        QCOMPARE(node.toJson().toObject(), read);
        QCOMPARE(JsonNode::ofText(QString(QChar(0xd800))).literal(), QByteArray("\\ud800"));
    }

    void unknownKeysKeepTheirPlace()
    {
        const auto read = [](const char *text) { return *parseJsonText(text, nullptr); };
        const JsonNode old = read(R"({"x0": 0, "b": 1, "x1": [1.0], "x2": 2, "c": 3, "x3": 4})");
        const JsonNode fresh = read(R"({"a": 9, "b": 8})");
        const JsonNode merged = JsonNode::keepUnknown(old, fresh, {u"a"_s, u"b"_s, u"c"_s});
        QStringList keys;
        for (const JsonMember &member : merged.members())
            keys.append(member.key);
        QCOMPARE(keys.join(u' '), u"x0 a b x1 x2 x3"_s);
        QCOMPARE(merged.find(u"b")->integer(), 8);
        QCOMPARE(merged.find(u"x1")->items().front().literal(), QByteArray("1.0"));
    }
};

QTEST_APPLESS_MAIN(TestJsonText)
#include "test_jsontext.moc"
