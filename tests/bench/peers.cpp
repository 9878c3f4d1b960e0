#include <QHash>
#include <QHostAddress>

#include <numeric>
#include <random>
#include <vector>

#include "core/peers/peertable.h"
#include "groups.h"
#include "machine.h"

namespace SockScope::Bench {

namespace {

constexpr int peerCount = 100'000;

quint32 addressOf(int i)
{
    return 0x0a000000u + static_cast<quint32>(i);
}

std::vector<int> order(int touches, int distinct)
{
    std::mt19937 random(7);
    std::uniform_int_distribution<int> any(0, distinct - 1);
    std::vector<int> result(static_cast<size_t>(touches));
    for (int &i : result)
        i = any(random) * (peerCount / distinct);
    return result;
}

/// A QHash as an application keeps it.
struct PlainPeers
{
    struct Key
    {
        QHostAddress address;
        quint16 port;
        bool operator==(const Key &other) const { return port == other.port && address == other.address; }
        friend size_t qHash(const Key &key, size_t seed) { return qHashMulti(seed, key.address, key.port); }
    };
    struct Value
    {
        qint64 lastSeenNs = 0;
        quint64 messages = 0;
    };
    QHash<Key, Value> peers;

    PlainPeers()
    {
        peers.reserve(peerCount);
        for (int i = 0; i < peerCount; ++i)
            peers.insert({QHostAddress(addressOf(i)), 4000}, {});
    }
    double touchNs(const std::vector<int> &sequence)
    {
        // Whoever receives has made the address already: it is not part of the look-up.
        std::vector<Key> keys;
        for (int i : sequence)
            keys.push_back({QHostAddress(addressOf(i)), 4000});
        const int64_t start = threadCpuNs();
        qint64 now = 1;
        for (const Key &key : keys) {
            Value &value = *peers.find(key);
            value.lastSeenNs = ++now;
            ++value.messages;
        }
        return static_cast<double>(threadCpuNs() - start) / static_cast<double>(sequence.size());
    }
    double scanNs()
    {
        const int64_t start = threadCpuNs();
        int expired = 0;
        for (auto it = peers.cbegin(); it != peers.cend(); ++it)
            expired += it->lastSeenNs < 0 ? 1 : 0;
        const double ns = static_cast<double>(threadCpuNs() - start);
        if (expired != 0)
            throw CannotRun("a peer expired");
        return ns;
    }
};

struct OurPeers
{
    PeerTable peers{peerCount};
    qint64 now = 1;

    OurPeers()
    {
        for (int i = 0; i < peerCount; ++i)
            peers.insert(Endpoint(addressOf(i), 4000), ++now);
    }
    double touchNs(const std::vector<int> &sequence)
    {
        std::vector<Endpoint> keys;
        for (int i : sequence)
            keys.push_back(Endpoint(addressOf(i), 4000));
        const int64_t start = threadCpuNs();
        for (const Endpoint &key : keys) {
            Peer *peer = peers.find(key);
            peers.touch(peer, ++now);
            peer->received.add(100);
        }
        return static_cast<double>(threadCpuNs() - start) / static_cast<double>(sequence.size());
    }
    double expiryNs()
    {
        constexpr int checks = 1000;
        const int64_t start = threadCpuNs();
        size_t expired = 0;
        for (int i = 0; i < checks; ++i)
            expired += peers.takeExpired(0).size();
        const double ns = static_cast<double>(threadCpuNs() - start) / checks;
        if (expired != 0)
            throw CannotRun("a peer expired");
        return ns;
    }
};

} // namespace

std::vector<Group> peers(const Settings &settings)
{
    const QString hash = QStringLiteral("qhash-qhostaddress");
    const auto ours = std::make_shared<OurPeers>();
    const auto plain = std::make_shared<PlainPeers>();
    std::vector<Group> groups;
    for (const int distinct : {peerCount, 64}) {
        const auto sequence = std::make_shared<std::vector<int>>(order(settings.quick ? 300'000 : 1'000'000, distinct));
        const QString name = distinct == 64 ? QStringLiteral("touch, 64 busy") : QStringLiteral("touch, any of 100k");
        groups.push_back({{{name, QStringLiteral("ns/msg"), true, {{hash, 0.5}}}},
                          {{QStringLiteral("ours"), [=] { return std::vector<double>{ours->touchNs(*sequence)}; }},
                           {hash, [=] { return std::vector<double>{plain->touchNs(*sequence)}; }}},
                          0});
    }
    groups.push_back({{{QStringLiteral("expiry check"), QStringLiteral("ns/check"), true, {{hash, 0.1}}}},
                      {{QStringLiteral("ours"), [=] { return std::vector<double>{ours->expiryNs()}; }},
                       {hash, [=] { return std::vector<double>{plain->scanNs()}; }}},
                      0});
    return groups;
}

} // namespace SockScope::Bench
