#pragma once

#include <QByteArrayView>
#include <QString>

#include "core/types/bytes.h"

namespace SockScope {

/// The forms in which bytes can be copied.
enum class BytesFormat : quint8 { Hex, Text, CArray, Base64 };

/// Bytes as text: "5b 31 2c"; UTF-8 with what is not text as '.'; "const unsigned char data[3] = {…};"; Base64.
QString formatBytes(QByteArrayView bytes, BytesFormat format);
/// Puts them on the clipboard so; many of them are written beside the window's thread, and come a moment later.
void copyBytes(const Bytes &bytes, BytesFormat format);

} // namespace SockScope
