#pragma once

#include <QtGlobal>

#include <random>

namespace SockScope::Test {

/// Random numbers that are the same in every run, so that a failure can be repeated.
class Randomness
{
public:
    explicit Randomness(quint32 seed)
        : m_engine(seed)
    {
    }
    /// In [low, high], evenly.
    qint64 between(qint64 low, qint64 high)
    {
        return low + static_cast<qint64>(m_engine() % static_cast<quint64>(high - low + 1));
    }
    quint64 next() { return m_engine(); }
    bool oneIn(int count) { return between(1, count) == 1; }

private:
    std::mt19937_64 m_engine;
};

} // namespace SockScope::Test
