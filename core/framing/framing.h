#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <memory>
#include <optional>

#include "core/types/sockerror.h"

namespace SockScope {

/*! What one connection's framing remembers between reads.
 *  Path    transport → framing, one for each connection; a fresh one for each datagram
 *  Shape   scanned: bytes of the buffer already searched without success; scratch: where an escaped frame is unescaped
 *  Units   bytes
 *  Errors  none
 *  Thread  the sock's thread
 *  Source  keeps a search linear in the stream's length, however small the reads are
 */
struct FramingState
{
    qsizetype scanned = 0;
    QByteArray scratch;
};

/*! The answer of Framing::next: a frame, more bytes needed, or a stream that cannot go on.
 *  Path    framing → codec
 *  Shape   Frame: consumed > 0 bytes leave the buffer, payload points into the buffer or into the state's scratch and
 *          is valid until either changes; NeedMore: consumed is 0, needed is the least number of bytes that the whole
 *          frame takes (0: unknown); Invalid: error says why. Where the framing can go on behind the broken frame,
 *          consumed is what to skip; 0 means that the stream is lost and the peer must be closed
 *  Units   bytes
 *  Errors  SockError with Stage::Framing
 *  Thread  a value
 *  Source  libzmq's decoders: frame, more, error
 */
struct FrameResult
{
    enum class State : quint8 { Frame, NeedMore, Invalid };

    State state = State::NeedMore;
    qsizetype consumed = 0;
    QByteArrayView payload;
    qsizetype needed = 0;
    std::optional<SockError> error;

    static FrameResult frame(qsizetype consumed, QByteArrayView payload)
    {
        return {State::Frame, consumed, payload, 0, std::nullopt};
    }
    static FrameResult needMore(qsizetype needed = 0) { return {State::NeedMore, 0, {}, needed, std::nullopt}; }
    static FrameResult invalid(SockError error, qsizetype skip = 0);
};

/*! Where a message begins and ends in a stream of bytes.
 *  Path    transport → [this] → codec; and codec → [this] → transport
 *  Shape   next: bytes in order, split anywhere; encode: a payload, out: what goes on the wire, appended
 *  Units   bytes; payloads of at most maximumFrameBytes (16 MiB unless set)
 *  Errors  TooLong, InvalidFrame, Truncated; a length is checked before anything is allocated for it
 *  Thread  immutable: any thread; FramingState belongs to one connection
 *  Source  each framing names its own
 */
class Framing
{
public:
    static constexpr qsizetype defaultMaximumFrameBytes = 16 * 1024 * 1024;

    virtual ~Framing() = default;
    /// What the command line and the dialogs call it: "u32", "line", "delim:0a0d"; makeFraming reads it back.
    virtual QString name() const = 0;
    virtual qsizetype maximumFrameBytes() const = 0;
    /// The next frame at the start of buffer. Never looks behind the buffer, never allocates for a length it has read.
    virtual FrameResult next(QByteArrayView buffer, FramingState &state) const = 0;
    /// Appends the framed payload to wire, or answers why not and leaves wire as it was.
    virtual std::optional<SockError> encode(QByteArrayView payload, QByteArray &wire) const = 0;
    /// Whether a message is a whole datagram or a whole read, so that there is no stream to search.
    virtual bool isWhole() const { return false; }
};

/// "datagram" "none" "u8" "u16" "u32" "u64" "u16le" "u32le" "u64le" "varint" "line" "crlf" "delim:HEX" "fixed:N" "slip"
/// "cobs"; a length prefix that counts itself is "u32+self". Null and *error set when the name is not one of these.
std::shared_ptr<const Framing> makeFraming(QStringView name, SockError *error = nullptr,
                                           qsizetype maximumFrameBytes = Framing::defaultMaximumFrameBytes);
/// The names above that need no argument, for dialogs and help texts.
QStringList framingNames();

} // namespace SockScope
