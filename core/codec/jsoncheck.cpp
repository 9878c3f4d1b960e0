#include "core/codec/jsoncheck.h"

#include <cstring>

#include "core/codec/bytewords.h"
#include "core/codec/payloadcheck.h"

namespace SockScope {

namespace {

bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool isHexDigit(char byte)
{
    const char lower = static_cast<char>(byte | 0x20);
    return isDigit(byte) || (lower >= 'a' && lower <= 'f');
}

/// The first quote, backslash or control character.
const char *endOfPlain(const char *at, const char *end)
{
    using namespace ByteWords;
    for (; end - at >= 8; at += 8) {
        const quint64 word = load(at);
        // A byte that is found wrongly stands behind one that is found rightly, and has its high bit set or is "!".
        const quint64 found = equal(word, '"') | equal(word, '\\') | below(word, 0x20);
        if (found)
            return at + firstOf(found);
    }
    while (at < end && *at != '"' && *at != '\\' && static_cast<quint8>(*at) >= 0x20)
        ++at;
    return at;
}

} // namespace

JsonCheck::JsonCheck(QByteArrayView payload, int maximumDepth)
    : m_begin(payload.begin())
    , m_end(payload.end())
    , m_at(payload.begin())
    , m_maximumDepth(qMin(maximumDepth, quickMaximumDepth))
{
}

void JsonCheck::skipBlanks()
{
    while (m_at < m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\r' || *m_at == '\t'))
        ++m_at;
}

bool JsonCheck::take(char byte)
{
    if (m_at == m_end || *m_at != byte)
        return false;
    ++m_at;
    return true;
}

bool JsonCheck::text()
{
    const char *at = m_at + 1;
    for (;;) {
        at = endOfPlain(at, m_end);
        if (at == m_end || static_cast<quint8>(*at) < 0x20)
            return false;
        if (*at == '"') {
            m_at = at + 1;
            return true;
        }
        if (m_end - at < 6) // not even \u0000
            return false;
        ++at;
        if (*at == 'u') {
            if (!isHexDigit(at[1]) || !isHexDigit(at[2]) || !isHexDigit(at[3]) || !isHexDigit(at[4]))
                return false;
            at += 5;
        } else if (std::strchr("\"\\/bfnrt", *at) && *at) {
            ++at;
        } else {
            return false;
        }
    }
}

bool JsonCheck::number()
{
    constexpr qsizetype mostDigits = 200; // a double holds a number of 308
    const char *at = m_at;
    const auto digits = [&at, this] {
        const char *start = at;
        while (at < m_end && isDigit(*at))
            ++at;
        return at - start;
    };
    if (*at == '-')
        ++at;
    const bool isZero = at < m_end && *at == '0';
    const qsizetype whole = digits();
    if (whole == 0 || whole > mostDigits || (isZero && whole > 1))
        return false;
    if (at < m_end && *at == '.') {
        ++at;
        if (const qsizetype fraction = digits(); fraction == 0 || fraction > mostDigits)
            return false;
    }
    if (at < m_end && (*at | 0x20) == 'e') {
        ++at;
        if (at < m_end && (*at == '+' || *at == '-'))
            ++at;
        if (const qsizetype exponent = digits(); exponent == 0 || exponent > 2)
            return false;
    }
    m_at = at;
    return true;
}

bool JsonCheck::word(QByteArrayView word)
{
    if (m_end - m_at < word.size() || std::memcmp(m_at, word.data(), static_cast<size_t>(word.size())) != 0)
        return false;
    m_at += word.size();
    return true;
}

bool JsonCheck::leaf()
{
    if (m_at == m_end)
        return false;
    switch (*m_at) {
    case '"':
        return text();
    case 't':
        return word("true");
    case 'f':
        return word("false");
    case 'n':
        return word("null");
    default:
        return (isDigit(*m_at) || *m_at == '-') && number();
    }
}

/// One whole value; when it does not pass, at() and depth() say where.
bool JsonCheck::value()
{
    const int base = m_depth;
    for (;;) {
        bool ended = true;
        bool isMap = m_at < m_end && *m_at == '{';
        if (isMap || (m_at < m_end && *m_at == '[')) {
            if (m_depth >= m_maximumDepth)
                return false;
            ++m_at;
            m_maps[static_cast<size_t>(++m_depth)] = isMap;
            skipBlanks();
            m_expected = Expected::First;
            ended = take(isMap ? '}' : ']');
            if (ended)
                --m_depth;
        } else {
            m_token = m_at;
            if (!leaf())
                return false;
            m_tokenEnd = m_at;
        }
        while (ended) {
            m_expected = Expected::EndOfValue;
            if (m_depth == base)
                return true;
            skipBlanks();
            isMap = m_maps[static_cast<size_t>(m_depth)];
            if (take(',')) {
                skipBlanks();
                m_expected = Expected::Value;
                ended = false;
            } else if (take(isMap ? '}' : ']')) {
                --m_depth;
            } else {
                return false;
            }
        }
        if (isMap) {
            m_expected = m_expected == Expected::First ? Expected::First : Expected::Key;
            m_token = m_at;
            if (m_at == m_end || *m_at != '"' || !text())
                return false;
            m_expected = Expected::Colon;
            skipBlanks();
            if (!take(':'))
                return false;
            skipBlanks();
            m_expected = Expected::Value;
        }
    }
}

QByteArray JsonCheck::context() const
{
    QByteArray context;
    for (int level = 1; level < m_depth; ++level)
        context += m_maps[static_cast<size_t>(level)] ? "{\"\":" : "[";
    const bool isMap = m_depth > 0 && m_maps[static_cast<size_t>(m_depth)];
    switch (m_expected) {
    case Expected::First:
        return context + (isMap ? "{" : "[");
    case Expected::Value:
        return context + (isMap ? "{\"\":" : "[0,");
    case Expected::Key:
    case Expected::Colon:
        return context + "{\"\":0,";
    case Expected::EndOfValue:
        break;
    }
    return context + (isMap ? "{\"\":[]" : "[[]");
}

bool JsonCheck::passes()
{
    if (passesAll())
        return true;
    // What follows a word or a number may belong to it, and none of them may end a payload.
    if (m_expected == Expected::EndOfValue && m_at == m_tokenEnd) {
        m_at = m_token;
        m_expected = Expected::Value;
    } else if (m_expected == Expected::Colon) {
        m_at = m_token;
    }
    return false;
}

bool JsonCheck::passesAll()
{
    const auto element = [this](QByteArrayView &view) {
        skipBlanks();
        const char *start = m_at;
        if (!value())
            return false;
        view = {start, m_at - start};
        skipBlanks();
        return true;
    };
    skipBlanks();
    if (m_maximumDepth < 1 || !take('['))
        return false;
    m_depth = 1;
    m_maps[1] = false;
    if (!element(m_type) || !take(','))
        return false;
    m_expected = Expected::Value;
    if (!element(m_data) || !take(']'))
        return false;
    m_depth = 0;
    skipBlanks();
    return m_at == m_end;
}

} // namespace SockScope
