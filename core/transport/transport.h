#pragma once

#include <QByteArrayView>
#include <QObject>

#include <optional>

#include "core/types/bytes.h"
#include "core/types/endpoint.h"
#include "core/types/enums.h"
#include "core/types/sockerror.h"

namespace SockScope {

enum class ReceiveFlag : quint8 { Truncated = 1 };
Q_DECLARE_FLAGS(ReceiveFlags, ReceiveFlag)

/*! What a transport calls; the façade is the only one who implements it.
 *  Path    transport → [this] → framing
 *  Shape   received: one datagram, or the whole unread part of a stream; answers how many bytes were taken (a
 *          datagram's answer is ignored). The sink may close a peer, stop or destroy the transport inside any of
 *          these calls but transportGroupsRefused
 *  Units   bytes; receivedNs on the sock's Clock
 *  Errors  Transport stage
 *  Thread  the sock's thread
 *  Source  Qt MQTT and kj: the transport is injected
 */
class TransportSink
{
public:
    virtual ~TransportSink() = default;
    virtual qsizetype transportReceived(const Endpoint &peer, QByteArrayView data, ReceiveFlags flags,
                                        qint64 receivedNs) = 0;
    /// The same for a stream's bytes that lie in a pool: what is kept of them can be shared with it.
    virtual qsizetype transportReceivedPooled(const Endpoint &peer, BytesPool &, QByteArrayView data, qint64 receivedNs)
    {
        return transportReceived(peer, data, {}, receivedNs);
    }
    /// A batch of transportReceived calls is over: a place to do what is done once a batch.
    virtual void transportBatchEnded() = 0;
    /// A stream peer connected (outgoing: we did); false closes it at once.
    virtual bool transportConnected(const Endpoint &peer, bool outgoing) = 0;
    virtual void transportDisconnected(const Endpoint &peer, CloseReason reason,
                                       const std::optional<SockError> &error) = 0;
    virtual void transportConnectFailed(const Endpoint &peer, const SockError &error) = 0;
    /// Bytes of one sent message reached the system, or were lost with the error.
    virtual void transportSent(const Endpoint &peer, qsizetype bytes, const std::optional<SockError> &error) = 0;
    /// The same of so many messages of so many bytes each, which reached the system.
    virtual void transportSentRun(const Endpoint &peer, qsizetype bytesEach, quint64 count)
    {
        for (; count > 0; --count)
            transportSent(peer, bytesEach, std::nullopt);
    }
    virtual void transportError(const SockError &error) = 0;
    /// A connection that came was not taken; transportDisconnected does not follow.
    virtual void transportRefused(const Endpoint &peer, RefuseReason reason) = 0;
    /// The system dropped datagrams before we could read them: how many since the last call.
    virtual void transportKernelDrops(quint64 count) = 0;
    /// The system refused to take datagrams as a group (UDP_SEGMENT): they go one by one, and nothing is lost. Comes
    /// while the batch is sent: only count here.
    virtual void transportGroupsRefused(quint64 count) = 0;
};

/*! Sends and receives bytes: the only part of core that knows sockets.
 *  Path    the network → [this] → framing; and framing → [this] → the network
 *  Shape   datagrams, or a stream a peer
 *  Units   bytes
 *  Errors  open answers a SockError; later ones go to the sink
 *  Thread  the sock's thread; created in open's thread
 *  Source  each transport names its own
 */
class Transport : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    virtual void setSink(TransportSink *sink) = 0;
    virtual std::optional<SockError> open() = 0;
    virtual void close() = 0;
    virtual bool isStream() const = 0;
    /// Where it is bound, with the port that the system chose; null when it does not listen.
    virtual Endpoint localEndpoint() const = 0;
    /// Starts to connect; the sink hears transportConnected or transportConnectFailed. Datagram transports answer at
    /// once.
    virtual void connectTo(const Endpoint &peer) = 0;
    virtual void closePeer(const Endpoint &peer, CloseReason reason) = 0;
    virtual SendOutcome send(const Endpoint &peer, QByteArrayView wire) = 0;
    /// Hands everything that send accepted to the system now rather than at the end of the turn.
    virtual void flush() = 0;
    /// Stops and resumes reading, so that the system's own flow control reaches the sender.
    virtual void setReadingPaused(bool paused) = 0;
    /// Bytes that send accepted and the system did not take yet.
    virtual qsizetype pendingSendBytes() const = 0;
    /// The largest payload of one send, or -1 for no limit.
    virtual qsizetype maximumSendBytes() const { return -1; }
};

} // namespace SockScope
