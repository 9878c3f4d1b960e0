#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/*! CBOR [type, data].
 *  Path    framing → [this] → hooks; and back
 *  Shape   the type an integer or text; indefinite lengths are read, never written; integers outside of qint64 become
 *          the tags of core/types/message.h and are written as plain integers. Of equal keys all stay.
 *          A byte order mark at the start of a text is not in its value: QCborValue drops it
 *  Units   bytes
 *  Errors  InvalidPayload, TooDeep, TooLong, LimitReached with offset
 *  Thread  immutable: any thread
 *  Source  RFC 8949, read by QCborValue
 */
class CborCodec : public Codec
{
public:
    explicit CborCodec(CodecLimits limits = {});

    QString name() const override;
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override;
    std::optional<SockError> encode(const Message &message, QByteArray &payload) const override;
    FieldNode fields(QByteArrayView payload, qsizetype maximumNodes = 10000) const override;
    QString summary(QByteArrayView payload, qsizetype maximumCharacters = 200) const override;
    bool carriesType() const override { return true; }

private:
    const CodecLimits m_limits;
};

} // namespace SockScope
