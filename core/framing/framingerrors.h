#pragma once

#include <QByteArrayView>
#include <QString>

#include "core/types/sockerror.h"

/// The sentences and limits that the framings have in common.
namespace SockScope::FramingErrors {

/// A limit that every framing can add its own overhead to without overflow: at least 1.
qsizetype boundedLimit(qsizetype maximumFrameBytes);
/// 16777216 as "16,777,216".
QString grouped(quint64 number);
/// "the first bytes are 47 45 54 20, which looks like text": what shows a person that the framing is the wrong one.
QString firstBytes(QByteArrayView buffer);

SockError invalidFrame(const QString &what, const QString &remedy, qint64 offset = -1);
/// A frame in the stream that is over the limit. atLeast: its end has not arrived. hint is appended to the remedy.
SockError frameTooLong(quint64 bytes, qsizetype limit, QByteArrayView buffer, bool atLeast = false,
                       const QString &hint = {});
/// A payload to send that is over the limit.
SockError payloadTooLong(qsizetype bytes, qsizetype limit);

} // namespace SockScope::FramingErrors
