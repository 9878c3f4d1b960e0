#include "core/framing/slipframing.h"

#include <algorithm>
#include <cstring>

#include "core/framing/framingerrors.h"
#include "core/framing/terminatedblock.h"

namespace SockScope {

using namespace FramingErrors;

namespace {

constexpr char slipEnd = '\xc0';
constexpr char slipEscape = '\xdb';
constexpr char slipEscapedEnd = '\xdc';
constexpr char slipEscapedEscape = '\xdd';

SockError badEscape(QByteArrayView block, qsizetype at, qsizetype offset)
{
    const QString follows = at + 1 < block.size() ? QString::fromLatin1(block.sliced(at + 1, 1).toByteArray().toHex())
                                                  : QStringLiteral("the end of the frame");
    return invalidFrame(QStringLiteral("db (ESC) is followed by %1; only dc and dd may follow it").arg(follows),
                        QStringLiteral("the frame was skipped; check that the peer speaks SLIP: ") + firstBytes(block),
                        offset + at);
}

} // namespace

SlipFraming::SlipFraming(qsizetype maximumFrameBytes)
    : m_maximum(boundedLimit(maximumFrameBytes))
{
}

FrameResult SlipFraming::next(QByteArrayView buffer, FramingState &state) const
{
    const TerminatedBlock found = TerminatedBlock::next(buffer, slipEnd, state);
    if (found.state == TerminatedBlock::State::Fill)
        return TerminatedBlock::fillError(found, slipEnd);
    const QByteArrayView block = buffer.sliced(found.begin, found.size());
    // Twice the limit is a frame in which every byte is escaped.
    if (block.size() > 2 * m_maximum) {
        state.scanned = 0;
        return FrameResult::invalid(frameTooLong(quint64(block.size() / 2), m_maximum, block, true));
    }
    if (found.state == TerminatedBlock::State::Partial)
        return FrameResult::needMore();

    const qsizetype consumed = found.end + 1;
    const char *in = block.data();
    const char *const inEnd = in + block.size();
    const char *escape = static_cast<const char *>(std::memchr(in, slipEscape, size_t(block.size())));
    if (!escape) {
        if (block.size() > m_maximum)
            return FrameResult::invalid(frameTooLong(quint64(block.size()), m_maximum, block), consumed);
        return FrameResult::frame(consumed, block);
    }

    char *const begin = TerminatedBlock::scratch(state, block.size());
    char *out = begin;
    while (escape) {
        out = std::copy(in, escape, out);
        if (escape + 1 == inEnd || (escape[1] != slipEscapedEnd && escape[1] != slipEscapedEscape))
            return FrameResult::invalid(badEscape(block, escape - block.data(), found.begin), consumed);
        *out++ = escape[1] == slipEscapedEnd ? slipEnd : slipEscape;
        in = escape + 2;
        escape = in < inEnd ? static_cast<const char *>(std::memchr(in, slipEscape, size_t(inEnd - in))) : nullptr;
    }
    out = std::copy(in, inEnd, out);
    if (out - begin > m_maximum)
        return FrameResult::invalid(frameTooLong(quint64(out - begin), m_maximum, block), consumed);
    return FrameResult::frame(consumed, QByteArrayView(begin, out - begin));
}

std::optional<SockError> SlipFraming::encode(QByteArrayView payload, QByteArray &wire) const
{
    if (payload.size() > m_maximum)
        return payloadTooLong(payload.size(), m_maximum);
    if (payload.isEmpty())
        return invalidFrame(QStringLiteral("SLIP cannot carry an empty message: receivers skip empty frames"),
                            QStringLiteral("send at least one byte, or use COBS or a framing with a length"));
    wire.reserve(wire.size() + payload.size() + 2);
    wire.append(slipEnd);
    for (const char byte : payload) {
        if (byte == slipEnd)
            wire.append(slipEscape).append(slipEscapedEnd);
        else if (byte == slipEscape)
            wire.append(slipEscape).append(slipEscapedEscape);
        else
            wire.append(byte);
    }
    wire.append(slipEnd);
    return {};
}

} // namespace SockScope
