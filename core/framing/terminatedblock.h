#pragma once

#include "core/framing/framing.h"

namespace SockScope {

/*! The next run of bytes that ends with a terminator byte: what SLIP and COBS search before they unescape.
 *  Path    inside a framing
 *  Shape   Found: [begin, end) and the terminator at end; Partial: [begin, end) so far; Fill: maximumFillBytes
 *          terminators in a row and nothing else, end is how many to skip
 *  Units   bytes from the start of the buffer
 *  Errors  none; the framing decides what a block that is too long or only fill means
 *  Thread  a value
 *  Source  terminators in front of a block are fill (RFC 1055): skipped, but no more of them than a read may keep
 */
struct TerminatedBlock
{
    static constexpr qsizetype maximumFillBytes = 4096;

    enum class State : quint8 { Found, Partial, Fill };

    State state = State::Partial;
    qsizetype begin = 0;
    qsizetype end = 0;

    qsizetype size() const { return end - begin; }
    /// Resumes at framing.scanned and keeps it up to date.
    static TerminatedBlock next(QByteArrayView buffer, char terminator, FramingState &framing);
    /// The error for State::Fill: the run is skipped and the stream goes on.
    static FrameResult fillError(const TerminatedBlock &block, char terminator);
    /// The state's scratch, at least bytes long; memory left from a far larger frame is given back.
    static char *scratch(FramingState &framing, qsizetype bytes);
};

} // namespace SockScope
