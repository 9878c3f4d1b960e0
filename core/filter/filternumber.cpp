#include "core/filter/filternumber_p.h"

#include <cmath>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr double twoTo63 = 9223372036854775808.0;
constexpr qint64 smallest = std::numeric_limits<qint64>::min();
constexpr qint64 largest = std::numeric_limits<qint64>::max();

bool isDecimal(QStringView text)
{
    qsizetype at = text.startsWith(u'-') ? 1 : 0;
    const auto digits = [&] {
        const qsizetype start = at;
        while (at < text.size() && text[at] >= u'0' && text[at] <= u'9')
            ++at;
        return at > start;
    };
    if (!digits())
        return false;
    if (at < text.size() && text[at] == u'.') {
        ++at;
        if (!digits())
            return false;
    }
    if (at < text.size() && (text[at].unicode() | 0x20) == u'e') {
        ++at;
        if (at < text.size() && (text[at] == u'-' || text[at] == u'+'))
            ++at;
        if (!digits())
            return false;
    }
    return at == text.size();
}

FilterNumber fromMagnitude(bool negative, quint64 size)
{
    FilterNumber number;
    if (size <= static_cast<quint64>(largest)) {
        number.integer = negative ? -static_cast<qint64>(size) : static_cast<qint64>(size);
    } else if (negative && size == static_cast<quint64>(largest) + 1) {
        number.integer = smallest;
    } else {
        number.kind = FilterNumber::Kind::Big;
        number.negative = negative;
        number.magnitude = negative ? size - 1 : size;
    }
    return number;
}

// The order of whole numbers; each is sign and magnitude, the negative ones being -1 - magnitude.
std::strong_ordering compareWhole(const FilterNumber &a, const FilterNumber &b)
{
    if (a.kind == FilterNumber::Kind::Integer && b.kind == FilterNumber::Kind::Integer)
        return a.integer <=> b.integer;
    const auto isNegative = [](const FilterNumber &n) {
        return n.kind == FilterNumber::Kind::Big ? n.negative : n.integer < 0;
    };
    const auto magnitude = [&](const FilterNumber &n) {
        if (n.kind == FilterNumber::Kind::Big)
            return n.magnitude;
        return static_cast<quint64>(n.integer < 0 ? -1 - n.integer : n.integer);
    };
    if (isNegative(a) != isNegative(b))
        return isNegative(a) ? std::strong_ordering::less : std::strong_ordering::greater;
    return isNegative(a) ? magnitude(b) <=> magnitude(a) : magnitude(a) <=> magnitude(b);
}

// A double's whole part as a number; real is finite and below 2^64 in size.
FilterNumber wholeOf(double real)
{
    const double size = std::trunc(std::abs(real));
    return fromMagnitude(real < 0, static_cast<quint64>(size));
}

std::partial_ordering compareWithReal(const FilterNumber &whole, double real)
{
    if (std::isnan(real))
        return std::partial_ordering::unordered;
    if (std::abs(real) >= 2 * twoTo63)
        return real > 0 ? std::partial_ordering::less : std::partial_ordering::greater;
    const std::strong_ordering order = compareWhole(whole, wholeOf(real));
    if (order != std::strong_ordering::equal)
        return order;
    const double fraction = real - std::trunc(real);
    return 0.0 <=> fraction;
}

} // namespace

std::optional<FilterNumber> FilterNumber::fromText(QStringView text)
{
    const bool negative = text.startsWith(u'-');
    const QStringView digits = negative ? text.sliced(1) : text;
    bool ok = false;
    if (digits.startsWith(u"0x", Qt::CaseInsensitive)) {
        const QStringView hex = digits.sliced(2);
        if (hex.startsWith(u'-') || hex.startsWith(u'+'))
            return std::nullopt;
        const quint64 size = hex.toULongLong(&ok, 16);
        return ok ? std::optional(fromMagnitude(negative, size)) : std::nullopt;
    }
    if (!isDecimal(text))
        return std::nullopt;
    const quint64 size = digits.toULongLong(&ok, 10);
    if (ok)
        return fromMagnitude(negative, size);
    const double real = text.toDouble(&ok);
    return ok && std::isfinite(real) ? std::optional(fromReal(real)) : std::nullopt;
}

FilterNumber FilterNumber::fromItem(const Item &item)
{
    FilterNumber number;
    if (item.kind == ItemKind::Integer) {
        number.integer = item.integer;
    } else if (item.kind == ItemKind::BigInteger) {
        number.kind = Kind::Big;
        number.negative = item.negative;
        number.magnitude = item.magnitude;
    } else {
        number = fromReal(item.number);
    }
    return number;
}

FilterNumber FilterNumber::fromReal(double real)
{
    FilterNumber number;
    number.kind = Kind::Real;
    number.real = real;
    return number;
}

QString FilterNumber::toString() const
{
    switch (kind) {
    case Kind::Integer:
        return QString::number(integer);
    case Kind::Big:
        return bigIntegerDigits(negative, magnitude);
    case Kind::Real:
        break;
    }
    return doubleText(real);
}

std::optional<qint64> FilterNumber::nanosecondsOf(QStringView text)
{
    if (!isDecimal(text) || text.contains(u'e', Qt::CaseInsensitive))
        return std::nullopt;
    const qsizetype dot = text.indexOf(u'.');
    const QStringView fraction = dot < 0 ? QStringView() : text.sliced(dot + 1);
    if (fraction.size() > 9)
        return std::nullopt;
    const QString digits =
        (dot < 0 ? text : text.first(dot)).toString() + fraction.toString() + QString(9 - fraction.size(), u'0');
    bool ok = false;
    const qint64 nanoseconds = digits.toLongLong(&ok);
    return ok ? std::optional(nanoseconds) : std::nullopt;
}

std::partial_ordering operator<=>(const FilterNumber &a, const FilterNumber &b)
{
    using Kind = FilterNumber::Kind;
    if (a.kind == Kind::Real && b.kind == Kind::Real)
        return a.real <=> b.real;
    if (b.kind == Kind::Real)
        return compareWithReal(a, b.real);
    if (a.kind == Kind::Real)
        return 0 <=> compareWithReal(b, a.real);
    return compareWhole(a, b);
}

FilterRange filterRangeOf(QStringView op, const FilterNumber &number)
{
    const FilterRange none{1, 0};
    const FilterRange all;
    // The largest whole number that is not above it; and whether it is that number.
    qint64 floor = 0;
    bool isWhole = true;
    if (number.kind == FilterNumber::Kind::Integer) {
        floor = number.integer;
    } else {
        const bool isReal = number.kind == FilterNumber::Kind::Real;
        if (isReal && std::isnan(number.real))
            return none;
        const bool below = isReal ? number.real < -twoTo63 : number.negative;
        const bool above = isReal ? number.real >= twoTo63 : !number.negative;
        if (below)
            return op.startsWith(u'>') ? all : none;
        if (above)
            return op.startsWith(u'<') ? all : none;
        floor = static_cast<qint64>(std::floor(number.real));
        isWhole = std::floor(number.real) == number.real;
    }
    if (op == u"==")
        return isWhole ? FilterRange{floor, floor} : none;
    if (op == u"<=")
        return {smallest, floor};
    if (op == u"<") {
        if (!isWhole)
            return {smallest, floor};
        return floor == smallest ? none : FilterRange{smallest, floor - 1};
    }
    if (op == u">=" && isWhole)
        return {floor, largest};
    return floor == largest ? none : FilterRange{floor + 1, largest};
}

} // namespace SockScope
