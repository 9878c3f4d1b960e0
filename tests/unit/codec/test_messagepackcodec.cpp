#include "core/codec/messagepackcodec.h"

#include <QElapsedTimer>

#include <cmath>

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;
using Code = SockError::Code;

class TestMessagePackCodec : public QObject
{
    Q_OBJECT
    const MessagePackCodec m_codec;

    static QCborValue extension(qint8 type, const QByteArray &bytes)
    {
        return QCborValue(QCborTag(MessagePackCodec::extensionTagBase + static_cast<quint8>(type)), bytes);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void roundTrips_data()
    {
        QTest::addColumn<QCborValue>("value");
        for (const auto &[name, value] : sharedValues())
            QTest::newRow(name.constData()) << value;
        for (const auto &[name, value] : binaryValues())
            QTest::newRow(name.constData()) << value;
        for (const int size : {0, 1, 2, 3, 4, 8, 15, 16, 17, 255, 256, 65536})
            QTest::addRow("ext of %d", size) << extension(-1, QByteArray(size, 'e'));
        QTest::newRow("ext 127") << QCborValue(QCborArray{extension(127, "x"), 1});
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
    void carriesNaN()
    {
        QByteArray payload;
        QVERIFY(!m_codec.encode(messageOf(1, std::nan("")), payload));
        Message message;
        QVERIFY(!m_codec.decode(Bytes(payload), message));
        QVERIFY(std::isnan(message.data().toDouble(0)));
    }
    void wireFormat()
    {
        encodesTo(m_codec, 7, QCborMap{{QStringLiteral("a"), 1}}, bytesOf("920781a16101"));
        encodesTo(m_codec, u"ping", QCborArray{true, nullptr, -1, 500}, bytesOf("92a470696e6794c3c0ffcd01f4"));
        encodesTo(m_codec, -1, 2.5, bytesOf("92ffcb4004000000000000"));
        encodesTo(m_codec, 1, bigInteger(~quint64(0)), bytesOf("9201cfffffffffffffffff"));
        encodesTo(m_codec, 1, QByteArray("\x01\x02"), bytesOf("9201c4020102"));
        encodesTo(m_codec, 1, extension(5, "\x01"), bytesOf("9201d40501"));
        encodesTo(m_codec, 1, bigInteger(0, true), bytesOf("9201ff"));
    }
    void reads_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<QCborValue>("value");
        QTest::newRow("2^63") << bytesOf("9201cf8000000000000000") << bigInteger(quint64(1) << 63);
        QTest::newRow("2^63-1") << bytesOf("9201cf7fffffffffffffff") << QCborValue(std::numeric_limits<qint64>::max());
        QTest::newRow("int 8") << bytesOf("9201d080") << QCborValue(-128);
        QTest::newRow("int 16") << bytesOf("9201d1ff7f") << QCborValue(-129);
        QTest::newRow("int 32") << bytesOf("9201d2ffff7fff") << QCborValue(-32769);
        QTest::newRow("int 64, small") << bytesOf("9201d30000000000000001") << QCborValue(1);
        QTest::newRow("float 32") << bytesOf("9201ca3fc00000") << QCborValue(1.5);
        QTest::newRow("str 8") << bytesOf("9201d90161") << QCborValue(QStringLiteral("a"));
        QTest::newRow("str 32") << bytesOf("9201db0000000161") << QCborValue(QStringLiteral("a"));
        QTest::newRow("array 32") << bytesOf("dd0000000201de000101c0") << QCborValue(QCborMap{{1, nullptr}});
        QTest::newRow("ext 8") << bytesOf("9201c700ff") << extension(-1, QByteArray(""));
        QTest::newRow("str type") << bytesOf("92d9016101") << QCborValue(1);
        QTest::newRow("equal keys") << bytesOf("920182a16101a16101") << QCborValue::fromCbor(bytesOf("a2616101616101"));
    }
    void reads()
    {
        QFETCH(QByteArray, payload);
        QFETCH(QCborValue, value);
        Message message;
        const auto error = m_codec.decode(Bytes(payload), message);
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        QCOMPARE(message.data(), value);
        QVERIFY(survives(m_codec, payload));
    }
    void malformed_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<int>("offset");
        QTest::newRow("empty") << QByteArray() << 0;
        QTest::newRow("integer") << bytesOf("07") << 0;
        QTest::newRow("map") << bytesOf("80") << 0;
        QTest::newRow("empty array") << bytesOf("90") << 0;
        QTest::newRow("one element") << bytesOf("9107") << 0;
        QTest::newRow("three elements") << bytesOf("93070809") << 0;
        QTest::newRow("nil type") << bytesOf("92c001") << 1;
        QTest::newRow("double type") << bytesOf("92cb401c00000000000001") << 1;
        QTest::newRow("bin type") << bytesOf("92c4016101") << 1;
        QTest::newRow("array type") << bytesOf("929001") << 1;
        QTest::newRow("2^63 type") << bytesOf("92cf800000000000000001") << 1;
        QTest::newRow("trailing") << bytesOf("92070800") << 3;
        QTest::newRow("0xc1") << bytesOf("9207c1") << 2;
        QTest::newRow("not UTF-8") << bytesOf("9207a361ff62") << 4;
        QTest::newRow("not UTF-8 type") << bytesOf("92a1ff07") << 2;
        QTest::newRow("4 GiB str") << bytesOf("9207dbffffffff61") << 8;
        QTest::newRow("4 GiB bin") << bytesOf("9207c6ffffffff61") << 8;
        QTest::newRow("4 GiB ext") << bytesOf("9207c9ffffffff0161") << 9;
        QTest::newRow("2^32-1 elements") << bytesOf("9207ddffffffff01") << 8;
        QTest::newRow("2^32-1 pairs") << bytesOf("9207dfffffffff0101") << 9;
        QTest::newRow("2^32-1 in the root") << bytesOf("ddffffffff") << 5;
    }
    void malformed()
    {
        QFETCH(QByteArray, payload);
        QFETCH(int, offset);
        refuses(m_codec, payload, Code::InvalidPayload, offset);
        QVERIFY(survives(m_codec, payload));
    }
    void bombs()
    {
        QElapsedTimer timer;
        timer.start();
        for (const QByteArray &unit : {bytesOf("9201"), bytesOf("dc000201")}) {
            const QByteArray bomb = unit.repeated(100000);
            refuses(m_codec, bomb, Code::TooDeep, unit.size() * 128);
            if (QTest::currentTestFailed())
                return;
            QVERIFY(survives(m_codec, bomb));
        }
        for (const QByteArray &unit : {bytesOf("91"), bytesOf("8101"), bytesOf("81")}) {
            const QByteArray bomb = bytesOf("9201") + unit.repeated(100000);
            refuses(m_codec, bomb, Code::TooDeep, 2 + unit.size() * 127);
            if (QTest::currentTestFailed())
                return;
            QVERIFY(survives(m_codec, bomb));
        }
        const auto deepCodec = makeCodec(u"msgpack", nullptr, {100000000, 16 * 1024 * 1024});
        refuses(*deepCodec, bytesOf("9201").repeated(100000), Code::TooDeep, 2048);
        Message message;
        const QByteArray deepest = bytesOf("9201") + bytesOf("91").repeated(1022) + bytesOf("90");
        QVERIFY(!deepCodec->decode(Bytes(deepest), message));
        QVERIFY2(timer.elapsed() < 5000, "slow");
    }
    void manyKeysAreQuick()
    {
        QByteArray payload = bytesOf("9201df00030d40"); // 200,000 pairs
        for (quint32 key = 0; key < 200000; ++key) {
            payload += '\xce';
            for (int shift = 24; shift >= 0; shift -= 8)
                payload += static_cast<char>((key >> shift) & 0xff);
            payload += '\x01';
        }
        QElapsedTimer timer;
        timer.start();
        Message message;
        QVERIFY(!m_codec.decode(Bytes(payload), message));
        QCOMPARE(message.data().toMap().size(), 200000);
        QVERIFY2(timer.elapsed() < 5000, "slow");
    }
    void truncatedAnywhere()
    {
        const QByteArray payload = bytesOf("92a474797065 88a16101a162cd01f4a163cfffffffffffffffff"
                                           "a164cb4004000000000000a165a3c3a461a166920102a167c70201aabb"
                                           "c4016bdd00000002c0c3");
        Message message;
        const auto error = m_codec.decode(Bytes(payload), message);
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        for (qsizetype size = 0; size < payload.size(); ++size) {
            QVERIFY2(m_codec.decode(Bytes(payload.first(size)), message), QByteArray::number(size));
            QVERIFY2(findKind(m_codec.fields(payload.first(size)), QStringLiteral("error")), QByteArray::number(size));
            QVERIFY2(survives(m_codec, payload.first(size)), QByteArray::number(size));
        }
    }
    void leaves()
    {
        const QByteArray payload = bytesOf("920786a1619401e0ffc3a162c401ffa16381a16400a165a3c3a461"
                                           "a16692d180 00cb4004000000000000a167cfffffffffffffffff");
        Message message;
        const auto error = m_codec.decode(Bytes(payload), message);
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        const FieldNode root = m_codec.fields(payload);
        leavesReparse(m_codec, payload, root.children.at(1), message.data(),
                      [](const QByteArray &slice) { return bytesOf("9201") + slice; });
    }
    void fieldsNameTheirKinds()
    {
        const FieldNode root = m_codec.fields(bytesOf("920782c3d4ff0101c40102"));
        QCOMPARE(root.children.at(1).children.at(0).key, QStringLiteral("true"));
        QCOMPARE(root.children.at(1).children.at(0).kind, QStringLiteral("extension"));
        QCOMPARE(root.children.at(1).children.at(0).value, QStringLiteral("type -1: 01"));
        QCOMPARE(root.children.at(1).children.at(1).key, QStringLiteral("1"));
        QCOMPARE(root.children.at(1).children.at(1).value, QStringLiteral("02"));
    }
    void invalidValues()
    {
        for (const QCborValue &value :
             {QCborValue(QCborValue::Undefined), QCborValue(QCborTag(32), QStringLiteral("x")),
              QCborValue(QCborSimpleType(99)), bigInteger(~quint64(0), true), QCborValue(QString(QChar(0xd800))),
              QCborValue(QCborKnownTags::PositiveBignum, QByteArray(9, '\x01'))}) {
            QByteArray payload("kept");
            const auto error = m_codec.encode(messageOf(7, QCborArray{0, value}), payload);
            QVERIFY(error);
            QCOMPARE(error->code, Code::InvalidValue);
            QVERIFY2(error->what.startsWith(QStringLiteral("data[1] ")), qPrintable(error->what));
            QCOMPARE(payload, QByteArray("kept"));
        }
    }
    void summaries()
    {
        QCOMPARE(m_codec.summary(bytesOf("920782a16101a16292c0c4010f")),
                 QStringLiteral("{\"a\":1,\"b\":[null,h'0f']}"));
        QCOMPARE(m_codec.summary(bytesOf("9207d4ff01")), QStringLiteral("ext(-1,h'01')"));
        QCOMPARE(m_codec.summary(bytesOf("93010203")), QStringLiteral("[1,2,3]"));
        const QByteArray large = bytesOf("9207db01000000") + QByteArray(16 * 1024 * 1024, 'x');
        QElapsedTimer timer;
        timer.start();
        for (int index = 0; index < 1000; ++index)
            QVERIFY(m_codec.summary(large).endsWith(QStringLiteral("…")));
        QVERIFY2(timer.elapsed() < 5000, "slow");
    }
    void sizeLimit()
    {
        const MessagePackCodec small({128, 20});
        refuses(small, bytesOf("9207b8") + QByteArray(24, 'x'), Code::TooLong, 20);
        QByteArray payload;
        const auto error = small.encode(messageOf(7, QString(30, QChar(u'x'))), payload);
        QVERIFY(error);
        QCOMPARE(error->code, Code::TooLong);
        QVERIFY(payload.isEmpty());
    }

    void anEmptyMapAtTheEndCounts()
    {
        CodecLimits limits;
        limits.maximumBytes = 4;
        Message message;
        message.type = 7;
        message.value = QCborMap{{1, QCborMap()}}; // five bytes
        QByteArray payload;
        const auto error = MessagePackCodec(limits).encode(message, payload);
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::TooLong);
        QVERIFY(payload.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestMessagePackCodec)
#include "test_messagepackcodec.moc"
