#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/// Appends [type, value] as CBOR; on an error nothing.
std::optional<SockError> writeCbor(const MessageType &type, const QCborValue &value, const CodecLimits &limits,
                                   QByteArray &payload);

} // namespace SockScope
