#include "udpreceivers.h"

#include <QNetworkDatagram>
#include <QUdpSocket>

#include <unistd.h>

#ifdef SOCKSCOPE_HAVE_ASIO
#include <asio.hpp>
#endif

#include "core/udpsock.h"
#include "eventloop.h"
#include "machine.h"
#include "plainqt.h"
#include "sockets.h"

namespace SockScope::Bench {

namespace {

/// The product as an application uses it: a sock, one handler with a context.
class SockScopeReceiver : public UdpReceiver
{
public:
    quint16 open() override
    {
        SockOptions options;
        options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
        m_sock = std::make_unique<UdpSock>(std::move(options));
        m_sock->addHandler(0, &m_context, [this](const Envelope &envelope) {
            ++received;
            bytes += static_cast<uint64_t>(envelope.message.payload.size());
        });
        if (const auto error = m_sock->start())
            throw CannotRun(error->toString().toStdString());
        return m_sock->localEndpoint().port();
    }
    void run(int64_t deadlineNs) override { runEventLoop(deadlineNs); }

private:
    QObject m_context;
    std::unique_ptr<UdpSock> m_sock;
};

class RawReceiver : public UdpReceiver
{
public:
    ~RawReceiver() override { ::close(m_descriptor); }
    quint16 open() override
    {
        m_descriptor = udpSocket(0);
        const timeval patience{0, 1000};
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        return portOf(m_descriptor);
    }
    void run(int64_t deadlineNs) override
    {
        while (nowNs() < deadlineNs) {
            const int count = m_batch.read(m_descriptor, MSG_WAITFORONE);
            for (int i = 0; i < count; ++i) {
                ++received;
                bytes += static_cast<uint64_t>(m_batch.size(i));
            }
        }
    }

private:
    int m_descriptor = -1;
    RawBatch m_batch{2048};
};

class PlainQtReceiver : public UdpReceiver
{
public:
    quint16 open() override
    {
        m_socket.bind(QHostAddress::LocalHost, 0);
        m_socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, wantedBufferBytes);
        QObject::connect(&m_socket, &QUdpSocket::readyRead, &m_context, [this] {
            while (m_socket.hasPendingDatagrams()) {
                const QNetworkDatagram datagram = m_socket.receiveDatagram();
                Q_EMIT m_source.received(datagram.senderAddress(), static_cast<quint16>(datagram.senderPort()),
                                         datagram.data());
                // In overload it would never come back: this is the only thing that the manual's loop does not have.
                if ((++m_checks & 63) == 0 && nowNs() >= m_deadlineNs)
                    break;
            }
        });
        QObject::connect(&m_source, &PlainQtSource::received, &m_context,
                         [this](const QHostAddress &, quint16, const QVariant &data) {
                             ++received;
                             bytes += static_cast<uint64_t>(data.toByteArray().size());
                         });
        return m_socket.localPort();
    }
    void run(int64_t deadlineNs) override
    {
        m_deadlineNs = deadlineNs;
        // What an earlier run left unread is not announced again.
        QMetaObject::invokeMethod(&m_socket, "readyRead", Qt::QueuedConnection);
        runEventLoop(deadlineNs);
    }

private:
    QUdpSocket m_socket;
    PlainQtSource m_source;
    QObject m_context;
    int64_t m_deadlineNs = 0;
    unsigned m_checks = 0;
};

#ifdef SOCKSCOPE_HAVE_ASIO
class AsioReceiver : public UdpReceiver
{
public:
    quint16 open() override
    {
        m_socket.open(asio::ip::udp::v4());
        m_socket.bind({asio::ip::address_v4::loopback(), 0});
        m_socket.set_option(asio::socket_base::receive_buffer_size(wantedBufferBytes));
        receive();
        return m_socket.local_endpoint().port();
    }
    void run(int64_t deadlineNs) override
    {
        m_io.restart();
        m_io.run_for(std::chrono::nanoseconds(deadlineNs - nowNs()));
    }

private:
    void receive()
    {
        m_socket.async_receive_from(asio::buffer(m_buffer), m_from, [this](const asio::error_code &, size_t size) {
            ++received;
            bytes += size;
            receive();
        });
    }

    asio::io_context m_io{1};
    asio::ip::udp::socket m_socket{m_io};
    asio::ip::udp::endpoint m_from;
    std::array<char, 65536> m_buffer;
};
#endif

} // namespace

std::unique_ptr<UdpReceiver> makeSockScopeReceiver()
{
    return std::make_unique<SockScopeReceiver>();
}
std::unique_ptr<UdpReceiver> makeRawReceiver()
{
    return std::make_unique<RawReceiver>();
}
std::unique_ptr<UdpReceiver> makePlainQtReceiver()
{
    return std::make_unique<PlainQtReceiver>();
}
std::unique_ptr<UdpReceiver> makeAsioReceiver()
{
#ifdef SOCKSCOPE_HAVE_ASIO
    return std::make_unique<AsioReceiver>();
#else
    throw CannotRun("built without Asio (Debian: libasio-dev)");
#endif
}

} // namespace SockScope::Bench
