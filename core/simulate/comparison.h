#pragma once

#include <QString>

#include <optional>

#include "core/compose/template.h"

namespace SockScope {

/*! An expression of a template, alone or compared with another: n < 5, request.data.name == 'Anna'.
 *  Path    rules, sequences → [this] → a value, or whether it holds
 *  Shape   parsed once. Operators: == != < <= > >=. An expression alone holds unless it is false, 0, empty or null;
 *          numbers are compared as numbers, all else as values of one kind
 *  Units   columns in characters from 0
 *  Errors  parse, value and holds answer nothing and a TemplateError
 *  Thread  immutable; the context is one thread's
 *  Source  none
 */
class Comparison
{
public:
    static std::optional<Comparison> parse(const QString &text, TemplateError *error);
    /// An expression alone: no comparison.
    static std::optional<Comparison> parseValue(const QString &text, TemplateError *error);

    std::optional<QCborValue> value(ComposeContext &context, TemplateError *error) const;
    std::optional<bool> holds(ComposeContext &context, TemplateError *error) const;

private:
    enum class Operator : quint8 { None, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };

    Operator m_operator = Operator::None;
    Template m_left;
    Template m_right;
    int m_rightColumn = 0;
};

} // namespace SockScope
