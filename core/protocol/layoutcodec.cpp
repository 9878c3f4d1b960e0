#include "core/protocol/layoutcodec.h"

#include "core/codec/codectext.h"
#include "core/protocol/layout.h"
#include "core/protocol/layoutreader_p.h"
#include "core/protocol/layouttext_p.h"
#include "core/protocol/layoutwriter_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

LayoutCodec::LayoutCodec(std::shared_ptr<const Layouts> layouts, CodecLimits limits, bool keepGiven)
    : m_layouts(std::move(layouts))
    , m_limits(limits)
    , m_keepGiven(keepGiven)
{
}

std::shared_ptr<const LayoutCodec> LayoutCodec::make(const ProtocolDescription &description, ProtocolError *error,
                                                     CodecLimits limits)
{
    auto layouts = compileLayouts(description, error);
    if (!layouts)
        return nullptr;
    return std::shared_ptr<const LayoutCodec>(new LayoutCodec(std::move(layouts), limits, false));
}

std::shared_ptr<const LayoutCodec> LayoutCodec::withGivenKept(bool keep) const
{
    return std::shared_ptr<const LayoutCodec>(new LayoutCodec(m_layouts, m_limits, keep));
}

const ProtocolDescription &LayoutCodec::description() const
{
    return m_layouts->description;
}

QString LayoutCodec::name() const
{
    return u"layout"_s;
}

bool LayoutCodec::carriesType() const
{
    return m_layouts->fixedType < 0;
}

std::optional<SockError> LayoutCodec::decode(const Bytes &payload, Message &message) const
{
    if (payload.size() > m_limits.maximumBytes)
        return payloadTooLong(payload.size(), m_limits.maximumBytes);
    const LayoutReading reading = LayoutReader(*m_layouts, payload.view()).read();
    message.type = reading.typeNumber.value_or(0);
    message.value = QCborValue(reading.toMap());
    return reading.error;
}

std::optional<SockError> LayoutCodec::encode(const Message &message, QByteArray &payload) const
{
    const ProtocolDescription &protocol = m_layouts->description;
    const TypeDescription *type = protocol.type(message.type);
    if (!type && m_layouts->fixedType >= 0 && message.type == MessageType(0))
        type = &protocol.types[size_t(m_layouts->fixedType)];
    if (!type) {
        QStringList names;
        for (const TypeDescription &one : protocol.types)
            names += one.name;
        return codecError(SockError::Code::UnknownType,
                          u"the message type %1 is not described"_s.arg(quotedText(message.type.toString(), 60)),
                          u"choose one of %1"_s.arg(elided(names.join(", "_L1), 400)));
    }
    const QCborValue data = message.value;
    if (!data.isUndefined() && !data.isMap()) {
        return codecError(SockError::Code::InvalidValue, u"the data of %1 is no map"_s.arg(type->name),
                          u"write its fields by their names"_s);
    }
    const auto index = static_cast<size_t>(type - protocol.types.data());
    const qsizetype start = payload.size();
    LayoutWriter writer(payload, m_keepGiven);
    if (const auto error = writer.write(m_layouts->messages[index], data.toMap(), type->number))
        return error;
    if (payload.size() - start <= m_limits.maximumBytes)
        return std::nullopt;
    const SockError error = payloadTooLong(payload.size() - start, m_limits.maximumBytes);
    payload.truncate(start);
    return error;
}

FieldNode LayoutCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    return layoutFields(LayoutReader(*m_layouts, payload).read(), *m_layouts, payload, maximumNodes);
}

QString LayoutCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    return layoutSummary(LayoutReader(*m_layouts, payload).read(), maximumCharacters);
}

} // namespace SockScope
