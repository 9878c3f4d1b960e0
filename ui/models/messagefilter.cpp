#include "ui/models/messagefilter.h"

#include <QHostAddress>

#include <algorithm>
#include <array>

#include "ui/models/sockdirectory.h"

// The part of MessageFilter that looks at messages.

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

// A search in the bytes themselves, so that nothing is decoded for a message that does not match.
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

bool payloadContains(const StoredMessage &message, const Term &word)
{
    if (word.ascii)
        return containsAscii(message.payload(), word.foldedUtf8);
    return QString::fromUtf8(message.payload()).contains(word.text, Qt::CaseInsensitive);
}

bool wordMatches(const StoredMessage &message, const Term &word, const SockDirectory &directory)
{
    if (payloadContains(message, word) || message.note().contains(word.text, Qt::CaseInsensitive) ||
        directory.typeText(message.sock(), message.type()).contains(word.text, Qt::CaseInsensitive) ||
        message.peer().toString().contains(word.text, Qt::CaseInsensitive)) {
        return true;
    }
    return directory.summary(message.sock(), message.payload()).contains(word.text, Qt::CaseInsensitive);
}

bool peerMatches(const StoredMessage &message, const Term &term)
{
    if (term.endpoint)
        return message.peer() == *term.endpoint;
    if (term.address)
        return !message.peer().isNull() && message.peer().address() == term.address->address();
    return message.peer().toString().contains(term.text, Qt::CaseInsensitive);
}

bool typeMatches(const StoredMessage &message, const Term &term, const SockDirectory &directory)
{
    return directory.typeLabel(message.sock(), message.type()).compare(term.text, Qt::CaseInsensitive) == 0 ||
           message.type().toString().compare(term.text, Qt::CaseInsensitive) == 0;
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

bool MessageFilter::Term::matches(const StoredMessage &message, const SockDirectory &directory) const
{
    switch (key) {
    case Key::Word:
        return wordMatches(message, *this, directory);
    case Key::Direction:
        return message.direction() == direction;
    case Key::Peer:
        return peerMatches(message, *this);
    case Key::Type:
        return typeMatches(message, *this, directory);
    case Key::Sock:
        return directory.name(message.sock()).compare(text, Qt::CaseInsensitive) == 0 ||
               directory.info(message.sock()).url.compare(text, Qt::CaseInsensitive) == 0;
    case Key::Error:
        return message.isError();
    case Key::Unhandled:
        return message.isUnhandled();
    case Key::Injected:
        return message.isInjected();
    }
    return false;
}

bool MessageFilter::matches(const StoredMessage &message, const SockDirectory &directory) const
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
            found[key] = found[key] || term.matches(message, directory);
        } else if (term.matches(message, directory) == term.negated) {
            return false;
        }
    }
    if (wanted != found)
        return false;
    return std::all_of(m_terms.begin(), m_terms.end(), [&](const Term &term) {
        return term.key != Key::Word || term.matches(message, directory) != term.negated;
    });
}

} // namespace SockScope
