#include "core/project/jsontext.h"
#include "core/simulate/comparison.h"
#include "core/simulate/rulejson.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestRuleJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void roundTrip();
    void errors_data();
    void errors();
    void errorsHaveTheirLine();
    void tooManyRules();
    void comparisons_data();
    void comparisons();
    void comparisonErrors_data();
    void comparisonErrors();
};

void TestRuleJson::roundTrip()
{
    const QByteArray text = R"json([{"name": "r", "enabled": false, "x-mine": [1, 2.50],
        "when": {"direction": "any", "sock": "s", "peer": "10.0.0.0/8", "type": "login", "bytes": "0a",
                 "field": "data.a", "op": ">=", "value": 1.50, "regex": "a(b)", "filter": "size > 3",
                 "x-why": "because"},
        "probability": 0.25, "every": 3, "atMost": 4,
        "actions": [{"do": "answer", "type": "w", "form": "json", "payload": "{}", "x-n": 1},
            {"do": "wait", "ms": 5, "jitterMs": 2}, {"do": "send", "to": "all", "payload": "t", "wire": true},
            {"do": "set", "variable": "a", "to": "1 + 1"}, {"do": "mark"}, {"do": "comment", "text": "c"},
            {"do": "colour", "colour": "red"}, {"do": "pause"},
            {"do": "run", "program": "p", "arguments": ["a", "{{peer}}"]}, {"do": "close"}, {"do": "refuse"},
            {"do": "skip"}, {"do": "stop"}]}, {"when": {"direction": "out"}, "actions": []}])json";
    ProjectError damaged;
    const auto node = parseJsonText(text, &damaged);
    QVERIFY2(node, qPrintable(damaged.toString()));
    SimulateError error;
    const auto rules = rulesFromJson(*node, &error);
    QVERIFY2(rules, qPrintable(error.toString()));
    const JsonNode written = rulesToJson(*rules);
    QCOMPARE(writeJsonText(written), writeJsonText(*node));
    QVERIFY(*rulesFromJson(written, &error) == *rules);
    QCOMPARE(rules->first().actions[8].arguments, (QStringList{u"a"_s, u"{{peer}}"_s}));
    QCOMPARE(rules->last().when.direction, std::optional(Direction::Out));
}

void TestRuleJson::errors_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &rule, const QString &error) {
        QTest::newRow(name) << "[" + rule + "]" << error;
    };
    QTest::newRow("no list") << QByteArray("3") << u"rules: this is no list of rules: write [{…}, {…}]"_s;
    row("no object", "5", u"rules[0]: this is no rule"_s);
    row("typing error", R"({"when": {"typ": 1}})", u"rules[0].when.typ: this key is not known"_s);
    row("direction", R"({"when": {"direction": "up"}})", u"rules[0].when.direction: this is none of in, out, any"_s);
    row("filter", R"({"when": {"filter": "type == 1 && size >"}})", u"rules[0].when.filter, column 20: expected"_s);
    row("peer", R"({"when": {"peer": "1.2.3"}})", u"rules[0].when.peer, column 1: "_s);
    row("bytes", R"({"when": {"bytes": "0a b"}})", u"rules[0].when.bytes: these are no pairs of hexadecimal digits"_s);
    row("field", R"({"when": {"field": "dota.x", "value": 1}})", u"rules[0].when.field, column 1: "_s);
    row("operator", R"({"when": {"field": "data.x", "op": "=>", "value": 1}})", u"rules[0].when.op, column 1: "_s);
    row("value without field", R"({"when": {"value": 1}})", u"rules[0].when.value: there is no field to compare"_s);
    row("regex", R"({"when": {"regex": "a(b"}})", u"rules[0].when.regex, column 4: "_s);
    row("probability", R"({"probability": 2})", u"rules[0].probability: this is no number from 0 to 1"_s);
    row("every", R"({"every": 0})", u"rules[0].every: this is no whole number from 1 to"_s);
    row("no action", R"({"actions": [{}]})", u"rules[0].actions[0]: it is not said what to do"_s);
    row("unknown action", R"({"actions": [{"do": "x"}]})", u"rules[0].actions[0].do: this is none of answer, send"_s);
    row("template", R"({"actions": [{"do": "mark"}, {"do": "answer", "payload": "a{{1 +}}"}]})",
        u"rules[0].actions[1].payload, column 7: "_s);
    row("nobody", R"({"actions": [{"do": "send", "payload": "a"}]})",
        u"rules[0].actions[0].to: it is not said to whom it is sent"_s);
    row("variable", R"({"actions": [{"do": "set", "variable": "1a", "to": "1"}]})",
        u"rules[0].actions[0].variable: this is no name of a variable"_s);
    row("expression", R"({"actions": [{"do": "set", "variable": "a", "to": "1 +"}]})",
        u"rules[0].actions[0].to, column 4: "_s);
    row("program", R"({"actions": [{"do": "run"}]})", u"rules[0].actions[0].program: the program is missing"_s);
    row("no colour", R"({"actions": [{"do": "colour"}]})", u"rules[0].actions[0].colour: the colour is missing"_s);
    row("colour", R"({"actions": [{"do": "colour", "colour": "#12345"}]})",
        u"rules[0].actions[0].colour: #12345 is no colour: write #rrggbb, or one of red, orange"_s);
    row("argument", R"({"actions": [{"do": "run", "program": "a", "arguments": ["x", "{{"]}]})",
        u"rules[0].actions[0].arguments[1], column 3: "_s);
}

void TestRuleJson::errors()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, error);
    ProjectError damaged;
    const auto node = parseJsonText(json, &damaged);
    QVERIFY2(node, qPrintable(damaged.toString()));
    SimulateError wrong;
    QVERIFY(!rulesFromJson(*node, &wrong));
    QVERIFY2(wrong.toString().startsWith(error), qPrintable(wrong.toString()));
}

void TestRuleJson::errorsHaveTheirLine()
{
    const QByteArray text = "[\n  {\"name\": \"a\"},\n  {\"when\":\n    {\"filter\": \"size >\"}}\n]\n";
    ProjectError damaged;
    const auto node = parseJsonText(text, &damaged);
    QVERIFY(node);
    SimulateError wrong;
    QVERIFY(!rulesFromJson(*node, &wrong));
    const ProjectError error = wrong.toProjectError(text);
    QCOMPARE(error.path, u"rules[1].when.filter"_s);
    QCOMPARE(error.line, 4);
    QCOMPARE(error.column, 23); // in the text, which begins at 17
    QVERIFY2(error.what.startsWith(u"column 7 of its text: expected a number"_s), qPrintable(error.what));

    // What is longer in the file than in the text: escapes, and characters of several bytes or two of QString's.
    const QByteArray escaped = "\"\\u0061\\n\xc3\xa9\xf0\x9f\x98\x80x\"";
    SimulateError there;
    there.offset = 0;
    for (const auto &[column, place] : {std::pair(0, 2), {1, 8}, {2, 10}, {3, 11}, {5, 12}, {99, 13}}) {
        there.column = column;
        QCOMPARE(there.toProjectError(escaped).column, place);
    }
}

void TestRuleJson::tooManyRules()
{
    JsonNode list = JsonNode::array();
    for (qsizetype i = 0; i <= Rule::maximumRules; ++i)
        list.append(JsonNode::object());
    SimulateError wrong;
    QVERIFY(!rulesFromJson(list, &wrong));
    QVERIFY(wrong.toString().startsWith(u"rules: there are 10001 rules, more than 10000: "_s));
}

void TestRuleJson::comparisons_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("holds"); // n is 5, name is "Anna"
    for (const auto &[text, holds] : {std::pair("n < 6", true),
                                      {"n<5", false},
                                      {"n <= 5", true},
                                      {"n > 4.5", true},
                                      {"n >= 6", false},
                                      {"n == 5.0", true},
                                      {"n != 5", false},
                                      {"n == '5'", false},
                                      {"n != '5'", true},
                                      {"name == 'Anna'", true},
                                      {"name < 'Bert'", true},
                                      {"name == 'a < b'", false},
                                      {"n + 1 == 2 * 3", true},
                                      {"n", true},
                                      {"n - 5", false},
                                      {"name", true},
                                      {"''", false}})
        QTest::newRow(text) << QString::fromLatin1(text) << holds;
}

void TestRuleJson::comparisons()
{
    QFETCH(QString, text);
    QFETCH(bool, holds);
    TemplateError error;
    const auto comparison = Comparison::parse(text, &error);
    QVERIFY2(comparison, qPrintable(error.toString()));
    ComposeContext context;
    context.variables = {{u"n"_s, 5}, {u"name"_s, u"Anna"_s}};
    const auto answer = comparison->holds(context, &error);
    QVERIFY2(answer, qPrintable(error.toString()));
    QCOMPARE(*answer, holds);
}

void TestRuleJson::comparisonErrors_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("column");
    QTest::newRow("empty") << QString() << 0;
    QTest::newRow("no right side") << u"n <"_s << 3;
    QTest::newRow("no left side") << u"== 1"_s << 0;
    QTest::newRow("braces") << u"1}} {{2"_s << 1;
    QTest::newRow("right side") << u"n == (1"_s << 7;
}

void TestRuleJson::comparisonErrors()
{
    QFETCH(QString, text);
    QFETCH(int, column);
    TemplateError error;
    QVERIFY(!Comparison::parse(text, &error));
    QCOMPARE(error.column, column);
}

QTEST_GUILESS_MAIN(TestRuleJson)
#include "test_rulejson.moc"
