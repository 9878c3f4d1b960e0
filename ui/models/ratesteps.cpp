#include "ui/models/ratesteps.h"

#include <algorithm>
#include <array>

#include "ui/models/bucketlevels.h"

namespace SockScope {

namespace {

struct Nothing
{
    void merge(const Nothing &) {}
};
using Levels = BucketLevels<Nothing>;

constexpr qint64 ms = 1'000'000;
constexpr std::array<qint64, 18> stepsNs{
    100 * ms,     200 * ms,       500 * ms,       1'000 * ms,     2'000 * ms,      5'000 * ms,
    10'000 * ms,  20'000 * ms,    30'000 * ms,    60'000 * ms,    120'000 * ms,    300'000 * ms,
    600'000 * ms, 1'800'000 * ms, 3'600'000 * ms, 7'200'000 * ms, 21'600'000 * ms, 86'400'000 * ms};

} // namespace

RateSteps RateSteps::forRange(qint64 fromNs, qint64 toNs, int wanted, qint64 latestNs)
{
    RateSteps steps;
    toNs = qMax(toNs, fromNs);
    steps.level = Levels::levelFor(latestNs - fromNs);
    const qint64 least =
        qMax((toNs - fromNs) / qBound(1, wanted, maximumSteps - 2), Levels::widthsNs[static_cast<size_t>(steps.level)]);
    const auto found = std::lower_bound(stepsNs.begin(), stepsNs.end(), least);
    // Beyond a day a step: whole days.
    steps.stepNs = found != stepsNs.end() ? *found : (least / stepsNs.back() + 1) * stepsNs.back();
    steps.firstNs = Levels::floorDivided(fromNs, steps.stepNs) * steps.stepNs;
    steps.count = static_cast<int>((toNs - steps.firstNs) / steps.stepNs) + 1;
    return steps;
}

} // namespace SockScope
