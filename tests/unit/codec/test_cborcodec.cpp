#include "core/codec/cborcodec.h"

#include <QElapsedTimer>

#include <cmath>

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;
using Code = SockError::Code;

class TestCborCodec : public QObject
{
    Q_OBJECT
    const CborCodec m_codec;

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void roundTrips_data()
    {
        QTest::addColumn<QCborValue>("value");
        for (const auto &[name, value] : sharedValues())
            QTest::newRow(name.constData()) << value;
        for (const auto &[name, value] : binaryValues())
            QTest::newRow(name.constData()) << value;
        QTest::newRow("below -2^63") << bigInteger(~quint64(0), true);
        QTest::newRow("undefined") << QCborValue(QCborValue::Undefined);
        QTest::newRow("simple") << QCborValue(QCborSimpleType(99));
        QTest::newRow("tag") << QCborValue(QCborTag(4711), QCborArray{1, bigInteger(quint64(1) << 63)});
        QTest::newRow("long bignum") << QCborValue(QCborKnownTags::PositiveBignum, QByteArray(20, '\x7f'));
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
    void undefinedIsAValue()
    {
        Message message;
        message.payload = Bytes(QByteArray::fromHex("8207f7"));
        QVERIFY(!m_codec.decode(message.payload, message));
        QVERIFY(message.data().isUndefined()); // not the payload, which stands for a value that was left out
    }
    void wireFormat()
    {
        encodesTo(m_codec, 7, QCborMap{{QStringLiteral("a"), 1}}, bytesOf("8207a1616101"));
        encodesTo(m_codec, u"ping", QCborArray{true, nullptr, -1, 500}, bytesOf("826470696e6784f5f6201901f4"));
        encodesTo(m_codec, -1, 2.5, bytesOf("8220fb4004000000000000"));
        encodesTo(m_codec, 1, bigInteger(~quint64(0)), bytesOf("82011bffffffffffffffff"));
        encodesTo(m_codec, 1, bigInteger(~quint64(0), true), bytesOf("82013bffffffffffffffff"));
        encodesTo(m_codec, 1, QByteArray("\x01\x02"), bytesOf("8201420102"));
        // Not as an integer: of that, below the tag of an epoch, Qt would make a date.
        const QCborValue zero(QCborKnownTags::PositiveBignum, QByteArray(""));
        encodesTo(m_codec, 1, QCborValue(QCborKnownTags::UnixTime_t, zero), bytesOf("8201c1c240"));
    }
    void reads_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<QCborValue>("value");
        QTest::newRow("2^63") << bytesOf("82011b8000000000000000") << bigInteger(quint64(1) << 63);
        QTest::newRow("-2^63") << bytesOf("82013b7fffffffffffffff") << QCborValue(std::numeric_limits<qint64>::min());
        QTest::newRow("-2^63-1") << bytesOf("82013b8000000000000000") << bigInteger(quint64(1) << 63, true);
        QTest::newRow("bignum tag") << bytesOf("8201c2488000000000000000") << bigInteger(quint64(1) << 63);
        QTest::newRow("half") << bytesOf("8201f93e00") << QCborValue(1.5);
        QTest::newRow("float") << bytesOf("8201fa3fc00000") << QCborValue(1.5);
        QTest::newRow("indefinite root") << bytesOf("9f0102ff") << QCborValue(2);
        QTest::newRow("indefinite root, big") << bytesOf("9f011bffffffffffffffffff") << bigInteger(~quint64(0));
        QTest::newRow("indefinite array") << bytesOf("82019f0102ff") << QCborValue(QCborArray{1, 2});
        QTest::newRow("indefinite map") << bytesOf("8201bf616101ff") << QCborValue(QCborMap{{QStringLiteral("a"), 1}});
        QTest::newRow("chunked text") << bytesOf("82017f616162c3a460ff") << QCborValue(QStringLiteral("aä"));
        QTest::newRow("chunked bytes") << bytesOf("82015f41014102ff") << QCborValue(QByteArray("\x01\x02"));
        QTest::newRow("chunked type") << bytesOf("827f616161 62ff 01") << QCborValue(1);
        QTest::newRow("long zero") << bytesOf("82011b0000000000000000") << QCborValue(0);
        QTest::newRow("big key") << bytesOf("8201a11bffffffffffffffff01")
                                 << QCborValue(QCborMap{{bigInteger(~quint64(0)), 1}});
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
        QTest::newRow("map") << bytesOf("a0") << 0;
        QTest::newRow("empty array") << bytesOf("80") << 0;
        QTest::newRow("one element") << bytesOf("8107") << 0;
        QTest::newRow("three elements") << bytesOf("83070809") << 0;
        QTest::newRow("tagged array") << bytesOf("d9d9f7820708") << 0;
        QTest::newRow("null type") << bytesOf("82f601") << 1;
        QTest::newRow("double type") << bytesOf("82fb401c00000000000001") << 1;
        QTest::newRow("bytes type") << bytesOf("82416101") << 1;
        QTest::newRow("array type") << bytesOf("828001") << 1;
        QTest::newRow("2^63 type") << bytesOf("821b800000000000000001") << 1;
        QTest::newRow("trailing") << bytesOf("82070800") << 3;
        QTest::newRow("reserved head") << bytesOf("82071c") << 2;
        QTest::newRow("break") << bytesOf("8207ff") << 2;
        QTest::newRow("break behind key") << bytesOf("8207bf01ff") << 4;
        QTest::newRow("indefinite integer") << bytesOf("82071f") << 2;
        QTest::newRow("short simple") << bytesOf("8207f810") << 2;
        QTest::newRow("not UTF-8") << bytesOf("82076361ff62") << 4;
        QTest::newRow("wrong chunk") << bytesOf("82077f4161ff") << 3;
        QTest::newRow("nested chunk") << bytesOf("82077f7f61 61ffff") << 3;
        QTest::newRow("cut character in chunk") << bytesOf("82077f61c361a4ff") << 4;
        QTest::newRow("4 GiB text") << bytesOf("82077affffffff6161") << 9;
        QTest::newRow("8 EiB bytes") << bytesOf("82075b7fffffffffffffff61") << 12;
        QTest::newRow("16 EiB bytes") << bytesOf("82075bffffffffffffffff61") << 12;
        QTest::newRow("2^64-1 elements") << bytesOf("82079bffffffffffffffff61") << 2;
        QTest::newRow("2^62 elements") << bytesOf("82079b3fffffffffffffff01") << 12;
        QTest::newRow("2^32 pairs") << bytesOf("8207baffffffff0101") << 9;
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
        for (const QByteArray &unit :
             {bytesOf("81"), bytesOf("9f"), bytesOf("a101"), bytesOf("bf01"), bytesOf("c1"), bytesOf("8201")}) {
            const QByteArray bomb = unit.repeated(100000);
            refuses(m_codec, bomb, Code::TooDeep, unit.size() * 128);
            if (QTest::currentTestFailed())
                return;
            QVERIFY(survives(m_codec, bomb));
        }
        const auto deepCodec = makeCodec(u"cbor", nullptr, {100000000, 16 * 1024 * 1024});
        refuses(*deepCodec, bytesOf("81").repeated(100000), Code::TooDeep, 1024);
        Message message;
        const QByteArray deepest = bytesOf("8201") + bytesOf("81").repeated(1022) + bytesOf("80");
        QVERIFY(!deepCodec->decode(Bytes(deepest), message));
        QVERIFY2(timer.elapsed() < 5000, "slow");
    }
    void truncatedAnywhere()
    {
        const QByteArray payload = bytesOf("826474797065a861610161621901f461631bffffffffffffffff6164fb4004000000000000"
                                           "61657f616162c3a4ff61669f0102ff6167c249010000000000000000"
                                           "6168bf41006368c3a4ff");
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
        const QByteArray payload = bytesOf("8207a6616184012020f5616241ff6163a1616400"
                                           "61657f616162c3a4ff61669f01fb4004000000000000ff61671bffffffffffffffff");
        Message message;
        const auto error = m_codec.decode(Bytes(payload), message);
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        const FieldNode root = m_codec.fields(payload);
        leavesReparse(m_codec, payload, root.children.at(1), message.data(),
                      [](const QByteArray &slice) { return bytesOf("8201") + slice; });
    }
    void fieldsNameTheirKinds()
    {
        const FieldNode root = m_codec.fields(bytesOf("8207a3f5c10001410262c3a4a0a18001"));
        QCOMPARE(root.children.at(1).children.at(0).key, QStringLiteral("true"));
        QCOMPARE(root.children.at(1).children.at(0).kind, QStringLiteral("tag"));
        QCOMPARE(root.children.at(1).children.at(0).children.at(0).value, QStringLiteral("0"));
        QCOMPARE(root.children.at(1).children.at(1).key, QStringLiteral("1"));
        QCOMPARE(root.children.at(1).children.at(1).value, QStringLiteral("02"));
        QCOMPARE(root.children.at(1).children.at(2).key, QStringLiteral("ä"));
        QCOMPARE(root.children.back().kind, QStringLiteral("error"));
        QCOMPARE(root.children.back().offset, 13);
        const FieldNode key = m_codec.fields(bytesOf("8207a1820182a0f503"));
        QCOMPARE(key.children.at(1).children.at(0).key, QStringLiteral("{…}"));
        QCOMPARE(key.children.at(1).children.at(0).value, QStringLiteral("3"));
    }
    void summaries()
    {
        QCOMPARE(m_codec.summary(bytesOf("8207a261610161629f01f6ff")), QStringLiteral("{\"a\":1,\"b\":[1,null]}"));
        QCOMPARE(m_codec.summary(bytesOf("9f07c24101ff")), QStringLiteral("2(h'01')"));
        QCOMPARE(m_codec.summary(bytesOf("83010203")), QStringLiteral("[1,2,3]"));
        QCOMPARE(m_codec.summary(bytesOf("820768610a62")), QStringLiteral("82 07 68 61 0a 62"));
        const QByteArray large = bytesOf("82075a01000000") + QByteArray(16 * 1024 * 1024, 'x');
        QElapsedTimer timer;
        timer.start();
        for (int index = 0; index < 1000; ++index)
            QVERIFY(m_codec.summary(large).endsWith(QStringLiteral("…")));
        QVERIFY2(timer.elapsed() < 5000, "slow");
    }
    void sizeLimit()
    {
        const CborCodec small({128, 20});
        refuses(small, bytesOf("82075818") + QByteArray(24, 'x'), Code::TooLong, 20);
        QByteArray payload;
        const auto error = small.encode(messageOf(7, QString(30, QChar(u'x'))), payload);
        QVERIFY(error);
        QCOMPARE(error->code, Code::TooLong);
        QVERIFY(payload.isEmpty());
    }
    void refusesWhatItCannotWrite()
    {
        QByteArray payload;
        QVERIFY(m_codec.encode(messageOf(7, QCborArray{QString(QChar(0xdc00))}), payload));
        QVERIFY(m_codec.encode(messageOf(7, QCborValue(QCborValue::Invalid)), payload));
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
        const auto error = CborCodec(limits).encode(message, payload);
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::TooLong);
        QVERIFY(payload.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCborCodec)
#include "test_cborcodec.moc"
