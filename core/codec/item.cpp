#include "core/codec/item.h"

#include <vector>

#include "core/codec/codectext.h"

namespace SockScope {

namespace {

struct Frame
{
    qint64 remaining = 0;
    bool indefinite = false;
    bool isMap = false;
    bool expectKey = false;
};

} // namespace

SockError ItemProblem::toError() const
{
    QString remedy;
    if (code == SockError::Code::TooDeep)
        remedy = QStringLiteral("send flatter data, or raise the codec's maximumDepth");
    else if (truncated)
        remedy = QStringLiteral("check the framing: the payload seems to be cut off");
    else
        remedy = QStringLiteral("check that both sides use the same codec and framing");
    return codecError(code, what, remedy, offset);
}

QString ItemSource::text(const Item &item, qsizetype maximum) const
{
    const QByteArray bytes = this->bytes(item, maximum * 4);
    return utf8ToString(withoutIncompleteUtf8(bytes));
}

QByteArray ItemSource::bytes(const Item &item, qsizetype maximum) const
{
    return m_payload.sliced(item.contentOffset, qMin(item.contentLength, maximum)).toByteArray();
}

QString ItemSource::number(const Item &item) const
{
    switch (item.kind) {
    case ItemKind::Integer:
        return QString::number(item.integer);
    case ItemKind::BigInteger:
        return bigIntegerDigits(item.negative, item.magnitude);
    default:
        return doubleText(item.number);
    }
}

std::optional<ItemProblem> ItemReader::truncated(qsizetype offset) const
{
    return ItemProblem{SockError::Code::InvalidPayload, qMin(offset, m_payload.size()),
                       QStringLiteral("the payload ends in the middle of a value"), true};
}

std::optional<ItemProblem> ItemReader::readString(Item &item, qsizetype headLength, quint64 length) const
{
    item.contentOffset = item.offset + headLength;
    const qsizetype available = m_payload.size() - item.contentOffset;
    item.partial = length > static_cast<quint64>(available);
    item.contentLength = item.partial ? available : static_cast<qsizetype>(length);
    item.length = headLength + item.contentLength;
    if (item.kind == ItemKind::Text) {
        QByteArrayView content = m_payload.sliced(item.contentOffset, item.contentLength);
        if (item.partial)
            content = withoutIncompleteUtf8(content);
        if (const qsizetype bad = firstInvalidUtf8(content); bad >= 0) {
            item.partial = false;
            return ItemProblem{SockError::Code::InvalidPayload, item.contentOffset + bad,
                               QStringLiteral("a text holds a byte that is not UTF-8")};
        }
    }
    return item.partial ? truncated(m_payload.size()) : std::nullopt;
}

ScanResult scanItems(const ItemReader &reader, int maximumDepth, ItemSink &sink)
{
    const qsizetype size = reader.payload().size();
    std::vector<Frame> stack;
    qsizetype position = 0;
    if (size == 0)
        return {emptyProblem(), false, 0};

    for (;;) {
        const bool isKey = !stack.empty() && stack.back().isMap && stack.back().expectKey;
        Item item;
        item.offset = position;
        if (auto problem = reader.read(position, item)) {
            if (item.partial)
                sink.leaf(item, isKey);
            return {std::move(problem), false, item.partial ? size : position};
        }
        bool ended = true; // whether a whole item ended here
        if (item.kind == ItemKind::Break) {
            const bool allowed = !stack.empty() && stack.back().indefinite && (!stack.back().isMap || isKey);
            if (!allowed) {
                return {ItemProblem{SockError::Code::InvalidPayload, position,
                                    QStringLiteral("a \"break\" stands where a value must")},
                        false, position};
            }
            position += item.length;
            stack.pop_back();
            if (!sink.close(position))
                return {std::nullopt, true, position};
        } else if (item.isContainer()) {
            if (static_cast<int>(stack.size()) >= maximumDepth)
                return {tooDeepProblem(position, maximumDepth), false, position};
            position += item.length;
            if (!sink.open(item, isKey))
                return {std::nullopt, true, position};
            const bool isMap = item.kind == ItemKind::Map;
            if (item.count == 0) {
                if (!sink.close(position))
                    return {std::nullopt, true, position};
            } else {
                stack.push_back({isMap ? item.count * 2 : item.count, item.count < 0, isMap, isMap});
                ended = false;
            }
        } else {
            position += item.length;
            if (!sink.leaf(item, isKey))
                return {std::nullopt, true, position};
        }
        while (ended && !stack.empty()) {
            Frame &top = stack.back();
            if (top.isMap)
                top.expectKey = !top.expectKey;
            if (top.indefinite || --top.remaining > 0)
                break;
            stack.pop_back();
            if (!sink.close(position))
                return {std::nullopt, true, position};
        }
        if (stack.empty())
            break;
    }
    if (position < size)
        return {trailingProblem(position, size), false, position};
    return {std::nullopt, false, position};
}

ItemProblem emptyProblem()
{
    return {SockError::Code::InvalidPayload, 0, QStringLiteral("the payload is empty"), true};
}

ItemProblem tooDeepProblem(qsizetype offset, int maximumDepth)
{
    return {SockError::Code::TooDeep, offset,
            QStringLiteral("the payload nests more than %1 levels deep").arg(maximumDepth)};
}

ItemProblem trailingProblem(qsizetype offset, qsizetype size)
{
    return {SockError::Code::InvalidPayload, offset,
            QStringLiteral("%1 bytes follow the end of the value").arg(size - offset)};
}

} // namespace SockScope
