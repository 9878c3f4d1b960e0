#include "ui/models/fieldvalue.h"

#include <QMetaEnum>

#include <vector>

#include "core/codec/codec.h"
#include "core/filter/filtertext.h"
#include "core/store/storedmessage.h"
#include "ui/models/fieldtext.h"
#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

// A large payload must not hold the window up for one cell.
constexpr qsizetype maximumPayload = 256 * 1024;
constexpr qsizetype maximumNodes = 2000;

bool leadsTo(const QString &field, const QString &path)
{
    return path.startsWith(field) &&
           (path.size() == field.size() || path[field.size()] == u'.' || path[field.size()] == u'[');
}

// Depth first along the path: the nodes from the root to the field, or false.
bool descend(const FieldNode &node, const QString &path, std::vector<const FieldNode *> &chain)
{
    chain.push_back(&node);
    const std::optional<QString> field = filterFieldOf(chain);
    if (field && *field == path)
        return true;
    if (!field || leadsTo(*field, path)) {
        for (const FieldNode &child : node.children) {
            if (descend(child, path, chain))
                return true;
        }
    }
    chain.pop_back();
    return false;
}

} // namespace

FieldValue fieldValue(const StoredMessage &message, const Codec *codec, const QString &path, FieldLength length)
{
    if (path == "length"_L1)
        return {QString::number(message.payload().size()), filterTerm(path, qint64(message.payload().size()))};
    if (path == "seq"_L1)
        return {QString::number(message.sequence()), filterTerm(path, qint64(message.sequence()))};
    if (path == "outcome"_L1)
        return {QString::fromLatin1(QMetaEnum::fromType<Outcome>().valueToKey(static_cast<int>(message.outcome()))),
                filterTerm(message.outcome())};
    if (!codec || message.payload().isEmpty())
        return {};
    if (message.payload().size() > maximumPayload) // said, not left blank
        return {u"(%1: see Decoded)"_s.arg(Format::bytes(static_cast<quint64>(message.payload().size()))), path};
    const FieldNode root = codec->fields(message.payload(), maximumNodes);
    std::vector<const FieldNode *> chain;
    if (!descend(root, path, chain))
        return {};
    const FieldNode &node = *chain.back();
    if (length == FieldLength::Whole && node.children.empty() && node.offset >= 0) {
        const QByteArrayView field = message.payload().sliced(node.offset, node.length);
        return {wholeFieldText(*codec, field, node.kind, node.value), path};
    }
    return {node.children.empty() ? node.value : u"%1 {%2}"_s.arg(node.kind).arg(node.children.size()),
            filterTermOf(chain, *codec, message.payload()).value_or(path)};
}

} // namespace SockScope
