#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>
#include <QThread>
#include <QUdpSocket>

#ifdef Q_OS_LINUX
#include <arpa/inet.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "core/tcpsock.h"
#include "core/time/manualclock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::quiet;

Q_DECLARE_METATYPE(std::function<void(SockOptions &)>)

/// What cannot be opened or reached, and what the person at the keyboard is told.
class TestBadInputSetup : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void portInUse_data() { kinds(); }
    void portInUse()
    {
        QFETCH(bool, tcp);
        const auto first = make(tcp, listening());
        QVERIFY(!first->start());
        const quint16 port = first->localEndpoint().port();
        const auto second = make(tcp, listening(quiet(), u"127.0.0.1"_s, port));
        QSignalSpy errors(second.get(), &BaseSock::errorOccurred);
        const auto error = second->start();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::AddressInUse);
        QCOMPARE(error->what, u"port %1 is in use by another program"_s.arg(port));
        QCOMPARE(error->remedy, u"choose another port, or 0 for any"_s);
        QCOMPARE(second->state(), BaseSock::State::Failed);
        QCOMPARE(errors.size(), 1);
        QVERIFY(!second->transport());
        first->stop();
        QVERIFY(!second->start()); // it may be tried again
        QVERIFY(second->isActive());
        QVERIFY(!second->lastError());
    }

    void privilegedPort_data() { kinds(); }
    void privilegedPort()
    {
#ifdef Q_OS_LINUX
        QFETCH(bool, tcp);
        QFile limit(u"/proc/sys/net/ipv4/ip_unprivileged_port_start"_s);
        if (limit.open(QIODevice::ReadOnly) && limit.readAll().trimmed().toInt() <= 1)
            QSKIP("this system lets every program bind port 1");
        // Capabilities belong to a thread: this one gives the right away, if it has it.
        bool dropped = false;
        std::optional<SockError> error;
        const std::unique_ptr<QThread> thread(QThread::create([&] {
            __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
            __user_cap_data_struct data[2] = {};
            dropped = ::syscall(SYS_capset, &header, data) == 0;
            error = make(tcp, listening(quiet(), u"127.0.0.1"_s, 1))->start();
        }));
        thread->start();
        QVERIFY(thread->wait(10000));
        QVERIFY(dropped);
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::PermissionDenied);
        QCOMPARE(error->what, u"port 1 needs privileges"_s);
        QVERIFY(error->remedy.contains(u"above 1023"_s));
#else
        QSKIP("knows only how Linux takes a right from a thread");
#endif
    }

    void unknownHostToConnect_data()
    {
        kinds();
    }
    void unknownHostToConnect()
    {
        QFETCH(bool, tcp);
        SockOptions options = quiet();
        options.connectTo = {{u"no-such-host.invalid"_s, 9000}};
        const auto sock = make(tcp, options);
        QSignalSpy failed(sock.get(), &BaseSock::connectFailed);
        QVERIFY(!sock->start());
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 30000);
        QCOMPARE(failed.first().first().value<HostPort>().host, u"no-such-host.invalid"_s);
        const auto error = failed.first().at(1).value<SockError>();
        QCOMPARE(error.code, SockError::Code::HostNotFound);
        QVERIFY(error.what.contains(u"no-such-host.invalid"_s));
        QVERIFY(!error.remedy.isEmpty());
        QVERIFY(sock->isActive());
        QCOMPARE(sock->peers().size(), 0);
    }

    void stopWhileANameIsLookedUp()
    {
        for (int i = 0; i < 20; ++i) {
            SockOptions options = quiet();
            options.connectTo = {{u"no-such-host-%1.invalid"_s.arg(i), 9000}};
            const auto sock = make(i % 2 == 0, options);
            QSignalSpy failed(sock.get(), &BaseSock::connectFailed);
            QVERIFY(!sock->start());
            if (i % 3 == 0) {
                sock->stop();
                QVERIFY(!sock->setOptions(quiet()));
                QVERIFY(!sock->start());
                QCoreApplication::processEvents();
                QCOMPARE(failed.size(), 0); // an answer of the life before is nobody's
            }
        }
    }

    void unknownOrForeignAddressToListen_data()
    {
        QTest::addColumn<bool>("tcp");
        QTest::addColumn<QString>("host");
        QTest::addColumn<SockError::Code>("code");
        for (const bool tcp : {false, true}) {
            QTest::addRow("unknown %s", tcp ? "tcp" : "udp")
                << tcp << u"no-such-host.invalid"_s << SockError::Code::HostNotFound;
            QTest::addRow("foreign %s", tcp ? "tcp" : "udp")
                << tcp << u"203.0.113.77"_s << SockError::Code::AddressNotAvailable;
        }
    }
    void unknownOrForeignAddressToListen()
    {
        QFETCH(bool, tcp);
        QFETCH(QString, host);
        QFETCH(SockError::Code, code);
        const auto sock = make(tcp, listening(quiet(), host));
        const auto error = sock->start();
        QVERIFY(error);
        QCOMPARE(error->code, code);
        QVERIFY(error->what.contains(host));
        QVERIFY(!error->remedy.isEmpty());
        QCOMPARE(sock->state(), BaseSock::State::Failed);
    }

    void refusedConnect()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const quint16 port = server.serverPort();
        server.close();
        SockOptions options = quiet();
        options.connectTo = {{u"127.0.0.1"_s, port}};
        Checked<TcpSock> sock(options);
        QSignalSpy failed(&sock, &BaseSock::connectFailed);
        QSignalSpy removed(&sock, &BaseSock::peerRemoved);
        QVERIFY(!sock.start());
        QTRY_COMPARE(failed.size(), 1);
        const auto error = failed.first().at(1).value<SockError>();
        QCOMPARE(error.code, SockError::Code::ConnectionRefused);
        QVERIFY(error.what.contains(QString::number(port)));
        QVERIFY(!error.remedy.isEmpty());
        QCOMPARE(sock.peers().size(), 0);
        QCOMPARE(removed.size(), 0);
    }

    void timedOutConnect()
    {
#ifdef Q_OS_LINUX
        // A listener whose backlog is full answers no further SYN.
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QVERIFY(::bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
        QVERIFY(::listen(listener, 0) == 0);
        socklen_t length = sizeof address;
        ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
        std::vector<int> fillers;
        for (int i = 0; i < 4; ++i) {
            fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            ::connect(fillers.back(), reinterpret_cast<sockaddr *>(&address), sizeof address);
        }
        const quint16 port = ntohs(address.sin_port);

        auto clock = std::make_shared<ManualClock>();
        SockOptions options = quiet();
        options.clock = clock;
        options.tcp.connectTimeout = std::chrono::milliseconds(3000);
        options.timeout = std::chrono::milliseconds(1000); // of silent peers: a connect under way has its own
        options.connectTo = {{ u"127.0.0.1"_s, port }};
        Checked<TcpSock> sock(options);
        QSignalSpy failed(&sock, &BaseSock::connectFailed);
        QVERIFY(!sock.start());
        QCoreApplication::processEvents();
        clock->advanceMs(2999);
        QCOMPARE(failed.size(), 0);
        QCOMPARE(sock.peers().size(), 1);
        clock->advanceMs(1);
        QCOMPARE(failed.size(), 1);
        const auto error = failed.first().at(1).value<SockError>();
        QCOMPARE(error.code, SockError::Code::ConnectTimedOut);
        QVERIFY(error.what.contains(QString::number(port)));
        QCOMPARE(sock.peers().size(), 0);
        for (const int filler : fillers)
            ::close(filler);
        ::close(listener);
#else
        QSKIP("how a full backlog behaves is Linux's own");
#endif
    }

    void datagramsToNowhereDoNoHarm()
    {
        QUdpSocket probe;
        QVERIFY(probe.bind(QHostAddress::LocalHost));
        const quint16 port = probe.localPort();
        probe.close();
        Checked<UdpSock> sock(listening());
        QVERIFY(!sock.start());
        QVERIFY(!sock.connectTo(Endpoint(0x7f000001, port)));
        int got = 0;
        sock.addHandler(1, this, [&](const Envelope &) { ++got; });
        for (int i = 0; i < 100; ++i)
            QVERIFY(sock.sendMessage(1, i).isOk());
        QTRY_COMPARE(sock.ledger().sendQueued.messages, 0u);
        Checked<UdpSock> other(quiet());
        QVERIFY(!other.start());
        other.sendMessage(1, 1, sock.localEndpoint());
        QTRY_COMPARE(got, 1); // the system's complaints about the port stop nothing
    }

    void wrongFamilyIsAnError()
    {
        Checked<UdpSock> sock(listening());
        QVERIFY(!sock.start());
        QSignalSpy failed(&sock, &BaseSock::connectFailed);
        QVERIFY(!sock.connectTo(HostPort{u"::1"_s, 9000}));
        QCOMPARE(failed.size(), 1);
        QVERIFY(!failed.first().at(1).value<SockError>().remedy.isEmpty());
        QCOMPARE(sock.peers().size(), 0);
    }

    void wrongOptionsAreErrors_data()
    {
        using Change = std::function<void(SockOptions &)>;
        QTest::addColumn<Change>("change");
        const auto row = [](const char *name, Change change) { QTest::newRow(name) << change; };
        row("negative time-out", [](SockOptions &o) { o.timeout = std::chrono::milliseconds(-1); });
        row("negative tick", [](SockOptions &o) { o.tickInterval = std::chrono::milliseconds(-1); });
        row("no turn", [](SockOptions &o) { o.turnBudget = std::chrono::milliseconds(0); });
        row("negative watchdog", [](SockOptions &o) { o.blockedAfter = std::chrono::milliseconds(-5); });
        row("time-out beyond the clock", [](SockOptions &o) { o.timeout = std::chrono::milliseconds::max(); });
        row("tick beyond the clock", [](SockOptions &o) { o.tickInterval = std::chrono::milliseconds::max(); });
        row("watchdog beyond the clock", [](SockOptions &o) { o.blockedAfter = std::chrono::milliseconds::max(); });
        row("turn beyond the clock", [](SockOptions &o) { o.turnBudget = std::chrono::milliseconds::max(); });
        row("connect time-out beyond the clock",
            [](SockOptions &o) { o.tcp.connectTimeout = std::chrono::milliseconds::max(); });
        row("negative connect time-out", [](SockOptions &o) { o.tcp.connectTimeout = std::chrono::milliseconds(-1); });
        row("no queue", [](SockOptions &o) { o.parseQueueMessages = 0; });
        row("no in queue", [](SockOptions &o) { o.inQueueBytes = 0; });
        row("no peers", [](SockOptions &o) { o.maximumPeers = 0; });
        row("no handlers", [](SockOptions &o) { o.maximumHandlers = 0; });
        row("no concurrent handlers", [](SockOptions &o) { o.maxConcurrentHandlers = -1; });
        row("no connections", [](SockOptions &o) { o.tcp.maximumConnections = 0; });
        row("no bytes to send", [](SockOptions &o) { o.tcp.sendLimitBytes = 0; });
        row("connect to port 0", [](SockOptions &o) { o.connectTo = {{u"127.0.0.1"_s, 0}}; });
        row("connect to nobody", [](SockOptions &o) { o.connectTo = {{QString(), 9}}; });
    }
    void wrongOptionsAreErrors()
    {
        QFETCH(std::function<void(SockOptions &)>, change);
        for (const bool tcp : {false, true}) {
            SockOptions options = listening();
            change(options);
            const auto sock = make(tcp, options);
            const auto error = sock->start();
            QVERIFY(error);
            QCOMPARE(error->code, SockError::Code::InvalidOptions);
            QVERIFY(!error->what.isEmpty() && !error->remedy.isEmpty());
            QCOMPARE(sock->state(), BaseSock::State::Failed);
            QVERIFY(!sock->setOptions(listening()));
            QVERIFY(!sock->start());
        }
    }

    void callsThatDoNotFitTheStateAreErrors()
    {
        Checked<TcpSock> sock(listening());
        QVERIFY(!sock.sendMessage(1, 1).isOk());
        QCOMPARE(sock.sendMessage(1, 1).error->code, SockError::Code::WrongState);
        QCOMPARE(sock.connectTo(HostPort{u"127.0.0.1"_s, 9}).value().code, SockError::Code::WrongState);
        QCOMPARE(sock.injectRaw(Endpoint(0x7f000001, 9), "x").value().code, SockError::Code::WrongState);
        QVERIFY(!sock.closePeer(Endpoint(0x7f000001, 9)));
        QVERIFY(!sock.start());
        QCOMPARE(sock.start().value().code, SockError::Code::WrongState);
        QVERIFY(sock.isActive());
        QCOMPARE(sock.setOptions({}).value().code, SockError::Code::WrongState);
        QCOMPARE(sock.connectTo(HostPort{u"127.0.0.1"_s, 0}).value().code, SockError::Code::InvalidOptions);
        const SendResult nobody = sock.sendMessage(1, 1, Endpoint(0x7f000001, 9));
        QCOMPARE(nobody.error.value().code, SockError::Code::UnknownPeer);
        QCOMPARE(sock.ledger().refusedNoPeer.messages, 1u);
        QVERIFY(sock.sendMessage(1, 1).isOk()); // to all of nobody
    }

private:
    static void kinds()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("udp") << false;
        QTest::newRow("tcp") << true;
    }
    static std::unique_ptr<BaseSock> make(bool tcp, const SockOptions &options)
    {
        if (tcp)
            return std::make_unique<Checked<TcpSock>>(options);
        return std::make_unique<Checked<UdpSock>>(options);
    }
};

QTEST_GUILESS_MAIN(TestBadInputSetup)
#include "test_badinput_setup.moc"
