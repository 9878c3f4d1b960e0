// Any numbers in SockOptions: start() answers an error or the sock works, and it stops again.

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/peers/peertable.h"
#include "core/tcpsock.h"
#include "core/time/manualclock.h"
#include "core/udpsock.h"
#include "fuzz/fuzz.h"
#include "fuzz/wire.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

/// Leaves most as it is, so that the checks behind the first are reached too.
template <typename Number>
void spoil(Input &input, Number &number)
{
    if (input.byte() % 4 == 0)
        number = input.extreme<Number>();
}

void spoil(Input &input, std::chrono::milliseconds &duration)
{
    qint64 count = duration.count();
    spoil(input, count);
    duration = std::chrono::milliseconds(count);
}

/// Addresses that no look-up leaves this machine for.
QString host(Input &input)
{
    static constexpr const char *hosts[] = {
        "127.0.0.1", "", "*", "::1", "localhost", "0.0.0.0", "255.255.255.255", "224.0.0.1", "ff02::1", "fe80::1%99"};
    return QLatin1String(hosts[input.byte() % std::size(hosts)]);
}

SockOptions spoiltOptions(Input &input)
{
    SockOptions options;
    options.logger = [](int, const QString &) {};
    options.name = QString::fromUtf8(input.bytes(input.byte() % 16));
    spoil(input, options.timeout);
    spoil(input, options.tickInterval);
    spoil(input, options.parseQueueMessages);
    spoil(input, options.parseQueueBytes);
    spoil(input, options.inQueueMessages);
    spoil(input, options.inQueueBytes);
    spoil(input, options.maximumPeers);
    spoil(input, options.maximumHandlers);
    spoil(input, options.maxConcurrentHandlers);
    spoil(input, options.turnBudget);
    spoil(input, options.blockedAfter);
    spoil(input, options.udp.ttl);
    spoil(input, options.udp.multicastTtl);
    spoil(input, options.udp.receiveBufferBytes);
    spoil(input, options.udp.sendBufferBytes);
    spoil(input, options.tcp.connectTimeout);
    spoil(input, options.tcp.maximumConnections);
    spoil(input, options.tcp.sendLimitBytes);
    const quint8 flags = input.byte();
    options.udp.broadcast = flags & 1;
    options.udp.multicastLoopback = flags & 2;
    options.udp.batchReads = flags & 4;
    options.tcp.noDelay = flags & 8;
    options.tcp.keepAlive = flags & 16;
    options.tcp.closeSlowReader = flags & 32;
    options.reuseAddress = flags & 64;
    if (flags & 128) {
        options.udp.multicastGroups << host(input) << QString::fromUtf8(input.bytes(input.byte() % 16));
        options.udp.multicastInterface = QString::fromUtf8(input.bytes(input.byte() % 8));
    }
    options.dispatch = static_cast<DispatchMode>(input.byte() % 2);
    options.peerPolicy = static_cast<PeerPolicy>(input.byte() % 2);
    options.queuePolicy = static_cast<QueuePolicy>(input.byte() % 3);
    for (int count = input.byte() % 4; count > 0; --count)
        options.handlers.push_back({input.byte() % 4, [](const Envelope &) {}, {QString(), false}});
    for (int count = input.byte() % 3; count > 0; --count)
        options.connectTo.append({host(input), static_cast<quint16>(input.number(2))});
    return options;
}

void use(BaseSock &sock)
{
    const Endpoint peer(0x7f000001, 9);
    sock.injectPayload(peer, "hello");
    sock.injectRaw(peer, QByteArrayView("\0\0\0\1x", 5));
    sock.sendMessage(0, QCborValue(QByteArray("answer")), peer);
    QCoreApplication::processEvents();
    check(sock.ledger().isBalanced(), "the ledger balances");
    check(sock.peers().size() <= qMax(1, sock.options().maximumPeers), "the peer table keeps its limit");
}

void run(BaseSock &sock, ManualClock *clock)
{
    if (const std::optional<SockError> error = sock.start()) {
        checkError(*error);
        check(sock.state() == BaseSock::State::Failed, "what does not start has failed");
        check(sock.lastError() == error, "and says why");
        use(sock); // nothing of it may work, or break
        return;
    }
    check(sock.isActive(), "what starts is active");
    use(sock);
    if (clock) {
        clock->advanceMs(30);
        use(sock);
    }
    sock.stop();
    check(sock.state() == BaseSock::State::Idle, "what is stopped is idle");
    const Ledger ledger = sock.ledger();
    check(ledger.isBalanced() && ledger.stillQueued.messages == 0 && ledger.sendQueued.messages == 0,
          "nothing is queued after stop");
}

/// The system's own sockets, on a port that nobody else has; they connect to one where nobody listens.
template <typename Sock>
void runReal(SockOptions options)
{
    options.bind = HostPort{QStringLiteral("127.0.0.1"), 0};
    for (HostPort &peer : options.connectTo)
        peer = {QStringLiteral("127.0.0.1"), static_cast<quint16>(peer.port % 2)};
    Sock sock(options);
    run(sock, nullptr);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    needApplication();
    Input input(data, size);
    const quint8 choice = input.byte();
    SockOptions options = spoiltOptions(input);
    switch (choice % 8) {
    case 0:
        runReal<UdpSock>(options);
        break;
    case 1:
        runReal<TcpSock>(options);
        break;
    default: {
        const auto clock = std::make_shared<ManualClock>();
        const auto wire = std::make_shared<Wire>();
        wire->stream = choice & 0x10;
        options.clock = clock;
        options.framing = makeFraming(choice & 0x20 ? u"u32" : u"none");
        options.bind = HostPort{host(input), static_cast<quint16>(input.number(2))};
        options.transport = [wire] { return wire->makeTransport(); };
        BaseSock sock(options);
        run(sock, clock.get());
        run(sock, clock.get()); // and once more
        break;
    }
    }
    QCoreApplication::sendPostedEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    return 0;
}
