#pragma once

#include <QTest>
#include <QThread>

#include <memory>

#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"

namespace SockScope::Test {

/// A server and a client that are connected, over UDP or TCP.
struct Talk
{
    explicit Talk(bool tcp, SockOptions options = quiet())
    {
        server = make(tcp, listening(options));
        client = make(tcp, quiet());
        const bool started = !server->start() && !client->start() && !client->connectTo(server->localEndpoint());
        ok = started && QTest::qWaitFor([this] { return knownPeers(*client) == 1; });
        if (ok && tcp)
            ok = QTest::qWaitFor([this] { return knownPeers(*server) == 1; });
    }
    static std::unique_ptr<BaseSock> make(bool tcp, const SockOptions &options)
    {
        if (tcp)
            return std::make_unique<Checked<TcpSock>>(options);
        return std::make_unique<Checked<UdpSock>>(options);
    }
    std::unique_ptr<BaseSock> server;
    std::unique_ptr<BaseSock> client;
    bool ok = false;
};

inline void block(int ms)
{
    QThread::msleep(static_cast<unsigned long>(ms)); // blocks on purpose
}

} // namespace SockScope::Test
