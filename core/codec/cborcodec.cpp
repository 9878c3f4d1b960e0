#include "core/codec/cborcodec.h"

#include <QCborParserError>

#include <array>
#include <vector>

#include "core/codec/cborcheck.h"
#include "core/codec/cboritems.h"
#include "core/codec/cborwriter.h"
#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/payloadcheck.h"
#include "core/codec/summarytext.h"

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

/// Reads the data alone.
class CborSource final : public ValueSource
{
public:
    QCborValue value(const Bytes &data) const override
    {
        return QCborValue::fromCbor(QByteArray::fromRawData(data.data(), data.size()));
    }
};
constexpr CborSource cborSource;

/// The same where integers stand in it that QCborValue would round.
class CborBigSource final : public ValueSource
{
public:
    QCborValue value(const Bytes &data) const override
    {
        ShapeSink shape;
        scanItems(CborItems(data.view()), hardMaximumDepth, shape);
        return QCborValue::fromCbor(withBignumTags(data.view(), 0, data.size(), shape.bigIntegers()));
    }
};
constexpr CborBigSource cborBigSource;

std::optional<SockError> readType(const CborItems &items, const Item &typeItem, MessageType &type)
{
    if (typeItem.kind == ItemKind::Integer) {
        type = typeItem.integer;
    } else if (typeItem.kind == ItemKind::Text) {
        const QString typeName = items.text(typeItem, MessageType::maximumNameBytes + 1);
        return typeFromName(typeName, typeItem.offset, type);
    } else if (typeItem.kind == ItemKind::BigInteger) {
        return wrongTypeKind(u"%1, not an integer of 64 bits"_s.arg(items.number(typeItem)), typeItem.offset);
    } else {
        return wrongTypeKind(u"neither an integer nor a name"_s, typeItem.offset);
    }
    return std::nullopt;
}

/// Says what is wrong, or takes a root of indefinite length and what is deep.
std::optional<SockError> decodeWithCare(const Bytes &payload, int maximumDepth, Message &message)
{
    const CborItems items(payload.view());
    ShapeSink shape;
    // Before QCborValue, which recurses and rounds: depth, well-formedness and every offset are known from here on.
    if (const ScanResult result = scanItems(items, maximumDepth, shape); result.problem)
        return result.problem->toError();
    if (shape.root().kind != ItemKind::Array)
        return notTypeAndData(u"not an array"_s, 0);
    if (shape.elements() != 2)
        return notTypeAndData(u"an array of %1 elements"_s.arg(shape.elements()), 0);

    MessageType type;
    if (auto error = readType(items, shape.element(0), type))
        return error;
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
    if (value.isUndefined()) // is what the payload says, not absent
        message.value = MessageValue(payload.slice(start, end - start), cborSource);
    else
        message.value = std::move(value);
    return std::nullopt;
}

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
    constexpr char two = '\x82'; // the head that all write; others are read with care
    const QByteArrayView view = payload.view();
    CborCheck check(view, m_limits.maximumDepth);
    if (!view.startsWith(two) || view.size() > quickMaximumBytes || !check.value(1, 1))
        return decodeWithCare(payload, m_limits.maximumDepth, message);
    const qsizetype data = check.at();
    if (!check.value(data, 1) || check.at() < view.size())
        return decodeWithCare(payload, m_limits.maximumDepth, message);
    MessageType type;
    if (const auto lead = static_cast<quint8>(view[1]); lead < 24) {
        type = lead;
    } else {
        const CborItems items(view);
        Item item;
        items.read(1, item);
        if (auto error = readType(items, item, type))
            return error;
    }
    message.type = type;
    message.value = MessageValue(payload.slice(data, view.size() - data),
                                 check.hasBigIntegers() ? static_cast<const ValueSource &>(cborBigSource) : cborSource);
    return std::nullopt;
}

std::optional<SockError> CborCodec::encode(const Message &message, QByteArray &payload) const
{
    return writeCbor(message.type, message.value.get(), m_limits, payload);
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
