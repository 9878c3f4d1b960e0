#include <QCborArray>
#include <QCborMap>
#include <QJsonDocument>
#include <QUuid>

#include <array>

#include "core/compose/template.h"
#include "support/testmain.h"

using namespace Qt::StringLiterals;
using namespace SockScope;

class TestTemplate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void expands_data();
    void expands();
    void values();
    void random();
    void sameSeedSameText();
    void parseErrors_data();
    void parseErrors();
    void evaluationErrors_data();
    void evaluationErrors();
    void constants();
    void jsonStaysValid();
    void limits();
};

namespace {

struct Context
{
    Context()
    {
        context.counter = 41;
        context.nowNs = [] { return 1'782'914'645'678'901'234LL; }; // 2026-07-01T14:04:05.678901234Z
        context.random.seed(7);
        context.peer = Endpoint(0x7f000001, 9000);
        context.requestPeer = Endpoint(0x0a000001, 77);
        request.type = 12;
        request.value = QCborMap{{u"id"_s, 5},
                                 {u"name"_s, u"a\"b\n"_s},
                                 {u"odd key"_s, QCborArray{1.5, QCborMap{{u"x"_s, true}}}},
                                 {u"raw"_s, QByteArray("\xa5\x5a")}};
        request.payload = Bytes("12345");
        context.request = &request;
        context.variables = {{u"station"_s, u"north"_s}, {u"limit"_s, 300}, {u"where"_s, QCborMap{{u"x"_s, 9}}}};
    }
    Message request;
    ComposeContext context;
};

} // namespace

void TestTemplate::expands_data()
{
    QTest::addColumn<int>("syntax");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("result");
    const auto row = [](TemplateSyntax syntax, const char16_t *text, const char *result) {
        QTest::addRow("%d %s", int(syntax), qPrintable(QString::fromUtf16(text)))
            << int(syntax) << QString::fromUtf16(text) << QByteArray(result);
    };
    using enum TemplateSyntax;
    row(Plain, u"", "");
    row(Plain, u"a } }} { b", "a } }} { b");
    row(Plain, u"{{counter}}", "41");
    row(Plain, u"<{{ counter + 1 }}|{{counter*2}}>", "<42|82>");
    row(Plain, u"{{1 + 2 * 3 - (4 - 6)}}", "9");
    row(Plain, u"{{7 / 2}} {{-7 / 2}} {{7 % 4}} {{7.0 / 2}} {{7.5 % 2}}", "3 -3 3 3.5 1.5");
    row(Plain, u"{{--5}} {{2 - -3}} {{0x1f}} {{1e3}} {{2.50}}", "5 5 31 1000.0 2.5");
    row(Plain, u"{{9223372036854775807 - 1}}", "9223372036854775806");
    row(Plain, u"{{'a' + \"b\"}}", "ab");
    row(Plain, u"{{'}}'}}", "}}");
    row(Plain, u"{{{{counter}}", "{{counter}}");
    row(Plain, u"a{{{{{{counter}}{{{{", "a{{41{{");
    row(Plain, u"{{time}}", "2026-07-01T14:04:05.678Z");
    row(Plain, u"{{time s}} {{time ms}} {{time us}} {{time ns}}",
        "1782914645 1782914645678 1782914645678901 1782914645678901234");
    row(Plain, u"{{time 'yyyy/MM/dd'}} {{time s % 60}}", "2026/07/01 5");
    row(Plain, u"{{peer}} {{peer.address}} {{peer.port + 1}}", "127.0.0.1:9000 127.0.0.1 9001");
    row(Plain, u"{{request.data.id}} {{request.data.id * 10}} {{request.type}} {{request.size}} {{request.peer}}",
        "5 50 12 5 10.0.0.1:77");
    row(Plain, u"{{request.data.'odd key'[0]}} {{request.data.\"odd key\"[1].x}}", "1.5 true");
    row(Plain, u"{{station}} {{limit - 1}} {{where.x}}", "north 299 9");
    row(Plain, u"{{hex counter 4}} {{hex -1 2}} {{hex (counter + 1) 8}}", "0029 ff 0000002a");
    row(Text, u"\\ud83d\\ude00", "\xf0\x9f\x98\x80");
    row(Text, u"a\\n\\x00\\xff\\\\\\u00e9{{counter}}\\t", nullptr);
    row(Text, u"\\{{counter}} \\\\{{counter}} {{{{", "{{counter}} \\41 {{");
    row(Text, u"{{'\\\\n'}}", "\\n"); // what a value holds is no escape
    row(Hex, u"a5 5A:{{hex counter 4}}, {{peer.port}} {{5}}", nullptr);
    row(Hex, u"0{{hex 5 1}} {{request.data.raw}}", nullptr);
    row(Json,
        u"{\"n\": {{counter}}, \"s\": {{station}}, \"t\": \"<{{request.data.name}}>\", \"all\": {{request.data.'odd "
        u"key'}}, \"b\": {{request.data.raw}}}",
        "{\"n\": 41, \"s\": \"north\", \"t\": \"<a\\\"b\\n>\", \"all\": [1.5,{\"x\":true}], \"b\": \"a55a\"}");
    row(Json, u"[\"\\\"{{counter}}\", {{'x'}}]", "[\"\\\"41\", \"x\"]");
}

void TestTemplate::expands()
{
    QFETCH(int, syntax);
    QFETCH(QString, text);
    QFETCH(QByteArray, result);
    if (text.startsWith(u"a\\n"))
        result = QByteArray("a\n\0\xff\\\xc3\xa9"
                            "41\t",
                            10);
    else if (text.startsWith(u"a5"))
        result = QByteArray::fromHex("a55a0029232805");
    else if (text.startsWith(u"0{{"))
        result = QByteArray::fromHex("05a55a");
    TemplateError error;
    const auto parsed = Template::parse(text, TemplateSyntax(syntax), &error);
    QVERIFY2(parsed, qPrintable(error.toString()));
    QCOMPARE(parsed->text(), text);
    Context with;
    const auto expanded = parsed->expand(with.context, &error);
    QVERIFY2(expanded, qPrintable(error.toString()));
    QCOMPARE(*expanded, result);
}

void TestTemplate::values()
{
    Context with;
    const auto value = [&](const QString &text, TemplateSyntax syntax = TemplateSyntax::Plain) {
        return Template::parse(text, syntax)->value(with.context);
    };
    QCOMPARE(*value(u"{{counter}}"_s), QCborValue(41));
    QCOMPARE(*value(u"{{1 / 2.0}}"_s), QCborValue(0.5));
    QCOMPARE(*value(u"{{where}}"_s), QCborValue(QCborMap{{u"x"_s, 9}}));
    QCOMPARE(*value(u"{{counter}}!"_s), QCborValue(u"41!"_s));
    QCOMPARE(*value(u"41"_s), QCborValue(u"41"_s));
    QCOMPARE(*value(u""_s), QCborValue(QString(u""_s)));
    QCOMPARE(*value(u"0{{counter % 10}}a1b"_s, TemplateSyntax::Hex), QCborValue(QByteArray::fromHex("001a1b")));
}

void TestTemplate::random()
{
    Context with;
    const auto dice = Template::parse(u"{{random 1 6}}"_s, TemplateSyntax::Plain);
    std::array<int, 7> seen{};
    for (int i = 0; i < 6000; ++i) {
        const auto number = dice->value(with.context)->toInteger(-1);
        QVERIFY(number >= 1 && number <= 6);
        ++seen[size_t(number)];
    }
    for (size_t i = 1; i <= 6; ++i)
        QVERIFY2(seen[i] > 800 && seen[i] < 1200, qPrintable(QString::number(seen[i]))); // 1000 ± 7 standard deviations
    const auto real = Template::parse(u"{{random}} {{random -1.5 -0.5}}"_s, TemplateSyntax::Plain);
    const QList<QByteArray> both = real->expand(with.context)->split(' ');
    QVERIFY(both[0].toDouble() >= 0 && both[0].toDouble() < 1);
    QVERIFY(both[1].toDouble() >= -1.5 && both[1].toDouble() < -0.5);
    const auto whole =
        Template::parse(u"{{random (-9223372036854775807 - 1) 9223372036854775807}}"_s, TemplateSyntax::Plain);
    QVERIFY(whole->value(with.context)->isInteger());
    QCOMPARE(*Template::parse(u"{{random 3 3}}"_s, TemplateSyntax::Plain)->value(with.context), QCborValue(3));
}

void TestTemplate::sameSeedSameText()
{
    const auto text = Template::parse(u"{{uuid}} {{random 1 1000000}} {{random}}"_s, TemplateSyntax::Plain);
    Context one;
    Context two;
    const QByteArray first = *text->expand(one.context);
    QCOMPARE(*text->expand(two.context), first);
    QVERIFY(*text->expand(two.context) != first);
    const QUuid uuid(QString::fromLatin1(first.left(36)));
    QCOMPARE(uuid.version(), QUuid::Random);
    QCOMPARE(uuid.variant(), QUuid::DCE);
}

void TestTemplate::parseErrors_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("column");
    QTest::addColumn<int>("length");
    QTest::addColumn<QString>("what");
    const auto row = [](const char16_t *text, int column, int length, const char16_t *what) {
        QTest::addRow("%s", qPrintable(QString::fromUtf16(text)))
            << QString::fromUtf16(text) << column << length << QString::fromUtf16(what);
    };
    row(u"{{}}", 2, 0, u"expected a word such as counter, time or random between {{ and }}");
    row(u"ab{{counter", 2, 2, u"nothing closes this {{: expected }}, or {{{{ for {{ itself");
    row(u"{{counter counter}}", 10, 7, u"expected an operator or }}");
    row(u"{{1 +}}", 5, 2, u"expected a value: a number, a 'text', a word such as counter, or (");
    row(u"{{(1}}", 4, 2, u"expected )");
    row(u"{{1)}}", 3, 1, u"expected an operator or }}");
    row(u"{{#}}", 2, 1, u"\"#\" has no meaning here: a text stands in '...'");
    row(u"{{'abc}}", 2, 6, u"the text has no end: expected '");
    row(u"{{12x}}", 2, 3, u"\"12x\" is no number of 64 bits");
    row(u"{{9223372036854775808}}", 2, 19, u"\"9223372036854775808\" is no number of 64 bits");
    row(u"{{random 1}}", 10, 2, u"expected two limits, as in random 1 6");
    row(u"{{hex counter}}", 13, 2, u"expected a number and how many digits, as in hex counter 4");
    row(u"{{time fast}}", 7, 4, u"expected one of iso, s, ms, us, ns, or a format such as 'hh:mm:ss'");
    row(u"{{request}}", 9, 2, u"expected .data, .type, .peer or .size behind request");
    row(u"{{request.body}}", 10, 4, u"expected .data, .type, .peer or .size behind request");
    row(u"{{request.data.}}", 15, 2, u"expected the name of a field");
    row(u"{{request.data[x]}}", 15, 1, u"expected the number of an element");
    row(u"{{request.data[1}}", 16, 2, u"expected ]");
    row(u"{{peer.name}}", 7, 4, u"expected address or port");
    row(u"x\\q", 1, 2, u"expected one of n r t 0 \\ \" { xHH uHHHH behind the backslash");
    row(u"{{1}}\\x1", 5, 3, u"expected 2 hexadecimal digits behind \\x");
    row(u"\\n\\ud83d\\n", 2, 6, u"expected both halves of a character: \\ud83d is followed by \\ude00");
    row(u"x\\ud800", 1, 6, u"expected both halves of a character: \\ud83d is followed by \\ude00");
    row(u"\\ude00", 0, 6, u"expected both halves of a character: \\ud83d is followed by \\ude00");
    row(u"\\ud83d\\xff", 0, 6, u"expected both halves of a character: \\ud83d is followed by \\ude00");
    row(u"ab\\", 2, 1, u"expected one of n r t 0 \\ \" { xHH uHHHH behind the backslash");
}

void TestTemplate::parseErrors()
{
    QFETCH(QString, text);
    QFETCH(int, column);
    QFETCH(int, length);
    QFETCH(QString, what);
    TemplateError error;
    QVERIFY(!Template::parse(text, TemplateSyntax::Text, &error));
    QCOMPARE(error.what, what);
    QCOMPARE(error.column, column);
    QCOMPARE(error.length, length);
    QCOMPARE(error.toString(), u"column %1: %2"_s.arg(column + 1).arg(what));
}

void TestTemplate::evaluationErrors_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("what");
    const auto row = [](const char16_t *text, int column, const char16_t *what) {
        QTest::addRow("%s", qPrintable(QString::fromUtf16(text)))
            << QString::fromUtf16(text) << column << QString::fromUtf16(what);
    };
    row(u"{{nobody}}", 2, u"there is no word and no variable \"nobody\"");
    row(u"{{1 / (2 - 2)}}", 4, u"division by zero");
    row(u"{{1 % 0}}", 4, u"division by zero");
    row(u"{{1 / 0.0}}", 4, u"division by zero");
    row(u"{{9223372036854775807 + 1}}", 22, u"the result does not fit into 64 bits");
    row(u"{{(-9223372036854775807 - 1) / -1}}", 29, u"the result does not fit into 64 bits");
    row(u"{{-station}}", 2, u"this needs numbers on both sides");
    row(u"{{station * 2}}", 10, u"this needs numbers on both sides");
    row(u"{{request.data.nothing}}", 2, u"there is no field \"nothing\"");
    row(u"{{request.data.id.x}}", 2, u"there is no field \"x\"");
    row(u"{{request.data.'odd key'[2]}}", 2, u"there is no element 2");
    row(u"{{random 6 1}}", 2, u"the first limit is above the second");
    row(u"{{random 'a' 1}}", 2, u"random needs two numbers, the smaller one first");
    row(u"{{hex 256 2}}", 2, u"256 does not fit into 2 digits");
    row(u"{{hex -129 2}}", 2, u"-129 does not fit into 2 digits");
    row(u"{{hex 1 17}}", 2, u"hex needs a whole number and how many digits, 1 to 16");
}

void TestTemplate::evaluationErrors()
{
    QFETCH(QString, text);
    QFETCH(int, column);
    QFETCH(QString, what);
    TemplateError error;
    const auto parsed = Template::parse(text, TemplateSyntax::Plain, &error);
    QVERIFY2(parsed, qPrintable(error.toString()));
    Context with;
    QVERIFY(!parsed->expand(with.context, &error));
    QCOMPARE(error.what, what);
    QCOMPARE(error.column, column);
}

void TestTemplate::constants()
{
    QVERIFY(Template().isConstant());
    QVERIFY(Template::parse(u"abc {{1 + 2}}"_s, TemplateSyntax::Plain)->isConstant());
    for (const char16_t *text :
         {u"{{counter}}", u"{{time}}", u"{{uuid}}", u"{{random 1 2}}", u"{{peer}}", u"{{request.type}}", u"{{v}}"})
        QVERIFY(!Template::parse(QString::fromUtf16(text), TemplateSyntax::Plain)->isConstant());
    // Without a peer and a request, they cannot be said.
    ComposeContext alone;
    TemplateError error;
    QVERIFY(!Template::parse(u"{{peer}}"_s, TemplateSyntax::Plain)->expand(alone, &error));
    QCOMPARE(error.what, u"there is no peer here: choose one to send to, or several with commas"_s);
    QVERIFY(!Template::parse(u"{{request.type}}"_s, TemplateSyntax::Plain)->expand(alone, &error));
    QCOMPARE(error.what, u"there is no request: this message answers none"_s);
    QVERIFY(Template::parse(u"{{time ms}}"_s, TemplateSyntax::Plain)->value(alone)->toInteger() > 1'700'000'000'000);
}

void TestTemplate::jsonStaysValid()
{
    Context with;
    for (const QString &value : {u"\""_s, u"\\"_s, u"\n\t"_s, u"é€😀"_s, u"}}"_s}) {
        with.context.variables.insert(u"v"_s, value);
        const auto text = Template::parse(u"{\"a\":\"x{{v}}y\",\"b\":{{v}}}"_s, TemplateSyntax::Json);
        const QJsonDocument document = QJsonDocument::fromJson(*text->expand(with.context));
        QCOMPARE(document["a"_L1].toString(), u'x' + value + u'y');
        QCOMPARE(document["b"_L1].toString(), value);
    }
}

void TestTemplate::limits()
{
    TemplateError error;
    QVERIFY(!Template::parse(QString(1024 * 1024 + 1, u'x'), TemplateSyntax::Plain, &error));
    QVERIFY(!Template::parse(u"{{"_s + QString(200, u'(') + u'1' + QString(200, u')') + u"}}"_s, TemplateSyntax::Plain,
                             &error));
    QCOMPARE(error.what, u"nested deeper than 100"_s);
    QVERIFY(!Template::parse(u"{{"_s + QString(100'000, u'-') + u"1}}"_s, TemplateSyntax::Plain, &error));
    QCOMPARE(error.what, u"nested deeper than 100"_s);
    QVERIFY(Template::parse(u"{{1"_s + u"+1"_s.repeated(4999) + u"}}"_s, TemplateSyntax::Plain, &error));
    QVERIFY(!Template::parse(u"{{1"_s + u"+1"_s.repeated(5000) + u"}}"_s, TemplateSyntax::Plain, &error));
    QVERIFY(!Template::parse(u"{{1}}"_s.repeated(10'001), TemplateSyntax::Plain, &error));
    Context with;
    with.context.variables.insert(u"v"_s, QString(1024 * 1024, u'x'));
    QVERIFY(!Template::parse(u"{{v}}"_s.repeated(17), TemplateSyntax::Plain)->expand(with.context, &error));
    QCOMPARE(error.what, u"the message becomes longer than 16777216 bytes"_s);
    // Digits that do not come out even, and what has none.
    QVERIFY(!Template::parse(u"0{{hex 1 2}}"_s, TemplateSyntax::Hex)->expand(with.context, &error));
    QCOMPARE(error.what, u"there is an odd number of hexadecimal digits: expected one more"_s);
    QVERIFY(!Template::parse(u"{{'xyz'}}"_s, TemplateSyntax::Hex)->expand(with.context, &error));
    QVERIFY(!Template::parse(u"0g"_s, TemplateSyntax::Hex, &error));
    QCOMPARE(error.column, 1);
}

QTEST_GUILESS_MAIN(TestTemplate)
#include "test_template.moc"
