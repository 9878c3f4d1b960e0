#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/// What bytes mean as numbers of every width and byte order, as bits and as text: a node of kind "interpretation". Of
/// one byte, what begins there; of several, what is no longer than they are.
FieldNode interpretBytes(QByteArrayView payload, qsizetype offset, qsizetype length);

/// The same in a few words for 1, 2, 4 and 8 bytes: "1,234 LE, 3,523,215,360 BE"; empty for others.
QString interpretBriefly(QByteArrayView bytes);

} // namespace SockScope
