#include "core/codec/fieldtree.h"

#include <utility>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype valueCharacters = 120;

QString countText(qint64 count, ItemKind kind)
{
    if (kind == ItemKind::Map)
        return count == 1 ? u"1 entry"_s : u"%1 entries"_s.arg(count);
    return count == 1 ? u"1 element"_s : u"%1 elements"_s.arg(count);
}

QString keyText(const Item &item, const ItemSource &source)
{
    if (item.kind != ItemKind::Text)
        return itemValueText(item, source);
    return elided(escaped(source.text(item, valueCharacters + 1)), valueCharacters);
}

} // namespace

QString itemKindName(const Item &item)
{
    switch (item.kind) {
    case ItemKind::Integer:
    case ItemKind::BigInteger:
        return u"integer"_s;
    case ItemKind::Double:
        return u"double"_s;
    case ItemKind::Text:
        return u"text"_s;
    case ItemKind::Bytes:
        return u"bytes"_s;
    case ItemKind::Boolean:
        return u"boolean"_s;
    case ItemKind::Null:
        return u"null"_s;
    case ItemKind::Undefined:
        return u"undefined"_s;
    case ItemKind::Simple:
        return u"simple"_s;
    case ItemKind::Extension:
        return u"extension"_s;
    case ItemKind::Array:
        return u"array"_s;
    case ItemKind::Map:
        return u"map"_s;
    case ItemKind::Tag:
        return u"tag"_s;
    case ItemKind::Break:
        break;
    }
    return u"error"_s;
}

QString itemValueText(const Item &item, const ItemSource &source)
{
    switch (item.kind) {
    case ItemKind::Integer:
    case ItemKind::BigInteger:
    case ItemKind::Double:
        return elided(source.number(item), valueCharacters + 1);
    case ItemKind::Text:
        return quotedText(source.text(item, valueCharacters + 1), valueCharacters);
    case ItemKind::Bytes:
        // A chunked string's length counts the heads of its chunks: read one byte more than is shown to see the end.
        {
            const QByteArray start = source.bytes(item, valueCharacters / 2 + 1);
            return hexText(start, start.size(), valueCharacters);
        }
    case ItemKind::Boolean:
        return item.boolean ? u"true"_s : u"false"_s;
    case ItemKind::Null:
        return u"null"_s;
    case ItemKind::Undefined:
        return u"undefined"_s;
    case ItemKind::Simple:
        return u"simple(%1)"_s.arg(item.magnitude);
    case ItemKind::Extension: {
        const QByteArray start = source.bytes(item, valueCharacters / 2 + 1);
        return u"type %1: %2"_s.arg(item.integer).arg(hexText(start, start.size(), valueCharacters));
    }
    case ItemKind::Tag:
        return u"tag %1"_s.arg(item.magnitude);
    default:
        return {};
    }
}

FieldTree::FieldTree(const ItemSource &source, qsizetype maximumNodes)
    : m_source(source)
    , m_maximumNodes(qMax(qsizetype(1), maximumNodes))
{
}

bool FieldTree::isFull() const
{
    // Two places are kept for an error and a note.
    return m_nodes >= qMax(qsizetype(1), m_maximumNodes - 2);
}

void FieldTree::leaveOut()
{
    ++m_leftOut;
    if (!m_stack.empty())
        ++m_stack.back().children;
}

bool FieldTree::isHidden(bool isKey) const
{
    return isKey || (!m_stack.empty() && m_stack.back().isKey);
}

QString FieldTree::nextKey()
{
    if (m_stack.empty())
        return {};
    Frame &parent = m_stack.back();
    const qint64 index = parent.children++;
    if (parent.kind == ItemKind::Map)
        return std::exchange(parent.pendingKey, QString());
    if (parent.kind == ItemKind::Tag)
        return u"value"_s;
    return u"[%1]"_s.arg(index);
}

void FieldTree::add(FieldNode &&node)
{
    if (m_stack.empty()) {
        m_root = std::move(node);
        m_hasRoot = true;
    } else {
        m_stack.back().node.children.push_back(std::move(node));
    }
}

bool FieldTree::leaf(const Item &item, bool isKey)
{
    if (isHidden(isKey)) {
        if (!m_stack.back().isKey)
            m_stack.back().pendingKey = m_stack.back().shown && !isFull() ? keyText(item, m_source) : QString();
        return true;
    }
    // No text is made of what is not shown: it may be millions of fields.
    if (isFull()) {
        leaveOut();
        return true;
    }
    ++m_nodes;
    const QString key = nextKey();
    add({key, itemKindName(item), itemValueText(item, m_source), item.offset, item.length, {}});
    return true;
}

bool FieldTree::open(const Item &item, bool isKey)
{
    Frame frame;
    frame.kind = item.kind;
    if (isHidden(isKey)) {
        if (!m_stack.back().isKey)
            m_stack.back().pendingKey = u"{…}"_s;
        frame.isKey = true;
        frame.shown = false;
    } else if (isFull()) {
        leaveOut();
        frame.shown = false;
    } else {
        ++m_nodes;
        const QString key = nextKey();
        frame.node = {key, itemKindName(item), itemValueText(item, m_source), item.offset, item.length, {}};
    }
    m_stack.push_back(std::move(frame));
    return true;
}

bool FieldTree::close(qsizetype end)
{
    Frame frame = std::move(m_stack.back());
    m_stack.pop_back();
    if (!frame.shown)
        return true;
    frame.node.length = end - frame.node.offset;
    if (frame.kind != ItemKind::Tag)
        frame.node.value = countText(frame.children, frame.kind);
    add(std::move(frame.node));
    return true;
}

void FieldTree::appendExtra(FieldNode &parent, const QString &kind, const QString &text, qsizetype offset,
                            qsizetype length)
{
    if (m_nodes >= m_maximumNodes)
        return;
    ++m_nodes;
    parent.children.push_back({QString(), kind, text, offset, length, {}});
}

FieldNode FieldTree::finish(const ScanResult &result)
{
    const qsizetype size = m_source.payload().size();
    const qsizetype errorOffset = result.problem ? result.problem->offset : -1;
    const auto appendError = [&](FieldNode &parent) {
        appendExtra(parent, u"error"_s, result.problem->what, errorOffset, size - errorOffset);
    };
    if (result.problem && !m_hasRoot && m_stack.empty()) {
        m_root = {QString(), u"error"_s, result.problem->what, errorOffset, size - errorOffset, {}};
        return std::move(m_root);
    }
    bool reported = !result.problem.has_value();
    while (!m_stack.empty()) {
        // The innermost container that is shown is where the error happened.
        if (!reported && m_stack.back().shown) {
            appendError(m_stack.back().node);
            reported = true;
        }
        close(size); // what follows the error may have been meant for it
    }
    if (!reported)
        appendError(m_root);

    const bool mayBeMessage = m_root.kind == "array"_L1 && m_root.children.size() >= 1;
    if (mayBeMessage) {
        auto &children = m_root.children;
        qsizetype elements = 0;
        for (const FieldNode &child : children)
            elements += child.kind != "error"_L1;
        const QString &kind = children[0].kind;
        const bool typeLike = kind == "integer"_L1 || kind == "text"_L1 || kind == "double"_L1;
        const bool complete = m_root.value == countText(2, ItemKind::Array);
        const bool cutOff = result.problem && m_leftOut == 0 && elements < 2;
        if (typeLike && (complete || cutOff)) {
            children[0].key = u"type"_s;
            if (children.size() > 1 && children[1].kind != "error"_L1)
                children[1].key = u"data"_s;
        }
    }
    if (m_leftOut > 0) {
        const QString text =
            m_leftOut == 1 ? u"1 more field is not shown"_s : u"%1 more fields are not shown"_s.arg(m_leftOut);
        appendExtra(m_root, u"note"_s, text, -1, 0);
    }
    return std::move(m_root);
}

} // namespace SockScope
