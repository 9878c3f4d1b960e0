#include <QNetworkInterface>
#include <QTest>
#include <QUdpSocket>

#include "core/time/manualclock.h"
#include "support/testmain.h"
#include "support/transportend.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

bool hasIPv6()
{
    QUdpSocket socket;
    return socket.bind(QHostAddress::LocalHostIPv6, 0);
}

} // namespace

class TestUdpTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void echo_data() { addBothPaths(); }
    void echo()
    {
        QFETCH(bool, batches);
        UdpEnd server(configAt(QHostAddress::LocalHost, batches));
        UdpEnd client(UdpTransportConfig{});
        QVERIFY(!server.transport->open());
        QVERIFY(!client.transport->open());
#ifdef Q_OS_LINUX
        QCOMPARE(server.transport->usesBatches(), batches);
#endif
        QVERIFY(server.local().port() != 0);
        QCOMPARE(server.local().addressString(), u"127.0.0.1"_s);
        QVERIFY(client.local().port() != 0);
        server.sink.onReceived = [&](const Endpoint &peer, QByteArrayView data) {
            QCOMPARE(server.transport->send(peer, data), SendOutcome::Accepted);
        };
        QCOMPARE(client.transport->send(server.local(), "hello"), SendOutcome::Accepted);
        QCOMPARE(client.transport->pendingSendBytes(), 5);
        QTRY_COMPARE(client.sink.received.size(), 1);
        QCOMPARE(client.sink.received.first().data, "hello");
        QCOMPARE(client.sink.received.first().peer, server.local());
        QCOMPARE(client.sink.received.first().flags, ReceiveFlags());
        QCOMPARE(server.sink.received.first().peer.port(), client.local().port());
        QCOMPARE(client.transport->pendingSendBytes(), 0);
        QCOMPARE(client.sink.sentBytes, 5);
        QVERIFY(server.sink.batches >= 1);
    }

    void theAnswerToALoneDatagramLeavesAtOnce()
    {
        UdpEnd server(configAt(QHostAddress::LocalHost));
        UdpEnd client(configAt(QHostAddress::LocalHost));
        QVERIFY(!server.transport->open());
        QVERIFY(!client.transport->open());
        if (!server.transport->usesBatches())
            QSKIP("the system has no recvmmsg");
        qsizetype sentInside = -1;
        qsizetype waitingInside = -1;
        server.sink.onReceived = [&](const Endpoint &peer, QByteArrayView data) {
            if (data.size() > 1) // not alone
                return;
            QCOMPARE(server.transport->send(peer, "first"), SendOutcome::Accepted);
            sentInside = server.sink.sentBytes;
            QCOMPARE(server.transport->send(peer, "second"), SendOutcome::Accepted);
            QCOMPARE(server.transport->send(peer, "third"), SendOutcome::Accepted);
            waitingInside = server.transport->pendingSendBytes();
        };
        client.transport->send(server.local(), "?");
        QTRY_COMPARE(client.sink.received.size(), 3);
        QCOMPARE(sentInside, 5);     // the first had left
        QCOMPARE(waitingInside, 11); // the others went together
        QCOMPARE(client.sink.received[0].data, "first");
        QCOMPARE(client.sink.received[1].data, "second");
        QCOMPARE(client.sink.received[2].data, "third");
        QCOMPARE(server.sink.sentCount, 3);
        QCOMPARE(server.transport->pendingSendBytes(), 0);

        // One that the system refuses is told of as ever, once.
        server.sink.onReceived = [&](const Endpoint &, QByteArrayView) {
            QCOMPARE(server.transport->send(Endpoint(0x7f000001, 0), "nowhere"), SendOutcome::Accepted);
        };
        client.transport->send(server.local(), "?");
        QTRY_COMPARE(server.sink.sentCount, 4);
        QCOMPARE(server.sink.sendErrors, 1);

        // The sink may destroy the transport when it hears that the answer left.
        server.sink.onSent = [&] { server.transport.reset(); };
        server.sink.onReceived = [&](const Endpoint &peer, QByteArrayView) {
            QCOMPARE(server.transport->send(peer, "last"), SendOutcome::Accepted);
            QVERIFY(!server.transport);
        };
        client.transport->send(server.local(), "?");
        QTRY_COMPARE(client.sink.received.size(), 4);
        QCOMPARE(server.sink.sentCount, 5);
    }

    void carriesEverySize_data()
    {
        addBothPaths();
    }
    void carriesEverySize()
    {
        QFETCH(bool, batches);
        UdpEnd a(configAt(QHostAddress::LocalHost, batches));
        UdpEnd b(configAt(QHostAddress::LocalHost, batches));
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        QByteArray largest(65507, Qt::Uninitialized);
        for (qsizetype i = 0; i < largest.size(); ++i)
            largest[i] = static_cast<char>(i * 31);
        QCOMPARE(a.transport->send(b.local(), {}), SendOutcome::Accepted);
        QCOMPARE(a.transport->send(b.local(), largest), SendOutcome::Accepted);
        QCOMPARE(a.transport->send(b.local(), largest + 'x'), SendOutcome::TooLong);
        QCOMPARE(a.transport->send(b.local(), "end"), SendOutcome::Accepted);
        QTRY_COMPARE(b.sink.received.size(), 3);
        QCOMPARE(b.sink.received[0].data.size(), 0);
        QVERIFY(b.sink.received[1].data == largest);
        QCOMPARE(b.sink.received[1].flags, ReceiveFlags());
        QCOMPARE(b.sink.received[2].data, "end");
        QCOMPARE(a.sink.sentCount, 3);
        QCOMPARE(a.sink.sendErrors, 0);
    }

    void losesNothingOfMany_data()
    {
        addBothPaths();
    }
    void losesNothingOfMany()
    {
        QFETCH(bool, batches);
        UdpEnd a(configAt(QHostAddress::LocalHost, batches));
        UdpEnd b(configAt(QHostAddress::LocalHost, batches));
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        constexpr int total = 5000;
        constexpr int window = 100; // fits even the smallest receive buffer
        int next = 0;
        const auto sendWindow = [&] {
            while (next < total && next - b.sink.received.size() < window) {
                QCOMPARE(a.transport->send(b.local(), QByteArray::number(next)), SendOutcome::Accepted);
                ++next;
            }
        };
        b.sink.onBatchEnded = sendWindow;
        sendWindow();
        QTRY_COMPARE(b.sink.received.size(), total);
        for (int i = 0; i < total; ++i)
            QCOMPARE(b.sink.received[i].data, QByteArray::number(i));
        QCOMPARE(a.sink.sentCount, total);
        QCOMPARE(a.sink.sendErrors, 0);
        QCOMPARE(b.sink.kernelDrops, 0);
    }

    void flagsTruncation_data()
    {
        addBothPaths();
    }
    void flagsTruncation()
    {
        QFETCH(bool, batches);
        UdpTransportConfig config = configAt(QHostAddress::LocalHost, batches);
        config.maximumDatagramBytes = 100;
        UdpEnd a(configAt(QHostAddress::LocalHost));
        UdpEnd b(config);
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        a.transport->send(b.local(), QByteArray(100, 'a'));
        a.transport->send(b.local(), QByteArray(101, 'b'));
        QTRY_COMPARE(b.sink.received.size(), 2);
        QCOMPARE(b.sink.received[0].flags, ReceiveFlags());
        QCOMPARE(b.sink.received[1].flags, ReceiveFlags(ReceiveFlag::Truncated));
        QCOMPARE(b.sink.received[1].data, QByteArray(100, 'b'));
    }

    void stampsWithItsClock()
    {
        auto clock = std::make_shared<ManualClock>();
        UdpTransportConfig config = configAt(QHostAddress::LocalHost);
        config.clock = clock;
        UdpEnd a(config);
        QVERIFY(!a.transport->open());
        clock->advance(12345);
        a.transport->send(a.local(), "self");
        QTRY_COMPARE(a.sink.received.size(), 1);
        QCOMPARE(a.sink.received[0].receivedNs, clock->nowNs());
    }

    void speaksIPv6_data()
    {
        addBothPaths();
    }
    void speaksIPv6()
    {
        if (!hasIPv6())
            QSKIP("this machine has no IPv6");
        QFETCH(bool, batches);
        UdpEnd a(configAt(QHostAddress::LocalHostIPv6, batches));
        UdpEnd b(configAt(QHostAddress::LocalHostIPv6, batches));
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        a.transport->send(b.local(), "six");
        QTRY_COMPARE(b.sink.received.size(), 1);
        QCOMPARE(b.sink.received[0].peer, a.local());
        QCOMPARE(a.local().addressString(), u"::1"_s);
    }

    void dualStackShowsPlainIPv4_data()
    {
        addBothPaths();
    }
    void dualStackShowsPlainIPv4()
    {
        if (!hasIPv6())
            QSKIP("this machine has no IPv6");
        QFETCH(bool, batches);
        UdpEnd both(configAt(QHostAddress::Any, batches));
        UdpEnd four(configAt(QHostAddress::LocalHost));
        UdpEnd six(configAt(QHostAddress::LocalHostIPv6));
        for (UdpEnd *end : {&both, &four, &six})
            QVERIFY(!end->transport->open());
        const quint16 port = both.local().port();
        four.transport->send(Endpoint(0x7f000001, port), "four");
        six.transport->send(Endpoint(QHostAddress(QHostAddress::LocalHostIPv6), port), "six");
        QTRY_COMPARE(both.sink.received.size(), 2);
        for (const auto &received : std::as_const(both.sink.received))
            QCOMPARE(received.peer, received.data == "four" ? four.local() : six.local());
        both.transport->send(four.local(), "to four");
        both.transport->send(six.local(), "to six");
        QTRY_COMPARE(four.sink.received.size(), 1);
        QTRY_COMPARE(six.sink.received.size(), 1);
        QCOMPARE(four.sink.received[0].peer, Endpoint(0x7f000001, port));
    }

    void reportsAnUnreachableFamily()
    {
        if (!hasIPv6())
            QSKIP("this machine has no IPv6");
        UdpEnd four(configAt(QHostAddress::LocalHost));
        UdpEnd other(configAt(QHostAddress::LocalHost));
        QVERIFY(!four.transport->open());
        QVERIFY(!other.transport->open());
        const Endpoint six(QHostAddress(QHostAddress::LocalHostIPv6), 9);
        four.transport->connectTo(six);
        QCOMPARE(four.sink.connectFailed.size(), 1);
        QCOMPARE(four.sink.connectFailed[0].error.code, SockError::Code::NetworkUnreachable);
        // A datagram that cannot go must not hold up the one behind it.
        QCOMPARE(four.transport->send(six, "lost"), SendOutcome::Accepted);
        QCOMPARE(four.transport->send(other.local(), "found"), SendOutcome::Accepted);
        QTRY_COMPARE(other.sink.received.size(), 1);
        QCOMPARE(four.sink.sent.size(), 2);
        QCOMPARE(four.sink.sent[0].error.value_or(SockError()).code, SockError::Code::NetworkUnreachable);
        QVERIFY(!four.sink.sent[1].error);
    }

    void connectToAnswersAtOnce()
    {
        UdpEnd a(configAt(QHostAddress::LocalHost));
        const Endpoint peer(0x7f000001, 9);
        a.transport->connectTo(peer);
        QCOMPARE(a.sink.connectFailed.size(), 1);
        QVERIFY(!a.transport->open());
        a.transport->connectTo(peer);
        QCOMPARE(a.sink.connected.size(), 1);
        QCOMPARE(a.sink.connected[0].peer, peer);
        QVERIFY(a.sink.connected[0].outgoing);
        a.transport->connectTo(Endpoint(0x7f000001, 0));
        QCOMPARE(a.sink.connectFailed.size(), 2);
    }

    void namesABusyPort()
    {
        UdpEnd a(configAt(QHostAddress::LocalHost));
        QVERIFY(!a.transport->open());
        UdpEnd b(configAt(QHostAddress::LocalHost, true, a.local().port()));
        const std::optional<SockError> error = b.transport->open();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::AddressInUse);
        QCOMPARE(error->what, u"port %1 is in use by another program"_s.arg(a.local().port()));
        QCOMPARE(error->remedy, u"choose another port, or 0 for any"_s);
        QCOMPARE(b.transport->send(a.local(), "x"), SendOutcome::NotOpen);
        // The same transport opens once the port is free.
        const quint16 port = a.local().port();
        a.transport->close();
        QVERIFY(!b.transport->open());
        QCOMPARE(b.local().port(), port);
    }

    void sharesAPortWhenAsked()
    {
        UdpTransportConfig config = configAt(QHostAddress::LocalHost);
        config.reuseAddress = true;
        UdpEnd a(config);
        QVERIFY(!a.transport->open());
        config.bind->port = a.local().port();
        UdpEnd b(config);
        QVERIFY(!b.transport->open());
    }

    void namesAForeignAddress()
    {
        UdpEnd a(configAt(QHostAddress(u"192.0.2.1"_s)));
        const std::optional<SockError> error = a.transport->open();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::AddressNotAvailable);
        QVERIFY(error->what.contains(u"192.0.2.1"_s));
    }

    void broadcastNeedsToBeSwitchedOn()
    {
        UdpEnd a(configAt(QHostAddress::AnyIPv4));
        QVERIFY(!a.transport->open());
        a.transport->send(Endpoint(0x7fffffff, 9), "x");
        QTRY_COMPARE(a.sink.sent.size(), 1);
        QVERIFY(a.sink.sent[0].error);
        QCOMPARE(a.sink.sent[0].error->code, SockError::Code::PermissionDenied);
        QCOMPARE(a.sink.sent[0].error->stage, Stage::Send);

        UdpTransportConfig config = configAt(QHostAddress::AnyIPv4);
        config.udp.broadcast = true;
        UdpEnd b(config);
        QVERIFY(!b.transport->open());
        b.transport->send(Endpoint(0x7fffffff, b.local().port()), "to all");
        QTRY_COMPARE(b.sink.received.size(), 1);
        QCOMPARE(b.sink.received[0].data, "to all");
    }

    void multicastReachesItsMembers_data()
    {
        QTest::addColumn<QString>("group");
        QTest::newRow("IPv4") << u"239.255.77.1"_s;
        QTest::newRow("IPv6") << u"ff01::4d01"_s;
    }
    void multicastReachesItsMembers()
    {
        QFETCH(QString, group);
        const QHostAddress address(group);
        const bool six = address.protocol() == QAbstractSocket::IPv6Protocol;
        if (six && !hasIPv6())
            QSKIP("this machine has no IPv6");
        QString loopback;
        for (const QNetworkInterface &interface : QNetworkInterface::allInterfaces()) {
            if (interface.flags().testFlag(QNetworkInterface::IsLoopBack))
                loopback = interface.name();
        }
        if (loopback.isEmpty())
            QSKIP("this machine has no loopback interface");
        UdpTransportConfig config = configAt(six ? QHostAddress::AnyIPv6 : QHostAddress::AnyIPv4);
        config.udp.multicastInterface = loopback;
        config.udp.multicastTtl = 0;
        config.udp.multicastGroups = {group};
        UdpEnd member(config);
        QVERIFY(!member.transport->open());
        const Endpoint target(address, member.local().port());
        member.transport->send(target, "all of us");
        QTRY_COMPARE(member.sink.sent.size(), 1);
        if (six && member.sink.sent[0].error && member.sink.sent[0].error->code == SockError::Code::NetworkUnreachable)
            QSKIP("this machine has no route for IPv6 multicast");
        QVERIFY(!member.sink.sent[0].error);
        QTRY_COMPARE(member.sink.received.size(), 1);
        QCOMPARE(member.sink.received[0].data, "all of us");

        QVERIFY(!member.transport->leaveMulticastGroup(address, loopback));
        QVERIFY(member.transport->leaveMulticastGroup(address, loopback)); // it is no member any more
        QVERIFY(!member.transport->joinMulticastGroup(address, loopback));
        member.transport->send(target, "again");
        QTRY_COMPARE(member.sink.received.size(), 2);
    }

    void refusesWrongMulticast()
    {
        UdpTransportConfig config = configAt(QHostAddress::AnyIPv4);
        config.udp.multicastGroups = {u"10.0.0.1"_s};
        UdpEnd a(config);
        const std::optional<SockError> error = a.transport->open();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::InvalidOptions);
        QVERIFY(error->what.contains(u"10.0.0.1"_s));
        config.udp.multicastGroups.clear();
        config.udp.multicastInterface = u"no-such-interface"_s;
        UdpEnd b(config);
        QVERIFY(b.transport->open());
        QVERIFY(b.transport->joinMulticastGroup(QHostAddress(u"239.0.0.1"_s))); // not open
    }

    void talksToAPlainSocket()
    {
        QUdpSocket plain;
        QVERIFY(plain.bind(QHostAddress::LocalHost, 0));
        UdpEnd a(configAt(QHostAddress::LocalHost));
        QVERIFY(!a.transport->open());
        plain.writeDatagram("hi", 2, QHostAddress(QHostAddress::LocalHost), a.local().port());
        QTRY_COMPARE(a.sink.received.size(), 1);
        QCOMPARE(a.sink.received[0].peer, Endpoint(plain.localAddress(), plain.localPort()));
    }
};

QTEST_GUILESS_MAIN(TestUdpTransport)
#include "test_udptransport.moc"
