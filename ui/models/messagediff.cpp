#include "ui/models/messagediff.h"

#include <QCoreApplication>
#include <QHash>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isContainer(const FieldNode &node)
{
    return node.kind == "array"_L1 || node.kind == "map"_L1 || node.kind == "tag"_L1;
}

bool isNote(const FieldNode &node)
{
    return node.kind == "note"_L1;
}

class Comparison
{
public:
    Comparison(QByteArrayView before, QByteArrayView after)
        : m_before(before)
        , m_after(after)
    {
    }

    ComparedField compare(const FieldNode &before, const FieldNode &after) const
    {
        ComparedField result = shell(after);
        result.was = before.value;
        result.wasOffset = before.offset;
        result.wasLength = before.length;
        if (isContainer(before) && isContainer(after) && before.kind == after.kind) {
            compareChildren(before, after, result);
            bool same = before.value == after.value;
            for (const ComparedField &child : result.children)
                same = same && child.change == FieldChange::Same;
            result.change = same ? FieldChange::Same : FieldChange::Changed;
            return result;
        }
        result.change = equal(before, after) ? FieldChange::Same : FieldChange::Changed;
        for (const FieldNode &child : after.children)
            result.children.push_back(result.change == FieldChange::Same ? same(child, child)
                                                                         : all(child, FieldChange::Added));
        if (result.change == FieldChange::Changed)
            for (const FieldNode &child : before.children)
                result.children.push_back(all(child, FieldChange::Removed));
        return result;
    }

private:
    static ComparedField shell(const FieldNode &node)
    {
        ComparedField result;
        result.field = {node.key, node.kind, node.value, node.offset, node.length, {}};
        return result;
    }

    static ComparedField all(const FieldNode &node, FieldChange change)
    {
        ComparedField result = shell(node);
        result.change = change;
        if (change == FieldChange::Removed) {
            result.was = node.value;
            result.wasOffset = node.offset;
            result.wasLength = node.length;
            result.field.value.clear();
            result.field.offset = -1;
            result.field.length = 0;
        }
        for (const FieldNode &child : node.children)
            result.children.push_back(all(child, change));
        return result;
    }

    ComparedField same(const FieldNode &before, const FieldNode &after) const
    {
        ComparedField result = shell(after);
        result.was = before.value;
        result.wasOffset = before.offset;
        result.wasLength = before.length;
        for (size_t i = 0; i < after.children.size(); ++i)
            result.children.push_back(
                same(i < before.children.size() ? before.children[i] : after.children[i], after.children[i]));
        return result;
    }

    static QByteArrayView slice(QByteArrayView payload, const FieldNode &node)
    {
        if (node.offset < 0 || node.offset > payload.size())
            return {};
        return payload.sliced(node.offset, qMin(node.length, payload.size() - node.offset));
    }

    bool equal(const FieldNode &before, const FieldNode &after) const
    {
        if (before.kind != after.kind || before.value != after.value)
            return false;
        if (isContainer(before)) {
            if (before.children.size() != after.children.size())
                return false;
            for (size_t i = 0; i < before.children.size(); ++i)
                if (before.children[i].key != after.children[i].key || !equal(before.children[i], after.children[i]))
                    return false;
            return true;
        }
        // A shortened value tells less than the bytes; a whole one more: 1e1 and 1.0e1 look different and are shown so.
        const bool shortened = before.value.contains(u'…');
        return !shortened || slice(m_before, before) == slice(m_after, after);
    }

    /// Elements of a list, whose keys are their places.
    bool equalElements(const FieldNode &before, const FieldNode &after) const
    {
        return !isNote(before) && !isNote(after) && equal(before, after);
    }

    void compareChildren(const FieldNode &before, const FieldNode &after, ComparedField &result) const
    {
        const auto isList = [](const FieldNode &node) {
            return node.kind == "array"_L1 && !node.children.empty() && node.children.front().key.startsWith(u'[');
        };
        if (isList(before) && isList(after))
            compareElements(before, after, result);
        else
            compareEntries(before, after, result);
    }

    void compareElements(const FieldNode &before, const FieldNode &after, ComparedField &result) const
    {
        const auto &a = before.children;
        const auto &b = after.children;
        const size_t shorter = qMin(a.size(), b.size());
        size_t begin = 0;
        while (begin < shorter && equalElements(a[begin], b[begin]))
            ++begin;
        size_t end = 0;
        while (end < shorter - begin && equalElements(a[a.size() - 1 - end], b[b.size() - 1 - end]))
            ++end;
        result.children.reserve(qMax(a.size(), b.size()));
        for (size_t i = 0; i < begin; ++i)
            result.children.push_back(same(a[i], b[i]));
        const size_t middle = shorter - begin - end;
        for (size_t i = begin; i < begin + middle; ++i)
            result.children.push_back(compareOne(a[i], b[i]));
        for (size_t i = begin + middle; i < b.size() - end; ++i)
            result.children.push_back(all(b[i], FieldChange::Added));
        for (size_t i = begin + middle; i < a.size() - end; ++i)
            result.children.push_back(all(a[i], FieldChange::Removed));
        for (size_t i = b.size() - end; i < b.size(); ++i)
            result.children.push_back(same(a[a.size() - b.size() + i], b[i]));
    }

    void compareEntries(const FieldNode &before, const FieldNode &after, ComparedField &result) const
    {
        // A key may stand twice: the first is held against the first.
        QHash<QString, std::vector<size_t>> places;
        for (size_t i = before.children.size(); i-- > 0;)
            places[before.children[i].key].push_back(i);
        std::vector<bool> matched(before.children.size(), false);
        result.children.reserve(after.children.size());
        for (const FieldNode &child : after.children) {
            const auto found = places.find(child.key);
            if (found == places.end() || found->empty()) {
                result.children.push_back(isNote(child) ? note(child) : all(child, FieldChange::Added));
                continue;
            }
            const size_t place = found->back();
            found->pop_back();
            matched[place] = true;
            result.children.push_back(compareOne(before.children[place], child));
        }
        for (size_t i = 0; i < before.children.size(); ++i)
            if (!matched[i])
                result.children.push_back(isNote(before.children[i]) ? note(before.children[i])
                                                                     : all(before.children[i], FieldChange::Removed));
    }

    ComparedField compareOne(const FieldNode &before, const FieldNode &after) const
    {
        return isNote(after) ? note(after) : compare(before, after);
    }

    static ComparedField note(const FieldNode &node)
    {
        ComparedField result = shell(node);
        result.field.value =
            QCoreApplication::translate("SockScope::ComparedField", "%1, and not compared").arg(node.value);
        return result;
    }

    QByteArrayView m_before;
    QByteArrayView m_after;
};

} // namespace

int ComparedField::changes() const
{
    if (children.empty())
        return change == FieldChange::Same ? 0 : 1;
    int sum = 0;
    for (const ComparedField &child : children)
        sum += child.changes();
    return sum == 0 && change != FieldChange::Same ? 1 : sum;
}

ComparedField compareFields(const FieldsOfPayload &before, const FieldsOfPayload &after)
{
    return Comparison(before.payload, after.payload).compare(before.root, after.root);
}

} // namespace SockScope
