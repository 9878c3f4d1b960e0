#include "core/codec/messagepackcodec.h"

#include <QCborParserError>

#include <limits>
#include <string_view>

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include "core/codec/cborhead.h"
#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/messagepackcheck.h"
#include "core/codec/messagepackitems.h"
#include "core/codec/messagepackwriter.h"
#include "core/codec/payloadcheck.h"
#include "core/codec/summarytext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Writes MessagePack that was checked as CBOR, which QCborValue reads in one go: filling a QCborMap key by key would
/// search it for each.
class CborVisitor : public msgpack::null_visitor
{
public:
    bool visit_nil()
    {
        m_cbor += '\xf6';
        return true;
    }
    bool visit_boolean(bool value)
    {
        m_cbor += value ? '\xf5' : '\xf4';
        return true;
    }
    bool visit_positive_integer(uint64_t value)
    {
        if (value > static_cast<uint64_t>(std::numeric_limits<qint64>::max()))
            appendCborBigInteger(m_cbor, false, value);
        else
            appendCborHead(m_cbor, CborMajor::Unsigned, value);
        return true;
    }
    bool visit_negative_integer(int64_t value)
    {
        appendCborInteger(m_cbor, value);
        return true;
    }
    bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
    bool visit_float64(double value)
    {
        appendCborDouble(m_cbor, value);
        return true;
    }
    bool visit_str(const char *text, uint32_t size) { return string(CborMajor::Text, text, size); }
    bool visit_bin(const char *bytes, uint32_t size) { return string(CborMajor::Bytes, bytes, size); }
    bool visit_ext(const char *bytes, uint32_t size) // the type and what it types
    {
        appendCborHead(m_cbor, CborMajor::Tag, MessagePackCodec::extensionTagBase + static_cast<quint8>(*bytes));
        return string(CborMajor::Bytes, bytes + 1, size - 1);
    }
    bool start_array(uint32_t count)
    {
        appendCborHead(m_cbor, CborMajor::Array, count);
        return true;
    }
    bool start_map(uint32_t count)
    {
        appendCborHead(m_cbor, CborMajor::Map, count);
        return true;
    }

    const QByteArray &cbor() const { return m_cbor; }

private:
    bool string(CborMajor major, const char *bytes, uint32_t size)
    {
        appendCborHead(m_cbor, major, size);
        m_cbor.append(bytes, static_cast<qsizetype>(size));
        return true;
    }

    QByteArray m_cbor;
};

QCborValue read(QByteArrayView data, QCborParserError *error = nullptr)
{
    CborVisitor visitor;
    size_t parsed = 0;
    msgpack::parse(data.data(), static_cast<size_t>(data.size()), parsed, visitor);
    return QCborValue::fromCbor(visitor.cbor(), error);
}

/// Reads the data alone.
class MessagePackSource final : public ValueSource
{
public:
    QCborValue value(const Bytes &data) const override { return read(data.view()); }
};
constexpr MessagePackSource messagePackSource;

/// Looks at the first two levels only.
class RootSink : public ItemSink
{
public:
    bool leaf(const Item &item, bool) override
    {
        note(item);
        return true;
    }
    bool open(const Item &item, bool) override
    {
        note(item);
        ++m_depth;
        return true;
    }
    bool close(qsizetype) override
    {
        --m_depth;
        return true;
    }
    Item m_root;
    Item m_type;
    qsizetype m_data = 0;

private:
    void note(const Item &item)
    {
        if (m_depth == 0)
            m_root = item;
        else if (m_depth == 1 && m_elements++ == 0)
            m_type = item;
        else if (m_depth == 1 && m_elements == 2)
            m_data = item.offset;
    }
    int m_depth = 0;
    qint64 m_elements = 0;
};

/// The type of [type, data], which stands at an offset.
std::optional<SockError> readType(QByteArrayView payload, qsizetype offset, MessageType &type)
{
    if (const auto lead = static_cast<quint8>(payload[offset]); lead < 0x80) {
        type = lead;
        return std::nullopt;
    }
    const MessagePackItems items(payload);
    Item item;
    items.read(offset, item);
    if (item.kind == ItemKind::Text)
        return typeFromName(items.text(item, MessageType::maximumNameBytes + 1), offset, type);
    if (item.kind == ItemKind::BigInteger)
        return wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(items.number(item)), offset);
    if (item.kind != ItemKind::Integer)
        return wrongTypeKind(u"neither an integer nor a name"_s, offset);
    type = item.integer;
    return std::nullopt;
}

/// How long the head of an array of two is that a payload begins with, 0 when it begins with anything else.
qsizetype headOfTwo(QByteArrayView payload)
{
    using namespace std::string_view_literals;
    for (const std::string_view head : {"\x92"sv, "\xdc\0\2"sv, "\xdd\0\0\0\2"sv}) {
        if (payload.startsWith(QByteArrayView(head.data(), static_cast<qsizetype>(head.size()))))
            return static_cast<qsizetype>(head.size());
    }
    return 0;
}

/// What nests deeper than the quick check follows.
std::optional<SockError> decodeDeep(const Bytes &payload, int maximumDepth, Message &message)
{
    RootSink root;
    if (const ScanResult result = scanItems(MessagePackItems(payload.view()), maximumDepth, root); result.problem)
        return result.problem->toError();
    if (root.m_root.kind != ItemKind::Array)
        return notTypeAndData(u"not an array"_s, 0);
    if (root.m_root.count != 2)
        return notTypeAndData(u"an array of %1 elements"_s.arg(root.m_root.count), 0);
    MessageType type;
    if (auto error = readType(payload.view(), root.m_type.offset, type))
        return error;
    QCborParserError parseError;
    QCborValue value = read(payload.view().sliced(root.m_data), &parseError);
    if (parseError.error != QCborError::NoError) {
        return codecError(SockError::Code::InvalidPayload,
                          u"the payload cannot be read: %1"_s.arg(parseError.errorString()),
                          u"check that both sides use the same codec and framing"_s);
    }
    message.type = type;
    message.value = std::move(value);
    return std::nullopt;
}

} // namespace

MessagePackCodec::MessagePackCodec(CodecLimits limits)
    : m_limits(limits)
{
}

QString MessagePackCodec::name() const
{
    return u"msgpack"_s;
}

std::optional<SockError> MessagePackCodec::decode(const Bytes &payload, Message &message) const
{
    if (payload.size() > m_limits.maximumBytes)
        return payloadTooLong(payload.size(), m_limits.maximumBytes);
    if (payload.isEmpty())
        return emptyProblem().toError();
    const QByteArrayView view = payload.view();
    MessagePackCheck check(view, m_limits.maximumDepth);
    const auto refused = [&]() -> std::optional<SockError> {
        if (const auto problem = check.problem())
            return problem->toError();
        return decodeDeep(payload, m_limits.maximumDepth, message);
    };
    if (view.size() > quickMaximumBytes)
        return decodeDeep(payload, m_limits.maximumDepth, message);
    const qsizetype head = headOfTwo(view);
    MessageType type;
    qsizetype data = 0;
    if (head == 0) {
        if (!check.value(0, 0))
            return refused();
    } else {
        // The type first: what is wrong with a name is said before what is wrong with the data.
        if (!check.value(head, 1))
            return refused();
        data = check.at();
        const auto wrongType = readType(view, head, type);
        if (wrongType && wrongType->code != SockError::Code::InvalidPayload)
            return wrongType;
        if (!check.value(data, 1))
            return refused();
        if (wrongType && check.at() == view.size())
            return wrongType;
    }
    if (check.at() < view.size())
        return trailingProblem(check.at(), view.size()).toError();
    if (head == 0)
        return decodeDeep(payload, m_limits.maximumDepth, message); // says of what shape it is
    message.type = type;
    message.value = MessageValue(payload.slice(data, view.size() - data), messagePackSource);
    return std::nullopt;
}

std::optional<SockError> MessagePackCodec::encode(const Message &message, QByteArray &payload) const
{
    return writeMessagePack(message.type, message.value.get(), m_limits, payload);
}

FieldNode MessagePackCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    const MessagePackItems items(payload);
    FieldTree tree(items, maximumNodes);
    return tree.finish(scanItems(items, m_limits.maximumDepth, tree));
}

QString MessagePackCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    const MessagePackItems items(payload.first(summaryWindow(payload.size(), maximumCharacters)));
    return summarize(payload, maximumCharacters, items,
                     [&](ItemSink &sink) { return scanItems(items, m_limits.maximumDepth, sink); });
}

} // namespace SockScope
