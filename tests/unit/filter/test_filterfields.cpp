#include "core/filter/filter.h"
#include "core/filter/filterfields.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFilterFields : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void everyFieldIsUsable();
    void completes_data();
    void completes();
    void completesAnywhere();
};

/// Each field with each operator that is said to fit it, and with none of the others.
void TestFilterFields::everyFieldIsUsable()
{
    const QStringList operators = filterOperators(FilterKind::Data);
    QCOMPARE(operators.size(), 9);
    QSet<QString> names;
    for (const FilterFieldInfo &info : filterFields()) {
        QVERIFY(!info.help.isEmpty());
        QVERIFY(!names.contains(info.name));
        names.insert(info.name);
        QCOMPARE(filterField(info.name)->field, info.field);
        const QStringList fitting = filterOperators(info.kind);
        QCOMPARE(fitting.isEmpty(), info.kind == FilterKind::Flag);
        const QString value = info.kind == FilterKind::Direction                                  ? u"in"_s
                              : info.kind == FilterKind::Outcome                                  ? u"Sent"_s
                              : info.kind == FilterKind::Peer || info.kind == FilterKind::Address ? u"127.0.0.1"_s
                              : info.kind == FilterKind::Text || info.kind == FilterKind::Bytes   ? u"\"x\""_s
                                                                                                  : u"3"_s;
        for (const QString &op : operators) {
            QVERIFY(!filterOperatorHelp(op).isEmpty());
            const QString literal = op == u"in"                             ? u'{' + value + u'}'
                                    : op == u"matches" || op == u"contains" ? u"\"x\""_s
                                                                            : value;
            FilterError error;
            const bool compiles = Filter::compile(info.name + u' ' + op + u' ' + literal, &error).has_value();
            QVERIFY2(compiles == fitting.contains(op), qPrintable(info.name + u' ' + op + u": "_s + error.toString()));
        }
    }
    QVERIFY(!filterField(u"foo"));
    QVERIFY(filterOperatorHelp(u"foo").isEmpty());
    QVERIFY(filterOutcomes().contains(u"DroppedQueueFull"_s));
}

void TestFilterFields::completes_data()
{
    using Expected = CompletionContext::Expected;
    QTest::addColumn<QString>("text"); // with the cursor as |
    QTest::addColumn<CompletionContext::Expected>("expected");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("replaced");
    const auto row = [](const char *text, Expected expected, const char *field, const char *prefix,
                        const char *replaced) {
        QTest::newRow(text) << QString::fromLatin1(text) << expected << QString::fromLatin1(field)
                            << QString::fromLatin1(prefix) << QString::fromLatin1(replaced);
    };
    row("|", Expected::Field, "", "", "");
    row("si|", Expected::Field, "", "si", "si");
    row("si|ze > 3", Expected::Field, "", "si", "size");
    row("|size > 3", Expected::Field, "", "", "size");
    row("size |", Expected::Operator, "size", "", "");
    row("size =|", Expected::Operator, "size", "=", "=");
    row("size con|", Expected::Operator, "size", "con", "con");
    row("size >|", Expected::Value, "size", "", "");
    row("size > 1|", Expected::Value, "size", "1", "1");
    row("size > 1 |", Expected::Joint, "size", "", "");
    row("size > 1 &|", Expected::Joint, "size", "&", "&");
    row("size > 1 an|", Expected::Joint, "size", "an", "an");
    row("size > 1 && |", Expected::Field, "size", "", "");
    row("size > 1 && !pe|", Expected::Field, "size", "pe", "pe");
    row("(er|", Expected::Field, "", "er", "er");
    row("error |", Expected::Joint, "error", "", "");
    row("hello |", Expected::Joint, "hello", "", "");
    row("peer == 127.0.0.|", Expected::Value, "peer", "127.0.0.", "127.0.0.");
    row("peer == 127.|0.0.1:90 && error", Expected::Value, "peer", "127.", "127.0.0.1:90");
    row("type == \"mo|", Expected::Value, "type", "mo", "\"mo");
    row("type == \"mo|ve\" && error", Expected::Value, "type", "mo", "\"move\"");
    row("type == \"move\"|", Expected::Joint, "type", "", "");
    row("type in {mo|", Expected::Value, "type", "mo", "mo");
    row("type in {move, |", Expected::Value, "type", "", "");
    row("type in {move|}", Expected::Value, "type", "move", "move");
    row("type in {move} |", Expected::Joint, "type", "", "");
    row("no in 1..|", Expected::Value, "no", "", "");
    row("data.|", Expected::Field, "", "data.", "data.");
    row("data.pos.x|", Expected::Field, "", "data.pos.x", "data.pos.x");
    row("data.list[0].na|me == 3", Expected::Field, "", "data.list[0].na", "data.list[0].name");
    row("data.list[0].|", Expected::Field, "", "data.list[0].", "data.list[0].");
    row("data.pos.x |", Expected::Operator, "data.pos.x", "", "");
    row("data.\"odd key\" == |", Expected::Value, "data.\"odd key\"", "", "");
    row("data.x matches \"^a|", Expected::Nothing, "data.x", "^a", "\"^a");
    row("data && |", Expected::Field, "data", "", "");
    row("data & # |", Expected::Nothing, "data", "", "");
}

void TestFilterFields::completes()
{
    QFETCH(QString, text);
    QFETCH(CompletionContext::Expected, expected);
    QFETCH(QString, field);
    QFETCH(QString, prefix);
    QFETCH(QString, replaced);
    const auto cursor = static_cast<int>(text.indexOf(u'|'));
    text.remove(cursor, 1);
    const CompletionContext context = completionContext(text, cursor);
    QCOMPARE(context.expected, expected);
    if (expected == CompletionContext::Expected::Operator || expected == CompletionContext::Expected::Value) {
        QCOMPARE(context.field, field);
        const auto info = filterField(field.startsWith(u"data"_s) ? u"data"_s : field);
        QCOMPARE(context.kind, info->kind);
    }
    QCOMPARE(context.prefix, prefix);
    QCOMPARE(text.mid(context.from, context.length), replaced);
}

void TestFilterFields::completesAnywhere()
{
    const QString text =
        u"(size > 100 && !type in {move, 3..5}) || data.\"odd \\\"key\"[3].x matches \"^a\\\"b$\" or = & "
        "peer == [::1]:9000 and \"hello\" .. data.[ data.\"x"_s;
    for (int from = 0; from < text.size(); from += 3) {
        const QString part = text.mid(from);
        for (int cursor = -1; cursor <= part.size() + 1; ++cursor) {
            const CompletionContext context = completionContext(part, cursor);
            QVERIFY(context.from >= 0 && context.length >= 0 && context.from + context.length <= part.size());
            QVERIFY(context.from <= qBound(0, cursor, int(part.size())));
        }
    }
}

QTEST_GUILESS_MAIN(TestFilterFields)
#include "test_filterfields.moc"
