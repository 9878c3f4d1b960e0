#include <QTest>

#include <algorithm>
#include <limits>

#include "framingcases.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

class TestLengthPrefix : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void wireFormat_data();
    void wireFormat();
    void needed_data();
    void needed();
    void invalid_data();
    void invalid();
    void narrowLengthRefusesLongPayload_data();
    void narrowLengthRefusesLongPayload();
    void hugeLimitDoesNotOverflow();
    void wrongFramingIsNamed();
    void nothingIsAllocatedForALength();
};

void TestLengthPrefix::wireFormat_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<qsizetype>("size");
    QTest::addColumn<QByteArray>("prefix");

    QTest::newRow("u8") << "u8" << qsizetype(255) << QByteArray("ff");
    QTest::newRow("u8+self") << "u8+self" << qsizetype(254) << QByteArray("ff");
    QTest::newRow("u16") << "u16" << qsizetype(258) << QByteArray("0102");
    QTest::newRow("u16le") << "u16le" << qsizetype(258) << QByteArray("0201");
    QTest::newRow("u16+self") << "u16+self" << qsizetype(256) << QByteArray("0102");
    QTest::newRow("u32") << "u32" << qsizetype(66051) << QByteArray("00010203");
    QTest::newRow("u32le") << "u32le" << qsizetype(66051) << QByteArray("03020100");
    QTest::newRow("u32+self, empty") << "u32+self" << qsizetype(0) << QByteArray("00000004");
    QTest::newRow("u32le+self") << "u32le+self" << qsizetype(1) << QByteArray("05000000");
    QTest::newRow("u64") << "u64" << qsizetype(66051) << QByteArray("0000000000010203");
    QTest::newRow("u64le") << "u64le" << qsizetype(66051) << QByteArray("0302010000000000");
    QTest::newRow("u64+self") << "u64+self" << qsizetype(1) << QByteArray("0000000000000009");
    QTest::newRow("varint 0") << "varint" << qsizetype(0) << QByteArray("00");
    QTest::newRow("varint 127") << "varint" << qsizetype(127) << QByteArray("7f");
    QTest::newRow("varint 128") << "varint" << qsizetype(128) << QByteArray("8001");
    QTest::newRow("varint 16383") << "varint" << qsizetype(16383) << QByteArray("ff7f");
    QTest::newRow("varint 16384") << "varint" << qsizetype(16384) << QByteArray("808001");
    QTest::newRow("varint+self 126") << "varint+self" << qsizetype(126) << QByteArray("7f");
    QTest::newRow("varint+self 127") << "varint+self" << qsizetype(127) << QByteArray("8101");
    QTest::newRow("varint+self 16381") << "varint+self" << qsizetype(16381) << QByteArray("ff7f");
    QTest::newRow("varint+self 16382") << "varint+self" << qsizetype(16382) << QByteArray("818001");
}

void TestLengthPrefix::wireFormat()
{
    QFETCH(QString, name);
    QFETCH(qsizetype, size);
    QFETCH(QByteArray, prefix);
    const auto framing = makeFraming(name);
    const QByteArray payload = payloadOf(size, 5);
    QByteArray wire;
    QVERIFY(!framing->encode(payload, wire));
    QCOMPARE(wire.chopped(size).toHex(), prefix);
    QVERIFY(wire.endsWith(payload));
    QCOMPARE(receive(*framing, wire, wire.size()).payloads, QByteArrayList{payload});
}

void TestLengthPrefix::needed_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("buffer");
    QTest::addColumn<qsizetype>("expected");

    QTest::newRow("u8 empty") << "u8" << QByteArray() << qsizetype(1);
    QTest::newRow("u32 empty") << "u32" << QByteArray() << qsizetype(4);
    QTest::newRow("u32 part of the length") << "u32" << QByteArray("0000") << qsizetype(4);
    QTest::newRow("u32 length") << "u32" << QByteArray("00000010") << qsizetype(20);
    QTest::newRow("u32+self length") << "u32+self" << QByteArray("00000010") << qsizetype(16);
    QTest::newRow("u64le length") << "u64le" << QByteArray("1000000000000000aa") << qsizetype(24);
    QTest::newRow("varint empty") << "varint" << QByteArray() << qsizetype(1);
    QTest::newRow("varint part") << "varint" << QByteArray("80") << qsizetype(2);
    QTest::newRow("varint length") << "varint" << QByteArray("8001aa") << qsizetype(130);
    QTest::newRow("u32 at the limit") << "u32" << QByteArray("01000000") << qsizetype(16777220);
}

void TestLengthPrefix::needed()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, buffer);
    QFETCH(qsizetype, expected);
    const ExactCopy bytes(QByteArray::fromHex(buffer));
    FramingState state;
    const FrameResult result = makeFraming(name)->next(bytes.view(), state);
    QVERIFY(result.state == FrameResult::State::NeedMore);
    QCOMPARE(result.consumed, 0);
    QCOMPARE(result.needed, expected);
}

void TestLengthPrefix::invalid_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("buffer");
    QTest::addColumn<bool>("tooLong");
    QTest::addColumn<QString>("what");

    QTest::newRow("u32 all ones") << "u32" << QByteArray("ffffffff") << true
                                  << "frame of 4,294,967,295 bytes is over the limit of 16,777,216";
    QTest::newRow("u32 one over") << "u32" << QByteArray("01000001") << true
                                  << "frame of 16,777,217 bytes is over the limit of 16,777,216";
    QTest::newRow("u32+self one over") << "u32+self" << QByteArray("01000005") << true << "frame of 16,777,217 bytes";
    for (const char *name : {"u64", "u64+self", "u64le", "u64le+self"}) {
        const bool little = QByteArray(name).contains("le");
        for (const char *length : {"ffffffffffffffff", "fffffffffffffff7", "8000000000000000", "7fffffffffffffff",
                                   "7ffffffffffffff7", "8000000000000007", "0000000100000000"}) {
            QByteArray bytes = QByteArray::fromHex(length);
            if (little)
                std::reverse(bytes.begin(), bytes.end());
            QTest::addRow("%s %s", name, length) << name << bytes.toHex() << true << "over the limit of 16,777,216";
        }
    }
    for (const char *name : {"varint", "varint+self"}) {
        QTest::addRow("%s 2^64-1", name) << name << QByteArray("ffffffffffffffffff01") << true << "over the limit";
        QTest::addRow("%s 2^63", name) << name << QByteArray("80808080808080808001") << true << "over the limit";
        QTest::addRow("%s 2^64", name) << name << QByteArray("80808080808080808002") << false << "64 bits";
        QTest::addRow("%s eleven bytes", name) << name << QByteArray("8080808080808080808001") << false << "64 bits";
        QTest::addRow("%s endless", name) << name << QByteArray("ffffffffffffffffffffffff") << false << "64 bits";
        QTest::addRow("%s overlong", name)
            << name << QByteArray("8100aa") << false << "overlong: 2 bytes where 1 would do";
        QTest::addRow("%s overlong zero", name) << name << QByteArray("80808000") << false << "overlong";
    }
    QTest::newRow("u8+self 0") << "u8+self" << QByteArray("00") << false << "length 0 is less than the 1 bytes";
    QTest::newRow("u16+self 1") << "u16+self" << QByteArray("0001") << false << "length 1 is less than the 2 bytes";
    QTest::newRow("u32+self 3") << "u32+self" << QByteArray("00000003") << false << "length 3 is less than the 4 bytes";
    QTest::newRow("u64+self 7") << "u64+self" << QByteArray("0000000000000007") << false << "length 7 is less";
    QTest::newRow("varint+self 0") << "varint+self" << QByteArray("00") << false << "length 0 is less";
}

void TestLengthPrefix::invalid()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, buffer);
    QFETCH(bool, tooLong);
    QFETCH(QString, what);
    const QByteArray bytes = QByteArray::fromHex(buffer);
    const auto framing = makeFraming(name);
    for (const qsizetype step : {qsizetype(1), qsizetype(bytes.size())}) {
        const ExactCopy exact(bytes);
        const Received received = receive(*framing, exact.view(), step);
        QVERIFY(received.lawful && received.lost);
        QCOMPARE(received.errors.size(), size_t(1));
        const SockError &error = received.errors.front();
        QVERIFY(error.code == (tooLong ? SockError::Code::TooLong : SockError::Code::InvalidFrame));
        QVERIFY2(error.what.contains(what), qPrintable(error.what));
    }
}

void TestLengthPrefix::narrowLengthRefusesLongPayload_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<qsizetype>("most");
    QTest::newRow("u8") << "u8" << qsizetype(255);
    QTest::newRow("u8+self") << "u8+self" << qsizetype(254);
    QTest::newRow("u16") << "u16" << qsizetype(65535);
    QTest::newRow("u16le+self") << "u16le+self" << qsizetype(65533);
}

void TestLengthPrefix::narrowLengthRefusesLongPayload()
{
    QFETCH(QString, name);
    QFETCH(qsizetype, most);
    const auto framing = makeFraming(name);
    QByteArray wire;
    QVERIFY(!framing->encode(QByteArray(most, 'x'), wire));
    wire.clear();
    const auto error = framing->encode(QByteArray(most + 1, 'x'), wire);
    QVERIFY(error && error->code == SockError::Code::TooLong);
    QVERIFY2(error->remedy.contains(u"u32"), qPrintable(error->remedy));
    QVERIFY(wire.isEmpty());
}

void TestLengthPrefix::hugeLimitDoesNotOverflow()
{
    for (const qsizetype limit : {std::numeric_limits<qsizetype>::max(), std::numeric_limits<qsizetype>::max() - 1}) {
        for (const char *name : {"u64", "u64+self", "u64le", "varint", "varint+self", "slip", "cobs", "line", "crlf"}) {
            const auto framing = makeFraming(QString::fromLatin1(name), nullptr, limit);
            QVERIFY(framing->maximumFrameBytes() > (qsizetype(1) << 40));
            for (const char *bytes : {"ffffffffffffffffff01", "7fffffffffffffff0000", "ffffffffffffff7f0000"}) {
                const QByteArray buffer = QByteArray::fromHex(bytes);
                FramingState state;
                QVERIFY(isLawful(*framing, framing->next(buffer, state), buffer));
            }
        }
    }
}

void TestLengthPrefix::wrongFramingIsNamed()
{
    FramingState state;
    const FrameResult text = makeFraming(u"u32")->next(QByteArrayLiteral("GET / HTTP/1.1\r\n"), state);
    QVERIFY(text.error);
    QCOMPARE(text.error->what, QStringLiteral("frame of 1,195,725,856 bytes is over the limit of 16,777,216"));
    QCOMPARE(text.error->remedy,
             QStringLiteral("raise the limit or check the framing: the first bytes are 47 45 54 20, "
                            "which looks like text"));

    const FrameResult order = makeFraming(u"u32")->next(QByteArray::fromHex("0c000000"), state);
    QVERIFY2(order.error && order.error->remedy.endsWith(u"in the other byte order the length is 12 (framing u32le)"),
             order.error ? qPrintable(order.error->remedy) : "");

    const FrameResult tls = makeFraming(u"u32")->next(QByteArray::fromHex("16030102"), state);
    QVERIFY(tls.error && tls.error->remedy.contains(u"looks like TLS"));

    const FrameResult self = makeFraming(u"u32+self")->next(QByteArray::fromHex("00000002"), state);
    QVERIFY(self.error && self.error->remedy.contains(u"use the framing u32;"));
}

void TestLengthPrefix::nothingIsAllocatedForALength()
{
    const QByteArray buffer = QByteArray::fromHex("00ffffff") + "few bytes";
    FramingState state;
    const FrameResult result = makeFraming(u"u32")->next(buffer, state);
    QVERIFY(result.state == FrameResult::State::NeedMore);
    QCOMPARE(state.scratch.capacity(), 0);
}

QTEST_GUILESS_MAIN(TestLengthPrefix)
#include "test_lengthprefix.moc"
