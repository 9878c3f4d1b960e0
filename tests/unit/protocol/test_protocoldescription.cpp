#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include "support/testmain.h"
#include "unit/protocol/protocolcases.h"

using namespace Qt::StringLiterals;
using namespace SockScope;
using namespace SockScope::Test;

/// The JSON of a description: what it says comes back, what is wrong is refused where it stands.
class TestProtocolDescription : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void comesBack();
    void unknownKeysAreKept();
    void wholeNumbersStayExact();
    void refused_data();
    void refused();
    void refusedTexts();
    void limits();
    void lookUps();
};

namespace {

const QByteArray everything = R"({
 "name":"all","comment":"c","byteOrder":"little","typeField":"t",
 "header":[{"name":"m","type":"const","bytes":"01 ff"},{"name":"t","type":"u16"},{"name":"l","type":"length","bits":24,"from":"@body","to":"@body","adjust":-2}],
 "trailer":[{"name":"c","type":"checksum","algorithm":"CRC-32","from":"m","to":"@trailer","zeroed":true}],
 "types":[{"name":"a","number":1,"comment":"x","fields":[
  {"name":"u","type":"u24","unit":"V","min":1,"max":9,"default":5,"comment":"k","byteOrder":"big"},
  {"name":"b","type":"bits","bits":5,"signed":true},{"name":"e","type":"bits","bits":2,"bit":6,"values":{"x":0,"y":3},"default":"y"},
  {"name":"o","type":"bool"},{"name":"p","type":"bool","bits":8},{"type":"pad","size":3,"pad":7},
  {"name":"f","type":"f32","min":-1.5,"max":2},
  {"name":"s","type":"text","size":8,"pad":32,"encoding":"latin-1","default":"é"},{"name":"s2","type":"text","size":"nul"},
  {"name":"s3","type":"text","size":"u24","byteOrder":"big"},{"name":"n","type":"u8"},{"name":"y","type":"bytes","sizedBy":"n"},
  {"name":"k","type":"u16"},{"name":"g","type":"group","countedBy":"k","fields":[{"name":"z","type":"i64","count":3}]},
  {"name":"r","type":"i8","count":"rest"}]},
  {"name":"b","number":-0,"fields":[{"name":"r","type":"bytes","size":"rest","default":"0a"}]}]})";

} // namespace

void TestProtocolDescription::comesBack()
{
    const ProtocolDescription description = described(everything);
    const QJsonObject json = description.toJson();
    ProtocolError error;
    const auto again = ProtocolDescription::fromJson(json, &error);
    QVERIFY2(again, qPrintable(error.toString()));
    QVERIFY(*again == description);
    QCOMPARE(again->toJson(), json);
    // Nothing of it is lost on the way, and nothing is added but the defaults that are always written.
    QJsonObject expected = QJsonDocument::fromJson(everything).object();
    expected.insert("payload"_L1, "layout"_L1);
    QCOMPARE(QJsonDocument(json).toJson(), QJsonDocument(expected).toJson());

    const ProtocolDescription structured =
        described(R"({"payload":"structured","types":[{"name":"move","number":7,"as":"list","fields":[
        {"name":"odd key","type":"integer","min":-5,"max":5,"default":1,"values":{"a":1}},{"name":"x","type":"number","unit":"m"},
        {"name":"t","type":"text","default":"q"},{"name":"b","type":"bool","default":false},{"name":"y","type":"bytes"},
        {"name":"g","type":"group","count":"rest","fields":[{"name":"l","type":"any","default":[1,{"k":null}]}]}]}]})");
    QVERIFY(structured.types.front().isList);
    const auto twice = ProtocolDescription::fromJson(structured.toJson(), &error);
    QVERIFY2(twice, qPrintable(error.toString()));
    QVERIFY(*twice == structured);
}

void TestProtocolDescription::unknownKeysAreKept()
{
    const QByteArray json = oneType(R"({"name":"a","type":"u8","x-colour":"red"})", R"("future":{"k":[1]},)");
    QJsonObject object = QJsonDocument::fromJson(json).object();
    QJsonArray types = object.value("types"_L1).toArray();
    QJsonObject type = types.at(0).toObject();
    type.insert("x-note"_L1, 5);
    types.replace(0, type);
    object.insert("types"_L1, types);
    const auto description = ProtocolDescription::fromJson(object);
    QVERIFY(description);
    const QJsonObject out = description->toJson();
    QCOMPARE(out.value("future"_L1), object.value("future"_L1));
    QCOMPARE(out.value("types"_L1).toArray().at(0).toObject().value("x-note"_L1).toInt(), 5);
    QCOMPARE(out.value("types"_L1).toArray().at(0)["fields"_L1][0]["x-colour"_L1].toString(), u"red"_s);
}

void TestProtocolDescription::wholeNumbersStayExact()
{
    const auto description = described(oneType(
        R"({"name":"a","type":"u64","max":"18446744073709551615","default":"0xfffffffffffffffe"},{"name":"b","type":"i64","min":-9223372036854775808,"default":9007199254740993})"));
    const auto again = ProtocolDescription::fromText(QJsonDocument(description.toJson()).toJson());
    QVERIFY(again);
    QVERIFY(*again == description);
    const FieldDescription &a = again->types.front().fields[0];
    QCOMPARE(WholeNumber::fromCbor(a.defaultValue)->toString(), u"18446744073709551614"_s);
    QCOMPARE(again->types.front().fields[1].defaultValue.toInteger(), 9007199254740993LL);
}

void TestProtocolDescription::refused_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("what");
    const auto whole = [](const char *name, const char *json, const char *path, const char16_t *what) {
        QTest::newRow(name) << QByteArray(json) << QString::fromLatin1(path) << QString::fromUtf16(what);
    };
    const auto field = [](const char *name, const char *fields, const char *path, const char16_t *what) {
        QTest::newRow(name) << oneType(fields) << "types[0].fields"_L1 + QString::fromLatin1(path)
                            << QString::fromUtf16(what);
    };
    whole("no types", R"({})", "types", u"there is no message type");
    whole("types no list", R"({"types":{}})", "types", u"is no list");
    whole("type no object", R"({"types":[1]})", "types[0]", u"is no object");
    whole("no name", R"({"types":[{"fields":[]}]})", "types[0].name", u"is missing");
    whole("number", R"({"types":[{"name":"a","number":1.5}]})", "types[0].number", u"is no whole number");
    whole("payload", R"({"payload":"xml","types":[]})", "payload", u"\"xml\" is none of the possible values");
    whole("structured header", R"({"payload":"structured","header":[],"types":[]})", "header",
          u"does not belong to a structured payload");
    whole("same name", R"({"payload":"structured","types":[{"name":"a","number":1},{"name":"a","number":2}]})",
          "types[1].name", u"types[0] is named \"a\" already");
    whole("same number", R"({"payload":"structured","types":[{"name":"a","number":1},{"name":"b","number":1}]})",
          "types[1].number", u"types[0] has the number 1 already");
    whole(
        "same structured field",
        R"({"payload":"structured","types":[{"name":"a","fields":[{"name":"x","type":"any"},{"name":"x","type":"any"}]}]})",
        "types[0].fields[1].name", u"there is a field \"x\" already");
    whole(
        "structured default",
        R"({"payload":"structured","types":[{"name":"a","fields":[{"name":"x","type":"integer","max":1,"default":2}]}]})",
        "types[0].fields[0].default", u"2 is above 1");
    whole("no way to the type", R"({"types":[{"name":"a","fields":[{"name":"x","type":"u8"}]}]})", "typeField",
          u"nothing says how the type of a message is found");
    whole("two ways", R"({"typeField":"x","fixedType":"a","types":[{"name":"a"}]})", "typeField",
          u"there are two ways to find the type");
    whole("type field", R"({"typeField":"y","header":[{"name":"x","type":"u8"}],"types":[{"name":"a"}]})", "typeField",
          u"the header has no field \"y\"");
    whole("type field's kind", R"({"typeField":"x","header":[{"name":"x","type":"f32"}],"types":[{"name":"a"}]})",
          "typeField", u"\"x\" is no integer");
    whole(
        "type behind something",
        R"({"typeField":"x","header":[{"name":"s","type":"text","size":"u8"},{"name":"x","type":"u8"}],"types":[{"name":"a"}]})",
        "header[0]", u"its size is not fixed, but the type stands behind it");
    whole(
        "type that counts",
        R"({"typeField":"x","header":[{"name":"x","type":"u8"}],"types":[{"name":"a","number":1,"fields":[{"name":"s","type":"text","sizedBy":"x"}]}]})",
        "typeField", u"\"x\" counts something already");
    whole("no number", R"({"typeField":"x","header":[{"name":"x","type":"u8"}],"types":[{"name":"a"}]})",
          "types[0].number", u"is missing");
    whole("wide number", R"({"typeField":"x","header":[{"name":"x","type":"u8"}],"types":[{"name":"a","number":256}]})",
          "types[0].number", u"256 does not fit into the field x of 8 bits");
    whole("fixed type", R"({"fixedType":"b","types":[{"name":"a","fields":[{"name":"x","type":"u8"}]}]})", "fixedType",
          u"\"b\" is not the only type");
    whole("nothing", R"({"fixedType":"a","types":[{"name":"a"}]})", "types[0].fields",
          u"the message has no fields at all");
    whole(
        "name of the header",
        R"({"typeField":"x","header":[{"name":"x","type":"u8"}],"types":[{"name":"a","fields":[{"name":"x","type":"u8"}]}]})",
        "types[0].fields[0].name", u"there is a field \"x\" already");

    field("no type", R"({"name":"a"})", "[0].type", u"is missing");
    field("unknown type", R"({"name":"a","type":"u12"})", "[0].type", u"\"u12\" is no type of field");
    field("no field name", R"({"type":"u8"})", "[0].name", u"is missing");
    field("bad field name", R"({"name":"a.b","type":"u8"})", "[0].name", u"\"a.b\" is no name of a field");
    field("same field", R"({"name":"a","type":"u8"},{"name":"a","type":"u8"})", "[1].name",
          u"there is a field \"a\" already");
    field("foreign key", R"({"name":"a","type":"u8","algorithm":"SUM-8"})", "[0].algorithm",
          u"does not belong to a field of the type u8");
    field("bits of u8", R"({"name":"a","type":"u8","bits":3})", "[0].bits",
          u"does not belong to a field of the type u8");
    field("bits missing", R"({"name":"a","type":"bits"})", "[0].bits", u"is missing");
    field("bits too many", R"({"name":"a","type":"bits","bits":65})", "[0].bits", u"65 is out of range");
    field("bits in a byte", R"({"name":"a","type":"bits","bits":3},{"name":"b","type":"u8"})", "[0].bits",
          u"the bit fields end in the middle of a byte, after 3 bits");
    field("bits overlap", R"({"name":"a","type":"bits","bits":5},{"name":"b","type":"bits","bits":3,"bit":4})",
          "[1].bit", u"bit 4 belongs to the field before it");
    field("bits together", R"({"name":"a","type":"bits","bits":40},{"name":"b","type":"bits","bits":32})", "[1].bits",
          u"the bit fields together have 72 bits");
    field("bits of two orders",
          R"({"name":"a","type":"bits","bits":4},{"name":"b","type":"bits","bits":4,"byteOrder":"little"})",
          "[1].byteOrder", u"it differs from the bit fields beside it");
    field("byte order", R"({"name":"a","type":"u8","byteOrder":"middle"})", "[0].byteOrder",
          u"\"middle\" is none of the possible values");
    field("default outside", R"({"name":"a","type":"u8","min":1,"max":5,"default":6})", "[0].default", u"6 is above 5");
    field("default too wide", R"({"name":"a","type":"u8","default":256})", "[0].default",
          u"256 does not fit into 8 bits");
    field("default's kind", R"({"name":"a","type":"u8","default":"x"})", "[0].default", u"is not a whole number");
    field("default text too long", R"({"name":"a","type":"text","size":1,"default":"xy"})", "[0].default",
          u"2 bytes do not fit into 1");
    field("default bytes", R"({"name":"a","type":"bytes","size":1,"default":"0"})", "[0].default",
          u"is no text of hexadecimal digits");
    field("min above max", R"({"name":"a","type":"i8","min":5,"max":1})", "[0].min", u"5 is above 1, the maximum");
    field("max too wide", R"({"name":"a","type":"i8","max":128})", "[0].max", u"128 does not fit into 8 bits");
    field("min no number", R"({"name":"a","type":"f32","min":"x"})", "[0].min", u"is no number");
    field("value too wide", R"({"name":"a","type":"bits","bits":8,"values":{"x":256}})", "[0].values.x",
          u"256 does not fit into 8 bits");
    field("two names", R"({"name":"a","type":"u8","values":{"x":1,"y":1}})", "[0].values", u"1 has the names x and y");
    field("value no number", R"({"name":"a","type":"u8","values":{"x":"q"}})", "[0].values.x", u"is no whole number");
    field("size missing", R"({"name":"a","type":"text"})", "[0].size", u"is missing");
    field("size", R"({"name":"a","type":"text","size":0})", "[0].size", u"0 is out of range");
    field("size word", R"({"name":"a","type":"bytes","size":"nul"})", "[0].size", u"bytes have no end of their own");
    field("encoding", R"({"name":"a","type":"text","size":1,"encoding":"ebcdic"})", "[0].encoding",
          u"\"ebcdic\" is none of the possible values");
    field("counted by nothing", R"({"name":"a","type":"u8","countedBy":"n"})", "[0].countedBy",
          u"there is no field \"n\" beside it");
    field("counted later", R"({"name":"a","type":"u8","countedBy":"n"},{"name":"n","type":"u8"})", "[0].countedBy",
          u"\"n\" comes later");
    field("counted by itself", R"({"name":"a","type":"u8","countedBy":"a"})", "[0].countedBy", u"\"a\" comes later");
    field("counted by a float", R"({"name":"n","type":"f32"},{"name":"a","type":"u8","countedBy":"n"})",
          "[1].countedBy", u"\"n\" is no unsigned integer");
    field("sized by signed", R"({"name":"n","type":"i8"},{"name":"a","type":"text","sizedBy":"n"})", "[1].sizedBy",
          u"\"n\" is no unsigned integer");
    field("counted outside",
          R"({"name":"n","type":"u8"},{"name":"g","type":"group","fields":[{"name":"a","type":"u8","countedBy":"n"}]})",
          "[1].fields[0].countedBy", u"there is no field \"n\" beside it");
    field("count", R"({"name":"a","type":"u8","count":0})", "[0].count", u"0 is out of range");
    field("count word", R"({"name":"a","type":"u8","count":"all"})", "[0].count",
          u"\"all\" is none of the possible values");
    field("empty elements", R"({"name":"n","type":"u8"},{"name":"a","type":"text","sizedBy":"n","count":3})", "[1]",
          u"its elements may be empty, so that they cannot be counted");
    field("rest in elements", R"({"name":"a","type":"text","size":"rest","count":3})", "[0]",
          u"only the last of the elements could take the rest of the payload");
    field("behind the rest", R"({"name":"a","type":"text","size":"rest"},{"name":"b","type":"text","size":"nul"})",
          "[0]", u"it takes the rest of the payload, but what follows has no fixed size");
    field(
        "two rests",
        R"({"name":"a","type":"u8","count":"rest"},{"name":"g","type":"group","fields":[{"name":"b","type":"u8","count":"rest"}]})",
        "[0]", u"it takes the rest of the payload, but what follows has no fixed size");
    field("empty group", R"({"name":"a","type":"group","fields":[]})", "[0].fields", u"the group has no fields");
    field("empty constant", R"({"name":"a","type":"const","bytes":""})", "[0].bytes", u"a constant of 0 bytes");
    field("constant's digits", R"({"name":"a","type":"const","bytes":"0x"})", "[0].bytes",
          u"is no text of hexadecimal digits");
    field("too large",
          R"({"name":"a","type":"group","count":65536,"fields":[{"name":"b","type":"bytes","size":65536}]})", "[0]",
          u"the fields from here on are longer than 16777216 bytes");
    field("algorithm", R"({"name":"a","type":"checksum","algorithm":"CRC-99"})", "[0].algorithm",
          u"\"CRC-99\" is no checksum that is known");
    field("checksum of nothing", R"({"name":"a","type":"checksum","algorithm":"SUM-8"})", "[0]",
          u"there is nothing before it to make the checksum of");
    field("checksum outside",
          R"({"name":"b","type":"u8"},{"name":"a","type":"checksum","algorithm":"SUM-8","from":"x"})", "[1].from",
          u"there is no field \"x\" beside it, so that the range lies outside");
    field("checksum of itself",
          R"({"name":"b","type":"u8"},{"name":"a","type":"checksum","algorithm":"SUM-8","to":"a"})", "[1].to",
          u"the range includes the checksum itself, which cannot be known before");
    field(
        "checksum backwards",
        R"({"name":"b","type":"u8"},{"name":"c","type":"u8"},{"name":"d","type":"u8"},{"name":"a","type":"checksum","algorithm":"SUM-8","from":"d","to":"b"})",
        "[3].to", u"the range ends before it begins");
    field(
        "length backwards",
        R"({"name":"b","type":"u8"},{"name":"c","type":"u8"},{"name":"a","type":"length","bits":16,"from":"c","to":"b"})",
        "[2].to", u"the range ends before it begins");
    field("length backwards over parts", R"({"name":"a","type":"length","bits":16,"from":"@body","to":"@header"})",
          "[0].to", u"the range ends before it begins");
    field(
        "checksum in bits",
        R"({"name":"b","type":"bits","bits":4},{"name":"c","type":"bits","bits":4},{"name":"a","type":"checksum","algorithm":"SUM-8","from":"c"})",
        "[2].from", u"the range begins in the middle of bit fields");
    field(
        "checksums of each other",
        R"({"name":"a","type":"checksum","algorithm":"SUM-8","from":"b","to":"b"},{"name":"b","type":"checksum","algorithm":"SUM-8","from":"a","to":"a"})",
        "[0].to", u"the range includes another checksum that includes this one: neither can be known first");
    field("zeroed for nothing",
          R"({"name":"b","type":"u8"},{"name":"a","type":"checksum","algorithm":"SUM-8","zeroed":true})", "[1].zeroed",
          u"the range does not include the checksum");
    field("zeroed no bool", R"({"name":"b","type":"u8"},{"name":"a","type":"checksum","algorithm":"SUM-8","zeroed":1})",
          "[1].zeroed", u"is neither true nor false");
    field(
        "range outside of a group",
        R"({"name":"b","type":"u8"},{"name":"g","type":"group","fields":[{"name":"a","type":"checksum","algorithm":"SUM-8","from":"@header"}]})",
        "[1].fields[0].from", u"there is no field \"@header\" beside it, so that the range lies outside");
    field("length's width", R"({"name":"a","type":"length","bits":12})", "[0].bits", u"12 is no width of a length");
    field("length too small", R"({"name":"a","type":"length","bits":8},{"name":"b","type":"bytes","size":300})",
          "[0].bits", u"the length is at least 301, and 8 bits hold at most 255");
    field("length negative", R"({"name":"a","type":"length","bits":8,"adjust":-5})", "[0].adjust",
          u"the length becomes -4");
}

void TestProtocolDescription::refused()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, path);
    QFETCH(QString, what);
    ProtocolError error;
    QVERIFY(!ProtocolDescription::fromText(json, &error));
    QCOMPARE(error.path + u" "_s + error.what, path + u" "_s + what);
    QVERIFY(!error.remedy.isEmpty());
    QCOMPARE(error.toString(), path + u": "_s + what + u": "_s + error.remedy);
    QCOMPARE(error.toSockError().code, SockError::Code::InvalidOptions);
}

void TestProtocolDescription::refusedTexts()
{
    ProtocolError error;
    QVERIFY(!ProtocolDescription::fromText("{\n \"a\": 1,\n  x}", &error));
    QVERIFY2(error.what.startsWith(u"line 3, column "), qPrintable(error.what));
    QVERIFY(!ProtocolDescription::fromText("[]", &error));
    QCOMPARE(error.what, u"the description is no JSON object"_s);
    QVERIFY(!ProtocolDescription::fromText(QByteArray(16 * 1024 * 1024 + 1, ' '), &error));
    QCOMPARE(error.what, u"the description is longer than 16777216 bytes"_s);
}

void TestProtocolDescription::limits()
{
    const auto list = [](const QByteArray &one, int count) {
        QByteArray all;
        for (int i = 0; i < count; ++i)
            all += (i ? "," : "") + QByteArray(one).replace("#", QByteArray::number(i));
        return all;
    };
    ProtocolError error;
    const QByteArray field = R"({"name":"f#","type":"u8"})";
    QVERIFY(ProtocolDescription::fromText(oneType(list(field, 1024)), &error));
    QVERIFY(!ProtocolDescription::fromText(oneType(list(field, 1025)), &error));
    QCOMPARE(error.what, u"has 1025 elements"_s);
    const QByteArray group =
        R"({"name":"g#","type":"group","fields":[)" + list(R"({"name":"x@","type":"u8"})", 1).replace("@", "") + "]}";
    QVERIFY(!ProtocolDescription::fromText(oneType(list(group, 600)), &error));
    QCOMPARE(error.what, u"the type has too many fields, header and trailer included"_s);
    const QByteArray type = R"({"name":"t#","number":#})";
    const auto types = [&](int count) { return R"({"payload":"structured","types":[)" + list(type, count) + "]}"; };
    QVERIFY(ProtocolDescription::fromText(types(4096), &error));
    QVERIFY(!ProtocolDescription::fromText(types(4097), &error));
    QByteArray nested = R"({"name":"x","type":"u8"})";
    for (int depth = 1; depth < 8; ++depth)
        nested = R"({"name":"g","type":"group","fields":[)" + nested + "]}";
    QVERIFY2(ProtocolDescription::fromText(oneType(nested), &error), qPrintable(error.toString()));
    QVERIFY(
        !ProtocolDescription::fromText(oneType(R"({"name":"g","type":"group","fields":[)" + nested + "]}"), &error));
    QVERIFY2(error.what.contains(u"nested"), qPrintable(error.what));
    QVERIFY(!ProtocolDescription::fromText(oneType(R"({"type":"u8","name":")" + QByteArray(129, 'x') + "\"}"), &error));
    QCOMPARE(error.path, u"types[0].fields[0].name"_s);
}

void TestProtocolDescription::lookUps()
{
    const ProtocolDescription description = described(everything);
    QCOMPARE(description.type(MessageType(1))->name, u"a"_s);
    QCOMPARE(description.type(MessageType(u"b"_s))->number, 0);
    QVERIFY(!description.type(MessageType(2)));
    QVERIFY(!description.type(QStringView(u"c")));
    QCOMPARE(description.messageTypes()->number(u"a"), 1);
    QCOMPARE(description.messageTypes()->size(), 2);
    // In structured payloads a name may travel alone; there may be any number of them.
    const QByteArray named = R"({"payload":"structured","types":[{"name":"a"},{"name":"b"},{"name":"c","number":0}]})";
    const ProtocolDescription names = described(named);
    QCOMPARE(names.type(MessageType(u"b"_s))->name, u"b"_s);
    QCOMPARE(names.type(MessageType(0))->name, u"c"_s);
    QCOMPARE(names.messageTypes()->size(), 1);
    QVERIFY(!names.toJson().value("types"_L1).toArray().at(0).toObject().contains("number"_L1));
}

QTEST_GUILESS_MAIN(TestProtocolDescription)
#include "test_protocoldescription.moc"
