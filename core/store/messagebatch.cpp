#include "core/store/messagebatch.h"

#include <algorithm>

namespace SockScope {

void MessageBatch::add(const MessageHead &head, QByteArrayView payload, const QString &note)
{
    add(head, payload);
    if (note.isEmpty())
        return;
    QByteArray text = note.toUtf8();
    if (text.size() > maximumNoteBytes) {
        qsizetype end = maximumNoteBytes - 3;
        while (end > 0 && (static_cast<uchar>(text[end]) & 0xc0) == 0x80)
            --end; // not inside a character
        text.truncate(end);
        text += "\xe2\x80\xa6";
    }
    m_heads.back().noteBytes = static_cast<quint16>(text.size());
    put(text);
}

void MessageBatch::grow(size_t by)
{
    constexpr size_t least = 4096;
    m_bytes.resize(std::max({m_used + by, m_bytes.size() * 2, least}));
}

void MessageBatch::truncate(qsizetype messages)
{
    auto bytes = static_cast<qsizetype>(m_used);
    for (qsizetype i = count() - 1; i >= messages; --i)
        bytes -= qsizetype(m_heads[static_cast<size_t>(i)].payloadBytes) + m_heads[static_cast<size_t>(i)].noteBytes;
    if (messages < count()) {
        m_heads.resize(static_cast<size_t>(messages));
        m_used = static_cast<size_t>(bytes);
    }
}

void MessageBatch::clear()
{
    m_heads.clear();
    m_used = 0;
}

void MessageBatch::reserve(qsizetype messages, qsizetype bytes)
{
    m_heads.reserve(static_cast<size_t>(messages));
    if (m_bytes.size() < static_cast<size_t>(bytes))
        m_bytes.resize(static_cast<size_t>(bytes));
}

} // namespace SockScope
