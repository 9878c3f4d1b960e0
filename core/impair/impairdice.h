#pragma once

#include <QtGlobal>

namespace SockScope {

/*! Random numbers that are looked up rather than drawn: what happens to message n does not depend on what was before.
 *  Path    a seed → [this] → ImpairFates
 *  Shape   each number is known by the message's number, its use, and its place among those of this use
 *  Units   unit() is in [0, 1); gaussian() and pareto() have mean 0 and standard deviation 1
 *  Errors  none
 *  Thread  a value
 *  Source  Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3 (counter-based generators); the mixing
 *          function of SplitMix64 (Steele, Lea, Flood 2014), fixed for ever
 */
class ImpairDice
{
public:
    /// Below 64, in the order in which they came into being: another order would change what a seed means.
    enum Use : quint8 { Loss, LinkState, Duplicate, Corrupt, Place, Reorder, Delay, CopyDelay };

    /// stream tells apart what shares a seed.
    ImpairDice(quint64 seed, quint64 stream);

    quint64 bits(quint64 message, Use use, quint64 index = 0) const;
    double unit(quint64 message, Use use, quint64 index = 0) const;
    bool happens(double chance, quint64 message, Use use) const { return chance > 0 && unit(message, use) < chance; }
    /// Uses the places index and index + 1.
    double gaussian(quint64 message, Use use, quint64 index = 0) const;
    /// Shape 3, cut 20 standard deviations above the mean.
    double pareto(quint64 message, Use use, quint64 index = 0) const;

private:
    quint64 m_key;
};

} // namespace SockScope
