#include <utility>

#include "core/codec/codectext.h"
#include "core/compose/expression_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = Operation::Kind;

bool isWordStart(QChar c)
{
    return c.isLetter() || c == u'_';
}

bool isWordPart(QChar c)
{
    return c.isLetterOrNumber() || c == u'_';
}

} // namespace

bool ExpressionParser::failAt(int column, int length, const QString &what)
{
    if (!std::exchange(m_failed, true))
        m_error = {column, length, what};
    return false;
}

bool ExpressionParser::fail(const QString &what)
{
    if (m_token.kind == Token::Kind::Wrong)
        return failAt(m_token.column, m_token.length, m_token.text);
    return failAt(m_token.column, m_token.length, what);
}

Operation ExpressionParser::make(Operation::Kind kind) const
{
    Operation operation;
    operation.kind = kind;
    operation.column = m_token.column;
    operation.length = m_token.length;
    return operation;
}

bool ExpressionParser::add(Operation operation)
{
    if (m_operations.size() >= size_t(Template::maximumOperations))
        return fail(u"the expression is too long: at most %1 operations"_s.arg(Template::maximumOperations));
    m_operations.push_back(std::move(operation));
    return true;
}

void ExpressionParser::next()
{
    while (m_position < m_text.size() && m_text[m_position].isSpace())
        ++m_position;
    m_token = {};
    m_token.column = static_cast<int>(m_position);
    if (m_position >= m_text.size())
        return;
    const QChar c = m_text[m_position];
    const qsizetype start = m_position;
    if (m_text.sliced(m_position).startsWith(u"}}"_s)) {
        m_token.kind = Token::Kind::Close;
        m_position += 2;
    } else if (isWordStart(c)) {
        while (m_position < m_text.size() && isWordPart(m_text[m_position]))
            ++m_position;
        m_token.kind = Token::Kind::Word;
        m_token.text = m_text.sliced(start, m_position - start).toString();
    } else if (c >= u'0' && c <= u'9') {
        readNumber();
    } else if (c == u'"' || c == u'\'') {
        readText(c);
    } else if (u"+-*/%().[]"_s.contains(c)) {
        m_token.kind = Token::Kind::Sign;
        m_token.text = c;
        ++m_position;
    } else {
        m_token.kind = Token::Kind::Wrong;
        m_token.text = u"%1 has no meaning here: a text stands in '...'"_s.arg(quotedText(QString(c), 4));
        ++m_position;
    }
    m_token.length = static_cast<int>(m_position - start);
}

void ExpressionParser::readNumber()
{
    const qsizetype start = m_position;
    const auto digit = [&](qsizetype at) { return at < m_text.size() && m_text[at] >= u'0' && m_text[at] <= u'9'; };
    bool isReal = false;
    const bool isHex = m_text.sliced(start).startsWith(u"0x"_s, Qt::CaseInsensitive);
    while (m_position < m_text.size()) {
        const QChar c = m_text[m_position];
        const bool isExponent = !isHex && (c == u'e' || c == u'E');
        if (isExponent && m_position + 1 < m_text.size() &&
            (m_text[m_position + 1] == u'-' || m_text[m_position + 1] == u'+'))
            ++m_position;
        if (c == u'.' && (!digit(m_position + 1) || isReal))
            break;
        if (!isWordPart(c) && c != u'.')
            break;
        isReal = isReal || c == u'.' || isExponent;
        ++m_position;
    }
    const QStringView text = m_text.sliced(start, m_position - start);
    bool ok = false;
    m_token.kind = Token::Kind::Number;
    if (isReal)
        m_token.value = QCborValue(text.toDouble(&ok));
    else
        m_token.value = QCborValue(isHex ? text.sliced(2).toLongLong(&ok, 16) : text.toLongLong(&ok, 10));
    if (!ok) {
        m_token.kind = Token::Kind::Wrong;
        m_token.text = u"%1 is no number of 64 bits"_s.arg(quotedText(text, 40));
    }
}

void ExpressionParser::readText(QChar quote)
{
    m_token.kind = Token::Kind::Text;
    for (++m_position; m_position < m_text.size(); ++m_position) {
        QChar c = m_text[m_position];
        if (c == quote) {
            ++m_position;
            m_token.value = QCborValue(m_token.text);
            return;
        }
        if (c == u'\\' && m_position + 1 < m_text.size()) {
            c = m_text[++m_position];
            c = c == u'n' ? u'\n' : c == u't' ? u'\t' : c == u'r' ? u'\r' : c.unicode();
        }
        m_token.text += c;
    }
    m_token.kind = Token::Kind::Wrong;
    m_token.text = u"the text has no end: expected %1"_s.arg(quote);
}

std::optional<Expression> ExpressionParser::parse()
{
    const int opening = static_cast<int>(m_position) - 2;
    next();
    if (m_token.kind == Token::Kind::Close) {
        failAt(m_token.column, 0, u"expected a word such as counter, time or random between {{ and }}"_s);
        return std::nullopt;
    }
    if (!sum(0))
        return std::nullopt;
    if (m_token.kind == Token::Kind::End) {
        failAt(opening, 2, u"nothing closes this {{: expected }}, or {{{{ for {{ itself"_s);
        return std::nullopt;
    }
    if (m_token.kind != Token::Kind::Close) {
        fail(u"expected an operator or }}"_s);
        return std::nullopt;
    }
    return std::move(m_operations);
}

bool ExpressionParser::sum(int depth)
{
    if (depth > Template::maximumDepth)
        return fail(u"nested deeper than %1"_s.arg(Template::maximumDepth));
    if (!product(depth))
        return false;
    while (m_token.isSign(u'+') || m_token.isSign(u'-')) {
        Operation operation = make(m_token.isSign(u'+') ? Kind::Add : Kind::Subtract);
        next();
        if (!product(depth) || !add(std::move(operation)))
            return false;
    }
    return true;
}

bool ExpressionParser::product(int depth)
{
    if (!factor(depth))
        return false;
    while (m_token.isSign(u'*') || m_token.isSign(u'/') || m_token.isSign(u'%')) {
        Operation operation = make(m_token.isSign(u'*')   ? Kind::Multiply
                                   : m_token.isSign(u'/') ? Kind::Divide
                                                          : Kind::Remainder);
        next();
        if (!factor(depth) || !add(std::move(operation)))
            return false;
    }
    return true;
}

bool ExpressionParser::factor(int depth)
{
    if (!m_token.isSign(u'-'))
        return operand(depth);
    if (depth > Template::maximumDepth)
        return fail(u"nested deeper than %1"_s.arg(Template::maximumDepth));
    Operation operation = make(Kind::Negate);
    next();
    return factor(depth + 1) && add(std::move(operation));
}

bool ExpressionParser::startsOperand() const
{
    return m_token.kind == Token::Kind::Word || m_token.kind == Token::Kind::Number ||
           m_token.kind == Token::Kind::Text || m_token.isSign(u'(') || m_token.kind == Token::Kind::Wrong;
}

bool ExpressionParser::operand(int depth)
{
    if (m_token.kind == Token::Kind::Number || m_token.kind == Token::Kind::Text) {
        Operation operation = make(Kind::Push);
        operation.value = m_token.value;
        next();
        return add(std::move(operation));
    }
    if (m_token.isSign(u'(')) {
        next();
        if (!sum(depth + 1))
            return false;
        if (!m_token.isSign(u')'))
            return fail(u"expected )"_s);
        next();
        return true;
    }
    if (m_token.kind == Token::Kind::Word)
        return word(depth);
    return fail(u"expected a value: a number, a 'text', a word such as counter, or ("_s);
}

bool ExpressionParser::word(int depth)
{
    const QString name = m_token.text;
    const Operation operation = make(Kind::Push);
    const auto as = [&](Kind kind) {
        Operation made = operation;
        made.kind = kind;
        return made;
    };
    next();
    if (name == "counter"_L1)
        return add(as(Kind::Counter));
    if (name == "uuid"_L1)
        return add(as(Kind::Uuid));
    if (name == "time"_L1)
        return time(as(Kind::Time));
    if (name == "random"_L1) {
        const bool hasLimits = startsOperand() || m_token.isSign(u'-');
        return hasLimits ? arguments(as(Kind::Random), 2, depth) : add(as(Kind::Random));
    }
    if (name == "hex"_L1)
        return arguments(as(Kind::Hex), 2, depth);
    if (name == "request"_L1)
        return request(as(Kind::Request));
    Operation made = as(name == "peer"_L1 ? Kind::Peer : Kind::Variable);
    made.text = made.kind == Kind::Variable ? name : QString();
    if (made.kind == Kind::Variable)
        return path(made) && add(std::move(made));
    if (!m_token.isSign(u'.'))
        return add(std::move(made));
    next();
    if (m_token.text != "address"_L1 && m_token.text != "port"_L1)
        return fail(u"expected address or port"_s);
    made.text = m_token.text;
    next();
    return add(std::move(made));
}

bool ExpressionParser::arguments(Operation operation, int count, int depth)
{
    operation.count = count;
    if (depth > Template::maximumDepth)
        return fail(u"nested deeper than %1"_s.arg(Template::maximumDepth));
    for (int i = 0; i < count; ++i) {
        if (!startsOperand() && !m_token.isSign(u'-')) {
            return fail(operation.kind == Kind::Random
                            ? u"expected two limits, as in random 1 6"_s
                            : u"expected a number and how many digits, as in hex counter 4"_s);
        }
        if (!factor(depth + 1))
            return false;
    }
    return add(std::move(operation));
}

bool ExpressionParser::time(Operation operation)
{
    operation.text = u"iso"_s;
    if (m_token.kind == Token::Kind::Text) {
        operation.text = u'"' + m_token.text;
        next();
    } else if (m_token.kind == Token::Kind::Word) {
        static const QStringList formats{u"iso"_s, u"s"_s, u"ms"_s, u"us"_s, u"ns"_s};
        if (!formats.contains(m_token.text))
            return fail(u"expected one of iso, s, ms, us, ns, or a format such as 'hh:mm:ss'"_s);
        operation.text = m_token.text;
        next();
    }
    return add(std::move(operation));
}

bool ExpressionParser::request(Operation operation)
{
    const QString remedy = u"expected .data, .type, .peer or .size behind request"_s;
    if (!m_token.isSign(u'.'))
        return fail(remedy);
    next();
    static const QStringList parts{u"data"_s, u"type"_s, u"peer"_s, u"size"_s};
    if (m_token.kind != Token::Kind::Word || !parts.contains(m_token.text))
        return fail(remedy);
    operation.text = m_token.text;
    next();
    if (operation.text == "data"_L1 && !path(operation))
        return false;
    return add(std::move(operation));
}

bool ExpressionParser::path(Operation &operation)
{
    while (m_token.isSign(u'.') || m_token.isSign(u'[')) {
        if (operation.path.size() >= size_t(Template::maximumDepth))
            return fail(u"the path is longer than %1 steps"_s.arg(Template::maximumDepth));
        const bool isIndex = m_token.isSign(u'[');
        next();
        ValueStep step;
        step.isIndex = isIndex;
        if (isIndex) {
            if (m_token.kind != Token::Kind::Number || !m_token.value.isInteger())
                return fail(u"expected the number of an element"_s);
            step.index = m_token.value.toInteger();
            next();
            if (!m_token.isSign(u']'))
                return fail(u"expected ]"_s);
        } else {
            if (m_token.kind != Token::Kind::Word && m_token.kind != Token::Kind::Text)
                return fail(u"expected the name of a field"_s);
            step.key = m_token.text;
        }
        operation.length = m_token.column + m_token.length - operation.column;
        next();
        operation.path.push_back(step);
    }
    return true;
}

} // namespace SockScope
