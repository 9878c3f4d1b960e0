#include <QDir>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>

#include "core/tcpsock.h"
#include "core/time/manualclock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::onlyPeer;
using Test::quiet;

/// TcpSock on real sockets of this machine.
class TestTcpSock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void serverAndClientTalk_data()
    {
        QTest::addColumn<QString>("bind");
        QTest::addColumn<QString>("host");
        QTest::newRow("IPv4") << u"127.0.0.1"_s << u"127.0.0.1"_s;
        QTest::newRow("IPv6") << u"::1"_s << u"::1"_s;
        QTest::newRow("dual stack, IPv4") << u"*"_s << u"127.0.0.1"_s;
        QTest::newRow("dual stack, IPv6") << u"*"_s << u"::1"_s;
        QTest::newRow("by name") << u"localhost"_s << u"localhost"_s;
    }
    void serverAndClientTalk()
    {
        QFETCH(QString, bind);
        QFETCH(QString, host);
        Checked<TcpSock> server(listening(quiet(), bind));
        QVERIFY(!server.start());
        server.addHandler(
            1, this, [&](const Envelope &envelope) { server.sendMessage(2, envelope.message.data(), envelope.peer); });
        SockOptions options = quiet();
        options.connectTo = {{host, server.localEndpoint().port()}};
        Checked<TcpSock> client(options);
        QSignalSpy added(&client, &BaseSock::peerAdded);
        QList<qint64> answers;
        client.addTypedHandler<qint64>(2, this, [&](qint64 n, const Envelope &) { answers.append(n); });
        QVERIFY(!client.start());
        QCOMPARE(client.url(),
                 u"tcp://%1:%2"_s.arg(host.contains(u':') ? u"[::1]"_s : host).arg(server.localEndpoint().port()));
        QTRY_COMPARE(knownPeers(client), 1);
        QTRY_COMPARE(knownPeers(server), 1);
        QCOMPARE(added.size(), 1);
        QVERIFY(client.peers().find(onlyPeer(client))->outgoing);
        QVERIFY(!server.peers().find(onlyPeer(server))->outgoing);
        for (int i = 0; i < 50; ++i)
            QVERIFY(client.sendMessage(1, i).isOk());
        QTRY_COMPARE(answers.size(), 50);
        for (int i = 0; i < 50; ++i)
            QCOMPARE(answers.at(i), i);
        QCOMPARE(server.ledger().received, client.ledger().sent);
        QCOMPARE(client.ledger().received, server.ledger().sent);
    }

    void nodeListensAndConnectsAtOnce()
    {
        Checked<TcpSock> one(listening());
        QVERIFY(!one.start());
        SockOptions options = listening();
        options.connectTo = {{u"127.0.0.1"_s, one.localEndpoint().port()}};
        Checked<TcpSock> two(options);
        QVERIFY(!two.start());
        options.connectTo.append({u"127.0.0.1"_s, two.localEndpoint().port()});
        Checked<TcpSock> three(options);
        QVERIFY(!three.start());
        QList<int> got(3, 0);
        one.addHandler(1, this, [&](const Envelope &) { ++got[0]; });
        two.addHandler(1, this, [&](const Envelope &) { ++got[1]; });
        three.addHandler(1, this, [&](const Envelope &) { ++got[2]; });
        QTRY_VERIFY(knownPeers(one) == 2 && knownPeers(two) == 2 && knownPeers(three) == 2);
        QCOMPARE(one.sendMessage(1, 1).accepted, 2);
        QCOMPARE(two.sendMessage(1, 1).accepted, 2);
        QCOMPARE(three.sendMessage(1, 1).accepted, 2);
        QTRY_COMPARE(got, (QList<int>{2, 2, 2}));
    }

    void oneSockConnectsToMany()
    {
        std::vector<std::unique_ptr<Checked<TcpSock>>> servers;
        SockOptions options = quiet();
        int got = 0;
        for (int i = 0; i < 8; ++i) {
            servers.push_back(std::make_unique<Checked<TcpSock>>(listening()));
            servers.back()->addHandler(1, this, [&](const Envelope &) { ++got; });
            QVERIFY(!servers.back()->start());
            options.connectTo.append({u"127.0.0.1"_s, servers.back()->localEndpoint().port()});
        }
        Checked<TcpSock> client(options);
        QVERIFY(!client.start());
        QTRY_COMPARE(knownPeers(client), 8);
        QCOMPARE(client.sendMessage(1, 1).accepted, 8);
        QTRY_COMPARE(got, 8);
    }

    void secondConnectToTheSamePeerIsAnErrorAndHarmless()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        Checked<TcpSock> client(quiet());
        QVERIFY(!client.start());
        QSignalSpy failed(&client, &BaseSock::connectFailed);
        QSignalSpy added(&client, &BaseSock::peerAdded);
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QVERIFY(!client.connectTo(server.localEndpoint())); // while the first is under way
        QCOMPARE(failed.size(), 1);
        QCOMPARE(client.peers().size(), 1); // still the row of the first
        QTRY_COMPARE(added.size(), 1);
        QVERIFY(!client.connectTo(server.localEndpoint())); // when it stands
        QCOMPARE(failed.size(), 2);
        QCOMPARE(knownPeers(client), 1);
        QTRY_COMPARE(knownPeers(server), 1);
    }

    void closingAPeerClosesItsConnection()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        Checked<TcpSock> client(quiet());
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(server), 1);
        QSignalSpy here(&server, &BaseSock::peerRemoved);
        QSignalSpy there(&client, &BaseSock::peerRemoved);
        int got = 0;
        client.addHandler(1, this, [&](const Envelope &) { ++got; });
        server.sendMessage(1, u"goodbye"_s); // what was sent before is not lost
        QVERIFY(server.closePeer(onlyPeer(server)));
        QCOMPARE(here.size(), 1);
        QCOMPARE(here.first().at(1).value<CloseReason>(), CloseReason::Local);
        QTRY_COMPARE(there.size(), 1);
        QCOMPARE(there.first().at(1).value<CloseReason>(), CloseReason::Remote);
        QCOMPARE(got, 1);
        QCOMPARE(server.peers().size(), 0);
        QCOMPARE(client.peers().size(), 0);
        QVERIFY(!server.closePeer(Endpoint(0x7f000001, 9)));
    }

    void refusedPeerIsNotConnected()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        server.peerFilter().refuse(Endpoint(QHostAddress(u"127.0.0.1"_s), 0));
        QSignalSpy refused(&server, &BaseSock::peerRefused);
        Checked<TcpSock> client(quiet());
        QVERIFY(!client.start());
        QSignalSpy removed(&client, &BaseSock::peerRemoved);
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(refused.size(), 1);
        QTRY_COMPARE(removed.size(), 1);
        QCOMPARE(server.ledger().refusedConnections, 1u);
        QCOMPARE(server.peers().size(), 0);
        server.peerFilter().allow(Endpoint(QHostAddress(u"127.0.0.1"_s), 0));
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(server), 1);
    }

    void peerRefusedWhileItTalksIsClosed()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        Checked<TcpSock> client(quiet());
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(server), 1);
        QSignalSpy removed(&server, &BaseSock::peerRemoved);
        server.peerFilter().refuse(onlyPeer(server));
        QTRY_COMPARE(knownPeers(client), 1);
        client.sendMessage(1, 1);
        QTRY_COMPARE(removed.size(), 1);
        QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::Refused);
        QCOMPARE(server.ledger().rejectedPeer.messages, 1u);
    }

    void ownConnectThatIsRefusedIsAnswered_data()
    {
        QTest::addColumn<bool>("full");
        QTest::newRow("by goodPeer") << false;
        QTest::newRow("by a full peer table") << true;
    }
    void ownConnectThatIsRefusedIsAnswered()
    {
        QFETCH(bool, full);
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        Checked<TcpSock> other(listening());
        QVERIFY(!other.start());
        SockOptions options = quiet();
        options.maximumPeers = 1;
        Checked<TcpSock> client(options);
        QVERIFY(!client.start());
        QSignalSpy failed(&client, &BaseSock::connectFailed);
        if (full) {
            QVERIFY(!client.connectTo(other.localEndpoint()));
            QTRY_COMPARE(knownPeers(client), 1);
        } else {
            client.peerFilter().refuse(server.localEndpoint());
        }
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(failed.size(), 1);
        const auto error = failed.first().at(1).value<SockError>();
        QCOMPARE(error.code, full ? SockError::Code::TooManyPeers : SockError::Code::PeerRefused);
        QVERIFY(!error.what.isEmpty() && !error.remedy.isEmpty());
        QCOMPARE(knownPeers(client), full ? 1 : 0);
        QTRY_COMPARE(server.peers().size(), 0);
    }

    void maximumPeersAndConnectionsAreKept_data()
    {
        QTest::addColumn<bool>("byPeers");
        QTest::newRow("peers") << true;
        QTest::newRow("connections") << false;
    }
    void maximumPeersAndConnectionsAreKept()
    {
        QFETCH(bool, byPeers);
        SockOptions options = listening();
        (byPeers ? options.maximumPeers : options.tcp.maximumConnections) = 3;
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        QSignalSpy limits(&server, &BaseSock::limitReached);
        QSignalSpy errors(&server, &BaseSock::errorOccurred);
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        for (int i = 0; i < 6; ++i) {
            clients.push_back(std::make_unique<QTcpSocket>());
            clients.back()->connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        }
        const auto open = [&clients] {
            int count = 0;
            for (const auto &client : clients)
                count += client->state() == QAbstractSocket::ConnectedState;
            return count;
        };
        QTRY_COMPARE(limits.size(), 3);
        QCOMPARE(errors.size(), byPeers ? 0 : 1); // a flood of connections is no flood of errors
        const Ledger ledger = server.ledger();
        QCOMPARE(byPeers ? ledger.refusedPeerLimit : ledger.refusedConnectionLimit, 3u);
        QCOMPARE(ledger.refusedConnections, 3u);
        QTRY_COMPARE(open(), 3);
        QCOMPARE(knownPeers(server), 3);
    }

    void silentPeerIsClosedAtItsDeadline()
    {
        auto clock = std::make_shared<ManualClock>();
        SockOptions options = listening();
        options.clock = clock;
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        QSignalSpy removed(&server, &BaseSock::peerRemoved);
        QTcpSocket silent;
        silent.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        QTRY_COMPARE(knownPeers(server), 1);
        clock->advanceMs(9999);
        QCOMPARE(removed.size(), 0);
        clock->advanceMs(1);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::TimedOut);
        QTRY_COMPARE(silent.state(), QAbstractSocket::UnconnectedState);
    }

    void thousandConnectsLeaveNothingBehind()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        const auto round = [&server](int count) {
            for (int i = 0; i < count; ++i) {
                QTcpSocket client;
                client.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
                QVERIFY(client.waitForConnected(5000));
                if (i % 3 == 0)
                    client.write(QByteArray::fromHex("00000005") + "[1,2]");
                if (i % 5 == 0)
                    client.write(QByteArray::fromHex("000000ff")); // a frame that it never finishes
                client.flush();
                if (i % 2 == 0)
                    QCoreApplication::processEvents();
                if (i % 7 == 0)
                    client.abort();
            }
            QTRY_COMPARE(server.peers().size(), 0);
        };
        const auto descriptors = [] {
            return QDir(u"/proc/self/fd"_s).entryList(QDir::AllEntries | QDir::System).size();
        };
        round(200); // pools and tables have their size now
        const qint64 memoryBefore = Test::residentBytes();
        const auto before = descriptors();
        QSignalSpy added(&server, &BaseSock::peerAdded);
        round(1000);
        // One that resets at once may be gone before it is accepted.
        QVERIFY2(added.size() >= 800, qPrintable(QString::number(added.size())));
        QTRY_COMPARE(descriptors(), before);
        QCOMPARE(server.peers().size(), 0);
        const qint64 grown = Test::residentBytes() - memoryBefore;
        // The spy itself keeps a thousand entries.
        QVERIFY2(!Test::memoryTells || grown < 2 * 1024 * 1024, qPrintable(QString::number(grown)));
        QCOMPARE(server.ledger().bytesBuffered, 0u);
    }

    void slowReaderDoesNotBlockABroadcast_data()
    {
        QTest::addColumn<bool>("close");
        QTest::newRow("its messages are refused") << false;
        QTest::newRow("it is closed") << true;
    }
    void slowReaderDoesNotBlockABroadcast()
    {
        QFETCH(bool, close);
        SockOptions options = listening(quiet(u"raw"));
        options.tcp.sendLimitBytes = 1024 * 1024;
        options.tcp.closeSlowReader = close;
        options.timeout = std::chrono::milliseconds(0);
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        QSignalSpy removed(&server, &BaseSock::peerRemoved);
        QTcpSocket slow;
        slow.setReadBufferSize(1024); // nobody reads it
        slow.connectToHost(QHostAddress::LocalHost, server.localEndpoint().port());
        QTRY_COMPARE(knownPeers(server), 1);
        const Endpoint slowPeer = onlyPeer(server);
        Checked<TcpSock> quick(quiet(u"raw"));
        int got = 0;
        quick.addHandler(0, this, [&](const Envelope &) { ++got; });
        QVERIFY(!quick.start());
        QVERIFY(!quick.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(server), 2);
        const QByteArray block(64 * 1024, 'x');
        constexpr int total = 400;
        int refused = 0;
        for (int i = 0; i < total; ++i) {
            const SendResult result = server.sendRaw(QByteArray::fromHex("00010000") + block);
            refused += result.failed;
            QTRY_COMPARE_GE(got, i - 10); // the quick one gets its messages all the time
        }
        QTRY_COMPARE(got, total);
        if (close) {
            QTRY_COMPARE(removed.size(), 1);
            QCOMPARE(removed.first().first().value<Endpoint>(), slowPeer);
            QCOMPARE(removed.first().at(1).value<CloseReason>(), CloseReason::SlowReader);
        } else {
            QVERIFY(refused > 0);
            QCOMPARE(server.ledger().refusedQueueFull.messages, static_cast<quint64>(refused));
            QVERIFY(server.sendQueueBytes() <= options.tcp.sendLimitBytes + block.size() + 4);
        }
        QCOMPARE(Test::imbalance(server.ledger()), QString());
    }

    void peersOfAStoppedServerAreToldAndMayComeBack()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        const quint16 port = server.localEndpoint().port();
        Checked<TcpSock> client(quiet());
        QVERIFY(!client.start());
        QSignalSpy removed(&client, &BaseSock::peerRemoved);
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(server), 1);
        server.stop();
        QTRY_COMPARE(removed.size(), 1);
        SockOptions options = server.options();
        options.bind = HostPort{u"127.0.0.1"_s, port};
        QVERIFY(!server.setOptions(options));
        const auto error = server.start();
        QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_COMPARE(knownPeers(server), 1);
    }
};

QTEST_GUILESS_MAIN(TestTcpSock)
#include "test_tcpsock.moc"
