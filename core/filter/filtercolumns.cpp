#include <QMetaEnum>

#include <algorithm>

#include "core/filter/filterconditions_p.h"
#include "core/filter/filterkernels_p.h"

// Conditions on columns: numbers, times, flags, marks.

namespace SockScope {

namespace {

class WireBytesCondition : public FilterCondition
{
public:
    explicit WireBytesCondition(FilterRanges ranges)
        : m_ranges(std::move(ranges))
    {
    }
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        keepNumbers(scan, mask, scan.chunk().wireBytes().data(), m_ranges);
    }
    static void keepNumbers(FilterScan &scan, quint64 *mask, const quint32 *column, const FilterRanges &ranges)
    {
        struct Bounds
        {
            quint32 low;
            quint32 high;
        };
        std::vector<Bounds> bounds;
        for (const FilterRange &range : ranges.ranges) {
            constexpr qint64 highest = std::numeric_limits<quint32>::max();
            const qint64 low = qMax<qint64>(range.low, 0);
            const qint64 high = qMin(range.high, highest);
            if (low <= high)
                bounds.push_back({static_cast<quint32>(low), static_cast<quint32>(high)});
        }
        const quint64 flip = ranges.negated ? ~quint64(0) : 0;
        keepWords(
            scan, mask,
            [&](int first) {
                quint64 bits = 0;
                for (const Bounds &each : bounds)
                    bits |= rangeBits(column + first, each.low, each.high);
                return bits ^ flip;
            },
            [&](int i) { return ranges.contains(column[i]); });
    }

private:
    const FilterRanges m_ranges;
};

// Of what was received; what was sent has none.
class SequenceCondition : public FilterCondition
{
public:
    SequenceCondition(FilterRanges ranges, bool presence)
        : m_ranges(std::move(ranges))
        , m_presence(presence)
    {
    }
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        keepEqual(scan, mask, scan.chunk().flags().data(), FlagOut, 0);
        if (!m_presence)
            WireBytesCondition::keepNumbers(scan, mask, scan.chunk().sequences().data(), m_ranges);
    }

private:
    const FilterRanges m_ranges;
    const bool m_presence;
};

class NumberCondition : public FilterCondition
{
public:
    explicit NumberCondition(FilterRanges ranges)
        : m_ranges(std::move(ranges))
    {
    }
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const quint64 firstNo = scan.chunk().firstNo();
        const auto passes = [&](int i) {
            return m_ranges.contains(static_cast<qint64>(firstNo + static_cast<quint64>(i)));
        };
        keepWords(
            scan, mask,
            [&](int first) {
                quint64 bits = 0;
                for (int i = 0; i < 64; ++i)
                    bits |= static_cast<quint64>(passes(first + i)) << i;
                return bits;
            },
            passes);
    }

private:
    const FilterRanges m_ranges;
};

class TimeCondition : public FilterCondition
{
public:
    explicit TimeCondition(FilterRanges ranges)
        : m_ranges(std::move(ranges))
    {
    }
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const qint64 *column = scan.chunk().wallNs().data();
        const auto origin = static_cast<quint64>(scan.context().originNs);
        // Times lie within 292 years of their origin, or wrap as the clock itself would.
        const auto passes = [&](int i) {
            return m_ranges.contains(static_cast<qint64>(static_cast<quint64>(column[i]) - origin));
        };
        keepWords(
            scan, mask,
            [&](int first) {
                quint64 bits = 0;
                for (int i = 0; i < 64; ++i)
                    bits |= static_cast<quint64>(passes(first + i)) << i;
                return bits;
            },
            passes);
    }

private:
    const FilterRanges m_ranges;
};

class LengthCondition : public FilterCondition
{
public:
    explicit LengthCondition(FilterRanges ranges)
        : m_ranges(std::move(ranges))
    {
    }
    int cost() const override { return Table; }
    bool needsPayload() const override { return true; } // where a note begins stands in the arena
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const Chunk &chunk = scan.chunk();
        const quint32 *offsets = chunk.offsets().data();
        scan.keepIf(mask, [&](int i) {
            const qint64 length =
                chunk.flags(i) & FlagNote ? chunk.payload(i).size() : qint64(offsets[i + 1]) - qint64(offsets[i]);
            return m_ranges.contains(length);
        });
    }

private:
    const FilterRanges m_ranges;
};

class FlagCondition : public FilterCondition
{
public:
    FlagCondition(quint16 bits, quint16 value, bool negated = false)
        : m_bits(bits)
        , m_value(value)
        , m_negated(negated)
    {
    }
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        keepEqual(scan, mask, scan.chunk().flags().data(), m_bits, m_value, m_negated);
    }

private:
    const quint16 m_bits;
    const quint16 m_value;
    const bool m_negated;
};

class OutcomeCondition : public FilterCondition
{
public:
    explicit OutcomeCondition(const std::array<bool, 256> &passing)
        : m_passing(passing)
    {
    }
    int cost() const override { return Table; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const quint16 *flags = scan.chunk().flags().data();
        scan.keepIf(mask, [&](int i) { return m_passing[flags[i] >> OutcomeShift]; });
    }

private:
    const std::array<bool, 256> m_passing;
};

// The flag, or a handler that threw too late for it.
class ErrorCondition : public FilterCondition
{
public:
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const std::vector<quint64> &numbers = scan.context().failed;
        const quint64 base = scan.chunk().firstNo() + static_cast<quint64>(scan.base());
        const quint64 end = base + scan.words() * 64;
        auto next = std::lower_bound(numbers.begin(), numbers.end(), base);
        std::vector<std::pair<size_t, quint64>> late; // word and bits
        for (; next != numbers.end() && *next < end; ++next) {
            const auto word = static_cast<size_t>((*next - base) / 64);
            late.emplace_back(word, mask[word] & quint64(1) << ((*next - base) % 64));
        }
        keepEqual(scan, mask, scan.chunk().flags().data(), FlagError, FlagError);
        for (const auto &[word, bits] : late)
            mask[word] |= bits;
    }
};

class MarkCondition : public FilterCondition
{
public:
    explicit MarkCondition(const std::vector<quint64> FilterContext::*numbers)
        : m_numbers(numbers)
    {
    }
    int cost() const override { return Column; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const std::vector<quint64> &numbers = scan.context().*m_numbers;
        const quint64 base = scan.chunk().firstNo() + static_cast<quint64>(scan.base());
        auto next = std::lower_bound(numbers.begin(), numbers.end(), base);
        for (size_t word = 0; word < scan.words(); ++word) {
            const quint64 first = base + word * 64;
            quint64 bits = 0;
            for (; next != numbers.end() && *next < first + 64; ++next)
                bits |= quint64(1) << (*next - first);
            mask[word] &= bits;
        }
    }

private:
    const std::vector<quint64> FilterContext::*m_numbers;
};

std::unique_ptr<const FilterCondition> outcomeCondition(const FilterNode &node)
{
    const auto outcomes = QMetaEnum::fromType<Outcome>();
    const bool negated = node.op == FilterOp::NotEqual;
    std::array<bool, 256> passing{};
    int outcome = 0;
    for (const FilterValue &value : node.values) {
        outcome = outcomes.keyToValue(value.bytes.constData());
        passing[static_cast<size_t>(outcome & 0xff)] = true;
    }
    if (node.values.size() == 1) {
        return std::make_unique<FlagCondition>(quint16(0xff << OutcomeShift), quint16(outcome << OutcomeShift),
                                               negated);
    }
    return std::make_unique<OutcomeCondition>(passing);
}

std::unique_ptr<const FilterCondition> directionCondition(const FilterNode &node)
{
    bool in = false;
    bool out = false;
    for (const FilterValue &value : node.values)
        (value.bytes == "in" ? in : out) = true;
    if (in && out)
        return std::make_unique<FlagCondition>(quint16(0), quint16(0));
    return std::make_unique<FlagCondition>(FlagOut, out ? FlagOut : 0, node.op == FilterOp::NotEqual);
}

std::unique_ptr<const FilterCondition> flag(ChunkFlag bit)
{
    return std::make_unique<FlagCondition>(bit, bit);
}

} // namespace

std::unique_ptr<const FilterCondition> makeColumnCondition(const FilterNode &node)
{
    switch (node.field) {
    case FilterField::No:
        return std::make_unique<NumberCondition>(filterRanges(node));
    case FilterField::Time:
        return std::make_unique<TimeCondition>(filterRanges(node));
    case FilterField::Size:
        return std::make_unique<WireBytesCondition>(filterRanges(node));
    case FilterField::Length:
        return std::make_unique<LengthCondition>(filterRanges(node));
    case FilterField::Seq:
        return std::make_unique<SequenceCondition>(filterRanges(node), node.op == FilterOp::None);
    case FilterField::Dir:
        return directionCondition(node);
    case FilterField::Outcome:
        return outcomeCondition(node);
    case FilterField::Error:
        return std::make_unique<ErrorCondition>();
    case FilterField::Unhandled:
        return flag(FlagUnhandled);
    case FilterField::Injected:
        return flag(FlagInjected);
    case FilterField::Truncated:
        return flag(FlagTruncated);
    case FilterField::Marked:
        return std::make_unique<MarkCondition>(&FilterContext::marked);
    case FilterField::Commented:
        return std::make_unique<MarkCondition>(&FilterContext::commented);
    default:
        return nullptr;
    }
}

} // namespace SockScope
