#pragma once

#include <QList>
#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/types/enums.h"
#include "core/types/envelope.h"
#include "core/types/impairspec.h"
#include "core/types/sockerror.h"

namespace SockScope {

class Clock;
class Codec;
class Framing;
class MetaSock;
class Transport;

/// A host name or address and a port, as a person writes it; resolved when it is used.
struct HostPort
{
    QString host;
    quint16 port = 0;
    /// "127.0.0.1:9000", "[::1]:9000", "name:9000", "*:9000" (any address); else nothing, and *error says why and
    /// where.
    static std::optional<HostPort> fromString(QStringView text, SockError *error = nullptr);
    QString toString() const;
    friend bool operator==(const HostPort &, const HostPort &) = default;
};

/// How a handler is called.
struct HandlerOptions
{
    QString name;            ///< shown in statistics; empty: made from the type and the handler's number
    bool concurrent = false; ///< run on the thread pool; the order is lost
};

struct HandlerEntry
{
    MessageType type;
    std::function<void(const Envelope &)> callable;
    HandlerOptions options;
};

struct UdpOptions
{
    bool broadcast = false;
    int ttl = -1;          ///< unicast hops; -1: the system's default
    int multicastTtl = -1; ///< hops; -1: the system's default (1)
    bool multicastLoopback = true;
    QString multicastInterface;               ///< the interface's name; empty: the system chooses
    QStringList multicastGroups;              ///< joined at start
    int receiveBufferBytes = 4 * 1024 * 1024; ///< asked for; what was granted is reported
    int sendBufferBytes = 4 * 1024 * 1024;
    bool batchReads = true; ///< recvmmsg and sendmmsg where the system has them; false: plain QUdpSocket
};

struct TcpOptions
{
    bool nativeStreams = true; ///< all connections in one epoll set where the system has it; false: a QTcpSocket each
    bool noDelay = true;
    bool keepAlive = false;
    std::chrono::milliseconds connectTimeout{10000};
    int maximumConnections = 16384;              ///< more are refused, counted and signalled
    qsizetype sendLimitBytes = 16 * 1024 * 1024; ///< unsent bytes of one peer
    bool closeSlowReader = false;                ///< at the limit: close the peer, rather than drop the message

    // What a hostile peer may cost; who is over is refused or closed, and counted by reason in the ledger.
    int acceptsPerSecond = 5000; ///< connections taken a second, in the long run; 0: no limit
    int acceptBurst = 16384;     ///< and at once
    /// Until an accepted connection has sent its first whole frame; 0: never. With SockOptions::timeout 0, one that
    /// has sent nothing at all may stay.
    std::chrono::milliseconds handshakeTimeout{30000};
    std::chrono::milliseconds frameTimeout{60000};            ///< for a frame from first byte to last; 0: never
    qsizetype receiveLimitBytes = 64 * 1024 * 1024;           ///< of one peer's unfinished frame
    qsizetype receiveTotalBytes = 256 * 1024 * 1024;          ///< all unfinished frames; the longest has to go
    qsizetype sendTotalBytes = qsizetype(1024) * 1024 * 1024; ///< unsent bytes of all peers
};

/*! Everything that a sock is told before start.
 *  Path    the application → BaseSock
 *  Shape   values, copied in and never shared; null pointers mean the default of the sock's kind
 *  Units   std::chrono durations; counts; names that end in Bytes are bytes
 *  Errors  InvalidOptions from start() for what contradicts itself
 *  Thread  a value
 *  Source  the constructor arguments of the original
 */
struct SockOptions
{
    QString name; ///< shown by the inspector; empty: made from the address
    std::optional<HostPort> bind;
    QList<HostPort> connectTo;
    std::vector<HandlerEntry> handlers;
    std::chrono::milliseconds timeout{10000};    ///< of a silent (idle) peer; 0: never
    std::chrono::milliseconds tickInterval{250}; ///< 0: no ticks
    bool preciseTicks = true; ///< within microseconds, on a descriptor more; false: QTimer, within a millisecond or two
    bool reuseAddress = false;

    std::shared_ptr<const Framing> framing;
    std::shared_ptr<const Codec> codec;
    std::shared_ptr<Clock> clock;
    std::function<std::unique_ptr<Transport>()> transport; ///< instead of createTransport()
    MetaSock *metaSock = nullptr;
    std::function<void(int level, const QString &text)> logger; ///< level: QtMsgType

    DispatchMode dispatch = DispatchMode::Queued;
    PeerPolicy peerPolicy = PeerPolicy::Learn;
    QueuePolicy queuePolicy = QueuePolicy::PauseReading;
    qsizetype parseQueueMessages = 65536;
    qsizetype parseQueueBytes = 64 * 1024 * 1024;
    qsizetype inQueueMessages = 65536;
    qsizetype inQueueBytes = 64 * 1024 * 1024;
    int maximumPeers = 131072;
    int maximumHandlers = 65536;
    int maxConcurrentHandlers = 1000;
    std::chrono::milliseconds turnBudget{4}; ///< handlers run at most this long before other events have their turn
    std::chrono::milliseconds blockedAfter{
        1000}; ///< a handler that runs longer is named by the watchdog; 0: no watchdog

    /// What a bad network shall do to its messages; the first that applies to one counts.
    std::vector<ImpairSpec> impairments;

    UdpOptions udp;
    TcpOptions tcp;
};

} // namespace SockScope
