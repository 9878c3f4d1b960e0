#pragma once

#include <QObject>

namespace SockScope {
// moc writes one meta-object a namespace, so every enumeration whose keys can be read stands in this one header.
Q_NAMESPACE

/// Where in the data path something happened.
enum class Stage : quint8 { Setup, Transport, Framing, Codec, Hook, Dispatch, Handler, Peer, Tick, Send, Tap };
Q_ENUM_NS(Stage)

enum class TransportKind : quint8 { Null, Udp, Tcp };
Q_ENUM_NS(TransportKind)

/// Who becomes a known peer: whoever sends (the default for UDP), or only those that connectTo named or that connected.
enum class PeerPolicy : quint8 { Learn, ConnectedOnly };
Q_ENUM_NS(PeerPolicy)

/// Queued: frames wait in parseQueue and inQueue and a turn has a time budget. Inline: each runs to its handlers at
/// once.
enum class DispatchMode : quint8 { Queued, Inline };
Q_ENUM_NS(DispatchMode)

/// What a full queue does.
enum class QueuePolicy : quint8 { PauseReading, DropNewest, DropOldest };
Q_ENUM_NS(QueuePolicy)

/// Why a connection or peer ended.
enum class CloseReason : quint8 {
    Local,        ///< closePeer
    Remote,       ///< the other side closed
    TimedOut,     ///< silent for longer than the time-out
    Refused,      ///< goodPeer said no
    FramingError, ///< the stream could not go on
    SlowReader,   ///< its send queue was full
    NetworkError, ///< reset, unreachable, …
    Stopped,      ///< the sock stopped
    NoFrame,      ///< it connected and sent no whole frame in time (TcpOptions::handshakeTimeout)
    SlowFrame,    ///< a frame took too long to arrive (TcpOptions::frameTimeout)
    BufferLimit   ///< its unfinished frame took too much memory (TcpOptions::receiveLimitBytes, receiveTotalBytes)
};
Q_ENUM_NS(CloseReason)

/// Why a connection was not taken.
enum class RefuseReason : quint8 {
    Filter,          ///< goodPeer said no
    PeerLimit,       ///< SockOptions::maximumPeers
    ConnectionLimit, ///< TcpOptions::maximumConnections
    AcceptRate       ///< TcpOptions::acceptsPerSecond
};
Q_ENUM_NS(RefuseReason)

/// What send did with the bytes.
enum class SendOutcome : quint8 {
    Accepted,   ///< queued or handed to the system; transportSent follows
    NoSuchPeer, ///< no connection to it
    QueueFull,  ///< the peer's send queue is at its limit
    TooLong,    ///< longer than the transport carries
    NotOpen
};
Q_ENUM_NS(SendOutcome)

enum class PeerState : quint8 {
    Connecting, ///< connectTo was called, no answer yet
    Known       ///< it talks to us, or its connection stands
};
Q_ENUM_NS(PeerState)

/// What became of a message: each is a term of the ledger.
enum class Outcome : quint8 {
    Dispatched,       ///< in: it has a handler
    Unhandled,        ///< in: no handler for its type
    RejectedPeer,     ///< in: goodPeer said no
    FramingError,     ///< in
    DecodeError,      ///< in
    DroppedByHook,    ///< in: handleAll or a hook dropped it
    DroppedQueueFull, ///< in
    DroppedAtStop,    ///< in
    Sent,             ///< out: accepted for sending
    EncodeError,      ///< out
    SendError,        ///< out
    NoPeer,           ///< out
    SendQueueFull,    ///< out
    DroppedAtClose,   ///< out: it waited in an impairment when its peer closed or the sock stopped

    // Acts of an impairment, in and out: lost and queue full are the message's end, after the others it goes on.
    ImpairLost,
    ImpairQueueFull,  ///< too many waited already
    ImpairDelayed,    ///< it waits; its own outcome follows
    ImpairReordered,  ///< it overtakes earlier ones that wait
    ImpairDuplicated, ///< a copy of it follows
    ImpairCorrupted   ///< shown as it is now
};
Q_ENUM_NS(Outcome)

enum class Direction : quint8 { In, Out };
Q_ENUM_NS(Direction)

} // namespace SockScope
