// Descriptions of a bad network: words, and what they do to some messages.

#include <bit>

#include "core/impair/impairfates.h"
#include "core/impair/impairtext.h"
#include "fuzz/fuzz.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

void checkFates(const ImpairSpec &spec)
{
    ImpairFates one(spec, 5, 0);
    ImpairFates two(spec, 5, 0);
    for (int i = 0; i < 16; ++i) {
        const ImpairFate fate = one.next();
        const ImpairFate same = two.next();
        check(fate.lost == same.lost && fate.delayNs == same.delayNs, "the same seed, the same fate");
        check(fate.delayNs >= 0 && fate.delayNs <= ImpairSpec::maximumDelayNs, "a delay is at most an hour");
        QByteArray bytes(i, 'x');
        const std::vector<CorruptByte> changes = one.corruption(fate.number, bytes.size());
        ImpairFates::apply(changes, bytes.data());
        int places = 0;
        for (const char byte : bytes) {
            const auto difference = static_cast<quint8>(byte ^ 'x');
            places += spec.corruptBytes ? int(difference != 0) : std::popcount(difference);
        }
        const int most = spec.corruptBytes ? i : i * 8;
        check(places == qMin(spec.corruptPlaces, most), "as many places change as were asked for");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QString text = QString::fromUtf8(QByteArrayView(reinterpret_cast<const char *>(data), qsizetype(size)));
    ImpairError error;
    const auto spec = parseImpair(text, &error);
    if (!spec) {
        check(!error.what.isEmpty() && error.toString().size() < 1000, "an error says what is wrong, briefly");
        check(error.column >= 0 && error.column <= text.size(), "an error's column is a place in the text");
        check(error.length >= 0 && error.length <= text.size() - error.column, "and its length ends in it");
        return 0;
    }
    check(impairProblem(*spec).isEmpty(), "what words can say is in range");
    const QString words = impairText(*spec);
    const auto again = parseImpair(words, &error);
    check(again.has_value(), "its own text can be read");
    check(impairText(*again) == words, "and means the same");
    checkFates(*spec);
    return 0;
}
