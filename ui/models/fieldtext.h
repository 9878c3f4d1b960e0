#pragma once

#include <QString>

#include "core/types/bytes.h"

namespace SockScope {

class Codec;

/// The whole value of a field whose tree shows only its beginning: for copying. field: the field's own bytes; kind and
/// shown: as the tree has them. What was shown whole, and what is no text and no bytes, is answered as it was shown.
QString wholeFieldText(const Codec &codec, QByteArrayView field, const QString &kind, const QString &shown);

} // namespace SockScope
