#pragma once

#include <QAbstractProxyModel>
#include <QStringList>
#include <QTimer>

#include <vector>

#include "ui/models/peermodel.h"

namespace SockScope {

/*! The peers in an order, those alone that a search finds: at 100,000 rows without a pause.
 *  Path    PeerModel → [this] → the Peers view
 *  Shape   only rows that changed are sorted again and merged into the others, at most every sortMs and at most
 *          sliceSlots a time; a search goes in slices of sliceMs. What is new stands at the end until then
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  merging a sorted run into a sorted list: n comparisons instead of n log n
 */
class PeerSortModel : public QAbstractProxyModel
{
    Q_OBJECT
public:
    static constexpr int sortMs = 500;
    static constexpr size_t sliceSlots = 10'000;
    static constexpr int sliceMs = 4;

    explicit PeerSortModel(PeerModel *peers, QObject *parent = nullptr);

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QModelIndex mapToSource(const QModelIndex &proxyIndex) const override;
    QModelIndex mapFromSource(const QModelIndex &sourceIndex) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Column -1: in the order of arrival.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    /// Words that must all occur in address, socket, state or metadata; empty: all peers.
    void setSearch(const QString &text);
    bool isSearching() const { return m_scanned < m_peers->slotEnd() && !m_words.isEmpty(); }
    /// Sorts what changed now, not up to sortMs later; answers whether nothing is left to sort.
    bool sortChanged();

Q_SIGNALS:
    /// All peers were looked at.
    void searchFinished();

private:
    int placeOf(int slot) const;
    bool matches(int slot) const;
    bool isBefore(int slot, int other) const;
    void refill();
    void append(const std::vector<int> &slotNumbers);
    void take(std::vector<int> leaving);
    void note(int slot);
    void reorder(std::vector<int> order);
    void scanSlice();
    void handleTouched(const std::vector<int> &slotNumbers, bool wordsChanged);
    void handleDataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight);
    void handleInserted(const QModelIndex &parent, int first, int last);
    void handleAboutToBeRemoved(const QModelIndex &parent, int first, int last);

    PeerModel *m_peers;
    std::vector<int> m_order;               // row → slot
    std::vector<int> m_place;               // slot → row, -1: not shown
    std::vector<PeerModel::SortKey> m_keys; // by slot, as they were when it was last sorted
    std::vector<int> m_changed;             // slots to sort again
    std::vector<bool> m_isChanged;          // by slot
    QStringList m_words;
    int m_scanned = 0; // slots below have been looked at
    int m_column = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    QTimer m_sortTimer;
    QTimer m_scanTimer;
};

} // namespace SockScope
