#pragma once

#include "core/protocol/fielddescription.h"

namespace SockScope {

/// A number as a person reads it: "on (1)", "21.5 °C", "200 °C: 200 is above 125", "9 (no name)". shown: as it is
/// without a description.
QString describedNumber(const FieldDescription &field, const QCborValue &number, const QString &shown);

} // namespace SockScope
