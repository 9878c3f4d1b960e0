// Payloads from a peer under filters that look into them: nothing is read outside of a message, every way of asking
// gives the same answer, and a path finds what the detail tree shows.

#include "core/filter/filter.h"
#include "fuzz/filterchunk.h"
#include "unit/filter/pathagreement.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

const std::vector<Filter> &filters()
{
    static const std::vector<Filter> all = [] {
        std::vector<Filter> compiled;
        for (const char16_t *text : {u"data",
                                     u"data.a",
                                     u"data.a.b < 10",
                                     u"data[0] == 1",
                                     u"data[1].a != \"x\"",
                                     u"data.a in {1, 2..3.5, \"b\"}",
                                     u"data == null || data == true",
                                     u"data contains \"a\"",
                                     u"data.a matches \"^[a-z]\"",
                                     u"data >= 18446744073709551615",
                                     u"data.value == 0x0a",
                                     u"data.\"\\n\" > \"m\"",
                                     u"payload contains \"ab\"",
                                     u"payload contains 0x00",
                                     u"payload == \"abc\"",
                                     u"text matches \"b$\"",
                                     u"ab",
                                     u"Ä",
                                     u"note contains ab",
                                     u"length > 3 && !(data.a == 1)",
                                     u"data.x-y || data.\"long key\"[2]"}) {
            const auto filter = Filter::compile(QString::fromUtf16(text));
            check(filter.has_value(), "the filters of the fuzz target are right");
            compiled.push_back(*filter);
        }
        return compiled;
    }();
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const quint8 choice = input.lastByte();
    const QByteArrayView payload = input.rest();
    static const FilterContext context = fuzzContext();
    const auto sock = quint32(1 + choice % context.socks.size());
    // The message stands between others, so that a look beyond its end finds something; once it stands alone at the
    // end.
    MessageBatch batch;
    if (choice & 0x80)
        batch.add(fuzzHead(sock), "[1,{\"a\":1}]ab");
    batch.add(fuzzHead(sock), payload, choice & 0x40 ? QStringLiteral("ab") : QString());
    if (choice & 0x20)
        batch.add(fuzzHead(sock), "abc\"}]");
    Chunk chunk(1, qMax(qsizetype(1), batch.bytes().size() + 16));
    qsizetype at = 0;
    check(chunk.append(batch, 0, at) == batch.count(), "a chunk holds what it was made for");
    for (const Filter &filter : filters())
        checkAnswers(filter, chunk, context);
    const QString codec = context.socks[sock - 1].codec->name();
    const Exact alone(payload);
    if (codec == u"json" || codec == u"msgpack" || codec == u"cbor")
        check(!Test::disagreement(codec, alone.view()), "a path finds what the detail tree shows");
    return 0;
}
