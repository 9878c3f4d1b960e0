#include "core/filter/datatest_p.h"

#include <algorithm>

#include "core/codec/codectext.h"

namespace SockScope {

namespace {

/// The condition with those of its values that are text or bytes; numbers too where they can be read as bytes.
FilterNode bytesOf(const FilterNode &node, bool numbersToo)
{
    FilterNode bytes = node;
    std::erase_if(bytes.values, [numbersToo](const FilterValue &value) {
        if (value.kind == FilterValue::Kind::Number)
            return !numbersToo || value.bytes.isEmpty();
        return value.kind != FilterValue::Kind::Text && value.kind != FilterValue::Kind::Bytes;
    });
    if (bytes.op == FilterOp::NotEqual)
        bytes.op = FilterOp::Equal;
    return bytes;
}

} // namespace

DataTest::DataTest(const FilterNode &node)
    : m_op(node.op)
    , m_values(node.values)
    , m_texts(bytesOf(node, false))
    , m_bytes(bytesOf(node, true))
{
}

bool DataTest::compares(std::partial_ordering order) const
{
    switch (m_op) {
    case FilterOp::Greater:
        return order > 0;
    case FilterOp::GreaterEqual:
        return order >= 0;
    case FilterOp::Less:
        return order < 0;
    case FilterOp::LessEqual:
        return order <= 0;
    default:
        return order == 0;
    }
}

bool DataTest::holdsNumber(const FilterNumber &number) const
{
    if (m_op == FilterOp::Contains || m_op == FilterOp::Matches)
        return false;
    const bool found = std::any_of(m_values.begin(), m_values.end(), [&](const FilterValue &value) {
        if (value.kind == FilterValue::Kind::Range)
            return number >= value.number && number <= value.upper;
        return value.kind == FilterValue::Kind::Number && compares(number <=> value.number);
    });
    return m_op == FilterOp::None || found != (m_op == FilterOp::NotEqual);
}

bool DataTest::holdsBytes(const FilterTextTest &test, QByteArrayView bytes) const
{
    if (m_op == FilterOp::None)
        return true;
    const bool found = !test.values().empty() && test.holds(bytes);
    return found != (m_op == FilterOp::NotEqual);
}

bool DataTest::holdsSimple(FilterValue::Kind kind, bool boolean) const
{
    if (m_op != FilterOp::Equal && m_op != FilterOp::NotEqual && m_op != FilterOp::In)
        return m_op == FilterOp::None;
    const bool found = std::any_of(m_values.begin(), m_values.end(), [&](const FilterValue &value) {
        return value.kind == kind && (kind != FilterValue::Kind::Boolean || value.boolean == boolean);
    });
    return found != (m_op == FilterOp::NotEqual);
}

bool DataTest::holds(const Item &item, const ItemSource &source) const
{
    if (m_op == FilterOp::None)
        return true;
    switch (item.kind) {
    case ItemKind::Integer:
    case ItemKind::BigInteger:
    case ItemKind::Double:
        return holdsNumber(FilterNumber::fromItem(item));
    case ItemKind::Text: {
        const QByteArrayView content = source.payload().sliced(item.contentOffset, item.contentLength);
        const QByteArrayView whole = item.partial ? withoutIncompleteUtf8(content) : content;
        // JSON's escapes and CBOR's chunks are put together first; both are rare.
        if (!item.chunked && !content.contains('\\'))
            return holdsBytes(m_texts, whole);
        return holdsBytes(m_texts, source.text(item, item.contentLength).toUtf8());
    }
    case ItemKind::Bytes:
    case ItemKind::Extension:
        if (item.chunked)
            return holdsBytes(m_bytes, source.bytes(item, item.contentLength));
        return holdsBytes(m_bytes, source.payload().sliced(item.contentOffset, item.contentLength));
    case ItemKind::Boolean:
        return holdsSimple(FilterValue::Kind::Boolean, item.boolean);
    case ItemKind::Null:
        return holdsSimple(FilterValue::Kind::Null, false);
    case ItemKind::Undefined:
        return holdsSimple(FilterValue::Kind::Undefined, false);
    default:
        return holdsOther();
    }
}

bool DataTest::holds(const QCborValue &value) const
{
    switch (value.type()) {
    case QCborValue::Integer: {
        FilterNumber number;
        number.integer = value.toInteger();
        return holdsNumber(number);
    }
    case QCborValue::Double:
        return holdsNumber(FilterNumber::fromReal(value.toDouble()));
    case QCborValue::String:
        return holdsBytes(m_texts, value.toString().toUtf8());
    case QCborValue::ByteArray:
        return holdsBytes(m_bytes, value.toByteArray());
    case QCborValue::True:
    case QCborValue::False:
        return holdsSimple(FilterValue::Kind::Boolean, value.toBool());
    case QCborValue::Null:
        return holdsSimple(FilterValue::Kind::Null, false);
    case QCborValue::Undefined:
        return holdsSimple(FilterValue::Kind::Undefined, false);
    default:
        break;
    }
    if (const auto big = bigIntegerOf(value)) {
        FilterNumber number;
        number.kind = FilterNumber::Kind::Big;
        number.negative = big->negative;
        number.magnitude = big->magnitude;
        return holdsNumber(number);
    }
    return holdsOther();
}

} // namespace SockScope
