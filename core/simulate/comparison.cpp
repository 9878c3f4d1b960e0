#include "core/simulate/comparison.h"

#include <array>
#include <utility>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int opening = 2; // characters of {{, which a person did not type

std::optional<Template> expressionOf(QStringView text, int column, TemplateError *error)
{
    const auto fail = [&](int length, const QString &what) {
        if (error)
            *error = {column, length, what};
        return std::nullopt;
    };
    if (text.trimmed().isEmpty())
        return fail(0, u"expected an expression, such as n + 1"_s);
    // A }} would end the expression, and what follows be text.
    QChar quote;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (!quote.isNull())
            quote = text[i] == quote ? QChar() : quote;
        else if (text[i] == u'\'' || text[i] == u'"')
            quote = text[i];
        else if (text[i] == u'}' || text[i] == u'{') {
            column += static_cast<int>(i);
            return fail(1, u"expected an expression without braces"_s);
        }
    }
    auto parsed = Template::parse(u"{{%1}}"_s.arg(text), TemplateSyntax::Plain, error);
    if (!parsed && error)
        error->column = column + qBound(0, error->column - opening, static_cast<int>(text.size()));
    return parsed;
}

std::optional<QCborValue> valueOf(const Template &expression, int column, ComposeContext &context, TemplateError *error)
{
    auto value = expression.value(context, error);
    if (!value && error)
        error->column = column + qMax(0, error->column - opening);
    return value;
}

bool isNumber(const QCborValue &value)
{
    return value.isInteger() || value.isDouble();
}

int compared(const QCborValue &a, const QCborValue &b)
{
    if (a.isInteger() && b.isInteger())
        return a.toInteger() < b.toInteger() ? -1 : a.toInteger() > b.toInteger();
    if (isNumber(a) && isNumber(b))
        return a.toDouble() < b.toDouble() ? -1 : a.toDouble() > b.toDouble();
    if (a.isString() && b.isString())
        return a.toString().compare(b.toString());
    return a.compare(b);
}

bool isTrue(const QCborValue &value)
{
    if (isNumber(value))
        return value.toDouble() != 0;
    if (value.isString())
        return !value.toString().isEmpty();
    if (value.isByteArray())
        return !value.toByteArray().isEmpty();
    return !value.isFalse() && !value.isNull() && !value.isUndefined();
}

} // namespace

std::optional<Comparison> Comparison::parse(const QString &text, TemplateError *error)
{
    static const std::array<std::pair<QStringView, Operator>, 6> operators{
        std::pair(QStringView(u"=="), Operator::Equal),
        {u"!=", Operator::NotEqual},
        {u"<=", Operator::LessEqual},
        {u">=", Operator::GreaterEqual},
        {u"<", Operator::Less},
        {u">", Operator::Greater}};
    QChar quote;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (!quote.isNull()) {
            quote = text[i] == quote ? QChar() : quote;
            continue;
        }
        if (text[i] == u'\'' || text[i] == u'"') {
            quote = text[i];
            continue;
        }
        for (const auto &[sign, op] : operators) {
            if (!QStringView(text).sliced(i).startsWith(sign))
                continue;
            Comparison result;
            result.m_operator = op;
            result.m_rightColumn = static_cast<int>(i + sign.size());
            const auto left = expressionOf(QStringView(text).first(i), 0, error);
            if (!left)
                return std::nullopt;
            const auto right = expressionOf(QStringView(text).sliced(i + sign.size()), result.m_rightColumn, error);
            if (!right)
                return std::nullopt;
            result.m_left = *left;
            result.m_right = *right;
            return result;
        }
    }
    return parseValue(text, error);
}

std::optional<Comparison> Comparison::parseValue(const QString &text, TemplateError *error)
{
    const auto expression = expressionOf(text, 0, error);
    if (!expression)
        return std::nullopt;
    Comparison result;
    result.m_left = *expression;
    return result;
}

std::optional<QCborValue> Comparison::value(ComposeContext &context, TemplateError *error) const
{
    if (m_operator == Operator::None)
        return valueOf(m_left, 0, context, error);
    const auto held = holds(context, error);
    return held ? std::optional(QCborValue(*held)) : std::nullopt;
}

std::optional<bool> Comparison::holds(ComposeContext &context, TemplateError *error) const
{
    const auto left = valueOf(m_left, 0, context, error);
    if (!left)
        return std::nullopt;
    if (m_operator == Operator::None)
        return isTrue(*left);
    const auto right = valueOf(m_right, m_rightColumn, context, error);
    if (!right)
        return std::nullopt;
    const bool sameKind = (isNumber(*left) && isNumber(*right)) || left->type() == right->type();
    const int order = compared(*left, *right);
    switch (m_operator) {
    case Operator::Equal:
        return sameKind && order == 0;
    case Operator::NotEqual:
        return !sameKind || order != 0;
    case Operator::Less:
        return sameKind && order < 0;
    case Operator::LessEqual:
        return sameKind && order <= 0;
    case Operator::Greater:
        return sameKind && order > 0;
    default:
        return sameKind && order >= 0;
    }
}

} // namespace SockScope
