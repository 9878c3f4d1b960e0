#include "ui/models/messagelogmodel.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ui/models/sockdirectory.h"

namespace SockScope {

namespace {

// Forgets the hits below no; answers how many are left.
qint64 trimBelow(std::vector<LogHits> &list, quint64 no)
{
    qint64 count = 0;
    for (LogHits &hits : list) {
        const quint64 below = no > hits.firstNo ? no - hits.firstNo : 0;
        hits.offsets.erase(hits.offsets.begin(), std::lower_bound(hits.offsets.begin(), hits.offsets.end(), below));
        count += static_cast<qint64>(hits.offsets.size());
    }
    return count;
}

} // namespace

MessageLogModel::MessageLogModel(std::shared_ptr<Recorder> recorder, const SockDirectory *directory, QObject *parent)
    : QAbstractTableModel(parent)
    , m_recorder(std::move(recorder))
    , m_directory(directory)
    , m_rangeFirst(m_recorder->store().firstNo())
    , m_rangeEnd(m_recorder->store().endNo())
{
    m_frameTimer.setSingleShot(true);
    connect(&m_frameTimer, &QTimer::timeout, this, &MessageLogModel::pump);
    connect(&m_runner, &FilterRunner::progressed, this, &MessageLogModel::pump);
    connect(&m_finder, &FindRunner::finished, this, &MessageLogModel::handleFindFinished);
    connect(&m_annotations, &Annotations::changed, this, &MessageLogModel::handleAnnotationChanged);
    m_refilterTimer.setSingleShot(true);
    connect(&m_refilterTimer, &QTimer::timeout, this, [this] {
        if (isFiltered())
            refilter(Filter(m_filter));
        Q_EMIT scanProgressed(scanProgress());
    });
    m_findTimer.setInterval(frameMs);
    connect(&m_findTimer, &QTimer::timeout, this, [this] { Q_EMIT findProgressed(m_finder.progress()); });
    if (const std::optional<StoredMessage> first = messageByNo(m_rangeFirst))
        m_firstWallNs = first->wallNs();
}

MessageLogModel::~MessageLogModel() = default;

StoredMessage MessageLogModel::message(int row) const
{
    return messageByNo(noOfRow(row)).value_or(StoredMessage());
}

quint64 MessageLogModel::noOfRow(int row) const
{
    if (row < 0 || row >= rowCount())
        return 0;
    return isFiltered() ? m_rows.noOf(row) : m_rangeFirst + static_cast<quint64>(row);
}

int MessageLogModel::rowAtOrAfterNo(quint64 no) const
{
    if (isFiltered()) {
        const qint64 row = m_rows.rowAtOrAfter(no);
        return row < m_rows.count() ? static_cast<int>(row) : -1;
    }
    return no < m_rangeEnd ? static_cast<int>(qMax(no, m_rangeFirst) - m_rangeFirst) : -1;
}

int MessageLogModel::rowOfNo(quint64 no) const
{
    const int row = rowAtOrAfterNo(no);
    return row >= 0 && noOfRow(row) == no ? row : -1;
}

quint64 MessageLogModel::visibleEnd() const
{
    const quint64 end = m_recorder->store().endNo();
    return m_paused ? qMin(m_pausedAt, end) : end;
}

bool MessageLogModel::collect()
{
    constexpr qsizetype portion = 16'384;
    QElapsedTimer timer;
    timer.start();
    bool any = false;
    bool more = true;
    while (more && timer.elapsed() < collectMs) {
        std::vector<MessageBatch> batches = m_recorder->takeInbox(portion);
        more = !batches.empty();
        if (!more)
            break;
        if (!any && m_firstWallNs == 0) {
            const auto first = std::find_if(batches.begin(), batches.end(),
                                            [](const MessageBatch &batch) { return !batch.isEmpty(); });
            m_firstWallNs = first == batches.end() ? 0 : first->heads().front().wallNs;
            m_context.reset();
        }
        any = true;
        m_recorder->append(std::move(batches));
    }
    if (any) {
        dropOldest();
        pump();
    }
    if (m_failures.isWaiting())
        settleFailures();
    return (more && m_recorder->stats().waiting > 0) || m_failures.isWaiting();
}

// The rows leave before the messages, so that whoever is told of the removal can still read them.
void MessageLogModel::dropOldest()
{
    MessageStore &store = m_recorder->store();
    const quint64 no = store.toDrop();
    if (no <= store.firstNo())
        return;
    removeBefore(no);
    m_annotations.dropBefore(no);
    m_failures.dropBefore(no);
    m_runner.dropBefore(no);
    store.dropBefore(no);
}

void MessageLogModel::removeBefore(quint64 no)
{
    trimBelow(m_frontHits, no);
    trimBelow(m_backHits, no);
    const int row = rowAtOrAfterNo(no);
    removeFirstRows(row < 0 ? rowCount() : row);
    m_rangeFirst = qMax(m_rangeFirst, no);
    m_rangeEnd = qMax(m_rangeEnd, m_rangeFirst);
}

void MessageLogModel::removeFirstRows(qint64 count)
{
    if (count <= 0)
        return;
    beginRemoveRows({}, 0, static_cast<int>(count) - 1);
    if (isFiltered())
        m_rows.removeBefore(count < m_rows.count() ? m_rows.noOf(count) : std::numeric_limits<quint64>::max());
    else
        m_rangeFirst += static_cast<quint64>(count);
    endRemoveRows();
}

StoredChunks MessageLogModel::chunksOf(quint64 from, quint64 to) const
{
    StoredChunks chunks;
    while (from < to) {
        std::shared_ptr<const StoredChunk> chunk = m_recorder->store().chunkOf(from);
        if (!chunk || chunk->endNo() <= from)
            break;
        from = chunk->endNo();
        chunks.push_back(std::move(chunk));
    }
    return chunks;
}

FilterInput MessageLogModel::filterInput(const Filter &filter) const
{
    FilterInput input{filter, filterContext(), {}};
    if (m_annotations.ignoredCount() > 0)
        input.ignored = std::make_shared<const std::vector<quint64>>(m_annotations.ignoredNumbers());
    return input;
}

// What came since goes to the scan as it is.
void MessageLogModel::extendScan()
{
    const quint64 end = visibleEnd();
    const quint64 from = qMax(m_extendedTo, m_recorder->store().firstNo());
    if (from < end)
        m_runner.extend(filterContext(), chunksOf(from, end), from, end);
    m_extendedTo = qMax(m_extendedTo, end);
}

void MessageLogModel::takeResults()
{
    FilterRunner::Results results = m_runner.take();
    const auto move = [](std::vector<LogHits> &from, std::vector<LogHits> &to) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    move(results.front, m_frontHits);
    move(results.back, m_backHits);
}

// The one place where rows appear: hands what is new to the scan, and publishes at most once a frame.
void MessageLogModel::pump()
{
    if (isFiltered())
        extendScan();
    const qint64 sinceMs = m_published.isValid() ? m_published.elapsed() : std::numeric_limits<qint64>::max();
    if (sinceMs >= frameMs - 1)
        publish();
    else if (!m_frameTimer.isActive())
        m_frameTimer.start(static_cast<int>(frameMs - sinceMs));
}

void MessageLogModel::publish()
{
    const bool more = isFiltered() ? publishFiltered() : publishRange();
    m_published.start();
    if (more)
        m_frameTimer.start(frameMs);
    if (isFiltered()) {
        const bool scanning = isScanning();
        if (scanning || m_wasScanning)
            Q_EMIT scanProgressed(m_runner.progress());
        m_wasScanning = scanning;
    }
}

bool MessageLogModel::publishRange()
{
    const quint64 first = m_recorder->store().firstNo();
    if (m_rangeEnd < first && m_rangeFirst == m_rangeEnd)
        m_rangeFirst = m_rangeEnd = first; // what was dropped before it had a row
    const quint64 end = visibleEnd();
    if (m_rangeEnd >= end)
        return false;
    const qint64 surplus = static_cast<qint64>(end - m_rangeFirst) - m_maximumRows;
    if (surplus > 0)
        removeBefore(m_rangeFirst + static_cast<quint64>(surplus));
    m_rowsNotShown = m_rangeFirst - first;
    const int row = rowCount();
    beginInsertRows({}, row, row + static_cast<int>(end - m_rangeEnd) - 1);
    m_rangeEnd = end;
    endInsertRows();
    return false;
}

// One insert a frame, in front or at the end; when both wait they take turns.
bool MessageLogModel::publishFiltered()
{
    takeResults();
    std::vector<LogHits> &list = m_backHits.empty() || (m_frontTurn && !m_frontHits.empty()) ? m_frontHits : m_backHits;
    const bool front = &list == &m_frontHits;
    const qint64 count = trimBelow(list, m_recorder->store().firstNo());
    if (front && m_rows.count() + count > m_maximumRows) {
        m_rowsNotShown += static_cast<quint64>(count);
        list.clear();
        m_runner.dropBefore(visibleEnd()); // older ones would not be shown either
        return !m_backHits.empty();
    }
    if (!front && m_rows.count() + count > m_maximumRows) {
        const qint64 surplus = qMin(m_rows.count(), m_rows.count() + count - m_maximumRows);
        m_rowsNotShown += static_cast<quint64>(surplus);
        removeFirstRows(surplus);
    }
    std::vector<LogHits> taken = std::exchange(list, {}); // whoever hears of the rows may change the list
    if (count > 0) {
        const int row = front ? 0 : static_cast<int>(m_rows.count());
        beginInsertRows({}, row, row + static_cast<int>(count) - 1);
        for (LogHits &hits : taken)
            front ? m_rows.prepend(std::move(hits)) : m_rows.append(std::move(hits));
        endInsertRows();
    }
    m_frontTurn = !front;
    return !m_frontHits.empty() || !m_backHits.empty();
}

void MessageLogModel::resetRows()
{
    m_frameTimer.stop();
    m_rows.clear();
    m_frontHits.clear();
    m_backHits.clear();
    m_rowsNotShown = 0;
    const quint64 first = m_recorder->store().firstNo();
    m_rangeEnd = qMax(first, visibleEnd());
    m_rangeFirst = first;
    if (!isFiltered() && m_rangeEnd - m_rangeFirst > static_cast<quint64>(m_maximumRows)) {
        m_rangeFirst = m_rangeEnd - static_cast<quint64>(m_maximumRows);
        m_rowsNotShown = m_rangeFirst - first;
    }
}

// Starts the scan, waits a moment for the first screen, and shows it: the list is not empty in between.
void MessageLogModel::refilter(const Filter &filter)
{
    if (filter.isEmpty()) {
        m_runner.stop();
    } else {
        m_runner.start(filterInput(filter), m_recorder->store().chunks(), m_recorder->store().firstNo(), visibleEnd());
        m_runner.waitFor(firstScreenHits, std::chrono::milliseconds(firstScreenMs));
    }
    beginResetModel();
    m_filter = filter;
    resetRows();
    m_extendedTo = visibleEnd();
    if (isFiltered()) {
        takeResults();
        for (LogHits &hits : std::exchange(m_frontHits, {})) {
            const auto count = static_cast<qint64>(hits.offsets.size());
            if (m_rows.count() + count <= m_maximumRows)
                m_rows.prepend(std::move(hits));
            else
                m_rowsNotShown += static_cast<quint64>(count);
        }
    }
    endResetModel();
    m_published.start();
    m_wasScanning = isScanning();
}

void MessageLogModel::setFilter(const Filter &filter)
{
    if (filter == m_filter)
        return;
    refilter(filter);
    Q_EMIT filterChanged();
    Q_EMIT scanProgressed(scanProgress());
}

void MessageLogModel::clear()
{
    beginResetModel();
    forgetMessages();
    endResetModel();
    m_published.invalidate();
    if (isFiltered()) // what comes from here on
        m_runner.start(filterInput(m_filter), {}, 0, 0);
    m_extendedTo = m_recorder->store().endNo();
    Q_EMIT scanProgressed(1);
}

void MessageLogModel::forgetMessages()
{
    m_runner.stop();
    cancelFind();
    m_recorder->store().clear();
    m_firstWallNs = 0;
    resetRows();
    forgetTexts();
    m_failures.clear();
    m_annotations.clear(); // when there are no rows that could hear of it
}

RecoveryReport MessageLogModel::adopt(const QString &path)
{
    setPaused(false);
    clear();
    RecoveryReport report = m_recorder->store().adopt(path);
    if (const std::optional<StoredMessage> first = messageByNo(m_recorder->store().firstNo()))
        m_firstWallNs = first->wallNs();
    forgetTexts();
    refilter(Filter(m_filter));
    Q_EMIT scanProgressed(scanProgress());
    return report;
}

void MessageLogModel::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    if (paused) {
        publish(); // what is there already belongs to what the person saw coming
        m_pausedAt = m_recorder->store().endNo();
    }
    m_paused = paused;
    if (!paused)
        pump();
    Q_EMIT pausedChanged(paused);
}

quint64 MessageLogModel::hiddenByPause() const
{
    const quint64 end = m_recorder->store().endNo();
    return m_paused ? end - qMin(m_pausedAt, end) : 0;
}

void MessageLogModel::setLimits(const RecorderLimits &limits)
{
    m_recorder->setLimits(limits);
    dropOldest();
    pump();
}

void MessageLogModel::setMaximumRows(qint64 rows)
{
    m_maximumRows = std::clamp<qint64>(rows, 1, std::numeric_limits<int>::max());
    refilter(Filter(m_filter));
}

} // namespace SockScope
