#pragma once

#include <memory>
#include <vector>

#include "core/filter/filter.h"
#include "core/filter/filternode_p.h"
#include "core/filter/filterscan_p.h"

namespace SockScope {

/// A filter in the form in which it runs: a flat list of steps, the parts of each joint in the order of their cost.
class Filter::Program
{
public:
    explicit Program(const FilterNode &root);

    bool needsPayload() const;
    /// How many masks a run needs.
    size_t maskCount() const { return m_depth; }
    /// Leaves in the first of masks what passes.
    void run(FilterScan &scan, quint64 *masks) const;

private:
    struct Step
    {
        FilterNode::Kind kind = FilterNode::Kind::Test;
        int cost = 0;
        std::vector<size_t> parts; // of And, Or, Not: places in m_steps
        std::unique_ptr<const FilterCondition> condition;
    };

    size_t add(const FilterNode &node);
    void restrict(size_t at, FilterScan &scan, quint64 *mask) const;
    size_t depthOf(size_t at) const;

    std::vector<Step> m_steps;
    size_t m_root = 0;
    size_t m_depth = 1;
};

/// The condition of a Test or Word.
std::unique_ptr<const FilterCondition> makeFilterCondition(const FilterNode &node);

} // namespace SockScope
