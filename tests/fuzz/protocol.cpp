// A described protocol: its JSON up to the first zero byte, then a payload. What is refused says where; what is taken
// comes back from its own JSON, and its layouts write what they read.

#include <algorithm>

#include "core/protocol/describedcodec.h"
#include "core/protocol/layoutcodec.h"
#include "fuzz/fuzz.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

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
    if (result.error) {
        checkError(*result.error);
        check(result.error->stage == Stage::Codec, "the stage is the codec");
        check(result.error->offset <= payload.size(), "the offset lies in the payload");
    }
    return result;
}

QByteArray encode(const Codec &codec, const Message &message, std::optional<SockError> &error)
{
    QByteArray wire("before");
    error = codec.encode(message, wire);
    check(wire.startsWith("before"), "encode only appends");
    if (error) {
        checkError(*error);
        check(wire.size() == 6, "a refused value leaves nothing behind");
    }
    return wire.sliced(6);
}

void checkRoundTrip(const LayoutCodec &codec, QByteArrayView payload)
{
    const Decoded first = decode(codec, payload);
    std::optional<SockError> error;
    // Of a broken payload, what could be read is a value too: writing it must not break anything.
    const QByteArray kept = encode(*codec.withGivenKept(), first.message, error);
    if (first.error)
        return;
    check(!error, "what decodes can be written as it was");
    check(kept.size() == payload.size(), "and is as long");
    const QByteArray wire = encode(codec, first.message, error);
    if (error) // out of range: seen, but not sent
        return;
    const Decoded second = decode(codec, wire);
    check(!second.error, "what is encoded decodes");
    check(second.message.type == first.message.type, "the type comes back");
    const QByteArray again = encode(codec, second.message, error);
    check(!error && again == wire, "and is encoded as before");
}

qsizetype checkNode(const FieldNode &node, qsizetype size)
{
    check(node.offset >= -1 && node.length >= 0, "a field's place is a place");
    check(node.offset < 0 || node.length <= size - node.offset, "a field lies in the payload");
    check(!node.kind.isEmpty(), "a field has a kind");
    check(node.key.size() <= 1000 && node.value.size() <= 2000, "a field's texts are bounded");
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

void checkTexts(const Codec &codec, QByteArrayView payload, qsizetype nodes, qsizetype characters)
{
    check(checkNode(codec.fields(payload, nodes), payload.size()) <= qMax<qsizetype>(nodes, 1),
          "no more fields than asked for");
    const QString summary = codec.summary(payload, characters);
    check(summary.size() <= characters, "no more characters than asked for");
    check(!summary.contains(u'\n') && !summary.contains(QChar(0)), "a summary is one line");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const quint8 choice = input.lastByte();
    const qsizetype characters = choice & 0x40 ? 200 : input.lastByte() % 64;
    const qsizetype nodes = choice & 0x20 ? 10000 : input.lastByte() % 32;
    const QByteArrayView all = input.rest();
    const qsizetype zero = all.indexOf('\0');
    const QByteArray text = all.first(zero < 0 ? all.size() : zero).toByteArray();
    const Exact payload(zero < 0 ? QByteArrayView() : all.sliced(zero + 1));

    ProtocolError error;
    const auto description = ProtocolDescription::fromText(text, &error);
    if (!description) {
        check(!error.what.isEmpty() && error.toString().size() < 5000, "an error says what is wrong, briefly");
        return 0;
    }
    const auto again = ProtocolDescription::fromJson(description->toJson(), &error);
    check(again && *again == *description, "a description comes back from its JSON");
    check(again->toJson() == description->toJson(), "whose form is one");

    const auto codec = makeProtocolCodec(*description, makeCodec(u"json"), &error);
    check(bool(codec), "what is taken makes a codec");
    checkTexts(*codec, payload.view(), nodes, characters);
    if (description->form != DescribedForm::Layout)
        return 0;
    checkRoundTrip(static_cast<const LayoutCodec &>(*codec), payload.view());
    if (!decode(*codec, payload.view()).error)
        check(!hasError(codec->fields(payload.view(), 1'000'000)), "the fields of what decodes show no error");
    std::optional<SockError> refused;
    Message message;
    message.type = description->types.front().number;
    const QByteArray defaults = encode(*codec, message, refused);
    if (!refused)
        check(!decode(*codec, defaults).error, "a message of defaults decodes");
    return 0;
}
