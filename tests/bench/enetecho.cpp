#include "enetecho.h"

#include <unistd.h>

#include <vector>

#include "sockets.h"
#include "suite.h"

#ifdef SOCKSCOPE_HAVE_ENET
#include <enet/enet.h>
#endif

namespace SockScope::Bench {

#ifdef SOCKSCOPE_HAVE_ENET

namespace {

void send(ENetHost *host, ENetPeer *peer, const void *bytes, size_t size)
{
    enet_peer_send(peer, 0, enet_packet_create(bytes, size, ENET_PACKET_FLAG_RELIABLE));
    enet_host_flush(host);
}

} // namespace

struct EnetEcho::Private
{
    ENetHost *host = nullptr;
};

EnetEcho::EnetEcho()
    : d(std::make_unique<Private>())
{
    enet_initialize();
    ENetAddress address{};
    enet_address_set_host_ip(&address, "127.0.0.1");
    d->host = enet_host_create(&address, 1, 1, 0, 0);
    if (!d->host)
        throw CannotRun("ENet has no host");
}

EnetEcho::~EnetEcho()
{
    enet_host_destroy(d->host);
    enet_deinitialize();
}

quint16 EnetEcho::port() const
{
    return portOf(d->host->socket);
}

void EnetEcho::run(int64_t deadlineNs)
{
    while (nowNs() < deadlineNs) {
        ENetEvent event;
        if (enet_host_service(d->host, &event, 5) <= 0 || event.type != ENET_EVENT_TYPE_RECEIVE)
            continue;
        send(d->host, event.peer, event.packet->data, event.packet->dataLength);
        enet_packet_destroy(event.packet);
    }
}

int enetPing(quint16 port, int size, int count, SharedCounters &shared)
{
    enet_initialize();
    ENetHost *host = enet_host_create(nullptr, 1, 1, 0, 0);
    ENetAddress address{};
    enet_address_set_host_ip(&address, "127.0.0.1");
    address.port = port;
    shared.ready = 1;
    while (shared.go == 0)
        ::usleep(100);
    ENetPeer *peer = enet_host_connect(host, &address, 1, 0);
    ENetEvent event{};
    if (!peer || enet_host_service(host, &event, 5000) <= 0 || event.type != ENET_EVENT_TYPE_CONNECT)
        return 1;
    const std::vector<char> bytes(static_cast<size_t>(size), 'x');
    std::vector<double> trips;
    trips.reserve(static_cast<size_t>(count));
    const int warmUp = count / 10;
    for (int i = 0; i < count + warmUp && shared.stop == 0; ++i) {
        const int64_t start = nowNs();
        send(host, peer, bytes.data(), bytes.size());
        if (enet_host_service(host, &event, 500) <= 0 || event.type != ENET_EVENT_TYPE_RECEIVE)
            continue;
        enet_packet_destroy(event.packet);
        if (i >= warmUp)
            trips.push_back(static_cast<double>(nowNs() - start));
    }
    shared.value[0] = static_cast<int64_t>(quantile(trips, 0.5));
    shared.value[1] = static_cast<int64_t>(quantile(trips, 0.99));
    shared.received = trips.size();
    return 0;
}

#else

struct EnetEcho::Private
{
};

EnetEcho::EnetEcho()
{
    throw CannotRun("built without ENet (Debian: libenet-dev)");
}

EnetEcho::~EnetEcho() = default;

quint16 EnetEcho::port() const
{
    return 0;
}

void EnetEcho::run(int64_t) {}

int enetPing(quint16, int, int, SharedCounters &)
{
    return 2;
}

#endif

} // namespace SockScope::Bench
