#include <QTcpSocket>
#include <QTest>

#include <deque>
#include <random>

#include "core/transport/connectionlist.h"
#include "core/transport/inflight.h"
#include "support/testmain.h"
#include "support/transportend.h"

#ifdef Q_OS_UNIX
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

using namespace SockScope;
using namespace SockScope::Test;

// Many streams at once, and callbacks that change which there are.
class TestTcpStreams : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addBothStreams(); }
    void init() { failOnWarnings(); }

    void closesOthersThatAreReadyToo()
    {
        constexpr int count = 100; // more than one call tells
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        for (int i = 0; i < count; ++i) {
            clients.push_back(std::make_unique<QTcpSocket>());
            clients.back()->connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        }
        QTRY_COMPARE(server.sink.connected.size(), count);
        Endpoint first;
        server.sink.onReceived = [&](const Endpoint &peer, QByteArrayView) {
            if (!first.isNull())
                return;
            first = peer;
            const QList<RecordingSink::Connected> all = server.sink.connected;
            for (const RecordingSink::Connected &one : all) {
                if (one.peer != peer)
                    server.transport->closePeer(one.peer, CloseReason::Local);
            }
        };
        server.transport->setReadingPaused(true);
        for (const auto &client : clients) {
            client->write("x");
            client->flush();
        }
        server.transport->setReadingPaused(false); // all of them are ready now
        QTRY_COMPARE(server.transport->connectionCount(), 1);
        QCOMPARE(server.sink.disconnected.size(), count - 1);
        QCOMPARE(server.sink.receivedCalls, 1);
        for (const auto &client : clients) {
            if (client->localPort() != first.port())
                QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
        }
    }

    void losesNothingWhenACallbackRunsAnEventLoop()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        QTRY_COMPARE(server.sink.connected.size(), 1);
        qint64 written = 0;
        int depth = 0;
        server.sink.onReceived = [&](const Endpoint &, QByteArrayView) {
            QCOMPARE(depth, 0); // one piece at a time, in order
            ++depth;
            if (written < 100'000) {
                written += client.write(QByteArray(1000, 'n'));
                client.flush();
                QCoreApplication::processEvents();
            }
            --depth;
        };
        written += client.write(QByteArray(1000, 'n'));
        QTRY_COMPARE(written, 100'000);
        QTRY_COMPARE(server.sink.receivedBytes, written);
    }

    void answersWhoClosedItsHalf()
    {
#ifdef Q_OS_UNIX
        if (!usesNativeStreams())
            QSKIP("QTcpSocket closes both halves");
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        server.sink.onReceived = [&](const Endpoint &peer, QByteArrayView data) {
            QCOMPARE(server.transport->send(peer, data), SendOutcome::Accepted);
        };
        const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
        const auto close = qScopeGuard([raw] { ::close(raw); });
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server.local().port());
        QCOMPARE(::connect(raw, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::send(raw, "question", 8, 0), 8);
        QCOMPARE(::shutdown(raw, SHUT_WR), 0);
        QTRY_COMPARE(server.sink.disconnected.size(), 1);
        QCOMPARE(server.sink.disconnected[0].reason, CloseReason::Remote);
        char answer[16];
        QCOMPARE(::recv(raw, answer, sizeof answer, MSG_DONTWAIT), 8);
        QCOMPARE(server.sink.sentBytes, 8);
        QCOMPARE(server.sink.sendErrors, 0);
#endif
    }

    void closingCutsNothingOff()
    {
        TcpEnd server(listening());
        QVERIFY(!server.transport->open());
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), server.local().port());
        QTRY_COMPARE(server.sink.connected.size(), 1);
        server.transport->setReadingPaused(true);
        client.write(QByteArray(1000, 'u')); // which nobody reads
        QVERIFY(client.waitForBytesWritten());
        const QByteArray last(10'000, 'l');
        QCOMPARE(server.transport->send(server.sink.connected[0].peer, last), SendOutcome::Accepted);
        server.transport->close();
        QByteArray got;
        const auto isAllThere = [&] {
            got += client.readAll();
            return got.size() == last.size();
        };
        QTRY_VERIFY(isAllThere());
        QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(got, last);
    }

    void sizesInFlightComeBackInOrder()
    {
        std::mt19937 random(3);
        InFlight ours;
        std::deque<qsizetype> reference;
        for (int i = 0; i < 200'000; ++i) {
            if (reference.empty() || random() % 5 < (i % 20'000 < 10'000 ? 3u : 2u)) {
                const qsizetype size = random() % 3;
                ours.push(size);
                reference.push_back(size);
            } else {
                QCOMPARE(ours.front(), reference.front());
                ours.pop();
                reference.pop_front();
            }
            QCOMPARE(ours.isEmpty(), reference.empty());
        }
    }

    void listsKeepTheirOrder()
    {
        const auto connection = [](quintptr i) { return reinterpret_cast<TcpConnection *>(i); };
        ConnectionList::Place one(connection(8));
        ConnectionList::Place two(connection(16));
        ConnectionList::Place three(connection(24));
        ConnectionList list;
        QVERIFY(list.isEmpty());
        list.append(one);
        list.append(two);
        list.append(three);
        two.leave();
        QVERIFY(!two.isTaken());
        {
            ConnectionList other;
            list.moveTo(other);
            QVERIFY(list.isEmpty());
            QCOMPARE(other.first(), connection(8));
            list.append(one);
            QCOMPARE(other.first(), connection(24));
        }
        QVERIFY(!three.isTaken()); // its list is gone
        QCOMPARE(list.first(), connection(8));
        {
            ConnectionList::Place brief(connection(32));
            list.append(brief);
            one.leave();
            QCOMPARE(list.first(), connection(32));
        }
        QVERIFY(list.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestTcpStreams)
#include "test_tcpstreams.moc"
