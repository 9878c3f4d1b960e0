#include <QTest>

#include "framingcases.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

/// Delimiters, SLIP, COBS, fixed size and whole reads: their own rules.
class TestDelimited : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void decode_data();
    void decode();
    void encode_data();
    void encode();
    void encodeRefusesTheDelimiter_data();
    void encodeRefusesTheDelimiter();
    void selfOverlappingDelimiterRoundTrips();
    void recovery_data();
    void recovery();
    void fillIsBounded_data();
    void fillIsBounded();
    void fixedRefusesAnotherSize();
    void slipRefusesEmpty();
    void wholeReads();
    void scratchIsGivenBack();
};

void TestDelimited::decode_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<QByteArrayList>("payloads");
    QTest::addColumn<qsizetype>("left");
    const auto row = [](const char *tag, const char *name, const char *stream, const QByteArrayList &hex,
                        qsizetype left = 0) {
        QByteArrayList payloads;
        for (const QByteArray &payload : hex)
            payloads << QByteArray::fromHex(payload);
        QTest::newRow(tag) << QString::fromLatin1(name) << QByteArray::fromHex(stream) << payloads << left;
    };
    row("line keeps CR", "line", "61 0d0a 0a 62 0a 63", {"610d", "", "62"}, 1);
    row("crlf keeps lone CR and LF", "crlf", "61 0d 0a 62 0a 63 0d 64 0d 0d 0a", {"61", "620a630d640d"});
    row("delimiter that repeats", "delim:aaaa", "aaaa 01 aa 02 aaaa aaaa", {"", "01aa02", ""});
    row("delimiter half there", "delim:0a0d", "61 0a", {}, 2);
    row("fixed", "fixed:3", "010203 040506 07", {"010203", "040506"}, 1);
    row("slip without a leading END", "slip", "01 02 c0", {"0102"});
    row("slip empty frames", "slip", "c0 c0 c0 01 c0 c0 02 c0", {"01", "02"});
    row("slip escapes", "slip", "c0 dbdc dbdd 01 dbdd c0", {"c0db01db"});
    row("slip truncated", "slip", "c0 01 db", {}, 3);
    row("cobs empty", "cobs", "01 00", {""});
    row("cobs zero", "cobs", "01 01 00", {"00"});
    row("cobs zeros", "cobs", "01 01 01 00", {"0000"});
    row("cobs mixed", "cobs", "03 1122 02 33 00", {"11220033"});
    row("cobs trailing zeros", "cobs", "02 11 01 01 01 00", {"11000000"});
    row("cobs fill", "cobs", "00 00 02 11 00 00 02 22 00", {"11", "22"});
    row("cobs truncated", "cobs", "05 11 22", {}, 3);

    // The encoding of 254 bytes without a zero may end with a code of its own or not.
    const QByteArray run(254, '\x07');
    QTest::newRow("cobs 254") << "cobs" << QByteArray("\xff" + run + '\0') << QByteArrayList{run} << qsizetype(0);
    QTest::newRow("cobs 254, last code said")
        << "cobs" << QByteArray("\xff" + run + '\x01' + '\0') << QByteArrayList{run} << qsizetype(0);
}

void TestDelimited::decode()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, stream);
    QFETCH(QByteArrayList, payloads);
    QFETCH(qsizetype, left);
    const auto framing = makeFraming(name);
    for (qsizetype step = 1; step <= stream.size(); ++step) {
        const ExactCopy exact(stream);
        const Received received = receive(*framing, exact.view(), step);
        QVERIFY(received.lawful && received.errors.empty());
        QCOMPARE(received.payloads, payloads);
        QCOMPARE(received.left, left);
    }
}

void TestDelimited::encode_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QByteArray>("wire");
    const auto row = [](const char *name, const char *payload, const char *wire) {
        QTest::addRow("%s %s", name, payload)
            << QString::fromLatin1(name) << QByteArray::fromHex(payload) << QByteArray::fromHex(wire).toHex();
    };
    row("line", "61 0d", "61 0d 0a");
    row("crlf", "61 0a", "61 0a 0d 0a");
    row("delim:0a0d", "61", "61 0a 0d");
    row("slip", "01 c0 db 02", "c0 01 dbdc dbdd 02 c0");
    row("cobs", "", "01 00");
    row("cobs", "00", "01 01 00");
    row("cobs", "00 00", "01 01 01 00");
    row("cobs", "00 11 00", "01 02 11 01 00");
    row("cobs", "11 22 00 33", "03 11 22 02 33 00");
    row("cobs", "11 22 33 44", "05 11 22 33 44 00");
    row("cobs", "11 00 00 00", "02 11 01 01 01 00");
    const QByteArray run(254, '\x07');
    QTest::newRow("cobs 254") << "cobs" << run << QByteArray("\xff" + run + '\0').toHex();
    QTest::newRow("cobs 255") << "cobs" << QByteArray(run + '\x09')
                              << QByteArray("\xff" + run + "\x02\x09" + '\0').toHex();
    QTest::newRow("cobs 254 and a zero") << "cobs" << QByteArray(run + '\0')
                                         << QByteArray("\xff" + run + "\x01\x01" + '\0').toHex();
}

void TestDelimited::encode()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, payload);
    QFETCH(QByteArray, wire);
    const auto framing = makeFraming(name);
    QByteArray encoded;
    QVERIFY(!framing->encode(payload, encoded));
    QCOMPARE(encoded.toHex(), wire);
    QCOMPARE(receive(*framing, encoded, 1).payloads, QByteArrayList{payload});
}

void TestDelimited::encodeRefusesTheDelimiter_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<qint64>("offset");
    QTest::newRow("line") << "line" << QByteArray("ab\ncd\n") << qint64(2);
    QTest::newRow("crlf") << "crlf" << QByteArray("ab\n\r\r\n") << qint64(4);
    QTest::newRow("first byte") << "delim:00" << QByteArray(3, '\0') << qint64(0);
    QTest::newRow("overlaps the end") << "delim:aaaa" << QByteArray("12\xaa") << qint64(2);
    QTest::newRow("overlaps the end by two") << "delim:abababab" << QByteArray("12\xab\xab") << qint64(2);
    QTest::newRow("period of two") << "delim:010201" << QByteArray("\x07\x01\x02") << qint64(1);
}

void TestDelimited::encodeRefusesTheDelimiter()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, payload);
    QFETCH(qint64, offset);
    QByteArray wire("before");
    const auto error = makeFraming(name)->encode(payload, wire);
    QVERIFY(error && error->code == SockError::Code::InvalidFrame);
    QCOMPARE(error->offset, offset);
    QVERIFY2(error->what.contains(QStringLiteral("at byte %1").arg(offset)), qPrintable(error->what));
    QCOMPARE(wire, QByteArray("before"));
}

void TestDelimited::selfOverlappingDelimiterRoundTrips()
{
    // Every payload over a small alphabet is either refused or comes back as it was.
    int refused = 0;
    for (const char *name : {"delim:0101", "delim:010201", "delim:010101", "delim:0102"}) {
        const auto framing = makeFraming(QString::fromLatin1(name));
        for (int number = 0; number < 243; ++number) {
            QByteArray payload;
            for (int rest = number; rest > 0; rest /= 3)
                payload.append(static_cast<char>(rest % 3));
            QByteArray wire;
            if (framing->encode(payload, wire)) {
                ++refused;
                continue;
            }
            QCOMPARE(receive(*framing, wire, 1).payloads, QByteArrayList{payload});
            QCOMPARE(receive(*framing, wire, wire.size()).left, 0);
        }
    }
    QVERIFY(refused > 0);
}

void TestDelimited::recovery_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<qint64>("offset");
    QTest::addColumn<QString>("what");
    QTest::newRow("slip bad escape") << "slip" << QByteArray("c00102db03c002c0") << qint64(3) << "followed by 03";
    QTest::newRow("slip escape at the end")
        << "slip" << QByteArray("01dbc002c0") << qint64(1) << "the end of the frame";
    QTest::newRow("slip bad after good") << "slip" << QByteArray("c0dbdc05dbdbc002c0") << qint64(4) << "followed by db";
    QTest::newRow("slip too long") << "slip" << QByteArray("010101010101010101c002c0") << qint64(-1)
                                   << "frame of 9 bytes";
    QTest::newRow("slip too long escaped")
        << "slip" << QByteArray("0101010101010101dbdcc002c0") << qint64(-1) << "frame of 9 bytes";
    QTest::newRow("cobs bad code") << "cobs" << QByteArray("05111100020200") << qint64(0) << "code 5 points 2 bytes";
    QTest::newRow("cobs bad second code") << "cobs"
                                          << QByteArray("000211ff11000202"
                                                        "00")
                                          << qint64(3) << "code 255";
    QTest::newRow("cobs too long") << "cobs"
                                   << QByteArray("0a010101010101010101000202"
                                                 "00")
                                   << qint64(-1) << "frame of 9 bytes";
}

void TestDelimited::recovery()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, stream);
    QFETCH(qint64, offset);
    QFETCH(QString, what);
    const auto framing = makeFraming(name, nullptr, 8);
    const ExactCopy exact(QByteArray::fromHex(stream));
    for (qsizetype step = 1; step <= exact.view().size(); ++step) {
        const Received received = receive(*framing, exact.view(), step);
        QVERIFY(received.lawful && !received.lost);
        QCOMPARE(received.errors.size(), size_t(1));
        const SockError &error = received.errors.front();
        QVERIFY(error.code == (offset < 0 ? SockError::Code::TooLong : SockError::Code::InvalidFrame));
        QVERIFY2(error.what.contains(what), qPrintable(error.what));
        QCOMPARE(error.offset, offset);
        QCOMPARE(received.payloads, QByteArrayList{QByteArray("\x02")});
        QCOMPARE(received.left, 0);
    }
}

void TestDelimited::fillIsBounded_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("terminator");
    QTest::newRow("slip") << "slip" << QByteArray("\xc0");
    QTest::newRow("cobs") << "cobs" << QByteArray(1, '\0');
}

void TestDelimited::fillIsBounded()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, terminator);
    const auto framing = makeFraming(name);
    QByteArray frame;
    QVERIFY(!framing->encode("x", frame));
    for (const qsizetype fill : {0, 1, 4094, 4095, 4096, 4097, 10000}) {
        const QByteArray stream = terminator.repeated(fill) + frame + frame;
        // SLIP's own leading END counts, too.
        const auto expected = size_t((fill + (name == u"slip" ? 1 : 0)) / 4096);
        for (const qsizetype step : {qsizetype(1), qsizetype(7), stream.size()}) {
            const Received received = receive(*framing, stream, step);
            QVERIFY(received.lawful && !received.lost);
            QCOMPARE(received.payloads, (QByteArrayList{"x", "x"}));
            QCOMPARE(received.errors.size(), expected);
        }
    }
}

void TestDelimited::fixedRefusesAnotherSize()
{
    const auto framing = makeFraming(u"fixed:4");
    for (const qsizetype size : {0, 1, 3, 5, 100}) {
        QByteArray wire;
        const auto error = framing->encode(QByteArray(size, 'x'), wire);
        QVERIFY(error && error->code == SockError::Code::InvalidFrame);
        QCOMPARE(error->what, QStringLiteral("message of %1 bytes does not fit frames of exactly 4").arg(size));
        QVERIFY(wire.isEmpty());
    }
}

void TestDelimited::slipRefusesEmpty()
{
    QByteArray wire;
    const auto error = makeFraming(u"slip")->encode({}, wire);
    QVERIFY(error && error->code == SockError::Code::InvalidFrame);
    QVERIFY(wire.isEmpty());
}

void TestDelimited::wholeReads()
{
    for (const char *name : {"datagram", "none"}) {
        const auto framing = makeFraming(QString::fromLatin1(name), nullptr, 10);
        QVERIFY(framing->isWhole());
        FramingState state;
        const FrameResult empty = framing->next({}, state);
        QVERIFY(empty.state == FrameResult::State::Frame);
        QCOMPARE(empty.consumed, 0);
        QVERIFY(empty.payload.isEmpty());
        const QByteArray buffer(11, 'x');
        const FrameResult over = framing->next(buffer, state);
        QVERIFY(over.state == FrameResult::State::Invalid && over.error->code == SockError::Code::TooLong);
        QCOMPARE(over.consumed, 11);
    }
}

void TestDelimited::scratchIsGivenBack()
{
    for (const char *name : {"slip", "cobs"}) {
        const auto framing = makeFraming(QString::fromLatin1(name));
        QByteArray large;
        QVERIFY(!framing->encode(QByteArray(4 * 1024 * 1024, '\xdb'), large));
        QByteArray small;
        QVERIFY(!framing->encode("\xdb", small));
        FramingState state;
        QVERIFY(framing->next(large, state).state == FrameResult::State::Frame);
        QVERIFY(framing->next(small, state).state == FrameResult::State::Frame);
        QVERIFY(state.scratch.capacity() < 64 * 1024);
    }
}

QTEST_GUILESS_MAIN(TestDelimited)
#include "test_delimited.moc"
