#include "core/protocol/describedcodec.h"
#include "support/testmain.h"
#include "unit/protocol/protocolcases.h"

using namespace Qt::StringLiterals;
using namespace SockScope;
using namespace SockScope::Test;

class TestDescribedCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void bytesAndValuesAreTheInnerCodecs_data();
    void bytesAndValuesAreTheInnerCodecs();
    void fieldsAreDescribed_data();
    void fieldsAreDescribed();
    void listsAreNamed();
    void whatDoesNotFitIsSaid();
    void unknownTypesAndBrokenPayloads();
    void wrongCodecs();
};

namespace {

const QByteArray game = R"({"payload":"structured","types":[
 {"name":"move","number":7,"fields":[
  {"name":"speed","type":"number","unit":"m/s","min":0,"max":10},
  {"name":"state","type":"integer","values":{"idle":0,"running":1}},
  {"name":"pos","type":"group","fields":[{"name":"x","type":"number","unit":"m"}]},
  {"name":"path","type":"integer","unit":"m","max":5,"count":"rest"},
  {"name":"note","type":"text","unit":"free"
}]
},
 {"name":"pair","number":8,"as":"list","fields":[{"name":"left","type":"integer","unit":"V"},{"name":"right","type":"integer","count":2}]}]
})";

std::shared_ptr<const Codec> gameCodec(const QString &inner)
{
    ProtocolError error;
    auto codec = makeProtocolCodec(described(game), makeCodec(inner), &error);
    if (!codec)
        QTest::qFail(qPrintable(error.toString()), __FILE__, __LINE__);
    return codec;
}

const QCborMap moveData{{u"speed"_s, 12.5},
                        {u"state"_s, 1},
                        {u"pos"_s, QCborMap{{u"x"_s, 3}}},
                        {u"path"_s, QCborArray{4, 6}},
                        {u"note"_s, u"hi"_s}};

} // namespace

void TestDescribedCodec::bytesAndValuesAreTheInnerCodecs_data()
{
    QTest::addColumn<QString>("name");
    for (const auto &name : {u"json"_s, u"msgpack"_s, u"cbor"_s})
        QTest::newRow(qPrintable(name)) << name;
}

void TestDescribedCodec::bytesAndValuesAreTheInnerCodecs()
{
    QFETCH(QString, name);
    const auto codec = gameCodec(name);
    const auto inner = makeCodec(name);
    QCOMPARE(codec->name(), name);
    QVERIFY(codec->carriesType());
    const Coded out = encoded(*codec, moveData, 7);
    QCOMPARE(out.payload, encoded(*inner, moveData, 7).payload);
    const Decoded in = decoded(*codec, out.payload);
    QVERIFY(!in.error);
    QCOMPARE(in.message.type, MessageType(7));
    QCOMPARE(in.data(), decoded(*inner, out.payload).data());
    QCOMPARE(decoded(*codec, "\xff{").error, decoded(*inner, "\xff{").error);
}

void TestDescribedCodec::fieldsAreDescribed_data()
{
    bytesAndValuesAreTheInnerCodecs_data();
}

void TestDescribedCodec::fieldsAreDescribed()
{
    QFETCH(QString, name);
    const auto codec = gameCodec(name);
    const auto inner = makeCodec(name);
    for (const MessageType &type : {MessageType(7), MessageType(u"move"_s)}) {
        const QByteArray payload = encoded(*codec, moveData, type).payload;
        const FieldNode root = codec->fields(payload);
        QCOMPARE(root.children[0].value, type.isName() ? u"\"move\""_s : u"move (7)"_s);
        const FieldNode &data = root.children[1];
        QCOMPARE(childOf(data, u"speed")->value, u"12.5 m/s: 12.5 is above 10"_s);
        QCOMPARE(childOf(data, u"state")->value, u"running (1)"_s);
        QCOMPARE(childOf(*childOf(data, u"pos"), u"x")->value, u"3 m"_s);
        QCOMPARE(childOf(data, u"path")->children[0].value, u"4 m"_s);
        QCOMPARE(childOf(data, u"path")->children[1].value, u"6 m: 6 is above 5"_s);
        QCOMPARE(childOf(data, u"note")->value, u"\"hi\" free"_s);
        // Keys, kinds and places are those of the payload.
        const FieldNode plain = inner->fields(payload);
        for (size_t i = 0; i < data.children.size(); ++i) {
            QCOMPARE(data.children[i].key, plain.children[1].children[i].key);
            QCOMPARE(data.children[i].kind, plain.children[1].children[i].kind);
            QCOMPARE(data.children[i].offset, plain.children[1].children[i].offset);
        }
        QVERIFY2(codec->summary(payload).startsWith(u"speed=12.5 m/s: 12.5 is above 10 state=running (1) pos="),
                 qPrintable(codec->summary(payload)));
        QCOMPARE(codec->summary(payload, 10), u"speed=12.…"_s);
    }
}

void TestDescribedCodec::listsAreNamed()
{
    const auto codec = gameCodec(u"json"_s);
    const FieldNode root = codec->fields(R"([8,[5,[1,2]]])");
    const FieldNode &data = root.children[1];
    QCOMPARE(data.children[0].key, u"[0]"_s);
    QCOMPARE(data.children[0].value, u"left: 5 V"_s);
    QVERIFY2(data.children[1].value.startsWith(u"right: "), qPrintable(data.children[1].value));
    QVERIFY2(codec->summary(R"([8,[5,[1,2]]])").startsWith(u"left=5 V right="),
             qPrintable(codec->summary(R"([8,[5,[1,2]]])")));
}

void TestDescribedCodec::whatDoesNotFitIsSaid()
{
    const auto codec = gameCodec(u"json"_s);
    const FieldNode root =
        codec->fields(R"(["move",{"speed":"fast","state":2,"pos":1,"path":true,"note":5,"more":1}])");
    const FieldNode &data = root.children[1];
    QCOMPARE(childOf(data, u"speed")->value, u"\"fast\": no number"_s);
    QCOMPARE(childOf(data, u"state")->value, u"2 (no name)"_s);
    QCOMPARE(childOf(data, u"pos")->value, u"1: no map"_s);
    QCOMPARE(childOf(data, u"path")->value, u"true: no list"_s);
    QCOMPARE(childOf(data, u"note")->value, u"5: no text"_s);
    QCOMPARE(childOf(data, u"more")->value, u"1"_s);
    const FieldNode few = codec->fields(R"(["pair",[1,[2]]])");
    QVERIFY2(few.children[1].children[1].value.endsWith(u": it should have 2 elements"),
             qPrintable(few.children[1].children[1].value));
}

void TestDescribedCodec::unknownTypesAndBrokenPayloads()
{
    const auto codec = gameCodec(u"json"_s);
    const auto inner = makeCodec(u"json");
    for (const QByteArray payload :
         {R"([9,{"speed":1}])", R"(["stop",null])", R"([7,{"spe)", "", "x", R"({"a":1})", "[7]", R"([7,[1]])"}) {
        const FieldNode ours = codec->fields(payload);
        const FieldNode theirs = inner->fields(payload);
        QCOMPARE(ours.kind, theirs.kind);
        QCOMPARE(ours.children.size(), theirs.children.size());
        QCOMPARE(codec->summary(payload), inner->summary(payload));
    }
}

void TestDescribedCodec::wrongCodecs()
{
    ProtocolError error;
    QVERIFY(!makeProtocolCodec(described(game), makeCodec(u"raw"), &error));
    QCOMPARE(error.toString(),
             u"payload: the codec raw has no fields: choose the codec json, msgpack or cbor, or write \"layout\""_s);
    QVERIFY(!makeProtocolCodec(described(game), nullptr, &error));
    const auto layout = makeProtocolCodec(described(oneType(R"({"name":"a","type":"u8"})")), makeCodec(u"raw"), &error);
    QCOMPARE(layout->name(), u"layout"_s);
}

QTEST_GUILESS_MAIN(TestDescribedCodec)
#include "test_describedcodec.moc"
