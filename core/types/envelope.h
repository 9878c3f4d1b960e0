#pragma once

#include <QFlags>
#include <QObject>

#include "core/types/endpoint.h"
#include "core/types/message.h"

namespace SockScope {

enum class EnvelopeFlag : quint8 {
    Truncated = 1,    ///< the datagram was longer than the receive buffer
    Injected = 2,     ///< put in by hand ("as if received"), it never was on the wire
    HandlerFailed = 4 ///< a handler threw; of a message's record alone, whose note says which handler, and what
};
Q_DECLARE_FLAGS(EnvelopeFlags, EnvelopeFlag)
Q_DECLARE_OPERATORS_FOR_FLAGS(EnvelopeFlags)

/*! A message on its way in, with all that is known about its arrival.
 *  Path    codec → hooks → dispatch → handlers
 *  Shape   the message, its peer, its number in this sock (from 1), when it was received, how many bytes the wire
 *          carried
 *  Units   receivedNs and queuedNs in nanoseconds of the sock's steady Clock; wireBytes in bytes
 *  Errors  none
 *  Thread  a value: any thread
 *  Source  peers, time and sequence travel with the message, never as ambient state
 */
struct Envelope
{
    Message message;
    Endpoint peer;
    quint64 sequence = 0;
    qint64 receivedNs = 0;
    qint64 queuedNs = 0;
    qsizetype wireBytes = 0;
    EnvelopeFlags flags;
};

/// Gives up the bytes and the value; the rest is written again by whoever uses the object next.
inline void recycle(Envelope &envelope)
{
    envelope.message.payload = Bytes();
    envelope.message.value.clear();
}

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::Envelope)
