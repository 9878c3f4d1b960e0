#include "core/framing/terminatedblock.h"

#include <algorithm>
#include <cstring>

#include "core/framing/framingerrors.h"

namespace SockScope {

namespace {

qsizetype skipFill(QByteArrayView buffer, char terminator, qsizetype from)
{
    const qsizetype limit = std::min(buffer.size(), TerminatedBlock::maximumFillBytes);
    while (from < limit && buffer[from] == terminator)
        ++from;
    return from;
}

} // namespace

TerminatedBlock TerminatedBlock::next(QByteArrayView buffer, char terminator, FramingState &framing)
{
    const qsizetype scanned = framing.scanned <= buffer.size() ? framing.scanned : 0;
    // A terminator at the end of what was searched can only be fill: otherwise it would have ended a block.
    const bool fillSoFar = scanned > 0 && buffer[scanned - 1] == terminator;
    const qsizetype begin = skipFill(buffer, terminator, fillSoFar ? scanned : 0);
    if (begin == maximumFillBytes && buffer[begin - 1] == terminator) {
        framing.scanned = 0;
        return {State::Fill, 0, begin};
    }

    const qsizetype from = std::max(scanned, begin);
    const void *hit =
        from < buffer.size() ? std::memchr(buffer.data() + from, terminator, size_t(buffer.size() - from)) : nullptr;
    if (!hit) {
        framing.scanned = buffer.size();
        return {State::Partial, begin, buffer.size()};
    }
    framing.scanned = 0;
    return {State::Found, begin, static_cast<const char *>(hit) - buffer.data()};
}

FrameResult TerminatedBlock::fillError(const TerminatedBlock &block, char terminator)
{
    return FrameResult::invalid(
        FramingErrors::invalidFrame(
            QStringLiteral("%1 empty frames in a row").arg(FramingErrors::grouped(quint64(block.end))),
            QStringLiteral("they were skipped; check why the peer sends nothing but %1")
                .arg(QString::fromLatin1(QByteArray(1, terminator).toHex()))),
        block.end);
}

char *TerminatedBlock::scratch(FramingState &framing, qsizetype bytes)
{
    constexpr qsizetype worthKeeping = 256 * 1024;
    if (framing.scratch.capacity() > worthKeeping && bytes < framing.scratch.capacity() / 16)
        framing.scratch = QByteArray();
    if (framing.scratch.size() < bytes)
        framing.scratch.resize(bytes);
    return framing.scratch.data();
}

} // namespace SockScope
