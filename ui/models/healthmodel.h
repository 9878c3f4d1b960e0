#pragma once

#include <QAbstractItemModel>

#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"
#include "ui/models/roles.h"

namespace SockScope {

/*! How each sock is: a tree with a sock's health under its name.
 *  Path    SockChanges → [this] → the Health view
 *  Shape   columns Name, Value, Note; a top-level row a sock, and under it one row a Metric. Roles: SortRole SockIdRole
 *          LevelRole KeyRole (the Metric's name)
 *  Units   said in the text
 *  Errors  LevelRole Error or Warning where something is wrong; Note says what it means
 *  Thread  the window's
 *  Source  none
 */
class HealthModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, NoteColumn, ColumnCount };
    Q_ENUM(Column)
    enum Metric {
        StateMetric,
        LedgerMetric,
        PeersMetric,
        ParseQueueMetric,
        InQueueMetric,
        SendQueueMetric,
        TickPeriodMetric,
        MissedTicksMetric,
        LateTicksMetric,
        BlockedHandlersMetric,
        KernelDropsMetric,
        ReceiveBufferMetric,
        LostRecordsMetric,
        LostErrorsMetric,
        MetricCount
    };
    Q_ENUM(Metric)

    explicit HealthModel(QObject *parent = nullptr);

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &child) const override;
    using QObject::parent;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// The worst of all socks.
    Level worst() const;
    void apply(std::span<const SockChanges> changes);
    void removeSock(quint32 sockId);

Q_SIGNALS:
    void worstChanged(SockScope::Level level);

private:
    struct Line
    {
        QString value;
        QString note;
        Level level = Level::Good;
        friend bool operator==(const Line &, const Line &) = default;
    };
    struct Section
    {
        quint32 sockId = 0;
        QString name;
        std::vector<Line> lines;
        Level level = Level::Good;
    };
    static QString metricName(int metric);
    static Line line(const SockSnapshot &snapshot, int metric);
    int rowOf(quint32 sockId) const;
    void replace(int row, Section &&fresh);
    void updateWorst();

    std::vector<Section> m_sections;
    Level m_worst = Level::Good;
};

} // namespace SockScope
