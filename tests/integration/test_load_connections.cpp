#include <QSignalSpy>
#include <QTest>

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <deque>
#include <thread>

#include "support/echoserver.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace SockScope::Test;

/// Connections that come and go by the thousand, in every bad way.
class TestLoadConnections : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void cleanup() { QCOMPARE(takeLedgerFaults(), QStringList()); }

    void openedAndResetAtRandom()
    {
        Randomness random = seededRandomness();
        EchoServer<TcpSock> server;
        QVERIFY(server.serves() > 0);
        const int total = amount(4000, 10000);
        const auto round = [&](int connections) {
            std::deque<RawPeer> open;
            for (int made = 0; made < connections || !open.empty();) {
                if (made < connections && open.size() < 1000) {
                    open.push_back(RawPeer::tcp(server.port));
                    ++made;
                    const QByteArray frame = frameOf(QByteArray(random.between(0, 2000), 'x'));
                    if (!random.oneIn(4))
                        open.back().send(random.oneIn(2) ? frame : frame.first(random.between(0, frame.size())));
                    if (random.oneIn(20))
                        open.back().send(QByteArray(8, '\xff'));
                }
                const auto index = static_cast<size_t>(random.between(0, qint64(open.size()) - 1));
                if (made == connections || random.oneIn(2)) {
                    std::swap(open[index], open.back());
                    random.oneIn(2) ? open.back().reset() : open.back().close();
                    open.pop_back();
                }
                if (random.oneIn(16))
                    QCoreApplication::processEvents();
            }
            return until([&] { return server.sock.peers().size() == 0; });
        };
        QVERIFY(round(total / 4)); // what stays is made
        const MemoryLevel memory;
        QElapsedTimer timer;
        timer.start();
        QVERIFY(round(total));
        measured("%d connections in %lld ms, %llu messages, %llu framing errors, %llu refused", total, timer.elapsed(),
                 server.sock.ledger().received.messages, server.sock.ledger().framingErrors.messages,
                 server.sock.ledger().refusedConnections);
        QCOMPARE(memory.fault(), QString());
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QCOMPARE(server.sock.ledger().refusedConnections, 0u); // the default limits are not for these
        QVERIFY(server.serves() > 0);
    }

    /// The half that is open is ours: the other one has gone without a word, or will never read or write again.
    void halfOpenPeers()
    {
        const int count = amount(200, 2000);
        SockOptions options = quiet(u"raw");
        options.timeout = 700ms;
        options.tcp.sendLimitBytes = 256 * 1024;
        EchoServer<TcpSock> server(options);
        QVERIFY(server.serves() > 0);
        std::vector<RawPeer> peers;
        for (int i = 0; i < count; ++i) {
            peers.push_back(RawPeer::tcp(server.port));
            peers.back().send(frameOf("hello"));
            if (i % 2)
                peers.back().shutdownWriting();
        }
        QVERIFY(until([&] { return server.handled == count + 1; }));
        // Those that have ended their half are gone; what the others do not read piles up, as far as the limit.
        QVERIFY(until([&] { return knownPeers(server.sock) <= count / 2; }));
        const QCborValue data(QByteArray(20'000, 'x'));
        QElapsedTimer timer;
        timer.start();
        double longest = 0;
        int sends = 0;
        while (knownPeers(server.sock) > 0) {
            QElapsedTimer one;
            one.start();
            server.sock.sendMessage(0, data);
            ++sends;
            longest = qMax(longest, static_cast<double>(one.nsecsElapsed()) / 1e6);
            QVERIFY(server.sock.sendQueueBytes() <= qint64(count) * options.tcp.sendLimitBytes);
            QCoreApplication::processEvents();
            QVERIFY(timer.elapsed() < 60000);
        }
        measured("%d peers gone after %lld ms; %d broadcasts meanwhile, the longest %.1f ms", count, timer.elapsed(),
                 sends, longest);
        QVERIFY(server.sock.ledger().closedSilent >= quint64(count / 2));
        QCOMPARE(server.sock.sendQueueBytes(), 0);
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QVERIFY(server.serves() > 0);
    }

    void descriptorsExhaustedAndGivenBack()
    {
        if (sanitized)
            QSKIP("UBSan looks at memory through a pipe, and has no descriptor for it here");
        EchoServer<TcpSock> server;
        QVERIFY(server.serves() > 0);
        int pipes[2];
        QVERIFY(::pipe(pipes) == 0);
        constexpr int connections = 120;
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) { // only system calls from here on
            int fds[connections];
            const sockaddr_in to = loopbackAddress(server.port);
            for (int &fd : fds) {
                fd = ::socket(AF_INET, SOCK_STREAM, 0);
                if (::connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
                    ::_exit(1);
            }
            char byte = 0;
            ::close(pipes[1]);
            (void)!::read(pipes[0], &byte, 1); // until the parent says so, or is gone
            ::_exit(0);
        }
        ::close(pipes[0]);
        rlimit before{};
        QVERIFY(::getrlimit(RLIMIT_NOFILE, &before) == 0);
        rlimit few = before;
        few.rlim_cur = 64;
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &few) == 0);
        const auto restore = qScopeGuard([&] { ::setrlimit(RLIMIT_NOFILE, &before); });
        QSignalSpy errors(&server.sock, &BaseSock::errorOccurred);
        QVERIFY(until([&] { return errors.size() >= 1; }));
        const int accepted = knownPeers(server.sock);
        QVERIFY2(accepted > 20 && accepted < 64, qPrintable(QString::number(accepted)));
        QCOMPARE(errors.first().first().value<SockError>().code, SockError::Code::LimitReached);
        // It tries again now and then, and does not spin meanwhile.
        QElapsedTimer timer;
        timer.start();
        const std::clock_t cpu = std::clock();
        QVERIFY(until([&] { return timer.elapsed() >= 1200; }));
        const double cpuMs = double(std::clock() - cpu) * 1000.0 / CLOCKS_PER_SEC;
        measured("%d of %d accepted with 64 descriptors; then %lld errors and %.0f ms of CPU in 1200 ms", accepted,
                 connections, qint64(errors.size()), cpuMs);
        QVERIFY(errors.size() <= 3);
        QVERIFY(sanitized || cpuMs < 400);
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &before) == 0); // given back
        QVERIFY(until([&] { return knownPeers(server.sock) == connections; }));
        ::close(pipes[1]);
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(status, 0);
        QVERIFY(until([&] { return knownPeers(server.sock) == 0; }));
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QVERIFY(server.serves() > 0);
    }

    void stoppedAndStartedUnderLoad()
    {
        Randomness random = seededRandomness();
        const int rounds = amount(150, 1000);
        EchoServer<TcpSock> tcp;
        EchoServer<UdpSock> udp;
        QVERIFY(tcp.serves() > 0 && udp.serves() > 0);
        const auto keepPort = [](BaseSock &sock, quint16 port) {
            SockOptions options = sock.options();
            options.bind->port = port;
            options.reuseAddress = true; // connections of it linger
            sock.stop();
            return !sock.setOptions(options) && !sock.start();
        };
        QVERIFY(keepPort(tcp.sock, tcp.port) && keepPort(udp.sock, udp.port));
        std::atomic<bool> done = false;
        std::thread sender([&done, tcpPort = tcp.port, udpPort = udp.port] {
            const QByteArray frames = frameOf(QByteArray(200, 'x')).repeated(20);
            const RawPeer datagrams = RawPeer::udp(udpPort);
            RawPeer peer;
            while (!done) {
                if (!peer.isOpen())
                    peer = RawPeer::tcp(tcpPort);
                if (peer.isOpen() && peer.send(frames) < 0 && errno != EAGAIN)
                    peer.close();
                for (int i = 0; i < 20; ++i)
                    datagrams.send(frames.first(200));
                std::this_thread::yield();
            }
        });
        const auto join = qScopeGuard([&] {
            done = true;
            sender.join();
        });
        QElapsedTimer timer;
        timer.start();
        std::unique_ptr<MemoryLevel> memory;
        const Pulse pulse(1);
        for (int i = 0; i < rounds; ++i) {
            for (BaseSock *sock : {static_cast<BaseSock *>(&tcp.sock), static_cast<BaseSock *>(&udp.sock)}) {
                sock->stop();
                QCOMPARE(imbalance(sock->ledger()), QString());
                const auto error = sock->start();
                QVERIFY2(!error, error ? qPrintable(error->toString()) : "");
            }
            for (qint64 turns = random.between(0, 5); turns > 0; --turns)
                QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
            if (i == rounds / 3)
                memory = std::make_unique<MemoryLevel>();
        }
        measured("%d rounds in %lld ms; TCP %lld messages handled, %llu dropped at a stop; UDP %lld, %llu", rounds,
                 timer.elapsed(), tcp.handled, tcp.sock.ledger().droppedAtStop.messages, udp.handled,
                 udp.sock.ledger().droppedAtStop.messages);
        done = true;
        QCOMPARE(memory->fault(), QString());
        QVERIFY(tcp.handled > 0 && udp.handled > 0);
        QVERIFY(tcp.serves() > 0 && udp.serves() > 0);
    }

    /// The server resets each connection, before our event loop sees it or after: the answer does not wait for a
    /// time-out. (One that is reset while it still waits to be accepted may stand for the client, which no reset
    /// reaches: the silent time-out ends that.)
    void serverThatResetsWhoConnects()
    {
        Randomness random = seededRandomness();
        const int rounds = amount(200, 2000);
        double longest = 0;
        int failed = 0;
        for (int i = 0; i < rounds; ++i) {
            const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
            sockaddr_in address = loopbackAddress(0);
            socklen_t length = sizeof address;
            QVERIFY(::bind(listener, reinterpret_cast<sockaddr *>(&address), length) == 0);
            QVERIFY(::listen(listener, 16) == 0);
            QVERIFY(::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length) == 0);
            std::thread server([=, spins = random.between(0, 100'000)] {
                const linger now{1, 0};
                const int fd = ::accept(listener, nullptr, nullptr);
                ::shutdown(listener, SHUT_RD); // nobody can connect any more
                for (volatile qint64 spin = 0; spin < spins;)
                    spin = spin + 1;
                ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
                ::close(fd);
                ::close(listener);
            });
            Checked<TcpSock> client(quiet(u"raw"));
            QSignalSpy removed(&client, &BaseSock::peerRemoved);
            QSignalSpy connectFailed(&client, &BaseSock::connectFailed);
            QElapsedTimer timer;
            timer.start();
            const bool started =
                !client.start() && !client.connectTo(Endpoint(INADDR_LOOPBACK, ntohs(address.sin_port)));
            const bool ended = started && until([&] { return removed.size() + connectFailed.size() > 0; });
            server.join();
            QVERIFY(ended);
            failed += int(connectFailed.size());
            longest = qMax(longest, static_cast<double>(timer.nsecsElapsed()) / 1e6);
        }
        measured("%d connections, %d of them never stood; the longest ended after %.1f ms", rounds, failed, longest);
        QVERIFY2(longest < 3000, qPrintable(QString::number(longest)));
    }
};

QTEST_GUILESS_MAIN(TestLoadConnections)
#include "test_load_connections.moc"
