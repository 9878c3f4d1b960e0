#pragma once

#include "core/codec/codec.h"

namespace SockScope {

/*! MessagePack [type, data].
 *  Path    framing → [this] → hooks; and back
 *  Shape   the type an integer or a str; an ext is the tag extensionTagBase + its type (as quint8) around its bytes;
 *          integers over qint64 as in core/types/message.h. Of equal keys all stay.
 *          A byte order mark at the start of a text is not in its value: QCborValue drops it
 *  Units   bytes
 *  Errors  InvalidPayload, TooDeep, TooLong, LimitReached with offset; InvalidValue for undefined and other tags
 *  Thread  immutable: any thread
 *  Source  the MessagePack specification, read and written by msgpack-cxx
 */
class MessagePackCodec : public Codec
{
public:
    explicit MessagePackCodec(CodecLimits limits = {});

    QString name() const override;
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override;
    std::optional<SockError> encode(const Message &message, QByteArray &payload) const override;
    FieldNode fields(QByteArrayView payload, qsizetype maximumNodes = 10000) const override;
    QString summary(QByteArrayView payload, qsizetype maximumCharacters = 200) const override;
    bool carriesType() const override { return true; }
    /// Chosen from the range of tags that anybody may use; on the wire of another codec it is an unknown tag.
    static constexpr quint64 extensionTagBase = 0x6d707800;

private:
    const CodecLimits m_limits;
};

} // namespace SockScope
