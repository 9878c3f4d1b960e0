#include "core/codec/cboritems.h"
#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"
#include "core/codec/jsonitems.h"
#include "core/codec/messagepackitems.h"
#include "core/filter/datapath_p.h"
#include "core/filter/datatest_p.h"
#include "core/filter/filterconditions_p.h"

// Conditions on decoded data.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

enum class Format : quint8 { None, Raw, Text, Json, MessagePack, Cbor, Other };

Format formatOf(const FilterSock *sock)
{
    if (!sock || !sock->codec)
        return Format::None;
    const QString name = sock->codec->name();
    if (name == "json"_L1)
        return Format::Json;
    if (name == "msgpack"_L1)
        return Format::MessagePack;
    if (name == "cbor"_L1)
        return Format::Cbor;
    if (name == "text"_L1)
        return Format::Text;
    return name == "raw"_L1 ? Format::Raw : Format::Other;
}

class DataCondition : public FilterCondition
{
public:
    explicit DataCondition(const FilterNode &node)
        : m_path(node.path)
        , m_json(m_path)
        , m_test(node)
        , m_isExpression(node.op == FilterOp::Matches)
    {
    }
    int cost() const override { return m_isExpression ? Expression : Decoded; }
    bool needsPayload() const override { return true; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const Chunk &chunk = scan.chunk();
        const auto table = chunk.sockTable();
        std::vector<const FilterSock *> socks;
        std::vector<Format> formats;
        for (const quint32 id : table) {
            socks.push_back(scan.context().sock(id));
            formats.push_back(formatOf(socks.back()));
        }
        const quint16 *column = chunk.socks().data();
        scan.keepIf(mask, [&](int i) {
            const size_t sock = column[i];
            return passes(formats[sock], socks[sock], chunk.payload(i));
        });
    }

private:
    template <typename Items>
    bool passesItems(QByteArrayView payload) const
    {
        const Items items(payload);
        PathSink sink(m_path, items);
        const ScanResult result = scanItems(items, CodecLimits().maximumDepth, sink);
        const std::optional<Item> item = sink.found(result);
        return item && m_test.holds(*item, items);
    }
    bool passesWhole(ItemKind kind, QByteArrayView payload) const
    {
        if (!m_path.empty())
            return false;
        Item item;
        item.kind = kind;
        item.contentLength = payload.size();
        return m_test.holds(item, ItemSource(payload));
    }
    bool passes(Format format, const FilterSock *sock, QByteArrayView payload) const
    {
        switch (format) {
        case Format::None:
            return false;
        case Format::Raw:
            return passesWhole(ItemKind::Bytes, payload);
        case Format::Text:
            return passesWhole(ItemKind::Text, payload);
        case Format::Json:
            return m_json.holds(payload, [&](const Item &item) { return m_test.holds(item, JsonItems(payload)); });
        case Format::MessagePack:
            return passesItems<MessagePackItems>(payload);
        case Format::Cbor:
            return passesItems<CborItems>(payload);
        case Format::Other:
            break;
        }
        // A described layout, or an application's own codec: what it decodes.
        Message message;
        message.payload = SockScope::Bytes(payload);
        const bool isBroken = sock->codec->decode(message.payload, message).has_value();
        const QCborValue readable = message.value; // a described layout keeps what it read before its error
        if (isBroken && readable.isUndefined())
            return false;
        const auto value = valueBelow(isBroken ? readable : message.data(), m_path);
        return value && m_test.holds(*value);
    }

    const FilterPath m_path;
    const JsonPath m_json;
    const DataTest m_test;
    const bool m_isExpression;
};

} // namespace

FilterConditionPtr makeDataCondition(const FilterNode &node)
{
    return std::make_unique<DataCondition>(node);
}

} // namespace SockScope
