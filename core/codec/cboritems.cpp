#include "core/codec/cboritems.h"

#include <QtEndian>

#include <bit>
#include <cmath>
#include <limits>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int indefinite = 31;

ItemProblem malformed(qsizetype offset, const QString &what)
{
    return {SockError::Code::InvalidPayload, offset, what};
}

double halfToDouble(quint16 half)
{
    const int exponent = (half >> 10) & 0x1f;
    const int mantissa = half & 0x3ff;
    double number = 0;
    if (exponent == 0)
        number = std::ldexp(mantissa, -24);
    else if (exponent != 31)
        number = std::ldexp(mantissa + 1024, exponent - 25);
    else
        number = mantissa ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    return half & 0x8000 ? -number : number;
}

} // namespace

std::optional<ItemProblem> CborItems::readHead(qsizetype offset, Head &head) const
{
    if (offset >= m_payload.size())
        return truncated(offset);
    const auto first = static_cast<quint8>(m_payload[offset]);
    head.major = first >> 5;
    head.additional = first & 0x1f;
    if (head.additional < 24) {
        head.argument = static_cast<quint64>(head.additional);
        return std::nullopt;
    }
    if (head.additional == indefinite) {
        if (head.major == 0 || head.major == 1 || head.major == 6)
            return malformed(offset, u"a number or tag cannot have an indefinite length"_s);
        return std::nullopt;
    }
    if (head.additional > 27)
        return malformed(offset, u"byte 0x%1 is reserved in CBOR"_s.arg(first, 2, 16, QLatin1Char('0')));
    const qsizetype following = qsizetype(1) << (head.additional - 24);
    if (m_payload.size() - offset - 1 < following)
        return truncated(m_payload.size());
    for (qsizetype index = 0; index < following; ++index)
        head.argument = (head.argument << 8) | static_cast<quint8>(m_payload[offset + 1 + index]);
    head.length = 1 + following;
    return std::nullopt;
}

std::optional<ItemProblem> CborItems::read(qsizetype offset, Item &item) const
{
    Head head;
    if (auto problem = readHead(offset, head))
        return problem;
    item.offset = offset;
    item.length = head.length;
    const bool isIndefinite = head.additional == indefinite;
    constexpr quint64 largest = static_cast<quint64>(std::numeric_limits<qint64>::max());
    switch (head.major) {
    case 0:
    case 1:
        item.negative = head.major == 1;
        item.magnitude = head.argument;
        if (head.argument > largest) {
            item.kind = ItemKind::BigInteger;
        } else {
            item.kind = ItemKind::Integer;
            item.integer = static_cast<qint64>(head.argument);
            if (item.negative)
                item.integer = -1 - item.integer;
        }
        return std::nullopt;
    case 2:
    case 3:
        item.kind = head.major == 2 ? ItemKind::Bytes : ItemKind::Text;
        return isIndefinite ? readChunks(item, head.major) : readString(item, head.length, head.argument);
    case 4:
    case 5:
        item.kind = head.major == 4 ? ItemKind::Array : ItemKind::Map;
        // No payload has that many elements; the limit keeps their count countable.
        if (!isIndefinite && head.argument > largest / 2)
            return malformed(offset, u"a container claims %1 elements"_s.arg(head.argument));
        item.count = isIndefinite ? -1 : static_cast<qint64>(head.argument);
        return std::nullopt;
    case 6:
        item.kind = ItemKind::Tag;
        item.magnitude = head.argument;
        item.count = 1;
        return std::nullopt;
    default:
        return readSimple(head, item);
    }
}

std::optional<ItemProblem> CborItems::readSimple(const Head &head, Item &item) const
{
    switch (head.additional) {
    case 20:
    case 21:
        item.kind = ItemKind::Boolean;
        item.boolean = head.additional == 21;
        break;
    case 22:
        item.kind = ItemKind::Null;
        break;
    case 23:
        item.kind = ItemKind::Undefined;
        break;
    case 25:
        item.kind = ItemKind::Double;
        item.number = halfToDouble(static_cast<quint16>(head.argument));
        break;
    case 26:
        item.kind = ItemKind::Double;
        item.number = static_cast<double>(std::bit_cast<float>(static_cast<quint32>(head.argument)));
        break;
    case 27:
        item.kind = ItemKind::Double;
        item.number = std::bit_cast<double>(head.argument);
        break;
    case indefinite:
        item.kind = ItemKind::Break;
        break;
    default:
        if (head.additional == 24 && head.argument < 32)
            return malformed(item.offset, u"a simple value below 32 must not take two bytes"_s);
        item.kind = ItemKind::Simple;
        item.magnitude = head.argument;
        break;
    }
    return std::nullopt;
}

std::optional<ItemProblem> CborItems::readChunks(Item &item, int major) const
{
    item.chunked = true;
    item.contentOffset = item.offset + 1;
    qsizetype position = item.contentOffset;
    for (;;) {
        Head head;
        if (auto problem = readHead(position, head))
            return problem;
        if (head.major == 7 && head.additional == indefinite)
            break;
        if (head.major != major || head.additional == indefinite)
            return malformed(position, u"a chunk of another kind stands in a text or byte string"_s);
        Item chunk;
        chunk.kind = item.kind;
        chunk.offset = position;
        if (auto problem = readString(chunk, head.length, head.argument))
            return problem;
        position += chunk.length;
    }
    item.contentLength = position - item.contentOffset;
    item.length = position + 1 - item.offset;
    return std::nullopt;
}

QByteArray CborItems::bytes(const Item &item, qsizetype maximum) const
{
    if (!item.chunked)
        return ItemReader::bytes(item, maximum);
    QByteArray all;
    const qsizetype end = item.contentOffset + item.contentLength;
    for (qsizetype position = item.contentOffset; position < end && all.size() < maximum;) {
        Head head;
        if (readHead(position, head))
            break; // cannot be: the item was read before
        const auto length = static_cast<qsizetype>(head.argument);
        all += m_payload.sliced(position + head.length, qMin(length, maximum - all.size()));
        position += head.length + length;
    }
    return all;
}

} // namespace SockScope
