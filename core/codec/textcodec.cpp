#include "core/codec/textcodec.h"

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::optional<SockError> notUtf8(QByteArrayView view, SockError::Code code)
{
    const qsizetype bad = firstInvalidUtf8(view);
    if (bad < 0)
        return std::nullopt;
    const int byte = static_cast<quint8>(view[bad]);
    return codecError(code, u"byte 0x%1 is not UTF-8 text"_s.arg(byte, 2, 16, QLatin1Char('0')),
                      u"send UTF-8, or choose the codec raw"_s, bad);
}

class TextSource final : public ValueSource
{
public:
    QCborValue value(const Bytes &payload) const override { return QCborValue(utf8ToString(payload.view())); }
};
constexpr TextSource textSource;

} // namespace

TextCodec::TextCodec(CodecLimits limits)
    : m_limits(limits)
{
}

QString TextCodec::name() const
{
    return u"text"_s;
}

std::optional<SockError> TextCodec::decode(const Bytes &payload, Message &message) const
{
    if (payload.size() > m_limits.maximumBytes)
        return payloadTooLong(payload.size(), m_limits.maximumBytes);
    if (auto error = notUtf8(payload.view(), SockError::Code::InvalidPayload))
        return error;
    message.type = 0;
    message.value = MessageValue(payload, textSource);
    return std::nullopt;
}

std::optional<SockError> TextCodec::encode(const Message &message, QByteArray &payload) const
{
    QByteArray bytes;
    const QCborValue value = message.value.get();
    if (value.isString()) {
        const QString text = value.toString();
        if (!text.isValidUtf16()) {
            return codecError(SockError::Code::InvalidValue, u"the text holds half of a surrogate pair"_s,
                              u"send complete characters"_s);
        }
        bytes = text.toUtf8();
    } else if (value.isByteArray()) {
        bytes = value.toByteArray();
    } else if (value.isUndefined() && !message.payload.isEmpty()) {
        bytes = message.payload.toByteArray();
    } else {
        return codecError(SockError::Code::InvalidValue, u"the text codec sends text only"_s,
                          u"send text, or choose the codec json, msgpack or cbor"_s);
    }
    if (auto error = notUtf8(bytes, SockError::Code::InvalidValue))
        return error;
    if (bytes.size() > m_limits.maximumBytes)
        return payloadTooLong(bytes.size(), m_limits.maximumBytes);
    payload += bytes;
    return std::nullopt;
}

FieldNode TextCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    const qsizetype bad = firstInvalidUtf8(payload);
    const QByteArrayView good = bad < 0 ? payload : payload.first(bad);
    const QByteArrayView start = good.first(qMin(good.size(), qsizetype(500)));
    const QString text = utf8ToString(withoutIncompleteUtf8(start));
    FieldNode root{QString(), u"text"_s, quotedText(text, 120), 0, payload.size(), {}};
    if (const auto error = notUtf8(payload, SockError::Code::InvalidPayload); error && maximumNodes > 1)
        root.children.push_back({QString(), u"error"_s, error->what, bad, payload.size() - bad, {}});
    return root;
}

QString TextCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    return rawSummary(payload, maximumCharacters, true);
}

} // namespace SockScope
