#include "core/framing/cobsframing.h"

#include <algorithm>
#include <cstring>

#include "core/framing/framingerrors.h"
#include "core/framing/terminatedblock.h"

namespace SockScope {

using namespace FramingErrors;

namespace {

constexpr qsizetype longestBlock = 254;

qsizetype longestEncoding(qsizetype payloadBytes)
{
    return payloadBytes + payloadBytes / longestBlock + 1;
}

} // namespace

CobsFraming::CobsFraming(qsizetype maximumFrameBytes)
    : m_maximum(boundedLimit(maximumFrameBytes))
{
}

FrameResult CobsFraming::next(QByteArrayView buffer, FramingState &state) const
{
    const TerminatedBlock found = TerminatedBlock::next(buffer, '\0', state);
    if (found.state == TerminatedBlock::State::Fill)
        return TerminatedBlock::fillError(found, '\0');
    const QByteArrayView block = buffer.sliced(found.begin, found.size());
    // A frame somewhat over the limit is worth waiting for: with its zero the stream goes on behind it.
    if (block.size() > 2 * longestEncoding(m_maximum)) {
        state.scanned = 0;
        return FrameResult::invalid(frameTooLong(quint64(m_maximum) + 1, m_maximum, block, true));
    }
    if (found.state == TerminatedBlock::State::Partial)
        return FrameResult::needMore();

    const qsizetype consumed = found.end + 1;
    char *const begin = TerminatedBlock::scratch(state, block.size());
    char *out = begin;
    for (qsizetype at = 0; at < block.size();) {
        // No code is zero: the block ends before the first zero.
        const auto code = static_cast<quint8>(block[at]);
        if (code > block.size() - at)
            return FrameResult::invalid(
                invalidFrame(QStringLiteral("COBS code %1 points %2 bytes behind the end of the frame")
                                 .arg(code)
                                 .arg(code - (block.size() - at)),
                             QStringLiteral("the frame was skipped; check that the peer speaks COBS: ") +
                                 firstBytes(block),
                             found.begin + at),
                consumed);
        out = std::copy_n(block.data() + at + 1, code - 1, out);
        at += code;
        if (code != 0xff && at < block.size())
            *out++ = '\0';
    }
    if (out - begin > m_maximum)
        return FrameResult::invalid(frameTooLong(quint64(out - begin), m_maximum, block), consumed);
    return FrameResult::frame(consumed, QByteArrayView(begin, out - begin));
}

std::optional<SockError> CobsFraming::encode(QByteArrayView payload, QByteArray &wire) const
{
    if (payload.size() > m_maximum)
        return payloadTooLong(payload.size(), m_maximum);
    wire.reserve(wire.size() + longestEncoding(payload.size()) + 1);
    qsizetype at = 0;
    do {
        const qsizetype room = std::min(payload.size() - at, longestBlock);
        const void *zero = room > 0 ? std::memchr(payload.data() + at, 0, size_t(room)) : nullptr;
        const qsizetype run = zero ? static_cast<const char *>(zero) - (payload.data() + at) : room;
        wire.append(static_cast<char>(run + 1));
        wire.append(payload.sliced(at, run));
        at += run;
        if (zero) {
            // The zero is said by the next code, which must therefore come even when nothing else does.
            ++at;
            if (at == payload.size())
                wire.append('\x01');
        }
    } while (at < payload.size());
    wire.append('\0');
    return {};
}

} // namespace SockScope
