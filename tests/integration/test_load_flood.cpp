#include <QTest>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/echoserver.h"
#include "support/streamstub.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace SockScope::Test;

namespace {

/// A thread that sends as fast as the system takes it, until it is told to end.
class Flood
{
public:
    Flood(bool tcp, quint16 port, qsizetype bytes)
        : m_thread([this, tcp, port, bytes] {
            const RawPeer peer = tcp ? RawPeer::tcp(port) : RawPeer::udp(port);
            const QByteArray message = QByteArray(bytes, 'f');
            const QByteArray wire = tcp ? frameOf(message) : message;
            qsizetype rest = 0; // of a frame that the system took in part
            while (!m_done || rest > 0) {
                const qsizetype took = peer.send(rest > 0 ? QByteArrayView(wire).last(rest) : QByteArrayView(wire));
                if (took < 0 && errno != EAGAIN && errno != ECONNREFUSED && errno != ENOBUFS)
                    break;
                if (took < 0) {
                    pollfd query{peer.descriptor(), POLLOUT, 0};
                    ::poll(&query, 1, 10);
                    continue;
                }
                rest = (rest > 0 ? rest : wire.size()) - took;
                if (rest == 0)
                    ++m_sent;
            }
            m_mayClose.wait(false); // what it sent arrives before its end
        })
    {
    }
    void end() { m_done = true; }
    ~Flood()
    {
        m_done = true;
        m_mayClose = true;
        m_mayClose.notify_one();
        m_thread.join();
    }
    qint64 sent() const { return m_sent; }

private:
    std::atomic<qint64> m_sent = 0;
    std::atomic<bool> m_done = false;
    std::atomic<bool> m_mayClose = false;
    std::thread m_thread; // last: it uses the others
};

void spinFor(std::chrono::microseconds time)
{
    const QDeadlineTimer deadline(time, Qt::PreciseTimer);
    while (!deadline.hasExpired()) {
    }
}

} // namespace

/// More than can be taken: of peers, and of messages.
class TestLoadFlood : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void cleanup() { QCOMPARE(takeLedgerFaults(), QStringList()); }

    void aMillionSources()
    {
        const int sources = isFullLoad() || !sanitized ? 1'000'000 : 100'000;
        SockOptions options;
        options.maximumPeers = 10'000;
        options.codec = makeCodec(u"raw");
        StreamBench bench(options, false);
        qint64 handled = 0;
        bench.sock->addHandler(0, bench.sock.get(), [&](const Envelope &) { ++handled; });
        const auto flood = [&](int from, int to) {
            for (int i = from; i < to; ++i) {
                bench.stub->receiveDatagram(endpointOf(i), "spoofed", bench.clock->nowNs());
                if (i % 64 == 0)
                    bench.stub->sink()->transportBatchEnded();
                if (i % 1000 == 0)
                    bench.clock->advanceMs(1);
            }
            bench.settle();
        };
        flood(0, 20'000); // the table is full
        QCOMPARE(bench.peers(), options.maximumPeers);
        const MemoryLevel memory;
        QElapsedTimer timer;
        timer.start();
        flood(20'000, sources);
        const double ns = static_cast<double>(timer.nsecsElapsed()) / (sources - 20'000);
        QCOMPARE(bench.peers(), options.maximumPeers);
        Ledger ledger = bench.sock->ledger();
        measured("%d sources: %llu handled, %llu refused because the table of %d was full, %.0f ns each", sources,
                 ledger.handled.messages, ledger.rejectedFull, options.maximumPeers, ns);
        QCOMPARE(ledger.received.messages, quint64(sources));
        QCOMPARE(ledger.handled.messages, quint64(options.maximumPeers));
        QCOMPARE(ledger.rejectedFull, quint64(sources - options.maximumPeers));
        QCOMPARE(ledger.rejectedPeer.messages, ledger.rejectedFull);
        QCOMPARE(imbalance(ledger), QString());
        QCOMPARE(memory.fault(), QString());
        // Who is known goes on to be heard, and when the flood's peers have timed out, a fresh one is.
        bench.stub->receiveDatagram(endpointOf(5), "known", bench.clock->nowNs());
        bench.settle();
        QCOMPARE(handled, qint64(options.maximumPeers) + 1);
        for (int turn = 0; turn < 100 && bench.peers() > 0; ++turn) {
            bench.clock->advanceMs(11'000);
            QCoreApplication::processEvents();
        }
        QCOMPARE(bench.peers(), 0);
        bench.stub->receiveDatagram(endpointOf(sources + 1), "fresh", bench.clock->nowNs());
        bench.settle();
        QCOMPARE(handled, qint64(options.maximumPeers) + 2);
    }

    void thousandsOfSourcesOnTheWire()
    {
        const int sources = amount(3000, 30'000);
        SockOptions options = quiet(u"raw");
        options.maximumPeers = sources / 3;
        options.timeout = 1500ms;
        EchoServer<UdpSock> server(options);
        QVERIFY(server.serves() > 0);
        const quint64 before = server.sock.ledger().received.messages;
        QElapsedTimer timer;
        timer.start();
        int most = 0;
        for (int i = 0; i < sources; ++i) {
            const RawPeer peer = RawPeer::udp(server.port, 0x7f010000u + static_cast<quint32>(i) + 1); // 127.1.x.y
            QVERIFY(peer.isOpen());
            QCOMPARE(peer.send("spoofed"), 7);
            if (i % 32 == 31)
                QCoreApplication::processEvents();
            most = qMax(most, server.sock.peers().size());
        }
        QVERIFY(until([&] {
            return server.sock.ledger().received.messages + server.sock.ledger().kernelDrops >=
                   before + quint64(sources);
        }));
        measured("%d sources in %lld ms: at most %d peers, %llu messages refused", sources, timer.elapsed(), most,
                 server.sock.ledger().rejectedFull);
        QVERIFY(most <= options.maximumPeers);
        QVERIFY(server.sock.ledger().rejectedFull > 0);
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QVERIFY(until([&] { return server.sock.peers().size() == 0; }));
        QVERIFY(server.serves() > 0);
    }

    void senderFasterThanTheHandlers_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::addColumn<QueuePolicy>("policy");
        for (const bool tcp : {false, true}) {
            const char *kind = tcp ? "TCP" : "UDP";
            QTest::addRow("%s, pause reading", kind) << tcp << QueuePolicy::PauseReading;
            QTest::addRow("%s, drop newest", kind) << tcp << QueuePolicy::DropNewest;
            QTest::addRow("%s, drop oldest", kind) << tcp << QueuePolicy::DropOldest;
        }
    }
    void senderFasterThanTheHandlers()
    {
        QFETCH(bool, tcp);
        QFETCH(QueuePolicy, policy);
        if (tcp)
            overload<TcpSock>(policy);
        else
            overload<UdpSock>(policy);
    }

    void handlersThatThrowAtRandom()
    {
        Randomness random = seededRandomness();
        const int messages = amount(20'000, 1'000'000);
        EchoServer<TcpSock> server;
        qint64 thrown = 0;
        qint64 other = 0;
        HandlerOptions named;
        named.name = u"thrower"_s;
        server.sock.addHandler(
            0, this,
            [&](const Envelope &) {
                if (!random.oneIn(3))
                    return;
                ++thrown;
                if (random.oneIn(2))
                    throw std::runtime_error("on purpose");
                throw 42;
            },
            named);
        server.sock.addHandler(0, this, [&](const Envelope &) { ++other; });
        server.answers = false;
        const RawPeer peer = RawPeer::tcp(server.port);
        const QByteArray frames = frameOf("throw, will you").repeated(100);
        const auto send = [&](int count) {
            const qint64 target = server.handled + count;
            for (int sent = 0; sent < count; sent += 100) {
                if (peer.send(frames) != frames.size())
                    return false;
                if (!until([&] { return server.handled >= target - count + sent + 100; }))
                    return false;
            }
            return true;
        };
        QVERIFY(send(messages / 10 / 100 * 100));
        const MemoryLevel memory;
        QElapsedTimer timer;
        timer.start();
        QVERIFY(send(messages));
        measured("%d messages, %lld exceptions, %.0f ns a message", messages, thrown,
                 static_cast<double>(timer.nsecsElapsed()) / messages);
        QCOMPARE(server.sock.ledger().handlerErrors, quint64(thrown));
        QCOMPARE(other, server.handled); // the others of the message are called all the same
        QCOMPARE(memory.fault(), QString());
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        server.answers = true;
        QVERIFY(server.serves() > 0);
    }

private:
    template <typename Sock>
    void overload(QueuePolicy policy)
    {
        constexpr bool tcp = std::is_same_v<Sock, TcpSock>;
        const int forMs = amount(1200, 60'000);
        SockOptions options = quiet(u"raw");
        options.queuePolicy = policy;
        options.parseQueueBytes = 4 * 1024 * 1024;
        options.inQueueBytes = 4 * 1024 * 1024;
        options.tickInterval = 10ms;
        EchoServer<Sock> server(options);
        QVERIFY(server.serves() > 0);
        server.answers = false;
        server.sock.addHandler(0, this, [](const Envelope &) { spinFor(20us); });
        qint64 latestTickNs = 0;
        connect(&server.sock, &BaseSock::ticked, this,
                [&](const TickInfo &info) { latestTickNs = qMax(latestTickNs, info.actualNs - info.scheduledNs); });
        const MemoryLevel memory;
        qint64 grown = 0;
        bool balanced = true;
        const quint64 before = server.sock.ledger().received.messages;
        Flood flood(tcp, server.port, 200);
        const Pulse pulse;
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < forMs) {
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
            balanced = balanced && server.sock.ledger().isBalanced();
            grown = qMax(grown, memory.grownBytes());
        }
        const qint64 handled = server.handled;
        const Ledger during = server.sock.ledger();
        flood.end();
        // What is on its way arrives, and the queues are worked off.
        quint64 received = 0;
        QElapsedTimer quietFor;
        quietFor.start();
        QVERIFY(until(
            [&] {
                const Ledger ledger = server.sock.ledger();
                if (ledger.received.messages != std::exchange(received, ledger.received.messages) ||
                    ledger.stillQueued.messages > 0)
                    quietFor.restart();
                return quietFor.elapsed() > 300;
            },
            60'000));
        const Ledger ledger = server.sock.ledger();
        const double seconds = forMs / 1000.0;
        measured("sent %.0f/s, handled %.0f/s, dropped by the queue %.0f/s, by the system %.0f/s; resident + %.1f MiB, "
                 "latest tick %.1f ms",
                 double(flood.sent()) / seconds, double(handled) / seconds,
                 double(during.droppedQueueFull.messages) / seconds, double(during.kernelDrops) / seconds,
                 double(grown) / 1048576.0, double(latestTickNs) / 1e6);
        QVERIFY(balanced);
        QCOMPARE(imbalance(ledger), QString());
        if (tcp) // a stream loses nothing on the way
            QCOMPARE(ledger.received.messages - before, quint64(flood.sent()));
        if (tcp && policy == QueuePolicy::PauseReading)
            QCOMPARE(ledger.droppedQueueFull.messages, 0u);
        QVERIFY(sanitized || grown < 64 * 1024 * 1024);
        QCOMPARE(memory.fault(24 * 1024 * 1024), QString());
        server.answers = true;
        QVERIFY(server.serves() > 0);
    }
};

QTEST_GUILESS_MAIN(TestLoadFlood)
#include "test_load_flood.moc"
