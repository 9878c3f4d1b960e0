#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/// Appends [type, value] as MessagePack; on an error nothing.
std::optional<SockError> writeMessagePack(const MessageType &type, const QCborValue &value, const CodecLimits &limits,
                                          QByteArray &payload);

} // namespace SockScope
