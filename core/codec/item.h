#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>

#include "core/types/sockerror.h"

namespace SockScope {

enum class ItemKind : quint8 {
    Integer,
    BigInteger, ///< outside of qint64: -1 - magnitude when negative, else magnitude
    Double,
    Text,
    Bytes,
    Boolean,
    Null,
    Undefined,
    Simple,    ///< CBOR's simple values; magnitude is its number
    Extension, ///< MessagePack's ext; integer is its type
    Array,
    Map,
    Tag,  ///< magnitude is its number; it holds one item
    Break ///< CBOR's end of an indefinite length
};

/*! One element of a structured payload, before anything is made of it.
 *  Path    payload → [this] → fields, summary, checks
 *  Shape   a leaf with the bytes it covers, or the head of a container; count is -1 when only the end tells it; a map's
 *          count is in pairs
 *  Units   offsets and lengths in bytes of the payload
 *  Errors  partial: the payload ends inside this text or these bytes
 *  Thread  a value
 *  Source  RFC 8949 3, the MessagePack specification, RFC 8259
 */
struct Item
{
    ItemKind kind = ItemKind::Null;
    bool negative = false;
    bool boolean = false;
    bool chunked = false;
    bool partial = false;
    qint64 integer = 0;
    quint64 magnitude = 0;
    double number = 0;
    qint64 count = -1;
    qsizetype offset = 0;
    qsizetype length = 0;
    qsizetype contentOffset = 0;
    qsizetype contentLength = 0;

    bool isContainer() const { return kind == ItemKind::Array || kind == ItemKind::Map || kind == ItemKind::Tag; }
    /// Whether it can stand for a message type, as [type, data] has it.
    bool isTypeLike() const
    {
        return kind == ItemKind::Integer || kind == ItemKind::Text || kind == ItemKind::BigInteger ||
               kind == ItemKind::Double;
    }
};

/// Why a payload cannot be read on; truncated: more bytes might have helped.
struct ItemProblem
{
    SockError::Code code = SockError::Code::InvalidPayload;
    qsizetype offset = 0;
    QString what;
    bool truncated = false;

    SockError toError() const;
};

/*! Reads what a leaf holds, as much of it as somebody wants to see.
 *  Path    beside Item
 *  Shape   an item in, its text or bytes out, shortened to a maximum
 *  Units   characters for text, bytes for bytes
 *  Errors  none: the item was read before
 *  Thread  one thread at a time
 *  Source  none
 */
class ItemSource
{
public:
    explicit ItemSource(QByteArrayView payload)
        : m_payload(payload)
    {
    }
    virtual ~ItemSource() = default;
    ItemSource(const ItemSource &) = delete;
    ItemSource &operator=(const ItemSource &) = delete;

    QByteArrayView payload() const { return m_payload; }
    /// At least maximum characters where the item has them.
    virtual QString text(const Item &item, qsizetype maximum) const;
    virtual QByteArray bytes(const Item &item, qsizetype maximum) const;
    virtual QString number(const Item &item) const;

protected:
    QByteArrayView m_payload;
};

/*! Reads the item at an offset; a binary format implements this and scanItems does the rest.
 *  Path    payload → [this] → ItemSink
 *  Shape   an offset in, the item that begins there out: a leaf whole, of a container its head
 *  Units   offsets and lengths in bytes of the payload
 *  Errors  ItemProblem with its offset; truncated when the payload ends too early
 *  Thread  one thread at a time
 *  Source  RFC 8949 3, the MessagePack specification
 */
class ItemReader : public ItemSource
{
public:
    using ItemSource::ItemSource;
    virtual std::optional<ItemProblem> read(qsizetype offset, Item &item) const = 0;

protected:
    /// A text or byte string of known length; checks the end and, for text, UTF-8.
    std::optional<ItemProblem> readString(Item &item, qsizetype headLength, quint64 length) const;
    std::optional<ItemProblem> truncated(qsizetype offset) const;
};

/*! Told of each item in the order of the bytes; false stops the scan.
 *  Path    ItemReader → [this]
 *  Shape   leaf for what holds nothing; open and close around what a container holds
 *  Units   end in bytes of the payload
 *  Errors  none of its own: what it cannot take it answers with false
 *  Thread  that of the scan
 *  Source  SAX: events instead of a tree
 */
class ItemSink
{
public:
    virtual ~ItemSink() = default;
    virtual bool leaf(const Item &item, bool isKey) = 0;
    virtual bool open(const Item &item, bool isKey) = 0;
    virtual bool close(qsizetype end) = 0;
};

struct ScanResult
{
    std::optional<ItemProblem> problem;
    bool stopped = false; ///< by the sink
    qsizetype end = 0;    ///< where the scan was at its end
};

/// Walks one value without recursion; anything behind it is a problem.
ScanResult scanItems(const ItemReader &reader, int maximumDepth, ItemSink &sink);

ItemProblem emptyProblem();
ItemProblem tooDeepProblem(qsizetype offset, int maximumDepth);
ItemProblem trailingProblem(qsizetype offset, qsizetype size);

} // namespace SockScope
