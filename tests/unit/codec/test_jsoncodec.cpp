#include "core/codec/jsoncodec.h"

#include <QElapsedTimer>

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;
using Code = SockError::Code;

class TestJsonCodec : public QObject
{
    Q_OBJECT
    const JsonCodec m_codec;

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void roundTrips_data()
    {
        QTest::addColumn<QCborValue>("value");
        for (const auto &[name, value] : sharedValues())
            QTest::newRow(name.constData()) << value;
    }
    void roundTrips()
    {
        QFETCH(QCborValue, value);
        for (const MessageType &type : {MessageType(7), MessageType(std::numeric_limits<qint64>::min()),
                                        MessageType(std::numeric_limits<qint64>::max()), MessageType(u"ping \"ä\"")}) {
            roundTrip(m_codec, type, value);
            if (QTest::currentTestFailed())
                return;
        }
    }
    void wireFormat()
    {
        encodesTo(m_codec, 7, QCborMap{{QStringLiteral("a"), 1}}, "[7,{\"a\":1}]");
        encodesTo(m_codec, u"ping", QCborArray{true, nullptr, -1, 2.5, 7.0}, "[\"ping\",[true,null,-1,2.5,7.0]]");
        encodesTo(m_codec, -1, QStringLiteral("a\"\\\n\x01ä"), "[-1,\"a\\\"\\\\\\n\\u0001\xc3\xa4\"]");
        encodesTo(m_codec, 1, bigInteger(~quint64(0)), "[1,18446744073709551615]");
        encodesTo(m_codec, 1, bigInteger(~quint64(0), true), "[1,-18446744073709551616]");
    }
    void acceptedTypes_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<qint64>("type");
        QTest::newRow("7.0") << QByteArray("[7.0,null]") << qint64(7);
        QTest::newRow("7e0") << QByteArray("[7e0,null]") << qint64(7);
        QTest::newRow("blanks") << QByteArray(" \n[\t-7 , null ] ") << qint64(-7);
        QTest::newRow("2^63-1") << QByteArray("[9223372036854775807,null]") << std::numeric_limits<qint64>::max();
        QTest::newRow("BOM") << QByteArray("\xef\xbb\xbf[7,null]") << qint64(7);
    }
    void acceptedTypes()
    {
        QFETCH(QByteArray, payload);
        QFETCH(qint64, type);
        Message message;
        const auto error = m_codec.decode(Bytes(payload), message);
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        QCOMPARE(message.type, MessageType(type));
        QVERIFY(message.data().isNull());
        QCOMPARE(m_codec.fields(payload).children.at(0).key, QStringLiteral("type"));
    }
    void largeIntegersBecomeDoubles()
    {
        Message message;
        QVERIFY(!m_codec.decode(Bytes("[1,9223372036854775808]"), message));
        QCOMPARE(message.data(), QCborValue(9223372036854775808.0));
    }
    void byteOrderMarksStay()
    {
        const QString marked = QChar(0xfeff) + QStringLiteral("a");
        const QByteArray payload = "[1,{\"\xef\xbb\xbf"
                                   "a\":\"\xef\xbb\xbf"
                                   "a\"}]";
        Message message;
        QVERIFY(!m_codec.decode(Bytes(payload), message));
        QCOMPARE(message.data(), QCborValue(QCborMap{{marked, marked}}));
        QByteArray written;
        QVERIFY(!m_codec.encode(message, written));
        Message again;
        QVERIFY(!m_codec.decode(Bytes(written), again));
        QCOMPARE(again.data(), message.data());
    }
    void malformed_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<int>("offset");
        QTest::newRow("empty") << QByteArray() << 0;
        QTest::newRow("object") << QByteArray(" {\"a\":1}") << 1;
        QTest::newRow("number") << QByteArray("7") << 0;
        QTest::newRow("one element") << QByteArray("[7]") << 0;
        QTest::newRow("three elements") << QByteArray("[7,8,9]") << 0;
        QTest::newRow("no element") << QByteArray("[]") << 0;
        QTest::newRow("null type") << QByteArray("[ null,1]") << 2;
        QTest::newRow("array type") << QByteArray("[[],1]") << 1;
        QTest::newRow("boolean type") << QByteArray("[true,1]") << 1;
        QTest::newRow("1.5 type") << QByteArray("[1.5,1]") << 1;
        QTest::newRow("2^63 type") << QByteArray("[9223372036854775808,1]") << 1;
        QTest::newRow("not UTF-8") << QByteArray("[7,\"a\xff\"]") << 5;
        QTest::newRow("escaped byte") << QByteArray("[7,\"\\\xff\"]") << 5;
        QTest::newRow("1e300 type") << QByteArray("[1e300,1]") << 1;
    }
    void malformed()
    {
        QFETCH(QByteArray, payload);
        QFETCH(int, offset);
        refuses(m_codec, payload, Code::InvalidPayload, offset);
    }
    void notJson_data()
    {
        QTest::addColumn<QByteArray>("payload");
        for (const char *text : {"[7,NaN]", "[7,Infinity]", "[7,1,]",       "[7,{\"a\":1,}]",   "[7,{a:1}]",
                                 "[7,1]x",  "[7,1][7,1]",   "[7,\"\xff\"]", "[7,\"\xc0\x80\"]", "[7,\"\xed\xa0\x80\"]",
                                 "[7,'a']", "[7 8]",        "[7,01]",       "[7,tru]",          "[7,\"\\u12g4\"]",
                                 "[7,-]",   "[7}",          "[7,1e999]",    "nonsense",         "\xff\xfe"})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("NUL") << QByteArray("[7,\0 1]", 7);
    }
    void notJson()
    {
        QFETCH(QByteArray, payload);
        Message message;
        const auto error = m_codec.decode(Bytes(payload), message);
        QVERIFY(error);
        QCOMPARE(error->code, Code::InvalidPayload);
        QVERIFY(error->offset >= 0 && error->offset <= payload.size());
        QVERIFY(findKind(m_codec.fields(payload), QStringLiteral("error")));
        QVERIFY(survives(m_codec, payload));
    }
    void bombs()
    {
        QElapsedTimer timer;
        timer.start();
        for (const QByteArray &unit : {QByteArray("["), QByteArray("{\"a\":"), QByteArray("[7,")}) {
            const QByteArray bomb = unit.repeated(100000);
            Message message;
            const auto error = m_codec.decode(Bytes(bomb), message);
            QVERIFY(error);
            QCOMPARE(error->code, Code::TooDeep);
            QCOMPARE(error->offset, qint64(unit.size()) * 128);
            QVERIFY(survives(m_codec, bomb));
        }
        QVERIFY2(timer.elapsed() < 5000, "slow");
        Message message;
        QVERIFY(!m_codec.decode(Bytes("[7,\"" + QByteArray(200, '[') + "\"]"), message));
        const auto deepCodec = makeCodec(u"json", nullptr, {100000000, 16 * 1024 * 1024});
        const auto error = deepCodec->decode(Bytes(QByteArray(100000, '[')), message);
        QVERIFY(error);
        QCOMPARE(error->code, Code::TooDeep);
    }
    void invalidValues_data()
    {
        QTest::addColumn<QCborValue>("value");
        QTest::addColumn<QString>("what");
        const QCborArray pos{1, std::numeric_limits<double>::quiet_NaN()};
        QTest::newRow("NaN") << QCborValue(QCborMap{{QStringLiteral("pos"), pos}})
                             << QStringLiteral("data.pos[1] is NaN, which JSON cannot carry");
        QTest::newRow("infinity") << QCborValue(-std::numeric_limits<double>::infinity())
                                  << QStringLiteral("data is infinite, which JSON cannot carry");
        QTest::newRow("bytes") << QCborValue(QCborMap{{QStringLiteral("a b"), QByteArray("x")}})
                               << QStringLiteral("data[\"a b\"] is a byte array, which JSON cannot carry");
        QTest::newRow("undefined") << QCborValue(QCborArray{QCborValue(QCborValue::Undefined)})
                                   << QStringLiteral("data[0] is undefined, which JSON cannot carry");
        QTest::newRow("tag") << QCborValue(QCborTag(32), QStringLiteral("x"))
                             << QStringLiteral("data is a CBOR tag (32), which JSON cannot carry");
        QTest::newRow("key") << QCborValue(QCborMap{{1, 2}})
                             << QStringLiteral("data has a key that is not text, which JSON cannot carry");
    }
    void invalidValues()
    {
        QFETCH(QCborValue, value);
        QFETCH(QString, what);
        QByteArray payload("kept");
        const auto error = m_codec.encode(messageOf(7, value), payload);
        QVERIFY(error);
        QCOMPARE(error->code, Code::InvalidValue);
        QCOMPARE(error->what, what);
        QVERIFY(!error->remedy.isEmpty());
        QCOMPARE(payload, QByteArray("kept"));
    }
    void truncatedAnywhere()
    {
        const QByteArray payload(
            "[\"type\",{\"a\":[1,-2.5e3,true,null],\"b\\n\\u00e4\":\"\xc3\xa4 \xf0\x9f\x98\x80\",\"c\":{}}]");
        Message message;
        QVERIFY(!m_codec.decode(Bytes(payload), message));
        for (qsizetype size = 0; size < payload.size(); ++size) {
            QVERIFY2(m_codec.decode(Bytes(payload.first(size)), message), QByteArray::number(size));
            QVERIFY2(findKind(m_codec.fields(payload.first(size)), QStringLiteral("error")), QByteArray::number(size));
            QVERIFY2(survives(m_codec, payload.first(size)), QByteArray::number(size));
        }
    }
    void leaves()
    {
        const QByteArray payload("[7, {\"a\": [1, -2.5e3, true, null], \"\\u00e4\": \"x\\ty\", \"c\": {\"d\": []}}]");
        Message message;
        QVERIFY(!m_codec.decode(Bytes(payload), message));
        const FieldNode root = m_codec.fields(payload);
        leavesReparse(m_codec, payload, root.children.at(1), message.data(),
                      [](const QByteArray &slice) { return "[1," + slice + "]"; });
    }
    void fieldsOfOtherShapes()
    {
        const FieldNode object = m_codec.fields("{\"a\":1}");
        QCOMPARE(object.kind, QStringLiteral("map"));
        QCOMPARE(object.value, QStringLiteral("1 entry"));
        QCOMPARE(object.children.at(0).key, QStringLiteral("a"));
        const FieldNode cut = m_codec.fields("[7,{\"a\":1,\"b\":\"unfinished");
        QCOMPARE(cut.children.at(0).key, QStringLiteral("type"));
        QCOMPARE(cut.children.at(1).key, QStringLiteral("data"));
        QCOMPARE(cut.children.at(1).children.at(1).value, QStringLiteral("\"unfinished\""));
        QCOMPARE(cut.children.at(1).children.at(2).kind, QStringLiteral("error"));
        const FieldNode text = m_codec.fields("[7,\"" + QByteArray(500, 'x') + "\"]");
        QCOMPARE(text.children.at(1).value, u'"' + QString(120, QChar(u'x')) + QStringLiteral("…\""));
    }
    void fieldsAreLimited()
    {
        QByteArray payload("[7,[0");
        for (int index = 1; index < 1000; ++index)
            payload += ",1";
        payload += "]]";
        const FieldNode root = m_codec.fields(payload, 10);
        QCOMPARE(countNodes(root), 9);
        QCOMPARE(root.children.back().kind, QStringLiteral("note"));
        QCOMPARE(root.children.back().value, QStringLiteral("995 more fields are not shown"));
        QCOMPARE(root.children.at(1).value, QStringLiteral("1000 elements"));
        QCOMPARE(root.children.at(1).length, payload.size() - 4);
        for (qsizetype maximum = 0; maximum < 8; ++maximum)
            QVERIFY(countNodes(m_codec.fields(payload, maximum)) <= qMax(qsizetype(1), maximum));
    }
    void summaries()
    {
        QCOMPARE(m_codec.summary("[7, {\"a\": 1, \"b\": [true, null]}]"),
                 QStringLiteral("{\"a\":1,\"b\":[true,null]}"));
        QCOMPARE(m_codec.summary("[7,\"line\\nbreak\"]"), QStringLiteral("\"line\\nbreak\""));
        QCOMPARE(m_codec.summary("[1,2,3]"), QStringLiteral("[1,2,3]"));
        QCOMPARE(m_codec.summary("{\"a\":1.50}"), QStringLiteral("{\"a\":1.50}"));
        QCOMPARE(m_codec.summary("not json\n"), QStringLiteral("not json\\n"));
        QCOMPARE(m_codec.summary(""), QString());
        const QByteArray large = "[7,\"" + QByteArray(16 * 1024 * 1024, 'x') + "\"]";
        QElapsedTimer timer;
        timer.start();
        for (int index = 0; index < 1000; ++index) {
            const QString summary = m_codec.summary(large);
            QCOMPARE(summary.size(), 200);
            QVERIFY(summary.startsWith(QStringLiteral("\"xxx")) && summary.endsWith(QStringLiteral("…")));
        }
        QVERIFY2(timer.elapsed() < 5000, "slow");
    }
    void sizeLimit()
    {
        const JsonCodec small({128, 20});
        refuses(small, "[7,\"xxxxxxxxxxxxxxxxxxxx\"]", Code::TooLong, 20);
        QByteArray payload;
        const auto error = small.encode(messageOf(7, QString(30, QChar(u'x'))), payload);
        QVERIFY(error);
        QCOMPARE(error->code, Code::TooLong);
        QVERIFY(payload.isEmpty());
    }
    void depthLimitWhenEncoding()
    {
        QCborArray deep;
        for (int level = 0; level < 200; ++level)
            deep = QCborArray{deep};
        QByteArray payload;
        const auto error = m_codec.encode(messageOf(7, deep), payload);
        QVERIFY(error);
        QCOMPARE(error->code, Code::TooDeep);
        QVERIFY(payload.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestJsonCodec)
#include "test_jsoncodec.moc"
