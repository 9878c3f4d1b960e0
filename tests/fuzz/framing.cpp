// A framing against bytes from a peer: the same frames however the stream is cut, nothing outside the buffer, nothing
// kept beyond the limit; and what it encodes it finds again.

#include <QString>

#include <functional>
#include <vector>

#include "core/framing/framing.h"
#include "fuzz/fuzz.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

enum class Kind { Length, Varint, Line, Delimiter, Fixed, Slip, Cobs, Whole };
constexpr Kind kind = Kind::SOCKSCOPE_FRAMING;

struct Subject
{
    QString name;
    std::shared_ptr<const Framing> framing;
    qsizetype delimiterBytes = 0;

    qsizetype maximum() const { return framing->maximumFrameBytes(); }
    /// What the framing may add to a payload on the wire.
    qsizetype longestWire() const
    {
        switch (kind) {
        case Kind::Length:
        case Kind::Varint:
            return maximum() + 10;
        case Kind::Line:
        case Kind::Delimiter:
            return maximum() + delimiterBytes;
        case Kind::Fixed:
        case Kind::Whole:
            return maximum();
        case Kind::Slip:
            return 2 * maximum() + 4096; // and empty frames before it
        case Kind::Cobs:
            return 2 * (maximum() + maximum() / 254 + 1) + 4096;
        }
        return 0;
    }
};

Subject makeSubject(Input &input)
{
    static constexpr qsizetype limits[] = {1,   2,   3,   7,    16,   64,    127,   128,
                                           253, 254, 255, 1000, 4096, 65535, 65536, Framing::defaultMaximumFrameBytes};
    const qsizetype limit = limits[input.lastByte() % std::size(limits)];
    const quint8 choice = input.lastByte();
    Subject subject;
    switch (kind) {
    case Kind::Length: {
        static constexpr const char *names[] = {"u8", "u16", "u32", "u64", "u16le", "u32le", "u64le"};
        subject.name = QLatin1String(names[choice / 2 % std::size(names)]);
        if (choice % 2)
            subject.name += QStringLiteral("+self");
        break;
    }
    case Kind::Varint:
        subject.name = choice % 2 ? QStringLiteral("varint+self") : QStringLiteral("varint");
        break;
    case Kind::Line:
        subject.name = choice % 2 ? QStringLiteral("crlf") : QStringLiteral("line");
        subject.delimiterBytes = 1 + choice % 2;
        break;
    case Kind::Delimiter: {
        QByteArray delimiter;
        for (int i = 0; i <= choice % 64; ++i)
            delimiter += static_cast<char>(choice & 0x80 ? 'a' + input.lastByte() % 2 : input.lastByte());
        subject.name = QStringLiteral("delim:") + QString::fromLatin1(delimiter.toHex());
        subject.delimiterBytes = delimiter.size();
        break;
    }
    case Kind::Fixed:
        subject.name = QStringLiteral("fixed:%1").arg(1 + choice % qMin<qsizetype>(limit, 200));
        break;
    case Kind::Slip:
        subject.name = QStringLiteral("slip");
        break;
    case Kind::Cobs:
        subject.name = QStringLiteral("cobs");
        break;
    case Kind::Whole:
        subject.name = choice % 2 ? QStringLiteral("none") : QStringLiteral("datagram");
        break;
    }
    subject.framing = makeFraming(subject.name, nullptr, limit);
    check(subject.framing != nullptr, "makeFraming knows the name");
    const auto again = makeFraming(subject.framing->name(), nullptr, limit);
    check(again && again->name() == subject.framing->name(), "a framing's name makes it again");
    check(again->maximumFrameBytes() == subject.maximum(), "and with the same limit");
    return subject;
}

/// What next() answered other than NeedMore.
struct Event
{
    QByteArray payload;
    qsizetype consumed = 0;
    std::optional<SockError::Code> error;
    friend bool operator==(const Event &, const Event &) = default;
};

/// One connection, handled as a sock handles it.
class Stream
{
public:
    explicit Stream(const Subject &subject)
        : m_subject(subject)
    {
    }

    void feed(QByteArrayView bytes)
    {
        if (m_lost)
            return;
        const Exact buffer(m_unread + bytes.toByteArray());
        qsizetype offset = 0;
        while (offset < buffer.view().size() && !m_lost) {
            const qsizetype consumed = step(buffer.view().sliced(offset));
            if (consumed == 0)
                break;
            offset += consumed;
        }
        m_unread = buffer.view().sliced(offset).toByteArray();
        check(m_lost || m_unread.size() <= m_subject.longestWire(), "what waits for more bytes is bounded");
        const qsizetype scratch = m_state.scratch.capacity();
        check(scratch <= qMax<qsizetype>(2 * m_subject.longestWire(), 300 * 1024), "the scratch space is bounded");
    }

    const std::vector<Event> &events() const { return m_events; }
    bool isLost() const { return m_lost; }
    QByteArray unread() const { return m_lost ? QByteArray() : m_unread; }
    friend bool operator==(const Stream &a, const Stream &b)
    {
        return a.m_lost == b.m_lost && a.m_events == b.m_events && a.unread() == b.unread();
    }

private:
    qsizetype step(QByteArrayView buffer)
    {
        const FrameResult result = m_subject.framing->next(buffer, m_state);
        check(result.consumed >= 0 && result.consumed <= buffer.size(), "consumed lies in the buffer");
        check(m_state.scanned >= 0 && m_state.scanned <= buffer.size(), "scanned lies in the buffer");
        switch (result.state) {
        case FrameResult::State::NeedMore:
            check(result.consumed == 0, "NeedMore consumes nothing");
            check(result.needed == 0 || result.needed > buffer.size(), "NeedMore needs more than there is");
            check(result.needed <= m_subject.longestWire(), "NeedMore never asks for more than the maximum");
            m_needed = qMax(m_needed, result.needed);
            return 0;
        case FrameResult::State::Frame:
            check(!result.error, "a frame is no error");
            check(result.consumed > 0, "a frame of a stream consumes something");
            check(result.consumed >= m_needed, "a frame is no shorter than NeedMore said");
            check(result.payload.size() <= m_subject.maximum(), "a payload keeps the limit");
            checkInside(result.payload, buffer);
            m_events.push_back({result.payload.toByteArray(), result.consumed, std::nullopt});
            break;
        case FrameResult::State::Invalid:
            check(result.error.has_value(), "Invalid says why");
            checkError(*result.error);
            check(result.error->stage == Stage::Framing, "the stage is framing");
            check(result.error->offset <= buffer.size(), "the offset lies in the buffer");
            m_lost = result.consumed == 0;
            m_events.push_back({{}, result.consumed, result.error->code});
            break;
        }
        m_state.scanned = 0; // as the sock does
        m_needed = 0;
        return result.consumed;
    }
    void checkInside(QByteArrayView payload, QByteArrayView buffer) const
    {
        const auto within = [payload](const char *begin, qsizetype size) {
            return std::less_equal<>()(begin, payload.data()) &&
                   std::less_equal<>()(payload.data() + payload.size(), begin + size);
        };
        check(payload.isEmpty() || within(buffer.data(), buffer.size()) ||
                  within(m_state.scratch.constData(), m_state.scratch.size()),
              "a payload points into the buffer or the scratch space");
    }

    const Subject &m_subject;
    FramingState m_state;
    QByteArray m_unread;
    std::vector<Event> m_events;
    qsizetype m_needed = 0;
    bool m_lost = false;
};

Stream fedAtOnce(const Subject &subject, QByteArrayView wire)
{
    Stream stream(subject);
    stream.feed(wire);
    return stream;
}

Stream fedInPieces(const Subject &subject, QByteArrayView wire, const std::function<qsizetype(qsizetype)> &pieceAt)
{
    Stream stream(subject);
    for (qsizetype at = 0; at < wire.size();) {
        const qsizetype piece = qBound<qsizetype>(1, pieceAt(at), wire.size() - at);
        stream.feed(wire.sliced(at, piece));
        at += piece;
    }
    return stream;
}

void checkSplits(const Subject &subject, QByteArrayView wire, quint8 seed)
{
    const Stream whole = fedAtOnce(subject, wire);
    if (wire.size() <= 96) {
        for (qsizetype split = 1; split < wire.size(); ++split) {
            check(whole == fedInPieces(subject, wire, [split](qsizetype at) { return at == 0 ? split : 4096; }),
                  "two pieces give the frames that the whole gives");
        }
    }
    if (wire.size() <= 1024)
        check(whole == fedInPieces(subject, wire, [](qsizetype) { return 1; }), "so do single bytes");
    quint32 state = seed + 1u;
    check(whole == fedInPieces(subject, wire,
                               [&state](qsizetype) {
                                   state = state * 1664525u + 1013904223u;
                                   return qsizetype(state >> 24) * ((state & 0x300) ? 1 : 16);
                               }),
          "so do uneven pieces");
}

bool mayRefuse(const Subject &subject, QByteArrayView payload)
{
    const qsizetype size = payload.size();
    if (size > subject.maximum())
        return true;
    switch (kind) {
    case Kind::Length: {
        const bool self = subject.name.endsWith(u"+self");
        const qsizetype width = subject.name.startsWith(u"u8") ? 1 : subject.name.startsWith(u"u16") ? 2 : 4;
        return width < 4 && size + (self ? width : 0) >= qsizetype(1) << (8 * width);
    }
    case Kind::Fixed:
        return size != subject.maximum();
    case Kind::Slip:
        return size == 0;
    case Kind::Line:
    case Kind::Delimiter: {
        // Only when the receiver would not find the payload again.
        const QByteArray delimiter = subject.name == u"line"   ? QByteArray("\n")
                                     : subject.name == u"crlf" ? QByteArray("\r\n")
                                                               : QByteArray::fromHex(subject.name.mid(6).toLatin1());
        const Stream stream = fedAtOnce(subject, payload.toByteArray() + delimiter);
        return stream.events().empty() || stream.events().front().payload != payload;
    }
    case Kind::Varint:
    case Kind::Cobs:
    case Kind::Whole:
        break;
    }
    return false;
}

/// The payload's wire bytes, empty when it is refused.
std::optional<QByteArray> encoded(const Subject &subject, QByteArrayView payload)
{
    QByteArray wire("before");
    const std::optional<SockError> error = subject.framing->encode(payload, wire);
    check(wire.startsWith("before"), "encode only appends");
    check(error.has_value() == mayRefuse(subject, payload), "encode refuses what the framing cannot carry, no more");
    if (error) {
        checkError(*error);
        check(wire.size() == 6, "a refused payload leaves nothing behind");
        return std::nullopt;
    }
    return wire.sliced(6);
}

void checkRoundTrip(const Subject &subject, QByteArrayView payload, quint8 seed)
{
    const auto first = encoded(subject, payload);
    if (!first)
        return;
    const QByteArrayView half = payload.first(payload.size() / 2);
    const auto second = encoded(subject, half);
    QByteArray wire = *first + second.value_or(QByteArray());
    const Stream stream = fedAtOnce(subject, wire);
    check(!stream.isLost() && stream.events().size() == (second ? 2u : 1u), "each encoded payload is one frame");
    check(stream.events()[0].payload == payload && !stream.events()[0].error, "the payload comes back");
    check(!second || stream.events()[1].payload == half, "and the one behind it");
    check(stream.unread().isEmpty() || kind == Kind::Slip, "nothing is left over");
    checkSplits(subject, wire, seed);
}

/// Datagrams, and reads that are taken as they come: no stream, one call one message.
void checkWhole(const Subject &subject, QByteArrayView bytes)
{
    const Exact buffer(bytes);
    FramingState state;
    const FrameResult result = subject.framing->next(buffer.view(), state);
    check(result.consumed == bytes.size(), "all of it is taken");
    if (bytes.size() > subject.maximum()) {
        check(result.state == FrameResult::State::Invalid && result.error, "what is over the limit is refused");
        checkError(*result.error);
        check(!encoded(subject, bytes), "both ways");
        return;
    }
    check(result.state == FrameResult::State::Frame && result.payload == bytes, "the message is all of it");
    check(encoded(subject, bytes) == bytes.toByteArray(), "both ways");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const Subject subject = makeSubject(input);
    if (kind == Kind::Whole) {
        checkWhole(subject, input.rest());
        return 0;
    }
    const quint8 seed = input.lastByte();
    checkSplits(subject, input.rest(), seed);
    checkRoundTrip(subject, input.rest(), seed);
    if (kind == Kind::Fixed)
        checkRoundTrip(subject, input.rest().first(qMin(input.rest().size(), subject.maximum())), seed);
    const Stream stream = fedAtOnce(subject, input.rest());
    for (size_t i = 0; i < stream.events().size() && i < 16; ++i) {
        if (!stream.events()[i].error)
            checkRoundTrip(subject, stream.events()[i].payload, seed);
    }
    return 0;
}
