#include "ui/models/peersortmodel.h"

#include <QElapsedTimer>

#include <algorithm>
#include <iterator>
#include <utility>

#include "ui/models/rowremoval.h"

namespace SockScope {

namespace {

constexpr int nextFrameMs = 33;

} // namespace

PeerSortModel::PeerSortModel(PeerModel *peers, QObject *parent)
    : QAbstractProxyModel(parent)
    , m_peers(peers)
{
    setSourceModel(peers);
    m_sortTimer.setSingleShot(true);
    m_scanTimer.setSingleShot(true);
    connect(&m_sortTimer, &QTimer::timeout, this, [this] {
        if (!sortChanged())
            m_sortTimer.start(nextFrameMs);
    });
    connect(&m_scanTimer, &QTimer::timeout, this, &PeerSortModel::scanSlice);
    connect(peers, &PeerModel::touched, this, &PeerSortModel::handleTouched);
    connect(peers, &PeerModel::dataChanged, this, &PeerSortModel::handleDataChanged);
    connect(peers, &PeerModel::rowsInserted, this, &PeerSortModel::handleInserted);
    connect(peers, &PeerModel::rowsAboutToBeRemoved, this, &PeerSortModel::handleAboutToBeRemoved);
    refill();
}

QModelIndex PeerSortModel::index(int row, int column, const QModelIndex &parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

QModelIndex PeerSortModel::parent(const QModelIndex &) const
{
    return {};
}

int PeerSortModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_order.size());
}

int PeerSortModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : PeerModel::ColumnCount;
}

QModelIndex PeerSortModel::mapToSource(const QModelIndex &proxyIndex) const
{
    if (!proxyIndex.isValid() || proxyIndex.row() >= rowCount())
        return {};
    return m_peers->index(m_peers->rowOfSlot(m_order[static_cast<size_t>(proxyIndex.row())]), proxyIndex.column());
}

QModelIndex PeerSortModel::mapFromSource(const QModelIndex &sourceIndex) const
{
    if (!sourceIndex.isValid())
        return {};
    const int place = placeOf(m_peers->slotOf(sourceIndex.row()));
    return place < 0 ? QModelIndex() : createIndex(place, sourceIndex.column());
}

QVariant PeerSortModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    return m_peers->headerData(section, orientation, role); // the base asks by the first row, which may not be there
}

int PeerSortModel::placeOf(int slot) const
{
    return static_cast<size_t>(slot) < m_place.size() ? m_place[static_cast<size_t>(slot)] : -1;
}

bool PeerSortModel::matches(int slot) const
{
    if (m_words.isEmpty())
        return true;
    const QString text = m_peers->searchText(slot);
    return std::all_of(m_words.begin(), m_words.end(), [&text](const QString &word) { return text.contains(word); });
}

bool PeerSortModel::isBefore(int slot, int other) const
{
    const PeerModel::SortKey &key = m_keys[static_cast<size_t>(slot)];
    const PeerModel::SortKey &otherKey = m_keys[static_cast<size_t>(other)];
    return m_sortOrder == Qt::AscendingOrder ? key < otherKey : otherKey < key;
}

// Everything anew: at the beginning, and with another search.
void PeerSortModel::refill()
{
    beginResetModel();
    m_order.clear();
    m_place.assign(static_cast<size_t>(m_peers->slotEnd()), -1);
    m_changed.clear();
    m_isChanged.assign(m_place.size(), false);
    m_keys.resize(m_place.size());
    m_scanned = 0;
    m_scanTimer.stop();
    if (m_words.isEmpty()) {
        m_scanned = m_peers->slotEnd();
        for (int row = 0; row < m_peers->rowCount(); ++row) {
            const int slot = m_peers->slotOf(row);
            m_place[static_cast<size_t>(slot)] = row;
            m_order.push_back(slot);
        }
    }
    endResetModel();
    if (!m_words.isEmpty())
        m_scanTimer.start(0);
    sort(m_column, m_sortOrder);
}

void PeerSortModel::setSearch(const QString &text)
{
    const QStringList words = text.toLower().split(u' ', Qt::SkipEmptyParts);
    if (words == m_words)
        return;
    m_words = words;
    refill();
    if (m_words.isEmpty())
        Q_EMIT searchFinished();
}

void PeerSortModel::scanSlice()
{
    QElapsedTimer timer;
    timer.start();
    std::vector<int> found;
    for (; m_scanned < m_peers->slotEnd() && (m_scanned % 64 != 0 || timer.elapsed() < sliceMs); ++m_scanned)
        if (m_peers->rowOfSlot(m_scanned) >= 0 && placeOf(m_scanned) < 0 && matches(m_scanned))
            found.push_back(m_scanned);
    append(found);
    for (const int slot : found)
        note(slot);
    if (m_scanned < m_peers->slotEnd()) {
        m_scanTimer.start(0);
        return;
    }
    sortChanged();
    Q_EMIT searchFinished();
}

void PeerSortModel::append(const std::vector<int> &slotNumbers)
{
    if (slotNumbers.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(slotNumbers.size()) - 1);
    for (const int slot : slotNumbers) {
        m_place[static_cast<size_t>(slot)] = rowCount();
        m_keys[static_cast<size_t>(slot)] = m_peers->sortKey(slot, m_column);
        m_order.push_back(slot);
    }
    endInsertRows();
}

// As PeerModel drops rows: scattered ones move to the end, so that any number is one removal.
void PeerSortModel::take(std::vector<int> leaving)
{
    std::erase_if(leaving, [this](int slot) { return placeOf(slot) < 0; });
    if (leaving.empty())
        return;
    std::vector<int> rows;
    for (const int slot : leaving)
        rows.push_back(placeOf(slot));
    std::sort(rows.begin(), rows.end());
    const int count = static_cast<int>(rows.size());
    int first = rows.front();
    if (rows.back() - first + 1 != count) {
        const std::vector<int> target = rowsWithDoomedLast(rowCount(), rows);
        std::vector<int> order(m_order.size());
        for (size_t i = 0; i < m_order.size(); ++i)
            order[static_cast<size_t>(target[i])] = m_order[i];
        reorder(std::move(order));
        first = rowCount() - count;
    }
    beginRemoveRows({}, first, first + count - 1);
    m_order.erase(m_order.begin() + first, m_order.begin() + first + count);
    for (const int slot : leaving)
        m_place[static_cast<size_t>(slot)] = -1;
    for (int row = first; row < rowCount(); ++row)
        m_place[static_cast<size_t>(m_order[static_cast<size_t>(row)])] = row;
    endRemoveRows();
}

void PeerSortModel::reorder(std::vector<int> order)
{
    if (order == m_order)
        return;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<int> watched;
    for (const QModelIndex &one : before)
        watched.push_back(m_order[static_cast<size_t>(one.row())]);
    m_order = std::move(order);
    for (size_t row = 0; row < m_order.size(); ++row)
        m_place[static_cast<size_t>(m_order[row])] = static_cast<int>(row);
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i)
        after.append(createIndex(placeOf(watched[static_cast<size_t>(i)]), before[i].column()));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void PeerSortModel::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_sortOrder = order;
    for (const int slot : m_changed)
        m_isChanged[static_cast<size_t>(slot)] = false;
    m_changed.clear();
    for (const int slot : m_order)
        m_keys[static_cast<size_t>(slot)] = m_peers->sortKey(slot, column);
    std::vector<int> sorted = m_order;
    std::stable_sort(sorted.begin(), sorted.end(), [this](int a, int b) { return isBefore(a, b); });
    reorder(std::move(sorted));
}

void PeerSortModel::note(int slot)
{
    if (m_isChanged[static_cast<size_t>(slot)])
        return;
    m_isChanged[static_cast<size_t>(slot)] = true;
    m_changed.push_back(slot);
}

bool PeerSortModel::sortChanged()
{
    // Those of this turn; the others keep their old keys, and so their places.
    const auto begin = m_changed.end() - static_cast<std::ptrdiff_t>(qMin(m_changed.size(), sliceSlots));
    std::vector<int> turn(begin, m_changed.end());
    m_changed.erase(begin, m_changed.end());
    std::erase_if(turn, [this](int slot) {
        const bool leaves = placeOf(slot) < 0;
        if (leaves)
            m_isChanged[static_cast<size_t>(slot)] = false;
        return leaves;
    });
    if (turn.empty())
        return m_changed.empty();
    std::vector<bool> inTurn(m_place.size());
    for (const int slot : turn) {
        inTurn[static_cast<size_t>(slot)] = true;
        m_isChanged[static_cast<size_t>(slot)] = false;
        m_keys[static_cast<size_t>(slot)] = m_peers->sortKey(slot, m_column);
    }
    const auto before = [this](int a, int b) { return isBefore(a, b); };
    std::sort(turn.begin(), turn.end(), before);
    std::vector<int> rest;
    rest.reserve(m_order.size());
    std::copy_if(m_order.begin(), m_order.end(), std::back_inserter(rest),
                 [&inTurn](int slot) { return !inTurn[static_cast<size_t>(slot)]; });
    std::vector<int> order;
    order.reserve(m_order.size());
    std::merge(rest.begin(), rest.end(), turn.begin(), turn.end(), std::back_inserter(order), before);
    reorder(std::move(order));
    return m_changed.empty();
}

void PeerSortModel::handleTouched(const std::vector<int> &slotNumbers, bool wordsChanged)
{
    if (wordsChanged && !m_words.isEmpty()) {
        std::vector<int> found;
        std::vector<int> lost;
        for (const int slot : slotNumbers) {
            if (slot >= m_scanned || m_peers->rowOfSlot(slot) < 0)
                continue; // the scan comes to it
            const bool found_ = matches(slot);
            if (found_ && placeOf(slot) < 0)
                found.push_back(slot);
            else if (!found_ && placeOf(slot) >= 0)
                lost.push_back(slot);
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        std::sort(lost.begin(), lost.end());
        lost.erase(std::unique(lost.begin(), lost.end()), lost.end());
        take(std::move(lost));
        append(found);
    }
    if (m_column < 0 && m_words.isEmpty())
        return; // the order of arrival does not change
    for (const int slot : slotNumbers)
        if (placeOf(slot) >= 0)
            note(slot);
    if (!m_changed.empty() && !m_sortTimer.isActive())
        m_sortTimer.start(sortMs);
}

void PeerSortModel::handleDataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight)
{
    if (m_order.empty())
        return;
    int first = 0;
    int last = rowCount() - 1;
    constexpr int few = 64;
    if (bottomRight.row() - topLeft.row() < few) {
        std::swap(first, last);
        for (int row = topLeft.row(); row <= bottomRight.row(); ++row) {
            const int place = placeOf(m_peers->slotOf(row));
            first = place < 0 ? first : qMin(first, place);
            last = qMax(last, place);
        }
        if (last < first)
            return; // none of them is shown
    }
    Q_EMIT dataChanged(index(first, topLeft.column()), index(last, bottomRight.column()));
}

void PeerSortModel::handleInserted(const QModelIndex &, int first, int last)
{
    const auto slotEnd = static_cast<size_t>(m_peers->slotEnd());
    m_place.resize(slotEnd, -1);
    m_isChanged.resize(slotEnd, false);
    m_keys.resize(slotEnd);
    const bool scanning = m_scanTimer.isActive();
    std::vector<int> found;
    for (int row = first; row <= last; ++row) {
        const int slot = m_peers->slotOf(row);
        if ((!scanning || slot < m_scanned) && matches(slot))
            found.push_back(slot);
    }
    if (!scanning)
        m_scanned = m_peers->slotEnd();
    append(found);
    if (m_column < 0 && m_sortOrder == Qt::AscendingOrder)
        return;
    for (const int slot : found)
        note(slot);
    if (!m_changed.empty() && !m_sortTimer.isActive())
        m_sortTimer.start(sortMs);
}

void PeerSortModel::handleAboutToBeRemoved(const QModelIndex &, int first, int last)
{
    std::vector<int> leaving;
    for (int row = first; row <= last; ++row)
        leaving.push_back(m_peers->slotOf(row));
    take(std::move(leaving));
}

} // namespace SockScope
