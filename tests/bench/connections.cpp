#include <QTcpServer>
#include <QTcpSocket>

#include <memory>

#include "core/framing/framing.h"
#include "core/peers/peertable.h"
#include "core/tcpsock.h"
#include "epollserver.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"
#include "servers.h"
#include "sockets.h"

namespace SockScope::Bench {

namespace {

constexpr int connectionCount = 9'900; // 20,000 descriptors are allowed on many systems, and both ends need some

/// Tells the port, then how many connections there are and what they take, until the last one has come.
void serve(SharedCounters &shared, quint16 port, const std::function<int()> &connections,
           const std::function<void(int64_t)> &run = runEventLoop)
{
    run(nowNs() + 50'000'000);
    const int64_t before = residentBytes();
    shared.value[0] = port;
    shared.ready = 1;
    while (shared.stop == 0) {
        // Once they are all there, hardly ever: each look is a poll over all of them.
        const bool isComplete = shared.received >= connectionCount;
        run(nowNs() + (isComplete ? 3'600'000'000'000 : 20'000'000));
        shared.received = static_cast<uint64_t>(connections());
        shared.value[1] = residentBytes() - before;
    }
}

/// Bytes a connection, and CPU percent idle and at one message a second each.
std::vector<double> measure(const QString &server, double seconds)
{
    Worker worker(server, {}, ownCore);
    Worker peers(QStringLiteral("tcp-beat"), {QString::number(worker.shared().value[0].load()),
                                              QString::number(connectionCount), QStringLiteral("32")});
    const int64_t patience = nowNs() + 30'000'000'000;
    while (worker.shared().received < connectionCount && nowNs() < patience)
        runEventLoop(nowNs() + 20'000'000);
    if (worker.shared().received < connectionCount)
        throw CannotRun("not every connection came (ulimit -n?)");
    runEventLoop(nowNs() + 200'000'000);
    const double bytes = static_cast<double>(worker.shared().value[1]) / connectionCount;
    const auto cpu = [&] {
        const int64_t start = worker.cpuNs();
        const int64_t began = nowNs();
        runEventLoop(nowNs() + static_cast<int64_t>(seconds * 1e9));
        return 100.0 * static_cast<double>(worker.cpuNs() - start) / static_cast<double>(nowNs() - began);
    };
    const double idle = cpu();
    peers.go();
    runEventLoop(nowNs() + 200'000'000);
    return {bytes, idle, cpu()};
}

} // namespace

int serveWithSockScope(SharedCounters &shared)
{
    raiseDescriptorLimit(connectionCount + 100);
    SockOptions options;
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    options.framing = makeFraming(u"u32");
    options.timeout = std::chrono::milliseconds(0);
    TcpSock sock(std::move(options));
    uint64_t received = 0;
    sock.addHandler(0, &sock, [&received](const Envelope &) { ++received; });
    if (sock.start())
        return 1;
    serve(shared, sock.localEndpoint().port(), [&sock] { return sock.peers().size(); });
    return 0;
}

int serveWithQt(SharedCounters &shared)
{
    raiseDescriptorLimit(connectionCount + 100);
    QTcpServer server;
    int connections = 0;
    uint64_t received = 0;
    QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
        while (QTcpSocket *socket = server.nextPendingConnection()) {
            ++connections;
            QObject::connect(socket, &QTcpSocket::readyRead, socket,
                             [socket, &received] { received += static_cast<uint64_t>(socket->readAll().size()); });
        }
    });
    server.setListenBacklogSize(4096);
    server.setMaxPendingConnections(connectionCount);
    server.listen(QHostAddress::LocalHost, 0);
    serve(shared, server.serverPort(), [&connections] { return connections; });
    return 0;
}

int serveWithEpoll(SharedCounters &shared)
{
    raiseDescriptorLimit(connectionCount + 100);
    EpollServer server;
    serve(
        shared, server.port(), [&server] { return server.connections(); },
        [&server](int64_t deadlineNs) { server.run(deadlineNs); });
    return 0;
}

std::vector<Group> connections(const Settings &settings)
{
    const QString qt = QStringLiteral("bare-qtcpserver");
    const double seconds = settings.seconds(2, 1);
    return {{{{QStringLiteral("memory each"), QStringLiteral("bytes"), true, {{qt, 1.3}}},
              {QStringLiteral("CPU, idle"), QStringLiteral("%"), true, {{QStringLiteral("bound"), 0.5}}},
              {QStringLiteral("CPU, 1 message/s each"), QStringLiteral("%"), true, {{qt, 1.3}}}},
             {{QStringLiteral("ours"), [=] { return measure(QStringLiteral("server-sockscope"), seconds); }},
              {qt, [=] { return measure(QStringLiteral("server-qt"), seconds); }},
              {QStringLiteral("raw-epoll"), [=] { return measure(QStringLiteral("server-epoll"), seconds); }}},
             settings.quick ? 1 : 0}};
}

} // namespace SockScope::Bench
