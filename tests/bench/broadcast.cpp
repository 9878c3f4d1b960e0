#include <QCborValue>
#include <QCoreApplication>

#include <memory>

#include "core/framing/framing.h"
#include "core/peers/peertable.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"
#include "sockets.h"

namespace SockScope::Bench {

namespace {

constexpr int tcpPeers = 1000;
constexpr int udpPeers = 10'000;
constexpr int messageBytes = 200;

double msEach(int rounds, const std::function<void()> &broadcast)
{
    for (int i = 0; i < 3; ++i)
        broadcast();
    std::vector<double> each;
    for (int i = 0; i < rounds; ++i) {
        const int64_t start = threadCpuNs();
        broadcast();
        each.push_back(static_cast<double>(threadCpuNs() - start) / 1e6);
    }
    return median(each);
}

void sendToAll(BaseSock &sock)
{
    Message message;
    message.value = QByteArray(messageBytes, 'x');
    sock.sendMessage(message);
}

/// A server with connections that all read, or of which one never does and whose queue is full already.
double tcp(int rounds, bool oneMute)
{
    raiseDescriptorLimit(tcpPeers + 100);
    SockOptions options;
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    options.framing = makeFraming(u"u32");
    options.timeout = std::chrono::milliseconds(0);
    options.tcp.sendLimitBytes = 1024 * 1024;
    options.logger = [](int, const QString &) {};
    TcpSock sock(std::move(options));
    if (const auto error = sock.start())
        throw CannotRun(error->toString().toStdString());
    const QString port = QString::number(sock.localEndpoint().port());
    const auto wait = [&sock](int peers) {
        const int64_t patience = nowNs() + 10'000'000'000;
        while (sock.peers().size() < peers && nowNs() < patience)
            runEventLoop(nowNs() + 2'000'000);
        if (sock.peers().size() < peers)
            throw CannotRun("not every connection came");
    };
    Worker mute(QStringLiteral("tcp-idle"), {port, QString::number(oneMute ? 1 : 0)});
    if (oneMute) {
        wait(1);
        const Endpoint peer = sock.peers().endpoints().front();
        const QByteArray filling(64 * 1024, 'x');
        while (sock.sendRaw(filling, peer).accepted == 1)
            QCoreApplication::processEvents();
    }
    Worker readers(QStringLiteral("tcp-readers"), {port, QString::number(oneMute ? tcpPeers - 1 : tcpPeers)});
    wait(tcpPeers);
    return msEach(rounds, [&sock] {
        sendToAll(sock);
        QCoreApplication::processEvents();
    });
}

/// 10,000 addresses of this machine that one socket reads; the mute one is a socket of its own that nobody reads.
double udp(int rounds, bool oneMute)
{
    Worker drain(QStringLiteral("udp-drain"), {QStringLiteral("any")});
    Worker mute(QStringLiteral("udp-hole"), {QStringLiteral("1")});
    const auto port = static_cast<quint16>(drain.shared().value[0]);
    SockOptions options;
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    options.timeout = std::chrono::milliseconds(0);
    UdpSock sock(std::move(options));
    if (const auto error = sock.start())
        throw CannotRun(error->toString().toStdString());
    for (int i = 0; i < udpPeers; ++i) {
        const bool isMute = oneMute && i == udpPeers / 2;
        sock.connectTo(Endpoint(0x7f000001 + static_cast<quint32>(isMute ? 0 : i),
                                isMute ? static_cast<quint16>(mute.shared().value[0]) : port));
    }
    const int64_t patience = nowNs() + 10'000'000'000;
    while (sock.peers().size() < udpPeers && nowNs() < patience)
        runEventLoop(nowNs() + 2'000'000);
    if (sock.peers().size() < udpPeers)
        throw CannotRun("not every peer is known");
    return msEach(rounds, [&sock] {
        sendToAll(sock);
        while (sock.sendQueueBytes() > 0)
            QCoreApplication::processEvents();
    });
}

} // namespace

std::vector<Group> broadcast(const Settings &settings)
{
    const QString all = QStringLiteral("all-reading");
    const int tcpRounds = settings.quick ? 30 : 100;
    const int udpRounds = settings.quick ? 5 : 15;
    return {{{{QStringLiteral("1,000 TCP, one mute"), QStringLiteral("ms"), true, {{all, 1.1}}}},
             {{QStringLiteral("ours"), [=] { return std::vector<double>{tcp(tcpRounds, true)}; }},
              {all, [=] { return std::vector<double>{tcp(tcpRounds, false)}; }}},
             0},
            {{{QStringLiteral("10,000 UDP, one mute"), QStringLiteral("ms"), true, {{all, 1.1}}}},
             {{QStringLiteral("ours"), [=] { return std::vector<double>{udp(udpRounds, true)}; }},
              {all, [=] { return std::vector<double>{udp(udpRounds, false)}; }}},
             0}};
}

} // namespace SockScope::Bench
