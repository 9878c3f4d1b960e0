#include "core/codec/cborcodec.h"

#include <QCborParserError>

#include <array>
#include <vector>

#include "core/codec/cborhead.h"
#include "core/codec/cboritems.h"
#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/summarytext.h"
#include "core/codec/valuewriter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

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
QByteArray withBignumTags(QByteArrayView payload, qsizetype start, qsizetype end,
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

class CborWriter : public ValueWriter
{
public:
    using ValueWriter::ValueWriter;

protected:
    QString leaf(const QCborValue &value) override
    {
        switch (value.type()) {
        case QCborValue::Integer:
            appendCborInteger(m_out, value.toInteger());
            return {};
        case QCborValue::Double:
            appendCborDouble(m_out, value.toDouble());
            return {};
        case QCborValue::String: {
            const QString text = value.toString();
            if (!text.isValidUtf16())
                return u"holds half of a surrogate pair"_s;
            const QByteArray bytes = text.toUtf8();
            appendCborHead(m_out, CborMajor::Text, static_cast<quint64>(bytes.size()));
            m_out += bytes;
            return {};
        }
        case QCborValue::ByteArray: {
            const QByteArray bytes = value.toByteArray();
            appendCborHead(m_out, CborMajor::Bytes, static_cast<quint64>(bytes.size()));
            m_out += bytes;
            return {};
        }
        case QCborValue::Invalid:
            return u"is an invalid value"_s;
        default:
            break;
        }
        const auto simple = static_cast<quint8>(value.toSimpleType());
        if (simple >= 24 && simple < 32)
            return u"is the reserved simple value %1"_s.arg(simple);
        appendCborHead(m_out, CborMajor::Simple, simple);
        return {};
    }
    QString tag(const QCborValue &value, bool &descend) override
    {
        if (const auto big = bigIntegerOf(value)) {
            // RFC 8949 3.4.3: what fits a plain integer is written as one.
            appendCborHead(m_out, big->negative ? CborMajor::Negative : CborMajor::Unsigned, big->magnitude);
            return {};
        }
        appendCborHead(m_out, CborMajor::Tag, static_cast<quint64>(value.tag()));
        descend = true;
        return {};
    }
    bool acceptsKey(const QCborValue &) const override { return true; }
    void beginArray(qsizetype count) override { appendCborHead(m_out, CborMajor::Array, static_cast<quint64>(count)); }
    void beginMap(qsizetype count) override { appendCborHead(m_out, CborMajor::Map, static_cast<quint64>(count)); }
};

} // namespace

CborCodec::CborCodec(CodecLimits limits)
    : m_limits(limits)
{
}

QString CborCodec::name() const
{
    return u"cbor"_s;
}

std::optional<SockError> CborCodec::decode(const Bytes &payload, Message &message) const
{
    if (payload.size() > m_limits.maximumBytes)
        return payloadTooLong(payload.size(), m_limits.maximumBytes);
    const CborItems items(payload.view());
    ShapeSink shape;
    // Before QCborValue, which recurses and rounds: depth, well-formedness and every offset are known from here on.
    if (const ScanResult result = scanItems(items, m_limits.maximumDepth, shape); result.problem)
        return result.problem->toError();
    if (shape.root().kind != ItemKind::Array)
        return notTypeAndData(u"not an array"_s, 0);
    if (shape.elements() != 2)
        return notTypeAndData(u"an array of %1 elements"_s.arg(shape.elements()), 0);

    const Item &typeItem = shape.element(0);
    MessageType type;
    if (typeItem.kind == ItemKind::Integer) {
        type = typeItem.integer;
    } else if (typeItem.kind == ItemKind::Text) {
        const QString typeName = items.text(typeItem, MessageType::maximumNameBytes + 1);
        if (auto error = typeFromName(typeName, typeItem.offset, type))
            return error;
    } else if (typeItem.kind == ItemKind::BigInteger) {
        return wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(items.number(typeItem)), typeItem.offset);
    } else {
        return wrongTypeKind(u"neither an integer nor a name"_s, typeItem.offset);
    }

    const qsizetype start = shape.element(1).offset;
    const qsizetype end = shape.endOfElements();
    const QByteArray bytes = shape.bigIntegers().empty()
                                 ? QByteArray::fromRawData(payload.data() + start, end - start)
                                 : withBignumTags(payload.view(), start, end, shape.bigIntegers());
    QCborParserError parseError;
    QCborValue value = QCborValue::fromCbor(bytes, &parseError);
    if (parseError.error != QCborError::NoError) {
        return codecError(SockError::Code::InvalidPayload,
                          u"the payload is not CBOR: %1"_s.arg(parseError.errorString()),
                          u"check that both sides use the same codec and framing"_s, start + parseError.offset);
    }
    message.type = type;
    message.holdsUndefined = value.isUndefined();
    message.value = std::move(value);
    return std::nullopt;
}

std::optional<SockError> CborCodec::encode(const Message &message, QByteArray &payload) const
{
    const qsizetype start = payload.size();
    CborWriter writer(payload, m_limits, u"CBOR"_s);
    appendCborHead(payload, CborMajor::Array, 2);
    if (message.type.isName()) {
        const QByteArray typeName = message.type.name().toUtf8();
        appendCborHead(payload, CborMajor::Text, static_cast<quint64>(typeName.size()));
        payload += typeName;
    } else {
        appendCborInteger(payload, message.type.number());
    }
    auto error = writer.write(message.value);
    if (error)
        payload.truncate(start);
    return error;
}

FieldNode CborCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    const CborItems items(payload);
    FieldTree tree(items, maximumNodes);
    return tree.finish(scanItems(items, m_limits.maximumDepth, tree));
}

QString CborCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    const CborItems items(payload.first(summaryWindow(payload.size(), maximumCharacters)));
    return summarize(payload, maximumCharacters, items,
                     [&](ItemSink &sink) { return scanItems(items, m_limits.maximumDepth, sink); });
}

} // namespace SockScope
