#pragma once

#include <QtGlobal>

namespace SockScope {

/// A number of messages and the bytes that they had on the wire.
struct Count
{
    quint64 messages = 0;
    quint64 bytes = 0;
    void add(qsizetype wireBytes)
    {
        ++messages;
        bytes += static_cast<quint64>(wireBytes);
    }
    void remove(qsizetype wireBytes)
    {
        --messages;
        bytes -= static_cast<quint64>(wireBytes);
    }
    Count &operator+=(const Count &other)
    {
        messages += other.messages;
        bytes += other.bytes;
        return *this;
    }
    friend bool operator==(const Count &, const Count &) = default;
};

} // namespace SockScope
