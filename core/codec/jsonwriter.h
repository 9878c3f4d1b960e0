#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/// Appends [type, value] as JSON; on an error nothing.
std::optional<SockError> writeJson(const MessageType &type, const QCborValue &value, const CodecLimits &limits,
                                   QByteArray &payload);

} // namespace SockScope
