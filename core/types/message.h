#pragma once

#include <QCborValue>

#include "core/types/bytes.h"
#include "core/types/messagetype.h"

namespace SockScope {

/*! A message as the application sees it: its type and its data.
 *  Path    codec → [this] → hooks → dispatch → handlers; and back through the codec when sending
 *  Shape   a type, the payload's bytes, and for structured codecs the decoded value. A codec that only passes bytes on
 *          (raw) leaves value undefined, and data() makes it from the bytes when somebody asks
 *  Units   none
 *  Errors  none
 *  Thread  a value: any thread
 *  Source  QCborValue is the neutral value that JSON, MessagePack and CBOR share; an unsigned integer above 2^63-1 is a
 *          PositiveBignum tag around its 8 big-endian bytes, so that nothing is rounded
 */
struct Message
{
    MessageType type;
    QCborValue value = QCborValue(QCborValue::Undefined);
    Bytes payload;               ///< the frame's payload, still serialised; empty in a message that was never received
    bool holdsUndefined = false; ///< value is CBOR's "undefined", not left out

    /// The decoded value, or the payload's bytes where the codec left them as they are.
    QCborValue data() const
    {
        return value.isUndefined() && !holdsUndefined && !payload.isEmpty() ? QCborValue(payload.toByteArray()) : value;
    }
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::Message)
