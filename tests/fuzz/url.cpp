// Texts that a person, a file or a script gives: addresses, names of framings and codecs, the JSON of a sock.

#include <QJsonDocument>
#include <QJsonObject>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "core/sockspec.h"
#include "fuzz/fuzz.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

QString textOf(Input &input)
{
    if (input.lastByte() % 4) // most texts are UTF-8; broken surrogates come with the others
        return QString::fromUtf8(input.rest());
    QString text;
    while (input.rest().size() >= 2)
        text += QChar(static_cast<char16_t>(input.number(2)));
    return text;
}

void checkTextError(const SockError &error, qsizetype size)
{
    checkError(error);
    check(error.offset <= size, "the offset lies in the text");
}

template <typename Address>
void checkAddress(const QString &text)
{
    SockError error;
    const std::optional<Address> address = Address::fromString(text, &error);
    if (!address) {
        check(error.code == SockError::Code::InvalidOptions, "what is no address is a wrong option");
        checkTextError(error, text.size());
        check(!Address::fromString(text), "without a place for the error too");
        return;
    }
    const QString written = address->toString();
    const std::optional<Address> again = Address::fromString(written, &error);
    check(again && *again == *address, "an address reads back as it was");
    check(again->toString() == written, "and is written as before");
}

void checkEndpoint(const QString &text)
{
    const std::optional<Endpoint> endpoint = Endpoint::fromString(text);
    if (!endpoint)
        return;
    const std::optional<Endpoint> again = Endpoint::fromString(endpoint->toString());
    check(again && *again == *endpoint, "an endpoint reads back as it was");
    check(qHash(*again) == qHash(*endpoint), "and has the same hash");
}

void checkNames(const QString &text)
{
    SockError error;
    if (const auto framing = makeFraming(text, &error)) {
        const auto again = makeFraming(framing->name());
        check(again && again->name() == framing->name(), "a framing's name makes it again");
    } else {
        checkError(error);
    }
    error = {};
    if (const auto codec = makeCodec(text, &error))
        check(codec->name() == text, "a codec has the name that made it");
    else
        checkError(error);
    if (const auto type = MessageType::tryFromName(text))
        check(type->isName() && type->name() == text, "a type keeps its name");
}

void checkSpec(const QJsonObject &object)
{
    SockError error;
    const std::optional<SockSpec> spec = SockSpec::fromJson(object, &error);
    if (!spec) {
        checkError(error);
        return;
    }
    const std::optional<SockSpec> again = SockSpec::fromJson(spec->toJson(), &error);
    check(again && *again == *spec, "a sock's JSON reads back as it was");
    if (spec->toOptions(&error))
        check(makeFraming(spec->framingOrDefault()) != nullptr, "options have a framing that exists");
    else
        checkError(error);
    const std::unique_ptr<BaseSock> sock = spec->makeSock(&error);
    check(bool(sock) == bool(spec->toOptions()), "options make a sock");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    needApplication();
    Input input(data, size);
    const QByteArrayView all = input.rest();
    const QString text = textOf(input);
    checkAddress<SockUrl>(text);
    checkAddress<HostPort>(text);
    checkEndpoint(text);
    checkNames(text);
    if (all.startsWith('{'))
        checkSpec(QJsonDocument::fromJson(all.chopped(1).toByteArray()).object());
    return 0;
}
