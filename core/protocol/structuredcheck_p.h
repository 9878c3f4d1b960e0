#pragma once

#include "core/protocol/protocoldescription.h"

namespace SockScope {

/// What contradicts itself in the description of a structured payload.
std::optional<ProtocolError> checkStructured(const ProtocolDescription &description);

} // namespace SockScope
