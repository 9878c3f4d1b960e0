#include <algorithm>

#include "core/filter/filterconditions_p.h"

// Conditions on what a chunk keeps in tables: each peer, type and sock is looked at once a chunk.

namespace SockScope {

namespace {

/// Of something that goes by several texts: == when one of them is it, != when none is.
bool holdsForAny(const FilterTextTest &test, std::initializer_list<QString> texts)
{
    const bool none = test.op() == FilterOp::NotEqual;
    for (const QString &text : texts) {
        const bool holds = test.needsText() ? test.holdsText(text) : test.holds(text.toUtf8());
        if (holds != none)
            return !none;
    }
    return none;
}

class PeerCondition : public FilterCondition
{
public:
    explicit PeerCondition(const FilterNode &node)
        : m_field(node.field)
        , m_op(node.op)
        , m_text(node)
        , m_ranges(node.field == FilterField::PeerPort ? filterRanges(node) : FilterRanges())
    {
        for (const FilterValue &value : node.values)
            m_addresses.push_back(value.address);
    }
    int cost() const override { return Table; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const auto table = scan.chunk().peerTable();
        keepTable(scan, mask, scan.chunk().peers().data(), table.size(),
                  [&](size_t entry) { return passes(table[entry]); });
    }

private:
    bool passes(const Endpoint &peer) const
    {
        if (peer.isNull())
            return false;
        switch (m_op) {
        case FilterOp::None:
            return true;
        case FilterOp::Contains:
        case FilterOp::Matches: {
            const QString text = m_field == FilterField::PeerAddress ? peer.addressString() : peer.toString();
            return holdsForAny(m_text, {text});
        }
        default:
            break;
        }
        if (m_field == FilterField::PeerPort)
            return m_ranges.contains(peer.port());
        const bool found = std::any_of(m_addresses.begin(), m_addresses.end(),
                                       [&](const FilterAddress &address) { return address.contains(peer); });
        return found != (m_op == FilterOp::NotEqual);
    }

    const FilterField m_field;
    const FilterOp m_op;
    const FilterTextTest m_text;
    const FilterRanges m_ranges;
    std::vector<FilterAddress> m_addresses;
};

class SockCondition : public FilterCondition
{
public:
    explicit SockCondition(const FilterNode &node)
        : m_text(node)
    {
    }
    int cost() const override { return Table; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        const auto table = scan.chunk().sockTable();
        keepTable(scan, mask, scan.chunk().socks().data(), table.size(), [&](size_t entry) {
            const FilterSock *sock = scan.context().sock(table[entry]);
            return sock && holdsForAny(m_text, {sock->name, sock->url});
        });
    }

private:
    const FilterTextTest m_text;
};

class TypeCondition : public FilterCondition
{
public:
    explicit TypeCondition(const FilterNode &node)
        : m_op(node.op)
        , m_text(textsOf(node))
        , m_ranges(filterRanges(node))
    {
    }
    int cost() const override { return Table; }
    void restrict(FilterScan &scan, quint64 *mask) const override
    {
        keepTypes(scan, mask, !m_text.values().empty(),
                  [this](const MessageType &type, const MessageTypes *names) { return passes(type, names); });
    }

private:
    // Of the values those that are names; numbers are ranges.
    static FilterNode textsOf(const FilterNode &node)
    {
        FilterNode texts = node;
        std::erase_if(texts.values, [](const FilterValue &value) { return value.kind != FilterValue::Kind::Text; });
        if (texts.op == FilterOp::NotEqual)
            texts.op = FilterOp::Equal;
        return texts;
    }
    bool passes(const MessageType &type, const MessageTypes *names) const
    {
        const std::optional<QString> defined =
            names && !type.isName() && !m_text.values().empty() ? names->name(type.number()) : std::nullopt;
        if (m_op == FilterOp::Contains || m_op == FilterOp::Matches) {
            return defined ? holdsForAny(m_text, {*defined, type.toString()}) : holdsForAny(m_text, {type.toString()});
        }
        const bool negated = m_op == FilterOp::NotEqual;
        bool found = !type.isName() && m_ranges.contains(type.number()) != negated;
        if (!found && type.isName() && !m_text.values().empty())
            found = holdsForAny(m_text, {type.name()});
        if (!found && defined)
            found = holdsForAny(m_text, {*defined});
        return found != negated;
    }

    const FilterOp m_op;
    const FilterTextTest m_text;
    const FilterRanges m_ranges;
};

} // namespace

FilterConditionPtr makeTableCondition(const FilterNode &node)
{
    if (node.field == FilterField::Type)
        return std::make_unique<TypeCondition>(node);
    if (node.field == FilterField::Sock)
        return std::make_unique<SockCondition>(node);
    return std::make_unique<PeerCondition>(node);
}

} // namespace SockScope
