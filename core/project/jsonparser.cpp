// The half of jsontext.h that reads.
#include <QSet>

#include <algorithm>
#include <cctype>

#include "core/project/jsontext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Code = ProjectError::Code;

class Parser
{
public:
    Parser(const QByteArray &text, const JsonLimits &limits, ProjectError *error)
        : m_text(text)
        , m_limits(limits)
        , m_error(error)
    {
    }

    std::optional<JsonNode> parse()
    {
        if (m_text.startsWith("\xef\xbb\xbf")) // some editors put a byte order mark there
            m_at = 3;
        JsonNode node;
        skipBlanks();
        if (atEnd()) {
            fail(u"the file is empty"_s, u"expected { and a project"_s);
            return std::nullopt;
        }
        if (!readValue(&node, 0))
            return std::nullopt;
        skipBlanks();
        if (!atEnd()) {
            fail(u"%1 stands behind the end"_s.arg(here()), u"remove it"_s);
            return std::nullopt;
        }
        return node;
    }

private:
    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text.at(m_at); }
    QString here() const
    {
        if (atEnd())
            return u"the end of the file"_s;
        qsizetype length = 1; // a character of UTF-8 is shown whole
        while (m_at + length < m_text.size() && (quint8(m_text.at(m_at + length)) & 0xc0) == 0x80)
            ++length;
        return u"\"%1\""_s.arg(QString::fromUtf8(m_text.mid(m_at, length)));
    }
    bool fail(const QString &what, const QString &remedy, Code code = Code::Damaged)
    {
        if (m_error) {
            *m_error = {code, {}, 0, 0, what, remedy};
            locate(m_text, m_at, m_error);
        }
        return false;
    }
    bool expected(const QString &what)
    {
        const QString truncated = atEnd() ? u"the file is cut off here, or edit it"_s : QString();
        return fail(u"expected %1, but found %2"_s.arg(what, here()), truncated);
    }
    void skipBlanks()
    {
        while (!atEnd() && (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t'))
            ++m_at;
    }

    bool readValue(JsonNode *node, int depth)
    {
        if (++m_values > m_limits.values)
            return fail(u"there are more than %1 values"_s.arg(m_limits.values), u"split the project"_s,
                        Code::LimitReached);
        if (depth > m_limits.depth)
            return fail(u"values are nested deeper than %1"_s.arg(m_limits.depth), u"flatten them"_s,
                        Code::LimitReached);
        switch (peek()) {
        case '{':
            return readObject(node, depth);
        case '[':
            return readArray(node, depth);
        case '"': {
            const qint64 start = m_at;
            QByteArray literal;
            if (!readText(&literal))
                return false;
            *node = JsonNode::ofLiteral(JsonNode::Kind::Text, literal, start);
            return true;
        }
        case 't':
            return readWord("true", JsonNode::Kind::Bool, node);
        case 'f':
            return readWord("false", JsonNode::Kind::Bool, node);
        case 'n':
            return readWord("null", JsonNode::Kind::Null, node);
        default:
            return readNumber(node);
        }
    }

    bool readWord(QByteArrayView word, JsonNode::Kind kind, JsonNode *node)
    {
        if (QByteArrayView(m_text).sliced(m_at).first(std::min(word.size(), m_text.size() - m_at)) != word)
            return expected(u"a value"_s);
        *node = JsonNode::ofLiteral(kind, word.toByteArray(), m_at);
        m_at += word.size();
        return true;
    }

    qsizetype skipDigits()
    {
        const qsizetype start = m_at;
        while (!atEnd() && peek() >= '0' && peek() <= '9')
            ++m_at;
        return m_at - start;
    }

    bool readNumber(JsonNode *node)
    {
        const qsizetype start = m_at;
        if (peek() == '-')
            ++m_at;
        const bool zero = peek() == '0';
        const qsizetype digits = skipDigits();
        if (digits == 0)
            return expected(m_at == start ? u"a value"_s : u"a digit"_s);
        if (zero && digits > 1) {
            m_at = start;
            return fail(u"a number begins with 0"_s, u"remove the zero"_s);
        }
        if (peek() == '.') {
            ++m_at;
            if (skipDigits() == 0)
                return expected(u"a digit behind the point"_s);
        }
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (peek() == '+' || peek() == '-')
                ++m_at;
            if (skipDigits() == 0)
                return expected(u"a digit of the exponent"_s);
        }
        *node = JsonNode::ofLiteral(JsonNode::Kind::Number, m_text.mid(start, m_at - start), start);
        return true;
    }

    bool readText(QByteArray *literal)
    {
        const qsizetype start = ++m_at;
        while (!atEnd() && peek() != '"') {
            if (quint8(peek()) < 0x20)
                return fail(u"a text goes on behind the end of its line"_s, u"close it with \", or write \\n"_s);
            if (peek() == '\\') {
                ++m_at;
                if (atEnd())
                    break;
                const char escape = peek();
                if (escape == 'u') {
                    for (int digit = 0; digit < 4; ++digit) {
                        ++m_at;
                        if (!std::isxdigit(static_cast<unsigned char>(peek())))
                            return expected(u"four hexadecimal digits behind \\u"_s);
                    }
                } else if (!QByteArrayView("\"\\/bfnrt").contains(escape)) {
                    return fail(u"\\%1 is no escape"_s.arg(here()),
                                u"there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"_s);
                }
            }
            ++m_at;
        }
        if (atEnd())
            return expected(u"\" at the end of a text"_s);
        *literal = m_text.mid(start, m_at - start);
        ++m_at;
        return true;
    }

    bool readArray(JsonNode *node, int depth)
    {
        *node = JsonNode::ofLiteral(JsonNode::Kind::Array, {}, m_at);
        ++m_at;
        skipBlanks();
        if (take(']'))
            return true;
        while (true) {
            JsonNode item;
            if (!readValue(&item, depth + 1))
                return false;
            node->append(std::move(item));
            skipBlanks();
            if (take(']'))
                return true;
            if (!take(','))
                return expected(u", or ]"_s);
            skipBlanks();
        }
    }

    bool readObject(JsonNode *node, int depth)
    {
        *node = JsonNode::ofLiteral(JsonNode::Kind::Object, {}, m_at);
        ++m_at;
        skipBlanks();
        if (take('}'))
            return true;
        QSet<QString> keys;
        while (true) {
            const qsizetype start = m_at;
            if (peek() != '"')
                return expected(u"a key in quotes"_s);
            JsonMember member;
            if (!readText(&member.literal))
                return false;
            member.key = JsonNode::ofLiteral(JsonNode::Kind::Text, member.literal, -1).text();
            if (keys.contains(member.key)) {
                m_at = start;
                return fail(u"the key \"%1\" stands here a second time"_s.arg(member.key.left(80)),
                            u"remove one of the two"_s);
            }
            keys.insert(member.key);
            skipBlanks();
            if (!take(':'))
                return expected(u": behind a key"_s);
            skipBlanks();
            if (!readValue(&member.value, depth + 1))
                return false;
            node->append(std::move(member));
            skipBlanks();
            if (take('}'))
                return true;
            if (!take(','))
                return expected(u", or }"_s);
            skipBlanks();
        }
    }

    bool take(char c)
    {
        if (peek() != c || atEnd())
            return false;
        ++m_at;
        return true;
    }

    const QByteArray &m_text;
    const JsonLimits &m_limits;
    ProjectError *m_error;
    qsizetype m_at = 0;
    int m_values = 0;
};

qint64 firstInvalidUtf8(const QByteArray &text)
{
    // Halving finds the longest valid beginning; a cut inside a character is up to three bytes off, which is looked at.
    qsizetype good = 0;
    qsizetype bad = text.size();
    const auto valid = [&text](qsizetype length) {
        for (qsizetype more = 0; more < 4 && length + more <= text.size(); ++more)
            if (QByteArrayView(text).first(length + more).isValidUtf8())
                return true;
        return false;
    };
    while (good + 1 < bad) {
        const qsizetype middle = (good + bad) / 2;
        (valid(middle) ? good : bad) = middle;
    }
    return good;
}

} // namespace

void locate(const QByteArray &text, qint64 offset, ProjectError *error)
{
    if (offset < 0)
        return;
    const QByteArrayView before = QByteArrayView(text).first(std::min<qsizetype>(offset, text.size()));
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    error->line = 1 + static_cast<int>(before.count('\n'));
    error->column = 1;
    for (const char c : before.sliced(lineStart))
        if ((quint8(c) & 0xc0) != 0x80)
            ++error->column;
}

std::optional<JsonNode> parseJsonText(const QByteArray &text, ProjectError *error, const JsonLimits &limits)
{
    ProjectError reason;
    if (text.size() > limits.bytes) {
        reason = {Code::LimitReached, {}, 0, 0, u"it has %1 bytes, more than %2"_s.arg(text.size()).arg(limits.bytes),
                  u"split it"_s};
    } else if (!QByteArrayView(text).isValidUtf8()) {
        reason = {Code::Damaged, {}, 0, 0, u"here is a byte that is not UTF-8 text"_s, u"save it as UTF-8"_s};
        locate(text, firstInvalidUtf8(text), &reason);
    } else {
        return Parser(text, limits, error).parse();
    }
    if (error)
        *error = reason;
    return std::nullopt;
}

} // namespace SockScope
