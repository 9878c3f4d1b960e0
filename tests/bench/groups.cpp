#include "groups.h"

namespace SockScope::Bench {

std::vector<Benchmark> benchmarks()
{
    const auto text = [](const char *latin1) { return QString::fromLatin1(latin1); };
    return {
        {text("udp-receive"), text("receiver CPU a message, from the socket to one handler, in overload"), udpReceive},
        {text("udp-receive-rate"), text("messages delivered a second in overload; highest rate without loss"),
         udpReceiveRate},
    };
}

} // namespace SockScope::Bench
