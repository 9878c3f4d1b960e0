#pragma once

#include <QRandomGenerator>

#include <array>

namespace SockScope {

/// All 64 bits of the seed count; use tells apart what shares one.
inline QRandomGenerator64 seeded(quint64 seed, quint32 use)
{
    const std::array<quint32, 3> words{static_cast<quint32>(seed), static_cast<quint32>(seed >> 32), use};
    return QRandomGenerator64(words.data(), static_cast<qsizetype>(words.size()));
}

} // namespace SockScope
