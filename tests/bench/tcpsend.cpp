#include <QCborValue>
#include <QCoreApplication>
#include <QTcpSocket>
#include <QtEndian>

#include <memory>

#include "core/framing/framing.h"
#include "core/peers/peertable.h"
#include "core/tcpsock.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"

namespace SockScope::Bench {

namespace {

constexpr int size = 32;
constexpr int burst = 512;

template <typename Turn>
double rate(double seconds, const Turn &turn)
{
    for (int i = 0; i < 20; ++i)
        turn();
    const int64_t deadline = nowNs() + static_cast<int64_t>(seconds * 1e9);
    const int64_t start = threadCpuNs();
    uint64_t sent = 0;
    while (nowNs() < deadline)
        sent += turn();
    return static_cast<double>(sent) / static_cast<double>(threadCpuNs() - start) * 1e9;
}

double ours(double seconds)
{
    Worker drain(QStringLiteral("tcp-drain"), {});
    SockOptions options;
    options.connectTo = {HostPort{QStringLiteral("127.0.0.1"), static_cast<quint16>(drain.shared().value[0])}};
    options.framing = makeFraming(u"u32");
    options.timeout = std::chrono::milliseconds(0);
    TcpSock sock(std::move(options));
    if (const auto error = sock.start())
        throw CannotRun(error->toString().toStdString());
    const int64_t patience = nowNs() + 3'000'000'000;
    while (sock.peers().size() == 0 && nowNs() < patience)
        runEventLoop(nowNs() + 5'000'000);
    if (sock.peers().size() == 0)
        throw CannotRun("no connection");
    const Endpoint peer = sock.peers().endpoints().front();
    const QByteArray bytes(size, 'x');
    BytesPool pool;
    return rate(seconds, [&]() -> uint64_t {
        if (sock.sendQueueBytes() > 1024 * 1024) {
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            return 0;
        }
        for (int i = 0; i < burst; ++i) {
            Message message;
            message.payload = pool.copy(bytes);
            sock.sendMessage(message, peer);
        }
        QCoreApplication::processEvents();
        return burst;
    });
}

double plainQt(double seconds)
{
    Worker drain(QStringLiteral("tcp-drain"), {});
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(drain.shared().value[0]));
    if (!socket.waitForConnected(3000))
        throw CannotRun("no connection");
    const QByteArray bytes(size, 'x');
    BytesPool pool;
    return rate(seconds, [&]() -> uint64_t {
        if (socket.bytesToWrite() > 1024 * 1024) {
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            return 0;
        }
        for (int i = 0; i < burst; ++i) {
            QByteArray frame(4, Qt::Uninitialized);
            qToBigEndian<quint32>(size, frame.data());
            frame += bytes;
            socket.write(frame);
        }
        QCoreApplication::processEvents();
        return burst;
    });
}

} // namespace

std::vector<Group> tcpSend(const Settings &settings)
{
    const double seconds = settings.seconds(0.5, 0.15);
    const QString qt = QStringLiteral("plain-qt");
    return {{{{QStringLiteral("32 B"), QStringLiteral("msg/s"), false, {{qt, 1.2}}}},
             {{QStringLiteral("ours"), [=] { return std::vector<double>{ours(seconds)}; }},
              {qt, [=] { return std::vector<double>{plainQt(seconds)}; }}},
             0}};
}

} // namespace SockScope::Bench
