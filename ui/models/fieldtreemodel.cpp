#include "ui/models/fieldtreemodel.h"

#include "ui/models/roles.h"

namespace SockScope {

int FieldTreeModel::add(FieldNode &&field, int parent, int row)
{
    const int number = static_cast<int>(m_nodes.size());
    std::vector<FieldNode> children = std::move(field.children);
    field.children.clear();
    m_nodes.push_back({std::move(field), parent, row, {}});
    std::vector<int> numbers;
    numbers.reserve(children.size());
    for (FieldNode &child : children)
        numbers.push_back(add(std::move(child), number, static_cast<int>(numbers.size())));
    m_nodes[static_cast<size_t>(number)].children = std::move(numbers);
    return number;
}

void FieldTreeModel::setRoot(FieldNode root)
{
    beginResetModel();
    m_nodes.clear();
    add(std::move(root), -1, 0);
    endResetModel();
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
    m_nodes.clear();
    endResetModel();
}

QModelIndex FieldTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid())
        return createIndex(row, column, quintptr(0));
    const Node &node = m_nodes[parent.internalId()];
    return createIndex(row, column, static_cast<quintptr>(node.children[static_cast<size_t>(row)]));
}

QModelIndex FieldTreeModel::parent(const QModelIndex &child) const
{
    if (!child.isValid())
        return {};
    const int number = m_nodes[child.internalId()].parent;
    if (number < 0)
        return {};
    return createIndex(m_nodes[static_cast<size_t>(number)].row, 0, static_cast<quintptr>(number));
}

int FieldTreeModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return m_nodes.empty() ? 0 : 1;
    return parent.column() == 0 ? static_cast<int>(m_nodes[parent.internalId()].children.size()) : 0;
}

int FieldTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant FieldTreeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const FieldNode &field = m_nodes[index.internalId()].field;
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == NameColumn)
            return field.key.isEmpty() && index.internalId() == 0 ? tr("payload") : field.key;
        return index.column() == ValueColumn ? field.value : field.kind;
    case SortRole:
        return index.column() == NameColumn ? field.key : index.column() == ValueColumn ? field.value : field.kind;
    case NumericRole:
        return false;
    case KindRole:
        return field.kind;
    case OffsetRole:
        return static_cast<qint64>(field.offset);
    case LengthRole:
        return static_cast<qint64>(field.length);
    case LevelRole:
        return static_cast<int>(field.kind == QLatin1String("error")  ? Level::Error
                                : field.kind == QLatin1String("note") ? Level::Notice
                                                                      : Level::Good);
    case Qt::ToolTipRole:
        if (field.offset >= 0)
            return tr("bytes %1 to %2").arg(field.offset).arg(field.offset + qMax<qsizetype>(0, field.length - 1));
        return {};
    default:
        return {};
    }
}

QVariant FieldTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == NameColumn    ? tr("Name")
           : section == ValueColumn ? tr("Value")
           : section == KindColumn  ? tr("Kind")
                                    : QVariant();
}

QModelIndex FieldTreeModel::indexForOffset(qsizetype offset) const
{
    const auto covers = [offset](const FieldNode &field) {
        return field.offset >= 0 && offset >= field.offset && offset < field.offset + field.length;
    };
    int found = -1;
    // A node of unknown place may still have children with one.
    std::vector<int> open;
    if (!m_nodes.empty())
        open.push_back(0);
    while (!open.empty()) {
        const int number = open.back();
        open.pop_back();
        const Node &node = m_nodes[static_cast<size_t>(number)];
        if (covers(node.field)) {
            found = number;
            open.clear();
        } else if (node.field.offset >= 0) {
            continue;
        }
        open.insert(open.end(), node.children.rbegin(), node.children.rend());
    }
    return found < 0 ? QModelIndex()
                     : createIndex(m_nodes[static_cast<size_t>(found)].row, 0, static_cast<quintptr>(found));
}

} // namespace SockScope
