#include "core/filter/filterparser_p.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFilterParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void refusesWhatIsTooMuch();
    void writesItsFormsAgain_data() { reads_data(); }
    void writesItsFormsAgain();
    void numbersAreExact();
    void errorsHaveAPlace();
};

void TestFilterParser::reads_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("form");
    const auto row = [](const char *text, const char *form) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(form);
    };
    row("", "(and)");
    row("  \t ", "(and)");
    row("size > 100", "(size > 100)");
    row("size>100", "(size > 100)");
    row("size gt 0x64", "(size > 100)");
    row("size >= -1", "(size >= -1)");
    row("size LE 1.5e3", "(size <= 1500.0)");
    row("no in 100..200", "(no in 100..200)");
    row("no in {1, 3, 5..9}", "(no in 1 3 5..9)");
    row("no in {1,3,5 .. 9}", "(no in 1 3 5..9)");
    row("time > 12.5", "(time > 12.5)");
    row("time in 0.5..1", "(time in 0.5..1)");
    row("dir == in", "(dir == \"in\")");
    row("dir == OUT", "(dir == \"out\")");
    row("dir != \"in\"", "(dir != \"in\")");
    row("dir in {in, out}", "(dir in \"in\" \"out\")");
    row("sock == \"game one\"", "(sock == \"game one\")");
    row("sock eq game", "(sock == \"game\")");
    row("sock matches \"^ga\\d\"", "(sock matches \"^ga\\\\d\")");
    row("peer == 127.0.0.1:9000", "(peer == 127.0.0.1:9000)");
    row("peer == \"127.0.0.1:9000\"", "(peer == 127.0.0.1:9000)");
    row("peer == [::1]:9000", "(peer == [::1]:9000)");
    row("peer == ::1", "(peer == ::1)");
    row("peer == [::1]", "(peer == ::1)");
    row("peer != fe80::1", "(peer != fe80::1)");
    row("peer == 10.0.0.0/8", "(peer == 10.0.0.0/8)");
    row("peer == 2001:db8::/32", "(peer == 2001:db8::/32)");
    row("peer in {127.0.0.1, 10.0.0.0/8, [::1]:1}", "(peer in 127.0.0.1 10.0.0.0/8 [::1]:1)");
    row("peer contains \":90\"", "(peer contains \":90\")");
    row("peer contains 127.0", "(peer contains \"127.0\")");
    row("peer.port == 9000", "(peer.port == 9000)");
    row("peer.address == 127.0.0.1", "(peer.address == 127.0.0.1)");
    row("peer", "(peer)");
    row("type == move", "(type == \"move\")");
    row("type == \"3\"", "(type == \"3\")");
    row("type == 3", "(type == 3)");
    row("type > 3", "(type > 3)");
    row("type in {move, 3, 5..7}", "(type in \"move\" 3 5..7)");
    row("type contains 3", "(type contains \"3\")");
    row("outcome == DecodeError", "(outcome == \"DecodeError\")");
    row("outcome in {decodeerror, \"sent\"}", "(outcome in \"DecodeError\" \"Sent\")");
    row("seq < 7", "(seq < 7)");
    row("length != 0", "(length != 0)");
    row("payload contains \"abc\"", "(payload contains \"abc\")");
    row("payload contains 0a:0b", "(payload contains 0a:0b)");
    row("payload contains 0x0a", "(payload contains 0x0a)");
    row("payload contains 0x0A0b", "(payload contains 0a:0b)");
    row("payload == \"\"", "(payload == \"\")");
    row("payload matches \"a\\\"b\"", "(payload matches \"a\\\"b\")");
    row("text contains hello", "(text contains \"hello\")");
    row("note", "(note)");
    row("note contains \"a\\tb\\n\\x41\\\\\\\"\"", "(note contains \"a\\tb\\nA\\\\\\\"\")");
    row("data.pos.x < 10", "(data.pos.x < 10)");
    row("data", "(data)");
    row("data == null", "(data == null)");
    row("data[0].name == \"x\"", "(data[0].name == \"x\")");
    row("data.\"odd key\" == true", "(data.\"odd key\" == true)");
    row("data.\"a.b\"[2].c", "(data.\"a.b\"[2].c)");
    row("data.list[3] in {1, \"a\", 2..3, false, 0a:0b}", "(data.list[3] in 1 \"a\" 2..3 false 0a:0b)");
    row("data.x-y_z == -1.5", "(data.x-y_z == -1.5)");
    row("data.größe > 1", "(data.größe > 1)");
    row("data.text matches \"^he.*\"", "(data.text matches \"^he.*\")");
    row("data.n == 18446744073709551615", "(data.n == 18446744073709551615)");
    row("error", "(error)");
    row("!error", "(not (error))");
    row("not error", "(not (error))");
    row("! ! unhandled", "(not (not (unhandled)))");
    row("injected and truncated or marked && commented",
        "(or (and (injected) (truncated)) (and (marked) (commented)))");
    row("error || unhandled || marked", "(or (error) (unhandled) (marked))");
    row("error && (unhandled || marked)", "(and (error) (or (unhandled) (marked)))");
    row("!size > 100 && error", "(and (not (size > 100)) (error))");
    row("((error))", "(error)");
    row("hello", "(search \"hello\")");
    row("hello world", "(and (search \"hello\") (search \"world\"))");
    row("\"hello world\"", "(search \"hello world\")");
    row("hello \"big world\" || error", "(or (and (search \"hello\") (search \"big world\")) (error))");
    row("hello && error", "(and (search \"hello\") (error))");
    row("!hello", "(not (search \"hello\"))");
    row("\"error\"", "(search \"error\")");
    row("12:30", "(search \"12:30\")");
    row("42", "(search \"42\")");
    row("peer.foo", "(search \"peer.foo\")");
    row("datagram", "(search \"datagram\")");
    row("grün", "(search \"grün\")");
}

void TestFilterParser::reads()
{
    QFETCH(QString, text);
    QFETCH(QString, form);
    FilterParser parser(text);
    const auto node = parser.parse();
    QVERIFY2(node, qPrintable(parser.error().toString()));
    QCOMPARE(node->toString(), form);
    FilterError error;
    const auto filter = Filter::compile(text, &error);
    QVERIFY2(filter, qPrintable(error.toString()));
    QCOMPARE(filter->isEmpty(), text.trimmed().isEmpty());
    QCOMPARE(filter->text(), text);
}

void TestFilterParser::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("column");
    QTest::addColumn<int>("length");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *text, int column, int length, const char *what) {
        QTest::newRow(text) << QString::fromUtf8(text) << column << length << QString::fromUtf8(what);
    };
    row("size > \"abc\"", 7, 5, "expected a number after >");
    row("size >", 6, 0, "expected a number after >");
    row("size gt 10k", 8, 3, "expected a number after gt");
    row("size == 1_000", 8, 5, "expected a number after ==");
    row("size == +1", 8, 2, "expected a number after ==");
    row("size == 1.", 8, 2, "expected a number after ==");
    row("size = 3", 5, 1, "expected == (two equals signs)");
    row("size => 3", 5, 2, "expected >=");
    row("size <> 3", 5, 2, "expected !=");
    row("size === 3", 7, 1, "expected == (two equals signs)");
    row("error & marked", 6, 1, "expected &&");
    row("error | marked", 6, 1, "expected ||");
    row("size contains \"a\"", 5, 8, "expected one of == != > >= < <= in after size, not contains");
    row("dir > in", 4, 1, "expected one of == != in after dir, not >");
    row("dir == up", 7, 2, "expected in or out after ==");
    row("dir in", 6, 0, "expected dir == in, or { after in");
    row("size", 4, 0, "expected an operator after size: == != > >= < <= in; in quotation marks it is a word to search");
    row("error == 1", 6, 2, "expected && or || after error, which stands alone");
    row("foo == 3", 0, 3,
        "there is no field foo; expected no, time, dir, sock, peer, type, size, length, payload, text, note, outcome, "
        "seq or data");
    row("siez > 3", 0, 4, "there is no field siez; expected size");
    row("Type == 3", 0, 4, "there is no field Type; expected type or time");
    row("peer.prot == 3", 0, 9, "there is no field peer.prot; expected peer.port");
    row("leng > 3", 0, 4, "there is no field leng; expected length");
    row("3 == size", 0, 1, "expected a field before ==, not 3");
    row("\"size\" == 3", 0, 6, "expected a field before ==, not \"size\"");
    row("== 3", 0, 2, "expected a field before ==, such as size");
    row("error &&", 8, 0, "expected a condition here, such as size > 100");
    row("&& error", 0, 2, "expected a condition before &&");
    row("and error", 0, 3, "expected a condition before and");
    row("error or or marked", 9, 2, "expected a condition before or");
    row("!", 1, 0, "expected a condition here, such as size > 100");
    row("(error", 6, 0, "expected ) for the ( in column 1");
    row("error)", 5, 1, "this ) has no ( before it");
    row("()", 0, 2, "expected a condition between ( and )");
    row("(error marked)", 7, 6, "expected &&, || or ) before marked");
    row("error marked", 6, 6, "expected && or || before marked");
    row("hello error", 6, 5, "expected && or || before error");
    row("error hello", 6, 5, "expected && or || before hello");
    row("\"hello", 0, 6, "this text has no closing quotation mark (\")");
    row("note == \"a\\", 8, 3, "this text has no closing quotation mark (\")");
    row("note == \"a\\d\"", 10, 2, "expected \\\", \\\\, \\n, \\r, \\t or \\x with two hex digits after a backslash");
    row("note == \"\\x1\"", 9, 2, "expected \\\", \\\\, \\n, \\r, \\t or \\x with two hex digits after a backslash");
    row("\"\"", 0, 2, "expected a text between the quotation marks");
    row("payload contains \"\"", 0, 19, "expected at least one character to look for");
    row("payload contains abc", 17, 3,
        "expected a text in quotation marks or bytes such as 0a:0b or 0x0a after contains");
    row("payload == 0a:0", 11, 4, "expected a text in quotation marks or bytes such as 0a:0b or 0x0a after ==");
    row("note matches \"a(b\"", 17, 0, "expected a regular expression: missing closing parenthesis");
    row("note matches \"\\\"*(b]\\\\)+*\"", 24, 1,
        "expected a regular expression: quantifier does not follow a repeatable item");
    row("note matches abc", 13, 3, "expected a regular expression in quotation marks after matches, such as \"^he.*\"");
    row("no in {}", 6, 2, "expected a value between { and }");
    row("no in {1", 8, 0, "expected } for the { in column 7");
    row("no in {1 2}", 9, 1, "expected , or } before 2");
    row("no in {1,}", 9, 1, "expected a number after ,");
    row("no in {,1}", 7, 1, "expected a number after {");
    row("no in", 5, 0, "expected a range such as 100..200, or { after in");
    row("no in 5", 7, 0, "expected .. and the end of the range, or braces around single values");
    row("no in 9..5", 9, 1, "expected 5..9: the range ends before it begins");
    row("no in 9..", 9, 0, "expected a number after ..");
    row("no in a..b", 6, 1, "expected a number after in");
    row("type in move..3", 12, 2, "expected a range of numbers, such as 1..5");
    row("type > move", 7, 4, "expected a number after >");
    row("sock in game", 8, 4, "expected { after in, such as in {…, …}");
    row("peer == localhost", 8, 9,
        "expected an address such as 127.0.0.1:9000, [::1]:9000, 127.0.0.1 or 10.0.0.0/8 after ==");
    row("peer == 10.0.0.0/33", 8, 11,
        "expected an address such as 127.0.0.1:9000, [::1]:9000, 127.0.0.1 or 10.0.0.0/8 after ==");
    row("peer == [::1", 8, 4, "expected an IPv6 address such as [::1]:9000 from [ to ]");
    row("peer.address == 127.0.0.1:9", 16, 11, "expected an address such as 127.0.0.1, ::1 or 10.0.0.0/8 after ==");
    row("outcome == Lost", 11, 4,
        "expected one of Dispatched, Unhandled, RejectedPeer, FramingError, DecodeError, DroppedByHook, "
        "DroppedQueueFull, DroppedAtStop, Sent, EncodeError, SendError, NoPeer, SendQueueFull, "
        "DroppedAtClose, ImpairLost, ImpairQueueFull, ImpairDelayed, ImpairReordered, ImpairDuplicated, "
        "ImpairCorrupted "
        "after ==");
    row("data.x == alice", 10, 5,
        "expected a number, a text in quotation marks, true, false, null or bytes such as 0a:0b after ==");
    row("data.x > true", 9, 4, "expected a number or a text in quotation marks after >");
    row("data.x contains 5", 16, 1, "expected a text in quotation marks or bytes such as 0a:0b after contains");
    row("data.", 5, 0, "expected a key after the dot, in quotation marks if it is not a plain word");
    row("data..x", 4, 2, "expected && or || before ..");
    row("data[x]", 4, 1, "expected the place in a list, counted from 0, such as [0]");
    row("data[-1]", 4, 1, "expected the place in a list, counted from 0, such as [0]");
    row("data[1", 4, 2, "expected the place in a list, counted from 0, such as [0]");
    row("data[99999999999]", 4, 11, "expected the place in a list, counted from 0, such as [0]");
    row("data[1]x", 7, 1, "expected . or [ or an operator after the path");
    row("data.\"a\\d\"", 7, 2, "expected \\\", \\\\, \\n, \\r, \\t or \\x with two hex digits after a backslash");
    row("error ]", 6, 1, "this ] has no [ before it");
    // the language before this one
    row("dir:in", 0, 6, "expected dir == in");
    row("peer:1.2.3.4", 0, 12, "expected peer == 1.2.3.4");
    row("peer:[::1]:9000", 0, 15, "expected peer == [::1]:9000");
    row("peer:local", 0, 10, "expected peer contains \"local\"");
    row("type:move", 0, 9, "expected type == \"move\"");
    row("type:3", 0, 6, "expected type == 3");
    row("type:\"a b\"", 0, 10, "expected type == \"a b\"");
    row("sock:game error", 0, 9, "expected sock == \"game\"");
    row("-error", 0, 6, "expected !error");
    row("error && -dir:in", 9, 7, "expected !(dir == in)");
    row("hello -world", 6, 6, "expected !world");
    row("--x", 0, 3, "expected !-x");
    row("(type:move) && error", 1, 9, "expected type == \"move\"");
    row("-(a)", 0, 4, "expected !(a)");
    row("logged in", 0, 6,
        "there is no field logged; expected no, time, dir, sock, peer, type, size, length, payload, text, note, "
        "outcome, seq or data; to search for words such as in, put them in quotation marks");
}

void TestFilterParser::refuses()
{
    QFETCH(QString, text);
    QFETCH(int, column);
    QFETCH(int, length);
    QFETCH(QString, what);
    FilterError error;
    QVERIFY(!Filter::compile(text, &error));
    QCOMPARE(error.what, what);
    QCOMPARE(error.column, column);
    QCOMPARE(error.length, length);
    QCOMPARE(error.toString(), u"column %1: %2"_s.arg(column + 1).arg(what));
    QVERIFY(!Filter::compile(text));
}

void TestFilterParser::refusesWhatIsTooMuch()
{
    FilterError error;
    QVERIFY(Filter::compile(QString(10'000, u'a')));
    QVERIFY(!Filter::compile(QString(10'003, u'a'), &error));
    QCOMPARE(error.column, 10'000);
    QCOMPARE(error.length, 3);
    QCOMPARE(error.what, u"expected at most 10000 characters, there are 10003"_s);

    QVERIFY(Filter::compile(QString(100, u'(') + "error"_L1 + QString(100, u')')));
    QVERIFY(!Filter::compile(QString(101, u'(') + "error"_L1 + QString(101, u')'), &error));
    QCOMPARE(error.column, 100);
    QCOMPARE(error.what, u"expected at most 100 levels of ( and !"_s);
    QVERIFY(Filter::compile(QString(100, u'!') + "error"_L1));
    QVERIFY(!Filter::compile(QString(101, u'!') + "error"_L1, &error));
    QCOMPARE(error.what, u"expected at most 100 levels of ( and !"_s);
    // one after the other is not one in the other
    QVERIFY(Filter::compile(u"(error)"_s + u" && !(error)"_s.repeated(200)));

    QVERIFY(Filter::compile(u"a"_s + u" a"_s.repeated(999)));
    QVERIFY(!Filter::compile(u"a"_s + u" a"_s.repeated(1000), &error));
    QCOMPARE(error.column, 2000);
    QCOMPARE(error.what, u"expected at most 1000 conditions and values"_s);
    QVERIFY(Filter::compile(u"no in {1"_s + u",2"_s.repeated(999) + u'}'));
    QVERIFY(!Filter::compile(u"no in {1"_s + u",2"_s.repeated(1000) + u'}', &error));
    QCOMPARE(error.what, u"expected at most 1000 conditions and values"_s);
}

/// What the forms show is a filter again, but for the words and, or, not and search, which stand in front there.
void TestFilterParser::writesItsFormsAgain()
{
    QFETCH(QString, form);
    QString condition = form;
    if (form == u"(and)" || form.startsWith(u"(and (") || form.startsWith(u"(or (") || form.startsWith(u"(not (") ||
        form.startsWith(u"(search ") || form.contains(u" in "))
        return;
    FilterParser parser(condition);
    const auto node = parser.parse();
    QVERIFY2(node, qPrintable(parser.error().toString()));
    // a regular expression has escapes of its own
    if (!form.contains(u" matches "))
        QCOMPARE(node->toString(), form);
}

void TestFilterParser::numbersAreExact()
{
    const auto number = [](const char *text) { return FilterNumber::fromText(QString::fromLatin1(text)).value(); };
    QVERIFY(number("9007199254740993") > number("9007199254740992.0"));
    QVERIFY(number("9223372036854775807") < number("9223372036854775808"));
    QVERIFY(number("9223372036854775807") < number("9223372036854775808.0"));
    QVERIFY(number("9223372036854775808") == number("9223372036854775808.0"));
    QVERIFY(number("-9223372036854775808") == number("-9223372036854775808.0"));
    QVERIFY(number("-9223372036854775809") < number("-9223372036854775808"));
    QVERIFY(number("18446744073709551615") < number("1e30"));
    QVERIFY(number("18446744073709551615") > number("-1e30"));
    QVERIFY(number("3") < number("3.5"));
    QVERIFY(number("-3") > number("-3.5"));
    QVERIFY(number("-4") < number("-3.5"));
    QVERIFY(number("3.0") == number("3"));
    QVERIFY(number("0") == number("-0.0"));
    QCOMPARE(number("-0x10").toString(), u"-16"_s);
    QCOMPARE(number("-9223372036854775809").toString(), u"-9223372036854775809"_s);
    for (const char *wrong :
         {"", "-", ".5", "5.", "1e", "0x", "0xg", "0x-1", "--1", "1 ", "nan", "inf", "1e999", "0b1"})
        QVERIFY2(!FilterNumber::fromText(QString::fromLatin1(wrong)), wrong);

    QCOMPARE(FilterNumber::nanosecondsOf(u"12.5").value(), 12'500'000'000);
    QCOMPARE(FilterNumber::nanosecondsOf(u"-0.000000001").value(), -1);
    QCOMPARE(FilterNumber::nanosecondsOf(u"3").value(), 3'000'000'000);
    QVERIFY(!FilterNumber::nanosecondsOf(u"0.0000000001"));
    QVERIFY(!FilterNumber::nanosecondsOf(u"99999999999"));

    const auto range = [&](const char *op, const char *text) {
        const FilterRange r = filterRangeOf(QString::fromLatin1(op), number(text));
        return std::pair(r.low, r.high);
    };
    constexpr qint64 low = std::numeric_limits<qint64>::min();
    constexpr qint64 high = std::numeric_limits<qint64>::max();
    QCOMPARE(range(">", "12.5"), std::pair(qint64(13), high));
    QCOMPARE(range(">=", "12.5"), std::pair(qint64(13), high));
    QCOMPARE(range("<", "12.5"), std::pair(low, qint64(12)));
    QCOMPARE(range("<=", "12.5"), std::pair(low, qint64(12)));
    QCOMPARE(range(">", "12"), std::pair(qint64(13), high));
    QCOMPARE(range(">=", "12.0"), std::pair(qint64(12), high));
    QCOMPARE(range("<", "12"), std::pair(low, qint64(11)));
    QCOMPARE(range("<=", "-12"), std::pair(low, qint64(-12)));
    QCOMPARE(range("==", "7"), std::pair(qint64(7), qint64(7)));
    QVERIFY(filterRangeOf(u"==", number("7.5")).isEmpty());
    QVERIFY(filterRangeOf(u">", number("9223372036854775807")).isEmpty());
    QVERIFY(filterRangeOf(u"<", number("-9223372036854775808")).isEmpty());
    QVERIFY(filterRangeOf(u">=", number("18446744073709551615")).isEmpty());
    QCOMPARE(range("<", "1e30"), std::pair(low, high));
    QCOMPARE(range(">", "-18446744073709551615"), std::pair(low, high));
}

/// Whatever is left out of a filter: the error lies in the text.
void TestFilterParser::errorsHaveAPlace()
{
    // however much was typed, an error shows little of it
    for (const char16_t *start : {u"-", u"type:", u"no in 9..-", u"error ", u"foo == ", u"size > ", u"data.x == "}) {
        for (const QChar c : u"-1a"_s) {
            FilterError error;
            if (!Filter::compile(QString::fromUtf16(start) + QString(9000, c), &error))
                QVERIFY2(error.what.size() < 300, qPrintable(error.what));
        }
    }
    const QString whole = u"(size > 100 && !type in {move, 3..5}) || data.\"odd key\"[3].x matches \"^a\\\"b$\" or "
                          "peer == [::1]:9000 and \"hello\" wörld"_s;
    QVERIFY(Filter::compile(whole));
    const auto check = [](const QString &text) {
        FilterError error;
        if (Filter::compile(text, &error))
            return;
        QVERIFY2(error.column >= 0 && error.length >= 0 && error.column + error.length <= text.size(),
                 qPrintable(text + u": "_s + error.toString()));
        QVERIFY(!error.what.isEmpty());
    };
    for (qsizetype at = 0; at < whole.size(); ++at) {
        check(whole.left(at));
        check(whole.mid(at));
        check(whole.left(at) + whole.mid(at + 1));
        for (const QChar c : u"()[]{}\"!=<>&|,. \\"_s)
            check(whole.left(at) + c + whole.mid(at));
    }
}

QTEST_GUILESS_MAIN(TestFilterParser)
#include "test_filterparser.moc"
