// A filter's text, whatever was typed: an error that has its place in the text, or a program that gives every message
// the same answer however it is asked. And what stands around it: completion at any place, joining with other filters.

#include "core/filter/filter.h"
#include "core/filter/filterfields.h"
#include "core/filter/filterparser_p.h"
#include "core/filter/filtertext.h"
#include "fuzz/filterchunk.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

QString textOf(Input &input)
{
    if (input.lastByte() % 4)
        return QString::fromUtf8(input.rest());
    QString text;
    while (input.rest().size() >= 2)
        text += QChar(static_cast<char16_t>(input.number(2)));
    return text;
}

void checkCompletion(const QString &text, int cursor)
{
    const CompletionContext context = completionContext(text, cursor);
    check(context.from >= 0 && context.from <= text.size(), "what is completed begins in the text");
    check(context.length >= 0 && context.length <= text.size() - context.from, "and ends there");
    check(context.prefix.size() <= text.size(), "what is typed already is a part of the text");
}

void checkJoining(const QString &text)
{
    for (const FilterJoin join : {FilterJoin::ReplaceNot, FilterJoin::And, FilterJoin::AndNot, FilterJoin::Or}) {
        const QString joined = filterCombined(text, QStringLiteral("size > 1"), join);
        FilterError error;
        // two more conditions and one more level may be too many
        check(Filter::compile(joined, &error) || error.what.contains(QStringLiteral("at most")),
              "a filter joined to another is one");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const int cursor = input.lastByte();
    const QString text = textOf(input);
    checkCompletion(text, cursor);
    FilterError error;
    const auto filter = Filter::compile(text, &error);
    FilterParser parser(text);
    const auto node = parser.parse();
    check(bool(node) == bool(filter), "what is read is compiled");
    if (!filter) {
        check(!error.what.isEmpty() && error.toString().size() < 1000, "an error says what is wrong, briefly");
        check(error.column >= 0 && error.column <= text.size(), "an error's column is a place in the text");
        check(error.length >= 0 && error.length <= text.size() - error.column, "and its length ends in it");
        return 0;
    }
    check(node->toString().size() < 100'000, "the form of a filter is bounded");
    static const FilterContext context = fuzzContext();
    static const std::unique_ptr<Chunk> chunk = fuzzChunk();
    checkAnswers(*filter, *chunk, context);
    checkJoining(text);
    return 0;
}
