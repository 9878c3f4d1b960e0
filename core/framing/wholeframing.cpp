#include "core/framing/wholeframing.h"

#include "core/framing/framingerrors.h"

namespace SockScope {

using namespace FramingErrors;

WholeFraming::WholeFraming(Unit unit, qsizetype maximumFrameBytes)
    : m_unit(unit)
    , m_maximum(boundedLimit(maximumFrameBytes))
{
}

QString WholeFraming::name() const
{
    return m_unit == Unit::Datagram ? QStringLiteral("datagram") : QStringLiteral("none");
}

FrameResult WholeFraming::next(QByteArrayView buffer, FramingState &) const
{
    if (buffer.size() > m_maximum)
        return FrameResult::invalid(frameTooLong(quint64(buffer.size()), m_maximum, buffer), buffer.size());
    return FrameResult::frame(buffer.size(), buffer);
}

std::optional<SockError> WholeFraming::encode(QByteArrayView payload, QByteArray &wire) const
{
    if (payload.size() > m_maximum)
        return payloadTooLong(payload.size(), m_maximum);
    wire.append(payload);
    return {};
}

} // namespace SockScope
