#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! Payloads that all have the same size, one behind the other.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   frameBytes bytes a payload, nothing between them
 *  Units   bytes; the limit is the size itself
 *  Errors  next: none; encode: InvalidFrame for a payload of another size
 *  Thread  immutable: any thread
 *  Source  records of fixed length, as sensors and older protocols send them
 */
class FixedSizeFraming : public Framing
{
public:
    /// A size below 1 is 1; makeFraming refuses it.
    explicit FixedSizeFraming(qsizetype frameBytes);

    QString name() const override;
    qsizetype maximumFrameBytes() const override { return m_frameBytes; }
    FrameResult next(QByteArrayView buffer, FramingState &state) const override;
    std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const override;

private:
    const qsizetype m_frameBytes;
};

} // namespace SockScope
