#include "support/randomness.h"
#include "support/testmain.h"
#include "unit/filter/filtermessages.h"
#include "unit/filter/pathagreement.h"

#include <functional>

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

void agree(const QString &codec, const QByteArray &payload)
{
    const auto wrong = disagreement(codec, payload);
    QVERIFY2(!wrong, (payload.toHex() + ": " + wrong.value_or(QString()).toUtf8()).constData());
}

QCborValue randomValue(Randomness &random, int depth, bool binary)
{
    switch (random.between(0, depth > 0 ? 9 : 6)) {
    case 0:
        return random.between(-200, 200);
    case 1:
        return static_cast<qint64>(random.next());
    case 2:
        return double(random.between(-1'000'000, 1'000'000)) / 1024;
    case 3:
        return random.oneIn(2);
    case 4:
        return nullptr;
    case 5:
        return QStringList{u""_s, u"abc"_s, u"ä\"\\\n"_s, u"long "_s.repeated(30), u"[{,:"_s}[random.between(0, 4)];
    case 6:
        return binary ? QCborValue(QByteArray::fromHex("00ff0a")) : QCborValue(7);
    case 7: {
        QCborArray array;
        for (qint64 i = random.between(0, 4); i > 0; --i)
            array.append(randomValue(random, depth - 1, binary));
        return array;
    }
    default: {
        QCborMap map;
        for (qint64 i = random.between(0, 4); i > 0; --i) {
            const QStringList keys{u"a"_s, u"b"_s,    u"pos"_s,   u"odd key"_s, u"a.b"_s,
                                   u"é"_s, u"x\ty"_s, u"value"_s, u""_s,        u"k"_s.repeated(150)};
            const QString key = keys[random.between(0, keys.size() - 1)];
            if (binary && random.oneIn(8))
                map.insert(random.between(0, 9), randomValue(random, depth - 1, binary));
            else
                map.insert(key, randomValue(random, depth - 1, binary));
        }
        return map;
    }
    }
}

} // namespace

class TestDataPath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void agreesWithTheTree_data();
    void agreesWithTheTree();
    void agreesOnAnything_data() { agreesWithTheTree_data(); }
    void agreesOnAnything();
    void readsJsonAsItIs_data();
    void readsJsonAsItIs();
    void looksIntoTags();
    void knowsOtherKeys();
    void threeCodecsAgree();
    void numbersKeepTheirDigits();
};

void TestDataPath::agreesWithTheTree_data()
{
    QTest::addColumn<QString>("codec");
    for (const char *codec : {"json", "msgpack", "cbor"})
        QTest::newRow(codec) << QString::fromLatin1(codec);
}

void TestDataPath::agreesWithTheTree()
{
    QFETCH(QString, codec);
    Randomness random(11);
    for (int round = 0; round < 150; ++round) {
        Message message;
        message.type = random.oneIn(2) ? MessageType(random.between(-5, 500)) : MessageType(u"move");
        message.value = randomValue(random, 4, codec != u"json");
        QByteArray payload;
        const auto error = makeCodec(codec)->encode(message, payload);
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        agree(codec, payload);
        if (QTest::currentTestFailed())
            return;
    }
}

/// Broken in any way: what the tree still shows can still be found.
void TestDataPath::agreesOnAnything()
{
    QFETCH(QString, codec);
    Randomness random(12);
    const QByteArray letters = "[]{}\",:0123456789.eE-+ truefalsnul\\u\x80\xc3\xa9\xff\x81\xa1\x61\x62\x9f\xbf\xc1\xd8";
    for (int round = 0; round < 1500; ++round) {
        Message message;
        message.type = MessageType(3);
        message.value = randomValue(random, 3, codec != u"json");
        QByteArray payload;
        QVERIFY(!makeCodec(codec)->encode(message, payload));
        for (qint64 changes = random.between(1, 3); changes > 0; --changes) {
            const qint64 at = random.between(0, payload.size() - 1);
            switch (random.between(0, 3)) {
            case 0:
                payload.truncate(at);
                break;
            case 1:
                payload.insert(at, letters[random.between(0, letters.size() - 1)]);
                break;
            case 2:
                payload[at] = letters[random.between(0, letters.size() - 1)];
                break;
            default:
                payload.remove(at, random.between(1, 4));
                break;
            }
            if (payload.isEmpty())
                break;
        }
        agree(codec, payload);
        if (QTest::currentTestFailed())
            return;
    }
}

void TestDataPath::readsJsonAsItIs_data()
{
    QTest::addColumn<QByteArray>("payload");
    for (const char *payload : {"",
                                " ",
                                "5",
                                "\"x\"",
                                "[",
                                "[1",
                                "[1,",
                                "[1,2",
                                "[1,2]",
                                "[1,2,3]",
                                "[1,2,",
                                "[1,2,x",
                                "[1,2,\"x",
                                "[1,2,[",
                                "[1]",
                                "[1]x",
                                "[]",
                                "{}",
                                "[[1],2]",
                                "[true,2]",
                                "[null,{\"a\":1}]",
                                "[\"t\",{\"a\":1}]",
                                "[\"t",
                                "[\"t\"",
                                "[1.5,{\"a\":1}]",
                                "[1,{\"a\":1},{\"a\":2}]",
                                "[1,[5,6]]",
                                "[1,[5,6],7]",
                                "[5,6,7]",
                                "[[5,6],[7]]",
                                "{\"a\":1,\"a\":2}",
                                "{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}",
                                "{\"\\u0061\":3}",
                                "{\"a\\\"b\":3,\"a\":4}",
                                "{\"a\":tru,\"b\":1}",
                                "{\"b\":1,\"a\":tru",
                                "{\"b\":[1,{\"c\":[]}],\"a\":[{}]}",
                                "{\"a\" : [ 1 , 2 ] }",
                                "[1,{\"a\":1e999}]",
                                "[1,{\"a\":1e5,\"b\":-0,\"zz\":01}]",
                                "[1,{\"a\":.5,\"b\":5.,\"zz\":1}]",
                                "[1,-]",
                                "[1,1.e]",
                                "[1,{\"a\":123456789012345678901234567890}]",
                                "[1,{\"a\":0.1234567890123456789}]",
                                "[1,{\"a\":1.7976931348623157e308}]",
                                "[1,{\"a\":-9223372036854775808}]",
                                "[1,{\"a\":9223372036854775808}]",
                                "[1,{\"a\":999999999999999}]",
                                "[1,{\"a\":9999999999999999}]",
                                "[1,{\"a\":0.000001}]",
                                "[1,{\"a\":4.35,\"b\":-0.1}]",
                                "\xef\xbb\xbf[1,{\"a\":1}]",
                                "[1,\"\xff\"]",
                                "[1,\"\xc3\xa9\"]",
                                "[1,\"\xc3",
                                "[1,\"\\",
                                "[1,\"\\u12",
                                "[1,\"\\u12x4\"]",
                                "[1,\"\\\xc3\xa9\"]",
                                "[1,{\"\xff\":1,\"a\":2}]",
                                "[1,{\"a\":\"x\n\"}]",
                                "[1 ,2]",
                                "[ 1,2 ] ",
                                "[1,2]]",
                                "[1,2}",
                                "{\"a\":1]",
                                "{\"a\"}",
                                "{\"a\":}",
                                "{,}",
                                "{\"a\":1,}",
                                "[1,]",
                                "[,1]",
                                "[1,{\"a\":null}]",
                                "[1,nul",
                                "[1,nulla]"})
        QTest::newRow(payload) << QByteArray(payload);
    QTest::newRow("deep") << QByteArray("[1," + QByteArray(127, '[') + "5" + QByteArray(127, ']') + "]");
    QTest::newRow("too deep") << QByteArray("[1," + QByteArray(128, '[') + "5" + QByteArray(128, ']') + "]");
    QTest::newRow("too deep beside") << QByteArray("[1,{\"b\":" + QByteArray(127, '[') + "5" + QByteArray(127, ']') +
                                                   ",\"a\":1}]");
    QTest::newRow("deep beside") << QByteArray("[1,{\"b\":" + QByteArray(126, '[') + "5" + QByteArray(126, ']') +
                                               ",\"a\":1}]");
    QTest::newRow("too deep third") << QByteArray("[1,{\"a\":1}," + QByteArray(130, '['));
    QTest::newRow("long digits") << QByteArray("[1,{\"a\":0." + QByteArray(400, '0') + "1}]");
}

void TestDataPath::readsJsonAsItIs()
{
    QFETCH(QByteArray, payload);
    agree(u"json"_s, payload);
}

void TestDataPath::looksIntoTags()
{
    // [1, {"t": 1(5), "u": 2(3({"a": 7})), "value": 8}]
    const QByteArray payload = QByteArray::fromHex("8201a3"
                                                   "6174"
                                                   "c105"
                                                   "6175"
                                                   "c2c3a1"
                                                   "6161"
                                                   "07"
                                                   "6576616c7565"
                                                   "08");
    agree(u"cbor"_s, payload);
    const auto integer = [&](const QString &path) {
        const auto item = find(u"cbor"_s, payload, pathFrom(path));
        return item && item->kind == ItemKind::Integer ? item->integer : -1;
    };
    QCOMPARE(integer(u"data.t"_s), 5); // what the tag holds
    QCOMPARE(integer(u"data.t.value"_s), 5);
    QCOMPARE(integer(u"data.u.value.value.a"_s), 7);
    QCOMPARE(integer(u"data.u.a"_s), -1);
    QCOMPARE(integer(u"data.value"_s), 8);
    // the payload ends in the tag: it is there, and nothing in it
    const auto cut = find(u"cbor"_s, QByteArray::fromHex("8201c1"), pathFrom(u"data"_s));
    QVERIFY(cut && cut->kind == ItemKind::Tag);
}

void TestDataPath::knowsOtherKeys()
{
    // {1: 10, "1": 11, [2]: 12, h'ff': 13}: the first that shows as 1
    const QByteArray payload = QByteArray::fromHex("a4"
                                                   "010a"
                                                   "6131"
                                                   "0b"
                                                   "8102"
                                                   "0c"
                                                   "41ff"
                                                   "0d");
    const auto integer = [&](const QString &path) {
        const auto item = find(u"cbor"_s, payload, pathFrom(path));
        return item ? item->integer : -1;
    };
    QCOMPARE(integer(u"data.1"_s), 10);
    QCOMPARE(integer(u"data.ff"_s), 13);
    QCOMPARE(integer(u"data[1]"_s), -1);
    QCOMPARE(integer(u"data[0]"_s), -1);
    QCOMPARE(integer(u"data.\"{…}\""_s), -1);
}

void TestDataPath::threeCodecsAgree()
{
    Randomness random(13);
    const FilterContext context = filterContext();
    const std::vector<std::pair<quint32, const char16_t *>> codecs{{1, u"json"}, {2, u"msgpack"}, {5, u"cbor"}};
    std::vector<Chunk> chunks;
    QSet<QString> fields;
    std::vector<std::unique_ptr<Chunk>> each;
    for (size_t i = 0; i < codecs.size(); ++i)
        each.push_back(std::make_unique<Chunk>(1));
    for (int message = 0; message < 200; ++message) {
        const QCborValue value = randomValue(random, 3, false);
        for (size_t i = 0; i < codecs.size(); ++i) {
            MessageBatch batch;
            const QByteArray payload = encoded(codecs[i].second, 3, value);
            batch.add(headOf(codecs[i].first, 3, "127.0.0.1:1", 1), payload);
            appendTo(*each[i], batch);
            if (i > 0)
                continue;
            const FieldNode root = makeCodec(u"json")->fields(payload);
            std::vector<const FieldNode *> fromRoot{&root};
            std::vector<std::pair<QString, const FieldNode *>> found;
            collect(fromRoot, found);
            for (const auto &[field, node] : found)
                fields.insert(field);
        }
    }
    QVERIFY(fields.size() > 50);
    for (const QString &field : std::as_const(fields)) {
        for (const char *test : {"", " == 0", " != 0", " > 0", " <= 12.25", " in {true, null, -5..5}", " == \"abc\"",
                                 " contains \"o\"", " matches \"[a-z]$\""}) {
            const auto filter = Filter::compile(field + QString::fromLatin1(test));
            QVERIFY(filter);
            const QList<int> json = passing(*filter, *each[0], context);
            QCOMPARE(passing(*filter, *each[1], context), json);
            QCOMPARE(passing(*filter, *each[2], context), json);
        }
    }
}

void TestDataPath::numbersKeepTheirDigits()
{
    Chunk chunk(1);
    MessageBatch batch;
    for (const char *number : {"9007199254740993", "9223372036854775807", "0.1", "4.35", "1e3", "-0.0", "1000"})
        batch.add(headOf(1, 3, "127.0.0.1:1", 1), QByteArray("[3,") + number + ']');
    appendTo(chunk, batch);
    const FilterContext context = filterContext();
    const auto hits = [&](const char *text) {
        return passing(*Filter::compile(QString::fromLatin1(text)), chunk, context);
    };
    QCOMPARE(hits("data == 9007199254740993"), (QList<int>{0}));
    QCOMPARE(hits("data == 9007199254740992"), QList<int>());
    QCOMPARE(hits("data > 9007199254740992 && data < 9007199254740994"), (QList<int>{0}));
    QCOMPARE(hits("data == 9223372036854775807"), (QList<int>{1}));
    QCOMPARE(hits("data == 0.1"), (QList<int>{2}));
    QCOMPARE(hits("data == 4.35"), (QList<int>{3}));
    QCOMPARE(hits("data == 1000"), (QList<int>{4, 6}));
    QCOMPARE(hits("data == 0"), (QList<int>{5}));
}

QTEST_GUILESS_MAIN(TestDataPath)
#include "test_datapath.moc"
