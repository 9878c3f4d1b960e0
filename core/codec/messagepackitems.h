#pragma once

#include "core/codec/item.h"

namespace SockScope {

/*! Reads the items of a MessagePack payload with their places.
 *  Path    payload → [this] → scanItems
 *  Shape   an ext is one item: integer its type, content its bytes
 *  Units   bytes
 *  Errors  truncation, the never-used byte 0xc1, text that is not UTF-8
 *  Thread  as ItemReader
 *  Source  the MessagePack specification
 */
class MessagePackItems : public ItemReader
{
public:
    using ItemReader::ItemReader;
    std::optional<ItemProblem> read(qsizetype offset, Item &item) const override;

private:
    std::optional<ItemProblem> readNumber(quint8 lead, Item &item) const;
    std::optional<ItemProblem> readExtension(Item &item, qsizetype headLength, quint64 length) const;
    std::optional<quint64> bigEndian(qsizetype offset, qsizetype length) const;
};

} // namespace SockScope
