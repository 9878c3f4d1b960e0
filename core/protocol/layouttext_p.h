#pragma once

#include "core/codec/codec.h"
#include "core/protocol/layoutreader_p.h"

namespace SockScope {

/// The detail tree of what was read.
FieldNode layoutFields(const LayoutReading &reading, const Layouts &layouts, QByteArrayView payload,
                       qsizetype maximumNodes);
/// One line of name=value.
QString layoutSummary(const LayoutReading &reading, qsizetype maximumCharacters);

} // namespace SockScope
