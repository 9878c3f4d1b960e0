#include <memory>

#include "core/peers/peertable.h"
#include "core/udpsock.h"
#include "eventloop.h"
#include "groups.h"
#include "machine.h"

namespace SockScope::Bench {

namespace {

double cpuPercent(int peers, double seconds)
{
    SockOptions options;
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    UdpSock sock(std::move(options));
    if (const auto error = sock.start())
        throw CannotRun(error->toString().toStdString());
    for (int i = 0; i < peers; ++i)
        sock.connectTo(Endpoint(0x7f000002 + static_cast<quint32>(i), 9));
    runEventLoop(nowNs() + 100'000'000);
    if (sock.peers().size() != peers)
        throw CannotRun("the peers are not there");
    const int64_t cpu = processCpuNs();
    const int64_t start = nowNs();
    runEventLoop(start + static_cast<int64_t>(seconds * 1e9));
    return 100.0 * static_cast<double>(processCpuNs() - cpu) / static_cast<double>(nowNs() - start);
}

} // namespace

std::vector<Group> idle(const Settings &settings)
{
    std::vector<Group> groups;
    const double seconds = settings.seconds(5, 2);
    for (const int peers : {0, 1, 20, 1000})
        groups.push_back({{{QStringLiteral("%1 silent peers").arg(peers),
                            QStringLiteral("% CPU"),
                            true,
                            {{QStringLiteral("bound"), 0.05}}}}, // 0.0 to one decimal
                          {{QStringLiteral("ours"), [=] { return std::vector<double>{cpuPercent(peers, seconds)}; }}},
                          1});
    return groups;
}

} // namespace SockScope::Bench
