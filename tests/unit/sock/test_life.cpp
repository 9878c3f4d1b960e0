#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <stdexcept>

#include "core/metasock.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/sockpair.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::quiet;
using Test::SockPair;

namespace {

/// Writes down which hook was called when.
class Traced : public UdpSock
{
public:
    using UdpSock::UdpSock;
    QStringList calls;
    bool throwInSetup = false;

protected:
    std::vector<HandlerEntry> defaultHandlers() override
    {
        calls.append(u"defaultHandlers"_s);
        return {{7, [this](const Envelope &) { calls.append(u"handler"_s); }, {}}};
    }
    void childSetup() override
    {
        calls.append(u"childSetup"_s);
        if (throwInSetup)
            throw std::runtime_error("not ready");
    }
    std::unique_ptr<Transport> createTransport() override
    {
        calls.append(u"createTransport"_s);
        return UdpSock::createTransport();
    }
};

} // namespace

/// Starting, stopping, moving between threads, and what may be changed meanwhile.
class TestLife : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void setupComesInItsOrderBeforeAnythingIsBound()
    {
        Checked<Traced> sock(listening());
        QCOMPARE(sock.calls, QStringList()); // never from the constructor
        QVERIFY(!sock.start());
        QCOMPARE(sock.calls, (QStringList{u"defaultHandlers"_s, u"childSetup"_s, u"createTransport"_s}));
        sock.stop();
        sock.calls.clear();
        QVERIFY(!sock.start());
        QCOMPARE(sock.calls, QStringList{u"createTransport"_s}); // once a life of the object
        sock.sendMessage(7, 1, sock.localEndpoint());
        QTRY_VERIFY(sock.calls.contains(u"handler"_s));
    }

    void setupThatThrowsIsAnErrorOfStart()
    {
        Checked<Traced> sock(listening());
        sock.throwInSetup = true;
        const auto error = sock.start();
        QVERIFY(error);
        QVERIFY(error->what.contains(u"not ready"_s));
        QCOMPARE(sock.state(), BaseSock::State::Failed);
        sock.throwInSetup = false;
        QVERIFY(!sock.start());
        QCOMPARE(sock.handlerStats().size(), 1u);
    }

    void statesAndSignalsComeInOrder()
    {
        Checked<UdpSock> sock(listening());
        QStringList seen;
        connect(&sock, &BaseSock::stateChanged, this,
                [&](BaseSock::State state) { seen.append(QString::number(int(state))); });
        connect(&sock, &BaseSock::activeChanged, this, [&](bool active) { seen.append(active ? u"on"_s : u"off"_s); });
        connect(&sock, &BaseSock::started, this, [&] { seen.append(u"started"_s); });
        connect(&sock, &BaseSock::stopped, this, [&] { seen.append(u"stopped"_s); });
        QVERIFY(!sock.start());
        sock.stop();
        QCOMPARE(seen, (QStringList{u"1"_s, u"2"_s, u"on"_s, u"started"_s, u"3"_s, u"off"_s, u"0"_s, u"stopped"_s}));
        sock.stop(); // nothing to stop
        QCOMPARE(seen.size(), 8);
    }

    void restartsManyTimes_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("udp") << false;
        QTest::newRow("tcp") << true;
    }
    void restartsManyTimes()
    {
        QFETCH(bool, tcp);
        SockOptions options = listening();
        options.tickInterval = std::chrono::milliseconds(10);
        std::unique_ptr<BaseSock> sock;
        if (tcp)
            sock = std::make_unique<Checked<TcpSock>>(options);
        else
            sock = std::make_unique<Checked<UdpSock>>(options);
        int got = 0;
        sock->addHandler(1, this, [&](const Envelope &) { ++got; });
        for (int i = 0; i < 200; ++i) {
            QVERIFY(!sock->start());
            if (!tcp)
                QVERIFY(sock->sendMessage(1, i, sock->localEndpoint()).isOk());
            if (i % 20 == 0 && !tcp) {
                const int before = got;
                QTRY_VERIFY(got > before);
            }
            sock->stop();
            QVERIFY(sock->localEndpoint().isNull());
        }
        QCOMPARE(sock->handlerStats().size(), 1u);
    }

    void optionsThatChangeBringTheirHandlers()
    {
        int one = 0;
        int two = 0;
        SockOptions options = listening();
        options.handlers = {{1, [&](const Envelope &) { ++one; }, {}}};
        Checked<UdpSock> sock(options);
        int own = 0;
        sock.addHandler(3, this, [&](const Envelope &) { ++own; });
        QVERIFY(!sock.start());
        sock.sendMessage(1, 1, sock.localEndpoint());
        QTRY_COMPARE(one, 1);
        sock.stop();
        options.handlers = {{2, [&](const Envelope &) { ++two; }, {}}};
        QVERIFY(!sock.setOptions(options));
        QVERIFY(!sock.start());
        for (int type = 1; type <= 3; ++type)
            sock.sendMessage(type, 1, sock.localEndpoint());
        QTRY_COMPARE(sock.ledger().received.messages, 4u);
        QTRY_COMPARE(own, 1);
        QCOMPARE(two, 1);
        QCOMPARE(one, 1);
        QCOMPARE(sock.ledger().unhandled.messages, 1u);
    }

    void livesInTheThreadItWasMovedTo()
    {
        QThread thread;
        thread.start();
        auto *sock = new UdpSock(listening());
        QVERIFY(!sock->start());
        sock->stop();
        sock->moveToThread(&thread);
        const auto wrong = sock->start();
        QVERIFY(wrong);
        QCOMPARE(wrong->code, SockError::Code::WrongThread);
        QVERIFY(!wrong->remedy.isEmpty());

        std::atomic<int> got = 0;
        std::atomic<bool> rightThread = true;
        Endpoint endpoint;
        QString fault;
        QMetaObject::invokeMethod(
            sock,
            [&] {
                sock->addHandler(1, nullptr, [&](const Envelope &) {
                    rightThread = rightThread && QThread::currentThread() == &thread;
                    ++got;
                });
                if (const auto error = sock->start())
                    fault = error->toString();
                endpoint = sock->localEndpoint();
            },
            Qt::BlockingQueuedConnection);
        QCOMPARE(fault, QString());
        Checked<UdpSock> client(quiet());
        QVERIFY(!client.start());
        for (int i = 0; i < 100; ++i)
            client.sendMessage(1, i, endpoint);
        QTRY_COMPARE(got.load(), 100);
        QVERIFY(rightThread);
        std::atomic<int> destroyed = 0; // a QSignalSpy would write its list in that thread while this one reads it
        connect(sock, &QObject::destroyed, sock, [&] { ++destroyed; });
        sock->deleteLater();
        QTRY_COMPARE(destroyed.load(), 1);
        thread.quit();
        QVERIFY(thread.wait(5000));
    }

    void sockOfAFinishedThreadIsDeletedInIt()
    {
        for (int i = 0; i < 20; ++i) {
            QThread thread;
            auto *sock = new TcpSock(listening());
            sock->moveToThread(&thread);
            std::atomic<bool> started = false;
            connect(&thread, &QThread::started, sock, [&] { started = !sock->start(); });
            connect(&thread, &QThread::finished, sock, &QObject::deleteLater);
            thread.start();
            QTRY_VERIFY(started);
            thread.quit();
            QVERIFY(thread.wait(5000));
        }
    }

    void framingAndCodecMayChangeWhileActive()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        Checked<TcpSock> client(quiet());
        QVERIFY(!client.start());
        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_VERIFY(knownPeers(client) == 1 && knownPeers(server) == 1);
        QStringList got;
        server.setUnknownTypeHandler(this, [&](const Envelope &envelope) {
            got.append(envelope.message.data().isString() ? envelope.message.data().toString()
                                                          : QString::fromUtf8(envelope.message.payload.toByteArray()));
        });
        client.sendMessage(1, u"one"_s);
        QTRY_COMPARE(got.size(), 1);
        server.setFraming(makeFraming(u"line"));
        client.setFraming(makeFraming(u"line"));
        client.sendMessage(1, u"two"_s);
        QTRY_COMPARE(got.size(), 2);
        server.setCodec(makeCodec(u"text"));
        client.setCodec(makeCodec(u"text"));
        client.sendMessage(0, u"three"_s);
        QTRY_COMPARE(got.size(), 3);
        server.setFraming(nullptr); // the default of its kind
        client.setFraming(nullptr);
        server.setCodec(nullptr);
        QCOMPARE(server.framing()->name(), u"u32"_s);
        QCOMPARE(server.codec()->name(), u"raw"_s);
        client.sendMessage(0, u"four"_s);
        QTRY_COMPARE(got, (QStringList{u"one"_s, u"two"_s, u"three"_s, u"four"_s}));
        QVERIFY(client.isActive() && knownPeers(client) == 1);
    }

    void framingMayChangeInsideAHandler()
    {
        SockOptions options = quiet();
        options.framing = makeFraming(u"line");
        options.dispatch = DispatchMode::Inline;
        SockPair pair(true, options);
        QVERIFY(pair.start());
        QTRY_VERIFY(knownPeers(*pair.a) == 1 && knownPeers(*pair.b) == 1);
        QList<qint64> got;
        pair.b->addTypedHandler<qint64>(1, this, [&](qint64 n, const Envelope &) {
            got.append(n);
            if (n == 1)
                pair.b->setFraming(makeFraming(u"u8"));
        });
        pair.a->sendRaw(QByteArray("[1,1]\n\x05[1,2]\x05[1,3]"));
        QTRY_COMPARE(got, (QList<qint64>{1, 2, 3}));
    }

    void logGoesToTheLoggerAndTheSignal()
    {
        QStringList lines;
        SockOptions options = listening();
        options.logger = [&lines](int, const QString &text) { lines.append(text); };
        Checked<UdpSock> sock(options);
        QSignalSpy logged(&sock, &BaseSock::logged);
        QVERIFY(!sock.start());
        sock.addHandler(1, this, [](const Envelope &) { throw std::runtime_error("logged reason"); });
        sock.sendMessage(1, 1, sock.localEndpoint());
        QTRY_COMPARE(logged.size(), 1);
        QCOMPARE(lines.size(), 1);
        QVERIFY(lines.first().contains(u"logged reason"_s));
        QCOMPARE(logged.first().first().toInt(), int(QtWarningMsg));
    }

    void tooManyHandlersAreRefused()
    {
        SockOptions options = listening();
        options.maximumHandlers = 2;
        Checked<UdpSock> sock(options);
        QSignalSpy limits(&sock, &BaseSock::limitReached);
        QVERIFY(sock.addHandler(1, this, [](const Envelope &) {}) != 0);
        QVERIFY(sock.addHandler(2, this, [](const Envelope &) {}) != 0);
        QCOMPARE(sock.addHandler(3, this, [](const Envelope &) {}), 0u);
        QCOMPARE(limits.size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestLife)
#include "test_life.moc"
