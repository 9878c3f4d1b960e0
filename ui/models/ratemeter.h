#pragma once

#include <QtGlobal>

namespace SockScope {

/*! The rate of a total that only grows.
 *  Path    beside the models
 *  Shape   sample() with the total and the time since the last sample
 *  Units   a second
 *  Errors  a total that shrank (a restarted sock) counts from the new one
 *  Thread  a value
 *  Source  none
 */
struct RateMeter
{
    quint64 total = 0;
    double perSecond = 0;

    /// Answers whether the rate changed.
    bool sample(quint64 newTotal, double seconds)
    {
        const quint64 grown = newTotal >= total ? newTotal - total : newTotal;
        const double rate = seconds > 0 ? static_cast<double>(grown) / seconds : 0;
        const bool changed = qAbs(rate - perSecond) > 1e-9;
        total = newTotal;
        perSecond = rate;
        return changed;
    }
};

} // namespace SockScope
