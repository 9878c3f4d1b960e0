#include <QTest>

#include "core/time/manualclock.h"
#include "core/transport/loopbacktransport.h"
#include "support/recordingsink.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

namespace {

struct Pair
{
    explicit Pair(bool stream, std::shared_ptr<Clock> clock = {})
    {
        std::tie(a, b) = LoopbackTransport::createPair(stream, std::move(clock));
        a->setSink(&sinkA);
        b->setSink(&sinkB);
    }
    void openBoth()
    {
        QVERIFY(!a->open());
        QVERIFY(!b->open());
    }
    void setManual()
    {
        a->setManual(true);
        b->setManual(true);
    }
    void connectManually()
    {
        setManual();
        openBoth();
        a->connectTo(b->localEndpoint());
        a->deliver();
        b->deliver();
        QCOMPARE(sinkA.connected.size(), 1);
        QCOMPARE(sinkB.connected.size(), 1);
    }
    RecordingSink sinkA;
    RecordingSink sinkB;
    std::unique_ptr<LoopbackTransport> a;
    std::unique_ptr<LoopbackTransport> b;
};

} // namespace

class TestLoopbackTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void datagramsThroughTheEventLoop()
    {
        auto clock = std::make_shared<ManualClock>();
        Pair pair(false, clock);
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), "x"), SendOutcome::NotOpen);
        pair.openBoth();
        pair.a->connectTo(pair.b->localEndpoint());
        QCOMPARE(pair.sinkA.connected.size(), 1);
        QCOMPARE(pair.a->send(Endpoint(1, 1), "x"), SendOutcome::NoSuchPeer);
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), "one"), SendOutcome::Accepted);
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), ""), SendOutcome::Accepted);
        QCOMPARE(pair.sinkB.received.size(), 0);
        QCOMPARE(pair.a->pendingSendBytes(), 3);
        QTRY_COMPARE(pair.sinkB.received.size(), 2);
        QCOMPARE(pair.sinkB.received[0].data, "one");
        QCOMPARE(pair.sinkB.received[0].peer, pair.a->localEndpoint());
        QCOMPARE(pair.sinkB.received[0].receivedNs, clock->nowNs());
        QCOMPARE(pair.sinkB.received[1].data, "");
        QCOMPARE(pair.sinkA.sentCount, 2);
        QCOMPARE(pair.a->pendingSendBytes(), 0);
    }

    void manualDeliveryWaits()
    {
        Pair pair(true);
        pair.connectManually();
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), "abc"), SendOutcome::Accepted);
        QCoreApplication::processEvents();
        QCOMPARE(pair.sinkB.receivedCalls, 0);
        pair.b->deliver();
        QCOMPARE(pair.sinkB.stream(), "abc");
        QCOMPARE(pair.sinkA.sentBytes, 3);
    }

    void streamInPieces_data()
    {
        QTest::addColumn<int>("size");
        for (int size = 1; size <= 7; ++size)
            QTest::addRow("%d bytes", size) << size;
    }
    void streamInPieces()
    {
        QFETCH(int, size);
        Pair pair(true);
        pair.connectManually();
        pair.b->setDeliverySize(size);
        pair.a->send(pair.b->localEndpoint(), "abcdefgh");
        pair.a->send(pair.b->localEndpoint(), "ij");
        pair.b->deliver();
        QCOMPARE(pair.sinkB.stream(), "abcdefghij");
        QCOMPARE(pair.sinkB.receivedCalls, (8 + size - 1) / size + (2 + size - 1) / size);
    }

    void unreadPartIsOfferedAgain()
    {
        Pair pair(true);
        pair.connectManually();
        pair.sinkB.take = 1;
        pair.a->send(pair.b->localEndpoint(), "abc");
        pair.b->deliver();
        QCOMPARE(pair.sinkB.stream(), "a");
        pair.sinkB.take = -1;
        pair.a->send(pair.b->localEndpoint(), "d");
        pair.b->deliver();
        QCOMPARE(pair.sinkB.stream(), "abcd");
    }

    void filterDropsAndCorrupts()
    {
        Pair pair(false);
        pair.setManual();
        pair.openBoth();
        int number = 0;
        pair.b->setFilter([&](QByteArray &data) {
            if (++number == 2)
                return false;
            data[0] = 'X';
            return true;
        });
        for (const char *text : {"one", "two", "six"})
            pair.a->send(pair.b->localEndpoint(), text);
        pair.b->deliver();
        QCOMPARE(pair.sinkB.received.size(), 2);
        QCOMPARE(pair.sinkB.received[0].data, "Xne");
        QCOMPARE(pair.sinkB.received[1].data, "Xix");
    }

    void breaking()
    {
        Pair pair(true);
        pair.connectManually();
        pair.a->send(pair.b->localEndpoint(), "lost");
        pair.a->breakConnection();
        QCOMPARE(pair.sinkA.disconnected.size(), 1);
        QCOMPARE(pair.sinkB.disconnected.size(), 1);
        QCOMPARE(pair.sinkA.disconnected[0].reason, CloseReason::NetworkError);
        QVERIFY(pair.sinkA.disconnected[0].error);
        QCOMPARE(pair.sinkA.sendErrors, 1);
        QCOMPARE(pair.sinkB.receivedCalls, 0);
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), "x"), SendOutcome::NoSuchPeer);
        // and it can be connected again
        pair.b->connectTo(pair.a->localEndpoint());
        pair.a->deliver();
        pair.b->deliver();
        QCOMPARE(pair.sinkA.connected.size(), 2);
        QVERIFY(!pair.sinkA.connected[1].outgoing);
        QVERIFY(pair.sinkB.connected[1].outgoing);
    }

    void closingTellsBothEnds()
    {
        Pair pair(true);
        pair.connectManually();
        pair.a->send(pair.b->localEndpoint(), "bye");
        pair.a->closePeer(pair.b->localEndpoint(), CloseReason::Local);
        QCOMPARE(pair.sinkA.disconnected.size(), 1);
        QCOMPARE(pair.sinkA.disconnected[0].reason, CloseReason::Local);
        pair.b->deliver();
        QCOMPARE(pair.sinkB.stream(), "bye");
        QCOMPARE(pair.sinkB.disconnected[0].reason, CloseReason::Remote);
    }

    void refusing()
    {
        Pair pair(true);
        pair.setManual();
        pair.openBoth();
        pair.sinkB.admit = false;
        pair.a->connectTo(pair.b->localEndpoint());
        pair.b->deliver();
        pair.a->deliver();
        QCOMPARE(pair.sinkB.disconnected.size(), 0);
        QCOMPARE(pair.sinkA.disconnected.size(), 1);
        QCOMPARE(pair.b->send(pair.a->localEndpoint(), "x"), SendOutcome::NoSuchPeer);
        pair.a->connectTo(Endpoint(1, 1));
        QCOMPARE(pair.sinkA.connectFailed.size(), 1);
        QCOMPARE(pair.sinkA.connectFailed[0].error.code, SockError::Code::ConnectionRefused);
    }

    void pausing()
    {
        Pair pair(true);
        pair.openBoth();
        pair.a->connectTo(pair.b->localEndpoint());
        QTRY_COMPARE(pair.sinkA.connected.size(), 1);
        QTRY_COMPARE(pair.sinkB.connected.size(), 1);
        pair.sinkB.take = 1;
        pair.sinkB.onReceived = [&](const Endpoint &, QByteArrayView) { pair.b->setReadingPaused(true); };
        pair.a->send(pair.b->localEndpoint(), "abc");
        pair.a->send(pair.b->localEndpoint(), "def");
        QTRY_COMPARE(pair.sinkA.sentCount, 2);
        QTRY_COMPARE(pair.sinkB.stream(), "a");
        pair.sinkB.onReceived = {};
        pair.sinkB.take = -1;
        pair.b->setReadingPaused(false);
        QTRY_COMPARE(pair.sinkB.stream(), "abcdef");
    }

    void limitsWhatWaits()
    {
        Pair pair(false);
        pair.setManual();
        pair.openBoth();
        const QByteArray megabyte(1024 * 1024, 'x');
        for (int i = 0; i < 64; ++i)
            QCOMPARE(pair.a->send(pair.b->localEndpoint(), megabyte), SendOutcome::Accepted);
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), "x"), SendOutcome::QueueFull);
        pair.sinkB.keepData = false;
        pair.b->deliver();
        QCOMPARE(pair.a->send(pair.b->localEndpoint(), "x"), SendOutcome::Accepted);
    }

    void destroyedInsideEveryCallback_data()
    {
        QTest::addColumn<QString>("where");
        for (const char *where : {"received", "batch", "sent", "connected", "disconnected"})
            QTest::newRow(where) << QString::fromLatin1(where);
    }
    void destroyedInsideEveryCallback()
    {
        QFETCH(QString, where);
        for (const bool onlyClose : {true, false}) {
            Pair pair(true);
            pair.openBoth();
            bool ended = false;
            const auto end = [&] {
                if (std::exchange(ended, true))
                    return;
                if (onlyClose)
                    pair.b->close();
                else
                    pair.b.reset();
            };
            const auto on = [&](const char *name) { return where == QLatin1String(name); };
            if (on("received"))
                pair.sinkB.onReceived = [&](const Endpoint &, QByteArrayView) { end(); };
            if (on("batch"))
                pair.sinkB.onBatchEnded = end;
            if (on("sent"))
                pair.sinkB.onSent = end;
            if (on("connected"))
                pair.sinkB.onConnected = [&](const Endpoint &) { end(); };
            if (on("disconnected"))
                pair.sinkB.onDisconnected = [&](const Endpoint &) { end(); };
            const Endpoint endB = pair.b->localEndpoint();
            pair.a->connectTo(endB);
            QTRY_COMPARE(pair.sinkA.connected.size(), 1);
            QTRY_COMPARE(pair.sinkB.connected.size(), 1);
            if (pair.b)
                pair.b->send(pair.a->localEndpoint(), "answer");
            pair.a->send(endB, "bytes");
            if (on("disconnected"))
                pair.a->closePeer(endB, CloseReason::Local);
            QTRY_VERIFY(ended);
            QTRY_COMPARE(pair.sinkA.disconnected.size(), 1);
            QCOMPARE(pair.sinkA.sentCount, pair.sinkA.sent.size());
        }
    }
};

QTEST_GUILESS_MAIN(TestLoopbackTransport)
#include "test_loopbacktransport.moc"
