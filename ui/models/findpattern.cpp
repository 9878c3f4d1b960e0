#include "ui/models/findpattern.h"

#include "ui/models/format.h"

namespace SockScope {

FindPattern FindPattern::fromText(const QString &text)
{
    FindPattern pattern;
    pattern.m_word = MessageFilter::Term::word(text);
    return pattern;
}

std::optional<FindPattern> FindPattern::fromHex(const QString &text, QString *error)
{
    const std::optional<QByteArray> bytes = Format::parseHex(text, error);
    if (!bytes)
        return std::nullopt;
    FindPattern pattern;
    pattern.m_bytes = *bytes;
    return pattern;
}

bool FindPattern::matches(const StoredMessage &message, const SockDirectory &directory) const
{
    if (!m_bytes.isEmpty())
        return message.payload().contains(m_bytes);
    return !m_word.text.isEmpty() && m_word.matches(message, directory);
}

} // namespace SockScope
