#include "groups.h"

namespace SockScope::Bench {

std::vector<Benchmark> benchmarks()
{
    const auto text = [](const char *latin1) { return QString::fromLatin1(latin1); };
    return {
        {text("udp-receive"), text("receiver CPU a message, from the socket to one handler, in overload"), udpReceive},
        {text("udp-receive-rate"), text("messages delivered a second in overload; highest rate without loss"),
         udpReceiveRate},
        {text("tcp-receive"), text("receiver CPU a message of a u32 stream, from the socket to one handler"),
         tcpReceive},
        {text("dispatch"), text("a parsed message to one handler, timed and counted"), dispatch},
        {text("peers"), text("100,000 peers: look-up and touch a message, a check for silent ones"), peers},
    };
}

} // namespace SockScope::Bench
