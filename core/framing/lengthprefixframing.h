#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! A length in front of each payload, in 1, 2, 4 or 8 bytes or as a varint.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   prefix, payload; the prefix says the payload's length, or its own length and the payload's together
 *  Units   bytes
 *  Errors  TooLong for a length over the limit or one that the prefix cannot say; InvalidFrame for a varint that is
 *          overlong or over 64 bits and for a length smaller than the prefix that it counts. After any of these the
 *          stream is lost: nothing tells where the next prefix is
 *  Thread  immutable: any thread
 *  Source  unsigned LEB128 for the varint (DWARF 5, 7.6), at most 10 bytes; network byte order unless told otherwise
 */
class LengthPrefixFraming : public Framing
{
public:
    enum class Prefix : quint8 { U8, U16, U32, U64, Varint };
    enum class ByteOrder : quint8 { BigEndian, LittleEndian };
    enum class Counts : quint8 { Payload, PrefixAndPayload };

    /// The byte order means nothing to U8 and Varint.
    explicit LengthPrefixFraming(Prefix prefix, ByteOrder order = ByteOrder::BigEndian, Counts counts = Counts::Payload,
                                 qsizetype maximumFrameBytes = defaultMaximumFrameBytes);

    QString name() const override;
    qsizetype maximumFrameBytes() const override { return m_maximum; }
    FrameResult next(QByteArrayView buffer, FramingState &state) const override;
    std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const override;

private:
    qsizetype width() const { return qsizetype(1) << static_cast<int>(m_prefix); }
    quint64 largestLength() const;
    quint64 readFixed(const char *data, bool swapped) const;
    FrameResult split(QByteArrayView buffer, qsizetype prefixBytes, quint64 value) const;
    FrameResult nextVarint(QByteArrayView buffer) const;
    SockError tooLong(quint64 length, QByteArrayView buffer) const;

    const Prefix m_prefix;
    const ByteOrder m_order;
    const Counts m_counts;
    const qsizetype m_maximum;
    const bool m_isPlain32;
};

} // namespace SockScope
