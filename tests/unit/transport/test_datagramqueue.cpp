#include <QTest>

#include "core/transport/datagramqueue.h"
#include "support/testmain.h"

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
