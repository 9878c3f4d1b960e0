#pragma once

#include <QAbstractItemModel>
#include <QList>
#include <QPersistentModelIndex>

#include <memory>
#include <optional>
#include <vector>

#include "core/project/projectitem.h"

class QSettings;

namespace SockScope {

/*! The saved messages: a tree of folders, sequences and messages in a person's order.
 *  Path    Project, settings ↔ [this] ↔ SavedPanel
 *  Shape   one column; a name is edited, an item is dragged to another place, a removed one comes back with restore.
 *          The limits are those of ProjectItems; the last maximumRemoved can be restored
 *  Units   characters
 *  Errors  refused says why something was not taken; settings that cannot be read leave it empty
 *  Thread  the window's
 *  Source  none
 */
class MessageTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Role { ItemKindRole = Qt::UserRole + 1, ItemSummaryRole };
    static constexpr qsizetype maximumRemoved = 20;

    explicit MessageTreeModel(QObject *parent = nullptr);
    ~MessageTreeModel() override;

    void setItems(const QList<ProjectItem> &items);
    QList<ProjectItem> items() const;
    /// With everything that is in it; nothing at the top.
    std::optional<ProjectItem> itemAt(const QModelIndex &index) const;
    int itemCount() const { return m_count; }

    /// All of them, behind the last at the top, or none.
    bool append(const QList<ProjectItem> &items);
    /// Behind the last row when row is -1; an invalid index when it is refused.
    QModelIndex insert(const ProjectItem &item, const QModelIndex &parent = {}, int row = -1);
    bool move(const QModelIndex &index, const QModelIndex &parent, int row);
    void setMessage(const QModelIndex &index, const ProjectMessage &message);
    void remove(const QModelIndex &index);
    bool canRestore() const { return !m_removed.isEmpty(); }
    /// The name of what restore brings back, which may be empty.
    QString removedName() const;
    QModelIndex restore();
    /// The name, or with a number behind it one that nobody in there has.
    QString freeName(const QString &name, const QModelIndex &parent) const;
    /// A name that says what a message is.
    static QString nameOf(const ProjectMessage &message);

    void load(const QSettings &settings);
    void save(QSettings &settings) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction | Qt::CopyAction; }
    QStringList mimeTypes() const override;
    QMimeData *mimeData(const QModelIndexList &indexes) const override;
    bool canDropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column,
                         const QModelIndex &parent) const override;
    bool dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column,
                      const QModelIndex &parent) override;

Q_SIGNALS:
    /// Something is other than before.
    void changed();
    void refused(const QString &why);

private:
    struct Node;
    struct Removed
    {
        ProjectItem item;
        QPersistentModelIndex parent;
        int row = 0;
    };

    Node *nodeOf(const QModelIndex &index) const;
    QModelIndex indexOf(const Node *node) const;
    std::unique_ptr<Node> makeNode(const ProjectItem &item, Node *parent) const;
    std::optional<QString> refusal(const ProjectItem &item, const Node *parent, bool isNew) const;
    /// The item that was dragged out of this very model; invalid when it comes from elsewhere.
    QModelIndex draggedFrom(const QMimeData *data) const;

    std::unique_ptr<Node> m_root;
    int m_count = 0;
    QList<Removed> m_removed;
};

} // namespace SockScope
