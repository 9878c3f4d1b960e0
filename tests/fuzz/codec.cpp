// A codec against payloads from a peer: what decodes can be encoded and decodes to the same value; every position lies
// in the payload, every text keeps its length, whatever the payload is.

#include <QCborArray>
#include <QCborMap>

#include <algorithm>
#include <cmath>

#include "core/codec/codec.h"
#include "core/codec/codectext.h"
#include "fuzz/fuzz.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

/// An integer of any width, however it is held.
std::optional<BigInteger> integerOf(const QCborValue &value)
{
    if (!value.isInteger())
        return bigIntegerOf(value);
    const qint64 number = value.toInteger();
    return BigInteger{number < 0, static_cast<quint64>(number < 0 ? -1 - number : number)};
}

/// The same for whoever reads it: an integer is its number, not the form in which it was sent.
bool isSame(const QCborValue &a, const QCborValue &b)
{
    const auto left = integerOf(a);
    const auto right = integerOf(b);
    if (left || right)
        return left && right && left->negative == right->negative && left->magnitude == right->magnitude;
    if (a.type() != b.type())
        return false;
    if (a.isDouble())
        return a.toDouble() == b.toDouble() || (std::isnan(a.toDouble()) && std::isnan(b.toDouble()));
    if (a.isArray()) {
        const QCborArray one = a.toArray();
        const QCborArray two = b.toArray();
        for (qsizetype i = 0; i < one.size() && i < two.size(); ++i) {
            if (!isSame(one.at(i), two.at(i)))
                return false;
        }
        return one.size() == two.size();
    }
    if (a.isMap()) {
        const QCborMap one = a.toMap();
        const QCborMap two = b.toMap();
        auto at = one.constBegin();
        for (auto it = two.constBegin(); it != two.constEnd() && at != one.constEnd(); ++it, ++at) {
            if (!isSame(at.key(), it.key()) || !isSame(at.value(), it.value()))
                return false;
        }
        return one.size() == two.size();
    }
    if (a.isTag())
        return a.tag() == b.tag() && isSame(a.taggedValue(), b.taggedValue());
    return a == b;
}

void checkDecodeError(const SockError &error, qsizetype size)
{
    checkError(error);
    check(error.stage == Stage::Codec, "the stage is the codec");
    check(error.offset <= size, "the offset lies in the payload");
}

struct Decoded
{
    Message message;
    std::optional<SockError> error;
};

Decoded decode(const Codec &codec, QByteArrayView payload)
{
    Decoded result;
    result.message.payload = Bytes(payload);
    result.error = codec.decode(result.message.payload, result.message);
    if (result.error)
        checkDecodeError(*result.error, payload.size());
    return result;
}

void checkRoundTrip(const Codec &codec, QByteArrayView payload, bool narrow)
{
    const Decoded first = decode(codec, payload);
    if (first.error)
        return;
    QByteArray wire("before");
    const std::optional<SockError> error = codec.encode(first.message, wire);
    check(wire.startsWith("before"), "encode only appends");
    if (error) {
        checkError(*error);
        check(wire.size() == 6, "a refused value leaves nothing behind");
        // Another form of the same value may be longer than the one that came.
        check(narrow && error->code == SockError::Code::TooLong, "what decodes can be encoded");
        return;
    }
    wire.remove(0, 6);
    const Decoded second = decode(codec, wire);
    check(!second.error, "what is encoded decodes");
    check(second.message.type == first.message.type, "the type comes back");
    check(isSame(first.message.data(), second.message.data()), "the value comes back");
    QByteArray again;
    check(!codec.encode(second.message, again) && again == wire, "and is encoded as before");
}

/// Answers how many nodes there are.
qsizetype checkNode(const FieldNode &node, qsizetype size)
{
    check(node.offset >= -1 && node.length >= 0, "a field's place is a place");
    check(node.offset < 0 || node.length <= size - node.offset, "a field lies in the payload");
    check(!node.kind.isEmpty(), "a field has a kind");
    check(node.key.size() <= 1000 && node.value.size() <= 1000, "a field's texts are bounded");
    qsizetype count = 1;
    for (const FieldNode &child : node.children) {
        check(child.offset < 0 || child.offset >= node.offset, "a field begins inside its parent");
        count += checkNode(child, size);
    }
    return count;
}

bool hasError(const FieldNode &node)
{
    return node.kind == u"error" || std::any_of(node.children.begin(), node.children.end(), hasError);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const quint8 choice = input.lastByte();
    const qsizetype characters = choice & 0x40 ? 200 : input.lastByte() % 64;
    const qsizetype nodes = choice & 0x20 ? 10000 : input.lastByte() % 32;
    CodecLimits limits;
    if (choice & 0x10) {
        limits.maximumDepth = 1 + choice % 16;
        limits.maximumBytes = input.lastByte();
    }
    const auto codec = makeCodec(QStringLiteral(SOCKSCOPE_CODEC), nullptr, limits);
    check(codec && codec->name() == QStringLiteral(SOCKSCOPE_CODEC), "makeCodec knows the name");

    const Exact payload(input.rest());
    checkRoundTrip(*codec, payload.view(), choice & 0x10);
    const FieldNode fields = codec->fields(payload.view(), nodes);
    check(checkNode(fields, payload.view().size()) <= qMax<qsizetype>(nodes, 1), "no more fields than asked for");
    const QString summary = codec->summary(payload.view(), characters);
    check(summary.size() <= characters, "no more characters than asked for");
    check(!summary.contains(u'\n') && !summary.contains(QChar(0)), "a summary is one line");
    const FieldNode all = codec->fields(payload.view(), 100000);
    const std::optional<SockError> error = decode(*codec, payload.view()).error;
    if (!error)
        check(!hasError(all), "the fields of what decodes show no error");
    else if (error->code == SockError::Code::InvalidPayload && all.children.size() == 2 && !hasError(all) &&
             all.children[0].key == u"type" && all.children[1].key == u"data")
        check(error->offset == all.children[0].offset, "only its type is wrong with a payload of [type, data]");
    return 0;
}
