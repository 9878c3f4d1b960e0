#pragma once

#include <QByteArrayView>

namespace SockScope {

/// CRC-32C (Castagnoli: what iSCSI, ext4 and SSE 4.2 compute); to go on, give it what came out before.
quint32 crc32(QByteArrayView bytes, quint32 before = 0);

} // namespace SockScope
