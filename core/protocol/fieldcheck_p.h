#pragma once

#include "core/protocol/protocoldescription.h"

namespace SockScope {

/// What contradicts itself within one field, whatever stands around it: limits, names and default.
std::optional<ProtocolError> checkField(const FieldDescription &field, DescribedForm form, const QString &path);
/// Why a text or bytes do not fit into the field; empty when they do.
QString sizeComplaint(const FieldDescription &field, const QCborValue &value);
/// Names and numbers of the types, each once.
std::optional<ProtocolError> checkTypes(const ProtocolDescription &description);

} // namespace SockScope
