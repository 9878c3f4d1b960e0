#pragma once

#include <QCborValue>

#include <vector>

#include "core/codec/item.h"
#include "core/filter/filterconditions_p.h"

namespace SockScope {

/// A condition's operator and values, applied to a decoded value. A map or list is there, and differs from any value.
class DataTest
{
public:
    explicit DataTest(const FilterNode &node);
    bool holds(const Item &item, const ItemSource &source) const;
    bool holds(const QCborValue &value) const;

private:
    bool holdsNumber(const FilterNumber &number) const;
    bool holdsBytes(const FilterTextTest &test, QByteArrayView bytes) const;
    /// The values that are true, false, null or undefined.
    bool holdsSimple(FilterValue::Kind kind, bool boolean) const;
    /// Something that no value can be the same as.
    bool holdsOther() const { return m_op == FilterOp::None || m_op == FilterOp::NotEqual; }
    bool compares(std::partial_ordering order) const;

    FilterOp m_op;
    std::vector<FilterValue> m_values;
    FilterTextTest m_texts; // its values are those that are text or bytes
    FilterTextTest m_bytes; // the same, and numbers that can be read as bytes
};

} // namespace SockScope
