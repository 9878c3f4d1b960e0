#include "ui/models/fieldpath.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isWord(QStringView key)
{
    if (key.isEmpty() || key.front().isDigit())
        return false;
    for (const QChar c : key)
        if (!(c == u'_' || (c < QChar(0x80) && c.isLetterOrNumber())))
            return false;
    return true;
}

} // namespace

void FieldPath::descend(const FieldNode &node, QStringView parentKind)
{
    if (m_state == State::Nameless)
        return;
    if (node.kind == "error"_L1 || node.kind == "note"_L1) {
        m_state = State::Nameless;
        return;
    }
    if (m_state == State::Nothing) {
        m_state = State::Root;
        m_text = u"data"_s;
        return;
    }
    const bool isMessagePart = m_state == State::Root && parentKind == "array"_L1;
    m_state = State::Inside;
    if (isMessagePart && (node.key == "type"_L1 || node.key == "data"_L1)) {
        m_text = node.key;
        return;
    }
    if (parentKind == "array"_L1) {
        m_text += node.key; // "[3]"
    } else if (parentKind == "map"_L1 && isWord(node.key)) {
        m_text += u'.' + node.key;
    } else if (parentKind == "map"_L1 && !node.key.contains(u'\\') && !node.key.contains(u'…')) {
        QString key = node.key;
        m_text += u".\""_s + key.replace(u'"', u"\\\""_s) + u'"';
    } else {
        m_state = State::Nameless;
    }
}

QString FieldPath::toString() const
{
    return m_state == State::Nameless || m_state == State::Nothing ? QString() : m_text;
}

} // namespace SockScope
