#pragma once

#include "ui/models/messagefilter.h"

namespace SockScope {

/*! What "find" looks for in the log: text, or bytes.
 *  Path    the find bar → [this] → MessageLogModel::find
 *  Shape   text: in payload, summary, type, peer or note, whatever the case; bytes: in the payload
 *  Units   none
 *  Errors  fromHex answers nothing and says what is wrong
 *  Thread  a value
 *  Source  none
 */
class FindPattern
{
public:
    static FindPattern fromText(const QString &text);
    static std::optional<FindPattern> fromHex(const QString &text, QString *error = nullptr);
    bool isEmpty() const { return m_word.text.isEmpty() && m_bytes.isEmpty(); }
    bool matches(const StoredMessage &message, const SockDirectory &directory) const;

private:
    MessageFilter::Term m_word;
    QByteArray m_bytes;
};

} // namespace SockScope
