#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! SLIP: END after each payload, END and ESC inside it escaped.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   END, escaped payload, END; the END in front cuts off line noise. Empty frames are skipped, as the RFC
 *          says, so an empty payload cannot be sent
 *  Units   bytes; the limit counts the unescaped payload
 *  Errors  InvalidFrame for a wrong escape and TooLong for a frame over the limit: skipped up to its END, the stream
 *          goes on. TooLong without an END within twice the limit: the stream is lost. encode: InvalidFrame for an
 *          empty payload
 *  Thread  immutable: any thread; an unescaped payload lives in the FramingState
 *  Source  RFC 1055
 */
class SlipFraming : public Framing
{
public:
    explicit SlipFraming(qsizetype maximumFrameBytes = defaultMaximumFrameBytes);

    QString name() const override { return QStringLiteral("slip"); }
    qsizetype maximumFrameBytes() const override { return m_maximum; }
    FrameResult next(QByteArrayView buffer, FramingState &state) const override;
    std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const override;

private:
    const qsizetype m_maximum;
};

} // namespace SockScope
