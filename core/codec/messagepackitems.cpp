#include "core/codec/messagepackitems.h"

#include <bit>
#include <limits>

namespace SockScope {

using namespace Qt::StringLiterals;

std::optional<quint64> MessagePackItems::bigEndian(qsizetype offset, qsizetype length) const
{
    if (m_payload.size() - offset < length)
        return std::nullopt;
    quint64 number = 0;
    for (qsizetype index = 0; index < length; ++index)
        number = (number << 8) | static_cast<quint8>(m_payload[offset + index]);
    return number;
}

std::optional<ItemProblem> MessagePackItems::read(qsizetype offset, Item &item) const
{
    if (offset >= m_payload.size())
        return truncated(offset);
    const auto lead = static_cast<quint8>(m_payload[offset]);
    item.offset = offset;
    item.length = 1;

    if (lead <= 0x7f || lead >= 0xe0) {
        item.kind = ItemKind::Integer;
        item.integer = static_cast<qint8>(lead);
        return std::nullopt;
    }
    if (lead <= 0x9f) {
        item.kind = lead <= 0x8f ? ItemKind::Map : ItemKind::Array;
        item.count = lead & 0x0f;
        return std::nullopt;
    }
    if (lead <= 0xbf) {
        item.kind = ItemKind::Text;
        return readString(item, 1, lead & 0x1f);
    }
    switch (lead) {
    case 0xc0:
        item.kind = ItemKind::Null;
        return std::nullopt;
    case 0xc1:
        return ItemProblem{SockError::Code::InvalidPayload, offset, u"byte 0xc1 is never used in MessagePack"_s};
    case 0xc2:
    case 0xc3:
        item.kind = ItemKind::Boolean;
        item.boolean = lead == 0xc3;
        return std::nullopt;
    default:
        break;
    }
    if (lead >= 0xca && lead <= 0xd3)
        return readNumber(lead, item);
    if (lead >= 0xd4 && lead <= 0xd8)
        return readExtension(item, 1, quint64(1) << (lead - 0xd4));

    // What is left begins with a length or a count: of 1, 2 or 4 bytes for strings and ext, of 2 or 4 for containers.
    qsizetype width = 0;
    if (lead <= 0xc6)
        width = qsizetype(1) << (lead - 0xc4);
    else if (lead <= 0xc9)
        width = qsizetype(1) << (lead - 0xc7);
    else if (lead <= 0xdb)
        width = qsizetype(1) << (lead - 0xd9);
    else
        width = lead & 1 ? 4 : 2;
    const auto length = bigEndian(offset + 1, width);
    if (!length)
        return truncated(m_payload.size());
    item.length = 1 + width;
    if (lead <= 0xc6) {
        item.kind = ItemKind::Bytes;
        return readString(item, item.length, *length);
    }
    if (lead <= 0xc9)
        return readExtension(item, item.length, *length);
    if (lead <= 0xdb) {
        item.kind = ItemKind::Text;
        return readString(item, item.length, *length);
    }
    item.kind = lead <= 0xdd ? ItemKind::Array : ItemKind::Map;
    item.count = static_cast<qint64>(*length);
    return std::nullopt;
}

std::optional<ItemProblem> MessagePackItems::readNumber(quint8 lead, Item &item) const
{
    qsizetype width = 0;
    if (lead <= 0xcb)
        width = lead == 0xca ? 4 : 8;
    else
        width = qsizetype(1) << ((lead - 0xcc) & 3);
    const auto bits = bigEndian(item.offset + 1, width);
    if (!bits)
        return truncated(m_payload.size());
    item.length = 1 + width;
    if (lead == 0xca) {
        item.kind = ItemKind::Double;
        item.number = static_cast<double>(std::bit_cast<float>(static_cast<quint32>(*bits)));
    } else if (lead == 0xcb) {
        item.kind = ItemKind::Double;
        item.number = std::bit_cast<double>(*bits);
    } else if (lead <= 0xcf) {
        item.magnitude = *bits;
        item.integer = static_cast<qint64>(*bits);
        item.kind = item.integer < 0 ? ItemKind::BigInteger : ItemKind::Integer;
    } else {
        item.kind = ItemKind::Integer;
        const int unused = 64 - static_cast<int>(width) * 8;
        item.integer = static_cast<qint64>(*bits << unused) >> unused; // extends the sign
    }
    return std::nullopt;
}

std::optional<ItemProblem> MessagePackItems::readExtension(Item &item, qsizetype headLength, quint64 length) const
{
    item.kind = ItemKind::Extension;
    if (item.offset + headLength >= m_payload.size())
        return truncated(m_payload.size());
    item.integer = static_cast<qint8>(m_payload[item.offset + headLength]);
    return readString(item, headLength + 1, length);
}

} // namespace SockScope
