#include "core/framing/fixedsizeframing.h"

#include "core/framing/framingerrors.h"

namespace SockScope {

using namespace FramingErrors;

FixedSizeFraming::FixedSizeFraming(qsizetype frameBytes)
    : m_frameBytes(boundedLimit(frameBytes))
{
}

QString FixedSizeFraming::name() const
{
    return QStringLiteral("fixed:%1").arg(m_frameBytes);
}

FrameResult FixedSizeFraming::next(QByteArrayView buffer, FramingState &) const
{
    if (buffer.size() < m_frameBytes)
        return FrameResult::needMore(m_frameBytes);
    return FrameResult::frame(m_frameBytes, buffer.first(m_frameBytes));
}

std::optional<SockError> FixedSizeFraming::encode(QByteArrayView payload, QByteArray &wire) const
{
    if (payload.size() != m_frameBytes)
        return invalidFrame(QStringLiteral("message of %1 bytes does not fit frames of exactly %2")
                                .arg(grouped(quint64(payload.size())), grouped(quint64(m_frameBytes))),
                            payload.size() < m_frameBytes
                                ? QStringLiteral("pad the message or use a framing with a length, such as u32")
                                : QStringLiteral("shorten the message or use a framing with a length, such as u32"));
    wire.append(payload);
    return {};
}

} // namespace SockScope
