#include "ui/models/messagelogmodel.h"

#include <algorithm>
#include <limits>

#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

namespace SockScope {

MessageLogModel::MessageLogModel(std::shared_ptr<Recorder> recorder, const SockDirectory *directory, QObject *parent)
    : QAbstractTableModel(parent)
    , m_recorder(std::move(recorder))
    , m_directory(directory)
    , m_rangeFirst(m_recorder->store().firstNo())
    , m_rangeEnd(m_recorder->store().endNo())
    , m_scanned(m_recorder->store().endNo())
    , m_scanStart(m_recorder->store().firstNo())
{
    m_sliceTimer.setSingleShot(true);
    connect(&m_sliceTimer, &QTimer::timeout, this, &MessageLogModel::pump);
    if (m_rangeFirst < m_rangeEnd)
        m_firstWallUs = m_recorder->store().message(m_rangeFirst)->wallUs();
}

MessageLogModel::~MessageLogModel() = default;

StoredMessage MessageLogModel::message(int row) const
{
    return m_recorder->store().message(noOfRow(row)).value_or(StoredMessage());
}

std::optional<StoredMessage> MessageLogModel::messageByNo(quint64 no) const
{
    return m_recorder->store().message(no);
}

quint64 MessageLogModel::noOfRow(int row) const
{
    if (row < 0 || row >= rowCount())
        return 0;
    return isFiltered() ? m_rows[static_cast<size_t>(row)] : m_rangeFirst + static_cast<quint64>(row);
}

int MessageLogModel::rowAtOrAfterNo(quint64 no) const
{
    if (!isFiltered()) {
        if (no >= m_rangeEnd)
            return -1;
        return static_cast<int>(qMax(no, m_rangeFirst) - m_rangeFirst);
    }
    const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), no);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int MessageLogModel::rowOfNo(quint64 no) const
{
    const int row = rowAtOrAfterNo(no);
    return row >= 0 && noOfRow(row) == no ? row : -1;
}

quint64 MessageLogModel::visibleEnd() const
{
    return m_paused ? qMin(m_pausedAt, m_recorder->store().endNo()) : m_recorder->store().endNo();
}

bool MessageLogModel::collect(qsizetype maximum)
{
    std::vector<MessageBatch> batches = m_recorder->takeInbox(maximum);
    if (batches.empty())
        return false;
    if (m_firstWallUs == 0)
        m_firstWallUs = batches.front().heads().front().wallNs / 1000;
    m_recorder->append(std::move(batches));
    dropOldest();
    pump();
    return m_recorder->stats().waiting > 0;
}

void MessageLogModel::dropOldest()
{
    const quint64 keptFrom = m_recorder->store().toDrop();
    if (keptFrom <= m_recorder->store().firstNo())
        return;
    removeBefore(keptFrom);
    m_recorder->store().dropBefore(keptFrom);
}

// Before the messages leave the store, so that whoever is told of the removal can still read them.
void MessageLogModel::removeBefore(quint64 firstNo)
{
    int count = rowAtOrAfterNo(firstNo);
    if (count < 0)
        count = rowCount();
    if (count > 0)
        beginRemoveRows({}, 0, count - 1);
    if (isFiltered())
        m_rows.erase(m_rows.begin(), m_rows.begin() + count);
    m_rangeFirst = qMax(m_rangeFirst, firstNo);
    m_rangeEnd = qMax(m_rangeEnd, m_rangeFirst);
    m_pending.erase(m_pending.begin(), std::lower_bound(m_pending.begin(), m_pending.end(), firstNo));
    if (count > 0)
        endRemoveRows();
    const auto firstKept = m_marks.lower_bound(firstNo);
    if (firstKept != m_marks.begin()) {
        m_marks.erase(m_marks.begin(), firstKept);
        Q_EMIT marksChanged();
    }
}

// The one place where rows appear: scans what is new, and publishes the hits at most once a frame.
void MessageLogModel::pump()
{
    const bool wasScanning = isScanning();
    const bool done = scanSlice(sliceMs * 1'000'000LL);
    const qint64 sinceMs = m_published.isValid() ? m_published.elapsed() : std::numeric_limits<qint64>::max();
    if (sinceMs >= frameMs - 1)
        publish();
    if (!done)
        m_sliceTimer.start(0);
    else if (!m_pending.empty() || (!isFiltered() && m_rangeEnd < visibleEnd()))
        m_sliceTimer.start(static_cast<int>(qMax<qint64>(1, frameMs - sinceMs)));
    if (isFiltered() && (wasScanning || !done))
        Q_EMIT scanProgressed(scanProgress());
}

bool MessageLogModel::scanSlice(qint64 budgetNs)
{
    if (!isFiltered())
        return true;
    const quint64 end = visibleEnd();
    m_scanned = qMax(m_scanned, m_recorder->store().firstNo());
    QElapsedTimer timer;
    timer.start();
    for (int examined = 0; m_scanned < end; ++m_scanned) {
        if ((++examined & 15) == 0 && timer.nsecsElapsed() >= budgetNs)
            return false;
        if (m_filter.matches(*m_recorder->store().message(m_scanned), *m_directory))
            m_pending.push_back(m_scanned);
    }
    return true;
}

void MessageLogModel::publish()
{
    if (isFiltered()) {
        if (m_pending.empty())
            return;
        const int first = static_cast<int>(m_rows.size());
        beginInsertRows({}, first, first + static_cast<int>(m_pending.size()) - 1);
        m_rows.insert(m_rows.end(), m_pending.begin(), m_pending.end());
        m_pending.clear();
    } else {
        const quint64 end = visibleEnd();
        if (m_rangeEnd < m_recorder->store().firstNo() && m_rangeFirst == m_rangeEnd)
            m_rangeFirst = m_rangeEnd = m_recorder->store().firstNo(); // a batch that was larger than the store
        if (m_rangeEnd >= end)
            return;
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(end - m_rangeEnd) - 1);
        m_rangeEnd = end;
    }
    m_published.start();
    endInsertRows();
}

void MessageLogModel::resetRows()
{
    m_sliceTimer.stop();
    m_rows.clear();
    m_pending.clear();
    m_scanStart = m_scanned = m_rangeFirst = m_recorder->store().firstNo();
    m_rangeEnd = qMax(m_rangeFirst, visibleEnd());
    if (!isFiltered())
        return;
    scanSlice(sliceMs * 1'000'000LL);
    m_rows.assign(m_pending.begin(), m_pending.end());
    m_pending.clear();
}

void MessageLogModel::clear()
{
    beginResetModel();
    m_recorder->store().clear();
    const bool hadMarks = !m_marks.empty();
    m_marks.clear();
    m_firstWallUs = 0;
    resetRows();
    m_scanned = m_recorder->store().endNo();
    m_published.invalidate();
    endResetModel();
    if (hadMarks)
        Q_EMIT marksChanged();
    Q_EMIT scanProgressed(1);
}

void MessageLogModel::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    if (paused) {
        publish(); // what was scanned already belongs to what the person saw coming
        m_pausedAt = m_recorder->store().endNo();
    }
    m_paused = paused;
    if (!paused)
        pump();
    Q_EMIT pausedChanged(paused);
}

quint64 MessageLogModel::hiddenByPause() const
{
    return m_paused ? m_recorder->store().endNo() - qMin(m_pausedAt, m_recorder->store().endNo()) : 0;
}

void MessageLogModel::setLimits(const RecorderLimits &limits)
{
    beginResetModel();
    m_recorder->setLimits(limits);
    m_recorder->store().dropBefore(m_recorder->store().toDrop());
    m_marks.erase(m_marks.begin(), m_marks.lower_bound(m_recorder->store().firstNo()));
    resetRows();
    endResetModel();
    Q_EMIT marksChanged();
    pump();
}

void MessageLogModel::setFilter(const MessageFilter &filter)
{
    if (filter == m_filter)
        return;
    beginResetModel();
    m_filter = filter;
    resetRows();
    endResetModel();
    m_published.start();
    Q_EMIT filterChanged();
    Q_EMIT scanProgressed(scanProgress());
    if (isScanning())
        m_sliceTimer.start(0);
}

bool MessageLogModel::isScanning() const
{
    return isFiltered() && qMax(m_scanned, m_recorder->store().firstNo()) < visibleEnd();
}

double MessageLogModel::scanProgress() const
{
    if (!isScanning())
        return 1;
    const quint64 first = qMax(m_scanStart, m_recorder->store().firstNo());
    const quint64 done = qMax(m_scanned, first) - first;
    return static_cast<double>(done) / static_cast<double>(qMax<quint64>(1, visibleEnd() - first));
}

void MessageLogModel::setTimeFormat(TimeFormat format)
{
    if (m_timeFormat == format)
        return;
    m_timeFormat = format;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, TimeColumn), index(rowCount() - 1, TimeColumn), {Qt::DisplayRole});
    Q_EMIT headerDataChanged(Qt::Horizontal, TimeColumn, TimeColumn);
    Q_EMIT timeFormatChanged();
}

void MessageLogModel::refreshTexts()
{
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

} // namespace SockScope
