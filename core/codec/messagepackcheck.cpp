#include "core/codec/messagepackcheck.h"

#include <array>

#include "core/codec/bytewords.h"
#include "core/codec/codectext.h"
#include "core/codec/messagepackitems.h"

namespace SockScope {

namespace {

/// What follows the first byte of an item.
enum Form : quint8 {
    Fixed1 = 1, ///< so many bytes in all, whatever they are: up to Fixed18
    Fixed18 = 18,
    ShortText,
    Text1, ///< a length of 1, 2, 4 bytes and a text
    Text2,
    Text4,
    Bytes1,
    Bytes2,
    Bytes4,
    Extension1,
    Extension2,
    Extension4,
    ShortArray,
    Array2,
    Array4,
    ShortMap,
    Map2,
    Map4,
    Never,
};

constexpr std::array<quint8, 256> makeForms()
{
    std::array<quint8, 256> forms{};
    for (size_t lead = 0; lead < 256; ++lead) {
        forms[lead] = lead < 0x80    ? Fixed1
                      : lead < 0x90  ? ShortMap
                      : lead < 0xa0  ? ShortArray
                      : lead < 0xc0  ? ShortText
                      : lead >= 0xe0 ? Fixed1
                                     : Never;
    }
    constexpr std::array<quint8, 32> others{
        Fixed1,     Never,      Fixed1, Fixed1, Bytes1, Bytes2, Bytes4, Extension1, // c0 …
        Extension2, Extension4, 5,      9,      2,      3,      5,      9,          // c8 …
        2,          3,          5,      9,      3,      4,      6,      10,         // d0 …
        Fixed18,    Text1,      Text2,  Text4,  Array2, Array4, Map2,   Map4,       // d8 …
    };
    for (size_t index = 0; index < others.size(); ++index)
        forms[0xc0 + index] = others[index];
    return forms;
}
constexpr std::array<quint8, 256> forms = makeForms();

quint64 bigEndian(const char *bytes, int width)
{
    return width == 1   ? static_cast<quint8>(*bytes)
           : width == 2 ? qFromBigEndian<quint16>(bytes)
                        : qFromBigEndian<quint32>(bytes);
}

} // namespace

MessagePackCheck::MessagePackCheck(QByteArrayView payload, int maximumDepth)
    : m_begin(payload.begin())
    , m_end(payload.end())
    , m_at(payload.begin())
    , m_maximumDepth(maximumDepth)
{
}

bool MessagePackCheck::value(qsizetype offset, int depth)
{
    std::array<quint64, quickMaximumDepth> outer; // of each open container: what is still to come
    const int base = depth;
    const int deepest = qMin(m_maximumDepth, base + quickMaximumDepth);
    quint64 left = 1;
    const char *at = m_begin + offset;
    const auto stop = [&] {
        m_at = at;
        return false;
    };
    for (;;) {
        while (left == 0) {
            if (depth == base) {
                m_at = at;
                return true;
            }
            left = outer[static_cast<size_t>(--depth - base)];
        }
        if (at == m_end)
            return stop();
        const qsizetype available = m_end - at;
        const auto lead = static_cast<quint8>(*at);
        const quint8 form = forms[lead];
        --left;
        if (form <= Fixed18) {
            if (available < form)
                return stop();
            at += form;
            continue;
        }
        quint64 count = 0;
        qsizetype head = 1;
        switch (form) {
        case ShortText:
            count = lead & 0x1f;
            break;
        case ShortArray:
        case ShortMap:
            count = lead & 0x0f;
            break;
        case Never:
            return stop();
        default: {
            constexpr int text1 = Text1;
            const bool isContainer = form == Array2 || form == Array4 || form == Map2 || form == Map4;
            const int width = isContainer ? (form == Array2 || form == Map2 ? 2 : 4) : 1 << ((form - text1) % 3);
            head = 1 + width;
            if (available < head)
                return stop();
            count = bigEndian(at + 1, width);
            break;
        }
        }
        if (form >= ShortArray) {
            if (depth >= deepest) {
                m_tooDeep = depth >= m_maximumDepth;
                return stop();
            }
            at += head;
            outer[static_cast<size_t>(depth++ - base)] = left;
            left = form >= ShortMap ? count * 2 : count;
            continue;
        }
        if (form >= Extension1 && form <= Extension4)
            ++head;
        if (count > static_cast<quint64>(available) || available - static_cast<qsizetype>(count) < head)
            return stop();
        const char *content = at + head;
        const auto size = static_cast<qsizetype>(count);
        if (form <= Text4 && ByteWords::traits(content, size).nonAscii && !QByteArrayView(content, size).isValidUtf8())
            return stop();
        at = content + size;
    }
}

std::optional<ItemProblem> MessagePackCheck::problem() const
{
    if (m_tooDeep)
        return tooDeepProblem(at(), m_maximumDepth);
    const MessagePackItems items({m_begin, m_end});
    Item item;
    return items.read(at(), item);
}

} // namespace SockScope
