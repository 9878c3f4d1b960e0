#pragma once

#include <vector>

#include "core/codec/codec.h"
#include "core/codec/item.h"

namespace SockScope {

/*! Builds the detail tree from scanned items.
 *  Path    scanItems → [this] → Codec::fields
 *  Shape   a root that is [type, data] gets the children "type" and "data"; a key that is not a leaf shows as "{…}"
 *  Units   nodes; bytes
 *  Errors  a problem becomes a node of kind "error" where it happened; nodes over the maximum are counted in a "note"
 *  Thread  one thread
 *  Source  none
 */
class FieldTree : public ItemSink
{
public:
    FieldTree(const ItemSource &source, qsizetype maximumNodes);

    bool leaf(const Item &item, bool isKey) override;
    bool open(const Item &item, bool isKey) override;
    bool close(qsizetype end) override;
    FieldNode finish(const ScanResult &result);

private:
    struct Frame
    {
        FieldNode node;
        ItemKind kind = ItemKind::Array;
        bool shown = true;
        bool isKey = false;
        qint64 children = 0; ///< values; of a map, without its keys
        QString pendingKey;
    };
    bool isFull() const;
    void leaveOut();
    bool isHidden(bool isKey) const;
    QString nextKey();
    void add(FieldNode &&node);
    void appendExtra(FieldNode &parent, const QString &kind, const QString &text, qsizetype offset, qsizetype length);

    const ItemSource &m_source;
    const qsizetype m_maximumNodes;
    qsizetype m_nodes = 0;
    qint64 m_leftOut = 0;
    std::vector<Frame> m_stack;
    FieldNode m_root;
    bool m_hasRoot = false;
};

/// A leaf's kind and short value, as the tree shows them.
QString itemKindName(const Item &item);
QString itemValueText(const Item &item, const ItemSource &source);

} // namespace SockScope
