#include "ui/models/fieldtreemodel.h"

#include <algorithm>

#include "core/filter/filtertext.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"

namespace SockScope {

using namespace Qt::StringLiterals;

int FieldTreeModel::add(Nodes &nodes, FieldNode &&field, int parent, int row)
{
    const int number = static_cast<int>(nodes.size());
    std::vector<FieldNode> children = std::move(field.children);
    field.children.clear();
    nodes.push_back({std::move(field), {}, -1, 0, FieldChange::Same, parent, row, {}});
    std::vector<int> numbers;
    numbers.reserve(children.size());
    for (FieldNode &child : children)
        numbers.push_back(add(nodes, std::move(child), number, static_cast<int>(numbers.size())));
    nodes[static_cast<size_t>(number)].children = std::move(numbers);
    return number;
}

int FieldTreeModel::addCompared(Nodes &nodes, ComparedField &&field, int parent, int row)
{
    const int number = static_cast<int>(nodes.size());
    nodes.push_back({std::move(field.field),
                     std::move(field.was),
                     field.wasOffset,
                     field.wasLength,
                     field.change,
                     parent,
                     row,
                     {}});
    std::vector<int> numbers;
    numbers.reserve(field.children.size());
    for (ComparedField &child : field.children)
        numbers.push_back(addCompared(nodes, std::move(child), number, static_cast<int>(numbers.size())));
    nodes[static_cast<size_t>(number)].children = std::move(numbers);
    return number;
}

FieldTreeModel::Section FieldTreeModel::sectionOf(const QModelIndex &index)
{
    return index.internalId() & 1 ? Meaning : Fields;
}

size_t FieldTreeModel::numberOf(const QModelIndex &index)
{
    return static_cast<size_t>(index.internalId() >> 1);
}

QModelIndex FieldTreeModel::indexOf(Section section, int number, int column) const
{
    const Node &node = m_sections[section][static_cast<size_t>(number)];
    const int row = node.parent < 0 && section == Meaning && !m_sections[Fields].empty() ? 1 : node.row;
    return createIndex(row, column, static_cast<quintptr>(number) << 1 | static_cast<quintptr>(section));
}

void FieldTreeModel::setRoot(FieldNode root)
{
    beginResetModel();
    m_sections = {};
    m_compared = false;
    add(m_sections[Fields], std::move(root), -1, 0);
    endResetModel();
}

void FieldTreeModel::setCompared(ComparedField root)
{
    beginResetModel();
    m_sections = {};
    m_compared = true;
    addCompared(m_sections[Fields], std::move(root), -1, 0);
    endResetModel();
}

void FieldTreeModel::setSides(const QString &was, const QString &value)
{
    m_wasTitle = was;
    m_valueTitle = value;
    Q_EMIT headerDataChanged(Qt::Horizontal, ValueColumn, WasColumn);
}

void FieldTreeModel::setPayload(const Codec *codec, QByteArrayView payload)
{
    if (codec)
        setRoot(codec->fields(payload));
    else
        clear();
}

void FieldTreeModel::clear()
{
    beginResetModel();
    m_sections = {};
    m_compared = false;
    endResetModel();
}

void FieldTreeModel::setInterpretation(std::optional<FieldNode> meaning)
{
    Nodes next;
    if (meaning)
        add(next, std::move(*meaning), -1, 0);
    Nodes &shown = m_sections[Meaning];
    const int row = m_sections[Fields].empty() ? 0 : 1;
    if (shown.empty() || next.empty()) {
        if (!shown.empty()) {
            beginRemoveRows({}, row, row);
            shown.clear();
            endRemoveRows();
        }
        if (!next.empty()) {
            beginInsertRows({}, row, row);
            shown = std::move(next);
            endInsertRows();
        }
        return;
    }
    // The section stays, so that whoever opened it sees it go on.
    const bool sameRows = std::equal(shown.begin() + 1, shown.end(), next.begin() + 1, next.end(),
                                     [](const Node &a, const Node &b) { return a.field.key == b.field.key; });
    const QModelIndex top = indexOf(Meaning, 0);
    if (sameRows) {
        shown = std::move(next);
    } else {
        const auto count = [](const Nodes &nodes) { return static_cast<int>(nodes.size()) - 1; };
        if (count(shown) > 0) {
            beginRemoveRows(top, 0, count(shown) - 1);
            shown.resize(1);
            shown.front().children.clear();
            endRemoveRows();
        }
        if (count(next) > 0) {
            beginInsertRows(top, 0, count(next) - 1);
            shown = std::move(next);
            endInsertRows();
        } else {
            shown = std::move(next);
        }
    }
    Q_EMIT dataChanged(top, top.siblingAtColumn(ColumnCount - 1));
    if (sameRows && shown.size() > 1)
        Q_EMIT dataChanged(index(0, 0, top), index(static_cast<int>(shown.size()) - 2, ColumnCount - 1, top));
}

QModelIndex FieldTreeModel::payloadIndex() const
{
    return m_sections[Fields].empty() ? QModelIndex() : indexOf(Fields, 0);
}

QModelIndex FieldTreeModel::interpretationIndex() const
{
    return m_sections[Meaning].empty() ? QModelIndex() : indexOf(Meaning, 0);
}

bool FieldTreeModel::isInterpretation(const QModelIndex &index) const
{
    return index.isValid() && sectionOf(index) == Meaning;
}

QModelIndex FieldTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid())
        return indexOf(row == 0 && !m_sections[Fields].empty() ? Fields : Meaning, 0, column);
    return indexOf(sectionOf(parent), nodeOf(parent).children[static_cast<size_t>(row)], column);
}

QModelIndex FieldTreeModel::parent(const QModelIndex &child) const
{
    if (!child.isValid())
        return {};
    const int number = nodeOf(child).parent;
    return number < 0 ? QModelIndex() : indexOf(sectionOf(child), number);
}

int FieldTreeModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return (m_sections[Fields].empty() ? 0 : 1) + (m_sections[Meaning].empty() ? 0 : 1);
    return parent.column() == 0 ? static_cast<int>(nodeOf(parent).children.size()) : 0;
}

int FieldTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant FieldTreeModel::text(const QModelIndex &index) const
{
    const Node &node = nodeOf(index);
    const FieldNode &field = node.field;
    switch (index.column()) {
    case NameColumn:
        return field.key.isEmpty() && index.internalId() == 0 ? tr("payload") : field.key;
    case ValueColumn:
        return field.value;
    case WasColumn:
        if (!m_wasTitle.isEmpty())
            return node.was;
        return node.change == FieldChange::Same || node.was == field.value ? QString() : node.was;
    case KindColumn:
        return field.kind;
    case RangeColumn:
        return field.offset < 0
                   ? QString()
                   : tr("%1 + %2").arg(Format::count(qint64(field.offset)), Format::count(qint64(field.length)));
    default:
        return {};
    }
}

QVariant FieldTreeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Node &node = nodeOf(index);
    const FieldNode &field = node.field;
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case SortRole:
        return index.column() == RangeColumn ? QVariant(static_cast<qint64>(field.offset)) : text(index);
    case NumericRole:
        return index.column() == RangeColumn;
    case KindRole:
        return field.kind;
    case OffsetRole:
        return static_cast<qint64>(field.offset);
    case LengthRole:
        return static_cast<qint64>(field.length);
    case PathRole:
        return path(index);
    case ChangeRole:
        return static_cast<int>(node.change);
    case LevelRole:
        return static_cast<int>(field.kind == "error"_L1  ? Level::Error
                                : field.kind == "note"_L1 ? Level::Notice
                                                          : Level::Good);
    case Qt::ToolTipRole: {
        if (field.offset < 0)
            return {};
        const QString bytes =
            field.length == 1
                ? tr("byte %1").arg(field.offset)
                : tr("bytes %1 to %2").arg(field.offset).arg(field.offset + qMax<qsizetype>(0, field.length - 1));
        return index.column() == ValueColumn && !field.value.isEmpty() ? u"%1\n%2"_s.arg(field.value, bytes) : bytes;
    }
    default:
        return {};
    }
}

QVariant FieldTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == NumericRole)
        return section == RangeColumn;
    if (role == Qt::ToolTipRole && section == RangeColumn)
        return tr("First byte and number of bytes in the payload");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case ValueColumn:
        return m_valueTitle.isEmpty() ? tr("Value") : m_valueTitle;
    case WasColumn:
        return m_wasTitle.isEmpty() ? tr("Was") : m_wasTitle;
    case KindColumn:
        return tr("Kind");
    case RangeColumn:
        return tr("Bytes");
    default:
        return {};
    }
}

std::optional<FieldTreeModel::Way> FieldTreeModel::wayTo(const QModelIndex &index) const
{
    if (!index.isValid() || sectionOf(index) != Fields)
        return std::nullopt;
    const Nodes &nodes = m_sections[Fields];
    std::vector<int> numbers;
    for (int at = static_cast<int>(numberOf(index)); at >= 0; at = nodes[static_cast<size_t>(at)].parent)
        numbers.push_back(at);
    std::reverse(numbers.begin(), numbers.end());

    Way way;
    // Nodes here have no children of their own, and the root's first child tells whether it is [type, data].
    way.root = std::make_unique<FieldNode>(nodes.front().field);
    if (!nodes.front().children.empty())
        way.root->children.push_back(nodes[static_cast<size_t>(nodes.front().children.front())].field);
    way.fromRoot.push_back(way.root.get());
    for (size_t i = 1; i < numbers.size(); ++i) {
        const Node &node = nodes[static_cast<size_t>(numbers[i])];
        // A key that is shown shortened or escaped is not the key.
        if (node.change == FieldChange::Removed || node.field.key.contains(u'…') || node.field.key.contains(u'\\'))
            return std::nullopt;
        way.fromRoot.push_back(i == 1 && node.row == 0 ? &way.root->children.front() : &node.field);
    }
    return way;
}

QString FieldTreeModel::path(const QModelIndex &index) const
{
    const std::optional<Way> way = wayTo(index);
    return way ? filterFieldOf(way->fromRoot).value_or(QString()) : QString();
}

std::optional<QString> FieldTreeModel::filterTerm(const QModelIndex &index, const Codec &codec,
                                                  QByteArrayView payload) const
{
    const std::optional<Way> way = wayTo(index);
    return way ? filterTermOf(way->fromRoot, codec, payload) : std::nullopt;
}

FieldTreeModel::Places FieldTreeModel::places(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    const Node &node = nodeOf(index);
    return {node.field.offset, node.field.length, node.wasOffset, node.wasLength};
}

QModelIndex FieldTreeModel::indexForOffset(qsizetype offset) const
{
    const auto covers = [offset](const FieldNode &field) {
        return field.offset >= 0 && offset >= field.offset && offset < field.offset + field.length;
    };
    const Nodes &nodes = m_sections[Fields];
    int found = -1;
    // A node of unknown place may still have children with one.
    std::vector<int> open;
    if (!nodes.empty())
        open.push_back(0);
    while (!open.empty()) {
        const int number = open.back();
        open.pop_back();
        const Node &node = nodes[static_cast<size_t>(number)];
        if (covers(node.field)) {
            found = number;
            open.clear();
        } else if (node.field.offset >= 0) {
            continue;
        }
        open.insert(open.end(), node.children.rbegin(), node.children.rend());
    }
    return found < 0 ? QModelIndex() : indexOf(Fields, found);
}

QModelIndex FieldTreeModel::nextChange(const QModelIndex &from, bool forward) const
{
    const Nodes &nodes = m_sections[Fields];
    const auto count = static_cast<int>(nodes.size());
    // Nodes stand in the order of the rows, all opened.
    int at = from.isValid() && sectionOf(from) == Fields ? static_cast<int>(numberOf(from)) : forward ? -1 : count;
    for (int step = 0; step < count; ++step) {
        at = (at + (forward ? 1 : -1) + count) % count;
        const Node &node = nodes[static_cast<size_t>(at)];
        if (node.change != FieldChange::Same && node.children.empty())
            return indexOf(Fields, at);
    }
    return {};
}

} // namespace SockScope
