#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! No framing: each datagram, or each read from a stream, is one message.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   called once for each datagram or read, with all of it: the answer is always a frame of all of it. An empty
 *          buffer is an empty message with consumed 0, so a caller must not ask again before it has something new
 *  Units   bytes
 *  Errors  TooLong for more than the limit; all of it is to be skipped and the next read is not affected
 *  Thread  immutable: any thread
 *  Source  RFC 768: a datagram keeps its bounds. A TCP stream does not, so "none" shows what each read happened to hold
 */
class WholeFraming : public Framing
{
public:
    enum class Unit : quint8 { Datagram, Read };

    explicit WholeFraming(Unit unit, qsizetype maximumFrameBytes = defaultMaximumFrameBytes);

    QString name() const override;
    qsizetype maximumFrameBytes() const override { return m_maximum; }
    FrameResult next(QByteArrayView buffer, FramingState &state) const override;
    std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const override;
    bool isWhole() const override { return true; }

private:
    const Unit m_unit;
    const qsizetype m_maximum;
};

} // namespace SockScope
