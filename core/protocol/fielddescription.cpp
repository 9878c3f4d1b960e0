#include "core/protocol/fielddescription.h"

#include <algorithm>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::optional<std::partial_ordering> compare(const QCborValue &a, const QCborValue &b)
{
    const auto left = WholeNumber::fromCbor(a);
    const auto right = WholeNumber::fromCbor(b);
    if (left && right)
        return *left <=> *right;
    const auto real = [](const QCborValue &value, const std::optional<WholeNumber> &whole) -> std::optional<double> {
        if (value.isDouble())
            return value.toDouble();
        return whole ? std::optional(whole->toDouble()) : std::nullopt;
    };
    const auto x = real(a, left);
    const auto y = real(b, right);
    return x && y ? std::optional<std::partial_ordering>(*x <=> *y) : std::nullopt;
}

QString numberText(const QCborValue &value)
{
    const auto whole = WholeNumber::fromCbor(value);
    return whole ? whole->toString() : doubleText(value.toDouble());
}

} // namespace

QString FieldDescription::nameOf(const WholeNumber &value) const
{
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const EnumName &one) { return one.value == value; });
    return found == names.end() ? QString() : found->name;
}

std::optional<WholeNumber> FieldDescription::valueOf(QStringView enumName) const
{
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const EnumName &one) { return one.name == enumName; });
    return found == names.end() ? std::nullopt : std::optional(found->value);
}

QString FieldDescription::rangeComplaint(const QCborValue &value) const
{
    const auto below = minimum.isUndefined() ? std::nullopt : compare(value, minimum);
    const auto above = maximum.isUndefined() ? std::nullopt : compare(value, maximum);
    // NaN lies in no range.
    if (below && !(*below >= 0))
        return u"%1 is below %2"_s.arg(numberText(value), numberText(minimum));
    if (above && !(*above <= 0))
        return u"%1 is above %2"_s.arg(numberText(value), numberText(maximum));
    return {};
}

} // namespace SockScope
