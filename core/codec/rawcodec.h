#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/*! Passes bytes on as they are.
 *  Path    framing → [this] → hooks; and back
 *  Shape   decode: type 0, the value stays undefined (an empty payload is an empty byte array). encode: bytes, text as
 *          UTF-8, or a received payload unchanged; the type does not travel
 *  Units   bytes
 *  Errors  TooLong; InvalidValue for any other value
 *  Thread  immutable: any thread
 *  Source  the default of the original
 */
class RawCodec : public Codec
{
public:
    explicit RawCodec(CodecLimits limits = {});

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
