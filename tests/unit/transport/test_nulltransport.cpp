#include <QTest>

#include "core/transport/nulltransport.h"
#include "support/recordingsink.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;

class TestNullTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void answersEverySend()
    {
        RecordingSink sink;
        NullTransport transport;
        transport.setSink(&sink);
        const Endpoint peer(0x7f000001, 9);
        QCOMPARE(transport.send(peer, "x"), SendOutcome::NotOpen);
        QVERIFY(!transport.open());
        QCOMPARE(transport.send(peer, "x"), SendOutcome::NoSuchPeer);
        QCOMPARE(transport.pendingSendBytes(), 0);
        QVERIFY(transport.localEndpoint().isNull());
        transport.connectTo(peer);
        QCOMPARE(sink.connectFailed.size(), 1);
        QCOMPARE(sink.connectFailed.first().error.code, SockError::Code::UnknownPeer);
        QVERIFY(!sink.connectFailed.first().error.remedy.isEmpty());
        transport.close();
        QCOMPARE(transport.send(peer, "x"), SendOutcome::NotOpen);
        QCOMPARE(sink.sentCount, 0);
    }
};

QTEST_GUILESS_MAIN(TestNullTransport)
#include "test_nulltransport.moc"
