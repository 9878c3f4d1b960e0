#pragma once

#include <QList>

#include <optional>

#include "core/simulate/rule.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

/// The section "rules" of a project file; nothing, and the first thing that is wrong. Filters and templates are looked
/// at too: what is read can be used.
std::optional<QList<Rule>> rulesFromJson(const JsonNode &node, SimulateError *error);
/// With the keys that were not understood, where they stood.
JsonNode rulesToJson(const QList<Rule> &rules);

} // namespace SockScope
