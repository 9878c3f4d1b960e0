#include <QThread>

#include <atomic>

#include "support/testmain.h"
#include "unit/protocol/protocolcases.h"

using namespace Qt::StringLiterals;
using namespace SockScope;
using namespace SockScope::Test;

/// Messages of several types, as a person sees them.
class TestLayoutCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void typesInAHeader();
    void typeInBits();
    void unknownTypes();
    void fixedType();
    void givenValuesAreKept();
    void fieldsHaveTheirBytes();
    void fieldsOfBrokenPayloads();
    void brokenPayloadsKeepWhatWasRead();
    void summaries();
    void limits();
    void sharedBetweenThreads();
};

namespace {

const QByteArray thermo = R"({
 "name": "thermo", "byteOrder": "big", "typeField": "kind",
 "header": [
  {"name": "magic", "type": "const", "bytes": "a5 5a"},
  {"name": "kind", "type": "u8"},
  {"name": "length", "type": "length", "bits": 16, "from": "@body", "to": "@body"}
 ],
 "trailer": [{"name": "crc", "type": "checksum", "algorithm": "CRC-16/MODBUS", "from": "kind", "byteOrder": "little"}],
 "types": [
  {"name": "reading", "number": 1, "fields": [
   {"name": "temperature", "type": "i16", "unit": "°C", "min": -40, "max": 125, "default": 20},
   {"name": "state", "type": "bits", "bits": 4, "values": {"off": 0, "on": 1}},
   {"name": "alarm", "type": "bool", "bits": 1},
   {"name": "spare", "type": "bits", "bits": 3},
   {"name": "label", "type": "text", "size": "u8"},
   {"name": "history", "type": "i16", "count": "rest"}
  ]},
  {"name": "ping", "number": 2, "fields": []}
 ]})";

QCborMap readingData()
{
    return {{u"temperature"_s, 21},
            {u"state"_s, u"on"_s},
            {u"alarm"_s, true},
            {u"label"_s, u"attic"_s},
            {u"history"_s, QCborArray{20, 19}}};
}

} // namespace

void TestLayoutCodec::typesInAHeader()
{
    const auto codec = codecOf(thermo);
    QVERIFY(codec->carriesType());
    const Coded out = encoded(*codec, readingData(), u"reading"_s);
    QVERIFY2(!out.error, out.error ? qPrintable(out.error->toString()) : "");
    QCOMPARE(out.payload.first(18).toHex(), QByteArray("a55a01"
                                                       "000d"
                                                       "0015"
                                                       "18"
                                                       "05"
                                                       "6174746963"
                                                       "00140013"));
    QCOMPARE(encoded(*codec, readingData(), 1).payload, out.payload);
    const Decoded in = decoded(*codec, out.payload);
    QVERIFY(!in.error);
    QCOMPARE(in.message.type, MessageType(1));
    QCOMPARE(in.data().value(u"temperature"_s).toInteger(), 21);
    QCOMPARE(in.data().value(u"state"_s).toInteger(), 1);
    QCOMPARE(in.data().value(u"length"_s).toInteger(), 13);
    QStringList keys;
    for (auto it = in.data().constBegin(); it != in.data().constEnd(); ++it)
        keys += it.key().toString();
    QCOMPARE(keys.join(u' '), u"magic kind length temperature state alarm spare label history crc"_s);
    const Coded ping = encoded(*codec, QCborMap(), 2);
    QCOMPARE(ping.payload.first(5).toHex(), QByteArray("a55a020000"));
    QCOMPARE(decoded(*codec, ping.payload).message.type, MessageType(2));
    QCOMPARE(codec->description().messageTypes()->name(2), u"ping"_s);
}

void TestLayoutCodec::typeInBits()
{
    const auto codec = codecOf(R"({"typeField":"t","byteOrder":"little","header":[{"name":"v","type":"bits","bits":4},
        {"name":"t","type":"bits","bits":4,"signed":true}],"types":[{"name":"a","number":-1,"fields":[]},
        {"name":"b","number":3,"fields":[{"name":"x","type":"u8"}]}]})");
    QCOMPARE(encoded(*codec, QCborMap{{u"v"_s, 2}}, -1).payload.toHex(), QByteArray("f2"));
    QCOMPARE(encoded(*codec, QCborMap{{u"v"_s, 2}, {u"x"_s, 7}}, u"b"_s).payload.toHex(), QByteArray("3207"));
    QCOMPARE(decoded(*codec, QByteArray::fromHex("f2")).message.type, MessageType(-1));
    QCOMPARE(decoded(*codec, QByteArray::fromHex("3207")).message.type, MessageType(3));
}

void TestLayoutCodec::unknownTypes()
{
    const auto codec = codecOf(thermo);
    const Decoded in = decoded(*codec, QByteArray::fromHex("a55a090000"));
    QVERIFY(in.error);
    QCOMPARE(in.error->code, SockError::Code::UnknownType);
    QCOMPARE(in.error->what, u"the message type 9 is not described"_s);
    QCOMPARE(in.error->offset, 2);
    QCOMPARE(in.message.type, MessageType(9));
    const auto empty = decoded(*codec, {}).error;
    QCOMPARE(empty->what, u"the message ends before its type: it has 0 bytes, 3 are needed"_s);
    for (const MessageType &type : {MessageType(9), MessageType(u"pong"_s), MessageType(0)}) {
        const auto error = encoded(*codec, QCborMap(), type).error;
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::UnknownType);
        QCOMPARE(error->remedy, u"choose one of reading, ping"_s);
    }
    QVERIFY(encoded(*codec, QCborValue(7), 1).error);
}

void TestLayoutCodec::fixedType()
{
    const auto codec = codecOf(oneType(R"({"name":"a","type":"u8"})"));
    QVERIFY(!codec->carriesType());
    for (const MessageType &type : {MessageType(0), MessageType(1), MessageType(u"m"_s)})
        QCOMPARE(encoded(*codec, QCborMap{{u"a"_s, 5}}, type).payload, QByteArray("\5"));
    QVERIFY(encoded(*codec, QCborMap(), 2).error);
    QCOMPARE(decoded(*codec, "\5").message.type, MessageType(1));
}

void TestLayoutCodec::givenValuesAreKept()
{
    const auto codec = codecOf(thermo);
    const QCborMap wrong{{u"magic"_s, QByteArray("xy")},
                         {u"kind"_s, 7},
                         {u"length"_s, 999},
                         {u"crc"_s, 0x1234},
                         {u"temperature"_s, 200}};
    QVERIFY(encoded(*codec, wrong).error); // a constant, and 200 °C
    const auto keeping = codec->withGivenKept();
    QVERIFY(keeping->keepsGiven());
    QVERIFY(!keeping->withGivenKept(false)->keepsGiven());
    QCOMPARE(encoded(*keeping, wrong).payload.toHex(), QByteArray("7879"
                                                                  "07"
                                                                  "03e7"
                                                                  "00c8"
                                                                  "00"
                                                                  "00"
                                                                  "3412"));
    // What is not given is computed still.
    QCOMPARE(encoded(*keeping, readingData()).payload, encoded(*codec, readingData()).payload);
    // Without keeping, what is computed does not mind what is given.
    QCborMap stale = readingData();
    stale.insert(u"crc"_s, 1);
    stale.insert(u"length"_s, 1);
    stale.insert(u"kind"_s, 2);
    QCOMPARE(encoded(*codec, stale).payload, encoded(*codec, readingData()).payload);
    const auto counted = codecOf(oneType(R"({"name":"n","type":"u8"},{"name":"a","type":"u8","countedBy":"n"})"));
    const QCborMap data{{u"n"_s, 5}, {u"a"_s, QCborArray{1, 2}}};
    QCOMPARE(encoded(*counted, data).payload.toHex(), QByteArray("020102"));
    QCOMPARE(encoded(*counted->withGivenKept(), data).payload.toHex(), QByteArray("050102"));
}

void TestLayoutCodec::fieldsHaveTheirBytes()
{
    const auto codec = codecOf(thermo);
    const QByteArray payload = encoded(*codec, readingData()).payload;
    const FieldNode root = codec->fields(payload);
    QCOMPARE(root.value, u"reading"_s);
    QCOMPARE(root.length, payload.size());
    const auto check = [&](QStringView key, const char *kind, const QString &value, qsizetype offset,
                           qsizetype length) {
        const FieldNode *node = childOf(root, key);
        QVERIFY2(node, qPrintable(key.toString()));
        QCOMPARE(node->kind, QString::fromLatin1(kind));
        QCOMPARE(node->value, value);
        QCOMPARE(node->offset, offset);
        QCOMPARE(node->length, length);
    };
    check(u"magic", "bytes", u"a55a"_s, 0, 2);
    check(u"kind", "integer", u"1"_s, 2, 1);
    check(u"length", "integer", u"13"_s, 3, 2);
    check(u"temperature", "integer", u"21 °C"_s, 5, 2);
    check(u"state", "integer", u"on (1)"_s, 7, 1);
    check(u"alarm", "boolean", u"true"_s, 7, 1);
    check(u"label", "text", u"\"attic\""_s, 8, 6);
    check(u"history", "array", QString(), 14, 4);
    check(u"crc", "integer",
          u"0x%1"_s.arg(QString::fromLatin1(payload.last(1).toHex() + payload.sliced(18, 1).toHex())), 18, 2);
    const FieldNode *history = childOf(root, u"history");
    QCOMPARE(history->children.size(), 2U);
    QCOMPARE(history->children[1].key, u"[1]"_s);
    QCOMPARE(history->children[1].offset, 16);

    const auto wide = codecOf(oneType(
        R"({"name":"a","type":"bits","bits":3},{"name":"b","type":"bits","bits":10},{"name":"c","type":"bits","bits":11})"));
    const FieldNode bits = wide->fields(QByteArray::fromHex("123456"));
    QCOMPARE(bits.children[0].offset, 0);
    QCOMPARE(bits.children[0].length, 1);
    QCOMPARE(bits.children[1].offset, 0);
    QCOMPARE(bits.children[1].length, 2);
    QCOMPARE(bits.children[2].offset, 1);
    QCOMPARE(bits.children[2].length, 2);
}

void TestLayoutCodec::fieldsOfBrokenPayloads()
{
    const auto codec = codecOf(thermo);
    QByteArray payload = encoded(*codec, readingData()).payload;
    payload[18] = '\x34';
    payload[19] = '\x12';
    payload[0] = '\0';
    payload[5] = '\1'; // 277 °C
    payload[7] = '\x90';
    const FieldNode root = codec->fields(payload);
    QCOMPARE(childOf(root, u"magic")->kind, u"error"_s);
    QCOMPARE(childOf(root, u"magic")->value, u"005a: it is 005a instead of a55a"_s);
    QCOMPARE(childOf(root, u"temperature")->value, u"277 °C: 277 is above 125"_s);
    QCOMPARE(childOf(root, u"state")->value, u"9 (no name)"_s);
    const FieldNode *crc = childOf(root, u"crc");
    QCOMPARE(crc->kind, u"error"_s);
    QVERIFY2(crc->value.startsWith(u"bad checksum: 0x1234, computed 0x"), qPrintable(crc->value));
    QCOMPARE(childOf(root, u"label")->value, u"\"attic\""_s);

    const FieldNode cut = codec->fields(payload.first(6));
    QVERIFY(childOf(cut, u"length"));
    QVERIFY(!childOf(cut, u"temperature"));
    QCOMPARE(cut.children.back().kind, u"error"_s);
    QCOMPARE(cut.children.back().value, u"the message ends in temperature: it needs 2 bytes, 1 are left"_s);
    QCOMPARE(cut.children.back().offset, 5);
    const FieldNode few = codec->fields(encoded(*codec, readingData()).payload, 6);
    QCOMPARE(few.children.size(), 5U);
    QCOMPARE(few.children.back().kind, u"note"_s);
    QCOMPARE(few.children.back().value, u"8 more fields are not shown"_s);
    const FieldNode unknown = codec->fields(QByteArray::fromHex("a55a0900"));
    QCOMPARE(unknown.children.size(), 3U);
    QCOMPARE(unknown.children[2].value, u"the message type 9 is not described"_s);
}

void TestLayoutCodec::brokenPayloadsKeepWhatWasRead()
{
    const auto codec = codecOf(thermo);
    const QByteArray payload = encoded(*codec, readingData()).payload;
    const Decoded in = decoded(*codec, payload.first(8));
    QVERIFY(in.error);
    QCOMPARE(in.data().value(u"temperature"_s).toInteger(), 21);
    QVERIFY(!in.data().contains(u"label"_s));
}

void TestLayoutCodec::summaries()
{
    const auto codec = codecOf(thermo);
    QByteArray payload = encoded(*codec, readingData()).payload;
    QCOMPARE(codec->summary(payload), u"temperature=21 state=on alarm=true spare=0 label=\"attic\" history=[20, 19]"_s);
    QCOMPARE(codec->summary(payload, 20), u"temperature=21 stat…"_s);
    QCOMPARE(codec->summary(payload, 0), QString());
    payload[19] = static_cast<char>(payload[19] ^ 1);
    QVERIFY2(codec->summary(payload).contains(u"crc="), qPrintable(codec->summary(payload)));
    QVERIFY2(codec->summary(payload).contains(u"(bad checksum: 0x"), qPrintable(codec->summary(payload)));
    QCOMPARE(codec->summary(payload.first(8)),
             u"temperature=21 state=on alarm=true spare=0 (the message ends in label: it needs 1 bytes, 0 are left)"_s);
    const auto nested = codecOf(oneType(
        R"({"name":"p","type":"group","fields":[{"name":"x","type":"u8"},{"name":"y","type":"bytes","size":1}]})"));
    QCOMPARE(nested->summary("\1\2"), u"p={x=1 y=02}"_s);
}

void TestLayoutCodec::limits()
{
    ProtocolError error;
    const auto description = described(oneType(R"({"name":"a","type":"u8","count":"rest"})"));
    const auto small = LayoutCodec::make(description, &error, {128, 4});
    QCOMPARE(decoded(*small, "12345").error->code, SockError::Code::TooLong);
    QVERIFY(!decoded(*small, "1234").error);
    QCOMPARE(encoded(*small, QCborMap{{u"a"_s, QCborArray{1, 2, 3, 4, 5}}}).error->code, SockError::Code::TooLong);
    const auto codec = codecOf(oneType(R"({"name":"a","type":"u8","count":"rest"})"));
    QVERIFY(!decoded(*codec, QByteArray(65536, 'x')).error);
    const auto many = decoded(*codec, QByteArray(65537, 'x')).error;
    QCOMPARE(many->code, SockError::Code::LimitReached);
    QCOMPARE(many->offset, 65536);
    QVERIFY(!LayoutCodec::make(described(R"({"payload":"structured","types":[{"name":"a","fields":[]}]})"), &error));
    QCOMPARE(error.path, u"payload"_s);
}

void TestLayoutCodec::sharedBetweenThreads()
{
    const auto codec = codecOf(thermo);
    const QByteArray payload = encoded(*codec, readingData()).payload;
    std::vector<std::unique_ptr<QThread>> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back(QThread::create([&] {
            for (int round = 0; round < 200; ++round) {
                const Decoded in = decoded(*codec, payload);
                good += !in.error && encoded(*codec, in.data()).payload == payload;
            }
        }));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        thread->wait();
    QCOMPARE(good.load(), 800);
}

QTEST_GUILESS_MAIN(TestLayoutCodec)
#include "test_layoutcodec.moc"
