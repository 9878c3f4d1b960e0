#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>
#include <QUdpSocket>

#include "core/tcpsock.h"
#include "core/time/manualclock.h"
#include "core/types/messagetypes.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::onlyPeer;
using Test::quiet;

namespace {

QByteArray framed(const QByteArray &payload)
{
    QByteArray wire;
    makeFraming(u"u32")->encode(payload, wire);
    return wire;
}

} // namespace

/// What other programs send that they should not: each costs its sender at most its own connection.
class TestBadInputWire : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void lengthOverTheLimitClosesOnlyItsSender_data()
    {
        QTest::addColumn<QString>("framing");
        QTest::addColumn<QByteArray>("wire");
        QTest::addColumn<QByteArray>("good");
        QTest::addColumn<QString>("limit");
        QTest::newRow("u32") << u"u32"_s << QByteArray::fromHex("ffffffff") << framed("[1,2]") << u"1000"_s;
        QTest::newRow("u32, one more than the limit")
            << u"u32"_s << QByteArray::fromHex("000003e9") << framed("[1,2]") << u"1000"_s;
        QTest::newRow("u64") << u"u64"_s << QByteArray::fromHex("ffffffffffffffff")
                             << QByteArray::fromHex("0000000000000005") + "[1,2]" << u"1000"_s;
        QTest::newRow("varint") << u"varint"_s << QByteArray::fromHex("ffffffffffffffffff01")
                                << QByteArray::fromHex("05") + "[1,2]" << u"1000"_s;
        QTest::newRow("line that never ends")
            << u"line"_s << QByteArray(5000, 'x') << QByteArray("[1,2]\n") << u"1000"_s;
        QTest::newRow("slip that never ends")
            << u"slip"_s << QByteArray(5000, 'x') << QByteArray::fromHex("c0") + "[1,2]" + QByteArray::fromHex("c0")
            << u"1000"_s;
    }
    void lengthOverTheLimitClosesOnlyItsSender()
    {
        QFETCH(QString, framing);
        QFETCH(QByteArray, wire);
        QFETCH(QByteArray, good);
        QFETCH(QString, limit);
        SockOptions options = listening();
        options.framing = makeFraming(framing, nullptr, 1000);
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        int got = 0;
        server.addHandler(1, this, [&](const Envelope &) { ++got; });
        QTcpSocket calm;
        calm.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        QTRY_COMPARE(knownPeers(server), 1);
        const Endpoint calmPeer = onlyPeer(server);
        QTcpSocket bad;
        bad.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        QTRY_COMPARE(knownPeers(server), 2);
        QSignalSpy removed(&server, &BaseSock::peerRemoved);
        QSignalSpy errors(&server, &BaseSock::errorOccurred);
        bad.write(good + wire);
        QTRY_VERIFY(!errors.isEmpty());
        const auto error = errors.first().first().value<SockError>();
        QCOMPARE(error.code, SockError::Code::TooLong);
        QCOMPARE(error.stage, Stage::Framing);
        QVERIFY(!error.peer.isNull() && error.peer != calmPeer);
        const QString text = error.toString().remove(u',');
        QVERIFY2(text.contains(limit), qPrintable(text));
        if (framing.startsWith(u'u') || framing == u"varint") {
            QTRY_COMPARE(removed.size(), 1); // a stream without a way back
            QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::FramingError);
            QCOMPARE(onlyPeer(server), calmPeer);
            QTRY_COMPARE(bad.state(), QAbstractSocket::UnconnectedState);
        }
        calm.write(good);
        QTRY_COMPARE(got, 2);
        QCOMPARE(Test::imbalance(server.ledger()), QString());
    }

    void payloadsThatDoNotDecodeAreErrorsAndNoMore_data()
    {
        QTest::addColumn<QString>("codec");
        QTest::addColumn<QByteArray>("payload");
        QTest::newRow("JSON bomb") << u"json"_s
                                   << QByteArray("[1,") + QByteArray(100000, '[') + QByteArray(100000, ']') + "]";
        QTest::newRow("JSON bomb of maps") << u"json"_s << QByteArray("[1,") + QByteArray("{\"a\":").repeated(100000);
        QTest::newRow("CBOR bomb") << u"cbor"_s << QByteArray(100000, char(0x81));
        QTest::newRow("MessagePack bomb") << u"msgpack"_s << QByteArray(100000, char(0x91));
        QTest::newRow("invalid UTF-8") << u"json"_s << QByteArray("[1,\"\xff\xfe\xc3(\"]");
        QTest::newRow("overlong UTF-8") << u"json"_s << QByteArray("[1,\"\xc0\xaf\"]");
        QTest::newRow("surrogate in UTF-8") << u"json"_s << QByteArray("[1,\"\xed\xa0\x80\"]");
        QTest::newRow("text that is not UTF-8") << u"text"_s << QByteArray("\xff\xfe");
        QTest::newRow("NaN") << u"json"_s << QByteArray("[1,NaN]");
        QTest::newRow("Infinity") << u"json"_s << QByteArray("[1,-Infinity]");
        QTest::newRow("empty") << u"json"_s << QByteArray("");
        QTest::newRow("blank") << u"json"_s << QByteArray(" \t");
        QTest::newRow("half") << u"json"_s << QByteArray("[1,{\"a\":");
        QTest::newRow("no pair") << u"json"_s << QByteArray("{\"type\":1}");
        QTest::newRow("type is a map") << u"json"_s << QByteArray("[{},1]");
        QTest::newRow("empty CBOR") << u"cbor"_s << QByteArray("");
        QTest::newRow("empty MessagePack") << u"msgpack"_s << QByteArray("");
        QTest::newRow("CBOR array of 2^64-1") << u"cbor"_s << QByteArray::fromHex("9bffffffffffffffff");
        QTest::newRow("MessagePack text of 4 GiB") << u"msgpack"_s << QByteArray::fromHex("9201dbffffffff");
    }
    void payloadsThatDoNotDecodeAreErrorsAndNoMore()
    {
        QFETCH(QString, codec);
        QFETCH(QByteArray, payload);
        Checked<TcpSock> server(listening(quiet(codec)));
        QVERIFY(!server.start());
        int got = 0;
        QSignalSpy errors(&server, &BaseSock::errorOccurred);
        server.setUnknownTypeHandler(this, [&](const Envelope &) { ++got; });
        Checked<TcpSock> client(quiet(codec));
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(client), 1);
        client.sendRaw(framed(payload));
        client.sendMessage(codec == u"text" ? 0 : 5, u"and the next"_s);
        QTRY_COMPARE(got, 1); // the bad one stops nothing
        QCOMPARE(errors.size(), 1);
        const auto error = errors.first().first().value<SockError>();
        QCOMPARE(error.stage, Stage::Codec);
        QVERIFY(!error.peer.isNull());
        QVERIFY(!error.what.isEmpty());
        QCOMPARE(knownPeers(server), 1);
        QCOMPARE(server.ledger().decodeErrors.messages, 1u);
        QCOMPARE(server.peers().find(onlyPeer(server))->errors, 1u);
    }

    void numbersAtTheEdgesAreKept()
    {
        Checked<UdpSock> server(listening());
        QVERIFY(!server.start());
        QList<QCborValue> got;
        server.addHandler(1, this, [&](const Envelope &envelope) { got.append(envelope.message.data()); });
        QUdpSocket peer;
        const auto send = [&](const QByteArray &text) {
            peer.writeDatagram(text, QHostAddress::LocalHost, server.localEndpoint().port());
        };
        send("[1,9223372036854775807]");
        send("[1,-9223372036854775808]");
        send("[1,9223372036854775808]"); // 2^63
        send("[1,18446744073709551615]");
        QTRY_COMPARE(got.size(), 4);
        QCOMPARE(got.at(0), QCborValue(std::numeric_limits<qint64>::max()));
        QCOMPARE(got.at(1), QCborValue(std::numeric_limits<qint64>::min()));
        QCOMPARE(got.at(2), QCborValue(9223372036854775808.0)); // as JSON numbers are read that are no qint64
        QCOMPARE(got.at(3), QCborValue(18446744073709551616.0));
    }

    void valuesThatTheCodecCannotWriteAreErrors()
    {
        Checked<UdpSock> sock(listening());
        QVERIFY(!sock.start());
        QSignalSpy errors(&sock, &BaseSock::errorOccurred);
        const SendResult result = sock.sendMessage(1, std::numeric_limits<double>::quiet_NaN(), sock.localEndpoint());
        QVERIFY(!result.isOk());
        QCOMPARE(result.error->code, SockError::Code::InvalidValue);
        QCOMPARE(result.error->stage, Stage::Codec);
        QCOMPARE(sock.ledger().encodeErrors.messages, 1u);
        QCOMPARE(errors.size(), 1);
        SockOptions options = quiet(u"raw");
        options.framing = makeFraming(u"u8");
        Checked<TcpSock> small(options);
        QVERIFY(!small.start());
        Message message;
        message.value = QCborValue(QByteArray(256, 'x'));
        const SendResult tooLong = small.sendMessage(message);
        QVERIFY(!tooLong.isOk());
        QCOMPARE(tooLong.error->code, SockError::Code::TooLong);
        QCOMPARE(tooLong.error->stage, Stage::Framing);
    }

    void frameThatNeverEndsIsHeldWithinItsLimitAndTimedOut()
    {
        auto clock = std::make_shared<ManualClock>();
        SockOptions options = listening();
        options.clock = clock;
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        QSignalSpy removed(&server, &BaseSock::peerRemoved);
        QTcpSocket peer;
        peer.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        peer.write(QByteArray::fromHex("00100000") + QByteArray(70000, 'x')); // says 1 MiB
        QTRY_COMPARE(server.ledger().bytesBuffered, 70004u);
        QCOMPARE(server.ledger().received.messages, 0u);
        clock->advanceMs(10001);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::TimedOut);
        const Ledger ledger = server.ledger();
        QCOMPARE(ledger.bytesBuffered, 0u);
        QCOMPARE(ledger.received.bytes, 70004u);
        QCOMPARE(Test::imbalance(ledger), QString());
    }

    void peerThatLeavesInsideAFrameIsAnError()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        QSignalSpy errors(&server, &BaseSock::errorOccurred);
        QSignalSpy removed(&server, &BaseSock::peerRemoved);
        QTcpSocket peer;
        peer.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        peer.write(framed("[1,2]") + QByteArray::fromHex("00000100") + "abc");
        QTRY_COMPARE(server.ledger().bytesBuffered, 7u);
        peer.close();
        QTRY_COMPARE(removed.size(), 1);
        QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::Remote);
        QCOMPARE(errors.size(), 1);
        QCOMPARE(errors.first().first().value<SockError>().code, SockError::Code::Truncated);
        QCOMPARE(server.ledger().framingErrors.bytes, 7u);
        QTRY_COMPARE(server.ledger().unhandled.messages, 1u);
    }

    void unknownTypesAreCountedListedAndMayHaveAHandler()
    {
        Checked<UdpSock> server(listening());
        QVERIFY(!server.start());
        QSignalSpy unhandled(&server, &BaseSock::messageUnhandled);
        Checked<UdpSock> client(quiet());
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        client.sendMessage(77, 1);
        client.sendMessage(u"surprise"_s, 1);
        client.sendMessage(77, 1);
        QTRY_COMPARE(server.ledger().unhandled.messages, 3u);
        QCOMPARE(unhandled.size(), 3);
        QHash<QString, quint64> rows;
        for (const HandlerStats &row : server.handlerStats()) {
            if (row.id == 0)
                rows.insert(row.type.toString(), row.calls);
        }
        QCOMPARE(rows, (QHash<QString, quint64>{{u"77"_s, 2}, {u"surprise"_s, 1}}));
        QStringList types;
        server.setUnknownTypeHandler(this,
                                     [&](const Envelope &envelope) { types.append(envelope.message.type.toString()); });
        server.addHandler(77, this, [&](const Envelope &) {});
        client.sendMessage(77, 1);
        client.sendMessage(78, 1);
        QTRY_COMPARE(types, QStringList{u"78"_s});
        QTRY_COMPARE(server.ledger().handled.messages, 2u);
        QCOMPARE(server.ledger().unhandled.messages, 3u);
    }

    void peerThatInventsTypesFillsNoTable()
    {
        Checked<UdpSock> server(listening());
        QVERIFY(!server.start());
        QUdpSocket peer;
        const qsizetype names = MessageType::nameCount();
        for (int i = 0; i < 5000; ++i) {
            peer.writeDatagram("[" + QByteArray::number(1000 + i) + ",1]", QHostAddress::LocalHost,
                               server.localEndpoint().port());
            if (i % 100 == 99)
                QTRY_COMPARE(server.ledger().unhandled.messages, static_cast<quint64>(i + 1));
        }
        QVERIFY(server.handlerStats().size() <= 4100);
        quint64 sum = 0;
        for (const HandlerStats &row : server.handlerStats())
            sum += row.calls;
        QCOMPARE(sum, 5000u);
        QCOMPARE(MessageType::nameCount(), names);
    }

    void unknownTypeNamesAreErrors()
    {
        Checked<UdpSock> sock(listening());
        auto types = std::make_shared<MessageTypes>();
        QVERIFY(types->define(u"ping"_s, 7));
        sock.setMessageTypes(types);
        QVERIFY(!sock.start());
        QSignalSpy errors(&sock, &BaseSock::errorOccurred);
        QCOMPARE(sock.addHandlerByName(u"pong"_s, this, [](const Envelope &) {}), 0u);
        QCOMPARE(errors.size(), 1);
        QCOMPARE(errors.first().first().value<SockError>().code, SockError::Code::UnknownType);
        const SendResult result = sock.send(u"pong"_s, 1, sock.localEndpoint());
        QVERIFY(!result.isOk());
        QCOMPARE(result.error->code, SockError::Code::UnknownType);
        QVERIFY(result.error->what.contains(u"pong"_s));
        int got = 0;
        QVERIFY(sock.addHandlerByName(u"ping"_s, this, [&](const Envelope &) { ++got; }) != 0);
        QVERIFY(sock.send(u"ping"_s, 1, sock.localEndpoint()).isOk());
        QTRY_COMPARE(got, 1);
    }

    void garbageOnADatagramSockIsCountedByStage()
    {
        SockOptions options = listening();
        options.framing = makeFraming(u"u32");
        Checked<UdpSock> server(options);
        QVERIFY(!server.start());
        int got = 0;
        server.addHandler(1, this, [&](const Envelope &) { ++got; });
        QUdpSocket peer;
        const quint16 port = server.localEndpoint().port();
        for (const QByteArray &wire :
             {QByteArray("x"), QByteArray::fromHex("ffffffff00"), framed("[1,"), framed("[1,1]") + framed("[1,2]"),
              framed("[1,1]") + "rest", QByteArray::fromHex("00000004") + "ab"})
            peer.writeDatagram(wire, QHostAddress::LocalHost, port);
        QTRY_COMPARE(got, 3);
        QTRY_COMPARE(server.ledger().framingErrors.messages, 4u);
        QCOMPARE(server.ledger().decodeErrors.messages, 1u);
    }
};

QTEST_GUILESS_MAIN(TestBadInputWire)
#include "test_badinput_wire.moc"
