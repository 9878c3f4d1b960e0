#include <QUdpSocket>

#include <unistd.h>

#include <memory>

#include "core/udpsock.h"
#include "enetecho.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"
#include "sockets.h"

namespace SockScope::Bench {

namespace {

constexpr int size = 32;

/// Plays ping with the port until the other end, on the same core, has its round trips; run answers while it waits.
std::vector<double> trips(quint16 port, int count, const std::function<void()> &run,
                          const QString &pinger = QStringLiteral("udp-ping"))
{
    Worker client(pinger, {QString::number(port), QString::number(size), QString::number(count)}, ownCore);
    client.go();
    const int64_t patience = nowNs() + 20'000'000'000;
    while (client.shared().received == 0 && nowNs() < patience)
        run();
    if (client.shared().received < static_cast<uint64_t>(count) * 9 / 10)
        throw CannotRun("round trips are missing");
    return {static_cast<double>(client.shared().value[0]) / 1000.0,
            static_cast<double>(client.shared().value[1]) / 1000.0};
}

std::vector<double> ours(int count)
{
    SockOptions options;
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    UdpSock sock(std::move(options));
    sock.addHandler(0, &sock,
                    [&sock](const Envelope &envelope) { sock.sendRaw(envelope.message.payload, envelope.peer); });
    if (const auto error = sock.start())
        throw CannotRun(error->toString().toStdString());
    return trips(sock.localEndpoint().port(), count, [] { runEventLoop(nowNs() + 20'000'000); });
}

std::vector<double> rawBlocking(int count)
{
    const int descriptor = udpSocket(0);
    const timeval patience{0, 20'000};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const std::vector<double> result = trips(portOf(descriptor), count, [descriptor] {
        char bytes[2048];
        sockaddr_in peer{};
        for (;;) {
            socklen_t length = sizeof peer;
            const ssize_t got =
                ::recvfrom(descriptor, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr *>(&peer), &length);
            if (got < 0)
                return;
            ::sendto(descriptor, bytes, static_cast<size_t>(got), 0, reinterpret_cast<sockaddr *>(&peer), length);
        }
    });
    ::close(descriptor);
    return result;
}

std::vector<double> plainQt(int count)
{
    QUdpSocket socket;
    socket.bind(QHostAddress::LocalHost, 0);
    QObject::connect(&socket, &QUdpSocket::readyRead, &socket, [&socket] {
        char bytes[2048];
        QHostAddress address;
        quint16 port = 0;
        while (socket.hasPendingDatagrams()) {
            const qint64 got = socket.readDatagram(bytes, sizeof bytes, &address, &port);
            socket.writeDatagram(bytes, got, address, port);
        }
    });
    return trips(socket.localPort(), count, [] { runEventLoop(nowNs() + 20'000'000); });
}

std::vector<double> enet(int count)
{
    EnetEcho host;
    return trips(
        host.port(), count, [&host] { host.run(nowNs() + 20'000'000); }, QStringLiteral("enet-ping"));
}

} // namespace

std::vector<Group> udpEcho(const Settings &settings)
{
    const int count = settings.quick ? 8000 : 20000;
    const QString raw = QStringLiteral("raw-blocking");
    const QString qt = QStringLiteral("qudpsocket");
    return {{{{QStringLiteral("p50"), QStringLiteral("µs"), true, {{raw, 1.15}, {qt, 0.9}}},
              {QStringLiteral("p99"), QStringLiteral("µs"), true, {{raw, 1.4}, {qt, 0.9}}}},
             {{QStringLiteral("ours"), [=] { return ours(count); }},
              {raw, [=] { return rawBlocking(count); }},
              {qt, [=] { return plainQt(count); }},
              {QStringLiteral("enet"), [=] { return enet(count); }}},
             0}};
}

} // namespace SockScope::Bench
