#include "core/framing/lengthprefixframing.h"

#include <QtEndian>

#include <cstring>
#include <limits>

#include "core/framing/framingerrors.h"

namespace SockScope {

using namespace FramingErrors;

namespace {

constexpr qsizetype maximumVarintBytes = 10;

qsizetype varintBytes(quint64 value)
{
    qsizetype bytes = 1;
    while (value >= 0x80) {
        value >>= 7;
        ++bytes;
    }
    return bytes;
}

void appendVarint(quint64 value, QByteArray &wire)
{
    while (value >= 0x80) {
        wire.append(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    wire.append(static_cast<char>(value));
}

template <typename Number>
quint64 readNumber(const char *data, bool littleEndian)
{
    return littleEndian ? qFromLittleEndian<Number>(data) : qFromBigEndian<Number>(data);
}

QString varintRemedy(QByteArrayView buffer)
{
    return QStringLiteral("check the framing of both ends: ") + firstBytes(buffer);
}

} // namespace

LengthPrefixFraming::LengthPrefixFraming(Prefix prefix, ByteOrder order, Counts counts, qsizetype maximumFrameBytes)
    : m_prefix(prefix)
    , m_order(prefix == Prefix::U8 || prefix == Prefix::Varint ? ByteOrder::BigEndian : order)
    , m_counts(counts)
    , m_maximum(boundedLimit(maximumFrameBytes))
    , m_isPlain32(m_prefix == Prefix::U32 && m_order == ByteOrder::BigEndian && m_counts == Counts::Payload)
{
}

QString LengthPrefixFraming::name() const
{
    QString text = m_prefix == Prefix::Varint ? QStringLiteral("varint") : QStringLiteral("u%1").arg(width() * 8);
    if (m_order == ByteOrder::LittleEndian)
        text += QStringLiteral("le");
    if (m_counts == Counts::PrefixAndPayload)
        text += QStringLiteral("+self");
    return text;
}

quint64 LengthPrefixFraming::largestLength() const
{
    if (m_prefix == Prefix::Varint || m_prefix == Prefix::U64)
        return std::numeric_limits<quint64>::max();
    return (quint64(1) << (width() * 8)) - 1;
}

quint64 LengthPrefixFraming::readFixed(const char *data, bool swapped) const
{
    const bool littleEndian = (m_order == ByteOrder::LittleEndian) != swapped;
    switch (m_prefix) {
    case Prefix::U16:
        return readNumber<quint16>(data, littleEndian);
    case Prefix::U32:
        return readNumber<quint32>(data, littleEndian);
    case Prefix::U64:
        return readNumber<quint64>(data, littleEndian);
    case Prefix::U8:
    case Prefix::Varint:
        break;
    }
    return static_cast<quint8>(*data);
}

FrameResult LengthPrefixFraming::next(QByteArrayView buffer, FramingState &) const
{
    // The most common framing, without a question that its settings have answered; all that is odd goes the long way.
    if (m_isPlain32 && buffer.size() >= 4) {
        const qsizetype length = qFromBigEndian<quint32>(buffer.data());
        if (length <= m_maximum) {
            if (buffer.size() - 4 < length)
                return FrameResult::needMore(4 + length);
            return FrameResult::frame(4 + length, QByteArrayView(buffer.data() + 4, length));
        }
    }
    if (m_prefix == Prefix::Varint)
        return nextVarint(buffer);
    if (buffer.size() < width())
        return FrameResult::needMore(width());
    return split(buffer, width(), readFixed(buffer.data(), false));
}

FrameResult LengthPrefixFraming::nextVarint(QByteArrayView buffer) const
{
    quint64 value = 0;
    for (qsizetype i = 0; i < buffer.size(); ++i) {
        const auto byte = static_cast<quint8>(buffer[i]);
        // The tenth byte has one bit left of the 64, and no byte may follow it.
        if (i == maximumVarintBytes - 1 && byte > 1)
            return FrameResult::invalid(
                invalidFrame(QStringLiteral("varint length does not fit 64 bits"), varintRemedy(buffer), i));
        value |= quint64(byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        if (byte == 0 && i > 0)
            return FrameResult::invalid(
                invalidFrame(QStringLiteral("varint length is overlong: %1 bytes where %2 would do")
                                 .arg(i + 1)
                                 .arg(varintBytes(value)),
                             varintRemedy(buffer), i));
        return split(buffer, i + 1, value);
    }
    return FrameResult::needMore(buffer.size() + 1);
}

FrameResult LengthPrefixFraming::split(QByteArrayView buffer, qsizetype prefixBytes, quint64 value) const
{
    const quint64 counted = m_counts == Counts::PrefixAndPayload ? quint64(prefixBytes) : 0;
    if (value < counted)
        return FrameResult::invalid(invalidFrame(
            QStringLiteral("length %1 is less than the %2 bytes of the prefix that it counts").arg(value).arg(counted),
            QStringLiteral("if the peer counts the payload only, use the framing %1; ").arg(name().chopped(5)) +
                firstBytes(buffer),
            0));
    // Compared before any sum: a length near 2^64 stays a number that is too large.
    const quint64 length = value - counted;
    if (length > quint64(m_maximum))
        return FrameResult::invalid(tooLong(length, buffer));
    const qsizetype total = prefixBytes + qsizetype(length);
    if (buffer.size() < total)
        return FrameResult::needMore(total);
    return FrameResult::frame(total, buffer.sliced(prefixBytes, qsizetype(length)));
}

SockError LengthPrefixFraming::tooLong(quint64 length, QByteArrayView buffer) const
{
    QString hint;
    if (m_prefix != Prefix::U8 && m_prefix != Prefix::Varint) {
        const quint64 swapped = readFixed(buffer.data(), true);
        if (swapped <= quint64(m_maximum)) {
            const auto order = m_order == ByteOrder::BigEndian ? ByteOrder::LittleEndian : ByteOrder::BigEndian;
            hint = QStringLiteral("; in the other byte order the length is %1 (framing %2)")
                       .arg(grouped(swapped), LengthPrefixFraming(m_prefix, order, m_counts).name());
        }
    }
    return frameTooLong(length, m_maximum, buffer, false, hint);
}

std::optional<SockError> LengthPrefixFraming::encode(QByteArrayView payload, QByteArray &wire) const
{
    if (payload.size() > m_maximum)
        return payloadTooLong(payload.size(), m_maximum);
    if (m_isPlain32 && payload.size() <= std::numeric_limits<qint32>::max()) {
        const qsizetype before = wire.size();
        wire.resize(before + 4 + payload.size());
        char *place = wire.data() + before;
        qToBigEndian<quint32>(static_cast<quint32>(payload.size()), place);
        std::memcpy(place + 4, payload.data(), static_cast<size_t>(payload.size()));
        return {};
    }
    const bool countsItself = m_counts == Counts::PrefixAndPayload;
    auto value = quint64(payload.size());

    if (m_prefix == Prefix::Varint) {
        if (countsItself) {
            // A longer prefix makes the length larger, which may make the prefix longer once more.
            qsizetype bytes = 1;
            while (varintBytes(value + quint64(bytes)) > bytes)
                ++bytes;
            value += quint64(bytes);
        }
        wire.reserve(wire.size() + maximumVarintBytes + payload.size());
        appendVarint(value, wire);
        wire.append(payload);
        return {};
    }

    if (countsItself)
        value += quint64(width());
    if (value > largestLength()) {
        SockError error = payloadTooLong(payload.size(), qsizetype(largestLength()) - (countsItself ? width() : 0));
        error.remedy =
            QStringLiteral("a %1 length cannot say more; use u32 or varint, or send it in parts").arg(name());
        return error;
    }
    char prefix[8];
    for (qsizetype i = 0; i < width(); ++i) {
        const qsizetype shift = 8 * (m_order == ByteOrder::BigEndian ? width() - 1 - i : i);
        prefix[i] = static_cast<char>((value >> shift) & 0xff);
    }
    wire.append(prefix, width());
    wire.append(payload);
    return {};
}

} // namespace SockScope
