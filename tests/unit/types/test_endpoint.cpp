#include "core/types/endpoint.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <QSet>

#include <algorithm>
#include <cstring>

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestEndpoint : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void defaultIsNull();
    void readsAndWrites_data();
    void readsAndWrites();
    void refuses_data();
    void refuses();
    void mappedAddressesAreIPv4();
    void convertsToHostAddress_data();
    void convertsToHostAddress();
    void anyAddressIsDualStack();
    void randomAddressesSurviveTheirText();
    void comparesEveryPart();
    void hashSpreads();
};

void TestEndpoint::defaultIsNull()
{
    const Endpoint endpoint;
    QVERIFY(endpoint.isNull());
    QCOMPARE(endpoint.toString(), QString());
    QVERIFY(endpoint.address().isNull());
    QVERIFY(Endpoint(QHostAddress(), 9000).isNull());
    QVERIFY(!Endpoint(quint32(0), 0).isNull());
}

void TestEndpoint::readsAndWrites_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    const auto same = [](const char *text) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(text);
    };
    const auto becomes = [](const char *text, const char *canonical) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(canonical);
    };
    same("127.0.0.1:9000");
    same("0.0.0.0:0");
    same("255.255.255.255:65535");
    same("[::]:0");
    same("[::1]:9000");
    same("[1::]:1");
    same("[fe80::1%2]:9000");
    same("[fe80::1%4294967295]:1");
    same("[2001:db8:1:2:3:4:5:6]:80");
    becomes("[::2:3:4:5:6:7:8]:1", "[0:2:3:4:5:6:7:8]:1");
    same("[64:ff9b::102:304]:1");
    becomes("[::0:1]:1", "[::1]:1");
    becomes("[2001:DB8::A]:80", "[2001:db8::a]:80");
    becomes("[2001:0db8:0000:0000:0000:0000:0000:0001]:80", "[2001:db8::1]:80");
    becomes("[2001:db8:0:0:1:0:0:1]:80", "[2001:db8::1:0:0:1]:80"); // the first of equal runs
    becomes("[2001:0:0:1:0:0:0:1]:80", "[2001:0:0:1::1]:80");       // the longest run
    becomes("[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1");          // one group is not shortened
    becomes("[::ffff:1.2.3.4]:5", "1.2.3.4:5");
    becomes("[::ffff:102:304]:5", "1.2.3.4:5");
    becomes("[64:ff9b::1.2.3.4]:1", "[64:ff9b::102:304]:1");
    becomes("[1:2:3:4:5:6:1.2.3.4]:1", "[1:2:3:4:5:6:102:304]:1");
    becomes("[fe80::1%0]:1", "[fe80::1]:1");
}

void TestEndpoint::readsAndWrites()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    const std::optional<Endpoint> endpoint = Endpoint::fromString(text);
    QVERIFY(endpoint);
    QCOMPARE(endpoint->toString(), canonical);
    QCOMPARE(Endpoint::fromString(canonical), endpoint);
}

void TestEndpoint::refuses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"",
                             ":",
                             ":1",
                             "1",
                             "127.0.0.1",
                             "127.0.0.1:",
                             "127.0.0.1:65536",
                             "127.0.0.1:-1",
                             "127.0.0.1:+1",
                             "127.0.0.1: 1",
                             "127.0.0.1:1 ",
                             " 127.0.0.1:1",
                             "127.0.0.1:01",
                             "127.0.0.1:99999999999",
                             "127.0.0.1:a",
                             "256.0.0.1:1",
                             "1.2.3:1",
                             "1.2.3.4.5:1",
                             "1.2.3.:1",
                             "1..3.4:1",
                             "01.2.3.4:1",
                             "0x1.2.3.4:1",
                             "localhost:1",
                             "::1:9000",
                             "[::1]",
                             "[::1]9000",
                             "[::1:9000",
                             "::1]:9000",
                             "[]:1",
                             "[:]:1",
                             "[:::]:1",
                             "[::1::]:1",
                             "[1:2:3:4:5:6:7]:1",
                             "[1:2:3:4:5:6:7:8:9]:1",
                             "[1:2:3:4:5:6:7:8::]:1",
                             "[::1:2:3:4:5:6:7:8]:1",
                             "[12345::]:1",
                             "[g::]:1",
                             "[1:]:1",
                             "[:1]:1",
                             "[::1.2.3]:1",
                             "[1.2.3.4::]:1",
                             "[::1.2.3.4:5]:1",
                             "[1:2:3:4:5:6:7:1.2.3.4]:1",
                             "[127.0.0.1]:1",
                             "[fe80::1%]:1",
                             "[fe80::1%4294967296]:1",
                             "[fe80::1%no such interface]:1",
                             "[::1]:65536",
                             "[[::1]]:1"})
        QTest::newRow(qPrintable(u'"' + QString::fromLatin1(text) + u'"')) << QString::fromLatin1(text);
    QTest::newRow("other digits") << u"127.0.0.1:\u0661"_s;
    QTest::newRow("a million colons") << QString(1'000'000, u':') + u'1';
}

void TestEndpoint::refuses()
{
    QFETCH(QString, text);
    QVERIFY(!Endpoint::fromString(text));
}

void TestEndpoint::mappedAddressesAreIPv4()
{
    const quint8 mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
    const Endpoint endpoint = Endpoint::fromIPv6(mapped, 7, 0);
    QCOMPARE(endpoint.family(), Endpoint::Family::IPv4);
    QCOMPARE(endpoint.ipv4(), 0x0a010203u);
    QCOMPARE(endpoint, Endpoint(0x0a010203u, 7));
    QCOMPARE(endpoint, Endpoint(QHostAddress(u"::ffff:10.1.2.3"_s), 7));
    QCOMPARE(qHash(endpoint), qHash(Endpoint(0x0a010203u, 7)));
}

void TestEndpoint::convertsToHostAddress_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"127.0.0.1:1", "[::1]:2", "[fe80::1%3]:4", "[2001:db8::5:6]:7"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestEndpoint::convertsToHostAddress()
{
    QFETCH(QString, text);
    const Endpoint endpoint = Endpoint::fromString(text).value();
    QCOMPARE(Endpoint(endpoint.address(), endpoint.port()), endpoint);
    QCOMPARE(endpoint.address().isLoopback(), text.startsWith(u"127") || text.startsWith(u"[::1"));
}

void TestEndpoint::anyAddressIsDualStack()
{
    QCOMPARE(Endpoint(QHostAddress(QHostAddress::Any), 1).toString(), u"[::]:1"_s);
    QCOMPARE(Endpoint(QHostAddress(QHostAddress::AnyIPv4), 1).toString(), u"0.0.0.0:1"_s);
}

void TestEndpoint::randomAddressesSurviveTheirText()
{
    Test::Randomness random(1);
    for (int i = 0; i < 20000; ++i) {
        quint8 bytes[16];
        for (quint8 &byte : bytes)
            byte = random.oneIn(2) ? 0 : static_cast<quint8>(random.next());
        const auto port = static_cast<quint16>(random.next());
        const Endpoint v6 = Endpoint::fromIPv6(bytes, port, static_cast<quint32>(random.between(0, 3)));
        QCOMPARE(Endpoint::fromString(v6.toString()), std::optional(v6));
        // Qt reads the same address in our text.
        QCOMPARE(Endpoint(QHostAddress(v6.addressString()), port), v6);
        const Endpoint v4(static_cast<quint32>(random.next()), port);
        QCOMPARE(Endpoint::fromString(v4.toString()), std::optional(v4));
    }
}

void TestEndpoint::comparesEveryPart()
{
    const QList<Endpoint> distinct{
        Endpoint(),
        Endpoint(1u, 1),
        Endpoint(1u, 2),
        Endpoint(2u, 1),
        Endpoint::fromString(u"[::1]:1").value(),
        Endpoint::fromString(u"[::1]:2").value(),
        Endpoint::fromString(u"[fe80::1%1]:1").value(),
        Endpoint::fromString(u"[fe80::1%2]:1").value(),
    };
    for (qsizetype i = 0; i < distinct.size(); ++i) {
        for (qsizetype j = 0; j < distinct.size(); ++j) {
            QCOMPARE(distinct[i] == distinct[j], i == j);
            QCOMPARE((distinct[i] < distinct[j]) + (distinct[j] < distinct[i]), i == j ? 0 : 1);
        }
    }
}

void TestEndpoint::hashSpreads()
{
    // One address with every port, as when many peers sit behind one host: no hash may be met often.
    QHash<size_t, int> full;
    std::array<int, 1024> low{};
    for (int port = 0; port < 65536; ++port) {
        const size_t hash = qHash(Endpoint(0x7f000001u, static_cast<quint16>(port)), 12345);
        ++full[hash];
        ++low[hash % low.size()];
    }
    QVERIFY(full.size() > 65500);
    const auto [least, most] = std::minmax_element(low.begin(), low.end());
    QVERIFY2(*least > 16 && *most < 128, qPrintable(u"%1..%2"_s.arg(*least).arg(*most))); // 64 on average
    QVERIFY(qHash(Endpoint(1u, 1), 1) != qHash(Endpoint(1u, 1), 2));
}

QTEST_GUILESS_MAIN(TestEndpoint)
#include "test_endpoint.moc"
