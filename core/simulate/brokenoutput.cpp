#include "core/simulate/brokenoutput.h"

#include <QPointer>
#include <QStringList>

#include <algorithm>
#include <utility>

#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "core/protocol/layoutcodec.h"
#include "core/time/clock.h"
#include "core/transport/transport.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 nsPerMs = 1'000'000;
constexpr qint64 longestMs = 3'600'000;
constexpr qint64 farthest = 16 * 1024 * 1024;
constexpr qint64 defaultPauseMs = 1000;
constexpr qint64 defaultByteMs = 50;

struct KindName
{
    QLatin1StringView name;
    Breakage::Kind kind;
    qint64 least;
    qint64 most;
};

constexpr KindName kindNames[] = {
    {"length"_L1, Breakage::Kind::Length, -farthest, farthest}, {"cut"_L1, Breakage::Kind::Cut, 1, farthest},
    {"checksum"_L1, Breakage::Kind::Checksum, 0, -1},           {"pause"_L1, Breakage::Kind::Pause, 1, longestMs},
    {"bytes"_L1, Breakage::Kind::ByteWise, 0, longestMs},
};

SockError refused(const QString &what, const QString &remedy)
{
    SockError error;
    error.code = SockError::Code::InvalidValue;
    error.stage = Stage::Framing;
    error.what = what;
    error.remedy = remedy;
    return error;
}

/// The fields of that kind which the payload's description has: their names and byte orders.
void collect(const std::vector<FieldDescription> &fields, FieldKind kind, std::vector<const FieldDescription *> *found)
{
    for (const FieldDescription &field : fields) {
        if (field.kind == kind)
            found->push_back(&field);
        collect(field.fields, kind, found);
    }
}

void collect(const FieldNode &node, const QString &key, std::vector<const FieldNode *> *found)
{
    if (node.key == key && node.offset >= 0 && node.length > 0)
        found->push_back(&node);
    for (const FieldNode &child : node.children)
        collect(child, key, found);
}

/// Changes the bytes of each field of that kind; false where the codec describes none.
template <typename Change>
bool changeFields(const Codec *codec, FieldKind kind, QByteArray *payload, Change change)
{
    const auto *layout = dynamic_cast<const LayoutCodec *>(codec);
    if (!layout)
        return false;
    const ProtocolDescription &description = layout->description();
    std::vector<const FieldDescription *> fields;
    collect(description.header, kind, &fields);
    for (const TypeDescription &type : description.types)
        collect(type.fields, kind, &fields);
    collect(description.trailer, kind, &fields);
    const FieldNode root = layout->fields(*payload);
    QStringList seen; // types share names
    bool changed = false;
    for (const FieldDescription *field : fields) {
        if (seen.contains(field->name))
            continue;
        seen.append(field->name);
        std::vector<const FieldNode *> nodes;
        collect(root, field->name, &nodes);
        for (const FieldNode *node : nodes) {
            if (node->offset + node->length > payload->size())
                continue;
            change(*payload, *node, field->byteOrder.value_or(description.byteOrder));
            changed = true;
        }
    }
    return changed;
}

std::optional<QByteArray> framed(const Framing *framing, const QByteArray &payload, SockError *error)
{
    if (!framing)
        return payload;
    QByteArray wire;
    if (auto failed = framing->encode(payload, wire)) {
        *error = *std::move(failed);
        return std::nullopt;
    }
    return wire;
}

/// The length before the payload is that of one which is longer, or shorter.
std::optional<QByteArray> wronglyPrefixed(const Framing &framing, const QByteArray &payload, qint64 by,
                                          SockError *error)
{
    const qint64 told = payload.size() + by;
    if (told < 0) {
        *error = refused(u"a length of %1 cannot be written: the payload has %2 bytes"_s.arg(told).arg(payload.size()),
                         u"take off at most as many"_s);
        return std::nullopt;
    }
    const auto other = framed(&framing, QByteArray(static_cast<qsizetype>(told), '\0'), error);
    if (!other)
        return std::nullopt;
    return other->first(other->size() - static_cast<qsizetype>(told)) + payload;
}

std::optional<QByteArray> withWrongLength(const BaseSock &sock, QByteArray payload, qint64 by, SockError *error)
{
    const auto framing = sock.framing();
    if (framing && hasLengthPrefix(*framing))
        return wronglyPrefixed(*framing, payload, by, error);
    const auto add = [by](QByteArray &bytes, const FieldNode &node, ByteOrder order) {
        auto rest = static_cast<quint64>(by); // two's complement: it wraps as the field does
        for (qsizetype i = 0; i < node.length; ++i) {
            const qsizetype at = order == ByteOrder::Little ? node.offset + i : node.offset + node.length - 1 - i;
            rest += static_cast<quint8>(bytes.at(at));
            bytes[at] = static_cast<char>(rest & 0xff);
            rest = static_cast<quint64>(static_cast<qint64>(rest) >> 8);
        }
    };
    if (changeFields(sock.codec().get(), FieldKind::Length, &payload, add))
        return framed(framing.get(), payload, error);
    *error =
        refused(u"there is no length to be wrong: the framing %1 has none, and no field of the message is one"_s.arg(
                    framing ? framing->name() : u"none"_s),
                u"choose a framing with a length, such as u32, or describe a length field"_s);
    return std::nullopt;
}

} // namespace

std::optional<Breakage> Breakage::fromText(QStringView text, SockError *error)
{
    const qsizetype colon = text.indexOf(u':');
    const QStringView name = colon < 0 ? text : text.first(colon);
    const auto *const known = std::find_if(std::begin(kindNames), std::end(kindNames),
                                           [name](const KindName &one) { return name == one.name; });
    if (known == std::end(kindNames)) {
        *error = refused(u"\"%1\" is no way to break a frame"_s.arg(name.toString().left(80)),
                         u"write length, cut, checksum, pause or bytes"_s);
        return std::nullopt;
    }
    Breakage result{known->kind, std::nullopt};
    if (colon < 0)
        return result;
    bool isNumber = false;
    const qint64 argument = text.sliced(colon + 1).toLongLong(&isNumber);
    if (known->least > known->most) {
        *error = refused(u"%1 takes no number"_s.arg(name.toString()), u"leave out what follows the colon"_s);
        return std::nullopt;
    }
    if (!isNumber || argument < known->least || argument > known->most ||
        (known->kind == Kind::Length && argument == 0)) {
        *error =
            refused(u"%1 needs a number, not \"%2\""_s.arg(name.toString(), text.sliced(colon + 1).toString().left(80)),
                    u"write %1 to %2%3"_s.arg(known->least)
                        .arg(known->most)
                        .arg(known->kind == Kind::Length ? u", but not 0"_s : QString()));
        return std::nullopt;
    }
    result.argument = argument;
    return result;
}

bool hasLengthPrefix(const Framing &framing)
{
    return framing.name().startsWith(u'u') || framing.name().startsWith(u"varint"_s);
}

QByteArray halfOf(const QByteArray &frame)
{
    return frame.first(frame.size() / 2);
}

std::vector<WirePart> byteWise(const QByteArray &frame, qint64 waitMs)
{
    std::vector<WirePart> parts;
    parts.reserve(static_cast<size_t>(frame.size()));
    for (qsizetype i = 0; i < frame.size(); ++i)
        parts.push_back({frame.sliced(i, 1), i == 0 ? 0 : waitMs});
    return parts;
}

std::optional<std::vector<WirePart>> brokenFrame(const BaseSock &sock, const QByteArray &payload,
                                                 const Breakage &breakage, SockError *error)
{
    using Parts = std::vector<WirePart>;
    const auto framing = sock.framing();
    const bool isPaced = breakage.kind == Breakage::Kind::Pause || breakage.kind == Breakage::Kind::ByteWise;
    if (isPaced && !(sock.transport() && sock.transport()->isStream())) {
        *error =
            refused(u"a datagram cannot have a pause in it: it goes whole or not at all"_s, u"use TCP, or cut it"_s);
        return std::nullopt;
    }
    if (breakage.kind == Breakage::Kind::Length) {
        const auto wire = withWrongLength(sock, payload, breakage.argument.value_or(1), error);
        return wire ? std::optional(Parts{{*wire, 0}}) : std::nullopt;
    }
    if (breakage.kind == Breakage::Kind::Checksum) {
        QByteArray changed = payload;
        const auto turn = [](QByteArray &bytes, const FieldNode &node, ByteOrder) {
            bytes[node.offset] = static_cast<char>(bytes.at(node.offset) ^ 1);
        };
        if (!changeFields(sock.codec().get(), FieldKind::Checksum, &changed, turn)) {
            *error = refused(u"there is no checksum to be wrong in this message"_s,
                             u"describe the protocol's fields, one of them a checksum"_s);
            return std::nullopt;
        }
        const auto wire = framed(framing.get(), changed, error);
        return wire ? std::optional(Parts{{*wire, 0}}) : std::nullopt;
    }
    const auto wire = framed(framing.get(), payload, error);
    if (!wire)
        return std::nullopt;
    if (wire->size() < 2) {
        *error = refused(u"a frame of %1 bytes has no middle"_s.arg(wire->size()), u"send at least 2"_s);
        return std::nullopt;
    }
    if (breakage.kind == Breakage::Kind::Cut) {
        if (breakage.argument.value_or(1) >= wire->size()) {
            *error = refused(u"nothing is cut off: the whole frame has %1 bytes"_s.arg(wire->size()),
                             u"keep fewer of them"_s);
            return std::nullopt;
        }
        const QByteArray part =
            breakage.argument ? wire->first(static_cast<qsizetype>(*breakage.argument)) : halfOf(*wire);
        return Parts{{part, 0}};
    }
    if (breakage.kind == Breakage::Kind::Pause) {
        const QByteArray half = halfOf(*wire);
        return Parts{{half, 0}, {wire->sliced(half.size()), breakage.argument.value_or(defaultPauseMs)}};
    }
    if (wire->size() > BrokenSend::maximumParts) {
        *error = refused(u"%1 bytes are too many to go one by one"_s.arg(wire->size()),
                         u"send at most %1"_s.arg(BrokenSend::maximumParts));
        return std::nullopt;
    }
    return byteWise(*wire, breakage.argument.value_or(defaultByteMs));
}

BrokenSend::BrokenSend(BaseSock *sock, std::vector<WirePart> parts, std::optional<Endpoint> to, Done done)
    : QObject(sock)
    , m_sock(sock)
    , m_parts(std::move(parts))
    , m_to(std::move(to))
    , m_done(std::move(done))
    , m_clock(sock->clock())
    , m_alarm(m_clock->createPreciseAlarm([this] { handleAlarm(); }))
{
}

BrokenSend::~BrokenSend()
{
    if (m_done) {
        SockError error = refused(u"the socket went before the frame was sent"_s, u"open it again"_s);
        error.code = SockError::Code::WrongState;
        std::exchange(m_done, {})({0, 1, std::move(error)});
    }
}

void BrokenSend::start()
{
    handleAlarm();
}

void BrokenSend::handleAlarm()
{
    const QPointer<BrokenSend> alive(this); // whoever hears what is sent may destroy the sock
    const SendResult result = m_sock->sendRaw(m_parts[m_next].bytes, m_to);
    if (!alive)
        return;
    ++m_next;
    if (!result.isOk() || result.accepted == 0 || m_next == m_parts.size())
        return finish(result);
    m_alarm->setDeadline(m_clock->nowNs() + m_parts[m_next].waitMs * nsPerMs);
}

void BrokenSend::finish(const SendResult &result)
{
    deleteLater();
    if (const Done done = std::exchange(m_done, {}))
        done(result);
}

} // namespace SockScope
