#include "core/hooks/peerfilter.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestPeerFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void acceptsEverybodyAtFirst();
    void refusesOneEndpoint();
    void refusesAWholeAddress_data();
    void refusesAWholeAddress();
    void allowTakesExactlyItsEntry();
    void listIsSortedAndReadable();
    void hasALimit();
    void revisionTellsChanges();
};

namespace {

Endpoint endpoint(QStringView text)
{
    return Endpoint::fromString(text).value_or(Endpoint());
}

} // namespace

void TestPeerFilter::acceptsEverybodyAtFirst()
{
    const PeerFilter filter;
    QVERIFY(filter.isEmpty());
    QVERIFY(filter.accepts(endpoint(u"127.0.0.1:1")));
    QVERIFY(filter.accepts(Endpoint()));
}

void TestPeerFilter::refusesOneEndpoint()
{
    PeerFilter filter;
    QVERIFY(filter.refuse(endpoint(u"127.0.0.1:1")));
    QVERIFY(filter.refuse(endpoint(u"127.0.0.1:1")));
    QVERIFY(!filter.accepts(endpoint(u"127.0.0.1:1")));
    QVERIFY(filter.accepts(endpoint(u"127.0.0.1:2")));
    QVERIFY(filter.accepts(endpoint(u"127.0.0.2:1")));
    QVERIFY(!filter.refuse(Endpoint()));
    QVERIFY(filter.accepts(Endpoint()));
}

void TestPeerFilter::refusesAWholeAddress_data()
{
    QTest::addColumn<QString>("entry");
    QTest::addColumn<QString>("inside");
    QTest::addColumn<QString>("outside");
    QTest::newRow("IPv4") << u"10.0.0.1:0"_s << u"10.0.0.1:55555"_s << u"10.0.0.2:55555"_s;
    QTest::newRow("IPv6") << u"[2001:db8::1]:0"_s << u"[2001:db8::1]:9"_s << u"[2001:db8::2]:9"_s;
    QTest::newRow("scope") << u"[fe80::1%2]:0"_s << u"[fe80::1%2]:9"_s << u"[fe80::1%3]:9"_s;
    QTest::newRow("mapped") << u"[::ffff:10.0.0.1]:0"_s << u"10.0.0.1:9"_s << u"[::10.0.0.1]:9"_s;
}

void TestPeerFilter::refusesAWholeAddress()
{
    QFETCH(QString, entry);
    QFETCH(QString, inside);
    QFETCH(QString, outside);
    PeerFilter filter;
    QVERIFY(filter.refuse(endpoint(entry)));
    QVERIFY(!filter.accepts(endpoint(inside)));
    QVERIFY(filter.accepts(endpoint(outside)));
    QVERIFY(filter.allow(endpoint(entry)));
    QVERIFY(filter.accepts(endpoint(inside)));
}

void TestPeerFilter::allowTakesExactlyItsEntry()
{
    PeerFilter filter;
    filter.refuse(endpoint(u"10.0.0.1:0"));
    filter.refuse(endpoint(u"10.0.0.1:5"));
    QVERIFY(!filter.allow(endpoint(u"10.0.0.1:6")));
    QVERIFY(filter.allow(endpoint(u"10.0.0.1:5")));
    QVERIFY(!filter.accepts(endpoint(u"10.0.0.1:5"))); // the whole address is still refused
    QVERIFY(filter.allow(endpoint(u"10.0.0.1:0")));
    QVERIFY(filter.accepts(endpoint(u"10.0.0.1:5")));
    QVERIFY(filter.isEmpty());
}

void TestPeerFilter::listIsSortedAndReadable()
{
    PeerFilter filter;
    for (QStringView text : {u"10.0.0.2:1", u"[::1]:7", u"10.0.0.1:0", u"10.0.0.1:9"})
        filter.refuse(endpoint(text));
    const QStringList list = filter.refused();
    QCOMPARE(list.size(), 4);
    QVERIFY(list.indexOf(u"10.0.0.1:0"_s) < list.indexOf(u"10.0.0.1:9"_s));
    QVERIFY(list.indexOf(u"10.0.0.1:9"_s) < list.indexOf(u"10.0.0.2:1"_s));
    for (const QString &text : list)
        QVERIFY(!filter.accepts(endpoint(text)));
}

void TestPeerFilter::hasALimit()
{
    PeerFilter filter;
    for (qsizetype i = 0; i < PeerFilter::maximum; ++i)
        QVERIFY(filter.refuse(Endpoint(static_cast<quint32>(i), 1)));
    QVERIFY(!filter.refuse(Endpoint(0xffffffffu, 1)));
    QVERIFY(filter.accepts(Endpoint(0xffffffffu, 1)));
    QVERIFY(filter.refuse(Endpoint(0u, 1))); // is in already
    QVERIFY(filter.allow(Endpoint(0u, 1)));
    QVERIFY(filter.refuse(Endpoint(0xffffffffu, 1)));
}

void TestPeerFilter::revisionTellsChanges()
{
    PeerFilter filter;
    const quint64 first = filter.revision();
    filter.refuse(endpoint(u"10.0.0.1:1"));
    const quint64 second = filter.revision();
    QVERIFY(second != first);
    filter.refuse(endpoint(u"10.0.0.1:1"));
    filter.allow(endpoint(u"10.0.0.1:2"));
    QCOMPARE(filter.revision(), second);
    filter.allow(endpoint(u"10.0.0.1:1"));
    QVERIFY(filter.revision() != second);
}

QTEST_GUILESS_MAIN(TestPeerFilter)
#include "test_peerfilter.moc"
