#include "ui/models/messagefilter.h"

#include <QHostAddress>

#include <algorithm>
#include <array>

#include "ui/models/sockdirectory.h"

// The part of MessageFilter that looks at records.

namespace SockScope {

namespace {

using Key = MessageFilter::Key;
using Term = MessageFilter::Term;

bool isAscii(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 128; });
}

char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// A search in the bytes themselves, so that nothing is decoded for a record that does not match.
bool containsAscii(QByteArrayView haystack, const QByteArray &needle)
{
    if (needle.isEmpty())
        return true;
    const qsizetype last = haystack.size() - needle.size();
    const char first = needle[0];
    const char upper = first >= 'a' && first <= 'z' ? static_cast<char>(first - ('a' - 'A')) : first;
    for (qsizetype i = 0; i <= last; ++i) {
        if (haystack[i] != first && haystack[i] != upper)
            continue;
        qsizetype j = 1;
        while (j < needle.size() && folded(haystack[i + j]) == needle[j])
            ++j;
        if (j == needle.size())
            return true;
    }
    return false;
}

bool payloadContains(const Record &record, const Term &word)
{
    if (word.ascii)
        return containsAscii(record.payload.view(), word.foldedUtf8);
    return QString::fromUtf8(record.payload.view()).contains(word.text, Qt::CaseInsensitive);
}

bool wordMatches(const Record &record, const Term &word, const SockDirectory &directory)
{
    if (payloadContains(record, word) || record.note.contains(word.text, Qt::CaseInsensitive) ||
        directory.typeText(record.sock, record.type).contains(word.text, Qt::CaseInsensitive) ||
        record.peer.toString().contains(word.text, Qt::CaseInsensitive)) {
        return true;
    }
    return directory.summary(record.sock, record.payload.view()).contains(word.text, Qt::CaseInsensitive);
}

bool peerMatches(const Record &record, const Term &term)
{
    if (term.endpoint)
        return record.peer == *term.endpoint;
    if (term.address)
        return !record.peer.isNull() && record.peer.address() == term.address->address();
    return record.peer.toString().contains(term.text, Qt::CaseInsensitive);
}

bool typeMatches(const Record &record, const Term &term, const SockDirectory &directory)
{
    return directory.typeLabel(record.sock, record.type).compare(term.text, Qt::CaseInsensitive) == 0 ||
           record.type.toString().compare(term.text, Qt::CaseInsensitive) == 0;
}

bool isAlternative(Key key)
{
    return key == Key::Direction || key == Key::Peer || key == Key::Type || key == Key::Sock;
}

} // namespace

MessageFilter::Term MessageFilter::Term::word(const QString &text)
{
    Term term;
    term.text = text;
    term.ascii = isAscii(text);
    term.foldedUtf8 = text.toCaseFolded().toUtf8();
    return term;
}

bool MessageFilter::Term::matches(const Record &record, const SockDirectory &directory) const
{
    switch (key) {
    case Key::Word:
        return wordMatches(record, *this, directory);
    case Key::Direction:
        return record.direction == direction;
    case Key::Peer:
        return peerMatches(record, *this);
    case Key::Type:
        return typeMatches(record, *this, directory);
    case Key::Sock:
        return directory.name(record.sock).compare(text, Qt::CaseInsensitive) == 0 ||
               directory.info(record.sock).url.compare(text, Qt::CaseInsensitive) == 0;
    case Key::Error:
        return record.isError();
    case Key::Unhandled:
        return record.outcome == Outcome::Unhandled;
    case Key::Injected:
        return record.flags.testFlag(EnvelopeFlag::Injected);
    }
    return false;
}

bool MessageFilter::matches(const Record &record, const SockDirectory &directory) const
{
    // Cheap terms decide first; words may have to write a summary.
    std::array<bool, 8> wanted{};
    std::array<bool, 8> found{};
    for (const Term &term : m_terms) {
        if (term.key == Key::Word)
            continue;
        const auto key = static_cast<size_t>(term.key);
        if (isAlternative(term.key) && !term.negated) {
            wanted[key] = true;
            found[key] = found[key] || term.matches(record, directory);
        } else if (term.matches(record, directory) == term.negated) {
            return false;
        }
    }
    if (wanted != found)
        return false;
    return std::all_of(m_terms.begin(), m_terms.end(), [&](const Term &term) {
        return term.key != Key::Word || term.matches(record, directory) != term.negated;
    });
}

} // namespace SockScope
