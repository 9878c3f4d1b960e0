#include "core/filter/filter.h"
#include "support/testmain.h"
#include "unit/filter/filtermessages.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestFilterEvaluate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void evaluates_data();
    void evaluates();
};

void TestFilterEvaluate::evaluates_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QList<int>>("expected");
    const QList<int> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const auto row = [&](const char *text, const QList<int> &expected) {
        QTest::newRow(text) << QString::fromUtf8(text) << expected;
    };
    const auto but = [&](const QList<int> &without) {
        QList<int> rest = all;
        rest.removeIf([&](int i) { return without.contains(i); });
        return rest;
    };
    row("", all);
    row("no == 103", {2});
    row("no != 103", but({2}));
    row("no > 109", {9, 10});
    row("no >= 109", {8, 9, 10});
    row("no < 102", {0});
    row("no <= 102", {0, 1});
    row("no in 103..104", {2, 3});
    row("no in {1, 103, 110..200}", {2, 9, 10});
    row("no > 1.5e30", {});
    row("no == 102.5", {});
    row("time == 0", {0});
    row("time == 0.5", {1});
    row("time > 4.4999999999", {9, 10});
    row("time >= 4.5", {9, 10});
    row("time < 0.5", {0});
    row("time <= 0.5", {0, 1});
    row("time != 0.5", but({1}));
    row("time in 0.5..1", {1, 2});
    row("time in {0, 5}", {0, 10});
    row("time > -1", all);
    row("time > 99999999999", {});
    row("dir == in", but({1}));
    row("dir == out", {1});
    row("dir != out", but({1}));
    row("dir in {out}", {1});
    row("dir in {in, out}", all);
    row("sock == game", {0, 1, 6, 9});
    row("sock == \"udp://127.0.0.1:9000\"", {0, 1, 6, 9});
    row("sock == Game", {});
    row("sock != game", {2, 3, 4, 5, 7, 10}); // 8 is of a sock without a name
    row("!(sock == game)", {2, 3, 4, 5, 7, 8, 10});
    row("sock in {chat, log}", {2, 4});
    row("sock contains \"a\"", {0, 1, 2, 6, 9, 10});
    row("sock matches \"^(chat|log)$\"", {2, 4});
    row("peer == 127.0.0.1:40001", {0, 6, 8, 9, 10});
    row("peer != 127.0.0.1:40001", {1, 2, 3, 4, 5}); // 7 has no peer
    row("peer == 127.0.0.1", {0, 1, 6, 8, 9, 10});
    row("peer == 10.0.0.0/8", {2});
    row("peer == 10.1.2.0/23", {2});
    row("peer == 10.1.3.0/24", {});
    row("peer == 0.0.0.0/0", {0, 1, 2, 5, 6, 8, 9, 10});
    row("peer == ::/0", {3, 4});
    row("peer == [::1]:5000", {3});
    row("peer == fe80::/10", {4});
    row("peer == fe80::1", {4});
    row("peer == [fe80::1%2]", {4});
    row("peer == [fe80::1%3]", {});
    row("peer in {10.0.0.0/8, ::1}", {2, 3});
    row("peer contains \":5\"", {2, 3});
    row("peer matches \"^1\\d\\.\"", {2});
    row("peer", but({7}));
    row("!peer", {7});
    row("peer.port == 5000", {2, 3});
    row("peer.port != 5000", {0, 1, 4, 5, 6, 8, 9, 10});
    row("peer.port > 7000", {0, 1, 6, 8, 9, 10});
    row("peer.port in 5000..6000", {2, 3, 4});
    row("peer.port", but({7}));
    row("peer.address == 127.0.0.0/8", {0, 1, 6, 8, 9, 10});
    row("peer.address contains \":\"", {3, 4});
    row("peer.address != ::1", {0, 1, 2, 4, 5, 6, 8, 9, 10});
    row("type == 3", {0, 2, 8});
    row("type == move", {0, 1});
    row("type == \"move\"", {0, 1});
    row("type != move", but({0, 1}));
    row("type != 3", {1, 3, 4, 5, 6, 7, 9, 10});
    row("type == \"3\"", {});
    row("type > 3", {3, 9});
    row("type <= 3", {0, 2, 4, 5, 6, 7, 8, 10});
    row("type in {move, 4}", {0, 1, 3, 9});
    row("type in 3..4", {0, 2, 3, 8, 9});
    row("type contains \"ov\"", {0, 1});
    row("type contains 3", {0, 2, 8});
    row("type matches \"^m\"", {0, 1});
    row("type == Größe", {9});
    row("size == 90", {0});
    row("size != 90", but({0}));
    row("size > 100", {2, 3, 8});
    row("size >= 100", {1, 2, 3, 8});
    row("size < 8", {7, 10});
    row("size <= 8", {5, 7, 10});
    row("size in {5, 100..110}", {1, 2, 10});
    row("size > -1", all);
    row("size < 4294967296", all);
    row("size > 100.5", {2, 3, 8});
    row("length == 4", {5});
    row("length == 0", {7});
    row("length < 14", {4, 5, 7, 10});
    row("length != 4", but({5}));
    row("length in 4..5", {5, 10});
    row("seq == 1", {0});
    row("seq != 1", but({0, 1})); // what was sent has none
    row("seq", but({1}));
    row("seq > 8", {9, 10});
    row("seq in 2..3", {2, 3});
    row("outcome == Unhandled", {3});
    row("outcome != dispatched", {1, 3, 5, 6, 10});
    row("outcome in {Sent, decodeerror}", {1, 6});
    row("error", {5, 6, 10});
    row("!error", but({5, 6, 10}));
    row("unhandled", {3});
    row("injected", {6});
    row("truncated", {7});
    row("note", {4, 5, 6});
    row("note == \"the JSON is broken\"", {6});
    row("note != \"the JSON is broken\"", {4, 5});
    row("note contains broken", {5, 6});
    row("note matches \"^the .* is\"", {5, 6});
    row("note in {\"answered in time\", \"x\"}", {4});
    row("payload contains \"hello\"", {4, 10});
    row("payload contains 0a:0b", {5});
    row("payload contains 0x0a", {4, 5});
    row("payload contains \"W\\xc3\\xb6\"", {4});
    row("payload contains \"broken\"", {}); // that is the note
    row("payload == \"hello\"", {10});
    row("payload == 00:0a:0b:ff", {5});
    row("payload == \"\"", {7});
    row("payload != \"hello\"", but({10}));
    row("payload in {\"hello\", \"\"}", {7, 10});
    row("payload matches \"\\\\xff$\"", {});
    row("payload matches \"\\xff$\"", {5});
    row("text contains \"Wörld\"", {4});
    row("text == hello", {10});
    row("text matches \"W.rld\"", {4});
    row("text matches \"(?i)^hello\"", {4, 10});
    row("data.pos.x < 10", {2, 6});
    row("data.pos.x > 12", {0, 3});
    row("data.pos.x >= 12", {0, 1, 3});
    row("data.pos.x <= 12.5", {0, 1, 2, 6});
    row("data.pos.x == 12.5", {0});
    row("data.pos.x != 12.5", {1, 2, 3, 6});
    row("!(data.pos.x == 12.5)", but({0}));
    row("data.pos.x in {3, 12..12.5}", {0, 1, 2});
    row("data.pos.x in 1..3", {2, 6});
    row("data.pos.y == -2", {0, 1, 2, 3});
    row("data.pos.x", {0, 1, 2, 3, 6});
    row("data.pos", {0, 1, 2, 3, 6});
    row("data.pos != 3", {0, 1, 2, 3, 6});
    row("data.pos == 3", {});
    row("data.name == \"Ann\"", {0, 1, 2, 3});
    row("data.name > \"Am\"", {0, 1, 2, 3});
    row("data.name < \"Am\"", {});
    row("data.name contains \"nn\"", {0, 1, 2, 3});
    row("data.name matches \"^A\"", {0, 1, 2, 3});
    row("data.name in {\"Bob\", \"Ann\"}", {0, 1, 2, 3});
    row("data.name == 3", {});
    row("data.name != 3", {0, 1, 2, 3});
    row("data.list[0] == 1", {0, 1, 2, 3});
    row("data.list[1] == \"two\"", {0, 1, 2, 3});
    row("data.list[2] == true", {0, 1, 2, 3});
    row("data.list[2] != true", {});
    row("data.list[3] == null", {0, 1, 2, 3});
    row("data.list[4]", {});
    row("data.\"odd key\" == 7", {0, 1, 2, 3});
    row("data == \"HELLO again\"", {9});
    row("data contains \"hello\"", {4});
    row("data == 00:0a:0b:ff", {5});
    row("data", {0, 1, 2, 3, 4, 5, 6, 7, 9});
    row("hello", {4, 9, 10});
    row("HELLO", {4, 9, 10});
    row("wörld", {4});
    row("WÖRLD", {4});
    row("broken", {5, 6});
    row("move", {0, 1}); // the name, and in the payload of 1
    row("größe", {9});
    row("127.0.0.1:40002", {1});
    row("hello again", {9});
    row("\"o a\"", {9});
    row("\"in timef\"", {});
    row("zzz", {});
    row("error && injected", {6});
    row("error || unhandled", {3, 5, 6, 10});
    row("error && !injected || data.pos.x == 3", {2, 5, 10});
    row("!(error || dir == out) && size > 50", {0, 2, 3, 8});
    row("(type == 3 || type == 4) && size > 100", {2, 3, 8});
}

void TestFilterEvaluate::evaluates()
{
    QFETCH(QString, text);
    QFETCH(QList<int>, expected);
    Chunk chunk(101);
    appendTo(chunk, someMessages());
    const FilterContext context = filterContext();
    FilterError error;
    const auto filter = Filter::compile(text, &error);
    QVERIFY2(filter, qPrintable(error.toString()));
    QCOMPARE(passing(*filter, chunk, context), expected);
    for (int i = 0; i < chunk.count(); ++i)
        QCOMPARE(filter->matches(chunk, i, context), expected.contains(i));

    // The same messages 40 times over: whole words of masks, tables that are worth their while.
    Chunk many(1);
    for (int copy = 0; copy < 40; ++copy)
        appendTo(many, someMessages());
    if (text.contains("no "_L1))
        return;
    QList<int> times;
    for (int copy = 0; copy < 40; ++copy) {
        for (const int i : expected)
            times += copy * 11 + i;
    }
    QCOMPARE(passing(*filter, many, context), times);
}

QTEST_GUILESS_MAIN(TestFilterEvaluate)
#include "test_filterevaluate.moc"
