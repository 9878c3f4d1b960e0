#pragma once

#include <QMetaType>
#include <QObject>
#include <QString>

#include "core/types/endpoint.h"
#include "core/types/enums.h"

namespace SockScope {

/*! What went wrong, where, and what a person can do about it.
 *  Path    any stage → [this] → errorOccurred, the log and the window
 *  Shape   code, stage, the three sentences; offset is -1 when no byte is to blame; peer is null when none is
 *  Units   offset in bytes from the start of the frame or text
 *  Errors  none: it is one
 *  Thread  a value: any thread
 *  Source  the house rule that a bad input gets a clear error: what, where, what to do
 */
struct SockError
{
    Q_GADGET
public:
    enum class Code : quint8 {
        AddressInUse,        ///< another socket has the port
        AddressNotAvailable, ///< no interface of this machine has the address
        PermissionDenied,    ///< the system does not allow it (a port below 1024, a broadcast)
        HostNotFound,        ///< the name does not resolve
        ConnectionRefused,   ///< nothing listens there
        ConnectTimedOut,     ///< no answer within the connect time-out
        NetworkUnreachable,  ///< no route
        ConnectionLost,      ///< the peer or the network ended an open connection
        InvalidOptions,      ///< SockOptions that contradict each other
        WrongState,          ///< the call does not fit the sock's state
        WrongThread,         ///< called from another thread than the sock's
        UnknownPeer,         ///< no such peer
        PeerRefused,         ///< goodPeer said no
        TooManyPeers,        ///< the peer table is full
        TooLong,             ///< a length over its limit
        Truncated,           ///< the stream or datagram ended inside a frame
        InvalidFrame,        ///< the framing's rules are broken
        InvalidPayload,      ///< the codec cannot read the payload
        InvalidValue,        ///< the codec cannot write the value
        TooDeep,             ///< nested deeper than the codec's limit
        UnknownType,         ///< a message type name that is not defined
        QueueFull,           ///< a bounded queue had no place
        HandlerFailed,       ///< a handler threw
        HandlerBlocked,      ///< a handler held the event loop too long
        LimitReached,        ///< another limit
        Impaired,            ///< on purpose: SockOptions::impairments
        SystemError          ///< anything else that the system reports
    };
    Q_ENUM(Code)

    Code code = Code::SystemError;
    Stage stage = Stage::Setup;
    QString what;   ///< "port 9000 is in use by another program"
    QString remedy; ///< "choose another port, or 0 for any"; may be empty
    qint64 offset = -1;
    Endpoint peer;

    /// "what: remedy", with the offset when there is one.
    QString toString() const;
    friend bool operator==(const SockError &, const SockError &) = default;
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::SockError)
