#include <QTest>

#include "support/echoserver.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace SockScope::Test;

/// Peers that want to hold, rather than to flood.
class TestLoadSlowPeers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void cleanup() { QCOMPARE(takeLedgerFaults(), QStringList()); }

    void oneByteASecond()
    {
        const int count = amount(1000, 1000);
        const int patienceMs = isFullLoad() ? 30000 : 4000;
        SockOptions options = quiet(u"raw");
        options.tcp.handshakeTimeout = std::chrono::milliseconds(patienceMs);
        options.tcp.frameTimeout = std::chrono::milliseconds(patienceMs);
        EchoServer<TcpSock> server(options);
        QVERIFY(server.serves() > 0);
        std::vector<RawPeer> good;
        for (int i = 0; i < 10; ++i)
            good.push_back(RawPeer::tcp(server.port));
        std::vector<RawPeer> slow;
        QByteArray frame = frameOf(QByteArray(1000, 's'));
        std::vector<qsizetype> sentBytes(static_cast<size_t>(count), 0);
        QElapsedTimer slowTimer;
        qint64 turns = 0; // one is one byte of one slow peer
        const auto dribble = [&] {
            for (; !slow.empty() && turns < slowTimer.elapsed() * count / 1000; ++turns) {
                const auto index = static_cast<size_t>(turns % count);
                qsizetype &sent = sentBytes[index];
                if (slow[index].send(QByteArrayView(frame).sliced(sent % frame.size(), 1)) == 1)
                    ++sent;
            }
        };
        const QByteArray wire = frameOf(QByteArray(64, 'g'));
        // Round trips of the good peers, one after the other, with a pause between them as people make it.
        const auto echoes = [&](int forMs) {
            std::vector<double> micros;
            QElapsedTimer all;
            all.start();
            const Pulse pulse(1);
            for (size_t i = 0; all.elapsed() < forMs; ++i) {
                const RawPeer &peer = good[i % good.size()];
                QElapsedTimer one;
                one.start();
                if (peer.send(wire) != wire.size())
                    return std::vector<double>();
                QByteArray answer;
                while (answer.size() < wire.size() && one.elapsed() < 10000) {
                    QCoreApplication::processEvents();
                    answer += peer.receive();
                }
                if (answer != wire)
                    return std::vector<double>();
                micros.push_back(static_cast<double>(one.nsecsElapsed()) / 1000.0);
                QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
                dribble();
            }
            return micros;
        };
        echoes(200);
        const Percentiles without = percentilesOf(echoes(patienceMs / 4));
        for (int i = 0; i < count; ++i)
            slow.push_back(RawPeer::tcp(server.port));
        QVERIFY(until([&] { return knownPeers(server.sock) >= count + 10; }));
        const MemoryLevel memory;
        slowTimer.start();
        const Percentiles with = percentilesOf(echoes(patienceMs / 2));
        QVERIFY(knownPeers(server.sock) >= count); // all slow ones were still there
        QVERIFY(server.sock.ledger().bytesBuffered > 0);
        measured("round trip of the others p50 %.0f us, p99 %.0f us; beside %d slow ones %.0f us, %.0f us", without.p50,
                 without.p99, count, with.p50, with.p99);
        QVERIFY(without.p50 > 0 && with.p50 > 0);
        QVERIFY(with.p50 < 3 * without.p50 + 1000);
        QVERIFY(with.p99 < 5 * without.p99 + 20000);
        QElapsedTimer closing;
        closing.start();
        while (knownPeers(server.sock) > 10 && closing.elapsed() < patienceMs * 4)
            QVERIFY(!echoes(20).empty()); // the good ones go on all the time
        measured("all slow ones closed %.1f s after their first byte", double(slowTimer.elapsed()) / 1000.0);
        QCOMPARE(knownPeers(server.sock), 10);
        QCOMPARE(server.sock.ledger().closedNoFrame, quint64(count));
        QVERIFY(slowTimer.elapsed() >= patienceMs / 2);
        slow.clear();
        QCOMPARE(memory.fault(), QString());
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QVERIFY(server.serves() > 0);
    }

    void oversizeLengthsAtOnce()
    {
        Randomness random = seededRandomness();
        const int peers = 100;
        const int rounds = amount(5, 50);
        EchoServer<TcpSock> server;
        QVERIFY(server.serves() > 0);
        const MemoryLevel memory;
        for (int round = 0; round < rounds; ++round) {
            std::vector<RawPeer> hostile;
            for (int i = 0; i < peers; ++i) {
                hostile.push_back(RawPeer::tcp(server.port));
                QByteArray length(4, Qt::Uninitialized);
                qToBigEndian(static_cast<quint32>(random.between(16 * 1024 * 1024 + 1, 0xffffffff)), length.data());
                hostile.back().send(length + QByteArray(random.between(0, 60'000), 'o'));
            }
            QVERIFY(until([&] { return server.sock.ledger().framingErrors.messages == quint64((round + 1) * peers); }));
            QVERIFY(until([&] { return knownPeers(server.sock) == 0; }));
            for (const RawPeer &peer : hostile)
                QVERIFY(until([&] { return peer.isClosedByPeer(); }));
        }
        measured("%d oversize lengths from %d peers at once, %d times: all closed", peers, peers, rounds);
        QCOMPARE(memory.fault(), QString());
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QVERIFY(server.serves() > 0);
    }

    /// Lengths that are allowed, of frames that never end: what one peer may hold is no limit for all.
    void framesThatNeverEnd()
    {
        const int peers = 100;
        constexpr qsizetype total = 32 * 1024 * 1024;
        SockOptions options = quiet(u"raw");
        options.tcp.receiveTotalBytes = total;
        EchoServer<TcpSock> server(options);
        QVERIFY(server.serves() > 0);
        RawPeer innocent = RawPeer::tcp(server.port);
        innocent.send(frameOf(QByteArray(100'000, 'i')).first(1000));
        std::vector<RawPeer> hostile;
        QByteArray length(4, Qt::Uninitialized);
        qToBigEndian(quint32(16 * 1024 * 1024), length.data());
        for (int i = 0; i < peers; ++i) {
            hostile.push_back(RawPeer::tcp(server.port));
            hostile.back().send(length);
        }
        QVERIFY(until([&] { return knownPeers(server.sock) == peers + 1; }));
        const MemoryLevel memory;
        const QByteArray block(64 * 1024, 'h');
        qint64 sentBytes = 0;
        qint64 grown = 0;
        quint64 most = 0;
        for (int round = 0; round < 200 && server.sock.ledger().closedBufferLimit < 20; ++round) {
            for (const RawPeer &peer : hostile)
                sentBytes += qMax<qsizetype>(0, peer.send(block));
            for (int turn = 0; turn < 4; ++turn)
                QCoreApplication::processEvents();
            most = qMax(most, server.sock.ledger().bytesBuffered);
            grown = qMax(grown, memory.grownBytes());
        }
        measured("%.0f MiB of unfinished frames sent; at most %.1f MiB buffered, resident + %.1f MiB; %llu closed",
                 double(sentBytes) / 1048576.0, double(most) / 1048576.0, double(grown) / 1048576.0,
                 server.sock.ledger().closedBufferLimit);
        QVERIFY(server.sock.ledger().closedBufferLimit >= 20);
        QVERIFY(most <= quint64(total + 1024 * 1024));
        QVERIFY(sanitized || grown < 4 * total);
        innocent.send(frameOf(QByteArray(100'000, 'i')).sliced(1000));
        const qint64 handled = server.handled;
        QVERIFY(until([&] { return server.handled > handled; })); // the small one was let alone
        hostile.clear();
        QVERIFY(until([&] { return knownPeers(server.sock) == 1; }));
        QCOMPARE(memory.fault(), QString());
        QCOMPARE(imbalance(server.sock.ledger()), QString());
        QVERIFY(server.serves() > 0);
    }
};

QTEST_GUILESS_MAIN(TestLoadSlowPeers)
#include "test_load_slowpeers.moc"
