#include "core/codec/jsonitems.h"

#include <vector>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

int hexDigit(char byte)
{
    if (isDigit(byte))
        return byte - '0';
    const char lower = static_cast<char>(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char16_t unescapedByte(char byte)
{
    switch (byte) {
    case 'b':
        return u'\b';
    case 'f':
        return u'\f';
    case 'n':
        return u'\n';
    case 'r':
        return u'\r';
    case 't':
        return u'\t';
    default:
        return static_cast<quint8>(byte); // QJsonDocument takes any other character for itself
    }
}

} // namespace

qsizetype JsonItems::skipBlanks(qsizetype position) const
{
    while (position < m_payload.size()) {
        const char byte = m_payload[position];
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r')
            break;
        ++position;
    }
    return position;
}

qsizetype JsonItems::start() const
{
    return skipBlanks(m_payload.startsWith(QByteArrayView("\xef\xbb\xbf", 3)) ? 3 : 0);
}

std::optional<ItemProblem> JsonItems::checkDepth(QByteArrayView payload, int maximumDepth, qsizetype start, int depth)
{
    bool inText = false;
    for (qsizetype position = start; position < payload.size(); ++position) {
        const char byte = payload[position];
        if (inText) {
            if (byte == '\\')
                ++position;
            else if (byte == '"')
                inText = false;
        } else if (byte == '"') {
            inText = true;
        } else if (byte == '[' || byte == '{') {
            if (++depth > maximumDepth)
                return tooDeepProblem(position, maximumDepth);
        } else if (byte == ']' || byte == '}') {
            --depth;
        }
    }
    return std::nullopt;
}

ItemProblem JsonItems::unexpected(qsizetype position, const QString &expected) const
{
    if (position >= m_payload.size()) {
        return {SockError::Code::InvalidPayload, m_payload.size(),
                u"the JSON text ends where %1 must follow"_s.arg(expected), true};
    }
    const auto byte = static_cast<quint8>(m_payload[position]);
    const QString got = byte > 0x20 && byte < 0x7f ? u"'%1'"_s.arg(QLatin1Char(m_payload[position]))
                                                   : u"byte 0x%1"_s.arg(byte, 2, 16, QLatin1Char('0'));
    return {SockError::Code::InvalidPayload, position, u"%1 stands where %2 must"_s.arg(got, expected)};
}

std::optional<ItemProblem> JsonItems::readText(qsizetype position, Item &item) const
{
    item.kind = ItemKind::Text;
    item.offset = position;
    item.contentOffset = position + 1;
    const qsizetype size = m_payload.size();
    qsizetype at = item.contentOffset;
    while (at < size && m_payload[at] != '"') {
        if (m_payload[at] != '\\') {
            ++at;
            continue;
        }
        const qsizetype escape = at++;
        if (at < size && m_payload[at] == 'u') {
            ++at;
            for (int digit = 0; digit < 4 && at < size; ++digit, ++at) {
                if (hexDigit(m_payload[at]) < 0) {
                    return ItemProblem{SockError::Code::InvalidPayload, escape,
                                       u"\\u must be followed by four hex digits"_s};
                }
            }
        } else if (at < size) {
            if (static_cast<quint8>(m_payload[at]) >= 0x80) // QJsonDocument, too, takes the unknown ASCII ones
                return ItemProblem{SockError::Code::InvalidPayload, escape,
                                   u"\\ is followed by a character that is no escape"_s};
            ++at;
        }
    }
    item.partial = at >= size;
    item.contentLength = qMin(at, size) - item.contentOffset;
    item.length = item.contentLength + (item.partial ? 1 : 2);
    QByteArrayView content = m_payload.sliced(item.contentOffset, item.contentLength);
    if (item.partial)
        content = withoutIncompleteUtf8(content);
    if (const qsizetype bad = firstInvalidUtf8(content); bad >= 0) {
        item.partial = false;
        return ItemProblem{SockError::Code::InvalidPayload, item.contentOffset + bad,
                           u"a text holds a byte that is not UTF-8"_s};
    }
    if (item.partial)
        return ItemProblem{SockError::Code::InvalidPayload, size, u"a text has no closing quote"_s, true};
    return std::nullopt;
}

std::optional<ItemProblem> JsonItems::readNumber(qsizetype position, Item &item) const
{
    const qsizetype size = m_payload.size();
    qsizetype at = position;
    bool isInteger = true;
    const auto skipDigits = [&] {
        while (at < size && isDigit(m_payload[at]))
            ++at;
    };
    if (m_payload[at] == '-')
        ++at;
    if (at < size && m_payload[at] == '0')
        ++at;
    else
        skipDigits();
    if (at < size && m_payload[at] == '.') {
        isInteger = false;
        ++at;
        skipDigits();
    }
    if (at < size && (m_payload[at] | 0x20) == 'e') {
        isInteger = false;
        ++at;
        if (at < size && (m_payload[at] == '-' || m_payload[at] == '+'))
            ++at;
        skipDigits();
    }
    item.offset = item.contentOffset = position;
    item.length = item.contentLength = at - position;
    const QByteArrayView digits = m_payload.sliced(position, item.length);
    bool ok = false;
    if (isInteger) {
        item.kind = ItemKind::Integer;
        item.integer = digits.toLongLong(&ok);
    }
    if (!ok) {
        item.kind = ItemKind::Double;
        item.number = digits.toDouble(&ok);
    }
    if (!ok && at >= size)
        return unexpected(at, u"the rest of a number"_s);
    if (!ok)
        return ItemProblem{SockError::Code::InvalidPayload, position, u"a number cannot be read"_s};
    return std::nullopt;
}

std::optional<ItemProblem> JsonItems::readLiteral(qsizetype position, Item &item) const
{
    const auto matches = [&](QByteArrayView literal) {
        const QByteArrayView rest = m_payload.sliced(position);
        const qsizetype shared = qMin(rest.size(), literal.size());
        item.partial = rest.size() < literal.size() && rest == literal.first(shared);
        item.offset = position;
        item.length = shared;
        return item.partial || rest.startsWith(literal);
    };
    if (matches("true") || matches("false")) {
        item.kind = ItemKind::Boolean;
        item.boolean = m_payload[position] == 't';
    } else if (matches("null")) {
        item.kind = ItemKind::Null;
    } else {
        return unexpected(position, u"a value"_s);
    }
    if (!item.partial)
        return std::nullopt;
    item.partial = false; // there is nothing to show of it
    return unexpected(m_payload.size(), u"the rest of a word"_s);
}

std::optional<ItemProblem> JsonItems::readLeaf(qsizetype position, Item &item) const
{
    if (position >= m_payload.size())
        return unexpected(position, u"a value"_s);
    const char byte = m_payload[position];
    if (byte == '"')
        return readText(position, item);
    if (byte == '-' || byte == '.' || isDigit(byte)) // .5 is not JSON, but QJsonDocument reads it
        return readNumber(position, item);
    return readLiteral(position, item);
}

ScanResult JsonItems::scan(int maximumDepth, ItemSink &sink) const
{
    std::vector<bool> maps; // of each open container, whether it is one
    const qsizetype size = m_payload.size();
    if (size == 0)
        return {emptyProblem(), false, 0};
    qsizetype position = start();
    bool first = false; // just behind an opening bracket: it may close at once

    for (;;) {
        const bool inMap = !maps.empty() && maps.back();
        const char byte = position < size ? m_payload[position] : '\0';
        bool ended = false; // whether a value ended here
        if (first && position < size && byte == (inMap ? '}' : ']')) {
            maps.pop_back();
            if (!sink.close(++position))
                return {std::nullopt, true, position};
            ended = true;
        } else {
            if (inMap) {
                Item key;
                if (byte != '"')
                    return {unexpected(position, u"a key in quotes"_s), false, position};
                if (auto problem = readText(position, key))
                    return {std::move(problem), false, position};
                if (!sink.leaf(key, true))
                    return {std::nullopt, true, position};
                position = skipBlanks(key.offset + key.length);
                if (position >= size || m_payload[position] != ':')
                    return {unexpected(position, u"':'"_s), false, position};
                position = skipBlanks(position + 1);
            }
            Item item;
            if (position < size && (m_payload[position] == '[' || m_payload[position] == '{')) {
                if (static_cast<int>(maps.size()) >= maximumDepth)
                    return {tooDeepProblem(position, maximumDepth), false, position};
                item.kind = m_payload[position] == '[' ? ItemKind::Array : ItemKind::Map;
                item.offset = position++;
                item.length = 1;
                maps.push_back(item.kind == ItemKind::Map);
                if (!sink.open(item, false))
                    return {std::nullopt, true, position};
                first = true;
                position = skipBlanks(position);
                continue;
            }
            if (auto problem = readLeaf(position, item)) {
                if (item.partial)
                    sink.leaf(item, false);
                return {std::move(problem), false, item.partial ? size : position};
            }
            position = item.offset + item.length;
            if (!sink.leaf(item, false))
                return {std::nullopt, true, position};
            ended = true;
        }
        first = false;
        while (ended && !maps.empty()) {
            position = skipBlanks(position);
            const char next = position < size ? m_payload[position] : '\0';
            const bool map = maps.back();
            if (next == ',') {
                position = skipBlanks(position + 1);
                break;
            }
            if (position >= size || next != (map ? '}' : ']'))
                return {unexpected(position, map ? u"',' or '}'"_s : u"',' or ']'"_s), false, position};
            maps.pop_back();
            if (!sink.close(++position))
                return {std::nullopt, true, position};
        }
        if (maps.empty())
            break;
    }
    const qsizetype end = skipBlanks(position);
    if (end < size)
        return {trailingProblem(end, size), false, position};
    return {std::nullopt, false, position};
}

QString JsonItems::text(const Item &item, qsizetype maximum) const
{
    const QByteArrayView content = m_payload.sliced(item.contentOffset, item.contentLength);
    QString out;
    qsizetype at = 0;
    while (at < content.size() && out.size() < maximum) {
        qsizetype run = at;
        const qsizetype limit = qMin(content.size(), at + (maximum - out.size()) * 4);
        while (run < limit && content[run] != '\\')
            ++run;
        QByteArrayView plain = content.sliced(at, run - at);
        if (run == limit)
            plain = withoutIncompleteUtf8(plain);
        out += utf8ToString(plain);
        at = run;
        if (at >= content.size() || content[at] != '\\')
            break;
        if (++at >= content.size())
            break;
        if (content[at] != 'u') {
            out += QChar(unescapedByte(content[at++]));
            continue;
        }
        if (content.size() - at < 5)
            break; // the text was cut off inside it
        int unit = 0;
        for (int digit = 1; digit <= 4; ++digit)
            unit = unit * 16 + hexDigit(content[at + digit]);
        out += QChar(static_cast<char16_t>(unit));
        at += 5;
    }
    return out;
}

QString JsonItems::number(const Item &item) const
{
    const qsizetype shown = qMin(item.length, qsizetype(400));
    return QString::fromLatin1(m_payload.sliced(item.offset, shown)) + (shown < item.length ? u"…"_s : QString());
}

} // namespace SockScope
