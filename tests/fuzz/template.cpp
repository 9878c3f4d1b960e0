// A payload's text with values in it, in every syntax, with and without a request.

#include <QCborArray>
#include <QCborMap>

#include "core/compose/template.h"
#include "fuzz/fuzz.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

void checkPlace(const TemplateError &error, const QString &text)
{
    check(!error.what.isEmpty() && error.toString().size() < 1000, "an error says what is wrong, briefly");
    check(error.column >= 0 && error.column <= text.size(), "an error's column is a place in the text");
    check(error.length >= 0 && error.length <= text.size() - error.column, "and its length ends in it");
}

ComposeContext contextOf(const Message *request)
{
    ComposeContext context;
    context.counter = 41;
    context.nowNs = [] { return 1'782'914'645'678'901'234LL; };
    context.random.seed(7);
    context.request = request;
    if (request)
        context.peer = context.requestPeer = Endpoint(0x7f000001, 9000);
    context.variables = {{QStringLiteral("v"), QCborValue(QStringLiteral("a\"\\"))},
                         {QStringLiteral("n"), QCborValue(3)}};
    return context;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const auto syntax = static_cast<TemplateSyntax>(input.lastByte() % 4);
    const QString text = QString::fromUtf8(input.rest());
    TemplateError error;
    const auto parsed = Template::parse(text, syntax, &error);
    if (!parsed) {
        checkPlace(error, text);
        return 0;
    }
    check(parsed->text() == text, "the text stays");
    Message request;
    request.type = 5;
    request.value = QCborMap{{QStringLiteral("id"), 5}, {QStringLiteral("a"), QCborArray{1.5, QByteArray("\xa5")}}};
    for (const Message *one : {static_cast<const Message *>(nullptr), static_cast<const Message *>(&request)}) {
        ComposeContext first = contextOf(one);
        ComposeContext second = contextOf(one);
        const auto bytes = parsed->expand(first, &error);
        if (!bytes)
            checkPlace(error, text);
        check(parsed->expand(second) == bytes, "the same seed gives the same bytes");
        if (!parsed->value(second, &error))
            checkPlace(error, text);
    }
    return 0;
}
