#include <QCoreApplication>
#include <QEventLoop>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <QtEndian>

#include <memory>

#include "core/framing/framing.h"
#include "core/tcpsock.h"
#include "epollserver.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"
#include "plainqt.h"

namespace SockScope::Bench {

namespace {

class TcpReceiver
{
public:
    virtual ~TcpReceiver() = default;
    virtual quint16 open() = 0;
    void run(int64_t deadlineNs) { runEventLoop(deadlineNs); }
    uint64_t received = 0;
    uint64_t bytes = 0;
};

class SockScopeTcpReceiver : public TcpReceiver
{
public:
    quint16 open() override
    {
        SockOptions options;
        options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
        options.framing = makeFraming(u"u32");
        m_sock = std::make_unique<TcpSock>(std::move(options));
        m_sock->addHandler(0, &m_context, [this](const Envelope &envelope) {
            ++received;
            bytes += static_cast<uint64_t>(envelope.message.payload.size());
        });
        if (const auto error = m_sock->start())
            throw CannotRun(error->toString().toStdString());
        return m_sock->localEndpoint().port();
    }

private:
    QObject m_context;
    std::unique_ptr<TcpSock> m_sock;
};

/// As Qt's examples read a length and then a block, with a signal a message.
class PlainQtTcpReceiver : public TcpReceiver
{
public:
    quint16 open() override
    {
        QObject::connect(&m_source, &PlainQtSource::received, &m_context,
                         [this](const QHostAddress &, quint16, const QVariant &data) {
                             ++received;
                             bytes += static_cast<uint64_t>(data.toByteArray().size());
                         });
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_context, [this] {
            while (QTcpSocket *socket = m_server.nextPendingConnection())
                QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(socket); });
        });
        m_server.listen(QHostAddress::LocalHost, 0);
        return m_server.serverPort();
    }

private:
    void read(QTcpSocket *socket)
    {
        char prefix[4];
        while (socket->bytesAvailable() >= 4) {
            socket->peek(prefix, sizeof prefix);
            const auto length = qFromBigEndian<quint32>(prefix);
            if (socket->bytesAvailable() < 4 + qint64(length))
                break;
            socket->read(prefix, sizeof prefix);
            Q_EMIT m_source.received(socket->peerAddress(), socket->peerPort(), socket->read(length));
        }
    }

    QTcpServer m_server;
    PlainQtSource m_source;
    QObject m_context;
};

class RawEpollReceiver : public EpollServer
{
public:
    quint16 open() { return port(); }
};

template <typename Receiver>
double cpuPerMessage(int size, int connections, double seconds)
{
    Receiver receiver;
    const quint16 port = receiver.open();
    Worker sender(QStringLiteral("tcp-flood"),
                  {QString::number(port), QString::number(size), QString::number(connections)});
    sender.go();
    const int64_t patience = nowNs() + 3'000'000'000;
    while (receiver.received == 0 && nowNs() < patience)
        receiver.run(nowNs() + 5'000'000);
    receiver.run(nowNs() + 20'000'000);
    const uint64_t before = receiver.received;
    const int64_t cpu = processCpuNs();
    receiver.run(nowNs() + static_cast<int64_t>(seconds * 1e9));
    if (receiver.received == before)
        throw CannotRun("nothing arrived");
    return static_cast<double>(processCpuNs() - cpu) / static_cast<double>(receiver.received - before);
}

} // namespace

std::vector<Group> tcpReceive(const Settings &settings)
{
    std::vector<Group> groups;
    const double seconds = settings.seconds(0.5, 0.12);
    for (const int size : {32, 512, 1400}) {
        for (const int connections : {1, 64}) {
            Group group;
            Metric metric{QStringLiteral("%1 × %2").arg(size).arg(connections), QStringLiteral("ns/msg"), true, {}};
            if (size == 32)
                metric.goals = {{QStringLiteral("plain-qt"), 0.65}};
            else if (connections == 64)
                metric.goals = {{QStringLiteral("plain-qt"), size == 512 ? 0.6 : 0.8}};
            group.metrics = {metric};
            group.subjects = {
                {QStringLiteral("ours"),
                 [=] { return std::vector<double>{cpuPerMessage<SockScopeTcpReceiver>(size, connections, seconds)}; }},
                {QStringLiteral("plain-qt"),
                 [=] { return std::vector<double>{cpuPerMessage<PlainQtTcpReceiver>(size, connections, seconds)}; }},
                {QStringLiteral("raw-epoll"),
                 [=] { return std::vector<double>{cpuPerMessage<RawEpollReceiver>(size, connections, seconds)}; }}};
            groups.push_back(std::move(group));
        }
    }
    return groups;
}

} // namespace SockScope::Bench
