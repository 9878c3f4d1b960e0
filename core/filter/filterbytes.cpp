#include <algorithm>

#include "core/codec/codectext.h"
#include "core/filter/bytesearch_p.h"
#include "core/filter/filterconditions_p.h"

// Conditions on payloads and notes.

namespace SockScope {

namespace {

bool isAscii(const QByteArray &utf8)
{
    return std::all_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<quint8>(c) < 0x80; });
}

/// Whether looking through all bytes costs less than looking at each message that is left.
bool mostAreLeft(const FilterScan &scan, const quint64 *mask)
{
    return scan.bitCount(mask) * 4 >= scan.count();
}

/// Keeps the messages that have what is looked for in their payload, or, with notes, in their note.
void keepFound(FilterScan &scan, quint64 *mask, const ByteSearch &search, bool notesToo)
{
    const Chunk &chunk = scan.chunk();
    if (!mostAreLeft(scan, mask)) {
        scan.keepIf(
            mask, [&](int i) { return search.isIn(chunk.payload(i)) || (notesToo && search.isIn(chunk.noteUtf8(i))); });
        return;
    }
    // All payloads as one text; what is found there belongs to the message whose payload or note holds the whole of it.
    const char *arena = chunk.arena().data();
    const quint32 *offsets = chunk.offsets().data();
    constexpr int slice = 1024; // messages between two looks at whether to stop
    const auto bitOf = [&](int i) { return quint64(1) << ((i - scan.base()) % 64); };
    const auto wordOf = [&](int i) { return static_cast<size_t>(i - scan.base()) / 64; };
    std::vector<quint64> found(scan.words());
    for (int from = scan.from(); from < scan.to() && !scan.isStopped(); from += slice) {
        const int to = qMin(from + slice, scan.to());
        const char *end = arena + offsets[to];
        int i = from;
        for (const char *place = arena + offsets[from]; place < end;) {
            place = search.find(place, end);
            if (place == end)
                break;
            while (arena + offsets[i + 1] <= place)
                ++i;
            const char *next = arena + offsets[i + 1];
            const auto holds = [&](QByteArrayView part) {
                return place >= part.begin() && place + search.size() <= part.end();
            };
            if ((mask[wordOf(i)] & bitOf(i)) == 0) {
                place = next;
            } else if (holds(chunk.payload(i)) || (notesToo && holds(chunk.noteUtf8(i)))) {
                found[wordOf(i)] |= bitOf(i);
                place = next;
            } else {
                ++place;
            }
        }
    }
    for (size_t word = 0; word < scan.words(); ++word)
        mask[word] &= found[word];
}

class PayloadCondition : public FilterCondition
{
public:
    explicit PayloadCondition(const FilterNode &node)
        : m_test(node)
        , m_isText(node.field == FilterField::Text)
        , m_search(node.op == FilterOp::Contains ? node.values.front().bytes : QByteArray())
    {
    }
    int cost() const override { return m_test.needsText() ? Expression : Bytes; }
    bool needsPayload() const override { return true; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const Chunk &chunk = scan.chunk();
        if (m_test.op() == FilterOp::Contains) {
            keepFound(scan, mask, m_search, false);
        } else if (!m_test.needsText()) {
            scan.keepIf(mask, [&](int i) { return m_test.holds(chunk.payload(i)); });
        } else {
            // Bytes are the characters of the same number, so that \xff finds one; text is what they mean.
            scan.keepIf(mask, [&](int i) {
                const QByteArrayView payload = chunk.payload(i);
                return m_test.holdsText(m_isText ? utf8ToString(payload)
                                                 : QString::fromLatin1(payload.data(), payload.size()));
            });
        }
    }

private:
    const FilterTextTest m_test;
    const bool m_isText;
    const ByteSearch m_search;
};

class NoteCondition : public FilterCondition
{
public:
    explicit NoteCondition(const FilterNode &node)
        : m_test(node)
    {
    }
    int cost() const override { return Bytes; }
    bool needsPayload() const override { return m_test.op() != FilterOp::None; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        keepEqual(scan, mask, scan.chunk().flags().data(), FlagNote, FlagNote);
        if (m_test.op() != FilterOp::None)
            scan.keepIf(mask, [&](int i) { return m_test.holds(scan.chunk().noteUtf8(i)); });
    }

private:
    const FilterTextTest m_test;
};

/// A word, wherever a message shows it.
class WordCondition : public FilterCondition
{
public:
    explicit WordCondition(const QByteArray &utf8)
        : m_text(QString::fromUtf8(utf8))
        , m_ascii(isAscii(utf8) || firstInvalidUtf8(utf8) >= 0)
        , m_search(utf8, ByteSearch::Case::Folded)
    {
    }
    int cost() const override { return m_ascii ? Bytes : Expression; }
    bool needsPayload() const override { return true; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const size_t words = scan.words();
        std::vector<quint64> types(mask, mask + words);
        keepTypes(scan, types.data(), true, [this](const MessageType &type, const MessageTypes *names) {
            return isIn(names ? names->label(type) : type.toString());
        });
        std::vector<quint64> peers(mask, mask + words);
        const auto table = scan.chunk().peerTable();
        keepTable(scan, peers.data(), scan.chunk().peers().data(), table.size(),
                  [&](size_t entry) { return isIn(table[entry].toString()); });
        std::vector<quint64> open(words);
        for (size_t word = 0; word < words; ++word)
            open[word] = mask[word] & ~(types[word] | peers[word]);
        keepBytes(scan, open.data());
        for (size_t word = 0; word < words; ++word)
            mask[word] &= types[word] | peers[word] | open[word];
    }

private:
    bool isIn(const QString &text) const { return text.contains(m_text, Qt::CaseInsensitive); }
    void keepBytes(FilterScan &scan, quint64 *mask) const
    {
        if (m_ascii) {
            keepFound(scan, mask, m_search, true);
            return;
        }
        const Chunk &chunk = scan.chunk();
        scan.keepIf(
            mask, [&](int i) { return isIn(utf8ToString(chunk.payload(i))) || isIn(utf8ToString(chunk.noteUtf8(i))); });
    }

    const QString m_text;
    const bool m_ascii; // or no text at all: bytes, folded where they are letters
    const ByteSearch m_search;
};

} // namespace

FilterConditionPtr makeBytesCondition(const FilterNode &node)
{
    if (node.field == FilterField::Note)
        return std::make_unique<NoteCondition>(node);
    return std::make_unique<PayloadCondition>(node);
}

FilterConditionPtr makeWordCondition(const FilterNode &node)
{
    return std::make_unique<WordCondition>(node.values.front().bytes);
}

} // namespace SockScope
