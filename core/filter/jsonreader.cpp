#include "core/filter/jsonreader_p.h"

#include <array>
#include <cstring>

#include "core/codec/codectext.h"

namespace SockScope {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isHexDigit(char c)
{
    const char lower = static_cast<char>(c | 0x20);
    return isDigit(c) || (lower >= 'a' && lower <= 'f');
}

} // namespace

bool JsonReader::readText(Item &item)
{
    item.kind = ItemKind::Text;
    item.offset = m_at - m_begin;
    item.contentOffset = item.offset + 1;
    const char *p = m_at + 1;
    const char *content = p;
    quint8 all = 0;
    while (p < m_end && *p != '"') {
        all |= static_cast<quint8>(*p);
        if (*p++ != '\\')
            continue;
        if (p < m_end && *p == 'u') {
            ++p;
            for (int digit = 0; digit < 4 && p < m_end; ++digit, ++p) {
                if (!isHexDigit(*p))
                    return false;
            }
        } else if (p < m_end) {
            if (static_cast<quint8>(*p) >= 0x80)
                return false;
            ++p;
        }
    }
    const bool cut = p >= m_end;
    QByteArrayView text(content, qMin(p, m_end) - content);
    item.contentLength = text.size();
    item.length = text.size() + (cut ? 1 : 2);
    if (all >= 0x80) {
        if (cut)
            text = withoutIncompleteUtf8(text);
        if (firstInvalidUtf8(text) >= 0)
            return false;
    }
    item.partial = cut;
    m_at = cut ? m_end : p + 1;
    return !cut;
}

bool JsonReader::readNumberExactly(Item &item, bool isInteger)
{
    const QByteArrayView digits(m_begin + item.offset, item.length);
    bool ok = false;
    if (isInteger) {
        item.kind = ItemKind::Integer;
        item.integer = digits.toLongLong(&ok);
    }
    if (!ok) {
        item.kind = ItemKind::Double;
        item.number = digits.toDouble(&ok);
    }
    return ok;
}

bool JsonReader::readNumber(Item &item)
{
    static constexpr std::array<double, 16> powers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    constexpr qsizetype exact = 15; // digits that a double holds without rounding
    const char *p = m_at;
    qint64 digits = 0; // all of them, as far as they fit
    const auto readDigits = [&] {
        const char *start = p;
        while (p < m_end && isDigit(*p)) {
            if (p - m_at < 18)
                digits = digits * 10 + (*p - '0');
            ++p;
        }
        return p - start;
    };
    const bool negative = *p == '-';
    if (negative)
        ++p;
    const char *first = p;
    qsizetype whole = 1;
    if (p < m_end && *p == '0')
        ++p;
    else
        whole = readDigits();
    bool plain = whole > 0;
    bool isInteger = true;
    qsizetype fraction = 0;
    if (p < m_end && *p == '.') {
        isInteger = false;
        ++p;
        fraction = readDigits();
        plain = plain && fraction > 0;
    }
    if (p < m_end && (*p | 0x20) == 'e') {
        isInteger = plain = false;
        ++p;
        if (p < m_end && (*p == '-' || *p == '+'))
            ++p;
        while (p < m_end && isDigit(*p))
            ++p;
    }
    item.offset = item.contentOffset = m_at - m_begin;
    item.length = item.contentLength = p - m_at;
    m_at = p;
    if (!plain || p - first > exact + 1)
        return readNumberExactly(item, isInteger);
    if (isInteger) {
        item.kind = ItemKind::Integer;
        item.integer = negative ? -digits : digits;
    } else {
        item.kind = ItemKind::Double;
        const double number = static_cast<double>(digits) / powers[static_cast<size_t>(fraction)];
        item.number = negative ? -number : number;
    }
    return true;
}

bool JsonReader::readWord(Item &item)
{
    const auto is = [this](QByteArrayView word) {
        return m_end - m_at >= word.size() && std::memcmp(m_at, word.data(), static_cast<size_t>(word.size())) == 0;
    };
    item.offset = m_at - m_begin;
    item.kind = ItemKind::Boolean;
    if (is("true")) {
        item.boolean = true;
        item.length = 4;
    } else if (is("false")) {
        item.boolean = false;
        item.length = 5;
    } else if (is("null")) {
        item.kind = ItemKind::Null;
        item.length = 4;
    } else {
        return false;
    }
    m_at += item.length;
    return true;
}

bool JsonReader::readLeaf(Item &item)
{
    if (atEnd())
        return false;
    if (*m_at == '"')
        return readText(item);
    if (isDigit(*m_at) || *m_at == '-' || *m_at == '.')
        return readNumber(item);
    return readWord(item);
}

bool JsonReader::readValue(Item &item)
{
    if (!isAt('{') && !isAt('['))
        return readLeaf(item);
    item.kind = *m_at == '{' ? ItemKind::Map : ItemKind::Array;
    item.offset = m_at - m_begin;
    item.length = 1;
    return m_depth < maximumDepth;
}

bool JsonReader::readKey(Item &key)
{
    if (!isAt('"') || !readText(key))
        return false;
    skipBlanks();
    if (!take(':'))
        return false;
    skipBlanks();
    return true;
}

bool JsonReader::skipValue()
{
    std::array<bool, static_cast<size_t>(maximumDepth) + 1> maps; // of each container opened here: whether it is one
    const int outer = m_depth;
    Item item;
    for (;;) {
        bool ended = true;
        if (isAt('{') || isAt('[')) {
            const bool isMap = *m_at == '{';
            if (!enter(*m_at))
                return false;
            maps[static_cast<size_t>(m_depth)] = isMap;
            ended = take(isMap ? '}' : ']');
            if (ended)
                --m_depth;
            else if (isMap && !readKey(item))
                return false;
        } else if (!readLeaf(item)) {
            return false;
        }
        while (ended) {
            if (m_depth == outer)
                return true;
            const bool inMap = maps[static_cast<size_t>(m_depth)];
            if (takeComma()) {
                if (inMap && !readKey(item))
                    return false;
                ended = false;
            } else if (take(inMap ? '}' : ']')) {
                --m_depth;
            } else {
                return false;
            }
        }
    }
}

} // namespace SockScope
