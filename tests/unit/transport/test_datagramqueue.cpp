#include <QNetworkDatagram>
#include <QTest>
#include <QUdpSocket>

#ifdef Q_OS_UNIX
#include <sys/socket.h>
#endif

#include "core/transport/datagramqueue.h"
#include "support/testmain.h"
#include "support/transportend.h"

using namespace SockScope;
using namespace SockScope::Test;

class TestDatagramQueue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void keepsOrderWithoutRunningEmpty()
    {
        // Never empty for 100,000 datagrams: what was taken must not pile up, and no byte may move to another datagram.
        DatagramQueue queue;
        int put = 0;
        int taken = 0;
        const auto text = [](int number) { return QByteArray::number(number).repeated(1 + number % 7); };
        while (taken < 100'000) {
            while (queue.count() < 5 + put % 40) {
                const auto port = static_cast<quint16>(put % 50'000);
                QVERIFY(queue.append(Endpoint(0x7f000001, port), text(put)));
                ++put;
            }
            const DatagramQueue::Datagram &first = queue.at(0);
            QCOMPARE(QByteArray(queue.bytes(first), first.size), text(taken));
            QCOMPARE(queue.takeFirst().peer.port(), static_cast<quint16>(taken % 50'000));
            ++taken;
            QVERIFY(!queue.isEmpty());
        }
        qsizetype pending = 0;
        for (qsizetype i = 0; i < queue.count(); ++i)
            pending += queue.at(i).size;
        QCOMPARE(queue.pendingBytes(), pending);
    }

    void sendsNeighboursAsOneAndKeepsThemApart_data()
    {
        QTest::addColumn<QList<int>>("sizes");
        QTest::newRow("equal") << QList<int>(64, 100);
        QTest::newRow("the last shorter") << (QList<int>(40, 300) << 17);
        QTest::newRow("mixed") << QList<int>{1, 2, 2, 2, 3, 0, 0, 5, 5, 4, 5, 5, 5, 1};
        QTest::newRow("larger than an Ethernet frame") << QList<int>(10, 9000);
        QTest::newRow("longer together than a datagram") << QList<int>(60, 1400);
        QTest::newRow("one") << QList<int>{42};
    }
    void sendsNeighboursAsOneAndKeepsThemApart()
    {
#ifndef Q_OS_LINUX
        QSKIP("the system has no sendmmsg");
#endif
        QFETCH(QList<int>, sizes);
        QUdpSocket receivers[2];
        QUdpSocket sender;
        QVERIFY(sender.bind(QHostAddress::LocalHost, 0));
        for (QUdpSocket &receiver : receivers) {
            QVERIFY(receiver.bind(QHostAddress::LocalHost, 0));
            receiver.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 1024 * 1024);
        }
        DatagramQueue queue;
        QList<QByteArray> expected[2];
        for (int i = 0; i < sizes.size(); ++i) {
            const int to = i % 10 == 9 ? 1 : 0; // every tenth to somebody else
            const QByteArray bytes(sizes[i], static_cast<char>('a' + i % 26));
            QVERIFY(queue.append(Endpoint(0x7f000001, receivers[to].localPort()), bytes));
            expected[to].append(bytes);
        }
        while (!queue.isEmpty()) {
            const int sent = queue.sendBatch(static_cast<int>(sender.socketDescriptor()), AF_INET);
            QVERIFY(sent > 0);
            for (int i = 0; i < sent; ++i)
                queue.takeFirst();
        }
        for (int to : {0, 1}) {
            for (const QByteArray &bytes : std::as_const(expected[to])) {
                QTRY_VERIFY(receivers[to].hasPendingDatagrams());
                QCOMPARE(receivers[to].receiveDatagram().data(), bytes);
            }
        }
    }

    void sendsOneByOneWhereGroupsAreRefused()
    {
#ifndef Q_OS_LINUX
        QSKIP("the system has no UDP_SEGMENT");
#else
        QUdpSocket receiver;
        QUdpSocket sender;
        QVERIFY(receiver.bind(QHostAddress::LocalHost, 0));
        QVERIFY(sender.bind(QHostAddress::LocalHost, 0));
        const int descriptor = static_cast<int>(sender.socketDescriptor());
        DatagramQueue queue;
        const auto sendAll = [&](char letter) {
            for (int i = 0; i < 20; ++i)
                QVERIFY(queue.append(Endpoint(0x7f000001, receiver.localPort()), QByteArray(100, letter)));
            while (!queue.isEmpty()) {
                const int sent = queue.sendBatch(descriptor, AF_INET);
                QVERIFY(sent > 0);
                for (int i = 0; i < sent; ++i)
                    queue.takeFirst();
            }
            for (int i = 0; i < 20; ++i) {
                QTRY_VERIFY(receiver.hasPendingDatagrams());
                QCOMPARE(receiver.receiveDatagram().data(), QByteArray(100, letter));
            }
        };
        sendAll('a');
        QCOMPARE(queue.takeRefusedGroups(), 0u);
        withoutChecksums(descriptor);
        sendAll('b');
        QCOMPARE(queue.takeRefusedGroups(), 1u); // once: it is not tried again
        QCOMPARE(queue.takeRefusedGroups(), 0u);
        sendAll('c');
        QCOMPARE(queue.takeRefusedGroups(), 0u);
#endif
    }

    void limitsItsCount()
    {
        DatagramQueue queue;
        for (qsizetype i = 0; i < DatagramQueue::maximumDatagrams; ++i)
            QVERIFY(queue.append(Endpoint(1, 1), {}));
        QVERIFY(!queue.append(Endpoint(1, 1), {}));
        queue.takeFirst();
        QVERIFY(queue.append(Endpoint(1, 1), {}));
        QCOMPARE(queue.count(), DatagramQueue::maximumDatagrams);
    }

    void limitsItsBytes()
    {
        DatagramQueue queue;
        const QByteArray large(65507, 'x');
        while (queue.append(Endpoint(1, 1), large))
            QVERIFY(queue.pendingBytes() <= DatagramQueue::maximumBytes);
        QVERIFY(queue.pendingBytes() + large.size() > DatagramQueue::maximumBytes);
        while (!queue.isEmpty())
            queue.takeFirst();
        QCOMPARE(queue.pendingBytes(), 0);
        QVERIFY(queue.append(Endpoint(1, 1), large));
    }
};

QTEST_GUILESS_MAIN(TestDatagramQueue)
#include "test_datagramqueue.moc"
