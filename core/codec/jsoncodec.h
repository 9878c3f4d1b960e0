#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/*! JSON [type, data].
 *  Path    framing → [this] → hooks; and back
 *  Shape   the type an integer (7.0 counts as 7) or a name; integers outside of qint64 become doubles when decoding,
 *          and are written in full from the tags of core/types/message.h. Of equal keys the last one counts.
 *          A byte order mark at the start of a text is not in its value: QCborValue drops it
 *  Units   bytes
 *  Errors  InvalidPayload, TooDeep, TooLong, LimitReached with offset; InvalidValue names what JSON cannot carry:
 *          NaN, infinity, bytes, undefined, tags, keys that are not text
 *  Thread  immutable: any thread
 *  Source  RFC 8259, read by QJsonDocument
 */
class JsonCodec : public Codec
{
public:
    explicit JsonCodec(CodecLimits limits = {});

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
