#include <QCborMap>
#include <QTest>

#include "core/framing/framing.h"
#include "core/peers/peertable.h"
#include "core/protocol/layoutcodec.h"
#include "core/simulate/brokenoutput.h"
#include "support/sockpair.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using SockScope::Test::SockPair;

namespace {

const QByteArray checked = R"({
 "name": "checked", "fixedType": "one",
 "header": [{"name": "length", "type": "length", "bits": 16, "from": "@body", "to": "@body"}],
 "trailer": [{"name": "sum", "type": "checksum", "algorithm": "CRC-16/MODBUS", "from": "length"}],
 "types": [{"name": "one", "fields": [{"name": "text", "type": "text", "size": "rest"}]}]
})";

Breakage breakage(const char *text)
{
    SockError error;
    const auto result = Breakage::fromText(QString::fromLatin1(text), &error);
    if (!result)
        qFatal("%s", qPrintable(error.toString()));
    return *result;
}

SockOptions speaking(const QString &framing)
{
    SockOptions options;
    options.framing = makeFraming(framing);
    options.codec = makeCodec(u"raw");
    return options;
}

} // namespace

class TestBrokenOutput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void reads_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("length") << u"length"_s << QString();
        QTest::newRow("shorter") << u"length:-3"_s << QString();
        QTest::newRow("pause") << u"pause:200"_s << QString();
        QTest::newRow("unknown") << u"lenght"_s << u"no way to break"_s;
        QTest::newRow("length of 0") << u"length:0"_s << u"not 0"_s;
        QTest::newRow("no number") << u"cut:x"_s << u"needs a number"_s;
        QTest::newRow("nothing left") << u"cut:0"_s << u"needs a number"_s;
        QTest::newRow("checksum") << u"checksum:1"_s << u"takes no number"_s;
        QTest::newRow("endless") << u"pause:99999999999"_s << u"3600000"_s;
    }
    void reads()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        SockError error;
        QCOMPARE(Breakage::fromText(text, &error).has_value(), says.isEmpty());
        QVERIFY2(error.toString().contains(says), qPrintable(error.toString()));
    }

    void breaks_data()
    {
        QTest::addColumn<QString>("framing");
        QTest::addColumn<QByteArray>("kind");
        QTest::addColumn<QByteArray>("wire");
        QTest::newRow("longer") << u"u32"_s << QByteArray("length") << QByteArray("\0\0\0\4abc", 7);
        QTest::newRow("shorter") << u"u16le"_s << QByteArray("length:-2") << QByteArray("\1\0abc", 5);
        QTest::newRow("counts itself") << u"u16+self"_s << QByteArray("length:10")
                                       << QByteArray("\0\x0f"
                                                     "abc",
                                                     5);
        QTest::newRow("varint") << u"varint"_s << QByteArray("length:125")
                                << QByteArray("\x80\x01"
                                              "abc",
                                              5);
        QTest::newRow("half") << u"line"_s << QByteArray("cut") << QByteArray("ab");
        QTest::newRow("cut") << u"u8"_s << QByteArray("cut:3") << QByteArray("\3ab", 3);
        QTest::newRow("cut datagram") << u"datagram"_s << QByteArray("cut:1") << QByteArray("a");
        QTest::newRow("pause") << u"line"_s << QByteArray("pause:20") << QByteArray("ab|20|c\n");
        QTest::newRow("bytes") << u"line"_s << QByteArray("bytes:5") << QByteArray("a|5|b|5|c|5|\n");
    }
    void breaks()
    {
        QFETCH(QString, framing);
        QFETCH(QByteArray, kind);
        QFETCH(QByteArray, wire);
        SockPair pair(framing != u"datagram"_s, speaking(framing));
        QVERIFY(pair.start());
        SockError error;
        const auto parts = brokenFrame(*pair.a, "abc", breakage(kind.constData()), &error);
        QVERIFY2(parts, qPrintable(error.toString()));
        QByteArray told;
        for (const WirePart &part : *parts) {
            if (part.waitMs > 0)
                told += '|' + QByteArray::number(part.waitMs) + '|';
            told += part.bytes;
        }
        QCOMPARE(told, wire);
    }

    void checksumAndLengthOfADescribedMessage()
    {
        ProtocolError problem;
        const auto description = ProtocolDescription::fromText(checked, &problem);
        QVERIFY2(description, qPrintable(problem.toString()));
        SockOptions options = speaking(u"datagram"_s);
        options.codec = LayoutCodec::make(*description, &problem);
        QVERIFY2(options.codec, qPrintable(problem.toString()));
        SockPair pair(false, options);
        QVERIFY(pair.start());
        Message message;
        message.type = QString(u"one"_s);
        message.value = QCborMap{{u"text"_s, u"abc"_s}};
        QByteArray payload;
        const auto failed = options.codec->encode(message, payload);
        QVERIFY2(!failed, qPrintable(failed ? failed->toString() : QString()));
        QCOMPARE(payload.size(), 7);
        SockError error;
        const auto sum = brokenFrame(*pair.a, payload, breakage("checksum"), &error);
        QVERIFY2(sum, qPrintable(error.toString()));
        QByteArray expected = payload;
        expected[5] = static_cast<char>(expected[5] ^ 1);
        QCOMPARE(sum->front().bytes, expected);
        const auto length = brokenFrame(*pair.a, payload, breakage("length:-4"), &error);
        QVERIFY2(length, qPrintable(error.toString()));
        QCOMPARE(length->front().bytes.first(2), QByteArray::fromHex("ffff"));
        QCOMPARE(length->front().bytes.sliced(2), payload.sliced(2));
    }

    void whatCannotBeBrokenSo_data()
    {
        QTest::addColumn<QString>("framing");
        QTest::addColumn<QByteArray>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("no length") << u"line"_s << QByteArray("length") << u"no length to be wrong"_s;
        QTest::newRow("no checksum") << u"u32"_s << QByteArray("checksum") << u"no checksum"_s;
        QTest::newRow("datagram pause") << u"datagram"_s << QByteArray("pause") << u"a pause in it"_s;
        QTest::newRow("datagram bytes") << u"datagram"_s << QByteArray("bytes") << u"a pause in it"_s;
        QTest::newRow("below 0") << u"u8"_s << QByteArray("length:-4") << u"cannot be written"_s;
        QTest::newRow("too long") << u"u8"_s << QByteArray("length:300") << u"303"_s;
        QTest::newRow("nothing cut") << u"line"_s << QByteArray("cut:4") << u"nothing is cut off"_s;
    }
    void whatCannotBeBrokenSo()
    {
        QFETCH(QString, framing);
        QFETCH(QByteArray, kind);
        QFETCH(QString, says);
        SockPair pair(framing != u"datagram"_s, speaking(framing));
        QVERIFY(pair.start());
        SockError error;
        QVERIFY(!brokenFrame(*pair.a, "abc", breakage(kind.constData()), &error));
        QVERIFY2(error.toString().contains(says), qPrintable(error.toString()));
        QVERIFY(!error.remedy.isEmpty() || kind == "length:300");
    }

    void pausesAndAddsUp()
    {
        SockPair pair(true, speaking(u"line"_s));
        QStringList heard;
        pair.b->setUnknownTypeHandler(
            this, [&](const Envelope &each) { heard.append(QString::fromLatin1(each.message.payload.toByteArray())); });
        QVERIFY(pair.start());
        QTRY_COMPARE(pair.b->peers().size(), 1);
        SockError error;
        auto parts = brokenFrame(*pair.a, "abc", breakage("bytes:100"), &error);
        QVERIFY(parts);
        int ends = 0;
        SendResult last;
        const auto done = [&](const SendResult &result) {
            ++ends;
            last = result;
        };
        (new BrokenSend(pair.a.get(), *parts, std::nullopt, done))->start();
        QTRY_COMPARE(pair.a->ledger().sent.messages, quint64(1));
        pair.clock->advanceMs(299);
        QTRY_COMPARE(pair.a->ledger().sent.messages, quint64(3));
        QCOMPARE(ends, 0);
        QVERIFY(heard.isEmpty());
        pair.clock->advanceMs(1);
        QCOMPARE(ends, 1);
        QVERIFY(last.isOk());
        QTRY_COMPARE(heard, QStringList{u"abc"_s});
        QCOMPARE(pair.a->ledger().sent.bytes, quint64(4));
        QVERIFY(pair.a->ledger().isBalanced());

        // Its end is told also when the sock goes first.
        (new BrokenSend(pair.a.get(), *parts, std::nullopt, done))->start();
        pair.a.reset();
        QCOMPARE(ends, 2);
        QVERIFY(last.error);
    }
};

QTEST_GUILESS_MAIN(TestBrokenOutput)
#include "test_brokenoutput.moc"
