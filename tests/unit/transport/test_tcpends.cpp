#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "support/testmain.h"
#include "support/transportend.h"

#ifdef Q_OS_UNIX
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

// How connections end, and transports with them.
class TestTcpEnds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addBothStreams(); }
    void init() { failOnWarnings(); }

    void remoteCloseComesBehindItsData_data()
    {
        QTest::addColumn<bool>("paused");
        QTest::newRow("reading") << false;
        QTest::newRow("paused") << true;
    }
    void remoteCloseComesBehindItsData()
    {
        QFETCH(bool, paused);
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        server.transport->setReadingPaused(paused);
        const QByteArray data(1'000'000, 'd');
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        client.write(data);
        client.disconnectFromHost();
        if (paused) {
            QTRY_COMPARE(server.sink.connected.size(), 1);
            QCOMPARE(server.sink.receivedCalls, 0);
            QCOMPARE(server.sink.disconnected.size(), 0);
            server.transport->setReadingPaused(false);
        }
        qint64 atEnd = -1;
        server.sink.onDisconnected = [&](const Endpoint &) { atEnd = server.sink.takenBytes; };
        QTRY_COMPARE(server.sink.disconnected.size(), 1);
        QCOMPARE(atEnd, data.size());
        QCOMPARE(server.sink.disconnected[0].reason, CloseReason::Remote);
    }

    /// Qt connects again by itself when the first connection was reset before it looked; nobody would have told.
    void tellsAResetBeforeWeLook()
    {
#ifdef Q_OS_UNIX
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        const auto closeListener = qScopeGuard([listener] { ::close(listener); });
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        QCOMPARE(::bind(listener, reinterpret_cast<sockaddr *>(&address), length), 0);
        QCOMPARE(::listen(listener, 16), 0);
        QCOMPARE(::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length), 0);
        TcpEnd client(connecting());
        QVERIFY(!client.transport->open());
        const Endpoint server(INADDR_LOOPBACK, ntohs(address.sin_port));
        client.transport->connectTo(server);
        const int accepted = ::accept(listener, nullptr, nullptr);
        const linger now{1, 0};
        ::setsockopt(accepted, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(accepted);
        QTRY_COMPARE(client.sink.connectFailed.size(), 1);
        QCOMPARE(client.sink.connectFailed[0].peer, server);
        QCOMPARE(client.sink.connectFailed[0].error.code, SockError::Code::ConnectionLost);
        QCOMPARE(client.sink.connected.size(), 0);
        pollfd query{listener, POLLIN, 0};
        QCOMPARE(::poll(&query, 1, 0), 0); // it did not connect again
#endif
    }

    void tellsAResetFromAClose()
    {
#ifdef Q_OS_UNIX
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server.local().port());
        QCOMPARE(::connect(raw, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        QTRY_COMPARE(server.sink.connected.size(), 1);
        const Endpoint peer = server.sink.connected[0].peer;
        const linger hard{1, 0};
        ::setsockopt(raw, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        ::close(raw);
        QTRY_COMPARE(server.sink.disconnected.size(), 1);
        QCOMPARE(server.sink.disconnected[0].reason, CloseReason::NetworkError);
        QVERIFY(server.sink.disconnected[0].error);
        QCOMPARE(server.sink.disconnected[0].error->code, SockError::Code::ConnectionLost);
        QCOMPARE(server.transport->send(peer, "x"), SendOutcome::NoSuchPeer);
#else
        QSKIP("needs SO_LINGER");
#endif
    }

    void answersForEverySendAtClose()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        QTcpSocket deaf;
        deaf.setReadBufferSize(1);
        deaf.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        QTRY_COMPARE(server.sink.connected.size(), 1);
        const Endpoint peer = server.sink.connected[0].peer;
        for (int i = 0; i < 12; ++i)
            QCOMPARE(server.transport->send(peer, QByteArray(1024 * 1024, 'x')), SendOutcome::Accepted);
        QCOMPARE(server.transport->send(peer, {}), SendOutcome::Accepted);
        server.transport->close();
        QCOMPARE(server.sink.sentCount, 13);
        QVERIFY(server.sink.sendErrors > 0);
        QCOMPARE(server.sink.disconnected.size(), 1);
        QCOMPARE(server.sink.disconnected[0].reason, CloseReason::Stopped);
        QCOMPARE(server.transport->pendingSendBytes(), 0);
        QCOMPARE(server.transport->send(peer, "x"), SendOutcome::NotOpen);
        QVERIFY(!server.transport->open()); // and it opens again
    }

    void destroyedInsideEveryCallback_data()
    {
        QTest::addColumn<QString>("where");
        QTest::addColumn<int>("how");
        for (const char *where : {"received", "batch", "sent", "sentByFlush", "connected", "disconnected", "failed"}) {
            int how = 0;
            for (const char *action : {"destroy", "close", "closePeer"})
                QTest::addRow("%s in %s", action, where) << QString::fromLatin1(where) << how++;
        }
    }
    void destroyedInsideEveryCallback()
    {
        QFETCH(QString, where);
        QFETCH(int, how);
        for (const bool serverSide : {true, false}) {
            TcpEnd server(listening());
            TcpEnd client(connecting());
            QVERIFY(!server.transport->open());
            QVERIFY(!client.transport->open());
            TcpEnd &victim = serverSide && where != u"failed"_s ? server : client;
            TcpEnd &other = &victim == &server ? client : server;
            bool ended = false;
            Endpoint last;
            const auto end = [&] {
                if (std::exchange(ended, true))
                    return;
                if (how == 0)
                    victim.transport.reset();
                else if (how == 1)
                    victim.transport->close();
                else
                    victim.transport->closePeer(last, CloseReason::Local);
            };
            QByteArray seen;
            victim.sink.onConnected = [&](const Endpoint &peer) {
                last = peer;
                if (where == u"connected"_s)
                    end();
            };
            if (where == u"received"_s)
                victim.sink.onReceived = [&](const Endpoint &, QByteArrayView data) {
                    end();
                    seen = data.toByteArray(); // still there
                };
            else if (where == u"batch"_s)
                victim.sink.onBatchEnded = end;
            else if (where.startsWith(u"sent"_s))
                victim.sink.onSent = end;
            else if (where == u"disconnected"_s)
                victim.sink.onDisconnected = [&](const Endpoint &) { end(); };
            else if (where == u"failed"_s)
                victim.sink.onConnectFailed = end;
            const Endpoint target = server.local();
            if (where == u"failed"_s)
                server.transport->close();
            client.transport->connectTo(target);
            if (where != u"failed"_s && where != u"connected"_s) {
                QTRY_COMPARE(victim.sink.connected.size(), 1);
                QTRY_COMPARE(other.sink.connected.size(), 1);
                other.transport->send(other.sink.connected[0].peer, "bytes");
                if (where != u"received"_s && where != u"batch"_s)
                    victim.transport->send(last, "bytes");
                if (where == u"sentByFlush"_s)
                    victim.transport->flush();
                if (where == u"disconnected"_s)
                    other.transport->closePeer(other.sink.connected[0].peer, CloseReason::Local);
            }
            QTRY_VERIFY(ended);
            if (where == u"received"_s)
                QCOMPARE(seen, "bytes");
            if (how == 1)
                QCOMPARE(victim.transport->connectionCount(), 0);
        }
    }

    void closesWithoutAnEventLoop()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        const QPointer<QTcpServer> listener = server.transport->findChild<QTcpServer *>();
        QVERIFY(listener);
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        QTRY_COMPARE(server.sink.connected.size(), 1);
        const qsizetype before = openDescriptors();
        server.transport->close();
        QVERIFY(!listener); // deleted at once, not when an event loop comes by
        QCOMPARE(openDescriptors(), before - (usesNativeStreams() ? 3 : 2)); // the epoll set, listener, connection
        QVERIFY(server.transport->findChildren<QObject *>().isEmpty());
    }

    void saysThatDescriptorsAreUsedUp()
    {
#ifdef Q_OS_LINUX
        if (!usesNativeStreams())
            QSKIP("only an epoll set needs a descriptor of its own");
        TcpEnd client(connecting());
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        rlimit none = before;
        none.rlim_cur = 0;
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
        const std::optional<SockError> error = client.transport->open();
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::LimitReached);
        QVERIFY2(error->remedy.contains(u"ulimit"), qPrintable(error->remedy));
        QVERIFY(!client.transport->open()); // and it opens when there are some again
#endif
    }

    void reconnectsInsideDisconnected()
    {
        TcpEnd server(listening());
        TcpEnd client(connecting());
        QVERIFY(!server.transport->open());
        QVERIFY(!client.transport->open());
        client.sink.onDisconnected = [&](const Endpoint &peer) {
            if (client.sink.disconnected.size() < 3)
                client.transport->connectTo(peer);
        };
        client.transport->connectTo(server.local());
        for (int i = 0; i < 3; ++i) {
            QTRY_COMPARE(server.sink.connected.size(), i + 1);
            QTRY_COMPARE(client.sink.connected.size(), i + 1);
            server.transport->closePeer(server.sink.connected[i].peer, CloseReason::Local);
            QTRY_COMPARE(client.sink.disconnected.size(), i + 1);
        }
        QCOMPARE(client.sink.connectFailed.size(), 0);
    }
};

QTEST_GUILESS_MAIN(TestTcpEnds)
#include "test_tcpends.moc"
