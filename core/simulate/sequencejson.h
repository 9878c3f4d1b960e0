#pragma once

#include <QList>

#include <optional>

#include "core/simulate/sequence.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

/// The section "sequences" of a project file; nothing, and the first thing that is wrong. Filters, conditions and
/// templates are looked at too: what is read can be run.
std::optional<QList<Sequence>> sequencesFromJson(const JsonNode &node, SimulateError *error);

} // namespace SockScope
