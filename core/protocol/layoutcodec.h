#pragma once

#include "core/codec/codec.h"
#include "core/protocol/protocoldescription.h"

namespace SockScope {

class Layouts;

/*! Binary messages whose fields lie in described places.
 *  Path    framing → [this] → hooks; and back
 *  Shape   decode: a map of the fields in their order, padding left out; of a broken payload the value holds what could
 *          be read. encode: what is missing has its default, or zero; lengths, counts, checksums and the type are
 *          computed, unless keepGiven says that those in the data count, right or wrong; constants and ranges too
 *  Units   bytes
 *  Errors  InvalidPayload with the offset (too short, too long, a wrong constant, length or checksum, no UTF-8),
 *          UnknownType, InvalidValue naming the field, LimitReached, TooLong
 *  Thread  immutable: any thread
 *  Source  none
 */
class LayoutCodec : public Codec
{
public:
    /// Null and *error when the description is not that of a layout, or contradicts itself.
    static std::shared_ptr<const LayoutCodec> make(const ProtocolDescription &description,
                                                   ProtocolError *error = nullptr, CodecLimits limits = {});
    /// The same layouts, with other manners of encoding.
    std::shared_ptr<const LayoutCodec> withGivenKept(bool keep = true) const;
    bool keepsGiven() const { return m_keepGiven; }
    const ProtocolDescription &description() const;

    QString name() const override;
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override;
    std::optional<SockError> encode(const Message &message, QByteArray &payload) const override;
    FieldNode fields(QByteArrayView payload, qsizetype maximumNodes = 10000) const override;
    QString summary(QByteArrayView payload, qsizetype maximumCharacters = 200) const override;
    bool carriesType() const override;

private:
    LayoutCodec(std::shared_ptr<const Layouts> layouts, CodecLimits limits, bool keepGiven);

    const std::shared_ptr<const Layouts> m_layouts;
    const CodecLimits m_limits;
    const bool m_keepGiven;
};

} // namespace SockScope
