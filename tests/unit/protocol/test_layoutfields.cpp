#include <QRandomGenerator>

#include <bit>
#include <cmath>
#include <limits>

#include "support/testmain.h"
#include "unit/protocol/protocolcases.h"

using namespace Qt::StringLiterals;
using namespace SockScope;
using namespace SockScope::Test;

/// Every type of field, byte by byte.
class TestLayoutFields : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void places_data();
    void places();
    void refusedValues_data();
    void refusedValues();
    void refusedPayloads_data();
    void refusedPayloads();
    void randomNumbersComeBack_data();
    void randomNumbersComeBack();
    void randomBitFieldsComeBack();
    void defaultsAndZeroes();
    void floatsOfEveryKind();
};

void TestLayoutFields::places_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QCborMap>("data");
    QTest::addColumn<QByteArray>("hex");
    const auto row = [](const char *name, const char *fields, const QCborMap &data, const char *hex) {
        QTest::newRow(name) << QByteArray(fields) << data << QByteArray(hex);
    };
    row("u8", R"({"name":"a","type":"u8"})", {{u"a"_s, 255}}, "ff");
    row("i8", R"({"name":"a","type":"i8"})", {{u"a"_s, -2}}, "fe");
    row("u16", R"({"name":"a","type":"u16"})", {{u"a"_s, 0x1234}}, "1234");
    row("u16 little", R"({"name":"a","type":"u16","byteOrder":"little"})", {{u"a"_s, 0x1234}}, "3412");
    row("i16", R"({"name":"a","type":"i16"})", {{u"a"_s, -32768}}, "8000");
    row("i16 little", R"({"name":"a","type":"i16","byteOrder":"little"})", {{u"a"_s, -2}}, "feff");
    row("u24", R"({"name":"a","type":"u24"})", {{u"a"_s, 0x123456}}, "123456");
    row("u24 little", R"({"name":"a","type":"u24","byteOrder":"little"})", {{u"a"_s, 0x123456}}, "563412");
    row("i24", R"({"name":"a","type":"i24"})", {{u"a"_s, -8388608}}, "800000");
    row("i24 little", R"({"name":"a","type":"i24","byteOrder":"little"})", {{u"a"_s, -2}}, "feffff");
    row("u32", R"({"name":"a","type":"u32"})", {{u"a"_s, 0xfedcba98LL}}, "fedcba98");
    row("i32 little", R"({"name":"a","type":"i32","byteOrder":"little"})", {{u"a"_s, -3}}, "fdffffff");
    row("i64", R"({"name":"a","type":"i64"})", {{u"a"_s, std::numeric_limits<qint64>::min()}}, "8000000000000000");
    row("i64 little", R"({"name":"a","type":"i64","byteOrder":"little"})", {{u"a"_s, 1}}, "0100000000000000");
    row("u64", R"({"name":"a","type":"u64"})",
        {{u"a"_s, QCborValue(QCborKnownTags::PositiveBignum, QCborValue(QByteArray::fromHex("fffffffffffffffe")))}},
        "fffffffffffffffe");
    row("f32", R"({"name":"a","type":"f32"})", {{u"a"_s, 1.5}}, "3fc00000");
    row("f32 little", R"({"name":"a","type":"f32","byteOrder":"little"})", {{u"a"_s, 1.5}}, "0000c03f");
    row("f64", R"({"name":"a","type":"f64"})", {{u"a"_s, -2.0}}, "c000000000000000");
    row("f64 little", R"({"name":"a","type":"f64","byteOrder":"little"})", {{u"a"_s, -2.0}}, "00000000000000c0");
    row("bool", R"({"name":"a","type":"bool"},{"name":"b","type":"bool"})", {{u"a"_s, true}, {u"b"_s, false}}, "0100");
    row("bits of a byte",
        R"({"name":"a","type":"bits","bits":3},{"name":"b","type":"bool","bits":1},{"name":"c","type":"bits","bits":4})",
        {{u"a"_s, 5}, {u"b"_s, true}, {u"c"_s, 9}}, "b9");
    row("bits from the lowest",
        R"({"name":"a","type":"bits","bits":3,"byteOrder":"little"},{"name":"b","type":"bool","bits":1,"byteOrder":"little"},{"name":"c","type":"bits","bits":4,"byteOrder":"little"})",
        {{u"a"_s, 5}, {u"b"_s, true}, {u"c"_s, 9}}, "9d");
    row("bits across bytes", R"({"name":"a","type":"bits","bits":4},{"name":"b","type":"bits","bits":12})",
        {{u"a"_s, 1}, {u"b"_s, 0x234}}, "1234");
    row("bits across bytes, little",
        R"({"name":"a","type":"bits","bits":4,"byteOrder":"little"},{"name":"b","type":"bits","bits":12,"byteOrder":"little"})",
        {{u"a"_s, 4}, {u"b"_s, 0x123}}, "3412");
    row("signed bits, a gap",
        R"({"name":"a","type":"bits","bits":3,"signed":true},{"name":"b","type":"bits","bits":2,"bit":6})",
        {{u"a"_s, -1}, {u"b"_s, 2}}, "e2");
    row("64 bits", R"({"name":"a","type":"bits","bits":63},{"name":"b","type":"bits","bits":1})",
        {{u"a"_s, 1}, {u"b"_s, 1}}, "0000000000000003");
    row("two runs",
        R"({"name":"a","type":"bits","bits":8},{"name":"b","type":"bits","bits":8,"bit":0,"byteOrder":"little"})",
        {{u"a"_s, 1}, {u"b"_s, 2}}, "0102");
    row("enum", R"({"name":"a","type":"u8","values":{"off":0,"on":7}})", {{u"a"_s, 7}}, "07");
    row("padded text", R"({"name":"a","type":"text","size":4},{"name":"b","type":"text","size":4,"pad":32})",
        {{u"a"_s, u"hi"_s}, {u"b"_s, u"yo"_s}}, "68690000796f2020");
    row("text behind its length",
        R"({"name":"a","type":"text","size":"u8"},{"name":"b","type":"text","size":"u16","byteOrder":"little"})",
        {{u"a"_s, u"hé"_s}, {u"b"_s, u"y"_s}}, "0368c3a9010079");
    row("text to a zero", R"({"name":"a","type":"text","size":"nul"},{"name":"b","type":"text","size":"nul"})",
        {{u"a"_s, u"hi"_s}, {u"b"_s, QString(u""_s)}}, "68690000");
    row("Latin-1", R"({"name":"a","type":"text","size":2,"encoding":"latin-1"})", {{u"a"_s, u"é"_s}}, "e900");
    row("rest, then fixed", R"({"name":"a","type":"text","size":"rest"},{"name":"b","type":"u16"})",
        {{u"a"_s, u"abc"_s}, {u"b"_s, 1}}, "6162630001");
    row("bytes",
        R"({"name":"a","type":"bytes","size":2},{"name":"b","type":"bytes","size":"u24"},{"name":"c","type":"bytes","size":"rest"})",
        {{u"a"_s, QByteArray("\1\2")}, {u"b"_s, QByteArray("\3")}, {u"c"_s, QByteArray("\4\5")}}, "0102000001030405");
    row("sized by a field",
        R"({"name":"n","type":"u8"},{"name":"x","type":"u8"},{"name":"a","type":"bytes","sizedBy":"n"})",
        {{u"n"_s, 2}, {u"x"_s, 9}, {u"a"_s, QByteArray("\1\2")}}, "02090102");
    row("sized by bits",
        R"({"name":"x","type":"bits","bits":4},{"name":"n","type":"bits","bits":4},{"name":"a","type":"text","sizedBy":"n"})",
        {{u"x"_s, 15}, {u"n"_s, 2}, {u"a"_s, u"hi"_s}}, "f26869");
    row("constant and padding",
        R"({"name":"magic","type":"const","bytes":"a5 5a"},{"type":"pad","size":2,"pad":255},{"name":"a","type":"u8"})",
        {{u"magic"_s, QByteArray("\xa5\x5a")}, {u"a"_s, 1}}, "a55affff01");
    row("array", R"({"name":"a","type":"u16","count":2})", {{u"a"_s, QCborArray{1, 2}}}, "00010002");
    row("counted array", R"({"name":"n","type":"u8"},{"name":"a","type":"text","size":"u8","countedBy":"n"})",
        {{u"n"_s, 2}, {u"a"_s, QCborArray{u"x"_s, u"yz"_s}}}, "02017802797a");
    row("array to the end", R"({"name":"a","type":"i16","count":"rest"},{"name":"b","type":"u8"})",
        {{u"a"_s, QCborArray{-1, 2}}, {u"b"_s, 3}}, "ffff000203");
    row("empty array", R"({"name":"a","type":"i16","count":"rest"})", {{u"a"_s, QCborArray{}}}, "");
    row("groups",
        R"({"name":"n","type":"u8"},{"name":"g","type":"group","countedBy":"n","fields":[{"name":"k","type":"u8"},{"name":"v","type":"text","size":"u8"}]},{"name":"h","type":"group","fields":[{"name":"r","type":"bytes","size":"rest"}]},{"name":"e","type":"u8"})",
        {{u"n"_s, 1},
         {u"g"_s, QCborArray{QCborMap{{u"k"_s, 5}, {u"v"_s, u"a"_s}}}},
         {u"h"_s, QCborMap{{u"r"_s, QByteArray("\7")}}},
         {u"e"_s, 8}},
        "0105016107"
        "08");
    row("length of all", R"({"name":"l","type":"length","bits":16},{"name":"a","type":"text","size":"rest"})",
        {{u"l"_s, 5}, {u"a"_s, u"abc"_s}}, "0005616263");
    row("length behind itself",
        R"({"name":"l","type":"length","bits":8,"from":"a"},{"name":"a","type":"text","size":"rest"})",
        {{u"l"_s, 3}, {u"a"_s, u"abc"_s}}, "03616263");
    row("length, adjusted",
        R"({"name":"l","type":"length","bits":32,"byteOrder":"little","from":"a","to":"a","adjust":-1},{"name":"a","type":"text","size":"rest"},{"name":"z","type":"u8"})",
        {{u"l"_s, 2}, {u"a"_s, u"abc"_s}, {u"z"_s, 1}}, "0200000061626301");
    row("sum", R"({"name":"a","type":"u16"},{"name":"s","type":"checksum","algorithm":"SUM-8"})",
        {{u"a"_s, 0x1234}, {u"s"_s, 0x46}}, "123446");
    row("Modbus",
        R"({"name":"a","type":"bytes","size":9},{"name":"s","type":"checksum","algorithm":"CRC-16/MODBUS","byteOrder":"little"})",
        {{u"a"_s, QByteArray("123456789")}, {u"s"_s, 0x4b37}}, "313233343536373839374b");
    row("checksum before what it covers",
        R"({"name":"s","type":"checksum","algorithm":"XOR-8","from":"a","to":"a"},{"name":"a","type":"u16"})",
        {{u"s"_s, 0x26}, {u"a"_s, 0x1234}}, "261234");
    row("checksum that counts as zero",
        R"({"name":"a","type":"u8"},{"name":"s","type":"checksum","algorithm":"SUM-16","to":"b","zeroed":true},{"name":"b","type":"u8"})",
        {{u"a"_s, 1}, {u"s"_s, 3}, {u"b"_s, 2}}, "01000302");
    row("checksum over a checksum",
        R"({"name":"outer","type":"checksum","algorithm":"SUM-8","from":"a","to":"inner"},{"name":"a","type":"u8"},{"name":"inner","type":"checksum","algorithm":"SUM-8","from":"a","to":"a"})",
        {{u"outer"_s, 4}, {u"a"_s, 2}, {u"inner"_s, 2}}, "040202");
    row("length under a checksum, in a group",
        R"({"name":"g","type":"group","count":2,"fields":[{"name":"l","type":"length","bits":8},{"name":"t","type":"text","size":"u8"},{"name":"s","type":"checksum","algorithm":"SUM-8"}]})",
        {{u"g"_s, QCborArray{QCborMap{{u"l"_s, 4}, {u"t"_s, u"a"_s}, {u"s"_s, 0x66}},
                             QCborMap{{u"l"_s, 3}, {u"t"_s, QString(u""_s)}, {u"s"_s, 3}}}}},
        "04016166"
        "030003");
}

void TestLayoutFields::places()
{
    QFETCH(QByteArray, fields);
    QFETCH(QCborMap, data);
    QFETCH(QByteArray, hex);
    const auto codec = codecOf(oneType(fields));
    QVERIFY(codec);
    const Coded out = encoded(*codec, data);
    QVERIFY2(!out.error, out.error ? qPrintable(out.error->toString()) : "");
    QCOMPARE(out.payload.toHex(), hex);
    const Decoded in = decoded(*codec, out.payload);
    QVERIFY2(!in.error, in.error ? qPrintable(in.error->toString()) : "");
    QCOMPARE(QCborValue(in.data()).toDiagnosticNotation(), QCborValue(data).toDiagnosticNotation());
    QCOMPARE(encoded(*codec->withGivenKept(), in.data()).payload.toHex(), hex);
    // Each byte less is an error, and so is one more, unless something takes the rest.
    if (!fields.contains("rest")) {
        for (qsizetype size = 0; size < out.payload.size(); ++size)
            QVERIFY2(decoded(*codec, out.payload.first(size)).error, QByteArray::number(size));
        const auto longer = decoded(*codec, out.payload + 'x').error;
        QVERIFY(longer);
        QCOMPARE(longer->offset, out.payload.size());
    }
}

void TestLayoutFields::refusedValues_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QCborMap>("data");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *name, const char *fields, const QCborMap &data, const char16_t *what) {
        QTest::newRow(name) << QByteArray(fields) << data << QString::fromUtf16(what);
    };
    const char *u8 = R"({"name":"a","type":"u8","min":3,"max":9})";
    row("too large", u8, {{u"a"_s, 10}}, u"a: 10 is above 9");
    row("too small", u8, {{u"a"_s, 2}}, u"a: 2 is below 3");
    row("too wide", R"({"name":"a","type":"u8"})", {{u"a"_s, 256}}, u"a: 256 does not fit into 8 bits");
    row("negative", R"({"name":"a","type":"u8"})", {{u"a"_s, -1}}, u"a: -1 does not fit into 8 bits");
    row("bits", R"({"name":"a","type":"bits","bits":8})", {{u"a"_s, 300}}, u"a: 300 does not fit into 8 bits");
    row("fraction", R"({"name":"a","type":"u8"})", {{u"a"_s, 1.5}}, u"a: it is a number");
    row("text for a number", R"({"name":"a","type":"u8"})", {{u"a"_s, u"x"_s}}, u"a: it is the text \"x\"");
    row("unknown name", R"({"name":"a","type":"u8","values":{"on":1}})", {{u"a"_s, u"off"_s}},
        u"a: it is the text \"off\"");
    row("float", R"({"name":"a","type":"f32"})", {{u"a"_s, 1e39}}, u"a: 1e+39 does not fit into a float of 32 bits");
    row("float's range", R"({"name":"a","type":"f64","max":1})", {{u"a"_s, 1.25}}, u"a: 1.25 is above 1");
    row("NaN in a range", R"({"name":"a","type":"f64","max":1})", {{u"a"_s, qQNaN()}}, u"a: NaN is above 1");
    row("bool", R"({"name":"a","type":"bool"})", {{u"a"_s, 2}}, u"a: it is a number");
    row("long text", R"({"name":"a","type":"text","size":2})", {{u"a"_s, u"abc"_s}}, u"a: 3 bytes do not fit into 2");
    row("zero in text", R"({"name":"a","type":"text","size":"nul"})", {{u"a"_s, QString(u"a\0b"_s)}},
        u"a: it contains the zero byte that would end it");
    row("not Latin-1", R"({"name":"a","type":"text","size":"rest","encoding":"latin-1"})", {{u"a"_s, u"€"_s}},
        u"a: \"€\" is no character of Latin-1");
    row("behind a length", R"({"name":"a","type":"text","size":"u8"})", {{u"a"_s, QString(256, u'x')}},
        u"a: 256 bytes do not fit behind a length of 8 bits");
    row("bytes", R"({"name":"a","type":"bytes","size":2})", {{u"a"_s, QByteArray("x")}},
        u"a: it has 1 bytes instead of 2");
    row("no hex", R"({"name":"a","type":"bytes","size":2})", {{u"a"_s, u"xyz"_s}},
        u"a: \"xyz\" is no text of hexadecimal digits");
    row("number for bytes", R"({"name":"a","type":"bytes","size":2})", {{u"a"_s, 1}}, u"a: it is a number");
    row("elements", R"({"name":"a","type":"u8","count":2})", {{u"a"_s, QCborArray{1}}},
        u"a: it has 1 elements instead of 2");
    row("no list", R"({"name":"a","type":"u8","count":2})", {{u"a"_s, 1}}, u"a: it is a number, not a list");
    row("no map", R"({"name":"a","type":"group","fields":[{"name":"b","type":"u8"}]})", {{u"a"_s, true}},
        u"a: it is true or false, not a map");
    row("deep", R"({"name":"a","type":"group","count":1,"fields":[{"name":"b","type":"u8"}]})",
        {{u"a"_s, QCborArray{QCborMap{{u"b"_s, 999}}}}}, u"a[0].b: 999 does not fit into 8 bits");
    row("unknown field", u8, {{u"b"_s, 1}}, u"data: there is no field \"b\"");
    row("unknown field, deep", R"({"name":"a","type":"group","fields":[{"name":"b","type":"u8"}]})",
        {{u"a"_s, QCborMap{{u"c"_s, 1}}}}, u"a: there is no field \"c\"");
    row("many to count", R"({"name":"n","type":"u8"},{"name":"a","type":"text","sizedBy":"n"})",
        {{u"a"_s, QString(256, u'x')}}, u"n: 256 does not fit into 8 bits");
    row("two to count",
        R"({"name":"n","type":"u8"},{"name":"a","type":"u8","countedBy":"n"},{"name":"b","type":"u8","countedBy":"n"})",
        {{u"a"_s, QCborArray{1}}, {u"b"_s, QCborArray{}}}, u"b: n counts another field too, and finds 1 there");
    row("long message", R"({"name":"l","type":"length","bits":8},{"name":"a","type":"text","size":"rest"})",
        {{u"a"_s, QString(256, u'x')}}, u"l: 257 does not fit into 8 bits");
    row("another constant", R"({"name":"m","type":"const","bytes":"a5"})", {{u"m"_s, QByteArray("x")}},
        u"m: the constant is a5");
}

void TestLayoutFields::refusedValues()
{
    QFETCH(QByteArray, fields);
    QFETCH(QCborMap, data);
    QFETCH(QString, what);
    const auto codec = codecOf(oneType(fields));
    QVERIFY(codec);
    QByteArray payload("before");
    Message message;
    message.type = 1;
    message.value = data;
    const auto error = codec->encode(message, payload);
    QVERIFY(error);
    QCOMPARE(error->what, what);
    QCOMPARE(error->code, SockError::Code::InvalidValue);
    QVERIFY(!error->remedy.isEmpty());
    QCOMPARE(payload, QByteArray("before"));
}

void TestLayoutFields::refusedPayloads_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<qint64>("offset");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *name, const char *fields, const char *hex, qint64 offset, const char16_t *what) {
        QTest::newRow(name) << QByteArray(fields) << QByteArray(hex) << offset << QString::fromUtf16(what);
    };
    row("cut", R"({"name":"x","type":"u8"},{"name":"a","type":"u32"})", "010203", 1,
        u"the message ends in a: it needs 4 bytes, 2 are left");
    row("cut bits", R"({"name":"a","type":"bits","bits":16})", "01", 0,
        u"the message ends in a: it needs 2 bytes, 1 are left");
    row("trailing", R"({"name":"a","type":"u8"})", "010203", 1, u"2 bytes are left behind the message's last field");
    row("constant", R"({"name":"x","type":"u8"},{"name":"m","type":"const","bytes":"a55a"})", "01a55b", 1,
        u"m: it is a55b instead of a55a");
    row("UTF-8", R"({"name":"x","type":"u8"},{"name":"a","type":"text","size":"rest"})", "0161ff", 2,
        u"a: the text is not UTF-8");
    row("no zero", R"({"name":"a","type":"text","size":"nul"})", "6161", 0, u"no zero byte ends a");
    row("long length", R"({"name":"a","type":"bytes","size":"u32"})", "ffffffff01", 0,
        u"the message ends in a: it needs 4294967299 bytes, 5 are left");
    row("many elements", R"({"name":"n","type":"u64"},{"name":"a","type":"u16","countedBy":"n"})", "ffffffffffffffff01",
        8, u"the message ends in a: it needs 2199023255552 bytes, 1 are left");
    row("checksum", R"({"name":"a","type":"u16"},{"name":"s","type":"checksum","algorithm":"CRC-16/XMODEM"})",
        "12341234", 2, u"s: bad checksum: 0x1234, computed 0x13c6");
    row("length", R"({"name":"l","type":"length","bits":8},{"name":"a","type":"text","size":"rest"})", "056162", 0,
        u"l: bad length: 5, counted 3");
    row("in the end of an element", R"({"name":"a","type":"u16","count":"rest"})", "000100", 2,
        u"the message ends in a: it needs 2 bytes, 1 are left");
    row("rest before fixed", R"({"name":"a","type":"text","size":"rest"},{"name":"b","type":"u32"})", "0102", 0,
        u"the message ends in a: it needs 4 bytes, 2 are left");
}

void TestLayoutFields::refusedPayloads()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, hex);
    QFETCH(qint64, offset);
    QFETCH(QString, what);
    const auto codec = codecOf(oneType(fields));
    QVERIFY(codec);
    const auto error = decoded(*codec, QByteArray::fromHex(hex)).error;
    QVERIFY(error);
    QCOMPARE(error->what, what);
    QCOMPARE(error->offset, offset);
    QCOMPARE(error->stage, Stage::Codec);
    QVERIFY(!error->remedy.isEmpty());
}

void TestLayoutFields::randomNumbersComeBack_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("isSigned");
    for (const int bits : {8, 16, 24, 32, 64}) {
        for (const char sign : {'u', 'i'})
            QTest::addRow("%c%d", sign, bits) << sign + QByteArray::number(bits) << bits << (sign == 'i');
    }
}

void TestLayoutFields::randomNumbersComeBack()
{
    QFETCH(QByteArray, type);
    QFETCH(int, bits);
    QFETCH(bool, isSigned);
    QRandomGenerator64 random(42);
    for (const QByteArray order : {"big", "little"}) {
        const auto codec = codecOf(oneType(R"({"name":"a","type":")" + type + R"(","byteOrder":")" + order + "\"}"));
        for (int i = 0; i < 200; ++i) {
            const quint64 raw = bits == 64 ? random() : random() & ((quint64(1) << bits) - 1);
            QByteArray expected;
            for (int byte = 0; byte < bits / 8; ++byte) {
                const int shift = 8 * (order == "little" ? byte : bits / 8 - 1 - byte);
                expected += static_cast<char>(raw >> shift);
            }
            const quint64 above = bits == 64 ? 0 : ~quint64(0) << bits;
            const bool negative = isSigned && ((raw >> (bits - 1)) & 1) != 0;
            const WholeNumber number =
                negative ? WholeNumber::fromSigned(static_cast<qint64>(raw | above)) : WholeNumber::fromUnsigned(raw);
            const Decoded in = decoded(*codec, expected);
            QVERIFY(!in.error);
            QCOMPARE(WholeNumber::fromCbor(in.data().value(u"a"_s))->toString(), number.toString());
            QCOMPARE(encoded(*codec, in.data()).payload.toHex(), expected.toHex());
        }
    }
}

void TestLayoutFields::randomBitFieldsComeBack()
{
    QRandomGenerator random(7);
    for (int round = 0; round < 100; ++round) {
        const QByteArray order = round % 2 ? "big" : "little";
        QByteArray fields;
        int left = 8 * random.bounded(1, 9);
        for (int i = 0; left > 0; ++i) {
            const int bits = random.bounded(1, left + 1);
            fields += QByteArray(i ? "," : "") + R"({"type":"bits","name":"f)" + QByteArray::number(i) +
                      R"(","bits":)" + QByteArray::number(bits) + R"(,"signed":)" +
                      (random.bounded(2) ? "true" : "false") + R"(,"byteOrder":")" + order + "\"}";
            left -= bits;
        }
        const auto codec = codecOf(oneType(fields));
        QVERIFY(codec);
        const Coded empty = encoded(*codec, QCborMap());
        QVERIFY(!empty.error);
        QByteArray payload = empty.payload;
        for (char &byte : payload)
            byte = static_cast<char>(random.bounded(256));
        const Decoded in = decoded(*codec, payload);
        QVERIFY(!in.error);
        QCOMPARE(encoded(*codec, in.data()).payload.toHex(), payload.toHex());
    }
}

void TestLayoutFields::defaultsAndZeroes()
{
    const auto codec = codecOf(oneType(
        R"({"name":"a","type":"u8","default":5},{"name":"b","type":"u8","min":3},{"name":"c","type":"text","size":2,"default":"x"},)"
        R"({"name":"d","type":"u8","values":{"off":0,"on":1},"default":"on"},{"name":"e","type":"f32","default":1.5},)"
        R"({"name":"f","type":"bool","default":true},{"name":"g","type":"bytes","size":2,"default":"0a 0b"},)"
        R"({"name":"h","type":"u8","count":2,"default":9},{"name":"i","type":"bytes","size":2,"pad":238},)"
        R"({"name":"j","type":"u8","values":{"off":0,"on":1}})"));
    const Coded out = encoded(*codec, QCborMap{{u"j"_s, u"on"_s}});
    QVERIFY2(!out.error, out.error ? qPrintable(out.error->toString()) : "");
    QCOMPARE(out.payload.toHex(), QByteArray("0500"
                                             "7800"
                                             "01"
                                             "3fc00000"
                                             "01"
                                             "0a0b"
                                             "0909"
                                             "eeee"
                                             "01"));
    QVERIFY(!encoded(*codec, QCborValue(QCborValue::Undefined)).error); // nothing said: all of them
}

void TestLayoutFields::floatsOfEveryKind()
{
    const auto codec = codecOf(oneType(R"({"name":"a","type":"f32"},{"name":"b","type":"f64"})"));
    for (const double value : {0.0, -0.0, 1.0, -1.5, qInf(), -qInf(), 0.1F * 1.0, 1e-40F * 1.0}) {
        const Coded out = encoded(*codec, QCborMap{{u"a"_s, value}, {u"b"_s, value}});
        QVERIFY(!out.error);
        const Decoded in = decoded(*codec, out.payload);
        QCOMPARE(std::bit_cast<quint64>(in.data().value(u"a"_s).toDouble()), std::bit_cast<quint64>(value));
        QCOMPARE(std::bit_cast<quint64>(in.data().value(u"b"_s).toDouble()), std::bit_cast<quint64>(value));
    }
    const Coded nan = encoded(*codec, QCborMap{{u"a"_s, qQNaN()}, {u"b"_s, 3}}); // whole numbers are numbers too
    QVERIFY(std::isnan(decoded(*codec, nan.payload).data().value(u"a"_s).toDouble()));
    QCOMPARE(decoded(*codec, nan.payload).data().value(u"b"_s).toDouble(), 3.0);
}

QTEST_GUILESS_MAIN(TestLayoutFields)
#include "test_layoutfields.moc"
