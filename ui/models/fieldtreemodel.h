#pragma once

#include <QAbstractItemModel>

#include <vector>

#include "core/codec/codec.h"

namespace SockScope {

/*! A decoded payload as a tree.
 *  Path    Codec::fields → [this] → the Decoded view
 *  Shape   columns Name, Value, Kind. Roles: KindRole OffsetRole LengthRole LevelRole
 *  Units   offsets and lengths in bytes of the payload
 *  Errors  a node of kind "error" has LevelRole Error, one of kind "note" Notice
 *  Thread  the window's
 *  Source  Wireshark's detail tree: a field knows its bytes, and a byte its field
 */
class FieldTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, KindColumn, ColumnCount };
    Q_ENUM(Column)
    using QAbstractItemModel::QAbstractItemModel;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    using QObject::parent;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    void setRoot(FieldNode root);
    /// The tree of a payload; a null codec shows nothing.
    void setPayload(const Codec *codec, QByteArrayView payload);
    void clear();
    /// The innermost field that covers the byte; invalid when none does.
    QModelIndex indexForOffset(qsizetype offset) const;

private:
    struct Node
    {
        FieldNode field; // its children are nodes of their own
        int parent = -1;
        int row = 0;
        std::vector<int> children;
    };
    int add(FieldNode &&field, int parent, int row);

    std::vector<Node> m_nodes; // m_nodes[0] is the root, which is the only top-level row
};

} // namespace SockScope
