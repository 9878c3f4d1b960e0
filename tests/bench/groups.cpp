#include "groups.h"

#ifdef SOCKSCOPE_HAVE_UI
#include "inspector/inspectorgroups.h"
#endif

namespace SockScope::Bench {

std::vector<Benchmark> benchmarks()
{
    const auto text = [](const char *latin1) { return QString::fromLatin1(latin1); };
    return {
        {text("udp-receive"), text("receiver CPU a message, from the socket to one handler, in overload"), udpReceive},
        {text("udp-receive-rate"), text("messages delivered a second in overload; highest rate without loss"),
         udpReceiveRate},
        {text("udp-send"), text("sendMessage, a burst a turn, a second of the sender's CPU"), udpSend},
        {text("udp-echo"), text("round trip on one core"), udpEcho},
        {text("tcp-receive"), text("receiver CPU a message of a u32 stream, from the socket to one handler"),
         tcpReceive},
        {text("tcp-send"), text("sendMessage of 32 B in a turn, coalesced, a second of the sender's CPU"), tcpSend},
        {text("dispatch"), text("a parsed message to one handler, timed and counted"), dispatch},
        {text("json"), text("decode and encode [type, data]; a broken payload"), json},
        {text("msgpack"), text("the same in MessagePack"), msgpackBench},
        {text("cbor"), text("the same in CBOR"), cbor},
        {text("tick"), text("deviation of the interval, idle and with the socket in overload"), tick},
        {text("peers"), text("100,000 peers: look-up and touch a message, a check for silent ones"), peers},
        {text("broadcast"), text("one message to all, one of whom never reads"), broadcast},
        {text("connections"), text("9,900 TCP connections: memory, CPU idle and at a message a second each"),
         connections},
        {text("idle"), text("CPU with silent peers"), idle},
#ifdef SOCKSCOPE_HAVE_UI
        {text("log-append"), text("messages into store and model, a table following the end"), logAppend},
        {text("log-memory"), text("what a stored message of 64 bytes costs"), logMemory},
        {text("filter"), text("a million messages filtered; ten million, half of them spooled"), filterGroups},
        {text("ui-flood"), text("the window while datagrams arrive: turns of its loop, and where each went"), uiFlood},
        {text("ui-rows"), text("ten million rows, half of them spooled: jump and scroll"), uiRows},
        {text("inject-stop"), text("Stop of a repeat at any rate, until its last message"), injectStop},
        {text("start-up"), text("program start to the first painted frame"), startUp},
#endif
    };
}

} // namespace SockScope::Bench
