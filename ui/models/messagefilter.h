#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

#include "core/store/storedmessage.h"

namespace SockScope {

class SockDirectory;

/*! Which messages the log shows.
 *  Path    the filter field → [this] → MessageLogModel
 *  Shape   words (all must occur in payload, summary, type, peer or note, whatever the case), `dir:in`,
 *          `peer:127.0.0.1:9000` or `peer:127.0.0.1`, `type:move`, `sock:game`, `error`, `unhandled`, `injected`; `-`
 *          before a term means not; "quoted" text is one word. Several terms of the same key are alternatives
 *  Units   columns count from 0
 *  Errors  fromText answers nothing, and where and what was expected; at most maximumTerms terms
 *  Thread  a value
 *  Source  the search fields of mail and code hosts, which hands know
 */
class MessageFilter
{
public:
    static constexpr qsizetype maximumTerms = 100;
    static constexpr qsizetype maximumTextLength = 10'000;

    struct ParseError
    {
        int column = 0;
        QString expected; ///< "expected in or out after dir:"
        QString toString() const;
    };
    enum class Key : quint8 { Word, Direction, Peer, Type, Sock, Error, Unhandled, Injected };
    struct Term
    {
        Key key = Key::Word;
        bool negated = false;
        QString text;
        QByteArray foldedUtf8; // of a word: lower-case UTF-8
        bool ascii = false;    // of a word
        Direction direction = Direction::In;
        std::optional<Endpoint> endpoint; // of a peer: exact
        std::optional<Endpoint> address;  // of a peer: any port (port 0)
        static Term word(const QString &text);
        bool matches(const StoredMessage &message, const SockDirectory &directory) const;
        friend bool operator==(const Term &a, const Term &b)
        {
            return a.key == b.key && a.negated == b.negated && a.text == b.text;
        }
    };

    MessageFilter() = default;
    static std::optional<MessageFilter> fromText(const QString &text, ParseError *error = nullptr);
    /// One term as fromText reads it, quoted where that is needed: term(u"peer", u"127.0.0.1:9000").
    static QString term(const QString &key, const QString &value, bool negated = false);
    /// The keys, for completion: "dir:in", "peer:", …
    static QStringList completions();

    bool isEmpty() const { return m_terms.empty(); }
    QString toText() const;
    bool matches(const StoredMessage &message, const SockDirectory &directory) const;
    const std::vector<Term> &terms() const { return m_terms; }
    friend bool operator==(const MessageFilter &, const MessageFilter &) = default;

private:
    std::vector<Term> m_terms;
};

} // namespace SockScope
