#pragma once

#include <memory>
#include <vector>

#include "core/filter/filter.h"
#include "core/simulate/comparison.h"
#include "core/simulate/sequence.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

struct CompiledStep
{
    SequenceStep source;
    QString path; ///< "steps[2].then[0]"
    QString title;
    std::optional<ComposedMessage> message;
    std::optional<Filter> filter;
    std::optional<Comparison> condition;
    std::optional<Template> text;
    std::vector<CompiledStep> steps;
    std::vector<CompiledStep> otherwise;
};

class CompiledSequence
{
public:
    static std::shared_ptr<const CompiledSequence> compile(const Sequence &sequence, SimulateError *error);
    std::vector<CompiledStep> steps;
};

} // namespace SockScope
