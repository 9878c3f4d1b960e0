#include <QPointer>
#include <QTest>
#include <QUdpSocket>

#include "support/testmain.h"
#include "support/transportend.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

// What happens when there is too much of something, and at the end.
class TestUdpLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void countsKernelDrops_data() { addBothPaths(); }
    void countsKernelDrops()
    {
#ifndef Q_OS_LINUX
        QSKIP("the system does not tell");
#endif
        QFETCH(bool, batches);
        UdpTransportConfig config = configAt(QHostAddress::LocalHost, batches);
        config.udp.receiveBufferBytes = 4096;
        UdpEnd tiny(config);
        UdpEnd sender(configAt(QHostAddress::LocalHost));
        QVERIFY(!tiny.transport->open());
        QVERIFY(!sender.transport->open());
        QVERIFY(tiny.transport->receiveBufferBytes() >= 1024);
        QVERIFY(tiny.transport->receiveBufferBytes() < 65536);
        constexpr int total = 500;
        for (int i = 0; i < total; ++i)
            QCOMPARE(sender.transport->send(tiny.local(), QByteArray(500, 'x')), SendOutcome::Accepted);
        sender.transport->flush();
        QCOMPARE(sender.sink.sentCount, total);
        // What came and what the system dropped adds up; the last look is taken at close.
        QTRY_VERIFY(tiny.sink.received.size() > 0);
        tiny.transport->setReadingPaused(true);
        tiny.transport->setReadingPaused(false);
        sender.transport->send(tiny.local(), "last");
        QTRY_COMPARE(tiny.sink.received.last().data, "last");
        tiny.transport->close();
        QVERIFY(tiny.sink.kernelDrops > 0);
        QCOMPARE(static_cast<quint64>(tiny.sink.received.size()) + tiny.sink.kernelDrops, quint64(total + 1));
    }

    void saysWhenTheSystemGrantsLess()
    {
        UdpTransportConfig config = configAt(QHostAddress::LocalHost);
        config.udp.receiveBufferBytes = 2'000'000'000; // more than any system grants
        UdpEnd end(config);
        QVERIFY(!end.transport->open());
        QVERIFY(end.transport->receiveBufferBytes() < config.udp.receiveBufferBytes);
        QTRY_COMPARE(end.sink.errors.size(), 1);
        QCOMPARE(end.sink.errors.first().code, SockError::Code::LimitReached);
        QVERIFY(end.sink.errors.first().remedy.contains(u"net.core.rmem_max=2000000000"_s));
    }

    void pauseStopsReading_data()
    {
        addBothPaths();
    }
    void pauseStopsReading()
    {
        QFETCH(bool, batches);
        UdpEnd a(configAt(QHostAddress::LocalHost, batches));
        UdpEnd b(configAt(QHostAddress::LocalHost, batches));
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        // Paused inside a batch: the rest of it waits, in order.
        b.sink.onReceived = [&](const Endpoint &, QByteArrayView) {
            if (b.sink.received.size() == 3)
                b.transport->setReadingPaused(true);
        };
        for (int i = 0; i < 50; ++i)
            a.transport->send(b.local(), QByteArray::number(i));
        a.transport->flush();
        QTRY_COMPARE(b.sink.received.size(), 3);
        UdpEnd witness(configAt(QHostAddress::LocalHost));
        QVERIFY(!witness.transport->open());
        a.transport->send(b.local(), "50");
        a.transport->send(witness.local(), "seen");
        QTRY_COMPARE(witness.sink.received.size(), 1);
        QCOMPARE(b.sink.received.size(), 3);
        b.transport->setReadingPaused(false);
        QTRY_COMPARE(b.sink.received.size(), 51);
        for (int i = 0; i < 51; ++i)
            QCOMPARE(b.sink.received[i].data, QByteArray::number(i));
    }

    void countsGroupsThatTheSystemRefuses()
    {
#ifndef Q_OS_LINUX
        QSKIP("the system has no UDP_SEGMENT");
#else
        UdpEnd a(configAt(QHostAddress::LocalHost));
        UdpEnd b(configAt(QHostAddress::LocalHost));
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        const auto sendAll = [&](int upTo) {
            for (int i = 0; i < 30; ++i)
                QCOMPARE(a.transport->send(b.local(), QByteArray(200, 'g')), SendOutcome::Accepted);
            a.transport->flush();
            QTRY_COMPARE(b.sink.received.size(), upTo);
        };
        sendAll(30);
        QCOMPARE(a.sink.groupsRefused, 0u);
        withoutChecksums(a.local());
        sendAll(60);
        sendAll(90);
        QCOMPARE(a.sink.groupsRefused, 1u);
        QCOMPARE(a.sink.sentCount, 90);
#endif
    }

    void refusesMoreThanItsQueueHolds()
    {
        UdpEnd a(configAt(QHostAddress::LocalHost));
        UdpEnd b(configAt(QHostAddress::LocalHost));
        QVERIFY(!a.transport->open());
        QVERIFY(!b.transport->open());
        // Inside transportSent nothing is flushed, so that the queue fills.
        int accepted = 0;
        bool full = false;
        bool once = false;
        a.sink.onSent = [&] {
            if (std::exchange(once, true))
                return;
            while (!full) {
                const SendOutcome outcome = a.transport->send(b.local(), "y");
                full = outcome == SendOutcome::QueueFull;
                accepted += outcome == SendOutcome::Accepted ? 1 : 0;
                if (!full)
                    QCOMPARE(outcome, SendOutcome::Accepted);
            }
        };
        a.transport->send(b.local(), "x");
        a.transport->flush();
        QVERIFY(full);
        QVERIFY(accepted <= 4096);
        QVERIFY(accepted >= 4000);
        QCOMPARE(a.sink.sentCount, accepted + 1);
        QCOMPARE(a.transport->pendingSendBytes(), 0);
    }

    void destroyedInsideEveryCallback_data()
    {
        QTest::addColumn<bool>("batches");
        QTest::addColumn<QString>("where");
        for (const bool batches : {true, false}) {
            for (const char *where : {"received", "batch", "sent", "connected"})
                QTest::addRow("%s %s", batches ? "batch" : "portable", where) << batches << QString::fromLatin1(where);
        }
    }
    void destroyedInsideEveryCallback()
    {
        QFETCH(bool, batches);
        QFETCH(QString, where);
        for (const bool onlyClose : {true, false}) {
            UdpEnd a(configAt(QHostAddress::LocalHost));
            UdpEnd b(configAt(QHostAddress::LocalHost, batches));
            QVERIFY(!a.transport->open());
            QVERIFY(!b.transport->open());
            bool ended = false;
            const auto end = [&] {
                if (std::exchange(ended, true))
                    return;
                if (onlyClose)
                    b.transport->close();
                else
                    b.transport.reset();
            };
            QByteArray seen;
            if (where == u"received"_s)
                b.sink.onReceived = [&](const Endpoint &, QByteArrayView data) {
                    end();
                    seen = data.toByteArray(); // still there
                };
            else if (where == u"batch"_s)
                b.sink.onBatchEnded = end;
            else if (where == u"sent"_s)
                b.sink.onSent = end;
            else
                b.sink.onConnected = [&](const Endpoint &) { end(); };
            for (int i = 0; i < 10; ++i) {
                a.transport->send(b.local(), "bytes");
                b.transport->send(a.local(), "bytes");
            }
            if (where == u"connected"_s)
                b.transport->connectTo(a.local());
            QTRY_VERIFY(ended);
            if (where == u"received"_s)
                QCOMPARE(seen, "bytes");
            if (onlyClose) { // every accepted datagram was answered for
                QCOMPARE(b.sink.sentCount, 10);
                QVERIFY(!b.transport->open());
            }
        }
    }

    void closesWithoutAnEventLoop_data()
    {
        addBothPaths();
    }
    void closesWithoutAnEventLoop()
    {
        QFETCH(bool, batches);
        UdpEnd a(configAt(QHostAddress::LocalHost, batches));
        QVERIFY(!a.transport->open());
        const QPointer<QUdpSocket> socket = a.transport->findChild<QUdpSocket *>();
        QVERIFY(socket);
        QCOMPARE(a.transport->send(a.local(), "x"), SendOutcome::Accepted);
        a.transport->close();
        QVERIFY(!socket); // deleted at once, not when an event loop comes by
        QVERIFY(a.transport->findChildren<QObject *>().isEmpty());
        QCOMPARE(a.sink.sentCount, 1);
    }
};

QTEST_GUILESS_MAIN(TestUdpLimits)
#include "test_udplimits.moc"
