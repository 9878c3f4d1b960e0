#include "core/impair/impairdice.h"

#include <cmath>
#include <numbers>

namespace SockScope {

namespace {

constexpr quint64 golden = 0x9e3779b97f4a7c15ULL;

constexpr quint64 mix(quint64 value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

} // namespace

ImpairDice::ImpairDice(quint64 seed, quint64 stream)
    : m_key(mix(seed + golden) ^ mix(stream * golden + 1))
{
}

quint64 ImpairDice::bits(quint64 message, Use use, quint64 index) const
{
    const quint64 start = mix(m_key ^ mix(message * 64 + use));
    return mix(start + (index + 1) * golden);
}

double ImpairDice::unit(quint64 message, Use use, quint64 index) const
{
    return static_cast<double>(bits(message, use, index) >> 11) * 0x1p-53;
}

double ImpairDice::gaussian(quint64 message, Use use, quint64 index) const
{
    const double radius = std::sqrt(-2 * std::log(1 - unit(message, use, index))); // Box and Muller 1958
    return radius * std::cos(2 * std::numbers::pi * unit(message, use, index + 1));
}

double ImpairDice::pareto(quint64 message, Use use, quint64 index) const
{
    constexpr double mean = 1.5; // of shape 3 and least value 1
    static const double deviation = std::sqrt(0.75);
    return std::fmin((std::cbrt(1 / (1 - unit(message, use, index))) - mean) / deviation, 20);
}

} // namespace SockScope
