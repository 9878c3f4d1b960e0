#pragma once

#include <QByteArray>
#include <QtEndian>

namespace SockScope::Test {

/// With the length in front that TCP socks have by default.
inline QByteArray frameOf(QByteArrayView payload)
{
    QByteArray frame(4, Qt::Uninitialized);
    qToBigEndian(static_cast<quint32>(payload.size()), frame.data());
    return frame.append(payload);
}

} // namespace SockScope::Test
