#include "core/filter/filterparser_p.h"
#include "core/filter/filtertext.h"
#include "support/testmain.h"
#include "unit/filter/filtermessages.h"

#include <QRegularExpression>

#include <functional>
#include <tuple>

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

QString formOf(const QString &text)
{
    FilterParser parser(text);
    const auto node = parser.parse();
    return node ? node->toString() : parser.error().toString();
}

} // namespace

class TestFilterText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void writesTerms();
    void quotesReadBack();
    void patternsReadBack();
    void combines_data();
    void combines();
    void combinedMeansBoth();
    void everyCellsTermFindsItsMessage();
    void everyFieldsTermFindsItsMessage_data();
    void everyFieldsTermFindsItsMessage();
    void whatHasNoTerm();
};

void TestFilterText::writesTerms()
{
    QCOMPARE(filterTerm(u"sock", u"game"), u"sock == \"game\""_s);
    QCOMPARE(filterTerm(u"peer", u"127.0.0.1:9000"), u"peer == 127.0.0.1:9000"_s);
    QCOMPARE(filterTerm(u"peer.address", u"::1"), u"peer.address == ::1"_s);
    QCOMPARE(filterTerm(u"peer", u"localhost"), u"peer contains \"localhost\""_s);
    QCOMPARE(filterTerm(u"type", u"move"), u"type == \"move\""_s);
    QCOMPARE(filterTerm(u"type", u"3"), u"type == 3"_s);
    QCOMPARE(filterTerm(u"size", u"3"), u"size == 3"_s);
    QCOMPARE(filterTerm(u"size", 3), u"size == 3"_s);
    QCOMPARE(filterTerm(u"dir", u"in"), u"dir == in"_s);
    QCOMPARE(filterTerm(u"error", u""), u"error"_s);
    QCOMPARE(filterTerm(u"data.name", u"a\"b"), u"data.name == \"a\\\"b\""_s);
    QCOMPARE(filterTerm(Endpoint::fromString(u"[::1]:9000").value()), u"peer == [::1]:9000"_s);
    QCOMPARE(filterTerm(Endpoint()), u"!peer"_s);
    QCOMPARE(filterTerm(MessageType(u"3")), u"type == \"3\""_s);
    QCOMPARE(filterTerm(MessageType(-3)), u"type == -3"_s);
    QCOMPARE(filterTerm(Direction::Out), u"dir == out"_s);
    QCOMPARE(filterTerm(Outcome::DecodeError), u"outcome == DecodeError"_s);
    QCOMPARE(filterTimeTerm(12'500'000'001), u"time == 12.500000001"_s);
    QCOMPARE(filterTimeTerm(-1), u"time == -0.000000001"_s);
    QCOMPARE(filterTimeTerm(std::numeric_limits<qint64>::min()), u"time == -9223372036.854775808"_s);
    QCOMPARE(filterContains(u"payload", QByteArrayView("\x0a\x0b", 2)), u"payload contains 0a:0b"_s);
    QCOMPARE(filterContains(u"payload", QByteArrayView("\xff", 1)), u"payload contains 0xff"_s);
    QCOMPARE(filterNumber(0.1), u"0.1"_s);
}

void TestFilterText::quotesReadBack()
{
    QString all;
    for (char16_t c = 1; c < 0x180; ++c)
        all += QChar(c);
    for (const QString &text : {all, u"\\"_s, u"\"\\\""_s, u"\\n\n"_s, u"\U0001F600"_s, u" "_s}) {
        FilterParser parser(u"note == "_s + filterQuoted(text));
        const auto node = parser.parse();
        QVERIFY2(node, qPrintable(parser.error().toString()));
        QCOMPARE(node->values.front().text(), text);
    }
}

void TestFilterText::patternsReadBack()
{
    for (const auto &[pattern, fits, differs] : {std::tuple(u"^\\d+$", u"12", u"\\d"),
                                                 {u"a\"b", u"a\"b", u"a\\b"},
                                                 {u"a\\\"b", u"a\"b", u"ab"},
                                                 {u"\\\\\"", u"\\\"", u"\""},
                                                 {u"\\x41", u"A", u"x41"},
                                                 {u"[\"\\]]", u"]", u"x"}}) {
        FilterParser parser(u"note matches "_s + filterPatternQuoted(pattern));
        const auto node = parser.parse();
        QVERIFY2(node, qPrintable(parser.error().toString()));
        const QRegularExpression expression(node->values.front().text());
        QVERIFY2(expression.match(QString::fromUtf16(fits)).hasMatch(), qPrintable(expression.pattern()));
        QVERIFY2(!expression.match(QString::fromUtf16(differs)).hasMatch(), qPrintable(expression.pattern()));
    }
}

void TestFilterText::combines_data()
{
    QTest::addColumn<QString>("present");
    QTest::addColumn<QString>("term");
    QTest::addColumn<FilterJoin>("join");
    QTest::addColumn<QString>("combined");
    const auto row = [](const char *present, const char *term, FilterJoin join, const char *combined) {
        QTest::addRow("%s, %s, %d", present, term, int(join))
            << QString::fromLatin1(present) << QString::fromLatin1(term) << join << QString::fromLatin1(combined);
    };
    row("", "error", FilterJoin::Replace, "error");
    row("size > 1", "error", FilterJoin::Replace, "error");
    row("size > 1", "error", FilterJoin::ReplaceNot, "!error");
    row("size > 1", "dir == in", FilterJoin::ReplaceNot, "!(dir == in)");
    row("", "error", FilterJoin::And, "error");
    row("  ", "dir == in", FilterJoin::AndNot, "!(dir == in)");
    row("", "error", FilterJoin::Or, "error");
    row("", "hello", FilterJoin::OrNot, "!hello");
    row("size > 1", "error", FilterJoin::And, "size > 1 && error");
    row("size > 1", "error", FilterJoin::Or, "size > 1 || error");
    row("size > 1", "dir == in", FilterJoin::AndNot, "size > 1 && !(dir == in)");
    row("size > 1", "dir == in", FilterJoin::OrNot, "size > 1 || !(dir == in)");
    row("size > 1 || error", "dir == in", FilterJoin::And, "(size > 1 || error) && dir == in");
    row("size > 1 && error", "dir == in", FilterJoin::And, "size > 1 && error && dir == in");
    row("size > 1 && error", "dir == in", FilterJoin::Or, "size > 1 && error || dir == in");
    row("size > 1", "error || marked", FilterJoin::And, "size > 1 && (error || marked)");
    row("size > 1", "error && marked", FilterJoin::AndNot, "size > 1 && !(error && marked)");
    row("hello world", "error", FilterJoin::And, "hello world && error");
    row("hello || -", "error", FilterJoin::And, "(hello || -) && error");
    row("!error", "marked", FilterJoin::And, "!error && marked");
    row("size >", "marked", FilterJoin::And, "(size >) && marked"); // as wrong as before
}

void TestFilterText::combines()
{
    QFETCH(QString, present);
    QFETCH(QString, term);
    QFETCH(FilterJoin, join);
    QTEST(filterCombined(present, term, join), "combined");
}

void TestFilterText::combinedMeansBoth()
{
    const QStringList filters{u"error"_s,          u"!error"_s,           u"a b"_s,
                              u"a || b"_s,         u"a && b || marked"_s, u"(a || b) && marked"_s,
                              u"size in {1, 2}"_s, u"data.x != \"||\""_s, u"a || -"_s};
    for (const QString &one : filters) {
        for (const QString &two : filters) {
            const QString parts = formOf(u'(' + one + u") && ("_s + two + u')');
            // "and" of an "and" is written in one or in two levels: both mean the same
            const auto flat = [](QString form) {
                form.remove(u"(and "_s).remove(u')');
                return form;
            };
            QCOMPARE(flat(formOf(filterCombined(one, two, FilterJoin::And))), flat(parts));
            QCOMPARE(formOf(filterCombined(one, two, FilterJoin::ReplaceNot)), formOf(u"!("_s + two + u')'));
            const QString either = formOf(filterCombined(one, two, FilterJoin::OrNot));
            QVERIFY2(either.startsWith(u"(or "_s) && either.endsWith(formOf(u"!("_s + two + u')') + u')'),
                     qPrintable(either));
        }
    }
}

void TestFilterText::everyCellsTermFindsItsMessage()
{
    Chunk chunk(101);
    appendTo(chunk, someMessages());
    const FilterContext context = filterContext();
    for (int i = 0; i < chunk.count(); ++i) {
        QStringList terms{filterTerm(u"no", qint64(chunk.firstNo()) + i),
                          filterTimeTerm(chunk.wallNs(i) - context.originNs),
                          filterTerm(chunk.direction(i)),
                          filterTerm(chunk.peer(i)),
                          filterTerm(chunk.type(i)),
                          filterTerm(u"size", chunk.wireBytes(i)),
                          filterTerm(u"length", chunk.payload(i).size()),
                          filterTerm(chunk.outcome(i))};
        if (const FilterSock *sock = context.sock(chunk.sock(i)))
            terms += filterTerm(u"sock", sock->name);
        if (!chunk.payload(i).isEmpty())
            terms += filterContains(u"payload", chunk.payload(i).first(1));
        if (chunk.flags(i) & FlagNote)
            terms += filterTerm(u"note", QString::fromUtf8(chunk.noteUtf8(i)));
        for (const QString &term : terms) {
            FilterError error;
            const auto filter = Filter::compile(term, &error);
            QVERIFY2(filter, qPrintable(term + error.toString()));
            QVERIFY2(filter->matches(chunk, i, context), qPrintable(term));
        }
    }
    QCOMPARE(passing(*Filter::compile(filterTimeTerm(500'000'000)), chunk, context), (QList<int>{1}));
}

void TestFilterText::everyFieldsTermFindsItsMessage_data()
{
    QTest::addColumn<QString>("codec");
    QTest::addColumn<quint32>("sock");
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QStringList>("terms");
    const QCborMap data{{u"x"_s, 12.5},
                        {u"big"_s, std::numeric_limits<qint64>::max()},
                        {u"odd key"_s, u"a\"\\b\nä"_s},
                        {u"list"_s, QCborArray{true, nullptr, QCborArray{-1}}},
                        {u"long"_s, QString(500, u'z')},
                        {u"endless"_s, QString(20000, u'z')}};
    const QStringList json{u"type == 3"_s,
                           u"data"_s,
                           u"data.x == 12.5"_s,
                           u"data.big == 9223372036854775807"_s,
                           u"data.\"odd key\" == \"a\\\"\\\\b\\nä\""_s,
                           u"data.list"_s,
                           u"data.list[0] == true"_s,
                           u"data.list[1] == null"_s,
                           u"data.list[2]"_s,
                           u"data.list[2][0] == -1"_s,
                           u"data.long == \""_s + QString(500, u'z') + u'"',
                           u"data.endless"_s};
    const auto add = [&](const char16_t *codec, quint32 sock, const QByteArray &payload, const QStringList &terms) {
        QTest::addRow("%s %u", qPrintable(QString::fromUtf16(codec)), unsigned(QTest::currentDataTag() ? 1 : sock))
            << QString::fromUtf16(codec) << sock << payload << terms;
    };
    for (const auto &[codec, sock] : {std::pair(u"json", 1U), {u"msgpack", 2U}, {u"cbor", 5U}})
        add(codec, sock, encoded(codec, 3, data), json);
    QTest::newRow("text") << u"text"_s << 3U << QByteArray("say \"hi\"\n")
                          << QStringList{u"data == \"say \\\"hi\\\"\\n\""_s};
    QTest::newRow("raw") << u"raw"_s << 4U << QByteArray("\x00\xff", 2) << QStringList{u"data == 00:ff"_s};
    QTest::newRow("one byte") << u"raw"_s << 4U << QByteArray("\x0a") << QStringList{u"data == 0x0a"_s};
    QTest::newRow("no bytes") << u"raw"_s << 4U << QByteArray() << QStringList{u"data == \"\""_s};
    QTest::newRow("not text") << u"text"_s << 3U << QByteArray("a\xff") << QStringList{u"data == 61:ff"_s};
    QTest::newRow("named type") << u"json"_s << 1U << QByteArray("[\"move\",\"x\"]")
                                << QStringList{u"type == \"move\""_s, u"data == \"x\""_s};
    QTest::newRow("no message") << u"json"_s << 1U << QByteArray("{\"a\":[1]}")
                                << QStringList{u"data"_s, u"data.a"_s, u"data.a[0] == 1"_s};
    QTest::newRow("bytes") << u"cbor"_s << 5U << QByteArray::fromHex("82036142ff") << QStringList{};
    QTest::newRow("cbor kinds") << u"cbor"_s << 5U
                                << QByteArray::fromHex("8203a3"
                                                       "61"
                                                       "62"
                                                       "42"
                                                       "00ff"
                                                       "61"
                                                       "74"
                                                       "c1"
                                                       "05"
                                                       "81"
                                                       "01"
                                                       "f7")
                                << QStringList{u"type == 3"_s, u"data"_s, u"data.b == 00:ff"_s, u"data.t"_s,
                                               u"data.t.value == 5"_s};
}

void TestFilterText::everyFieldsTermFindsItsMessage()
{
    QFETCH(QString, codec);
    QFETCH(quint32, sock);
    QFETCH(QByteArray, payload);
    QFETCH(QStringList, terms);
    Chunk chunk(1);
    MessageBatch batch;
    const MessageType type = payload.startsWith("[\"move") ? MessageType(u"move") : MessageType(3);
    batch.add(headOf(sock, type, "127.0.0.1:1", 1), payload);
    appendTo(chunk, batch);
    const FilterContext context = filterContext();
    const auto reader = makeCodec(codec);
    const FieldNode root = reader->fields(payload);
    QStringList found;
    std::vector<const FieldNode *> fromRoot;
    const std::function<void(const FieldNode &)> visit = [&](const FieldNode &node) {
        fromRoot.push_back(&node);
        if (const auto term = filterTermOf(fromRoot, *reader, payload)) {
            found += *term;
            FilterError error;
            const auto filter = Filter::compile(*term, &error);
            QVERIFY2(filter, qPrintable(error.toString()));
            QVERIFY2(filter->matches(chunk, 0, context), qPrintable(term->left(100)));
        }
        for (const FieldNode &child : node.children)
            visit(child);
        fromRoot.pop_back();
    };
    visit(root);
    found.sort();
    terms.sort();
    if (!terms.isEmpty())
        QCOMPARE(found, terms);
}

void TestFilterText::whatHasNoTerm()
{
    const auto json = makeCodec(u"json");
    const QByteArray broken = "[3,{\"a\":tru";
    const FieldNode root = json->fields(broken);
    QVERIFY(!filterFieldOf({}));
    QVERIFY(!filterFieldOf({&root}));
    QCOMPARE(filterFieldOf({&root, &root.children[1]}).value(), u"data"_s);
    const FieldNode &error = root.children[1].children.back();
    QCOMPARE(error.kind, u"error"_s);
    QVERIFY(!filterFieldOf({&root, &root.children[1], &error}));
    QVERIFY(!filterTermOf({&root, &root.children[1], &error}, *json, broken));
    // a text that was cut off: that it is there
    const QByteArray cut = "[3,\"ab";
    const FieldNode half = json->fields(cut);
    QCOMPARE(filterTermOf({&half, &half.children[1]}, *json, cut).value(), u"data"_s);
    // no digits read back as NaN
    const auto cborNumbers = makeCodec(u"cbor");
    const QByteArray notANumber = QByteArray::fromHex("8203f97e00");
    const FieldNode nan = cborNumbers->fields(notANumber);
    QCOMPARE(filterTermOf({&nan, &nan.children[1]}, *cborNumbers, notANumber).value(), u"data"_s);
    // a key that is a list
    const auto cbor = makeCodec(u"cbor");
    const QByteArray keyed = QByteArray::fromHex("8203a1810105");
    const FieldNode map = cbor->fields(keyed);
    QVERIFY(!filterFieldOf({&map, &map.children[1], &map.children[1].children[0]}));
}

QTEST_GUILESS_MAIN(TestFilterText)
#include "test_filtertext.moc"
