#pragma once

#include <functional>
#include <vector>

#include "core/codec/item.h"

namespace SockScope {

/*! Writes scanned items as one line, in the notation that JSON and CBOR's diagnostics share.
 *  Path    scan → [this] → Codec::summary
 *  Shape   of [type, data] only the data; stops the scan when the line is full
 *  Units   characters
 *  Errors  none
 *  Thread  one thread
 *  Source  RFC 8949 8
 */
class SummaryText : public ItemSink
{
public:
    SummaryText(const ItemSource &source, qsizetype maximum);

    bool leaf(const Item &item, bool isKey) override;
    bool open(const Item &item, bool isKey) override;
    bool close(qsizetype end) override;
    /// more: the payload goes on behind what was scanned.
    QString finish(bool more) const;

private:
    struct Frame
    {
        ItemKind kind;
        qint64 index = 0;
    };
    void separate(const Item &item, bool isKey);
    bool isFull() const { return m_text.size() - m_dataStart > m_maximum; }
    QString leafText(const Item &item) const;

    const ItemSource &m_source;
    const qsizetype m_maximum;
    QString m_text;
    qsizetype m_dataStart = 0;
    qsizetype m_dataEnd = -1;
    bool m_mayBeMessage = false;
    bool m_shaped = false;
    std::vector<Frame> m_stack;
};

/// How much of a payload a summary of so many characters looks at.
qsizetype summaryWindow(qsizetype payloadSize, qsizetype maximumCharacters);
/// A summary of what scan says about the window; a malformed payload shows as rawSummary does.
QString summarize(QByteArrayView payload, qsizetype maximumCharacters, const ItemSource &source,
                  const std::function<ScanResult(ItemSink &)> &scan);

} // namespace SockScope
