#include "core/codec/summarytext.h"

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

SummaryText::SummaryText(const ItemSource &source, qsizetype maximum)
    : m_source(source)
    , m_maximum(maximum)
{
}

void SummaryText::separate(const Item &item, bool isKey)
{
    if (m_stack.empty())
        return;
    Frame &top = m_stack.back();
    const qint64 index = top.index++;
    if (top.kind == ItemKind::Map && !isKey)
        m_text += u':';
    else if (index > 0)
        m_text += u',';
    if (m_stack.size() != 1 || top.kind != ItemKind::Array)
        return;
    if (index == 0)
        m_shaped = m_mayBeMessage && item.isTypeLike();
    else if (index == 1 && m_shaped)
        m_dataStart = m_text.size();
    else if (index == 2) {
        m_shaped = false;
        m_dataStart = 0;
    }
}

QString SummaryText::leafText(const Item &item) const
{
    switch (item.kind) {
    case ItemKind::Integer:
    case ItemKind::BigInteger:
    case ItemKind::Double:
        return m_source.number(item);
    case ItemKind::Text:
        return quotedText(m_source.text(item, m_maximum + 1), m_maximum);
    case ItemKind::Bytes:
    case ItemKind::Extension: {
        const QByteArray start = m_source.bytes(item, m_maximum / 2 + 1);
        const QString hex = u"h'%1'"_s.arg(hexText(start, start.size(), m_maximum));
        return item.kind == ItemKind::Bytes ? hex : u"ext(%1,%2)"_s.arg(item.integer).arg(hex);
    }
    case ItemKind::Boolean:
        return item.boolean ? u"true"_s : u"false"_s;
    case ItemKind::Undefined:
        return u"undefined"_s;
    case ItemKind::Simple:
        return u"simple(%1)"_s.arg(item.magnitude);
    default:
        return u"null"_s;
    }
}

bool SummaryText::leaf(const Item &item, bool isKey)
{
    separate(item, isKey);
    m_text += leafText(item);
    return !isFull();
}

bool SummaryText::open(const Item &item, bool isKey)
{
    separate(item, isKey);
    if (item.kind == ItemKind::Tag)
        m_text += u"%1("_s.arg(item.magnitude);
    else
        m_text += item.kind == ItemKind::Map ? u'{' : u'[';
    if (m_stack.empty())
        m_mayBeMessage = item.kind == ItemKind::Array && (item.count < 0 || item.count == 2);
    m_stack.push_back({item.kind});
    return !isFull();
}

bool SummaryText::close(qsizetype)
{
    const ItemKind kind = m_stack.back().kind;
    m_stack.pop_back();
    if (m_stack.empty())
        m_dataEnd = m_text.size();
    m_text += kind == ItemKind::Tag ? u')' : kind == ItemKind::Map ? u'}' : u']';
    return !isFull();
}

QString SummaryText::finish(bool more) const
{
    if (!m_shaped || m_dataStart == 0)
        return elided(m_text, m_maximum, more);
    const qsizetype end = m_dataEnd >= 0 ? m_dataEnd : m_text.size();
    return elided(m_text.sliced(m_dataStart, end - m_dataStart), m_maximum, more);
}

qsizetype summaryWindow(qsizetype payloadSize, qsizetype maximumCharacters)
{
    return qMin(payloadSize, qBound(qsizetype(0), maximumCharacters, qsizetype(16384)) * 4 + 256);
}

QString summarize(QByteArrayView payload, qsizetype maximumCharacters, const ItemSource &source,
                  const std::function<ScanResult(ItemSink &)> &scan)
{
    if (maximumCharacters <= 0 || payload.isEmpty())
        return {};
    SummaryText text(source, maximumCharacters);
    const ScanResult result = scan(text);
    const bool cut = source.payload().size() < payload.size();
    if (result.problem && !(cut && result.problem->truncated))
        return rawSummary(payload, maximumCharacters);
    return text.finish(result.stopped || result.problem.has_value());
}

} // namespace SockScope
