#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "core/time/manualclock.h"
#include "support/testmain.h"
#include "support/transportend.h"

#ifdef Q_OS_UNIX
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestTcpTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addBothStreams(); }
    void init() { failOnWarnings(); }

    void echo_data()
    {
        QTest::addColumn<QHostAddress>("address");
        QTest::newRow("IPv4") << QHostAddress(QHostAddress::LocalHost);
        QTest::newRow("IPv6") << QHostAddress(QHostAddress::LocalHostIPv6);
        QTest::newRow("dual stack") << QHostAddress(QHostAddress::Any);
    }
    void echo()
    {
        QFETCH(QHostAddress, address);
        const bool six = address == QHostAddress(QHostAddress::LocalHostIPv6);
        if (six && !QTcpServer().listen(address))
            QSKIP("this machine has no IPv6");
        TcpEnd server(listening(address));
        TcpEnd client(connecting());
        QVERIFY(!server.transport->open());
        QVERIFY(!client.transport->open());
        QVERIFY(client.local().isNull());
        server.sink.onReceived = [&](const Endpoint &peer, QByteArrayView data) {
            QCOMPARE(server.transport->send(peer, data), SendOutcome::Accepted);
        };
        const Endpoint target =
            six ? Endpoint(address, server.local().port()) : Endpoint(0x7f000001, server.local().port());
        client.transport->connectTo(target);
        QTRY_COMPARE(client.sink.connected.size(), 1);
        QCOMPARE(client.sink.connected[0].peer, target);
        QVERIFY(client.sink.connected[0].outgoing);
        QCOMPARE(client.transport->send(target, "hello"), SendOutcome::Accepted);
        QCOMPARE(client.transport->pendingSendBytes(), 5);
        QTRY_COMPARE(client.sink.stream(), "hello");
        QVERIFY(!server.sink.connected[0].outgoing);
        QCOMPARE(server.sink.connected[0].peer.family(), target.family());
        QCOMPARE(client.sink.sentBytes, 5);
        QCOMPARE(client.transport->pendingSendBytes(), 0);
        client.transport->closePeer(target, CloseReason::Local);
        QCOMPARE(client.sink.disconnected.size(), 1);
        QCOMPARE(client.sink.disconnected[0].reason, CloseReason::Local);
        QCOMPARE(client.transport->send(target, "x"), SendOutcome::NoSuchPeer);
        QTRY_COMPARE(server.sink.disconnected.size(), 1);
        QCOMPARE(server.sink.disconnected[0].reason, CloseReason::Remote);
        QVERIFY(!server.sink.disconnected[0].error);
    }

    void listensAndConnectsAtOnce()
    {
        TcpEnd a(listening());
        TcpEnd b(listening());
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        a.transport->connectTo(b.local());
        b.transport->connectTo(a.local());
        QTRY_COMPARE(a.sink.connected.size(), 2);
        QTRY_COMPARE(b.sink.connected.size(), 2);
        for (const auto &one : std::as_const(a.sink.connected))
            QCOMPARE(a.transport->send(one.peer, "x"), SendOutcome::Accepted);
        QTRY_COMPARE(b.sink.receivedBytes, 2);
        a.transport->connectTo(b.local());
        QCOMPARE(a.sink.connectFailed.size(), 1);
        QCOMPARE(a.sink.connectFailed[0].error.code, SockError::Code::WrongState);
    }

    void keepsWhatTheSinkLeaves()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        server.sink.take = 3; // of each call
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        QTRY_COMPARE(server.sink.connected.size(), 1);
        QByteArray all;
        for (int i = 0; i < 200; ++i) {
            client.write("12345");
            all += "12345";
            client.flush();
            QTRY_VERIFY(server.sink.receivedCalls > i);
        }
        QVERIFY(all.startsWith(server.sink.stream()));
        server.sink.take = -1;
        client.write("!");
        QTRY_COMPARE(server.sink.stream(), all + '!');
    }

    void carriesALongMessageWhole()
    {
        TcpEnd server(listening());
        TcpEnd client(connecting());
        QVERIFY(!server.transport->open());
        QVERIFY(!client.transport->open());
        client.transport->connectTo(server.local());
        QTRY_COMPARE(client.sink.connected.size(), 1);
        QByteArray big(5'000'000, Qt::Uninitialized);
        for (qsizetype i = 0; i < big.size(); ++i)
            big[i] = static_cast<char>(i % 251);
        // A frame is taken only when it is whole
        bool whole = false;
        server.sink.take = 0;
        server.sink.onReceived = [&](const Endpoint &, QByteArrayView data) {
            if (data.size() == big.size())
                whole = data == big;
        };
        server.sink.keepData = false;
        QCOMPARE(client.transport->send(server.local(), big), SendOutcome::Accepted);
        QTRY_VERIFY(whole);
        QCOMPARE(client.sink.sentBytes, big.size());
    }

    void namesABusyPort()
    {
        TcpEnd a(listening());
        QVERIFY(!a.transport->open());
        TcpTransportConfig config = listening(QHostAddress(QHostAddress::LocalHost), a.local().port());
        config.reuseAddress = true;
        TcpEnd b(config);
        const std::optional<SockError> error = b.transport->open();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::AddressInUse);
        QCOMPARE(error->what, u"port %1 is in use by another program"_s.arg(a.local().port()));
        a.transport->close();
        QVERIFY(!b.transport->open());
    }

    void namesARefusedConnection()
    {
        QTcpServer gone;
        QVERIFY(gone.listen(QHostAddress::LocalHost));
        const Endpoint target(0x7f000001, gone.serverPort());
        gone.close();
        TcpEnd client(connecting());
        client.transport->connectTo(target);
        QCOMPARE(client.sink.connectFailed.size(), 1); // not open
        QVERIFY(!client.transport->open());
        client.transport->connectTo(target);
        QTRY_COMPARE(client.sink.connectFailed.size(), 2);
        const SockError error = client.sink.connectFailed[1].error;
        QCOMPARE(error.code, SockError::Code::ConnectionRefused);
        QCOMPARE(error.what, u"nothing listens on tcp://%1"_s.arg(target.toString()));
        QVERIFY(!error.remedy.isEmpty());
        QCOMPARE(client.transport->connectionCount(), 0);
        client.transport->connectTo(Endpoint(0x7f000001, 0));
        QCOMPARE(client.sink.connectFailed.last().error.code, SockError::Code::InvalidOptions);
    }

    void givesUpAtTheTimeOut()
    {
#ifdef Q_OS_LINUX
        // A listener that accepts nothing, its backlog full: further connects get no answer.
        const int deaf = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        QCOMPARE(::bind(deaf, reinterpret_cast<sockaddr *>(&address), length), 0);
        QCOMPARE(::listen(deaf, 0), 0);
        QCOMPARE(::getsockname(deaf, reinterpret_cast<sockaddr *>(&address), &length), 0);
        QTcpSocket filler;
        filler.connectToHost(QHostAddress(QHostAddress::LocalHost), ntohs(address.sin_port));
        QTRY_COMPARE(filler.state(), QAbstractSocket::ConnectedState);

        auto clock = std::make_shared<ManualClock>();
        TcpTransportConfig config = connecting();
        config.clock = clock;
        config.tcp.connectTimeout = std::chrono::milliseconds(700);
        TcpEnd client(config);
        QVERIFY(!client.transport->open());
        const Endpoint target(0x7f000001, ntohs(address.sin_port));
        client.transport->connectTo(target);
        QCOMPARE(client.transport->send(target, "too early"), SendOutcome::NoSuchPeer);
        clock->advanceMs(699);
        QCOMPARE(client.sink.connectFailed.size(), 0);
        clock->advanceMs(1);
        QCOMPARE(client.sink.connectFailed.size(), 1);
        QCOMPARE(client.sink.connectFailed[0].error.code, SockError::Code::ConnectTimedOut);
        QCOMPARE(client.sink.connected.size(), 0);
        // One given up by hand
        client.transport->connectTo(target);
        client.transport->closePeer(target, CloseReason::Local);
        QCOMPARE(client.sink.connectFailed.size(), 2);
        ::close(deaf);
#else
        QSKIP("needs a listener with a full backlog");
#endif
    }

    void leaksNothingInAThousandConnections()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        TcpEnd client(connecting());
        QVERIFY(!client.transport->open());
        const auto connectOnce = [&] {
            client.transport->connectTo(server.local());
            QTRY_COMPARE(client.transport->connectionCount(), 1);
            QTRY_COMPARE(server.transport->connectionCount(), 1);
            client.transport->closePeer(server.local(), CloseReason::Local);
            QTRY_COMPARE(server.transport->connectionCount(), 0);
        };
        client.sink.onConnected = [&](const Endpoint &peer) { client.transport->send(peer, "x"); };
        connectOnce();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        const qsizetype before = openDescriptors();
        for (int i = 0; i < 1000; ++i)
            connectOnce();
        QCOMPARE(client.transport->connectionCount(), 0);
        QTRY_COMPARE(openDescriptors(), before);
        QCOMPARE(server.sink.disconnected.size(), server.sink.connected.size());
        QVERIFY(server.sink.connected.size() > 900);
        QVERIFY(server.transport->findChildren<QTcpSocket *>().isEmpty());
    }

    void limitsItsConnections()
    {
        TcpTransportConfig config = listening();
        config.tcp.maximumConnections = 2;
        TcpEnd server(config);
        QVERIFY(!server.transport->open());
        QTcpSocket clients[3];
        for (int i = 0; i < 3; ++i) {
            clients[i].connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
            QTRY_COMPARE(server.sink.connected.size() + server.sink.errors.size(), i + 1);
        }
        QTRY_COMPARE(server.sink.errors.size(), 1);
        QCOMPARE(server.sink.errors[0].code, SockError::Code::LimitReached);
        QCOMPARE(server.transport->refusedConnections(), 1);
        QCOMPARE(server.sink.refused, QList<RefuseReason>{RefuseReason::ConnectionLimit});
        QCOMPARE(server.sink.connected.size(), 2);
        QTRY_COMPARE(clients[2].state(), QAbstractSocket::UnconnectedState);
        server.transport->connectTo(Endpoint(0x7f000001, 9));
        QCOMPARE(server.sink.connectFailed.size(), 1);
        QCOMPARE(server.sink.connectFailed[0].error.code, SockError::Code::LimitReached);
    }

    void limitsHowFastItAccepts()
    {
        const auto clock = std::make_shared<ManualClock>();
        TcpTransportConfig config = listening();
        config.tcp.acceptsPerSecond = 10;
        config.tcp.acceptBurst = 3;
        config.clock = clock;
        TcpEnd server(config);
        QVERIFY(!server.transport->open());
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        const auto connectOne = [&] {
            clients.push_back(std::make_unique<QTcpSocket>());
            clients.back()->connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
            return QTest::qWaitFor(
                [&] { return size_t(server.sink.connected.size() + server.sink.refused.size()) == clients.size(); });
        };
        for (int i = 0; i < 8; ++i)
            QVERIFY(connectOne());
        QCOMPARE(server.sink.connected.size(), 3);
        QCOMPARE(server.sink.refused, QList<RefuseReason>(5, RefuseReason::AcceptRate));
        QCOMPARE(server.transport->refusedConnections(), 5);
        QCOMPARE(server.sink.errors.size(), 1); // a flood of connections is no flood of errors
        QCOMPARE(server.sink.errors[0].code, SockError::Code::LimitReached);
        QTRY_COMPARE(clients.back()->state(), QAbstractSocket::UnconnectedState);
        clock->advanceMs(100);
        QVERIFY(connectOne());
        QCOMPARE(server.sink.connected.size(), 4);
        clock->advanceMs(1000);
        for (int i = 0; i < 4; ++i)
            QVERIFY(connectOne());
        QCOMPARE(server.sink.connected.size(), 7);
        QCOMPARE(server.sink.errors.size(), 2);
        QVERIFY2(server.sink.errors[1].what.contains(u"and 4 others"), qPrintable(server.sink.errors[1].what));
    }

    void refusesPeersTheSinkDoesNotAdmit()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        server.sink.admit = false;
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        client.write("hello");
        QTRY_COMPARE(server.sink.connected.size(), 1);
        QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(server.sink.receivedCalls, 0);
        QCOMPARE(server.sink.disconnected.size(), 0);
        QCOMPARE(server.transport->connectionCount(), 0);
    }

    void limitsASlowReader_data()
    {
        QTest::addColumn<bool>("close");
        QTest::newRow("drop the message") << false;
        QTest::newRow("close the peer") << true;
    }
    void limitsASlowReader()
    {
        QFETCH(bool, close);
        TcpTransportConfig config = listening();
        config.tcp.sendLimitBytes = 1024 * 1024;
        config.tcp.closeSlowReader = close;
        TcpEnd server(config);
        QVERIFY(!server.transport->open());
        QTcpSocket slow;
        slow.setReadBufferSize(1);
        slow.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        QTRY_COMPARE(server.sink.connected.size(), 1);
        const Endpoint peer = server.sink.connected[0].peer;
        const QByteArray block(65536, 'b');
        int accepted = 0;
        SendOutcome outcome = SendOutcome::Accepted;
        while (outcome == SendOutcome::Accepted) {
            outcome = server.transport->send(peer, block);
            accepted += outcome == SendOutcome::Accepted ? 1 : 0;
            server.transport->flush();
            QVERIFY(accepted < 10000);
        }
        QCOMPARE(outcome, SendOutcome::QueueFull);
        QVERIFY(server.transport->pendingSendBytes() <= config.tcp.sendLimitBytes + block.size());
        QVERIFY(server.transport->pendingSendBytes() > 0);
        if (close) {
            QTRY_COMPARE(server.sink.disconnected.size(), 1);
            QCOMPARE(server.sink.disconnected[0].reason, CloseReason::SlowReader);
            QVERIFY(server.sink.sendErrors > 0);
        } else {
            slow.setReadBufferSize(0); // reads again
            qint64 got = 0;
            connect(&slow, &QTcpSocket::readyRead, &slow, [&] { got += slow.readAll().size(); });
            got += slow.readAll().size();
            QTRY_COMPARE(got, accepted * block.size());
            QCOMPARE(server.sink.sendErrors, 0);
            QCOMPARE(server.transport->send(peer, "again"), SendOutcome::Accepted);
            QTRY_COMPARE(server.sink.sentCount, accepted + 1);
        }
        if (close)
            QCOMPARE(server.sink.sentCount, accepted);
        QCOMPARE(server.transport->pendingSendBytes(), 0);
    }

    void pauseReachesTheSender()
    {
        TcpEnd server(listening());
        TcpEnd client(connecting());
        QVERIFY(!server.transport->open());
        QVERIFY(!client.transport->open());
        client.transport->connectTo(server.local());
        QTRY_COMPARE(client.sink.connected.size(), 1);
        QTRY_COMPARE(server.sink.connected.size(), 1);
        server.sink.keepData = false;
        // Paused in the middle of a piece: nothing comes until it goes on, however much is sent.
        server.sink.take = 1;
        server.sink.onReceived = [&](const Endpoint &, QByteArrayView) { server.transport->setReadingPaused(true); };
        const QByteArray block(1024 * 1024, 'p');
        qint64 accepted = 0;
        while (client.transport->send(server.local(), block) == SendOutcome::Accepted) {
            accepted += block.size();
            client.transport->flush();
            QVERIFY(accepted < 256 * 1024 * 1024);
        }
        QTRY_COMPARE(server.sink.receivedCalls, 1);
        const qsizetype stuck = client.transport->pendingSendBytes();
        QVERIFY(stuck > 0); // the system's own flow control holds the rest back
        server.sink.take = -1;
        server.sink.onReceived = {};
        server.transport->setReadingPaused(false);
        QTRY_COMPARE_WITH_TIMEOUT(server.sink.takenBytes, accepted, 20000);
        QTRY_COMPARE(client.transport->pendingSendBytes(), 0);
    }

    void resumeOffersTheUnreadPart()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        server.sink.take = 2;
        server.sink.onReceived = [&](const Endpoint &, QByteArrayView) { server.transport->setReadingPaused(true); };
        client.write("abcdef");
        QTRY_COMPARE(server.sink.stream(), "ab");
        server.sink.take = -1;
        server.sink.onReceived = {};
        server.transport->setReadingPaused(false); // and no new byte comes
        QTRY_COMPARE(server.sink.stream(), "abcdef");
    }
};

QTEST_GUILESS_MAIN(TestTcpTransport)
#include "test_tcptransport.moc"
