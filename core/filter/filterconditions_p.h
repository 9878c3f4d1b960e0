#pragma once

#include <QRegularExpression>

#include <algorithm>
#include <memory>

#include "core/filter/filterkernels_p.h"
#include "core/filter/filternode_p.h"
#include "core/filter/filterprogram_p.h"

namespace SockScope {

using FilterConditionPtr = std::unique_ptr<const FilterCondition>;

/// Numbers, times, flags, marks.
FilterConditionPtr makeColumnCondition(const FilterNode &node);
/// Peers, types, socks: once for each that a chunk knows.
FilterConditionPtr makeTableCondition(const FilterNode &node);
/// Payloads and notes.
FilterConditionPtr makeBytesCondition(const FilterNode &node);
/// Words: in payload, note, type and peer, whatever the case.
FilterConditionPtr makeWordCondition(const FilterNode &node);
/// Paths below data.
FilterConditionPtr makeDataCondition(const FilterNode &node);

/// The whole numbers that a condition's operator and values let pass.
FilterRanges filterRanges(const FilterNode &node);

/// A type's name is its sock's to tell; predicate gets the type and the names of the message's sock.
template <typename Predicate>
void keepTypes(FilterScan &scan, quint64 *mask, bool namesMatter, Predicate predicate)
{
    const Chunk &chunk = scan.chunk();
    const auto types = chunk.typeTable();
    std::vector<const MessageTypes *> names;
    for (const quint32 id : chunk.sockTable()) {
        const FilterSock *sock = scan.context().sock(id);
        names.push_back(sock ? sock->types.get() : nullptr);
    }
    const bool alike =
        std::all_of(names.begin(), names.end(), [&](const MessageTypes *each) { return each == names.front(); });
    if (alike || !namesMatter) {
        const MessageTypes *common = names.empty() ? nullptr : names.front();
        keepTable(scan, mask, chunk.types().data(), types.size(),
                  [&](size_t entry) { return predicate(types[entry], common); });
        return;
    }
    // Several socks in a chunk: a table of those pairs that are met, within reason.
    enum : quint8 { Unknown, Fails, Passes };
    constexpr size_t largest = 4 * 1024 * 1024;
    const size_t pairs = names.size() * types.size();
    std::vector<quint8> known(pairs <= largest && scan.count() > 64 ? pairs : 0);
    const quint16 *typeColumn = chunk.types().data();
    const quint16 *sockColumn = chunk.socks().data();
    scan.keepIf(mask, [&](int i) {
        const size_t type = typeColumn[i];
        const size_t sock = sockColumn[i];
        if (known.empty())
            return predicate(types[type], names[sock]);
        quint8 &verdict = known[sock * types.size() + type];
        if (verdict == Unknown)
            verdict = predicate(types[type], names[sock]) ? Passes : Fails;
        return verdict == Passes;
    });
}

/// A condition's operator and values, applied to text: == != contains matches in.
class FilterTextTest
{
public:
    explicit FilterTextTest(const FilterNode &node);
    bool holds(QByteArrayView utf8) const;
    /// The text is made only for a regular expression.
    bool needsText() const { return m_op == FilterOp::Matches; }
    bool holdsText(const QString &text) const;
    FilterOp op() const { return m_op; }
    const std::vector<QByteArray> &values() const { return m_values; }

private:
    FilterOp m_op = FilterOp::Equal;
    std::vector<QByteArray> m_values;
    QRegularExpression m_expression;
};

} // namespace SockScope
