#pragma once

#include <QString>
#include <QStringView>

#include <compare>
#include <limits>
#include <optional>
#include <vector>

#include "core/codec/item.h"

namespace SockScope {

/// A number of a filter or of a payload, without rounding: an integer of 65 bits or a double.
struct FilterNumber
{
    enum class Kind : quint8 { Integer, Big, Real };
    Kind kind = Kind::Integer;
    bool negative = false; ///< of Big: then the number is -1 - magnitude
    qint64 integer = 0;
    quint64 magnitude = 0;
    double real = 0;

    /// 12, -3, 0x1f, 1.5, 2e3; nothing for anything else.
    static std::optional<FilterNumber> fromText(QStringView text);
    static FilterNumber fromItem(const Item &item);
    static FilterNumber fromReal(double real);
    QString toString() const;
    /// The number times 10^9 in whole steps, when it is that: seconds as nanoseconds, without the detour over binary.
    static std::optional<qint64> nanosecondsOf(QStringView text);

    friend std::partial_ordering operator<=>(const FilterNumber &a, const FilterNumber &b);
    friend bool operator==(const FilterNumber &a, const FilterNumber &b) { return (a <=> b) == 0; }
};

/// Whole numbers from low to high, both included; none when low > high.
struct FilterRange
{
    qint64 low = std::numeric_limits<qint64>::min();
    qint64 high = std::numeric_limits<qint64>::max();
    bool isEmpty() const { return low > high; }
    bool contains(qint64 number) const { return number >= low && number <= high; }
};

/// Those whole numbers n for which `n op number` holds; op is not !=.
FilterRange filterRangeOf(QStringView op, const FilterNumber &number);

} // namespace SockScope
