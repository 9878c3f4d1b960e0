#pragma once

#include "core/codec/item.h"

namespace SockScope {

/*! Reads a JSON payload's values with their places, as lenient as QJsonDocument is.
 *  Path    payload → [this] → fields, summary
 *  Shape   scan tells the sink of every value; content of a text is what stands between its quotes
 *  Units   bytes; a byte order mark in front is skipped, as QJsonDocument does
 *  Errors  what QJsonDocument refuses
 *  Thread  as ItemSource
 *  Source  RFC 8259
 */
class JsonItems : public ItemSource
{
public:
    using ItemSource::ItemSource;
    ScanResult scan(int maximumDepth, ItemSink &sink) const;
    QString text(const Item &item, qsizetype maximum) const override;
    QString number(const Item &item) const override;
    /// Where the first value starts.
    qsizetype start() const;
    /// Looks at brackets only: whether they nest deeper than allowed, and where; before anything recursive runs. What
    /// stands before start, where no text is open, opens so many levels.
    static std::optional<ItemProblem> checkDepth(QByteArrayView payload, int maximumDepth, qsizetype start, int depth);

private:
    qsizetype skipBlanks(qsizetype position) const;
    std::optional<ItemProblem> readText(qsizetype position, Item &item) const;
    std::optional<ItemProblem> readNumber(qsizetype position, Item &item) const;
    std::optional<ItemProblem> readLiteral(qsizetype position, Item &item) const;
    std::optional<ItemProblem> readLeaf(qsizetype position, Item &item) const;
    ItemProblem unexpected(qsizetype position, const QString &expected) const;
};

} // namespace SockScope
