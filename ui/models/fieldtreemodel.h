#pragma once

#include <QAbstractItemModel>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/codec/codec.h"
#include "ui/models/messagediff.h"

namespace SockScope {

/*! A decoded payload as a tree, alone or held against an earlier one; below it, what chosen bytes mean.
 *  Path    Codec::fields or compareFields → [this] → the Decoded view, the compare dialog
 *  Shape   columns Name, Value, Was, Kind, Range. At most two top-level rows: the payload, and the interpretation of
 *          chosen bytes. Roles: SortRole NumericRole KindRole OffsetRole LengthRole LevelRole PathRole ChangeRole
 *  Units   offsets and lengths in bytes of the payload
 *  Errors  a node of kind "error" has LevelRole Error, one of kind "note" Notice
 *  Thread  the window's
 *  Source  Wireshark's detail tree: a field knows its bytes, and a byte its field
 */
class FieldTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, WasColumn, KindColumn, RangeColumn, ColumnCount };
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
    void setCompared(ComparedField root);
    bool isCompared() const { return m_compared; }
    /// Titles of Was and Value where two messages stand side by side; Was then says what has not changed, too.
    void setSides(const QString &was, const QString &value);
    /// The tree of a payload; a null codec shows nothing.
    void setPayload(const Codec *codec, QByteArrayView payload);
    void clear();
    /// What chosen bytes mean; nothing takes the section away.
    void setInterpretation(std::optional<FieldNode> meaning);

    /// The payload's row; invalid when there is none.
    QModelIndex payloadIndex() const;
    QModelIndex interpretationIndex() const;
    bool isInterpretation(const QModelIndex &index) const;
    int nodeCount() const { return static_cast<int>(m_sections[Fields].size()); }
    /// Where a field is in the payload, and in the one that it is compared with; -1 where it is not.
    struct Places
    {
        qsizetype offset = -1;
        qsizetype length = 0;
        qsizetype wasOffset = -1;
        qsizetype wasLength = 0;
    };
    Places places(const QModelIndex &index) const;
    /// The filter's term that this field of this payload passes; nothing where the filter has no name for it.
    std::optional<QString> filterTerm(const QModelIndex &index, const Codec &codec, QByteArrayView payload) const;
    /// The innermost field that covers the byte; invalid when none does.
    QModelIndex indexForOffset(qsizetype offset) const;
    /// The next field without fields of its own that changed, from the one given, round the end; invalid when none did.
    QModelIndex nextChange(const QModelIndex &from, bool forward = true) const;

private:
    enum Section { Fields, Meaning, SectionCount };
    struct Node
    {
        FieldNode field; // its children are nodes of their own
        QString was;
        qsizetype wasOffset = -1;
        qsizetype wasLength = 0;
        FieldChange change = FieldChange::Same;
        int parent = -1;
        int row = 0;
        std::vector<int> children;
    };
    using Nodes = std::vector<Node>;

    static int add(Nodes &nodes, FieldNode &&field, int parent, int row);
    static int addCompared(Nodes &nodes, ComparedField &&field, int parent, int row);
    static Section sectionOf(const QModelIndex &index);
    static size_t numberOf(const QModelIndex &index);
    const Node &nodeOf(const QModelIndex &index) const { return m_sections[sectionOf(index)][numberOf(index)]; }
    QModelIndex indexOf(Section section, int number, int column = 0) const;
    QVariant text(const QModelIndex &index) const;
    /// The nodes from the root to a field, as the filter wants to see them.
    struct Way
    {
        std::unique_ptr<FieldNode> root;
        std::vector<const FieldNode *> fromRoot;
    };
    std::optional<Way> wayTo(const QModelIndex &index) const;
    QString path(const QModelIndex &index) const;

    std::array<Nodes, SectionCount> m_sections; // of each, node 0 is its top-level row
    QString m_wasTitle;
    QString m_valueTitle;
    bool m_compared = false;
};

} // namespace SockScope
