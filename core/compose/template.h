#pragma once

#include <QByteArray>
#include <QCborValue>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

#include "core/compose/composecontext.h"

namespace SockScope {

/// Where a template is wrong, and what should stand there.
struct TemplateError
{
    int column = 0; ///< from 0
    int length = 0; ///< characters that are wrong; 0 at the end of the text
    QString what;
    QString toString() const; ///< "column 8: expected }} after the expression"
};

/// What the text around the {{...}} is, and how values are written into it.
enum class TemplateSyntax : quint8 {
    Plain, ///< as it is
    Text,  ///< with the escapes \n \r \t \0 \\ \" \{ \xHH \uHHHH
    Hex,   ///< hexadecimal digits; a whole number is as many bytes as it needs, bytes are their digits
    Json   ///< in a string, values are its text, escaped; elsewhere they are JSON values
};

/*! A payload's text with values in it: {{counter}}, {{request.data.id + 1}}.
 *  Path    composer, rules → [this] → payload
 *  Shape   parsed once, expanded for each message; {{{{ stands for {{ itself. Words: counter, time, uuid, random, peer,
 *          request, hex, and the names of variables; numbers, 'texts', + - * / % and parentheses; whole numbers stay
 *          whole. At most maximumLength characters and maximumOperations operations, nested maximumDepth deep
 *  Units   columns in UTF-16 code units
 *  Errors  parse and expand answer nothing, and a TemplateError: a word that is unknown, a division by zero, a request
 *          without such a field, more than maximumBytes
 *  Thread  immutable: any thread; the context is one thread's
 *  Source  none
 */
class Template
{
public:
    static constexpr qsizetype maximumLength = 1024 * 1024;
    static constexpr int maximumOperations = 10'000;
    static constexpr int maximumDepth = 100;
    static constexpr qsizetype maximumBytes = 16 * 1024 * 1024;

    Template() = default;
    static std::optional<Template> parse(const QString &text, TemplateSyntax syntax, TemplateError *error = nullptr);

    /// As it was typed.
    const QString &text() const { return m_text; }
    /// Whether each message gets the same.
    bool isConstant() const;
    std::optional<QByteArray> expand(ComposeContext &context, TemplateError *error = nullptr) const;
    /// The value itself where the text is one {{...}} and nothing else; the expanded text otherwise.
    std::optional<QCborValue> value(ComposeContext &context, TemplateError *error = nullptr) const;

private:
    class Program;

    QString m_text;
    TemplateSyntax m_syntax = TemplateSyntax::Plain;
    std::shared_ptr<const Program> m_program;
};

} // namespace SockScope
