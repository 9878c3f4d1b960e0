#include "core/codec/rawcodec.h"

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

RawCodec::RawCodec(CodecLimits limits)
    : m_limits(limits)
{
}

QString RawCodec::name() const
{
    return u"raw"_s;
}

std::optional<SockError> RawCodec::decode(const Bytes &payload, Message &message) const
{
    if (payload.size() > m_limits.maximumBytes)
        return payloadTooLong(payload.size(), m_limits.maximumBytes);
    message.type = 0;
    // data() makes bytes of a payload only where there are some; an empty one must not turn into "nothing".
    if (payload.isEmpty())
        message.value = QCborValue(QByteArray(""));
    else
        message.value.clear();
    return std::nullopt;
}

std::optional<SockError> RawCodec::encode(const Message &message, QByteArray &payload) const
{
    QByteArrayView view = message.payload.view(); // bytes as they are, without a value around them
    if (message.value.isAbsent() && !view.isEmpty()) {
        if (view.size() > m_limits.maximumBytes)
            return payloadTooLong(view.size(), m_limits.maximumBytes);
        payload.append(view);
        return std::nullopt;
    }
    QByteArray bytes;
    const QCborValue value = message.value.get();
    if (value.isByteArray()) {
        view = bytes = value.toByteArray();
    } else if (value.isString()) {
        view = bytes = value.toString().toUtf8();
    } else if (!value.isUndefined() || view.isEmpty()) {
        return codecError(SockError::Code::InvalidValue, u"the raw codec sends bytes or text only"_s,
                          u"send a byte array or text, or choose the codec json, msgpack or cbor"_s);
    }
    if (view.size() > m_limits.maximumBytes)
        return payloadTooLong(view.size(), m_limits.maximumBytes);
    payload.append(view);
    return std::nullopt;
}

FieldNode RawCodec::fields(QByteArrayView payload, qsizetype) const
{
    const QByteArrayView start = payload.first(qMin(payload.size(), qsizetype(61)));
    return {QString(), u"bytes"_s, hexText(start, payload.size(), 120), 0, payload.size(), {}};
}

QString RawCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    return rawSummary(payload, maximumCharacters);
}

} // namespace SockScope
