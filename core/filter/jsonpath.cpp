#include <array>
#include <cstring>

#include "core/codec/codec.h"
#include "core/codec/codectext.h"
#include "core/codec/jsonitems.h"
#include "core/filter/datapath_p.h"

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

/// Reads JSON as JsonItems does, with its leniency and its errors, but makes nothing of what is passed over.
class JsonReader
{
public:
    explicit JsonReader(QByteArrayView payload)
        : m_begin(payload.begin())
        , m_end(payload.end())
        , m_at(payload.begin())
    {
    }

    const char *at() const { return m_at; }
    bool atEnd() const { return m_at >= m_end; }
    bool isAt(char c) const { return m_at < m_end && *m_at == c; }
    void moveTo(const char *place, int depth)
    {
        m_at = place;
        m_depth = depth;
    }
    void skipBlanks()
    {
        while (m_at < m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\r' || *m_at == '\t'))
            ++m_at;
    }
    bool take(char c)
    {
        if (!isAt(c))
            return false;
        ++m_at;
        return true;
    }
    /// An opening bracket and what is blank behind it.
    bool enter(char bracket)
    {
        if (!isAt(bracket) || m_depth >= maximumDepth)
            return false;
        ++m_at;
        ++m_depth;
        skipBlanks();
        return true;
    }
    /// The head of a container or a whole leaf. false: an error, but for a text that the payload ends in, which is
    /// partial and there.
    bool readValue(Item &item);
    /// A key with its colon.
    bool readKey(Item &key);
    bool skipValue();
    /// Behind a value: whether another one follows in its container.
    bool takeComma()
    {
        skipBlanks();
        if (!take(','))
            return false;
        skipBlanks();
        return true;
    }

private:
    static constexpr int maximumDepth = CodecLimits().maximumDepth;

    bool readText(Item &item);
    bool readNumber(Item &item);
    bool readNumberExactly(Item &item, bool isInteger);
    bool readWord(Item &item);
    bool readLeaf(Item &item);

    const char *m_begin;
    const char *m_end;
    const char *m_at;
    int m_depth = 0;
};

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

bool isKeyOf(const FilterStep &step, const Item &key, QByteArrayView payload)
{
    const QByteArrayView content = payload.sliced(key.contentOffset, key.contentLength);
    if (content == step.keyUtf8)
        return true;
    if (!step.asShown && !content.contains('\\'))
        return false;
    return isStepsKey(step, key, JsonItems(payload));
}

/// Goes from a value to the one that the path names below it.
bool follow(JsonReader &reader, const FilterPath &path, QByteArrayView payload)
{
    for (const FilterStep &step : path) {
        if (!reader.enter(step.isIndex ? '[' : '{') || reader.isAt(step.isIndex ? ']' : '}'))
            return false;
        Item key;
        for (qint64 index = 0;; ++index) {
            if (!step.isIndex && !reader.readKey(key))
                return false;
            if (step.isIndex ? index == step.index : isKeyOf(step, key, payload))
                break;
            if (!reader.skipValue() || !reader.takeComma())
                return false;
        }
    }
    return true;
}

} // namespace

std::optional<Item> JsonPath::find(QByteArrayView payload) const
{
    std::optional<Item> found;
    const bool there = holds(payload, [&found](const Item &item) {
        found = item;
        return true;
    });
    return there ? found : std::nullopt;
}

std::optional<Item> JsonPath::locate(QByteArrayView payload, Place &place) const
{
    if (payload.isEmpty())
        return std::nullopt;
    JsonReader reader(payload);
    const char *root = payload.begin() + JsonItems(payload).start();
    reader.moveTo(root, 0);
    Item item;
    const auto below = [&](const char *start, int depth) -> std::optional<Item> {
        reader.moveTo(start, depth);
        Item found;
        if (follow(reader, m_path, payload) && (reader.readValue(found) || found.partial))
            return found;
        return std::nullopt;
    };
    // [type, … is a message, unless it is over behind the type or has a third element.
    if (!reader.enter('[') || reader.isAt('[') || reader.isAt('{'))
        return below(root, 0);
    if (!reader.readValue(item))
        return item.partial ? std::nullopt : below(root, 0);
    if (!item.isTypeLike())
        return below(root, 0);
    if (!reader.takeComma()) {
        if (!reader.take(']'))
            return std::nullopt;
        reader.skipBlanks(); // [type] and something behind it: a message that was cut off, as the detail tree has it
        return reader.atEnd() ? below(root, 0) : std::nullopt;
    }
    const Place second{reader.at()};
    if (m_path.empty() || m_path.front().isIndex)
        return isTypeAndData(payload, second) ? below(second.data, 1) : below(root, 0);
    place = second; // a key can only be meant below it: how many elements there are matters when it is found
    return below(second.data, 1);
}

bool JsonPath::isTypeAndData(QByteArrayView payload, const Place &place)
{
    JsonReader reader(payload);
    reader.moveTo(place.data, 1);
    Item third;
    if (!reader.skipValue() || !reader.takeComma())
        return true;
    return !reader.readValue(third) && !third.partial;
}

} // namespace SockScope
