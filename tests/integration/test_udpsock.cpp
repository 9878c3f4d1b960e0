#include <QNetworkInterface>
#include <QSignalSpy>
#include <QTest>
#include <QUdpSocket>

#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::quiet;

/// UdpSock on real sockets of this machine.
class TestUdpSock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void serverAndClientTalk_data()
    {
        QTest::addColumn<QString>("bind");
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("batched");
        for (const bool batched : {true, false}) {
            const char *how = batched ? "batched" : "plain";
            QTest::addRow("IPv4 %s", how) << u"127.0.0.1"_s << u"127.0.0.1"_s << batched;
            QTest::addRow("IPv6 %s", how) << u"::1"_s << u"::1"_s << batched;
            QTest::addRow("dual stack, IPv4 %s", how) << u"*"_s << u"127.0.0.1"_s << batched;
            QTest::addRow("dual stack, IPv6 %s", how) << u"*"_s << u"::1"_s << batched;
            QTest::addRow("by name %s", how) << u"localhost"_s << u"localhost"_s << batched;
        }
    }
    void serverAndClientTalk()
    {
        QFETCH(QString, bind);
        QFETCH(QString, host);
        QFETCH(bool, batched);
        SockOptions base = quiet();
        base.udp.batchReads = batched;
        Checked<UdpSock> server(listening(base, bind));
        QVERIFY(!server.start());
        QVERIFY(server.url().startsWith(u"udp://"_s));
        QVERIFY(server.localEndpoint().port() != 0);
        server.addHandler(
            1, this, [&](const Envelope &envelope) { server.sendMessage(2, envelope.message.data(), envelope.peer); });
        base.connectTo = {{host, server.localEndpoint().port()}};
        Checked<UdpSock> client(base);
        QList<qint64> answers;
        client.addTypedHandler<qint64>(2, this, [&](qint64 n, const Envelope &) { answers.append(n); });
        QVERIFY(!client.start());
        QTRY_COMPARE(knownPeers(client), 1);
        QSignalSpy added(&server, &BaseSock::peerAdded);
        for (int i = 0; i < 20; ++i)
            QVERIFY(client.sendMessage(1, i).isOk());
        QTRY_COMPARE(answers.size(), 20);
        for (int i = 0; i < 20; ++i)
            QCOMPARE(answers.at(i), i);
        QCOMPARE(added.size(), 1);
        QCOMPARE(server.peers().size(), 1);
        QCOMPARE(server.ledger().received, client.ledger().sent);
        QCOMPARE(client.ledger().received, server.ledger().sent);
    }

    void anAnswerLeavesWhileItsHandlerRunsALoop_data()
    {
        QTest::addColumn<bool>("batched");
        QTest::newRow("batched") << true;
        QTest::newRow("plain") << false;
    }
    void anAnswerLeavesWhileItsHandlerRunsALoop()
    {
        QFETCH(bool, batched);
        SockOptions options = listening();
        options.udp.batchReads = batched;
        Checked<UdpSock> server(options);
        bool left = false;
        QUdpSocket client;
        QVERIFY(client.bind(QHostAddress::LocalHost, 0));
        server.addHandler(1, this, [&](const Envelope &envelope) {
            server.sendMessage(2, envelope.message.data(), envelope.peer);
            left = QTest::qWaitFor([&client] { return client.hasPendingDatagrams(); });
        });
        QVERIFY(!server.start());
        client.writeDatagram("[1,true]", QHostAddress::LocalHost, server.localEndpoint().port());
        QTRY_VERIFY(left);
        QCOMPARE(client.readDatagram(nullptr, 0), 0);
        QTRY_COMPARE(server.ledger().sent.messages, 1u);
    }

    void nodesOfAMeshListenAndConnectAtOnce()
    {
        constexpr int count = 4;
        std::vector<std::unique_ptr<Checked<UdpSock>>> nodes;
        QList<int> got(count, 0);
        for (int i = 0; i < count; ++i) {
            SockOptions options = listening();
            for (const auto &other : nodes)
                options.connectTo.append({u"127.0.0.1"_s, other->localEndpoint().port()});
            nodes.push_back(std::make_unique<Checked<UdpSock>>(options));
            nodes.back()->addHandler(1, this, [&got, i](const Envelope &) { ++got[i]; });
            QVERIFY(!nodes.back()->start());
        }
        // Those that came first learn those that came later from what they hear.
        for (const auto &node : nodes)
            node->sendMessage(1, u"hello"_s);
        for (int i = 0; i < count; ++i)
            QTRY_COMPARE(nodes[static_cast<size_t>(i)]->peers().size(), count - 1);
        got.fill(0);
        for (const auto &node : nodes)
            QCOMPARE(node->sendMessage(1, u"all"_s).accepted, count - 1);
        for (int i = 0; i < count; ++i)
            QTRY_COMPARE_GE(got[i], count - 1);
    }

    void broadcastNeedsItsOption()
    {
        Checked<UdpSock> receiver(listening(quiet(), u"*"_s));
        QVERIFY(!receiver.start());
        int got = 0;
        receiver.addHandler(1, this, [&](const Envelope &) { ++got; });
        const Endpoint everybody(QHostAddress(u"127.255.255.255"_s), receiver.localEndpoint().port());

        Checked<UdpSock> plain(quiet());
        QVERIFY(!plain.start());
        QSignalSpy errors(&plain, &BaseSock::errorOccurred);
        plain.sendMessage(1, 1, everybody);
        QTRY_COMPARE(errors.size(), 1);
        const auto error = errors.first().first().value<SockError>();
        QCOMPARE(error.code, SockError::Code::PermissionDenied);
        QVERIFY2(error.toString().contains(u"broadcast"_s), qPrintable(error.toString()));
        QCOMPARE(plain.ledger().sendErrors.messages, 1u);

        SockOptions options = quiet();
        options.udp.broadcast = true;
        Checked<UdpSock> allowed(options);
        QVERIFY(!allowed.start());
        QVERIFY(allowed.sendMessage(1, 1, everybody).isOk());
        QTRY_COMPARE(got, 1);
        QCOMPARE(receiver.peers().size(), 1);
    }

    void multicastGroupsAreJoinedAndLeft_data()
    {
        QTest::addColumn<QString>("bind");
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("through");
        QTest::newRow("IPv4") << u"0.0.0.0"_s << u"239.255.77.1"_s << u"lo"_s;
        QTest::newRow("IPv4 on a dual stack") << u"*"_s << u"239.255.77.2"_s << u"lo"_s;
        // The loopback interface has no route for IPv6 groups.
        QTest::newRow("IPv6") << u"::"_s << u"ff01::7701"_s << interfaceForGroups(QAbstractSocket::IPv6Protocol);
    }
    void multicastGroupsAreJoinedAndLeft()
    {
        QFETCH(QString, bind);
        QFETCH(QString, group);
        QFETCH(QString, through);
        if (through.isEmpty())
            QSKIP("no interface of this machine carries IPv6 multicast");
        SockOptions options = listening(quiet(), bind);
        options.udp.multicastInterface = through;
        options.udp.multicastGroups = {group};
        Checked<UdpSock> receiver(options);
        const auto error = receiver.start();
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        QList<qint64> got;
        receiver.addTypedHandler<qint64>(1, this, [&](qint64 n, const Envelope &) { got.append(n); });
        SockOptions sending = quiet();
        if (bind == u"0.0.0.0"_s)
            sending.bind = HostPort{bind, 0};
        sending.udp.multicastInterface = through;
        Checked<UdpSock> sender(sending);
        QVERIFY(!sender.start());
        const quint16 port = receiver.localEndpoint().port();
        const Endpoint toGroup(QHostAddress(group), port);
        const Endpoint direct(bind == u"::"_s ? QHostAddress(u"::1"_s) : QHostAddress(u"127.0.0.1"_s), port);
        QVERIFY(sender.sendMessage(1, 1, toGroup).isOk());
        QTRY_COMPARE(got, (QList<qint64>{1}));

        QVERIFY(!receiver.leaveMulticastGroup(QHostAddress(group), through));
        sender.sendMessage(1, 2, toGroup);
        sender.sendMessage(1, 3, direct); // comes after 2 would have come
        QTRY_VERIFY(got.contains(3));
        QVERIFY(!got.contains(2));

        QVERIFY(!receiver.joinMulticastGroup(QHostAddress(group), through));
        sender.sendMessage(1, 4, toGroup);
        QTRY_VERIFY(got.contains(4));

        const auto wrong = receiver.joinMulticastGroup(QHostAddress(u"127.0.0.1"_s));
        QVERIFY(wrong);
        QVERIFY(wrong->what.contains(u"not a multicast address"_s));
    }

    void multicastLoopbackCanBeSwitchedOff_data()
    {
        QTest::addColumn<bool>("loopback");
        QTest::newRow("on") << true;
        QTest::newRow("off") << false;
    }
    void multicastLoopbackCanBeSwitchedOff()
    {
        QFETCH(bool, loopback);
        // The loopback interface returns everything: it takes another to see the option work.
        const QString through = interfaceForGroups(QAbstractSocket::IPv4Protocol);
        if (through.isEmpty())
            QSKIP("no interface of this machine carries IPv4 multicast");
        SockOptions options = listening(quiet(), u"0.0.0.0"_s);
        options.udp.multicastInterface = through;
        options.udp.multicastGroups = {u"239.255.77.3"_s};
        options.udp.multicastLoopback = loopback;
        options.udp.multicastTtl = 0; // it leaves this machine under no circumstances
        Checked<UdpSock> sock(options);
        QVERIFY(!sock.start());
        QList<qint64> got;
        sock.addTypedHandler<qint64>(1, this, [&](qint64 n, const Envelope &) { got.append(n); });
        const quint16 port = sock.localEndpoint().port();
        sock.sendMessage(1, 1, Endpoint(QHostAddress(u"239.255.77.3"_s), port));
        sock.sendMessage(1, 2, Endpoint(QHostAddress(u"127.0.0.1"_s), port)); // comes after 1 would have come
        QTRY_VERIFY(got.contains(2));
        QCOMPARE(got.contains(1), loopback);
    }

    void membershipWithoutASocketIsAnError()
    {
        Checked<UdpSock> sock(quiet());
        const auto error = sock.joinMulticastGroup(QHostAddress(u"239.255.77.4"_s));
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::WrongState);
        QCOMPARE(sock.receiveBufferBytes(), 0);
        SockOptions options = quiet();
        options.udp.multicastInterface = u"nosuchif0"_s;
        Checked<UdpSock> other(options);
        const auto wrong = other.start();
        QVERIFY(wrong);
        QVERIFY(wrong->what.contains(u"nosuchif0"_s));
    }

    void datagramsOfEverySizeArrive_data()
    {
        QTest::addColumn<bool>("batched");
        QTest::newRow("batched") << true;
        QTest::newRow("plain") << false;
    }
    void datagramsOfEverySizeArrive()
    {
        QFETCH(bool, batched);
        SockOptions base = quiet(u"raw");
        base.udp.batchReads = batched;
        Checked<UdpSock> server(listening(base));
        QVERIFY(!server.start());
        server.addHandler(0, this, [&](const Envelope &envelope) {
            server.sendRaw(envelope.message.payload.view(), envelope.peer); // the same back
        });
        Checked<UdpSock> client(base);
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QList<QByteArray> got;
        client.addHandler(0, this,
                          [&](const Envelope &envelope) { got.append(envelope.message.payload.toByteArray()); });
        QList<QByteArray> sent;
        for (const int size : {0, 1, 1472, 65506, 65507}) {
            sent.append(QByteArray(size, char('a' + size % 20)));
            QVERIFY(client.sendRaw(sent.last()).isOk());
            QTRY_COMPARE(got.size(), sent.size());
        }
        QVERIFY(got == sent);
        QCOMPARE(server.ledger().truncated, 0u);
        QCOMPARE(server.ledger().handled.messages, 5u);

        const SendResult tooLong = client.sendRaw(QByteArray(65508, 'x'));
        QVERIFY(!tooLong.isOk());
        QCOMPARE(tooLong.error->code, SockError::Code::TooLong);
        QVERIFY2(tooLong.error->toString().contains(u"65507"_s), qPrintable(tooLong.error->toString()));
        QCOMPARE(client.ledger().encodeErrors.messages, 1u);
    }

    void connectedOnlyIgnoresStrangers()
    {
        SockOptions options = listening();
        options.peerPolicy = PeerPolicy::ConnectedOnly;
        Checked<UdpSock> server(options);
        QVERIFY(!server.start());
        int got = 0;
        server.addHandler(1, this, [&](const Envelope &) { ++got; });
        Checked<UdpSock> friendly(listening());
        Checked<UdpSock> stranger(quiet());
        QVERIFY(!friendly.start());
        QVERIFY(!stranger.start());
        QVERIFY(!server.connectTo(friendly.localEndpoint()));
        stranger.sendMessage(1, 1, server.localEndpoint());
        QTRY_COMPARE(server.ledger().rejectedPeer.messages, 1u);
        friendly.sendMessage(1, 1, server.localEndpoint());
        QTRY_COMPARE(got, 1);
        QCOMPARE(server.peers().size(), 1);
    }

    void fullPeerTableRefusesFurtherPeers()
    {
        SockOptions options = listening();
        options.maximumPeers = 3;
        Checked<UdpSock> server(options);
        QVERIFY(!server.start());
        QSignalSpy limits(&server, &BaseSock::limitReached);
        std::vector<std::unique_ptr<Checked<UdpSock>>> clients;
        for (int i = 0; i < 5; ++i) {
            clients.push_back(std::make_unique<Checked<UdpSock>>(quiet()));
            QVERIFY(!clients.back()->start());
            clients.back()->sendMessage(1, i, server.localEndpoint());
            QTRY_COMPARE(server.ledger().received.messages, static_cast<quint64>(i + 1));
        }
        QCOMPARE(server.peers().size(), 3);
        QCOMPARE(server.ledger().rejectedPeer.messages, 2u);
        QCOMPARE(limits.size(), 2);
        QCOMPARE(limits.first().first().toString(), u"peers"_s);
    }

    void refusedPeersAreCountedAndAllowedAgain()
    {
        Checked<UdpSock> server(listening());
        QVERIFY(!server.start());
        int got = 0;
        server.addHandler(1, this, [&](const Envelope &) { ++got; });
        QSignalSpy refused(&server, &BaseSock::peerRefused);
        Checked<UdpSock> client(listening());
        QVERIFY(!client.start());
        QVERIFY(server.peerFilter().refuse(client.localEndpoint()));
        client.sendMessage(1, 1, server.localEndpoint());
        QTRY_COMPARE(server.ledger().rejectedPeer.messages, 1u);
        QCOMPARE(refused.size(), 1);
        QCOMPARE(server.peers().size(), 0);
        QVERIFY(server.peerFilter().allow(client.localEndpoint()));
        client.sendMessage(1, 2, server.localEndpoint());
        QTRY_COMPARE(got, 1);
    }

    void kernelDropsAreCounted()
    {
        SockOptions options = listening(quiet(u"raw"));
        options.udp.receiveBufferBytes = 4096;
        Checked<UdpSock> server(options);
        QVERIFY(!server.start());
        QVERIFY(server.receiveBufferBytes() > 0);
        QSignalSpy limits(&server, &BaseSock::limitReached);
        server.addHandler(0, this, [](const Envelope &) {});
        QUdpSocket flood;
        constexpr int total = 2000;
        int sent = 0;
        for (int i = 0; i < total; ++i)
            sent += flood.writeDatagram(QByteArray(1000, 'x'), QHostAddress::LocalHost,
                                        server.localEndpoint().port()) == 1000;
        QTRY_VERIFY(server.ledger().received.messages > 0);
        // The datagram that comes next tells of the drops before it.
        sent += flood.writeDatagram("x", 1, QHostAddress::LocalHost, server.localEndpoint().port()) == 1;
        QTRY_COMPARE(server.ledger().received.messages + server.ledger().kernelDrops, static_cast<quint64>(sent));
        QVERIFY(server.ledger().kernelDrops > 0);
        QCOMPARE(limits.last().first().toString(), u"kernel receive buffer"_s);
    }

    void silentPeerIsForgottenAndComesBack()
    {
        SockOptions options = listening();
        options.timeout = std::chrono::milliseconds(150);
        Checked<UdpSock> server(options);
        QVERIFY(!server.start());
        QSignalSpy timedOut(&server, &BaseSock::peerTimedOut);
        QSignalSpy added(&server, &BaseSock::peerAdded);
        Checked<UdpSock> client(quiet());
        QVERIFY(!client.start());
        client.sendMessage(1, 1, server.localEndpoint());
        QTRY_COMPARE(added.size(), 1);
        QElapsedTimer timer;
        timer.start();
        QTRY_COMPARE(timedOut.size(), 1);
        QVERIFY2(timer.elapsed() >= 100, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(server.peers().size(), 0);
        client.sendMessage(1, 1, server.localEndpoint());
        QTRY_COMPARE(added.size(), 2);
    }

private:
    static QString interfaceForGroups(QAbstractSocket::NetworkLayerProtocol protocol)
    {
        for (const QNetworkInterface &one : QNetworkInterface::allInterfaces()) {
            if (!one.flags().testFlags(QNetworkInterface::IsUp | QNetworkInterface::CanMulticast) ||
                one.flags().testFlag(QNetworkInterface::IsLoopBack))
                continue;
            for (const QNetworkAddressEntry &entry : one.addressEntries()) {
                if (entry.ip().protocol() == protocol)
                    return one.name();
            }
        }
        return {};
    }
};

QTEST_GUILESS_MAIN(TestUdpSock)
#include "test_udpsock.moc"
