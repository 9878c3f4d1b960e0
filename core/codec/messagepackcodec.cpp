#include "core/codec/messagepackcodec.h"

#include <QCborParserError>

#include <limits>

#include <msgpack/null_visitor.hpp>
#include <msgpack/pack.hpp>
#include <msgpack/unpack.hpp>

#include "core/codec/cborhead.h"
#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/messagepackitems.h"
#include "core/codec/summarytext.h"
#include "core/codec/valuewriter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/*! Takes the type out of [type, data] and writes the data as CBOR, which QCborValue reads in one go: filling a QCborMap
 *  key by key would search it for each. Answering false ends the parse; locateProblem then says what is wrong.
 */
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
SockError locateProblem(QByteArrayView payload, int maximumDepth, qsizetype parsed)
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

struct ByteArrayStream
{
    QByteArray &out;
    void write(const char *data, size_t size) { out.append(data, static_cast<qsizetype>(size)); }
};

using Packer = msgpack::packer<ByteArrayStream>;

void packText(Packer &packer, const QByteArray &bytes)
{
    packer.pack_str(static_cast<uint32_t>(bytes.size()));
    packer.pack_str_body(bytes.constData(), static_cast<uint32_t>(bytes.size()));
}

class MessagePackWriter : public ValueWriter
{
public:
    MessagePackWriter(QByteArray &out, const CodecLimits &limits)
        : ValueWriter(out, limits, u"MessagePack"_s)
        , m_stream{out}
        , m_packer(m_stream)
    {
    }

    void type(const MessageType &type)
    {
        m_packer.pack_array(2);
        if (type.isName())
            packText(m_packer, type.name().toUtf8());
        else
            m_packer.pack_int64(type.number());
    }

protected:
    QString leaf(const QCborValue &value) override
    {
        switch (value.type()) {
        case QCborValue::Integer:
            m_packer.pack_int64(value.toInteger());
            return {};
        case QCborValue::Double:
            // Not the packer's pack_double, which makes an integer of 7.0.
            appendBigEndianDouble(m_out, '\xcb', value.toDouble());
            return {};
        case QCborValue::String: {
            const QString text = value.toString();
            if (!text.isValidUtf16())
                return u"holds half of a surrogate pair"_s;
            packText(m_packer, text.toUtf8());
            return {};
        }
        case QCborValue::ByteArray: {
            const QByteArray bytes = value.toByteArray();
            m_packer.pack_bin(static_cast<uint32_t>(bytes.size()));
            m_packer.pack_bin_body(bytes.constData(), static_cast<uint32_t>(bytes.size()));
            return {};
        }
        case QCborValue::True:
            m_packer.pack_true();
            return {};
        case QCborValue::False:
            m_packer.pack_false();
            return {};
        case QCborValue::Null:
            m_packer.pack_nil();
            return {};
        case QCborValue::Undefined:
        case QCborValue::Invalid:
            return u"is undefined"_s;
        default:
            return u"is a CBOR simple value"_s;
        }
    }
    QString tag(const QCborValue &value, bool &) override
    {
        const auto number = static_cast<quint64>(value.tag());
        if (const auto big = bigIntegerOf(value)) {
            const bool fits = big->magnitude <= static_cast<quint64>(std::numeric_limits<qint64>::max());
            if (big->negative && !fits)
                return u"is below -2^63"_s;
            if (big->negative)
                m_packer.pack_int64(-1 - static_cast<qint64>(big->magnitude));
            else
                m_packer.pack_uint64(big->magnitude);
            return {};
        }
        const QCborValue inner = value.taggedValue();
        constexpr quint64 base = MessagePackCodec::extensionTagBase;
        if (number < base || number > base + 0xff || !inner.isByteArray())
            return u"is a CBOR tag (%1)"_s.arg(number);
        const QByteArray bytes = inner.toByteArray();
        m_packer.pack_ext(static_cast<size_t>(bytes.size()), static_cast<int8_t>(number - base));
        m_packer.pack_ext_body(bytes.constData(), static_cast<uint32_t>(bytes.size()));
        return {};
    }
    bool acceptsKey(const QCborValue &) const override { return true; }
    void beginArray(qsizetype count) override { m_packer.pack_array(static_cast<uint32_t>(count)); }
    void beginMap(qsizetype count) override { m_packer.pack_map(static_cast<uint32_t>(count)); }

private:
    ByteArrayStream m_stream;
    Packer m_packer;
};

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
    DataVisitor visitor(m_limits.maximumDepth);
    size_t parsed = 0;
    const bool done = msgpack::parse(payload.data(), static_cast<size_t>(payload.size()), parsed, visitor);
    if (visitor.typeError())
        return visitor.typeError();
    if (!done || static_cast<qsizetype>(parsed) != payload.size())
        return locateProblem(payload.view(), m_limits.maximumDepth, static_cast<qsizetype>(parsed));
    QCborParserError parseError;
    QCborValue value = QCborValue::fromCbor(visitor.cbor(), &parseError);
    if (parseError.error != QCborError::NoError) {
        return codecError(SockError::Code::InvalidPayload,
                          u"the payload cannot be read: %1"_s.arg(parseError.errorString()),
                          u"check that both sides use the same codec and framing"_s);
    }
    message.type = visitor.type();
    message.value = std::move(value);
    return std::nullopt;
}

std::optional<SockError> MessagePackCodec::encode(const Message &message, QByteArray &payload) const
{
    const qsizetype start = payload.size();
    MessagePackWriter writer(payload, m_limits);
    writer.type(message.type);
    auto error = writer.write(message.value);
    if (error)
        payload.truncate(start);
    return error;
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
