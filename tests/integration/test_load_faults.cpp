#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <sys/wait.h>

#include "support/echoserver.h"
#include "support/streamstub.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace SockScope::Test;

/// The other end dies, and time does what it should not.
class TestLoadFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void cleanup() { QCOMPARE(takeLedgerFaults(), QStringList()); }

    void theOtherEndIsKilledInsideAFrame()
    {
        Randomness random = seededRandomness();
        const int rounds = amount(40, 500);
        constexpr int connections = 5;
        EchoServer<TcpSock> server;
        QVERIFY(server.serves() > 0);
        const MemoryLevel memory;
        const QByteArray frame = frameOf(QByteArray(3000, 'k'));
        for (int round = 0; round < rounds; ++round) {
            const qsizetype cut = random.between(1, frame.size() - 1);
            const quint64 errors = server.sock.ledger().framingErrors.messages;
            const pid_t child = ::fork();
            QVERIFY(child >= 0);
            if (child == 0) { // only system calls from here on
                const sockaddr_in to = loopbackAddress(server.port);
                for (int i = 0; i < connections; ++i) {
                    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
                    if (::connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
                        ::_exit(1);
                    (void)!::write(fd, frame.constData(), static_cast<size_t>(frame.size()));
                    (void)!::write(fd, frame.constData(), static_cast<size_t>(cut));
                }
                for (;;)
                    ::pause();
            }
            const auto reap = qScopeGuard([child] {
                ::kill(child, SIGKILL);
                ::waitpid(child, nullptr, 0);
            });
            QVERIFY(until([&] {
                return knownPeers(server.sock) == connections &&
                       server.sock.ledger().bytesBuffered == quint64(cut * connections);
            }));
            QCOMPARE(::kill(child, SIGKILL), 0);
            QVERIFY(until([&] { return knownPeers(server.sock) == 0; }));
            QCOMPARE(server.sock.ledger().framingErrors.messages, errors + connections); // each cut frame, once
            QCOMPARE(imbalance(server.sock.ledger()), QString());
        }
        measured("%d processes killed, each inside %d frames; %lld whole frames before them handled", rounds,
                 connections, server.handled);
        QCOMPARE(server.handled, qint64(rounds) * connections + 1);
        QCOMPARE(memory.fault(), QString());
        QVERIFY(server.serves() > 0);
    }

    void theClockJumpsForward()
    {
        for (const bool stream : {false, true}) {
            SockOptions options;
            options.codec = makeCodec(u"raw");
            StreamBench bench(options, stream);
            int ticks = 0;
            const int count = amount(2000, 50'000);
            for (int jump = 0; jump < 20; ++jump) {
                for (int i = 0; i < count / 20; ++i) {
                    const Endpoint peer = endpointOf(bench.next++);
                    if (stream) {
                        bench.stub->connectPeer(peer, i % 2);
                        bench.stub->receive(peer, frameOf("a") + QByteArray(3, '\0'), bench.clock->nowNs());
                    } else {
                        bench.stub->receiveDatagram(peer, "a", bench.clock->nowNs());
                    }
                }
                bench.settle();
                QCOMPARE(bench.peers(), count / 20);
                // Without a call of any alarm on the way, as after a night's sleep of the machine.
                bench.clock->stall(qint64(3600) * 1'000'000'000 * (jump + 1));
                for (int turn = 0; turn < 1000 && bench.peers() > 0; ++turn) {
                    bench.clock->advanceMs(25);
                    QCoreApplication::processEvents();
                    ++ticks;
                }
                QCOMPARE(bench.peers(), 0); // all were silent that long
                QCOMPARE(imbalance(bench.sock->ledger()), QString());
            }
            measured("%s: %d peers timed out in 20 jumps of 1 to 20 hours, within %d turns", stream ? "TCP" : "UDP",
                     count / 20 * 20, ticks);
            serveFresh(bench, stream);
        }
    }

    void theClockJumpsBack()
    {
        Randomness random = seededRandomness();
        for (const bool stream : {false, true}) {
            SockOptions options;
            options.codec = makeCodec(u"raw");
            StreamBench bench(options, stream);
            QList<Endpoint> known;
            const int rounds = amount(2000, 20'000);
            for (int round = 0; round < rounds; ++round) {
                if (random.oneIn(3)) {
                    known.append(endpointOf(bench.next++));
                    if (stream)
                        bench.stub->connectPeer(known.last(), false);
                }
                if (!known.isEmpty()) {
                    const Endpoint peer = known.at(random.between(0, known.size() - 1));
                    if (stream)
                        bench.stub->receive(peer, random.oneIn(2) ? frameOf("hello") : QByteArray(1, '\0'),
                                            bench.clock->nowNs());
                    else
                        bench.stub->receiveDatagram(peer, "hello", bench.clock->nowNs());
                }
                bench.settle();
                if (random.oneIn(10)) // back, at most to where it began
                    bench.clock->stall(-random.between(0, qMin<qint64>(bench.clock->nowNs() - 1, 7'200'000'000'000)));
                else
                    bench.clock->advanceMs(random.between(0, 2000));
                QCOMPARE(imbalance(bench.sock->ledger()), QString());
            }
            // From there on time goes as it should: everybody is forgotten, at most as much later as it had jumped.
            for (int turn = 0; turn < 20'000 && bench.peers() > 0; ++turn)
                bench.clock->advanceMs(1000);
            measured("%s: %d rounds; all peers gone in the end, %llu of %d for their silence", stream ? "TCP" : "UDP",
                     rounds, bench.sock->ledger().closedSilent, bench.next);
            QCOMPARE(bench.peers(), 0);
            serveFresh(bench, stream);
        }
    }

private:
    static void serveFresh(StreamBench &bench, bool stream)
    {
        int got = 0;
        bench.sock->addHandler(0, bench.sock.get(), [&](const Envelope &) { ++got; });
        const Endpoint fresh = endpointOf(bench.next++);
        if (stream) {
            QVERIFY(bench.stub->connectPeer(fresh, false));
            bench.stub->receive(fresh, frameOf("fresh"), bench.clock->nowNs());
        } else {
            bench.stub->receiveDatagram(fresh, "fresh", bench.clock->nowNs());
        }
        bench.settle();
        QCOMPARE(got, 1);
    }
};

QTEST_GUILESS_MAIN(TestLoadFaults)
#include "test_load_faults.moc"
