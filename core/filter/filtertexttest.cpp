#include <algorithm>

#include "core/codec/codectext.h"
#include "core/filter/filterconditions_p.h"

namespace SockScope {

FilterTextTest::FilterTextTest(const FilterNode &node)
    : m_op(node.op)
{
    for (const FilterValue &value : node.values)
        m_values.push_back(value.bytes);
    if (m_op == FilterOp::Matches && !m_values.empty()) {
        m_expression.setPattern(QString::fromUtf8(m_values.front()));
        m_expression.optimize();
    }
}

bool FilterTextTest::holds(QByteArrayView utf8) const
{
    switch (m_op) {
    case FilterOp::Equal:
    case FilterOp::In:
        return std::any_of(m_values.begin(), m_values.end(), [&](const QByteArray &value) { return utf8 == value; });
    case FilterOp::NotEqual:
        return utf8 != m_values.front();
    case FilterOp::Greater:
        return utf8.compare(m_values.front()) > 0;
    case FilterOp::GreaterEqual:
        return utf8.compare(m_values.front()) >= 0;
    case FilterOp::Less:
        return utf8.compare(m_values.front()) < 0;
    case FilterOp::LessEqual:
        return utf8.compare(m_values.front()) <= 0;
    case FilterOp::Contains:
        return utf8.contains(m_values.front());
    case FilterOp::Matches:
        return holdsText(utf8ToString(utf8));
    case FilterOp::None:
        break;
    }
    return true;
}

bool FilterTextTest::holdsText(const QString &text) const
{
    return m_expression.match(text).hasMatch();
}

} // namespace SockScope
