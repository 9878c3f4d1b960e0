#pragma once

#include <QCborValue>

#include "core/types/bytes.h"
#include "core/types/messagetype.h"
#include "core/types/messagevalue.h"

namespace SockScope {

/*! A message as the application sees it: its type and its data.
 *  Path    codec → [this] → hooks → dispatch → handlers; and back through the codec when sending
 *  Shape   a type, the payload's bytes, and for structured codecs the value that these say. Set value to send; read
 *          data(). A codec that only passes bytes on (raw) leaves value absent: data() makes it from the bytes
 *  Units   none
 *  Errors  none
 *  Thread  a value: any thread; data() of one object may be called by several threads at once
 *  Source  QCborValue is the neutral value that JSON, MessagePack and CBOR share; an unsigned integer above 2^63-1 is a
 *          PositiveBignum tag around its 8 big-endian bytes, so that nothing is rounded
 */
struct Message
{
    MessageType type;
    MessageValue value;
    Bytes payload; ///< the frame's payload, still serialised; empty in a message that was never received

    /// The decoded value, or the payload's bytes where the codec left them as they are. The first call builds it.
    QCborValue data() const
    {
        return value.isAbsent() && !payload.isEmpty() ? QCborValue(payload.toByteArray()) : value.get();
    }
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::Message)
