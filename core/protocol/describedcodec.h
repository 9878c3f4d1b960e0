#pragma once

#include "core/codec/codec.h"
#include "core/protocol/protocoldescription.h"

namespace SockScope {

/*! A codec of JSON, MessagePack or CBOR whose fields have names, units and ranges.
 *  Path    framing → [this] → hooks; and back
 *  Shape   bytes and values are the inner codec's, and so is the name; fields and summary say what the description
 *          knows: the names of elements and of numbers, units, what lies out of range. Keys and kinds stay, so that
 *          paths mean the same
 *  Units   as the inner codec
 *  Errors  as the inner codec; what does not fit the description is said in fields, and is no error
 *  Thread  immutable: any thread
 *  Source  none
 */
class DescribedCodec : public Codec
{
public:
    DescribedCodec(std::shared_ptr<const Codec> inner, const ProtocolDescription &description);

    const ProtocolDescription &description() const { return m_description; }

    QString name() const override;
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override;
    std::optional<SockError> encode(const Message &message, QByteArray &payload) const override;
    FieldNode fields(QByteArrayView payload, qsizetype maximumNodes = 10000) const override;
    QString summary(QByteArrayView payload, qsizetype maximumCharacters = 200) const override;
    bool carriesType() const override;

private:
    const TypeDescription *typeOf(const FieldNode &root) const;

    const std::shared_ptr<const Codec> m_inner;
    const ProtocolDescription m_description;
};

/// The codec that a description is meant for: a LayoutCodec, or inner with the descriptions of its fields. Null and
/// *error when inner cannot have fields (raw, text) or the description contradicts itself.
std::shared_ptr<const Codec> makeProtocolCodec(const ProtocolDescription &description,
                                               std::shared_ptr<const Codec> inner, ProtocolError *error = nullptr);

} // namespace SockScope
