#include "core/impair/impairlexer_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

qsizetype readImpairDirection(const QString &text, ImpairSpec *spec)
{
    qsizetype at = 0;
    while (at < text.size() && text[at].isSpace())
        ++at;
    const qsizetype colon = text.indexOf(u':', at);
    if (colon < 0)
        return at;
    const QStringView word = QStringView(text).mid(at, colon - at).trimmed();
    const bool both = word == u"both";
    if (!both && word != u"in" && word != u"out")
        return at;
    spec->inbound = both || word == u"in";
    spec->outbound = both || word == u"out";
    return colon + 1;
}

std::optional<QList<ImpairWord>> splitImpair(const QString &text, qsizetype at, ImpairError *error)
{
    QList<ImpairWord> words;
    while (at < text.size()) {
        if (text[at].isSpace()) {
            ++at;
            continue;
        }
        ImpairWord word;
        word.at = word.contentAt = at;
        const QChar quote = text[at];
        if (quote == u'"' || quote == u'\'') {
            word.quoted = true;
            ++word.contentAt;
            for (++at; at < text.size() && text[at] != quote; ++at) {
                if (text[at] == u'\\' && at + 1 < text.size() && (text[at + 1] == quote || text[at + 1] == u'\\'))
                    ++at;
                word.text += text[at];
            }
            if (at >= text.size()) {
                *error = {static_cast<int>(word.at), static_cast<int>(text.size() - word.at),
                          impairTr("the quote is not closed"), impairTr("write %1 at its end").arg(quote)};
                return std::nullopt;
            }
            ++at;
        } else {
            while (at < text.size() && !text[at].isSpace())
                word.text += text[at++];
        }
        word.length = at - word.at;
        words.append(word);
    }
    return words;
}

} // namespace SockScope
