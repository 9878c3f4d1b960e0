#pragma once

#include <QCborParserError>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#define MSGPACK_NO_BOOST
#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include "core/codec/cborhead.h"
#include "core/codec/cboritems.h"
#include "core/codec/codectext.h"
#include "core/codec/jsonitems.h"
#include "core/codec/messagepackcodec.h"
#include "core/codec/messagepackitems.h"

// Decoders that build the value at once and check it while they do, as the codecs did before they only looked: what
// these accept, refuse and say is what a codec has to accept, refuse and say.
namespace SockScope::Test::Eager {

using namespace Qt::StringLiterals;

struct Result
{
    std::optional<SockError> error;
    MessageType type;
    QCborValue value;
};

inline Result fail(const SockError &error)
{
    Result result;
    result.error = error;
    return result;
}

inline std::optional<SockError> readType(const QJsonValue &value, qsizetype offset, MessageType &type)
{
    if (value.isString())
        return typeFromName(value.toString(), offset, type);
    const QCborValue number = QCborValue::fromJsonValue(value);
    if (number.isInteger()) {
        type = number.toInteger();
        return std::nullopt;
    }
    if (!number.isDouble())
        return wrongTypeKind(u"neither an integer nor a name"_s, offset);
    // 2^63 is the first double that is too large; -2^63 still fits.
    const double real = number.toDouble();
    if (real == std::floor(real) && real >= -9223372036854775808.0 && real < 9223372036854775808.0) {
        type = static_cast<qint64>(real);
        return std::nullopt;
    }
    return wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(doubleText(real)), offset);
}

inline Result json(const Bytes &payload, const CodecLimits &limits)
{
    Result result;
    if (payload.size() > limits.maximumBytes)
        return fail(payloadTooLong(payload.size(), limits.maximumBytes));
    if (payload.isEmpty())
        return fail(emptyProblem().toError());
    if (const auto problem = JsonItems::checkDepth(payload.view(), limits.maximumDepth, 0, 0))
        return fail(problem->toError());
    // QJsonDocument takes some bytes that are not UTF-8 for Latin-1.
    if (const qsizetype bad = firstInvalidUtf8(payload.view()); bad >= 0) {
        return fail(codecError(SockError::Code::InvalidPayload,
                               u"the payload is not JSON: byte 0x%1 is not UTF-8"_s.arg(
                                   static_cast<quint8>(payload.view()[bad]), 2, 16, QLatin1Char('0')),
                               u"send UTF-8"_s, bad));
    }
    const JsonItems items(payload.view());
    const qsizetype start = items.start();
    QJsonParseError parseError;
    QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(payload.data(), payload.size()), &parseError);
    if (parseError.error != QJsonParseError::NoError) {
        if (start < payload.size() && payload.view()[start] != '[' && payload.view()[start] != '{')
            return fail(notTypeAndData(u"not an array"_s, start));
        const bool deep = parseError.error == QJsonParseError::DeepNesting;
        return fail(codecError(deep ? SockError::Code::TooDeep : SockError::Code::InvalidPayload,
                               u"the payload is not JSON: %1"_s.arg(parseError.errorString()),
                               u"check that both sides use the same codec and framing"_s,
                               qBound(qsizetype(0), qsizetype(parseError.offset), payload.size())));
    }
    // Qt drops a byte order mark at the start of a text, but keeps one that is written as an escape.
    constexpr QByteArrayView marked("\"\xef\xbb\xbf");
    if (payload.view().indexOf(marked) >= 0) [[unlikely]]
        document = QJsonDocument::fromJson(payload.toByteArray().replace(marked, "\"\\ufeff"));
    if (!document.isArray())
        return fail(notTypeAndData(u"an object"_s, start));
    const QJsonArray array = document.array();
    if (array.size() != 2)
        return fail(notTypeAndData(u"an array of %1 elements"_s.arg(array.size()), start));
    const qsizetype typeOffset = JsonItems(payload.view().sliced(start + 1)).start() + start + 1;
    MessageType type;
    if (auto error = readType(array.at(0), typeOffset, type))
        return fail(*error);
    result.type = type;
    result.value = QCborValue::fromJsonValue(array.at(1));
    return result;
}

/// Notes where the elements of [type, data] stand and which integers QCborValue would round.
class ShapeSink : public ItemSink
{
public:
    bool leaf(const Item &item, bool) override
    {
        note(item);
        if (item.kind == ItemKind::BigInteger)
            m_bigIntegers.push_back(item.offset);
        return true;
    }
    bool open(const Item &item, bool) override
    {
        note(item);
        ++m_depth;
        return true;
    }
    bool close(qsizetype end) override
    {
        if (--m_depth == 0)
            m_end = end - (m_root.count < 0 ? 1 : 0); // without the "break"
        return true;
    }

    const Item &root() const { return m_root; }
    qint64 elements() const { return m_elements; }
    const Item &element(size_t index) const { return m_first[index]; }
    qsizetype endOfElements() const { return m_end; }
    const std::vector<qsizetype> &bigIntegers() const { return m_bigIntegers; }

private:
    void note(const Item &item)
    {
        if (m_depth == 0)
            m_root = item;
        else if (m_depth == 1 && m_elements++ < 2)
            m_first[static_cast<size_t>(m_elements - 1)] = item;
    }

    Item m_root;
    std::array<Item, 2> m_first;
    qint64 m_elements = 0;
    qsizetype m_end = 0;
    int m_depth = 0;
    std::vector<qsizetype> m_bigIntegers;
};

/// The data's bytes, with the integers that QCborValue would round as bignum tags.
inline QByteArray withBignumTags(QByteArrayView payload, qsizetype start, qsizetype end,
                                 const std::vector<qsizetype> &bigIntegers)
{
    QByteArray out;
    out.reserve(end - start + static_cast<qsizetype>(bigIntegers.size()));
    qsizetype done = start;
    for (const qsizetype offset : bigIntegers) {
        if (offset < start)
            continue;
        out += payload.sliced(done, offset - done);
        out += static_cast<quint8>(payload[offset]) >> 5 ? '\xc3' : '\xc2';
        out += '\x48';
        out += payload.sliced(offset + 1, 8);
        done = offset + 9;
    }
    out += payload.sliced(done, end - done);
    return out;
}

inline Result cbor(const Bytes &payload, const CodecLimits &limits)
{
    Result result;
    if (payload.size() > limits.maximumBytes)
        return fail(payloadTooLong(payload.size(), limits.maximumBytes));
    const CborItems items(payload.view());
    ShapeSink shape;
    // Before QCborValue, which recurses and rounds: depth, well-formedness and every offset are known from here on.
    if (const ScanResult scan = scanItems(items, limits.maximumDepth, shape); scan.problem)
        return fail(scan.problem->toError());
    if (shape.root().kind != ItemKind::Array)
        return fail(notTypeAndData(u"not an array"_s, 0));
    if (shape.elements() != 2)
        return fail(notTypeAndData(u"an array of %1 elements"_s.arg(shape.elements()), 0));

    const Item &typeItem = shape.element(0);
    MessageType type;
    if (typeItem.kind == ItemKind::Integer) {
        type = typeItem.integer;
    } else if (typeItem.kind == ItemKind::Text) {
        const QString typeName = items.text(typeItem, MessageType::maximumNameBytes + 1);
        if (auto error = typeFromName(typeName, typeItem.offset, type))
            return fail(*error);
    } else if (typeItem.kind == ItemKind::BigInteger) {
        return fail(wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(items.number(typeItem)), typeItem.offset));
    } else {
        return fail(wrongTypeKind(u"neither an integer nor a name"_s, typeItem.offset));
    }

    const qsizetype start = shape.element(1).offset;
    const qsizetype end = shape.endOfElements();
    const QByteArray bytes = shape.bigIntegers().empty()
                                 ? QByteArray::fromRawData(payload.data() + start, end - start)
                                 : withBignumTags(payload.view(), start, end, shape.bigIntegers());
    QCborParserError parseError;
    QCborValue value = QCborValue::fromCbor(bytes, &parseError);
    if (parseError.error != QCborError::NoError) {
        return fail(codecError(SockError::Code::InvalidPayload,
                               u"the payload is not CBOR: %1"_s.arg(parseError.errorString()),
                               u"check that both sides use the same codec and framing"_s, start + parseError.offset));
    }
    result.type = type;
    result.value = std::move(value);
    return result;
}

/// Takes the type out of [type, data] and writes the data as CBOR.
class DataVisitor : public msgpack::null_visitor
{
public:
    explicit DataVisitor(int maximumDepth)
        : m_maximumDepth(maximumDepth)
    {
    }

    bool visit_nil()
    {
        return data([this] { m_cbor += '\xf6'; });
    }
    bool visit_boolean(bool value)
    {
        return data([this, value] { m_cbor += value ? '\xf5' : '\xf4'; });
    }
    bool visit_positive_integer(uint64_t value)
    {
        if (value > static_cast<uint64_t>(std::numeric_limits<qint64>::max()))
            return data([this, value] { appendCborBigInteger(m_cbor, false, value); });
        return visit_negative_integer(static_cast<int64_t>(value));
    }
    bool visit_negative_integer(int64_t value)
    {
        if (isType()) {
            m_type = value;
            return true;
        }
        return data([this, value] { appendCborInteger(m_cbor, value); });
    }
    bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
    bool visit_float64(double value)
    {
        return data([this, value] { appendCborDouble(m_cbor, value); });
    }
    bool visit_str(const char *text, uint32_t size)
    {
        const QByteArrayView view(text, static_cast<qsizetype>(size));
        if (!view.isValidUtf8())
            return false;
        if (isType()) {
            m_typeError = typeFromName(utf8ToString(view), 1, m_type);
            return !m_typeError;
        }
        return data([this, view] { appendString(CborMajor::Text, view); });
    }
    bool visit_bin(const char *bytes, uint32_t size)
    {
        const QByteArrayView view(bytes, static_cast<qsizetype>(size));
        return data([this, view] { appendString(CborMajor::Bytes, view); });
    }
    bool visit_ext(const char *bytes, uint32_t size)
    {
        const QByteArrayView view(bytes, static_cast<qsizetype>(size)); // the type and what it types
        return data([this, view] {
            appendCborHead(m_cbor, CborMajor::Tag,
                           MessagePackCodec::extensionTagBase + static_cast<quint8>(view.front()));
            appendString(CborMajor::Bytes, view.sliced(1));
        });
    }
    bool start_array(uint32_t count)
    {
        if (m_depth == 0) {
            m_depth = 1;
            return count == 2;
        }
        return start(CborMajor::Array, count);
    }
    bool start_map(uint32_t count) { return start(CborMajor::Map, count); }
    bool end_array()
    {
        --m_depth;
        return true;
    }
    bool end_map() { return end_array(); }
    bool end_array_item()
    {
        if (m_depth == 1)
            m_hasType = true;
        return true;
    }

    MessageType type() const { return m_type; }
    const std::optional<SockError> &typeError() const { return m_typeError; }
    const QByteArray &cbor() const { return m_cbor; }

private:
    bool isType() const { return m_depth == 1 && !m_hasType; }
    template <typename Append>
    bool data(Append append)
    {
        if (m_depth == 0 || isType())
            return false;
        append();
        return true;
    }
    bool start(CborMajor major, uint32_t count)
    {
        if (m_depth >= m_maximumDepth)
            return false;
        const bool done = data([this, major, count] { appendCborHead(m_cbor, major, count); });
        ++m_depth;
        return done;
    }
    void appendString(CborMajor major, QByteArrayView view)
    {
        appendCborHead(m_cbor, major, static_cast<quint64>(view.size()));
        m_cbor += view;
    }

    const int m_maximumDepth;
    int m_depth = 0;
    bool m_hasType = false;
    MessageType m_type;
    std::optional<SockError> m_typeError;
    QByteArray m_cbor;
};

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

private:
    void note(const Item &item)
    {
        if (m_depth == 0)
            m_root = item;
        else if (m_depth == 1 && m_elements++ == 0)
            m_type = item;
    }
    int m_depth = 0;
    qint64 m_elements = 0;
};

/// Reads a refused payload again, slowly, to say what is wrong and where.
inline SockError locateProblem(QByteArrayView payload, int maximumDepth, qsizetype parsed)
{
    const MessagePackItems items(payload);
    RootSink root;
    if (const ScanResult result = scanItems(items, maximumDepth, root); result.problem)
        return result.problem->toError();
    if (root.m_root.kind != ItemKind::Array)
        return notTypeAndData(u"not an array"_s, 0);
    if (root.m_root.count != 2)
        return notTypeAndData(u"an array of %1 elements"_s.arg(root.m_root.count), 0);
    if (root.m_type.kind == ItemKind::BigInteger)
        return wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(items.number(root.m_type)), root.m_type.offset);
    if (root.m_type.kind != ItemKind::Integer && root.m_type.kind != ItemKind::Text)
        return wrongTypeKind(u"neither an integer nor a name"_s, root.m_type.offset);
    return codecError(SockError::Code::InvalidPayload, u"the payload is not MessagePack"_s,
                      u"check that both sides use the same codec and framing"_s, parsed);
}

inline Result messagePack(const Bytes &payload, const CodecLimits &limits)
{
    Result result;
    if (payload.size() > limits.maximumBytes)
        return fail(payloadTooLong(payload.size(), limits.maximumBytes));
    if (payload.isEmpty())
        return fail(emptyProblem().toError());
    DataVisitor visitor(limits.maximumDepth);
    size_t parsed = 0;
    const bool done = msgpack::parse(payload.data(), static_cast<size_t>(payload.size()), parsed, visitor);
    if (visitor.typeError())
        return fail(*visitor.typeError());
    if (!done || static_cast<qsizetype>(parsed) != payload.size())
        return fail(locateProblem(payload.view(), limits.maximumDepth, static_cast<qsizetype>(parsed)));
    QCborParserError parseError;
    QCborValue value = QCborValue::fromCbor(visitor.cbor(), &parseError);
    if (parseError.error != QCborError::NoError) {
        return fail(codecError(SockError::Code::InvalidPayload,
                               u"the payload cannot be read: %1"_s.arg(parseError.errorString()),
                               u"check that both sides use the same codec and framing"_s));
    }
    result.type = visitor.type();
    result.value = std::move(value);
    return result;
}

} // namespace SockScope::Test::Eager
