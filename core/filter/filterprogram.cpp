#include "core/filter/filterprogram_p.h"

#include <algorithm>

namespace SockScope {

using Kind = FilterNode::Kind;

Filter::Program::Program(const FilterNode &root)
{
    m_root = add(root);
    m_depth = 1 + depthOf(m_root);
}

size_t Filter::Program::add(const FilterNode &node)
{
    Step step;
    step.kind = node.kind;
    if (node.kind == Kind::Test || node.kind == Kind::Word) {
        step.condition = makeFilterCondition(node);
        step.cost = step.condition->cost();
    }
    for (const FilterNode &child : node.children) {
        step.parts.push_back(add(child));
        step.cost += m_steps[step.parts.back()].cost;
    }
    std::stable_sort(step.parts.begin(), step.parts.end(),
                     [this](size_t a, size_t b) { return m_steps[a].cost < m_steps[b].cost; });
    m_steps.push_back(std::move(step));
    return m_steps.size() - 1;
}

// Masks beyond its own that a step needs.
size_t Filter::Program::depthOf(size_t at) const
{
    const Step &step = m_steps[at];
    size_t depth = 0;
    for (const size_t part : step.parts)
        depth = std::max(depth, depthOf(part));
    return depth + (step.kind == Kind::Or ? 2 : step.kind == Kind::Not ? 1 : 0);
}

bool Filter::Program::needsPayload() const
{
    return std::any_of(m_steps.begin(), m_steps.end(),
                       [](const Step &step) { return step.condition && step.condition->needsPayload(); });
}

void Filter::Program::run(FilterScan &scan, quint64 *masks) const
{
    scan.fill(masks);
    restrict(m_root, scan, masks);
}

// The masks behind `mask` are free for the parts of this step.
void Filter::Program::restrict(size_t at, FilterScan &scan, quint64 *mask) const
{
    const Step &step = m_steps[at];
    const size_t words = scan.words();
    const auto isEmpty = [words](const quint64 *bits) {
        return std::all_of(bits, bits + words, [](quint64 word) { return word == 0; });
    };
    switch (step.kind) {
    case Kind::Test:
    case Kind::Word:
        if (!scan.isStopped())
            step.condition->restrict(scan, mask);
        return;
    case Kind::And:
        for (const size_t part : step.parts) {
            if (isEmpty(mask) || scan.isStopped())
                return;
            restrict(part, scan, mask);
        }
        return;
    case Kind::Or: {
        quint64 *passed = mask + words;
        quint64 *open = passed + words;
        std::fill_n(passed, words, quint64(0));
        for (const size_t part : step.parts) {
            for (size_t word = 0; word < words; ++word)
                open[word] = mask[word] & ~passed[word];
            if (isEmpty(open) || scan.isStopped())
                break;
            restrict(part, scan, open);
            for (size_t word = 0; word < words; ++word)
                passed[word] |= open[word];
        }
        std::copy_n(passed, words, mask);
        return;
    }
    case Kind::Not: {
        quint64 *passed = mask + words;
        std::copy_n(mask, words, passed);
        restrict(step.parts.front(), scan, passed);
        for (size_t word = 0; word < words; ++word)
            mask[word] &= ~passed[word];
        return;
    }
    }
}

} // namespace SockScope
