#include <QElapsedTimer>
#include <QTest>

#include "framingcases.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

/// What every framing must do, whatever its rules are.
class TestFramings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void nameRoundTrip_data() { addFramingRows(); }
    void nameRoundTrip();
    void everySizeSplitAtEveryByte_data() { addFramingRows(); }
    void everySizeSplitAtEveryByte();
    void everyByteValue_data() { addFramingRows(); }
    void everyByteValue();
    void largePayload_data() { addFramingRows(); }
    void largePayload();
    void framesInARow_data() { addStreamRows(); }
    void framesInARow();
    void encodeAppendsOrLeavesTheWire_data() { addFramingRows(); }
    void encodeAppendsOrLeavesTheWire();
    void encodeRefusesOverTheLimit_data() { addFramingRows({QStringLiteral("fixed:")}); }
    void encodeRefusesOverTheLimit();
    void limitIsExact_data() { addFramingRows({QStringLiteral("fixed:")}); }
    void limitIsExact();
    void endlessStreamIsBounded_data() { addStreamRows(); }
    void endlessStreamIsBounded();
    void byteByByteIsLinear_data()
    {
        addFramingRows({QStringLiteral("datagram"), QStringLiteral("none"), QStringLiteral("fixed:")});
    }
    void byteByByteIsLinear();
    void fuzz_data() { addFramingRows(); }
    void fuzz();
    void fuzzedFrames_data() { addFramingRows(); }
    void fuzzedFrames();
    void staleStateIsHarmless_data() { addFramingRows(); }
    void staleStateIsHarmless();
};

void TestFramings::nameRoundTrip()
{
    QFETCH(QString, name);
    SockError error;
    const auto framing = makeFraming(name, &error, 12345);
    QVERIFY2(framing, qPrintable(error.what));
    const auto again = makeFraming(framing->name(), &error, 12345);
    QVERIFY2(again, qPrintable(error.what));
    QCOMPARE(again->name(), framing->name());
    QCOMPARE(again->maximumFrameBytes(), framing->maximumFrameBytes());
    QCOMPARE(framing->name(), name == u"delim:0a" ? QStringLiteral("line") : name);
    QCOMPARE(framing->isWhole(), name == u"datagram" || name == u"none");
    QVERIFY(makeFraming(u' ' + name.toUpper() + u' '));
}

void TestFramings::everySizeSplitAtEveryByte()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name);
    const bool whole = framing->isWhole();
    for (qsizetype size = 0; size <= 600; ++size) {
        const QByteArray payload = fitted(*framing, payloadOf(size, quint32(size) + 1));
        QByteArray wire;
        const auto refused = framing->encode(payload, wire);
        QVERIFY2(!refused, refused ? qPrintable(refused->toString()) : "");
        for (qsizetype at = 0; at < wire.size(); ++at) {
            const ExactCopy part(QByteArrayView(wire).first(at));
            FramingState state;
            const FrameResult first = framing->next(part.view(), state);
            QVERIFY(isLawful(*framing, first, part.view()));
            if (whole)
                continue;
            QVERIFY(first.state == FrameResult::State::NeedMore);
            QVERIFY(first.needed <= wire.size());
            const FrameResult second = framing->next(wire, state);
            QVERIFY(second.state == FrameResult::State::Frame);
            QCOMPARE(second.consumed, wire.size());
            QVERIFY(second.payload == payload);
        }
        FramingState state;
        const ExactCopy all(wire);
        const FrameResult result = framing->next(all.view(), state);
        QVERIFY(isLawful(*framing, result, all.view()));
        QVERIFY(result.state == FrameResult::State::Frame);
        QCOMPARE(result.consumed, wire.size());
        QVERIFY(result.payload == payload);
    }
}

void TestFramings::everyByteValue()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name);
    for (int value = 0; value < 256; ++value) {
        const QByteArray payload = fitted(*framing, QByteArray(1, static_cast<char>(value)));
        QByteArray wire;
        QVERIFY(!framing->encode(payload, wire));
        const Received received = receive(*framing, wire, wire.size());
        QVERIFY(received.lawful);
        QCOMPARE(received.payloads, QByteArrayList{payload});
    }
}

void TestFramings::largePayload()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name);
    const std::vector<QByteArray> payloads{payloadOf(70 * 1024, 7), QByteArray(70 * 1024, '\0'),
                                           QByteArray(70 * 1024, '\x01'), QByteArray(70 * 1024, '\xc0')};
    for (const QByteArray &raw : payloads) {
        const QByteArray payload = fitted(*framing, raw);
        QByteArray wire;
        QVERIFY(!framing->encode(payload, wire));
        for (const qsizetype step : {wire.size(), qsizetype(1), qsizetype(1460)}) {
            if (framing->isWhole() && step < wire.size())
                continue;
            const Received received = receive(*framing, wire, step);
            QVERIFY(received.lawful && received.errors.empty());
            QCOMPARE(received.payloads.size(), 1);
            QVERIFY(received.payloads.constFirst() == payload);
            QCOMPARE(received.left, 0);
        }
        // Gigabytes to search for each payload: one of them is enough for every position, few for the others.
        const qsizetype stride = &raw == payloads.data() ? 1 : 499;
        for (qsizetype at = 0; at < wire.size() && !framing->isWhole(); at += stride) {
            FramingState state;
            QVERIFY(framing->next(QByteArrayView(wire).first(at), state).state == FrameResult::State::NeedMore);
            if (at % 4990 == 0)
                QVERIFY(framing->next(wire, state).payload == payload);
        }
    }
}

void TestFramings::framesInARow()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name);
    QByteArrayList sent;
    QByteArray stream;
    for (const qsizetype size : {0, 1, 2, 0, 0, 127, 128, 253, 254, 255, 256, 300, 508, 509, 3, 0}) {
        sent << fitted(*framing, payloadOf(size, quint32(size) + 99));
        QVERIFY(!framing->encode(sent.constLast(), stream));
    }
    for (qsizetype step = 1; step <= stream.size(); step += step < 70 ? 1 : 97) {
        const Received received = receive(*framing, stream, step);
        QVERIFY(received.lawful && received.errors.empty() && !received.lost);
        QCOMPARE(received.payloads, sent);
        QCOMPARE(received.left, 0);
    }
}

void TestFramings::encodeAppendsOrLeavesTheWire()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name, nullptr, 100);
    QByteArray wire = QByteArrayLiteral("before");
    QVERIFY(framing->encode(QByteArray(101, 'x'), wire));
    QCOMPARE(wire, QByteArrayLiteral("before"));
    QVERIFY(!framing->encode(fitted(*framing, QByteArrayLiteral("payload")), wire));
    QVERIFY(wire.startsWith("before"));
    QVERIFY(wire.size() > 6);
}

void TestFramings::encodeRefusesOverTheLimit()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name, nullptr, 100);
    QByteArray wire;
    QVERIFY(!framing->encode(QByteArray(100, 'x'), wire));
    const auto error = framing->encode(QByteArray(101, 'x'), wire);
    QVERIFY(error && error->code == SockError::Code::TooLong && error->stage == Stage::Framing);
    QVERIFY2(error->what.contains(u"101") && error->what.contains(u"100"), qPrintable(error->what));
}

void TestFramings::limitIsExact()
{
    QFETCH(QString, name);
    const auto loose = makeFraming(name);
    const auto strict = makeFraming(name, nullptr, 100);
    for (const char fill : {'x', '\xdb', '\x01'}) {
        QByteArray most;
        QVERIFY(!loose->encode(fitted(*loose, QByteArray(100, fill)), most));
        QByteArray over;
        QVERIFY(!loose->encode(fitted(*loose, QByteArray(101, fill)), over));
        for (const qsizetype step : {qsizetype(1000), qsizetype(1)}) {
            if (strict->isWhole() && step == 1)
                continue;
            const Received lawful = receive(*strict, most, step);
            QVERIFY(lawful.lawful && lawful.errors.empty());
            QCOMPARE(lawful.payloads.size(), 1);
            const Received refused = receive(*strict, over, step);
            QVERIFY(refused.lawful);
            QCOMPARE(refused.payloads.size(), 0);
            QCOMPARE(refused.errors.size(), size_t(1));
            QVERIFY(refused.errors.front().code == SockError::Code::TooLong);
            QVERIFY(refused.errors.front().what.contains(u"over the limit of 100"));
            QVERIFY(refused.errors.front().remedy.contains(u"raise the limit or check the framing"));
        }
    }
}

void TestFramings::endlessStreamIsBounded()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name, nullptr, 1000);
    // Whatever byte a peer repeats, the framing never waits for more than a frame can take.
    for (int value = 0; value < 256; ++value) {
        const QByteArray stream(10000, static_cast<char>(value));
        FramingState state;
        qsizetype begin = 0;
        for (qsizetype end = 1; end <= stream.size(); ++end) {
            const FrameResult result = framing->next(QByteArrayView(stream).sliced(begin, end - begin), state);
            if (result.state == FrameResult::State::Invalid && result.consumed == 0)
                break;
            begin += result.consumed;
            QVERIFY2(end - begin <= 4200, qPrintable(QString::number(value)));
        }
    }
}

void TestFramings::byteByByteIsLinear()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name);
    // A quadratic search would look at 5·10^11 bytes here and take far longer.
    const QByteArray payload = fitted(*framing, QByteArray(1024 * 1024, 'x'));
    QByteArray wire;
    QVERIFY(!framing->encode(payload, wire));
    QElapsedTimer timer;
    timer.start();
    const Received received = receive(*framing, wire, 1);
    QCOMPARE(received.payloads.size(), 1);
    QVERIFY(received.payloads.constFirst() == payload);
    QVERIFY2(timer.elapsed() < 15000, qPrintable(QString::number(timer.elapsed())));
}

void TestFramings::fuzz()
{
    QFETCH(QString, name);
    QRandomGenerator random(20240607);
    for (int round = 0; round < 1000; ++round) {
        const qsizetype limit = 1 + random.bounded(300);
        const auto framing = makeFraming(name, nullptr, std::max<qsizetype>(limit, 7));
        const QByteArray stream = payloadOf(random.bounded(400), random.generate());
        const ExactCopy exact(stream);
        const Received together = receive(*framing, exact.view(), stream.size());
        QVERIFY(together.lawful);
        if (framing->isWhole())
            continue;
        // However the stream is cut, the same comes out.
        const Received cut = receive(*framing, exact.view(), 1 + random.bounded(20));
        QVERIFY(cut.lawful);
        QCOMPARE(cut.payloads, together.payloads);
        QCOMPARE(cut.lost, together.lost);
        QCOMPARE(cut.left, together.left);
        QCOMPARE(cut.errors.size(), together.errors.size());
    }
}

void TestFramings::fuzzedFrames()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name, nullptr, 500);
    QRandomGenerator random(42);
    for (int round = 0; round < 1000; ++round) {
        QByteArray stream;
        for (int i = 0; i < 5; ++i)
            framing->encode(fitted(*framing, payloadOf(random.bounded(120), random.generate())), stream);
        for (quint32 i = random.bounded(4U); i > 0 && !stream.isEmpty(); --i) {
            const qsizetype at = random.bounded(int(stream.size()));
            switch (random.bounded(3)) {
            case 0:
                stream[at] = static_cast<char>(random.bounded(256));
                break;
            case 1:
                stream.remove(at, 1 + random.bounded(9));
                break;
            default:
                stream.insert(at, payloadOf(1 + random.bounded(9), random.generate()));
            }
        }
        const ExactCopy exact(stream);
        const Received together = receive(*framing, exact.view(), std::max<qsizetype>(1, stream.size()));
        QVERIFY(together.lawful);
        if (framing->isWhole())
            continue;
        const Received cut = receive(*framing, exact.view(), 1);
        QVERIFY(cut.lawful);
        QCOMPARE(cut.payloads, together.payloads);
        QCOMPARE(cut.lost, together.lost);
        QCOMPARE(cut.errors.size(), together.errors.size());
    }
}

void TestFramings::staleStateIsHarmless()
{
    QFETCH(QString, name);
    const auto framing = makeFraming(name);
    const QByteArray payload = fitted(*framing, QByteArrayLiteral("payload"));
    QByteArray wire;
    QVERIFY(!framing->encode(payload, wire));
    FramingState state;
    state.scanned = 1000000;
    const FrameResult result = framing->next(wire, state);
    QVERIFY(result.state == FrameResult::State::Frame);
    QVERIFY(result.payload == payload);
}

QTEST_GUILESS_MAIN(TestFramings)
#include "test_framings.moc"
