#pragma once

#include <QString>

#include <memory>

#include "core/codec/codec.h"
#include "core/types/endpoint.h"
#include "core/types/enums.h"
#include "core/types/messagetype.h"

namespace SockScope {

/*! The message that the detail panels show: what they need of it, kept alive while they do.
 *  Path    the window → [this] → DecodedPanel, BytesPanel, CompareDialog
 *  Shape   its number and head, its bytes, and the codec of its sock, null when that is not known
 *  Units   wallNs: nanoseconds since 1970 UTC
 *  Errors  note says what went wrong with the message, empty when nothing did
 *  Thread  a value: any thread
 *  Source  none
 */
struct DetailMessage
{
    quint64 no = 0; ///< 0: no message
    qint64 wallNs = 0;
    Endpoint peer;
    MessageType type;
    quint32 sock = 0;
    Direction direction = Direction::In;
    std::shared_ptr<const Codec> codec;
    Bytes payload;
    QString note;
};

} // namespace SockScope
