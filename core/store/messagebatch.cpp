#include "core/store/messagebatch.h"

namespace SockScope {

void MessageBatch::add(MessageHead head, QByteArrayView payload, const QString &note)
{
    if (payload.size() > maximumPayloadBytes) [[unlikely]]
        head.flags |= EnvelopeFlag::Truncated;
    head.payloadBytes = static_cast<quint32>(qMin(payload.size(), maximumPayloadBytes));
    m_bytes.insert(m_bytes.end(), payload.begin(), payload.begin() + head.payloadBytes);
    head.noteBytes = 0;
    if (!note.isEmpty()) [[unlikely]] {
        QByteArray text = note.toUtf8();
        if (text.size() > maximumNoteBytes) {
            qsizetype end = maximumNoteBytes - 3;
            while (end > 0 && (static_cast<uchar>(text[end]) & 0xc0) == 0x80)
                --end; // not inside a character
            text.truncate(end);
            text += "\xe2\x80\xa6";
        }
        head.noteBytes = static_cast<quint16>(text.size());
        m_bytes.insert(m_bytes.end(), text.begin(), text.end());
    }
    m_heads.push_back(head);
}

void MessageBatch::truncate(qsizetype messages)
{
    qsizetype bytes = static_cast<qsizetype>(m_bytes.size());
    for (qsizetype i = count() - 1; i >= messages; --i)
        bytes -= qsizetype(m_heads[static_cast<size_t>(i)].payloadBytes) + m_heads[static_cast<size_t>(i)].noteBytes;
    if (messages < count()) {
        m_heads.resize(static_cast<size_t>(messages));
        m_bytes.resize(static_cast<size_t>(bytes));
    }
}

void MessageBatch::clear()
{
    m_heads.clear();
    m_bytes.clear();
}

void MessageBatch::reserve(qsizetype messages, qsizetype bytes)
{
    m_heads.reserve(static_cast<size_t>(messages));
    m_bytes.reserve(static_cast<size_t>(bytes));
}

} // namespace SockScope
