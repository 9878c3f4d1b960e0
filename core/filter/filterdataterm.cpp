#include <cmath>

#include "core/codec/cboritems.h"
#include "core/codec/codectext.h"
#include "core/codec/jsonitems.h"
#include "core/codec/messagepackitems.h"
#include "core/filter/datapath_p.h"
#include "core/filter/filter.h"
#include "core/filter/filternumber_p.h"
#include "core/filter/filtertext.h"

// The fields and terms of the detail tree's nodes.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// The path of a node below data; nothing where it has none. isType: it is the message's type instead.
std::optional<FilterPath> pathOf(const std::vector<const FieldNode *> &fromRoot, bool &isType)
{
    isType = false;
    if (fromRoot.empty())
        return std::nullopt;
    const FieldNode &root = *fromRoot.front();
    const bool typed = root.kind == "array"_L1 && !root.children.empty() && root.children.front().key == "type"_L1;
    if (typed && fromRoot.size() == 1)
        return std::nullopt; // the pair of both: neither type nor data
    if (typed && fromRoot[1] == &root.children.front()) {
        isType = fromRoot.size() == 2;
        return isType ? std::optional(FilterPath()) : std::nullopt;
    }
    FilterPath path;
    for (size_t i = 0; i < fromRoot.size(); ++i) {
        const FieldNode &node = *fromRoot[i];
        if (node.kind == "error"_L1 || node.kind == "note"_L1)
            return std::nullopt;
        if (i == 0 || (typed && i == 1))
            continue;
        const QString &parent = fromRoot[i - 1]->kind;
        FilterStep step;
        if (parent == "array"_L1) {
            step.isIndex = true;
            step.index = QStringView(node.key).sliced(1).chopped(1).toLongLong();
        } else if (parent == "map"_L1 && node.key == u"{…}") {
            return std::nullopt; // a key that is a map or list itself
        } else {
            step.key = node.key;
        }
        path.push_back(step);
    }
    return path;
}

QString literalOf(const Item &item, const ItemSource &source)
{
    switch (item.kind) {
    case ItemKind::Integer:
    case ItemKind::BigInteger:
        return FilterNumber::fromItem(item).toString();
    case ItemKind::Double: // nothing is the same as NaN, and infinity has no digits
        return std::isfinite(item.number) ? FilterNumber::fromItem(item).toString() : QString();
    case ItemKind::Text: {
        const QString quoted = filterQuoted(source.text(item, item.contentLength));
        return item.partial ? QString() : quoted;
    }
    case ItemKind::Bytes:
    case ItemKind::Extension:
        return item.partial ? QString() : filterBytes(source.bytes(item, item.contentLength));
    case ItemKind::Boolean:
        return item.boolean ? u"true"_s : u"false"_s;
    case ItemKind::Null:
        return u"null"_s;
    case ItemKind::Undefined:
        return u"undefined"_s;
    default:
        return {};
    }
}

template <typename Items>
QString literalIn(QByteArrayView payload, const FieldNode &node)
{
    const Items items(payload);
    Item item;
    item.offset = node.offset;
    const bool isLeaf = node.offset >= 0 && !items.read(node.offset, item);
    return isLeaf && !item.isContainer() ? literalOf(item, items) : QString();
}

/// The same of a value that a codec decoded.
QString literalOfValue(const QCborValue &value)
{
    if (value.isInteger())
        return QString::number(value.toInteger());
    if (value.isDouble())
        return std::isfinite(value.toDouble()) ? filterNumber(value.toDouble()) : QString();
    if (value.isString())
        return filterQuoted(value.toString());
    if (value.isByteArray())
        return filterBytes(value.toByteArray());
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    const auto big = bigIntegerOf(value);
    return big ? bigIntegerDigits(big->negative, big->magnitude) : QString();
}

/// What a node's value is compared with, where only the codec can read it.
QString literalDecoded(const Codec &codec, QByteArrayView payload, const std::vector<const FieldNode *> &fromRoot)
{
    bool isType = false;
    const auto path = pathOf(fromRoot, isType);
    Message message;
    message.payload = Bytes(payload);
    if (!path || isType)
        return {};
    codec.decode(message.payload, message); // of a broken one, what it could read
    const auto value = valueBelow(message.value, *path);
    return value ? literalOfValue(*value) : QString();
}

bool readsItself(const QString &codec)
{
    return codec == "json"_L1 || codec == "msgpack"_L1 || codec == "cbor"_L1 || codec == "text"_L1 || codec == "raw"_L1;
}

/// What a node's value is compared with; empty where only its presence can be asked for.
QString literalOfNode(const QString &codec, QByteArrayView payload, const FieldNode &node)
{
    if (node.kind == "array"_L1 || node.kind == "map"_L1 || node.kind == "tag"_L1)
        return {};
    if (codec == "json"_L1) {
        // A leaf alone is a JSON text of its own.
        const FilterPath whole;
        const QByteArrayView leaf = payload.sliced(node.offset, node.length);
        const auto item = JsonPath(whole).find(leaf);
        return item ? literalOf(*item, JsonItems(leaf)) : QString();
    }
    if (codec == "msgpack"_L1)
        return literalIn<MessagePackItems>(payload, node);
    if (codec == "cbor"_L1)
        return literalIn<CborItems>(payload, node);
    if (codec == "text"_L1 && firstInvalidUtf8(payload) < 0)
        return filterQuoted(utf8ToString(payload));
    return codec == "raw"_L1 || codec == "text"_L1 ? filterBytes(payload) : QString();
}

} // namespace

std::optional<QString> filterFieldOf(const std::vector<const FieldNode *> &fromRoot)
{
    bool isType = false;
    const auto path = pathOf(fromRoot, isType);
    if (!path)
        return std::nullopt;
    return isType ? u"type"_s : u"data"_s + filterPathText(*path);
}

std::optional<QString> filterTermOf(const std::vector<const FieldNode *> &fromRoot, const Codec &codec,
                                    QByteArrayView payload)
{
    const auto field = filterFieldOf(fromRoot);
    if (!field)
        return std::nullopt;
    const QString literal = readsItself(codec.name()) ? literalOfNode(codec.name(), payload, *fromRoot.back())
                                                      : literalDecoded(codec, payload, fromRoot);
    const QString term = *field + " == "_L1 + literal;
    // Of what is too long to be typed, that it is there.
    if (literal.isEmpty() || term.size() > Filter::maximumLength)
        return field == u"type"_s ? std::nullopt : field;
    return term;
}

} // namespace SockScope
