#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/*! A payload that is UTF-8 text.
 *  Path    framing → [this] → hooks; and back
 *  Shape   decode: type 0, the text. encode: text, or bytes that are UTF-8; the type does not travel
 *  Units   bytes
 *  Errors  InvalidPayload with the offset of the first byte that is not UTF-8; InvalidValue; TooLong
 *  Thread  immutable: any thread
 *  Source  RFC 3629
 */
class TextCodec : public Codec
{
public:
    explicit TextCodec(CodecLimits limits = {});

    QString name() const override;
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override;
    std::optional<SockError> encode(const Message &message, QByteArray &payload) const override;
    FieldNode fields(QByteArrayView payload, qsizetype maximumNodes = 10000) const override;
    QString summary(QByteArrayView payload, qsizetype maximumCharacters = 200) const override;
    bool carriesType() const override { return false; }

private:
    const CodecLimits m_limits;
};

} // namespace SockScope
