#include "ui/models/messagefilter.h"

#include <QCoreApplication>
#include <QHostAddress>

#include <algorithm>
#include <array>

// The part of MessageFilter that reads and writes the filter line.

using namespace Qt::StringLiterals;

namespace SockScope {

namespace {

using Key = MessageFilter::Key;
using Term = MessageFilter::Term;

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::MessageFilter", text);
}

struct KeyName
{
    QLatin1String name;
    Key key;
};
constexpr std::array valueKeys{KeyName{"dir"_L1, Key::Direction}, KeyName{"peer"_L1, Key::Peer},
                               KeyName{"type"_L1, Key::Type}, KeyName{"sock"_L1, Key::Sock}};
constexpr std::array flagKeys{KeyName{"error"_L1, Key::Error}, KeyName{"unhandled"_L1, Key::Unhandled},
                              KeyName{"injected"_L1, Key::Injected}};

QString quotedIfNeeded(const QString &value, bool always)
{
    const bool needed = always || value.isEmpty() || value.startsWith(u'-') ||
                        std::any_of(value.begin(), value.end(), [](QChar c) { return c.isSpace() || c == u'"'; });
    if (!needed)
        return value;
    QString text = value;
    text.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s);
    return u'"' + text + u'"';
}

// Reads the filter line from left to right.
class Parser
{
public:
    explicit Parser(const QString &text)
        : m_text(text)
    {
    }

    bool atEnd()
    {
        while (m_position < m_text.size() && m_text[m_position].isSpace())
            ++m_position;
        return m_position >= m_text.size();
    }
    bool readTerm(Term &term)
    {
        const bool negated = take(u'-');
        if (negated && (m_position >= m_text.size() || m_text[m_position].isSpace()))
            return fail(m_position, tr("a word or a key after \"-\""));
        if (!readKeyed(term))
            return false;
        term.negated = negated;
        return true;
    }
    const MessageFilter::ParseError &error() const { return m_error; }
    bool fail(qsizetype column, const QString &expected)
    {
        m_error = {static_cast<int>(column), expected};
        return false;
    }
    qsizetype position() const { return m_position; }

private:
    bool take(QChar c)
    {
        if (m_position >= m_text.size() || m_text[m_position] != c)
            return false;
        ++m_position;
        return true;
    }
    bool readKeyed(Term &term)
    {
        const QStringView rest = QStringView(m_text).sliced(m_position);
        for (const KeyName &known : valueKeys) {
            if (!rest.startsWith(known.name, Qt::CaseInsensitive) || rest.size() <= known.name.size() ||
                rest[known.name.size()] != u':') {
                continue;
            }
            m_position += known.name.size() + 1;
            return readValue(term, known);
        }
        for (const KeyName &known : flagKeys) {
            const bool whole = rest.size() == known.name.size() ||
                               (rest.size() > known.name.size() && rest[known.name.size()].isSpace());
            if (whole && rest.startsWith(known.name, Qt::CaseInsensitive)) {
                m_position += known.name.size();
                term.key = known.key;
                return true;
            }
        }
        QString word;
        if (!readText(word))
            return false;
        term = Term::word(word);
        return true;
    }
    bool readValue(Term &term, const KeyName &known)
    {
        const qsizetype start = m_position;
        if (m_position >= m_text.size() || m_text[m_position].isSpace()) {
            return fail(start, known.key == Key::Direction ? tr("in or out after dir:")
                               : known.key == Key::Peer    ? tr("an address after peer:, such as 127.0.0.1:9000")
                               : known.key == Key::Type    ? tr("a type's name or number after type:")
                                                           : tr("a socket's name after sock:"));
        }
        QString value;
        if (!readText(value))
            return false;
        term.key = known.key;
        term.text = value;
        if (known.key == Key::Direction) {
            const bool in = value.compare("in"_L1, Qt::CaseInsensitive) == 0;
            if (!in && value.compare("out"_L1, Qt::CaseInsensitive) != 0)
                return fail(start, tr("in or out after dir:"));
            term.direction = in ? Direction::In : Direction::Out;
        } else if (known.key == Key::Peer) {
            readPeer(term);
        }
        return true;
    }
    static void readPeer(Term &term)
    {
        QString bare = term.text;
        if (bare.startsWith(u'[') && bare.endsWith(u']'))
            bare = bare.sliced(1, bare.size() - 2);
        QHostAddress address;
        // QHostAddress also reads "1" as 0.0.0.1, which nobody means
        if ((bare.count(u'.') == 3 || bare.count(u':') >= 2) && address.setAddress(bare))
            term.address = Endpoint(address, 0);
        else
            term.endpoint = Endpoint::fromString(term.text);
    }
    bool readText(QString &out)
    {
        if (!take(u'"')) {
            while (m_position < m_text.size() && !m_text[m_position].isSpace())
                out += m_text[m_position++];
            return true;
        }
        const qsizetype start = m_position;
        while (m_position < m_text.size()) {
            const QChar c = m_text[m_position++];
            if (c == u'"') {
                if (out.isEmpty())
                    return fail(start, tr("text between the quotation marks"));
                if (m_position < m_text.size() && !m_text[m_position].isSpace())
                    return fail(m_position, tr("a blank after the closing quotation mark"));
                return true;
            }
            const bool escaped =
                c == u'\\' && m_position < m_text.size() && (m_text[m_position] == u'"' || m_text[m_position] == u'\\');
            out += escaped ? m_text[m_position++] : c;
        }
        return fail(m_text.size(), tr("a closing quotation mark"));
    }

    const QString m_text;
    qsizetype m_position = 0;
    MessageFilter::ParseError m_error;
};

} // namespace

QString MessageFilter::ParseError::toString() const
{
    return tr("column %1: expected %2").arg(column + 1).arg(expected);
}

std::optional<MessageFilter> MessageFilter::fromText(const QString &text, ParseError *error)
{
    Parser parser(text);
    MessageFilter filter;
    bool ok = text.size() <= maximumTextLength ||
              parser.fail(maximumTextLength, tr("at most %1 characters").arg(maximumTextLength));
    while (ok && !parser.atEnd()) {
        Term term;
        if (static_cast<qsizetype>(filter.m_terms.size()) == maximumTerms)
            ok = parser.fail(parser.position(), tr("at most %1 terms").arg(maximumTerms));
        else if ((ok = parser.readTerm(term)))
            filter.m_terms.push_back(std::move(term));
    }
    if (ok)
        return filter;
    if (error)
        *error = parser.error();
    return std::nullopt;
}

QString MessageFilter::term(const QString &key, const QString &value, bool negated)
{
    const QString sign = negated ? u"-"_s : QString();
    if (!key.isEmpty())
        return sign + key + u':' + quotedIfNeeded(value, false);
    // a word that would read as a key is quoted
    const bool likeKey =
        std::any_of(valueKeys.begin(), valueKeys.end(),
                    [&](const KeyName &known) { return value.startsWith(known.name + ":"_L1, Qt::CaseInsensitive); }) ||
        std::any_of(flagKeys.begin(), flagKeys.end(),
                    [&](const KeyName &known) { return value.compare(known.name, Qt::CaseInsensitive) == 0; });
    return sign + quotedIfNeeded(value, likeKey);
}

QStringList MessageFilter::completions()
{
    QStringList words{u"dir:in"_s, u"dir:out"_s};
    for (const KeyName &known : valueKeys) {
        if (known.key != Key::Direction)
            words += known.name + ":"_L1;
    }
    for (const KeyName &known : flagKeys)
        words += known.name;
    return words;
}

QString MessageFilter::toText() const
{
    QStringList words;
    for (const Term &one : m_terms) {
        QString key;
        for (const KeyName &known : valueKeys) {
            if (known.key == one.key)
                key = known.name;
        }
        const auto flag =
            std::find_if(flagKeys.begin(), flagKeys.end(), [&](const KeyName &known) { return known.key == one.key; });
        if (flag != flagKeys.end())
            words += (one.negated ? u"-"_s : QString()) + flag->name;
        else
            words += term(key, one.text, one.negated);
    }
    return words.join(u' ');
}

} // namespace SockScope
