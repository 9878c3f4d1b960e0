#include "core/compose/template.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

#include "core/codec/codectext.h"
#include "core/compose/expression_p.h"
#include "core/compose/textescapes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isHexSeparator(QChar c)
{
    return c.isSpace() || c == u':' || c == u',' || c == u'-' || c == u';';
}

bool isHexDigit(QChar c)
{
    return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f') || (c >= u'A' && c <= u'F');
}

bool fail(TemplateError *error, int column, int length, const QString &what)
{
    if (error)
        *error = {column, length, what};
    return false;
}

bool isHex(const QString &text)
{
    return std::all_of(text.begin(), text.end(), isHexDigit);
}

QByteArray jsonOf(const QCborValue &value)
{
    if (value.isByteArray())
        return '"' + value.toByteArray().toHex() + '"';
    if (value.isInteger())
        return QByteArray::number(value.toInteger());
    if (const auto big = bigIntegerOf(value))
        return bigIntegerDigits(big->negative, big->magnitude).toLatin1();
    const QByteArray list = QJsonDocument(QJsonArray{value.toJsonValue()}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

QString textOf(const QCborValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isDouble())
        return doubleText(value.toDouble());
    return QString::fromUtf8(jsonOf(value));
}

/// A value as it stands in the text; nothing where hexadecimal digits cannot say it.
std::optional<QByteArray> written(const QCborValue &value, TemplateSyntax syntax, bool inString)
{
    if (syntax == TemplateSyntax::Json) {
        if (!inString)
            return jsonOf(value);
        const QByteArray quoted = jsonOf(QCborValue(textOf(value)));
        return quoted.sliced(1, quoted.size() - 2);
    }
    if (syntax != TemplateSyntax::Hex)
        return value.isByteArray() ? value.toByteArray() : textOf(value).toUtf8();
    if (value.isByteArray())
        return value.toByteArray().toHex();
    if (value.isString() && isHex(value.toString()))
        return value.toString().toLatin1();
    if (!value.isInteger() || value.toInteger() < 0)
        return std::nullopt;
    const QByteArray digits = QByteArray::number(static_cast<quint64>(value.toInteger()), 16);
    return (digits.size() % 2 ? "0" : "") + digits;
}

} // namespace

QString TemplateError::toString() const
{
    return u"column %1: %2"_s.arg(column + 1).arg(what);
}

/// Literal bytes and expressions in turn.
class Template::Program
{
public:
    struct Part
    {
        QByteArray literal;
        Expression expression;
        int column = 0;
        bool inString = false; ///< of JSON
    };

    bool addLiteral(QStringView text, int column, TemplateSyntax syntax, TemplateError *error)
    {
        Part part;
        part.column = column;
        if (syntax == TemplateSyntax::Hex) {
            for (qsizetype i = 0; i < text.size(); ++i) {
                if (isHexDigit(text[i]))
                    part.literal += static_cast<char>(text[i].unicode());
                else if (!isHexSeparator(text[i]))
                    return fail(error, column + static_cast<int>(i), 1, u"expected a hexadecimal digit"_s);
            }
        } else if (syntax == TemplateSyntax::Text) {
            const auto bytes = unescaped(text, column, error);
            if (!bytes)
                return false;
            part.literal = *bytes;
        } else {
            part.literal = text.toUtf8();
        }
        if (syntax == TemplateSyntax::Json)
            followStrings(text);
        if (!part.literal.isEmpty())
            parts.push_back(std::move(part));
        return true;
    }
    void addExpression(Expression expression, int column)
    {
        parts.push_back({QByteArray(), std::move(expression), column, m_inString});
    }

    std::vector<Part> parts;

private:
    void followStrings(QStringView text)
    {
        for (const QChar c : text) {
            if (std::exchange(m_escaped, false))
                continue;
            if (c == u'"')
                m_inString = !m_inString;
            m_escaped = m_inString && c == u'\\';
        }
    }
    bool m_inString = false;
    bool m_escaped = false;
};

std::optional<Template> Template::parse(const QString &text, TemplateSyntax syntax, TemplateError *error)
{
    if (text.size() > maximumLength) {
        fail(error, static_cast<int>(maximumLength), 0, u"the text is longer than %1 characters"_s.arg(maximumLength));
        return std::nullopt;
    }
    auto program = std::make_shared<Program>();
    int operations = 0;
    qsizetype start = 0;
    qsizetype from = 0;
    while (true) {
        const qsizetype found = text.indexOf(u"{{"_s, from);
        // In a text with escapes, \{{ is no beginning either.
        qsizetype slashes = 0;
        while (syntax == TemplateSyntax::Text && found > start + slashes && text[found - 1 - slashes] == u'\\')
            ++slashes;
        if (found >= 0 && slashes % 2 == 1) {
            from = found + 1;
            continue;
        }
        const bool isDoubled = found >= 0 && QStringView(text).sliced(found).startsWith(u"{{{{"_s);
        const qsizetype end = found < 0 ? text.size() : isDoubled ? found + 2 : found;
        const QStringView literal = QStringView(text).sliced(start, end - start);
        if (!program->addLiteral(literal, static_cast<int>(start), syntax, error))
            return std::nullopt;
        if (found < 0)
            break;
        if (isDoubled) {
            start = from = found + 4;
            continue;
        }
        ExpressionParser parser(text, found + 2);
        auto expression = parser.parse();
        if (!expression) {
            if (error)
                *error = parser.error();
            return std::nullopt;
        }
        operations += static_cast<int>(expression->size());
        if (operations > maximumOperations) {
            fail(error, static_cast<int>(found), 2, u"more than %1 operations"_s.arg(maximumOperations));
            return std::nullopt;
        }
        program->addExpression(std::move(*expression), static_cast<int>(found));
        start = from = parser.position();
    }
    Template result;
    result.m_text = text;
    result.m_syntax = syntax;
    result.m_program = std::move(program);
    return result;
}

bool Template::isConstant() const
{
    return !m_program || std::all_of(m_program->parts.begin(), m_program->parts.end(),
                                     [](const Program::Part &part) { return SockScope::isConstant(part.expression); });
}

std::optional<QByteArray> Template::expand(ComposeContext &context, TemplateError *error) const
{
    QByteArray out;
    if (!m_program)
        return out;
    for (const Program::Part &part : m_program->parts) {
        out += part.literal;
        if (!part.expression.empty()) {
            const auto value = evaluate(part.expression, context, error);
            if (!value)
                return std::nullopt;
            const auto bytes = written(*value, m_syntax, part.inString);
            if (!bytes) {
                fail(error, part.column, 2, u"the value has no hexadecimal digits: use hex VALUE DIGITS"_s);
                return std::nullopt;
            }
            out += *bytes;
        }
        if (out.size() > maximumBytes) {
            fail(error, part.column, 0, u"the message becomes longer than %1 bytes"_s.arg(maximumBytes));
            return std::nullopt;
        }
    }
    if (m_syntax != TemplateSyntax::Hex)
        return out;
    if (out.size() % 2 != 0) {
        fail(error, static_cast<int>(m_text.size()), 0,
             u"there is an odd number of hexadecimal digits: expected one more"_s);
        return std::nullopt;
    }
    return QByteArray::fromHex(out);
}

std::optional<QCborValue> Template::value(ComposeContext &context, TemplateError *error) const
{
    if (m_program && m_program->parts.size() == 1 && !m_program->parts.front().expression.empty())
        return evaluate(m_program->parts.front().expression, context, error);
    const auto bytes = expand(context, error);
    if (!bytes)
        return std::nullopt;
    return m_syntax == TemplateSyntax::Hex ? QCborValue(*bytes) : QCborValue(utf8ToString(*bytes));
}

} // namespace SockScope
