#include "ui/models/messagetreemodel.h"

#include <QCoreApplication>
#include <QMimeData>
#include <QSettings>

#include <algorithm>
#include <utility>

#include "core/project/jsontext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = ProjectItem::Kind;

const QString itemsType = u"application/x-sockscope-messages"_s;
const QString placeType = u"application/x-sockscope-place"_s;
const QLatin1StringView settingsKey("inject/saved");

/// How many levels of containers it holds below itself.
int depthOf(const ProjectItem &item)
{
    int deepest = 0;
    for (const ProjectItem &one : item.items)
        deepest = std::max(deepest, depthOf(one));
    return item.isContainer() ? deepest + 1 : 0;
}

std::optional<QList<ProjectItem>> itemsOf(const QByteArray &json)
{
    ProjectError error;
    qint64 offset = -1;
    const auto node = parseJsonText(json, &error);
    return node ? ProjectItems::fromNode(*node, {}, &offset, &error) : std::nullopt;
}

} // namespace

/// The children of an item are nodes; item.items is empty.
struct MessageTreeModel::Node
{
    ProjectItem item;
    Node *parent = nullptr;
    std::vector<std::unique_ptr<Node>> children;

    int row() const
    {
        const auto &all = parent->children;
        const auto isThis = [this](const std::unique_ptr<Node> &one) { return one.get() == this; };
        return static_cast<int>(std::find_if(all.begin(), all.end(), isThis) - all.begin());
    }
    int depth() const { return parent ? parent->depth() + 1 : 0; }
    bool isInside(const Node *other) const { return this == other || (parent && parent->isInside(other)); }
    ProjectItem whole() const
    {
        ProjectItem result = item;
        for (const std::unique_ptr<Node> &child : children)
            result.items.append(child->whole());
        return result;
    }
};

MessageTreeModel::MessageTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
    m_root->item.kind = Kind::Folder;
}

MessageTreeModel::~MessageTreeModel() = default;

MessageTreeModel::Node *MessageTreeModel::nodeOf(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex MessageTreeModel::indexOf(const Node *node) const
{
    return node == m_root.get() ? QModelIndex() : createIndex(node->row(), 0, node);
}

std::unique_ptr<MessageTreeModel::Node> MessageTreeModel::makeNode(const ProjectItem &item, Node *parent) const
{
    auto node = std::make_unique<Node>();
    node->item = item;
    node->item.items.clear();
    node->parent = parent;
    for (const ProjectItem &child : item.items)
        node->children.push_back(makeNode(child, node.get()));
    return node;
}

void MessageTreeModel::setItems(const QList<ProjectItem> &items)
{
    beginResetModel();
    m_root->children.clear();
    for (const ProjectItem &item : items)
        m_root->children.push_back(makeNode(item, m_root.get()));
    m_count = ProjectItems::count(items);
    m_removed.clear();
    endResetModel();
    Q_EMIT changed();
}

QList<ProjectItem> MessageTreeModel::items() const
{
    return m_root->whole().items;
}

std::optional<ProjectItem> MessageTreeModel::itemAt(const QModelIndex &index) const
{
    return index.isValid() ? std::optional(nodeOf(index)->whole()) : std::nullopt;
}

std::optional<QString> MessageTreeModel::refusal(const ProjectItem &item, const Node *parent, bool isNew) const
{
    const std::optional<Kind> container = parent == m_root.get() ? std::nullopt : std::optional(parent->item.kind);
    if (container && !parent->item.isContainer())
        return tr("only a folder or a sequence can hold something");
    if (!ProjectItem::mayContain(container, item.kind))
        return container == Kind::Sequence ? tr("a sequence holds messages and waits only")
                                           : tr("a wait stands in a sequence only");
    if (parent->depth() + depthOf(item) > ProjectItems::maximumDepth)
        return tr("folders are at most %1 deep").arg(ProjectItems::maximumDepth);
    if (const auto why = ProjectItems::refusal(item.name); why && !(item.name.isEmpty() && container == Kind::Sequence))
        return *why;
    if (isNew && m_count + ProjectItems::count({item}) > ProjectItems::maximumItems)
        return tr("there are at most %1 saved messages: remove some first").arg(ProjectItems::maximumItems);
    return std::nullopt;
}

QModelIndex MessageTreeModel::insert(const ProjectItem &item, const QModelIndex &parent, int row)
{
    Node *node = nodeOf(parent);
    if (const auto why = refusal(item, node, true)) {
        Q_EMIT refused(*why);
        return {};
    }
    const int last = static_cast<int>(node->children.size());
    const int at = row < 0 || row > last ? last : row;
    beginInsertRows(parent, at, at);
    node->children.insert(node->children.begin() + at, makeNode(item, node));
    m_count += ProjectItems::count({item});
    endInsertRows();
    Q_EMIT changed();
    return index(at, 0, parent);
}

bool MessageTreeModel::append(const QList<ProjectItem> &items)
{
    if (m_count + ProjectItems::count(items) > ProjectItems::maximumItems) {
        Q_EMIT refused(tr("there are at most %1 saved messages: remove some first").arg(ProjectItems::maximumItems));
        return false;
    }
    for (const ProjectItem &item : items)
        insert(item);
    return true;
}

bool MessageTreeModel::move(const QModelIndex &index, const QModelIndex &parent, int row)
{
    if (!index.isValid())
        return false;
    Node *node = nodeOf(index);
    Node *from = node->parent;
    Node *to = nodeOf(parent);
    const auto why = to->isInside(node) ? std::optional(tr("a folder cannot be put into itself"))
                                        : refusal(node->whole(), to, false);
    if (why) {
        Q_EMIT refused(*why);
        return false;
    }
    const int last = static_cast<int>(to->children.size());
    const int at = row < 0 || row > last ? last : row;
    const int before = index.row();
    if (!beginMoveRows(index.parent(), before, before, parent, at))
        return false; // it stays where it is
    std::unique_ptr<Node> taken = std::move(from->children[static_cast<size_t>(before)]);
    from->children.erase(from->children.begin() + before);
    taken->parent = to;
    to->children.insert(to->children.begin() + (from == to && before < at ? at - 1 : at), std::move(taken));
    endMoveRows();
    Q_EMIT changed();
    return true;
}

void MessageTreeModel::setMessage(const QModelIndex &index, const ProjectMessage &message)
{
    Node *node = nodeOf(index);
    if (!index.isValid() || node->item.kind != Kind::Message || node->item.message == message)
        return;
    node->item.message = message;
    Q_EMIT dataChanged(index, index);
    Q_EMIT changed();
}

void MessageTreeModel::remove(const QModelIndex &index)
{
    if (!index.isValid())
        return;
    Node *parent = nodeOf(index)->parent;
    Removed removed{nodeOf(index)->whole(), index.parent(), index.row()};
    beginRemoveRows(index.parent(), index.row(), index.row());
    parent->children.erase(parent->children.begin() + index.row());
    m_count -= ProjectItems::count({removed.item});
    endRemoveRows();
    m_removed.append(std::move(removed));
    if (m_removed.size() > maximumRemoved)
        m_removed.removeFirst();
    Q_EMIT changed();
}

QString MessageTreeModel::removedName() const
{
    return m_removed.isEmpty() ? QString() : m_removed.last().item.name;
}

QModelIndex MessageTreeModel::restore()
{
    if (m_removed.isEmpty())
        return {};
    const Removed removed = m_removed.takeLast();
    // When its folder has gone, it comes back at the top, unless it was a step.
    ProjectItem item = removed.item;
    if (!removed.parent.isValid() && item.name.isEmpty())
        item.name = nameOf(item.message);
    const QModelIndex restored = insert(item, removed.parent, removed.row);
    if (!restored.isValid())
        m_removed.append(removed);
    return restored;
}

QString MessageTreeModel::freeName(const QString &name, const QModelIndex &parent) const
{
    const auto &there = nodeOf(parent)->children;
    const auto isTaken = [&there](const QString &wanted) {
        return std::any_of(there.begin(), there.end(),
                           [&wanted](const std::unique_ptr<Node> &one) { return one->item.name == wanted; });
    };
    QString result = name;
    for (int number = 2; isTaken(result); ++number)
        result = name.left(ProjectItems::maximumName - 8) + u' ' + QString::number(number);
    return result;
}

QString MessageTreeModel::nameOf(const ProjectMessage &message)
{
    constexpr qsizetype shown = 40;
    QString line = message.payload.left(10 * shown).simplified();
    if (line.size() > shown)
        line = line.left(shown) + u'…';
    line = message.type.isEmpty() ? line : message.type.simplified().left(shown) + u' ' + line;
    line = line.trimmed().replace(u'/', u'∕'); // a slash stands between folder and name
    return line.isEmpty() ? tr("message") : line;
}

void MessageTreeModel::load(const QSettings &settings)
{
    setItems(itemsOf(settings.value(settingsKey).toString().toUtf8()).value_or(QList<ProjectItem>()));
}

void MessageTreeModel::save(QSettings &settings) const
{
    settings.setValue(settingsKey, QString::fromUtf8(writeJsonText(ProjectItems::toNode(items()))));
}

QModelIndex MessageTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<size_t>(row)].get());
}

QModelIndex MessageTreeModel::parent(const QModelIndex &child) const
{
    return child.isValid() ? indexOf(nodeOf(child)->parent) : QModelIndex();
}

int MessageTreeModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int MessageTreeModel::columnCount(const QModelIndex &) const
{
    return 1;
}

QVariant MessageTreeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    constexpr qsizetype shown = 1000;
    const ProjectItem &item = nodeOf(index)->item;
    switch (role) {
    case Qt::EditRole:
        return item.name;
    case Qt::DisplayRole:
        if (item.kind == Kind::Wait)
            return tr("wait %1 ms").arg(item.waitMs);
        return item.name.isEmpty() ? nameOf(item.message) : item.name;
    case Qt::ToolTipRole:
        return item.kind == Kind::Message ? item.message.payload.left(shown) : QVariant();
    case ItemKindRole:
        return static_cast<int>(item.kind);
    case ItemSummaryRole:
        return item.kind == Kind::Message ? item.message.payload.left(shown).simplified() : QString();
    default:
        return {};
    }
}

bool MessageTreeModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role != Qt::EditRole)
        return false;
    const QString name = value.toString().trimmed();
    if (const auto why = ProjectItems::refusal(name)) {
        Q_EMIT refused(*why);
        return false;
    }
    ProjectItem &item = nodeOf(index)->item;
    if (item.name == name)
        return true;
    item.name = name;
    Q_EMIT dataChanged(index, index);
    Q_EMIT changed();
    return true;
}

QVariant MessageTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    return section == 0 && orientation == Qt::Horizontal && role == Qt::DisplayRole ? tr("Saved messages") : QVariant();
}

Qt::ItemFlags MessageTreeModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::ItemIsDropEnabled;
    Qt::ItemFlags result = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled;
    const ProjectItem &item = nodeOf(index)->item;
    if (item.kind != Kind::Wait)
        result |= Qt::ItemIsEditable;
    return item.isContainer() ? result | Qt::ItemIsDropEnabled : result | Qt::ItemNeverHasChildren;
}

QStringList MessageTreeModel::mimeTypes() const
{
    return {itemsType};
}

QMimeData *MessageTreeModel::mimeData(const QModelIndexList &indexes) const
{
    if (indexes.isEmpty())
        return nullptr;
    auto *data = new QMimeData;
    data->setData(itemsType, writeJsonText(ProjectItems::toNode({nodeOf(indexes.first())->whole()})));
    QByteArray place = QByteArray::number(QCoreApplication::applicationPid()) + ' ' +
                       QByteArray::number(reinterpret_cast<quintptr>(this), 16);
    QList<int> rows;
    for (QModelIndex at = indexes.first(); at.isValid(); at = at.parent())
        rows.prepend(at.row());
    for (const int row : std::as_const(rows))
        place += ' ' + QByteArray::number(row);
    data->setData(placeType, place);
    return data;
}

QModelIndex MessageTreeModel::draggedFrom(const QMimeData *data) const
{
    const QList<QByteArray> words = data->data(placeType).split(' ');
    if (words.size() < 3 || words[0].toLongLong() != QCoreApplication::applicationPid() ||
        words[1].toULongLong(nullptr, 16) != reinterpret_cast<quintptr>(this))
        return {};
    QModelIndex at;
    for (qsizetype i = 2; i < words.size(); ++i) {
        at = index(words[i].toInt(), 0, at);
        if (!at.isValid())
            break;
    }
    return at;
}

bool MessageTreeModel::canDropMimeData(const QMimeData *data, Qt::DropAction action, int, int,
                                       const QModelIndex &parent) const
{
    if (!data->hasFormat(itemsType) || (action != Qt::MoveAction && action != Qt::CopyAction))
        return false;
    const Node *to = nodeOf(parent);
    if (const QModelIndex dragged = draggedFrom(data); dragged.isValid())
        return !to->isInside(nodeOf(dragged)) && !refusal(nodeOf(dragged)->whole(), to, false);
    return to->item.isContainer();
}

bool MessageTreeModel::dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int,
                                    const QModelIndex &parent)
{
    if (!data->hasFormat(itemsType) || (action != Qt::MoveAction && action != Qt::CopyAction))
        return false;
    if (const QModelIndex dragged = draggedFrom(data); dragged.isValid()) {
        move(dragged, parent, row);
        return false; // it has been moved: a view that hears true removes what is chosen, which is the item itself
    }
    const auto dropped = itemsOf(data->data(itemsType));
    if (!dropped)
        return false;
    for (const ProjectItem &item : *dropped)
        if (!insert(item, parent, row < 0 ? row : row++).isValid())
            return false;
    return true;
}

} // namespace SockScope
