#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! COBS: payloads rewritten without zero bytes, and a zero after each.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   blocks of a code byte and at most 254 bytes, then 00. Zeros between frames are fill and skipped; an empty
 *          payload is 01 00
 *  Units   bytes; the limit counts the decoded payload
 *  Errors  InvalidFrame for a code that points behind the frame's zero and TooLong for a frame over the limit:
 *          skipped up to the zero, the stream goes on. TooLong when no zero comes within twice the longest lawful
 *          frame: the stream is lost
 *  Thread  immutable: any thread; a decoded payload lives in the FramingState
 *  Source  Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999
 */
class CobsFraming : public Framing
{
public:
    explicit CobsFraming(qsizetype maximumFrameBytes = defaultMaximumFrameBytes);

    QString name() const override { return QStringLiteral("cobs"); }
    qsizetype maximumFrameBytes() const override { return m_maximum; }
    FrameResult next(QByteArrayView buffer, FramingState &state) const override;
    std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const override;

private:
    const qsizetype m_maximum;
};

} // namespace SockScope
