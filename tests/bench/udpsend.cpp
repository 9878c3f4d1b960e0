#include <QCborValue>
#include <QCoreApplication>
#include <QUdpSocket>

#include <arpa/inet.h>
#include <unistd.h>

#include <memory>

#include "core/udpsock.h"
#include "groups.h"
#include "machine.h"
#include "sockets.h"

namespace SockScope::Bench {

namespace {

constexpr int burst = 512; ///< messages a turn of the event loop

struct Load
{
    int peers;
    bool mixed; ///< no two neighbours of one size
};

int sizeOf(const Load &load, int i)
{
    return load.mixed ? 32 + i % 3 : 32;
}

struct Sender
{
    virtual ~Sender() = default;
    virtual void send(quint16 port, const char *bytes, int size) = 0;
    virtual void endTurn() {}
    virtual void check(uint64_t) {}
};

struct OurSender : Sender
{
    OurSender()
    {
        SockOptions options;
        options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
        options.timeout = std::chrono::milliseconds(0);
        sock = std::make_unique<UdpSock>(std::move(options));
        if (const auto error = sock->start())
            throw CannotRun(error->toString().toStdString());
    }
    void send(quint16 port, const char *bytes, int size) override
    {
        Message message;
        message.value = QByteArray(bytes, size);
        sock->sendMessage(message, Endpoint(0x7f000001, port));
    }
    void endTurn() override { QCoreApplication::processEvents(); }
    void check(uint64_t messages) override
    {
        if (sock->ledger().sent.messages != messages)
            throw CannotRun("not every message was sent");
    }
    std::unique_ptr<UdpSock> sock;
};

struct RawSender : Sender
{
    RawSender()
        : descriptor(udpSocket(0))
    {
    }
    ~RawSender() override { ::close(descriptor); }
    void send(quint16 port, const char *bytes, int size) override
    {
        const sockaddr_in to = loopback(port);
        ::sendto(descriptor, bytes, static_cast<size_t>(size), 0, reinterpret_cast<const sockaddr *>(&to), sizeof to);
    }
    int descriptor;
};

struct QtSender : Sender
{
    QtSender()
    {
        socket.bind(QHostAddress::LocalHost, 0);
        socket.setSocketOption(QAbstractSocket::SendBufferSizeSocketOption, wantedBufferBytes);
    }
    void send(quint16 port, const char *bytes, int size) override
    {
        socket.writeDatagram(bytes, size, QHostAddress::LocalHost, port);
    }
    void endTurn() override { QCoreApplication::processEvents(); }
    QUdpSocket socket;
};

/// Messages a second of the sender's CPU time.
template <typename Kind>
double rate(const Load &load, double seconds)
{
    Worker hole(QStringLiteral("udp-hole"), {QString::number(load.peers)});
    const auto first = static_cast<quint16>(hole.shared().value[0].load());
    if (first == 0)
        throw CannotRun("no neighbouring ports are free");
    Kind sender;
    const QByteArray bytes(64, 'x');
    uint64_t sent = 0;
    const auto turn = [&] {
        for (int i = 0; i < burst; ++i)
            sender.send(static_cast<quint16>(first + i % load.peers), bytes.constData(), sizeOf(load, i));
        sender.endTurn();
        sent += burst;
    };
    turn();
    const int64_t deadline = nowNs() + static_cast<int64_t>(seconds * 1e9);
    const uint64_t before = sent;
    const int64_t start = threadCpuNs();
    while (nowNs() < deadline)
        turn();
    const auto spent = static_cast<double>(threadCpuNs() - start);
    sender.endTurn();
    sender.check(sent);
    return static_cast<double>(sent - before) / spent * 1e9;
}

} // namespace

std::vector<Group> udpSend(const Settings &settings)
{
    const double seconds = settings.seconds(0.4, 0.1);
    const QString raw = QStringLiteral("raw-sendto");
    const QString qt = QStringLiteral("writedatagram");
    const auto group = [&](const QString &name, const Load &load, std::vector<Goal> goals) {
        return Group{{{name, QStringLiteral("msg/s"), false, std::move(goals)}},
                     {{QStringLiteral("ours"), [=] { return std::vector<double>{rate<OurSender>(load, seconds)}; }},
                      {raw, [=] { return std::vector<double>{rate<RawSender>(load, seconds)}; }},
                      {qt, [=] { return std::vector<double>{rate<QtSender>(load, seconds)}; }}},
                     0};
    };
    return {group(QStringLiteral("one peer, mixed sizes"), {1, true}, {{raw, 1.0}, {qt, 1.2}}),
            group(QStringLiteral("64 peers"), {64, false}, {{raw, 1.0}, {qt, 1.2}}),
            group(QStringLiteral("one peer, equal sizes"), {1, false}, {{raw, 1.0}, {qt, 4.0}})};
}

} // namespace SockScope::Bench
