#pragma once

#include <QSet>

#include <optional>
#include <vector>

#include "core/codec/cboritems.h"
#include "core/codec/codec.h"
#include "core/codec/fieldtree.h"
#include "core/codec/jsonitems.h"
#include "core/codec/messagepackitems.h"
#include "core/filter/datapath_p.h"
#include "core/filter/filtertext.h"

// Whether paths find what the detail tree shows.

namespace SockScope::Test {

inline FilterPath pathFrom(const QString &text)
{
    FilterLexer lexer(text);
    return lexer.next().path;
}

inline std::optional<Item> find(const QString &codec, QByteArrayView payload, const FilterPath &path,
                                bool slowly = false)
{
    const auto scan = [&](const auto &items, auto run) {
        PathSink sink(path, items);
        const ScanResult result = run(sink);
        return sink.found(result);
    };
    if (codec == u"json" && !slowly)
        return JsonPath(path).find(payload);
    if (codec == u"json") {
        const JsonItems items(payload);
        return scan(items, [&](ItemSink &sink) { return items.scan(128, sink); });
    }
    if (codec == u"cbor") {
        const CborItems items(payload);
        return scan(items, [&](ItemSink &sink) { return scanItems(items, 128, sink); });
    }
    const MessagePackItems items(payload);
    return scan(items, [&](ItemSink &sink) { return scanItems(items, 128, sink); });
}

inline QString shownText(const QString &codec, QByteArrayView payload, const Item &item)
{
    if (codec == u"json")
        return itemValueText(item, JsonItems(payload));
    if (codec == u"cbor")
        return itemValueText(item, CborItems(payload));
    return itemValueText(item, MessagePackItems(payload));
}

inline bool isContainer(const FieldNode &node)
{
    return node.kind == u"array" || node.kind == u"map" || node.kind == u"tag";
}

/// Everything that the detail tree shows below data, each with its path; of equal keys the first.
inline void collect(std::vector<const FieldNode *> &fromRoot, std::vector<std::pair<QString, const FieldNode *>> &found)
{
    const FieldNode &node = *fromRoot.back();
    const auto field = filterFieldOf(fromRoot);
    if (field && field->startsWith(QStringLiteral("data")))
        found.emplace_back(*field, &node);
    QSet<QString> keys;
    for (const FieldNode &child : node.children) {
        if (node.kind == u"map" && keys.contains(child.key))
            continue;
        keys.insert(child.key);
        fromRoot.push_back(&child);
        collect(fromRoot, found);
        fromRoot.pop_back();
    }
}

/// What the tree shows is what the path finds, and what it does not show is not found; otherwise what is wrong.
inline std::optional<QString> disagreement(const QString &codec, QByteArrayView payload)
{
    const FieldNode root = makeCodec(codec)->fields(payload, 1'000'000);
    std::vector<const FieldNode *> fromRoot{&root};
    std::vector<std::pair<QString, const FieldNode *>> fields;
    if (root.kind != u"error")
        collect(fromRoot, fields);
    QSet<QString> there;
    for (const auto &[field, node] : fields) {
        there.insert(field);
        const FilterPath path = pathFrom(field);
        const auto item = find(codec, payload, path);
        if (!item)
            return field + QStringLiteral(" is not found");
        const auto slow = find(codec, payload, path, true);
        if (!slow || slow->offset != item->offset || slow->kind != item->kind)
            return field + QStringLiteral(" is found in two places");
        if (node->kind == u"tag") // what it holds is what counts
            continue;
        if (item->offset != node->offset || itemKindName(*item) != node->kind)
            return field + QStringLiteral(" is found elsewhere");
        if (isContainer(*node))
            continue;
        // A partial text is as long as the payload goes on; the tree may have put an error behind it.
        if (item->length != node->length || shownText(codec, payload, *item) != node->value)
            return field + QStringLiteral(" has another value");
    }
    QStringList others;
    for (const char16_t *other : {u"data", u"data.zz", u"data.a", u"data[0]", u"data[1]", u"data[2]", u"data.value"})
        others += QString::fromUtf16(other);
    for (const auto &[field, node] : fields) {
        for (const char16_t *below : {u".a", u"[0]", u".value"})
            others += field + QString::fromUtf16(below);
    }
    for (const QString &other : std::as_const(others)) {
        if (there.contains(other))
            continue;
        const FilterPath path = pathFrom(other);
        if (find(codec, payload, path) || find(codec, payload, path, true))
            return other + QStringLiteral(" is found, and is not there");
    }
    return std::nullopt;
}

} // namespace SockScope::Test
