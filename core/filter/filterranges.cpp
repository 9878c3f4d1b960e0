#include "core/filter/filterconditions_p.h"

// Which condition a test becomes, and what its numbers let pass.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

// A number that a value stands for in a column: itself, or seconds in nanoseconds.
FilterNumber scaled(const FilterNumber &number, const QString &typed, FilterKind kind)
{
    if (kind != FilterKind::Seconds)
        return number;
    if (const auto nanoseconds = FilterNumber::nanosecondsOf(typed)) {
        FilterNumber whole;
        whole.integer = *nanoseconds;
        return whole;
    }
    const double seconds = number.kind == FilterNumber::Kind::Real ? number.real
                           : number.kind == FilterNumber::Kind::Integer
                               ? static_cast<double>(number.integer)
                               : (number.negative ? -1.0 : 1.0) * static_cast<double>(number.magnitude);
    return FilterNumber::fromReal(seconds * 1e9);
}

} // namespace

FilterRanges filterRanges(const FilterNode &node)
{
    FilterRanges ranges;
    ranges.negated = node.op == FilterOp::NotEqual;
    const QString op = node.op == FilterOp::In || ranges.negated ? u"=="_s : filterOpText(node.op);
    for (const FilterValue &value : node.values) {
        const FilterNumber number = scaled(value.number, value.numberText, node.fieldKind);
        FilterRange range;
        if (value.kind == FilterValue::Kind::Number) {
            range = filterRangeOf(op, number);
        } else if (value.kind == FilterValue::Kind::Range) {
            const FilterNumber upper = scaled(value.upper, value.upperText, node.fieldKind);
            const FilterRange from = filterRangeOf(u">=", number);
            const FilterRange to = filterRangeOf(u"<=", upper);
            range = {qMax(from.low, to.low), qMin(from.high, to.high)};
        } else {
            continue;
        }
        if (!range.isEmpty())
            ranges.ranges.push_back(range);
    }
    return ranges;
}

std::unique_ptr<const FilterCondition> makeFilterCondition(const FilterNode &node)
{
    if (node.kind == FilterNode::Kind::Word)
        return makeWordCondition(node);
    switch (node.field) {
    case FilterField::Sock:
    case FilterField::Peer:
    case FilterField::PeerAddress:
    case FilterField::PeerPort:
    case FilterField::Type:
        return makeTableCondition(node);
    case FilterField::Payload:
    case FilterField::Text:
    case FilterField::Note:
        return makeBytesCondition(node);
    case FilterField::Data:
        return makeDataCondition(node);
    default:
        return makeColumnCondition(node);
    }
}

} // namespace SockScope
