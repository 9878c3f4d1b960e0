#include <QEventLoop>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <mutex>
#include <stdexcept>

#include "core/dispatch/watchdog.h"
#include "support/talk.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::block;
using Test::knownPeers;
using Test::listening;
using Test::onlyPeer;
using Test::quiet;
using Test::Talk;

/// Handlers that do what they should not, over real sockets.
class TestBadInputHandlers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup()
    {
        QCOMPARE(Test::takeLedgerFaults(), QStringList());
        QCOMPARE(Watchdog::watched(), 0);
    }

    void exceptionsOfAnyTypeAreContained_data() { kinds(); }
    void exceptionsOfAnyTypeAreContained()
    {
        QFETCH(bool, tcp);
        Talk talk(tcp);
        QVERIFY(talk.ok);
        QSignalSpy errors(talk.server.get(), &BaseSock::errorOccurred);
        int got = 0;
        HandlerOptions named;
        named.name = u"breaker"_s;
        talk.server->addTypedHandler<qint64>(
            1, this,
            [&](qint64 n, const Envelope &) {
                ++got;
                if (n == 0)
                    throw std::runtime_error("the reason");
                if (n == 1)
                    throw 42;
            },
            named);
        int second = 0;
        talk.server->addHandler(1, this, [&](const Envelope &) { ++second; });
        for (int i = 0; i < 3; ++i)
            talk.client->sendMessage(1, i);
        talk.client->sendMessage(1, u"no number"_s);
        QTRY_COMPARE(second, 4); // the handlers after it are called all the same
        QCOMPARE(got, 3);
        QCOMPARE(errors.size(), 3);
        const auto first = errors.at(0).first().value<SockError>();
        QCOMPARE(first.code, SockError::Code::HandlerFailed);
        QCOMPARE(first.stage, Stage::Handler);
        QVERIFY(first.what.contains(u"breaker"_s) && first.what.contains(u"the reason"_s));
        QVERIFY(errors.at(1).first().value<SockError>().what.contains(u"not std::exception"_s));
        const QString mismatch = errors.at(2).first().value<SockError>().what;
        QVERIFY2(mismatch.contains(u"an integer"_s) && mismatch.contains(u"text"_s), qPrintable(mismatch));
        QCOMPARE(talk.server->ledger().handlerErrors, 3u);
        QCOMPARE(talk.server->ledger().handled.messages, 4u);
        for (const HandlerStats &row : talk.server->handlerStats()) {
            if (row.name == u"breaker")
                QCOMPARE(row.errors, 3u);
        }
    }

    void blockingHandlerIsNamedWhileItBlocks()
    {
        Talk talk(false);
        QVERIFY(talk.ok);
        std::mutex mutex;
        QString named;
        qint64 forNs = 0;
        std::atomic<bool> inside = false;
        bool wasInside = false;
        QSignalSpy errors(talk.server.get(), &BaseSock::errorOccurred);
        connect(
            talk.server.get(), &BaseSock::handlerBlocked, this,
            [&](const QString &name, qint64 ns) {
                const std::lock_guard lock(mutex);
                named = name;
                forNs = ns;
                wasInside = inside;
            },
            Qt::DirectConnection);
        HandlerOptions options;
        options.name = u"sleeper"_s;
        talk.server->addHandler(
            1, this,
            [&](const Envelope &) {
                inside = true;
                block(2000);
                inside = false;
            },
            options);
        talk.client->sendMessage(1, 1);
        QTRY_COMPARE(talk.server->blockedHandlers(), 1u);
        const std::lock_guard lock(mutex);
        QCOMPARE(named, u"sleeper"_s);
        QVERIFY(wasInside);
        QVERIFY(forNs >= 1'000'000'000 && forNs < 1'900'000'000);
        QCOMPARE(errors.size(), 1);
        const auto error = errors.first().first().value<SockError>();
        QCOMPARE(error.code, SockError::Code::HandlerBlocked);
        QVERIFY(error.what.contains(u"sleeper"_s));
    }

    void handlerThatBlocksMakesNobodyTimeOut_data() { kinds(); }
    void handlerThatBlocksMakesNobodyTimeOut()
    {
        QFETCH(bool, tcp);
        SockOptions options = listening();
        options.timeout = std::chrono::milliseconds(400);
        options.blockedAfter = std::chrono::milliseconds(0);
        const std::unique_ptr<BaseSock> server = Talk::make(tcp, options);
        QVERIFY(!server->start());
        QSignalSpy timedOut(server.get(), &BaseSock::peerTimedOut);
        int got = 0;
        server->addHandler(1, this, [&](const Envelope &) {
            if (++got % 10 == 5 && got < 30)
                block(900);
        });
        // A peer that talks all the time, from a thread of its own.
        const Endpoint to = server->localEndpoint();
        const std::unique_ptr<QThread> thread(QThread::create([tcp, to] {
            SockOptions talking = quiet();
            talking.tickInterval = std::chrono::milliseconds(20);
            talking.connectTo = {{to.addressString(), to.port()}};
            const std::unique_ptr<BaseSock> peer = Talk::make(tcp, talking);
            connect(peer.get(), &BaseSock::ticked, peer.get(), [&] { peer->sendMessage(1, 1); });
            QEventLoop loop;
            if (!peer->start())
                loop.exec();
        }));
        const auto end = qScopeGuard([&] {
            thread->quit();
            thread->wait();
        });
        thread->start();
        QTRY_VERIFY_WITH_TIMEOUT(got >= 60, 20000);
        QCOMPARE(timedOut.size(), 0);
        thread->quit();
        QVERIFY(thread->wait(5000));
        if (!tcp)
            QTRY_COMPARE(timedOut.size(), 1); // now it is silent
    }

    void ticksMissedWhileAHandlerBlocksNameIt()
    {
        SockOptions options = quiet();
        options.tickInterval = std::chrono::milliseconds(50);
        Talk talk(false, options);
        QVERIFY(talk.ok);
        QSignalSpy ticks(talk.server.get(), &BaseSock::ticked);
        HandlerOptions named;
        named.name = u"sleeper"_s;
        talk.server->addHandler(
            1, this, [](const Envelope &) { block(260); }, named);
        QTRY_VERIFY(ticks.size() >= 2);
        const quint64 missedBefore = talk.server->tickStats().missed;
        QString culprit;
        connect(talk.server.get(), &BaseSock::ticked, this, [&](const TickInfo &info) {
            if (info.missed >= 4)
                culprit = talk.server->lateTickCulprit();
        });
        talk.client->sendMessage(1, 1);
        QTRY_VERIFY(talk.server->tickStats().missed >= missedBefore + 4);
        QVERIFY2(culprit.startsWith(u"sleeper"_s), qPrintable(culprit));
        quint64 last = 0;
        for (const auto &arguments : ticks) {
            const auto info = arguments.first().value<TickInfo>();
            QCOMPARE(info.number, last + info.missed + 1);
            last = info.number;
        }
    }

    void handlerDeletesTheSock_data() { kindsAndModes(); }
    void handlerDeletesTheSock()
    {
        QFETCH(bool, tcp);
        Talk talk(tcp, modeOptions());
        QVERIFY(talk.ok);
        int calls = 0;
        talk.server->addHandler(1, this, [&](const Envelope &) {
            ++calls;
            talk.server.reset();
        });
        talk.server->addHandler(1, this, [&](const Envelope &) { calls += 100; });
        for (int i = 0; i < 50; ++i)
            talk.client->sendMessage(1, i);
        QTRY_VERIFY(!talk.server);
        QCOMPARE(calls, 1);
    }

    void slotsDeleteTheSock_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::addColumn<QByteArray>("signal");
        for (const bool tcp : {false, true}) {
            for (const char *signal : {"peerAdded", "messageReceived", "messageUnhandled", "errorOccurred", "ticked",
                                       "peerRemoved", "stateChanged", "stopped", "peerTimedOut", "limitReached"})
                QTest::addRow("%s %s", tcp ? "tcp" : "udp", signal) << tcp << QByteArray(signal);
        }
    }
    void slotsDeleteTheSock()
    {
        QFETCH(bool, tcp);
        QFETCH(QByteArray, signal);
        SockOptions options = quiet();
        options.tickInterval = std::chrono::milliseconds(20);
        options.timeout = std::chrono::milliseconds(signal == "peerTimedOut" ? 50 : 5000);
        options.queuePolicy = QueuePolicy::DropNewest;
        options.parseQueueMessages = signal == "limitReached" ? 1 : 1000;
        std::unique_ptr<BaseSock> server = Talk::make(tcp, listening(options));
        std::unique_ptr<BaseSock> client = Talk::make(tcp, quiet());
        const auto destroy = [&server] { server.reset(); };
        BaseSock *sock = server.get();
        if (signal == "peerAdded")
            connect(sock, &BaseSock::peerAdded, this, destroy);
        else if (signal == "messageReceived")
            connect(sock, &BaseSock::messageReceived, this, destroy);
        else if (signal == "messageUnhandled")
            connect(sock, &BaseSock::messageUnhandled, this, destroy);
        else if (signal == "errorOccurred")
            connect(sock, &BaseSock::errorOccurred, this, destroy);
        else if (signal == "ticked")
            connect(sock, &BaseSock::ticked, this, destroy);
        else if (signal == "peerRemoved")
            connect(sock, &BaseSock::peerRemoved, this, destroy);
        else if (signal == "stopped")
            connect(sock, &BaseSock::stopped, this, destroy);
        else if (signal == "peerTimedOut")
            connect(sock, &BaseSock::peerTimedOut, this, destroy);
        else if (signal == "limitReached")
            connect(sock, &BaseSock::limitReached, this, destroy);
        else
            connect(sock, &BaseSock::stateChanged, this, [destroy](BaseSock::State state) {
                if (state == BaseSock::State::Stopping)
                    destroy();
            });
        QVERIFY(!server->start());
        QVERIFY(!client->start());
        QVERIFY(!client->connectTo(server->localEndpoint()));
        QTRY_VERIFY(!server || knownPeers(*client) == 1);
        client->sendMessage(5, 1);
        client->sendMessage(5, 1);
        const QByteArray bad = tcp ? QByteArray::fromHex("0000000178") : QByteArray("x");
        client->sendRaw(bad);
        client->sendMessage(6, 1);
        if (signal == "peerRemoved" || signal == "stateChanged" || signal == "stopped") {
            QTRY_VERIFY(server->ledger().unhandled.messages == 3);
            server->stop();
        }
        QTRY_VERIFY(!server);
        QCOMPARE(Watchdog::watched(), 1); // the client's only
    }

    void handlerStopsTheSock_data() { kindsAndModes(); }
    void handlerStopsTheSock()
    {
        QFETCH(bool, tcp);
        Talk talk(tcp, modeOptions());
        QVERIFY(talk.ok);
        int calls = 0;
        talk.server->addHandler(1, this, [&](const Envelope &) {
            ++calls;
            talk.server->stop();
        });
        for (int i = 0; i < 50; ++i)
            talk.client->sendMessage(1, i);
        QTRY_COMPARE(talk.server->state(), BaseSock::State::Idle);
        QCOMPARE(calls, 1);
        QCOMPARE(Test::imbalance(talk.server->ledger()), QString());
        QVERIFY(!talk.server->start());
    }

    void handlerStopsAndStartsTheSock_data() { kindsAndModes(); }
    void handlerStopsAndStartsTheSock()
    {
        QFETCH(bool, tcp);
        Talk talk(tcp, modeOptions());
        QVERIFY(talk.ok);
        const quint16 port = talk.server->localEndpoint().port();
        int calls = 0;
        bool restarted = false;
        talk.server->addHandler(1, this, [&](const Envelope &) {
            if (++calls != 3)
                return;
            talk.server->stop();
            SockOptions options = talk.server->options();
            options.bind->port = port;
            restarted = !talk.server->setOptions(options) && !talk.server->start();
        });
        for (int i = 0; i < 10; ++i)
            talk.client->sendMessage(1, i);
        QTRY_VERIFY(restarted);
        QVERIFY(talk.server->isActive());
        if (tcp)
            QTRY_COMPARE(knownPeers(*talk.client), 0);
        QVERIFY(!talk.client->connectTo(talk.server->localEndpoint()));
        QTRY_COMPARE(knownPeers(*talk.client), 1);
        const int before = calls;
        talk.client->sendMessage(1, 11);
        QTRY_VERIFY(calls > before);
        QCOMPARE(Test::imbalance(talk.server->ledger()), QString());
    }

    void handlerClosesItsOwnPeer_data() { kindsAndModes(); }
    void handlerClosesItsOwnPeer()
    {
        QFETCH(bool, tcp);
        Talk talk(tcp, modeOptions());
        QVERIFY(talk.ok);
        QSignalSpy removed(talk.server.get(), &BaseSock::peerRemoved);
        int calls = 0;
        talk.server->addHandler(1, this, [&](const Envelope &envelope) {
            if (++calls == 1)
                talk.server->closePeer(envelope.peer);
        });
        for (int i = 0; i < 20; ++i)
            talk.client->sendMessage(1, i);
        QTRY_COMPARE(removed.size(), 1);
        if (tcp) {
            QTRY_COMPARE(knownPeers(*talk.client), 0);
            QCOMPARE(talk.server->peers().size(), 0);
            const Ledger ledger = talk.server->ledger();
            QVERIFY(ledger.received.bytes <= talk.client->ledger().sent.bytes); // no byte counts twice
        } else {
            QTRY_COMPARE(calls, 20);
        }
        QCOMPARE(Test::imbalance(talk.server->ledger()), QString());
    }

    void handlersAreAddedAndRemovedDuringDispatch_data() { kindsAndModes(); }
    void handlersAreAddedAndRemovedDuringDispatch()
    {
        QFETCH(bool, tcp);
        Talk talk(tcp, modeOptions());
        QVERIFY(talk.ok);
        QStringList calls;
        HandlerId later = 0;
        auto context = std::make_unique<QObject>();
        talk.server->addTypedHandler<qint64>(1, this, [&](qint64 n, const Envelope &) {
            calls.append(u"a%1"_s.arg(n));
            if (n == 0)
                later = talk.server->addHandler(1, this, [&](const Envelope &) { calls.append(u"new"_s); });
            if (n == 1)
                context.reset();
            if (n == 2)
                talk.server->removeHandler(later);
        });
        talk.server->addHandler(1, context.get(), [&](const Envelope &) { calls.append(u"b"_s); });
        for (int i = 0; i < 3; ++i)
            talk.client->sendMessage(1, i);
        QTRY_VERIFY(calls.contains(u"a2"_s));
        QTRY_COMPARE(talk.server->ledger().handled.messages, 3u);
        QCOMPARE(calls, (QStringList{u"a0"_s, u"b"_s, u"a1"_s, u"new"_s, u"a2"_s}));
    }

private:
    static void kinds()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("udp") << false;
        QTest::newRow("tcp") << true;
    }
    static void kindsAndModes()
    {
        QTest::addColumn<bool>("tcp");
        QTest::addColumn<bool>("inlined");
        QTest::newRow("udp") << false << false;
        QTest::newRow("tcp") << true << false;
        QTest::newRow("udp inline") << false << true;
        QTest::newRow("tcp inline") << true << true;
    }
    static SockOptions modeOptions()
    {
        const bool inlined = *static_cast<const bool *>(QTest::qData("inlined", qMetaTypeId<bool>()));
        SockOptions options = quiet();
        options.dispatch = inlined ? DispatchMode::Inline : DispatchMode::Queued;
        return options;
    }
};

QTEST_GUILESS_MAIN(TestBadInputHandlers)
#include "test_badinput_handlers.moc"
