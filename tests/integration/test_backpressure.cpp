#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>
#include <QThread>
#include <QUdpSocket>

#include "core/tcpsock.h"
#include "core/transport/transport.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/randomness.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::quiet;

namespace {

/// The number in the first 8 bytes, and the payload made of it.
QByteArray numbered(qint64 number, qsizetype size)
{
    QByteArray payload(qMax(size, qsizetype(8)), 'x');
    memcpy(payload.data(), &number, sizeof number);
    return payload;
}
qint64 numberOf(QByteArrayView payload)
{
    qint64 number = -1;
    if (payload.size() >= qsizetype(sizeof number))
        memcpy(&number, payload.data(), sizeof number);
    return number;
}
Message rawMessage(const QByteArray &payload)
{
    Message message;
    message.value = QCborValue(payload);
    return message;
}

} // namespace

/// More than can be handled: nothing is lost that need not be, what is lost is counted, and the order stays.
class TestBackPressure : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void slowHandlerSlowsTheTcpSenderAndLosesNothing_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<qint64>("queueBytes");
        QTest::newRow("small messages") << 100 << qint64(64 * 1024 * 1024);
        QTest::newRow("messages near the queue's limit") << 3000 << qint64(4096);
        QTest::newRow("messages over the queue's limit") << 9000 << qint64(4096);
    }
    void slowHandlerSlowsTheTcpSenderAndLosesNothing()
    {
        QFETCH(int, size);
        QFETCH(qint64, queueBytes);
        SockOptions options = listening(quiet(u"raw"));
        options.parseQueueMessages = 16;
        options.inQueueMessages = 8;
        options.parseQueueBytes = queueBytes;
        options.turnBudget = std::chrono::milliseconds(1);
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        qint64 next = 0;
        bool inOrder = true;
        server.addHandler(0, this, [&](const Envelope &envelope) {
            inOrder = inOrder && numberOf(envelope.message.payload.view()) == next;
            ++next;
            if (next % 50 == 0)
                QThread::usleep(500); // slow on purpose
        });
        Checked<TcpSock> client(quiet(u"raw"));
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(client), 1);
        constexpr int total = 5000;
        const qint64 before = Test::residentBytes();
        int sent = 0;
        while (sent < total) {
            if (client.sendMessage(rawMessage(numbered(sent, size))).isOk())
                ++sent;
            if (sent % 500 == 0 || client.sendQueueBytes() > 1024 * 1024) {
                QCoreApplication::processEvents();
                QVERIFY(server.parseQueueStats().depth <= 16);
                QCOMPARE(Test::imbalance(server.ledger()), QString());
            }
        }
        QTRY_COMPARE_WITH_TIMEOUT(next, qint64(total), 60000);
        QVERIFY(inOrder);
        QVERIFY(server.parseQueueStats().highWater <= 16);
        QCOMPARE(server.ledger().droppedQueueFull.messages, 0u);
        QCOMPARE(server.ledger().handled, client.ledger().sent);
        QVERIFY(!Test::memoryTells || Test::residentBytes() - before < 80 * 1024 * 1024);
    }

    void fullQueueDropsByPolicyAndCounts_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::addColumn<QueuePolicy>("policy");
        for (const bool tcp : {false, true}) {
            QTest::addRow("newest %s", tcp ? "tcp" : "udp") << tcp << QueuePolicy::DropNewest;
            QTest::addRow("oldest %s", tcp ? "tcp" : "udp") << tcp << QueuePolicy::DropOldest;
        }
    }
    void fullQueueDropsByPolicyAndCounts()
    {
        QFETCH(bool, tcp);
        QFETCH(QueuePolicy, policy);
        SockOptions options = listening(quiet(u"raw"));
        options.queuePolicy = policy;
        options.parseQueueMessages = 10;
        const std::unique_ptr<BaseSock> server = make(tcp, options);
        QVERIFY(!server->start());
        QSignalSpy limits(server.get(), &BaseSock::limitReached);
        QList<qint64> got;
        server->addHandler(0, this,
                           [&](const Envelope &envelope) { got.append(numberOf(envelope.message.payload.view())); });
        const std::unique_ptr<BaseSock> client = make(tcp, quiet(u"raw"));
        QVERIFY(!client->start());
        QVERIFY(!client->connectTo(server->localEndpoint()));
        QTRY_COMPARE(knownPeers(*client), 1);
        if (tcp)
            QTRY_COMPARE(knownPeers(*server), 1);
        // 64 datagrams are read in one batch, and one TCP read holds all of these.
        constexpr int total = 60;
        for (int i = 0; i < total; ++i)
            client->sendMessage(rawMessage(numbered(i, 8)));
        client->transport()->flush();
        QTRY_COMPARE(server->ledger().received.messages, quint64(total));
        QTRY_COMPARE(server->ledger().stillQueued.messages, 0u);
        QCOMPARE(server->ledger().handled.messages + server->ledger().droppedQueueFull.messages, quint64(total));
        QCOMPARE(limits.size(), server->ledger().droppedQueueFull.messages);
        QVERIFY(!limits.isEmpty());
        QVERIFY(std::is_sorted(got.cbegin(), got.cend()));
        if (policy == QueuePolicy::DropOldest)
            QCOMPARE(got.last(), qint64(total - 1));
        else
            QCOMPARE(got.first(), qint64(0));
        QCOMPARE(server->parseQueueStats().full, server->ledger().droppedQueueFull.messages);
    }

    void orderOfEachOfFiftyPeersIsKept_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("tcp") << true;
        QTest::newRow("udp") << false;
    }
    void orderOfEachOfFiftyPeersIsKept()
    {
        QFETCH(bool, tcp);
        constexpr int peerCount = 50;
        constexpr int messages = 2000;
        const std::unique_ptr<BaseSock> server = make(tcp, listening(quiet(u"raw")));
        QVERIFY(!server->start());
        QHash<Endpoint, qint64> next;
        bool inOrder = true;
        server->addHandler(0, this, [&](const Envelope &envelope) {
            inOrder = inOrder && numberOf(envelope.message.payload.view()) == next[envelope.peer];
            ++next[envelope.peer];
        });
        std::vector<std::unique_ptr<BaseSock>> clients;
        for (int i = 0; i < peerCount; ++i) {
            clients.push_back(make(tcp, quiet(u"raw")));
            QVERIFY(!clients.back()->start());
            QVERIFY(!clients.back()->connectTo(server->localEndpoint()));
        }
        for (const auto &client : clients)
            QTRY_COMPARE(knownPeers(*client), 1);
        quint64 sent = 0;
        for (int i = 0; i < messages; ++i) {
            for (const auto &client : clients) {
                QVERIFY(client->sendMessage(rawMessage(numbered(i, 8))).isOk());
                ++sent;
            }
            // A datagram waits in the server's receive buffer, which holds some thousands.
            if (i % 20 == 19)
                QTRY_COMPARE_WITH_TIMEOUT(server->ledger().handled.messages, sent, 20000);
        }
        QTRY_COMPARE(server->ledger().handled.messages, quint64(peerCount * messages));
        QVERIFY(inOrder);
        QCOMPARE(next.size(), peerCount);
        quint64 sentByAll = 0;
        quint64 sentBytes = 0;
        for (const auto &client : clients) {
            QTRY_COMPARE(client->ledger().sendQueued.messages, 0u);
            QCOMPARE(Test::imbalance(client->ledger()), QString());
            sentByAll += client->ledger().sent.messages;
            sentBytes += client->ledger().sent.bytes;
        }
        QCOMPARE(server->ledger().received.messages, sentByAll);
        QCOMPARE(server->ledger().received.bytes, sentBytes);
        QCOMPARE(server->ledger().kernelDrops, 0u);
    }

    void stopAtRandomMomentsUnderFlood_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("tcp") << true;
        QTest::newRow("udp") << false;
    }
    void stopAtRandomMomentsUnderFlood()
    {
        QFETCH(bool, tcp);
        Test::Randomness random(tcp ? 11 : 12);
        SockOptions options = listening();
        options.tickInterval = std::chrono::milliseconds(5);
        options.parseQueueMessages = 64;
        const std::unique_ptr<BaseSock> server = make(tcp, options);
        const std::unique_ptr<BaseSock> client = make(tcp, quiet());
        server->addHandler(1, this, [&](const Envelope &envelope) {
            if (random.oneIn(20))
                server->sendMessage(2, envelope.message.data(), envelope.peer);
            if (random.oneIn(200))
                throw 1;
            if (random.oneIn(300))
                server->stop();
        });
        QVERIFY(!client->start());
        for (int life = 0; life < 60; ++life) {
            QVERIFY(!server->start());
            QVERIFY(!client->connectTo(server->localEndpoint()));
            if (!random.oneIn(10))
                QTRY_COMPARE(knownPeers(*client), 1);
            const qint64 rounds = random.between(1, 20);
            for (qint64 i = 0; i < rounds && server->isActive(); ++i) {
                for (int k = 0; k < 50; ++k)
                    client->sendMessage(random.oneIn(10) ? 3 : 1, k);
                if (random.oneIn(3))
                    client->sendRaw(QByteArray(random.between(0, 40), char(random.next())));
                QCoreApplication::processEvents();
                QCOMPARE(Test::imbalance(server->ledger()), QString());
                QCOMPARE(Test::imbalance(client->ledger()), QString());
                if (tcp && knownPeers(*client) == 0)
                    break; // closed for what it sent
            }
            server->stop();
            const Ledger ledger = server->ledger();
            QCOMPARE(Test::imbalance(ledger), QString());
            QCOMPARE(ledger.stillQueued.messages, 0u);
            QCOMPARE(ledger.sendQueued.messages, 0u);
            QCOMPARE(server->peers().size(), 0);
            for (const Endpoint &peer : client->peers().endpoints())
                client->closePeer(peer);
        }
        QVERIFY(server->ledger().handled.messages > 1000);
    }

    void portablePathLosesNothingEither()
    {
        SockOptions options = listening(quiet(u"raw"));
        options.udp.batchReads = false;
        options.parseQueueMessages = 32;
        options.turnBudget = std::chrono::milliseconds(1);
        Checked<UdpSock> server(options);
        QVERIFY(!server.start());
        qint64 next = 0;
        bool inOrder = true;
        server.addHandler(0, this, [&](const Envelope &envelope) {
            inOrder = inOrder && numberOf(envelope.message.payload.view()) == next;
            ++next;
            if (next % 20 == 0)
                QThread::usleep(300); // slow on purpose
        });
        QUdpSocket peer;
        for (int i = 0; i < 2000; ++i)
            peer.writeDatagram(numbered(i, 8), QHostAddress::LocalHost, server.localEndpoint().port());
        QTRY_COMPARE(next, qint64(2000)); // they waited in the system's buffer
        QVERIFY(inOrder);
        QVERIFY(server.parseQueueStats().highWater <= 32);
        QCOMPARE(server.ledger().droppedQueueFull.messages, 0u);
    }

private:
    static std::unique_ptr<BaseSock> make(bool tcp, const SockOptions &options)
    {
        if (tcp)
            return std::make_unique<Checked<TcpSock>>(options);
        return std::make_unique<Checked<UdpSock>>(options);
    }
};

QTEST_GUILESS_MAIN(TestBackPressure)
#include "test_backpressure.moc"
