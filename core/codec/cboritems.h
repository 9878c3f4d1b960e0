#pragma once

#include "core/codec/item.h"

namespace SockScope {

/*! Reads the items of a CBOR payload with their places.
 *  Path    payload → [this] → scanItems
 *  Shape   texts and byte strings of indefinite length are one item, chunked
 *  Units   bytes
 *  Errors  truncation, reserved heads, text that is not UTF-8, chunks of another kind
 *  Thread  as ItemReader
 *  Source  RFC 8949 3 and appendix C (well-formedness)
 */
class CborItems : public ItemReader
{
public:
    using ItemReader::ItemReader;
    std::optional<ItemProblem> read(qsizetype offset, Item &item) const override;
    QByteArray bytes(const Item &item, qsizetype maximum) const override;

private:
    struct Head
    {
        int major = 0;
        int additional = 0;
        quint64 argument = 0;
        qsizetype length = 1;
    };
    std::optional<ItemProblem> readHead(qsizetype offset, Head &head) const;
    std::optional<ItemProblem> readChunks(Item &item, int major) const;
    std::optional<ItemProblem> readSimple(const Head &head, Item &item) const;
};

} // namespace SockScope
