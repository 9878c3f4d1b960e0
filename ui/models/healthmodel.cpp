#include "ui/models/healthmodel.h"

#include <QMetaEnum>

#include <algorithm>

#include "ui/models/format.h"

namespace SockScope {

HealthModel::HealthModel(QObject *parent)
    : QAbstractItemModel(parent)
{
}

// internalId: 0 for a sock's row, and the sock's number for the rows under it, which so survive the removal of others.
QModelIndex HealthModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column,
                       parent.isValid() ? quintptr(m_sections[static_cast<size_t>(parent.row())].sockId) : quintptr(0));
}

QModelIndex HealthModel::parent(const QModelIndex &child) const
{
    if (!child.isValid() || child.internalId() == 0)
        return {};
    const int row = rowOf(static_cast<quint32>(child.internalId()));
    return row < 0 ? QModelIndex() : createIndex(row, 0, quintptr(0));
}

int HealthModel::rowOf(quint32 sockId) const
{
    const auto found = std::find_if(m_sections.begin(), m_sections.end(),
                                    [sockId](const Section &section) { return section.sockId == sockId; });
    return found == m_sections.end() ? -1 : static_cast<int>(found - m_sections.begin());
}

int HealthModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return static_cast<int>(m_sections.size());
    return parent.internalId() == 0 && parent.column() == 0 ? MetricCount : 0;
}

int HealthModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QString HealthModel::metricName(int metric)
{
    switch (metric) {
    case StateMetric:
        return tr("State");
    case LedgerMetric:
        return tr("Ledger");
    case PeersMetric:
        return tr("Peers");
    case ParseQueueMetric:
        return tr("Parse queue");
    case InQueueMetric:
        return tr("In queue");
    case SendQueueMetric:
        return tr("Send queue");
    case TickPeriodMetric:
        return tr("Tick period");
    case MissedTicksMetric:
        return tr("Missed ticks");
    case LateTicksMetric:
        return tr("Late ticks");
    case BlockedHandlersMetric:
        return tr("Blocked handlers");
    case KernelDropsMetric:
        return tr("Kernel drops");
    case ReceiveBufferMetric:
        return tr("Receive buffer");
    case LostRecordsMetric:
        return tr("Records lost");
    case LostErrorsMetric:
        return tr("Errors not listed");
    default:
        return {};
    }
}

HealthModel::Line HealthModel::line(const SockSnapshot &snapshot, int metric)
{
    const auto queue = [](const QueueStats &stats) {
        Line line;
        line.value = tr("%1 of %2")
                         .arg(Format::count(static_cast<qint64>(stats.depth)),
                              Format::count(static_cast<qint64>(stats.capacity)));
        line.note = tr("highest %1; %2 of %3, highest %4")
                        .arg(Format::count(static_cast<qint64>(stats.highWater)),
                             Format::bytes(static_cast<quint64>(stats.bytes)),
                             Format::bytes(static_cast<quint64>(stats.capacityBytes)),
                             Format::bytes(static_cast<quint64>(stats.highWaterBytes)));
        if (stats.full > 0) {
            line.level = Level::Warning;
            line.note += tr("; was full %1 times").arg(Format::count(stats.full));
        }
        return line;
    };
    const auto counted = [](quint64 count, Level level, const QString &note) {
        return Line{Format::count(count), count > 0 ? note : QString(), count > 0 ? level : Level::Good};
    };
    switch (metric) {
    case StateMetric:
        if (snapshot.lastError)
            return {snapshot.state, snapshot.lastError->toString(), snapshot.active ? Level::Warning : Level::Error};
        return {snapshot.state, {}, snapshot.active ? Level::Good : Level::Notice};
    case LedgerMetric:
        if (snapshot.ledger.isBalanced())
            return {tr("balanced"), tr("every message is handled, counted as lost, or still queued"), Level::Good};
        return {tr("not balanced"), tr("a defect of SockScope: please report it with the ledger"), Level::Error};
    case PeersMetric: {
        const bool full = snapshot.peerLimit > 0 && snapshot.peerCount >= snapshot.peerLimit;
        return {tr("%1 of at most %2")
                    .arg(Format::count(static_cast<qint64>(snapshot.peerCount)),
                         Format::count(static_cast<qint64>(snapshot.peerLimit))),
                full ? tr("full: new peers are refused") : QString(), full ? Level::Warning : Level::Good};
    }
    case ParseQueueMetric:
        return queue(snapshot.parseQueue);
    case InQueueMetric:
        return queue(snapshot.inQueue);
    case SendQueueMetric:
        return {Format::bytes(static_cast<quint64>(qMax<qsizetype>(0, snapshot.sendQueueBytes))), {}, Level::Good};
    case TickPeriodMetric:
        if (snapshot.tick.intervalNs <= 0)
            return {tr("no ticks"), {}, Level::Good};
        return {Format::duration(snapshot.tick.lastPeriodNs),
                tr("asked for %1; largest deviation %2; %3 ticks")
                    .arg(Format::duration(snapshot.tick.intervalNs), Format::duration(snapshot.tick.maximumDeviationNs),
                         Format::count(snapshot.tick.ticks)),
                Level::Good};
    case MissedTicksMetric:
    case LateTicksMetric: {
        const quint64 count = metric == MissedTicksMetric ? snapshot.tick.missed : snapshot.tick.late;
        return counted(count, Level::Warning,
                       snapshot.lateTickCulprit.isEmpty() ? QString()
                                                          : tr("last one during: %1").arg(snapshot.lateTickCulprit));
    }
    case BlockedHandlersMetric:
        return counted(snapshot.blockedHandlers, Level::Warning, tr("handlers that held the socket's thread too long"));
    case KernelDropsMetric:
        return counted(snapshot.ledger.kernelDrops, Level::Warning,
                       tr("datagrams that the system dropped: enlarge the receive buffer or read faster"));
    case ReceiveBufferMetric:
        return {snapshot.receiveBufferBytes > 0 ? Format::bytes(static_cast<quint64>(snapshot.receiveBufferBytes))
                                                : tr("none"),
                snapshot.receiveBufferBytes > 0 ? tr("granted by the system") : QString(), Level::Good};
    case LostRecordsMetric:
        return counted(snapshot.lostRecords, Level::Warning,
                       tr("messages that the log could not take; the socket had them"));
    case LostErrorsMetric:
        return counted(snapshot.lostErrors + snapshot.lostFailures, Level::Warning,
                       tr("more errors than the list or their rows take at a time; all are counted"));
    default:
        return {};
    }
}

void HealthModel::apply(std::span<const SockChanges> changes)
{
    std::vector<Section> added;
    for (const SockChanges &one : changes) {
        const SockSnapshot &snapshot = one.snapshot;
        if (snapshot.sockId == 0)
            continue;
        Section fresh;
        fresh.sockId = snapshot.sockId;
        fresh.name = snapshot.name.isEmpty() ? snapshot.url : snapshot.name;
        for (int metric = 0; metric < MetricCount; ++metric) {
            fresh.lines.push_back(line(snapshot, metric));
            // a stopped sock is no alarm
            if (fresh.lines.back().level > Level::Notice)
                fresh.level = qMax(fresh.level, fresh.lines.back().level);
        }
        const auto same = [&](const Section &section) { return section.sockId == snapshot.sockId; };
        if (const auto twin = std::find_if(added.begin(), added.end(), same); twin != added.end()) {
            *twin = std::move(fresh);
            continue;
        }
        if (const int row = rowOf(snapshot.sockId); row >= 0)
            replace(row, std::move(fresh));
        else
            added.push_back(std::move(fresh));
    }
    if (!added.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
        m_sections.insert(m_sections.end(), std::make_move_iterator(added.begin()),
                          std::make_move_iterator(added.end()));
        endInsertRows();
    }
    updateWorst();
}

void HealthModel::replace(int row, Section &&fresh)
{
    Section &section = m_sections[static_cast<size_t>(row)];
    int first = MetricCount;
    int last = -1;
    for (int metric = 0; metric < MetricCount; ++metric) {
        if (fresh.lines[static_cast<size_t>(metric)] == section.lines[static_cast<size_t>(metric)])
            continue;
        first = qMin(first, metric);
        last = metric;
    }
    const bool head = fresh.name != section.name || fresh.level != section.level ||
                      fresh.lines[StateMetric] != section.lines[StateMetric];
    section = std::move(fresh);
    const QModelIndex top = index(row, 0);
    if (head)
        Q_EMIT dataChanged(top, top.siblingAtColumn(ColumnCount - 1));
    if (last >= 0)
        Q_EMIT dataChanged(index(first, 0, top), index(last, ColumnCount - 1, top));
}

void HealthModel::removeSock(quint32 sockId)
{
    const int row = rowOf(sockId);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_sections.erase(m_sections.begin() + row);
    endRemoveRows();
    updateWorst();
}

Level HealthModel::worst() const
{
    return m_worst;
}

void HealthModel::updateWorst()
{
    Level level = Level::Good;
    for (const Section &section : m_sections)
        level = qMax(level, section.level);
    if (level == m_worst)
        return;
    m_worst = level;
    Q_EMIT worstChanged(level);
}

QVariant HealthModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const bool top = index.internalId() == 0;
    const int sectionRow = top ? index.row() : rowOf(static_cast<quint32>(index.internalId()));
    if (sectionRow < 0)
        return {};
    const Section &section = m_sections[static_cast<size_t>(sectionRow)];
    const Line &shown = section.lines[static_cast<size_t>(top ? int(StateMetric) : index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case SortRole:
        if (index.column() == NameColumn)
            return top ? section.name : metricName(index.row());
        return index.column() == ValueColumn ? shown.value : shown.note;
    case NumericRole:
        return false;
    case Qt::ToolTipRole:
        return shown.note.isEmpty() ? QVariant() : QVariant(shown.note);
    case SockIdRole:
        return section.sockId;
    case LevelRole:
        return static_cast<int>(top ? section.level : shown.level);
    case KeyRole:
        return top ? QString() : QString::fromLatin1(QMetaEnum::fromType<Metric>().valueToKey(index.row()));
    default:
        return {};
    }
}

QVariant HealthModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == NameColumn    ? tr("Health")
           : section == ValueColumn ? tr("Value")
           : section == NoteColumn  ? tr("Note")
                                    : QVariant();
}

} // namespace SockScope
