#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! Payloads that each end with the same bytes: lines, or any other mark.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   payload, delimiter (1 to 64 bytes). The payload is passed on exactly as it is, so that a line that ended
 *          with CR LF keeps its CR in the line framing
 *  Units   bytes; the limit counts the payload without its delimiter
 *  Errors  TooLong once the payload must be over the limit, whether or not its end has come: the stream is lost.
 *          encode: InvalidFrame, with the offset, for a payload in which the receiver would find the delimiter too
 *          early
 *  Thread  immutable: any thread
 *  Source  RFC 5321 2.3.8 and RFC 9112 2.2 for lines; a search resumes where the last one ended
 */
class DelimiterFraming : public Framing
{
public:
    static constexpr qsizetype maximumDelimiterBytes = 64;

    /// A delimiter that is too long is cut; an empty one is LF. makeFraming refuses both.
    explicit DelimiterFraming(const QByteArray &delimiter, qsizetype maximumFrameBytes = defaultMaximumFrameBytes);

    const QByteArray &delimiter() const { return m_delimiter; }
    /// "line" for 0a, "crlf" for 0d0a, "delim:HEX" for all others.
    QString name() const override;
    qsizetype maximumFrameBytes() const override { return m_maximum; }
    FrameResult next(QByteArrayView buffer, FramingState &state) const override;
    std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const override;

private:
    qsizetype find(QByteArrayView bytes, qsizetype from) const;
    qsizetype findEarly(QByteArrayView payload) const;

    const QByteArray m_delimiter;
    const qsizetype m_maximum;
};

} // namespace SockScope
