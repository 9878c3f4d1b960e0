#include "core/filter/filter.h"
#include "support/randomness.h"
#include "support/testmain.h"
#include "unit/filter/filtermessages.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestFilterScan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void knowsMarks();
    void scansParts();
    void stopsWhenCancelled();
    void needsPayloadOnlyForIt();
    void columnsAreEnough();
    void findsWithinMessagesOnly();
    void agreesWithItself();
    void typesHaveTheNamesOfTheirSock();
    void usesAnApplicationsCodec();
};

void TestFilterScan::knowsMarks()
{
    Chunk chunk(101);
    for (int copy = 0; copy < 20; ++copy)
        appendTo(chunk, someMessages());
    FilterContext context = filterContext();
    context.marked = {1, 100, 102, 164, 165, 320, 321, 999};
    context.commented = {103, 320};
    const QList<int> marked = passing(*Filter::compile(u"marked"_s), chunk, context);
    QCOMPARE(marked, (QList<int>{1, 63, 64, 219}));
    QCOMPARE(passing(*Filter::compile(u"commented && !marked"_s), chunk, context), (QList<int>{2}));
    std::vector<quint16> hits;
    QVERIFY(Filter::compile(u"marked"_s)->scan(chunk, 64, 220, context, hits));
    QCOMPARE(hits, (std::vector<quint16>{64, 219}));
    QVERIFY(Filter::compile(u"marked"_s)->matches(chunk, 219, context));
    QVERIFY(!Filter::compile(u"marked"_s)->matches(chunk, 218, context));
}

void TestFilterScan::scansParts()
{
    Chunk chunk(1);
    for (int copy = 0; copy < 20; ++copy)
        appendTo(chunk, someMessages());
    const FilterContext context = filterContext();
    for (const char *text :
         {"", "type == 3", "hello", "payload contains \"hello\"", "!error", "no > 60 || size > 100"}) {
        const auto filter = Filter::compile(QString::fromLatin1(text));
        const QList<int> all = passing(*filter, chunk, context);
        for (const auto &[from, to] : {std::pair(0, 0),
                                       {0, 1},
                                       {5, 64},
                                       {63, 65},
                                       {64, 128},
                                       {70, 70},
                                       {100, 220},
                                       {219, 220},
                                       {-5, 3},
                                       {210, 500},
                                       {9, 3}}) {
            std::vector<quint16> hits{7};
            QVERIFY(filter->scan(chunk, from, to, context, hits));
            QList<int> expected{7};
            for (const int i : all) {
                if (i >= from && i < to)
                    expected += i;
            }
            QCOMPARE(QList<int>(hits.begin(), hits.end()), expected);
        }
        QVERIFY(!filter->matches(chunk, -1, context));
        QVERIFY(!filter->matches(chunk, chunk.count(), context));
    }
}

void TestFilterScan::stopsWhenCancelled()
{
    Chunk chunk(1);
    appendTo(chunk, someMessages());
    const FilterContext context = filterContext();
    std::atomic<bool> cancelled{true};
    for (const char *text : {"", "error", "hello", "data.pos.x == 3 || error"}) {
        std::vector<quint16> hits;
        const auto filter = Filter::compile(QString::fromLatin1(text));
        QVERIFY(!filter->scan(chunk, 0, chunk.count(), context, hits, &cancelled));
        QVERIFY(hits.empty());
        cancelled = false;
        QVERIFY(filter->scan(chunk, 0, chunk.count(), context, hits, &cancelled));
        QVERIFY(!hits.empty());
        cancelled = true;
    }
}

void TestFilterScan::needsPayloadOnlyForIt()
{
    for (const char *text : {"", "size > 3", "type == move && peer == 1.2.3.4", "note", "marked || error", "seq > 1"})
        QVERIFY2(!Filter::compile(QString::fromLatin1(text))->needsPayload(), text);
    for (const char *text :
         {"length > 3", "hello", "error || note == x", "!data", "payload == \"\"", "text matches \"a\""})
        QVERIFY2(Filter::compile(QString::fromLatin1(text))->needsPayload(), text);
}

/// A filter that needs no payload is right where only the columns were read back.
void TestFilterScan::columnsAreEnough()
{
    const FilterContext context = filterContext();
    Chunk empty(101);
    MessageBatch heads;
    const MessageBatch some = someMessages();
    for (const MessageHead &head : some.heads())
        heads.add(head, {});
    appendTo(empty, heads);
    Chunk whole(101);
    appendTo(whole, someMessages());
    for (const char *text : {"size > 3 && error", "type == move", "peer == 127.0.0.1", "time > 2 && dir == in"}) {
        const auto filter = Filter::compile(QString::fromLatin1(text));
        QVERIFY(!filter->needsPayload());
        QCOMPARE(passing(*filter, empty, context), passing(*filter, whole, context));
    }
}

/// What stands across two messages, or across a payload and its note, or in the length of a note, is in neither.
void TestFilterScan::findsWithinMessagesOnly()
{
    Chunk chunk(1);
    MessageBatch batch;
    const MessageHead head = headOf(4, 0, "127.0.0.1:1", 1);
    for (int copy = 0; copy < 50; ++copy) {
        batch.add(head, "xxab");
        batch.add(head, "cdxx");
        batch.add(head, "ab", u"cd"_s);
        batch.add(head, "abab", u"abcd"_s);
        batch.add(head, "aabcd");
        batch.add(head, "");
    }
    appendTo(chunk, batch);
    const FilterContext context = filterContext();
    QList<int> inPayload;
    QList<int> anywhere;
    for (int copy = 0; copy < 50; ++copy) {
        inPayload += copy * 6 + 4;
        anywhere += {copy * 6 + 3, copy * 6 + 4};
    }
    QCOMPARE(passing(*Filter::compile(u"payload contains \"abcd\""_s), chunk, context), inPayload);
    QCOMPARE(passing(*Filter::compile(u"no > 0 && payload contains \"abcd\""_s), chunk, context), inPayload);
    QCOMPARE(passing(*Filter::compile(u"ABCD"_s), chunk, context), anywhere);
    // few messages are left: each is looked at for itself
    QCOMPARE(passing(*Filter::compile(u"no in 1..6 && payload contains \"abcd\""_s), chunk, context), (QList<int>{4}));
    QCOMPARE(passing(*Filter::compile(u"no in 1..6 && ABCD"_s), chunk, context), (QList<int>{3, 4}));
    // 4 is the note's length
    QCOMPARE(passing(*Filter::compile(u"payload contains 04:00"_s), chunk, context), QList<int>());
    QCOMPARE(passing(*Filter::compile(u"\"\\x04\""_s), chunk, context), QList<int>());
}

/// scan over any part, matches, and conditions joined in any way: always the same answer.
void TestFilterScan::agreesWithItself()
{
    const std::vector<QString> conditions{u"error"_s,
                                          u"dir == out"_s,
                                          u"size > 100"_s,
                                          u"size in {5, 90, 100..120}"_s,
                                          u"type == move"_s,
                                          u"type == 3"_s,
                                          u"type != \"move\""_s,
                                          u"peer == 127.0.0.1"_s,
                                          u"peer.port < 6000"_s,
                                          u"sock != game"_s,
                                          u"no > 200"_s,
                                          u"time < 100"_s,
                                          u"length > 10"_s,
                                          u"seq > 5"_s,
                                          u"note"_s,
                                          u"note contains broken"_s,
                                          u"hello"_s,
                                          u"payload contains \"o\""_s,
                                          u"text matches \"h.l\""_s,
                                          u"data.pos.x < 12.5"_s,
                                          u"data.name"_s,
                                          u"data[0] == 1"_s,
                                          u"outcome in {Sent, DecodeError}"_s,
                                          u"marked"_s};
    Randomness random(7);
    Chunk chunk(101);
    for (int copy = 0; copy < 30; ++copy)
        appendTo(chunk, someMessages());
    FilterContext context = filterContext();
    for (quint64 no = 101; no < 431; no += static_cast<quint64>(random.between(1, 9)))
        context.marked.push_back(no);
    std::vector<std::vector<bool>> truth;
    for (const QString &text : conditions) {
        const auto filter = Filter::compile(text);
        QVERIFY2(filter, qPrintable(text));
        std::vector<bool> each;
        for (int i = 0; i < chunk.count(); ++i)
            each.push_back(filter->matches(chunk, i, context));
        truth.push_back(each);
    }
    // a random tree: its text, and what it means for message i
    struct Tree
    {
        QString text;
        std::vector<bool> passes;
    };
    const std::function<Tree(int)> make = [&](int depth) -> Tree {
        if (depth == 0 || random.oneIn(4)) {
            const auto which = static_cast<size_t>(random.between(0, qint64(conditions.size()) - 1));
            return {conditions[which], truth[which]};
        }
        if (random.oneIn(4)) {
            Tree tree = make(depth - 1);
            tree.text = u"!("_s + tree.text + u')';
            tree.passes.flip();
            return tree;
        }
        const bool isAnd = random.oneIn(2);
        Tree tree = make(depth - 1);
        tree.text = u'(' + tree.text + u')';
        for (qint64 parts = random.between(1, 3); parts > 0; --parts) {
            const Tree other = make(depth - 1);
            tree.text += (isAnd ? u" && ("_s : u" || ("_s) + other.text + u')';
            for (size_t i = 0; i < tree.passes.size(); ++i)
                tree.passes[i] = isAnd ? tree.passes[i] && other.passes[i] : tree.passes[i] || other.passes[i];
        }
        return tree;
    };
    for (int round = 0; round < 300; ++round) {
        const Tree tree = make(4);
        FilterError error;
        const auto filter = Filter::compile(tree.text, &error);
        QVERIFY2(filter, qPrintable(tree.text + error.toString()));
        const int from = static_cast<int>(random.between(0, chunk.count()));
        const int to = static_cast<int>(random.between(from, chunk.count()));
        std::vector<quint16> hits;
        QVERIFY(filter->scan(chunk, from, to, context, hits));
        std::vector<quint16> expected;
        for (int i = from; i < to; ++i) {
            if (tree.passes[static_cast<size_t>(i)])
                expected.push_back(static_cast<quint16>(i));
        }
        QVERIFY2(hits == expected, qPrintable(tree.text));
        const int one = static_cast<int>(random.between(0, chunk.count() - 1));
        QCOMPARE(filter->matches(chunk, one, context), bool(tree.passes[static_cast<size_t>(one)]));
    }
}

void TestFilterScan::typesHaveTheNamesOfTheirSock()
{
    FilterContext context = filterContext();
    const auto names = [](const char16_t *name) {
        auto types = std::make_shared<MessageTypes>();
        types->define(QString::fromUtf16(name), 3);
        return types;
    };
    context.socks[0].types = names(u"move");
    context.socks[1].types = names(u"chat");
    Chunk chunk(1);
    MessageBatch batch;
    for (int i = 0; i < 200; ++i)
        batch.add(headOf(i % 3 == 2 ? 4 : quint32(1 + i % 3), 3, "127.0.0.1:1", 1), {});
    appendTo(chunk, batch);
    const auto count = [&](const char *text) {
        return passing(*Filter::compile(QString::fromLatin1(text)), chunk, context).size();
    };
    QCOMPARE(count("type == move"), 67);
    QCOMPARE(count("type == chat"), 67);
    QCOMPARE(count("type == 3"), 200);
    QCOMPARE(count("type != move"), 133);
    QCOMPARE(count("move"), 67);
    QCOMPARE(count("type contains 3"), 200);
    QVERIFY(Filter::compile(u"type == chat"_s)->matches(chunk, 1, context));
    QVERIFY(!Filter::compile(u"type == chat"_s)->matches(chunk, 0, context));
}

/// A codec that core does not have: the payload's bytes as a list.
class ListCodec : public Codec
{
public:
    QString name() const override { return u"list"_s; }
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override
    {
        QCborArray list;
        for (const char byte : payload.view()) {
            if (byte == '!')
                return SockError();
            list.append(int(byte));
        }
        message.value = QCborMap{{u"list"_s, list},
                                 {u"big"_s, QCborValue(QCborKnownTags::PositiveBignum, QByteArray(8, char(0xff)))}};
        return std::nullopt;
    }
    std::optional<SockError> encode(const Message &, QByteArray &) const override { return std::nullopt; }
    FieldNode fields(QByteArrayView, qsizetype) const override { return {}; }
    QString summary(QByteArrayView, qsizetype) const override { return {}; }
    bool carriesType() const override { return false; }
};

void TestFilterScan::usesAnApplicationsCodec()
{
    FilterContext context;
    context.socks.push_back({1, u"own"_s, {}, std::make_shared<ListCodec>(), nullptr});
    Chunk chunk(1);
    MessageBatch batch;
    for (const char *payload : {"ab", "b", "!", ""})
        batch.add(headOf(1, 0, "127.0.0.1:1", 1), payload);
    appendTo(chunk, batch);
    const auto hits = [&](const char *text) {
        return passing(*Filter::compile(QString::fromLatin1(text)), chunk, context);
    };
    QCOMPARE(hits("data.list[0] == 98"), (QList<int>{1}));
    QCOMPARE(hits("data.list[1] > 97"), (QList<int>{0}));
    QCOMPARE(hits("data.list"), (QList<int>{0, 1, 3}));
    QCOMPARE(hits("data.big == 18446744073709551615"), (QList<int>{0, 1, 3}));
    QCOMPARE(hits("data.x"), QList<int>());
    QCOMPARE(hits("data[0]"), QList<int>());
}

QTEST_GUILESS_MAIN(TestFilterScan)
#include "test_filterscan.moc"
