#include <QSignalSpy>
#include <QTest>

#include <stdexcept>

#include "core/tcpsock.h"
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

/// Every hook that a subclass may replace, replaced: the wire is "encrypted", the payload reversed.
template <typename Sock>
class Replaced : public Sock
{
public:
    using Sock::Sock;
    QStringList errors;
    QList<quint64> tickNumbers;
    Endpoint banned;
    int asked = 0;
    QByteArray throwIn;

protected:
    FrameResult decodeMessage(QByteArrayView buffer, FramingState &state) override
    {
        fail("decodeMessage");
        if (buffer.isEmpty())
            return FrameResult::needMore(1);
        const auto size = static_cast<quint8>(buffer.at(0)) ^ 0x55;
        if (size == 0)
            return FrameResult::invalid({});
        if (buffer.size() <= size)
            return FrameResult::needMore(size + 1);
        state.scratch = buffer.sliced(1, size).toByteArray();
        for (char &c : state.scratch)
            c ^= 0x55;
        return FrameResult::frame(size + 1, state.scratch);
    }
    std::optional<SockError> encodeMessage(QByteArrayView payload, QByteArray &wire) override
    {
        fail("encodeMessage");
        wire.append(static_cast<char>(payload.size() ^ 0x55));
        for (const char c : payload)
            wire.append(static_cast<char>(c ^ 0x55));
        return std::nullopt;
    }
    std::optional<SockError> parseMessage(const Bytes &payload, Message &message) override
    {
        fail("parseMessage");
        QByteArray text = payload.toByteArray();
        std::reverse(text.begin(), text.end());
        message.type = text.left(1).toInt();
        message.value = QString::fromUtf8(text.mid(1));
        return std::nullopt;
    }
    std::optional<SockError> serialiseMessage(const Message &message, QByteArray &payload) override
    {
        fail("serialiseMessage");
        payload = QByteArray::number(message.type.number()) + message.data().toString().toUtf8();
        std::reverse(payload.begin(), payload.end());
        return std::nullopt;
    }
    bool handleAll(Envelope &envelope) override
    {
        fail("handleAll");
        if (envelope.message.data().toString() == u"drop"_s)
            return false;
        envelope.message.value = envelope.message.data().toString().toUpper();
        return true;
    }
    void tick(const TickInfo &info) override
    {
        tickNumbers.append(info.number);
        fail("tick");
    }
    void logError(const QString &text) override { errors.append(text); }

public:
    bool goodPeer(const Endpoint &peer) override
    {
        ++asked;
        fail("goodPeer");
        return peer != banned;
    }

private:
    void fail(const char *where) const
    {
        if (throwIn == where)
            throw std::runtime_error(std::string("thrown in ") + where);
    }
};

} // namespace

/// The virtual functions of a sock, replaced by an application.
class TestVirtualHooks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void everyHookTakesPart_data() { kinds(); }
    void everyHookTakesPart()
    {
        QFETCH(bool, tcp);
        tcp ? everyHook<TcpSock>() : everyHook<UdpSock>();
    }

    void hooksThatThrowCostTheirMessageOnly_data()
    {
        QTest::addColumn<QByteArray>("hook");
        for (const char *hook : {"decodeMessage", "parseMessage", "handleAll", "goodPeer", "tick"})
            QTest::newRow(hook) << QByteArray(hook);
    }
    void hooksThatThrowCostTheirMessageOnly()
    {
        QFETCH(QByteArray, hook);
        SockOptions options = listening();
        options.tickInterval = std::chrono::milliseconds(20);
        Checked<Replaced<UdpSock>> server(options);
        QVERIFY(!server.start());
        QStringList got;
        server.addTypedHandler<QString>(1, this, [&](const QString &text, const Envelope &) { got.append(text); });
        Checked<Replaced<UdpSock>> client(quiet());
        QVERIFY(!client.start());
        server.throwIn = hook;
        client.sendMessage(1, u"a"_s, server.localEndpoint());
        QTRY_VERIFY(!server.errors.isEmpty());
        QVERIFY2(server.errors.first().contains(u"thrown in "_s + QString::fromLatin1(hook)),
                 qPrintable(server.errors.first()));
        QVERIFY(server.isActive());
        server.throwIn.clear();
        client.sendMessage(1, u"b"_s, server.localEndpoint());
        QTRY_VERIFY(got.contains(u"B"_s));
        QCOMPARE(got.contains(u"A"_s), hook == "tick");
        QCOMPARE(Test::imbalance(server.ledger()), QString());
    }

    void hooksOfSendingThatThrowAreErrorsOfTheCall_data()
    {
        QTest::addColumn<QByteArray>("hook");
        QTest::newRow("serialiseMessage") << QByteArray("serialiseMessage");
        QTest::newRow("encodeMessage") << QByteArray("encodeMessage");
    }
    void hooksOfSendingThatThrowAreErrorsOfTheCall()
    {
        QFETCH(QByteArray, hook);
        Checked<Replaced<UdpSock>> sock(listening());
        QVERIFY(!sock.start());
        sock.throwIn = hook;
        const SendResult result = sock.sendMessage(1, u"a"_s, sock.localEndpoint());
        QVERIFY(!result.isOk());
        QVERIFY(result.error->what.contains(QString::fromLatin1(hook)));
        QCOMPARE(sock.ledger().encodeErrors.messages, 1u);
    }

    void slotThatRestartsOnAnErrorFindsAWholeSock_data()
    {
        QTest::addColumn<QByteArray>("hook");
        for (const char *hook : {"decodeMessage", "parseMessage", "handleAll", "goodPeer"})
            QTest::newRow(hook) << QByteArray(hook);
    }
    void slotThatRestartsOnAnErrorFindsAWholeSock()
    {
        QFETCH(QByteArray, hook);
        Checked<Replaced<UdpSock>> server(listening());
        QVERIFY(!server.start());
        int restarts = 0;
        connect(&server, &BaseSock::errorOccurred, this, [&] {
            if (++restarts > 1)
                return;
            server.stop();
            QVERIFY(!server.start());
        });
        Checked<Replaced<UdpSock>> client(quiet());
        QVERIFY(!client.start());
        server.throwIn = hook;
        client.sendMessage(1, u"a"_s, server.localEndpoint());
        QTRY_VERIFY(restarts >= 1);
        server.throwIn.clear();
        QVERIFY(server.isActive());
        QTRY_COMPARE(Test::imbalance(server.ledger()), QString());
        int got = 0;
        server.addHandler(1, this, [&](const Envelope &) { ++got; });
        client.sendMessage(1, u"b"_s, server.localEndpoint());
        QTRY_COMPARE(got, 1);
    }

private:
    static void kinds()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("udp") << false;
        QTest::newRow("tcp") << true;
    }
    template <typename Sock>
    void everyHook()
    {
        SockOptions options = listening();
        options.tickInterval = std::chrono::milliseconds(20);
        Checked<Replaced<Sock>> server(options);
        QVERIFY(!server.start());
        QStringList got;
        server.template addTypedHandler<QString>(1, this,
                                                 [&](const QString &text, const Envelope &) { got.append(text); });
        QByteArray wire;
        Checked<Replaced<Sock>> client(quiet());
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(client), 1);
        client.sendMessage(1, u"hello"_s);
        client.sendMessage(1, u"drop"_s);
        client.sendMessage(1, u"world"_s);
        QTRY_COMPARE(got, (QStringList{u"HELLO"_s, u"WORLD"_s}));
        QCOMPARE(server.ledger().droppedByHook.messages, 1u);
        QCOMPARE(client.ledger().sent.bytes, quint64(7 + 6 + 7));
        QVERIFY(server.asked >= 1);
        QTRY_VERIFY(server.tickNumbers.size() >= 3);
        QCOMPARE(server.tickNumbers.first(), 1u);
        QVERIFY(std::is_sorted(server.tickNumbers.cbegin(), server.tickNumbers.cend()));
        server.banned = onlyPeer(server);
        QSignalSpy refused(&server, &BaseSock::peerRefused);
        client.sendMessage(1, u"again"_s);
        QTRY_COMPARE(refused.size(), 1);
        QCOMPARE(got.size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestVirtualHooks)
#include "test_virtualhooks.moc"
