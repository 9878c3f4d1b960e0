#include <QJsonDocument>
#include <QTest>

#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "core/impair/impairtext.h"
#include "core/sockspec.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestSockSpec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void urlReadsAndWrites_data();
    void urlReadsAndWrites();
    void urlSaysWhatIsWrong_data();
    void urlSaysWhatIsWrong();
    void longTextIsRefused();
    void hostPortReadsAndWrites_data();
    void hostPortReadsAndWrites();
    void framingHasADefaultForEachKind();
    void optionsCarryEverything();
    void optionsSayWhatIsWrong_data();
    void optionsSayWhatIsWrong();
    void sockIsOfTheKind();
    void wrongNamesMakeNoSock();
    void jsonComesBack();
    void jsonSaysWhatIsWrong_data();
    void jsonSaysWhatIsWrong();
};

void TestSockSpec::urlReadsAndWrites_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("written");
    const int udp = int(TransportKind::Udp);
    const int tcp = int(TransportKind::Tcp);
    QTest::newRow("udp") << u"udp://127.0.0.1:9000"_s << udp << u"127.0.0.1"_s << 9000 << u"udp://127.0.0.1:9000"_s;
    QTest::newRow("tcp") << u"tcp://localhost:1"_s << tcp << u"localhost"_s << 1 << u"tcp://localhost:1"_s;
    QTest::newRow("case") << u"UDP://Host-1.example:65535"_s << udp << u"Host-1.example"_s << 65535
                          << u"udp://Host-1.example:65535"_s;
    QTest::newRow("ipv6") << u"tcp://[::1]:9000"_s << tcp << u"::1"_s << 9000 << u"tcp://[::1]:9000"_s;
    QTest::newRow("scope") << u"udp://[fe80::1%2]:7"_s << udp << u"fe80::1%2"_s << 7 << u"udp://[fe80::1%2]:7"_s;
    QTest::newRow("any port") << u"udp://127.0.0.1:0"_s << udp << u"127.0.0.1"_s << 0 << u"udp://127.0.0.1:0"_s;
    QTest::newRow("any address") << u"udp://:9000"_s << udp << QString() << 9000 << u"udp://*:9000"_s;
    QTest::newRow("star") << u"tcp://*:9000"_s << tcp << QString() << 9000 << u"tcp://*:9000"_s;
    QTest::newRow("slash") << u"udp://a:1/"_s << udp << u"a"_s << 1 << u"udp://a:1"_s;
    QTest::newRow("umlaut") << u"udp://bücher.example:1"_s << udp << u"bücher.example"_s << 1
                            << u"udp://bücher.example:1"_s;
}

void TestSockSpec::urlReadsAndWrites()
{
    QFETCH(QString, text);
    QFETCH(int, kind);
    QFETCH(QString, host);
    QFETCH(int, port);
    QFETCH(QString, written);
    SockError error;
    const auto url = SockUrl::fromString(text, &error);
    QVERIFY2(url, qPrintable(error.what));
    QCOMPARE(int(url->kind), kind);
    QCOMPARE(url->address.host, host);
    QCOMPARE(int(url->address.port), port);
    QCOMPARE(url->toString(), written);
    QCOMPARE(SockUrl::fromString(url->toString()), url);
}

void TestSockSpec::urlSaysWhatIsWrong_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("offset");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QString() << 0 << u"transport"_s;
    QTest::newRow("no scheme") << u"127.0.0.1:9000"_s << 0 << u"transport"_s;
    QTest::newRow("http") << u"http://a:1"_s << 0 << u"http"_s;
    QTest::newRow("no port") << u"udp://abc"_s << 9 << u"no port"_s;
    QTest::newRow("empty port") << u"udp://abc:"_s << 10 << u"not a port"_s;
    QTest::newRow("word port") << u"udp://abc:http"_s << 10 << u"http"_s;
    QTest::newRow("big port") << u"udp://abc:65536"_s << 10 << u"65536"_s;
    QTest::newRow("huge port") << u"udp://abc:99999999999999999999"_s << 10 << u"not a port"_s;
    QTest::newRow("minus port") << u"udp://abc:-1"_s << 10 << u"-1"_s;
    QTest::newRow("plus port") << u"udp://abc:+1"_s << 10 << u"+1"_s;
    QTest::newRow("blank port") << u"udp://abc: 1"_s << 10 << u"not a port"_s;
    QTest::newRow("bare ipv6") << u"udp://::1:9000"_s << 6 << u"colon"_s;
    QTest::newRow("open bracket") << u"udp://[::1:9000"_s << 6 << u"bracket"_s;
    QTest::newRow("not ipv6") << u"udp://[abc]:9000"_s << 7 << u"IPv6"_s;
    QTest::newRow("ipv4 in brackets") << u"udp://[127.0.0.1]:9000"_s << 7 << u"IPv6"_s;
    QTest::newRow("bracket without port") << u"udp://[::1]"_s << 11 << u"no port"_s;
    QTest::newRow("text behind bracket") << u"udp://[::1]x:1"_s << 11 << u"no port"_s;
    QTest::newRow("blank in host") << u"udp://a b:1"_s << 7 << u"a b"_s;
    QTest::newRow("user") << u"udp://me@host:1"_s << 8 << u"me@host"_s;
    QTest::newRow("path") << u"udp://host:1/path"_s << 11 << u"1/path"_s;
}

void TestSockSpec::urlSaysWhatIsWrong()
{
    QFETCH(QString, text);
    QFETCH(int, offset);
    QFETCH(QString, says);
    SockError error;
    QVERIFY(!SockUrl::fromString(text, &error));
    QCOMPARE(error.code, SockError::Code::InvalidOptions);
    QCOMPARE(error.stage, Stage::Setup);
    QVERIFY2(error.what.contains(says), qPrintable(error.what));
    QVERIFY(!error.remedy.isEmpty());
    QCOMPARE(error.offset, qint64(offset));
    QVERIFY(!SockUrl::fromString(text)); // and without anybody who asks why
}

void TestSockSpec::longTextIsRefused()
{
    SockError error;
    QVERIFY(!SockUrl::fromString(u"udp://"_s + QString(100'000, u'a') + u":1"_s, &error));
    QVERIFY2(error.what.size() < 200, "a wall of text was quoted back");
    QVERIFY(!HostPort::fromString(QString(300, u'a') + u":1"_s, &error));
    QVERIFY2(error.what.size() < 200, "a wall of text was quoted back");
}

void TestSockSpec::hostPortReadsAndWrites_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("ipv4") << u"10.0.0.1:80"_s;
    QTest::newRow("ipv6") << u"[2001:db8::1]:80"_s;
    QTest::newRow("scope") << u"[fe80::1%1]:80"_s;
    QTest::newRow("name") << u"a.b-c_d:0"_s;
    QTest::newRow("any") << u"*:5"_s;
}

void TestSockSpec::hostPortReadsAndWrites()
{
    QFETCH(QString, text);
    const auto address = HostPort::fromString(text);
    QVERIFY(address);
    QCOMPARE(address->toString(), text);
}

void TestSockSpec::framingHasADefaultForEachKind()
{
    SockSpec spec;
    QCOMPARE(spec.framingOrDefault(), u"datagram"_s);
    spec.kind = TransportKind::Tcp;
    QCOMPARE(spec.framingOrDefault(), u"u32"_s);
    spec.framing = u"line"_s;
    QCOMPARE(spec.framingOrDefault(), u"line"_s);
}

void TestSockSpec::optionsCarryEverything()
{
    SockSpec spec;
    spec.name = u"game"_s;
    spec.listen.emplace(HostPort{u"127.0.0.1"_s, 0});
    spec.connectTo = {{u"::1"_s, 5}, {u"b"_s, 6}};
    spec.framing = u"u16le"_s;
    spec.codec = u"cbor"_s;
    spec.timeoutMs = 1500;
    spec.tickMs = 0;
    spec.reuseAddress = true;
    spec.broadcast = true;
    SockError error;
    const auto options = spec.toOptions(&error);
    QVERIFY2(options, qPrintable(error.what));
    QCOMPARE(options->name, spec.name);
    QCOMPARE(options->bind, spec.listen);
    QCOMPARE(options->connectTo, spec.connectTo);
    QCOMPARE(options->framing->name(), u"u16le"_s);
    QCOMPARE(options->codec->name(), u"cbor"_s);
    QCOMPARE(options->timeout.count(), 1500);
    QCOMPARE(options->tickInterval.count(), 0);
    QVERIFY(options->reuseAddress);
    QVERIFY(options->udp.broadcast);
}

void TestSockSpec::optionsSayWhatIsWrong_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("says");
    QTest::newRow("no address") << uR"({"kind":"udp"})"_s << u"address"_s;
    QTest::newRow("connect to port 0") << uR"({"connectTo":["a:0"]})"_s << u"a:0"_s;
    QTest::newRow("connect to anybody") << uR"({"connectTo":["*:7"]})"_s << u"*:7"_s;
    QTest::newRow("framing") << uR"({"listen":"*:0","framing":"u33"})"_s << u"u33"_s;
    QTest::newRow("codec") << uR"({"listen":"*:0","codec":"xml"})"_s << u"xml"_s;
    QTest::newRow("datagrams on TCP") << uR"({"kind":"tcp","listen":"*:0","framing":"datagram"})"_s << u"datagram"_s;
}

void TestSockSpec::optionsSayWhatIsWrong()
{
    QFETCH(QString, json);
    QFETCH(QString, says);
    SockError error;
    const auto spec = SockSpec::fromJson(QJsonDocument::fromJson(json.toUtf8()).object(), &error);
    QVERIFY2(spec, qPrintable(error.what));
    QVERIFY(!spec->toOptions(&error));
    QVERIFY2(error.what.contains(says), qPrintable(error.what));
    QVERIFY(!error.remedy.isEmpty());
}

void TestSockSpec::sockIsOfTheKind()
{
    SockSpec spec;
    spec.listen.emplace(HostPort{u"127.0.0.1"_s, 0});
    const auto udp = spec.makeSock();
    QVERIFY(qobject_cast<UdpSock *>(udp.get()));
    QVERIFY(!udp->isActive());
    spec.kind = TransportKind::Tcp;
    const auto tcp = spec.makeSock();
    QVERIFY(qobject_cast<TcpSock *>(tcp.get()));
}

void TestSockSpec::wrongNamesMakeNoSock()
{
    SockSpec spec;
    spec.listen.emplace(HostPort{u"127.0.0.1"_s, 0});
    spec.codec = u"morse"_s;
    SockError error;
    QVERIFY(!spec.makeSock(&error));
    QVERIFY(error.what.contains(u"morse"_s));
    spec.codec = u"raw"_s;
    spec.kind = TransportKind::Null;
    QVERIFY(!spec.makeSock(&error));
    QVERIFY(error.what.contains(u"null"_s));
    spec.kind = TransportKind::Udp;
    spec.timeoutMs = -1;
    QVERIFY(!spec.makeSock(&error));
    QVERIFY(error.what.contains(u"time-out"_s));
}

void TestSockSpec::jsonComesBack()
{
    SockSpec spec;
    QCOMPARE(SockSpec::fromJson(spec.toJson()), spec);
    spec.name = u"chat"_s;
    spec.kind = TransportKind::Tcp;
    spec.listen = HostPort{u"::1"_s, 9001};
    spec.connectTo = {{u"a"_s, 1}, {u"fe80::1%3"_s, 2}};
    spec.framing = u"line"_s;
    spec.codec = u"json"_s;
    spec.timeoutMs = 0;
    spec.tickMs = 16;
    spec.reuseAddress = true;
    spec.broadcast = true;
    spec.impairments = {*parseImpair(u"out: delay 100ms 10ms distribution normal loss 1% seed 3"_s)};
    QCOMPARE(SockSpec::fromJson(spec.toJson()), spec);
    spec.impairments.append(*parseImpair(u"in: filter 'size > 5' corrupt 2% 3 bytes"_s));
    const QByteArray text = QJsonDocument(spec.toJson()).toJson();
    QCOMPARE(SockSpec::fromJson(QJsonDocument::fromJson(text).object()), spec);
}

void TestSockSpec::jsonSaysWhatIsWrong_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("says");
    QTest::newRow("kind") << uR"({"kind":"sctp"})"_s << u"kind"_s;
    QTest::newRow("kind number") << uR"({"kind":3})"_s << u"kind"_s;
    QTest::newRow("listen") << uR"({"listen":"nowhere"})"_s << u"nowhere"_s;
    QTest::newRow("listen null") << uR"({"listen":null})"_s << u"listen"_s;
    QTest::newRow("connectTo") << uR"({"connectTo":"a:1"})"_s << u"connectTo"_s;
    QTest::newRow("connectTo item") << uR"({"connectTo":[7]})"_s << u"connectTo"_s;
    QTest::newRow("timeout text") << uR"({"timeoutMs":"soon"})"_s << u"timeoutMs"_s;
    QTest::newRow("timeout negative") << uR"({"timeoutMs":-5})"_s << u"timeoutMs"_s;
    QTest::newRow("timeout huge") << uR"({"timeoutMs":1e300})"_s << u"timeoutMs"_s;
    QTest::newRow("tick fraction") << uR"({"tickMs":0.5})"_s << u"tickMs"_s;
    QTest::newRow("broadcast") << uR"({"broadcast":"yes"})"_s << u"broadcast"_s;
    QTest::newRow("impair") << uR"({"impair":"loss 1% dealy 5ms"})"_s << u"dealy"_s;
    QTest::newRow("impair list") << uR"({"impair":["loss 1%", 5]})"_s << u"impair"_s;
    QTest::newRow("name") << uR"({"name":{}})"_s << u"name"_s;
}

void TestSockSpec::jsonSaysWhatIsWrong()
{
    QFETCH(QString, json);
    QFETCH(QString, says);
    const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
    QVERIFY(document.isObject());
    SockError error;
    QVERIFY(!SockSpec::fromJson(document.object(), &error));
    QVERIFY2(error.what.contains(says), qPrintable(error.what));
    QVERIFY(!error.remedy.isEmpty());
}

QTEST_GUILESS_MAIN(TestSockSpec)
#include "test_sockspec.moc"
