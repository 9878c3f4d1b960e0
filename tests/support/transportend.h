#pragma once

#include <QDir>
#include <QTest>

#include <memory>

#ifdef Q_OS_LINUX
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#include "core/transport/tcptransport.h"
#include "core/transport/udptransport.h"
#include "support/recordingsink.h"

namespace SockScope::Test {

/// A transport and the sink that writes down what it tells.
template <typename Transport, typename Config>
struct TransportEnd
{
    explicit TransportEnd(Config config)
        : transport(std::make_unique<Transport>(std::move(config)))
    {
        transport->setSink(&sink);
    }
    RecordingSink sink;
    std::unique_ptr<Transport> transport;
    Endpoint local() const { return transport->localEndpoint(); }
};
using TcpEnd = TransportEnd<TcpTransport, TcpTransportConfig>;
using UdpEnd = TransportEnd<UdpTransport, UdpTransportConfig>;

/// Runs every function of a test with our own streams and with QTcpSocket: call it in initTestCase_data.
inline void addBothStreams()
{
    QTest::addColumn<bool>("nativeStreams");
    QTest::newRow("native") << true;
    QTest::newRow("QTcpSocket") << false;
}
inline bool usesNativeStreams()
{
    QFETCH_GLOBAL(bool, nativeStreams);
    return nativeStreams;
}
/// Of a transport that only connects out.
inline TcpTransportConfig connecting()
{
    TcpTransportConfig config;
    config.tcp.nativeStreams = usesNativeStreams();
    return config;
}
inline TcpTransportConfig listening(const QHostAddress &address = QHostAddress(QHostAddress::LocalHost),
                                    quint16 port = 0)
{
    TcpTransportConfig config = connecting();
    config.bind = BindAddress{address, port};
    return config;
}

inline UdpTransportConfig configAt(const QHostAddress &address, bool batches = true, quint16 port = 0)
{
    UdpTransportConfig config;
    config.bind = BindAddress{address, port};
    config.udp.batchReads = batches;
    return config;
}

/// Rows for a test that has to hold with and without recvmmsg.
inline void addBothPaths()
{
    QTest::addColumn<bool>("batches");
    QTest::newRow("batches") << true;
    QTest::newRow("portable") << false;
}

#ifdef Q_OS_LINUX
/// From here on the system refuses groups of datagrams from this socket: it cuts them only where it makes checksums.
inline void withoutChecksums(int descriptor)
{
    const int on = 1;
    QCOMPARE(::setsockopt(descriptor, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
}
inline void withoutChecksums(const Endpoint &local)
{
    int found = 0;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in address{};
        socklen_t length = sizeof address;
        if (::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &length) == 0 &&
            address.sin_family == AF_INET && ntohs(address.sin_port) == local.port()) {
            withoutChecksums(descriptor);
            ++found;
        }
    }
    QVERIFY(found > 0);
}
#endif

inline qsizetype openDescriptors()
{
    return QDir(QStringLiteral("/proc/self/fd"))
        .entryList(QDir::NoDotAndDotDot | QDir::System | QDir::AllEntries)
        .size();
}

} // namespace SockScope::Test
