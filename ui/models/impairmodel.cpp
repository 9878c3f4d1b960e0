#include "ui/models/impairmodel.h"

#include "core/impair/impairreport.h"
#include "core/impair/impairtext.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"

namespace SockScope {

ImpairModel::ImpairModel(SockController *controller, QObject *parent)
    : QAbstractTableModel(parent)
    , m_controller(controller)
    , m_rows(static_cast<int>(controller->impairments().size()))
{
    connect(controller, &SockController::impairmentsChanged, this, &ImpairModel::handleChanged);
    connect(controller, &SockController::impairmentsRead, this, &ImpairModel::handleRead);
}

int ImpairModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int ImpairModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const ImpairReport *ImpairModel::report(int row) const
{
    const std::vector<ImpairReport> &reports = m_controller->impairReports();
    return static_cast<qsizetype>(reports.size()) == m_controller->impairments().size()
               ? &reports[static_cast<size_t>(row)]
               : nullptr;
}

quint64 ImpairModel::value(const ImpairStats &stats, int column)
{
    switch (column) {
    case AppliedColumn:
        return stats.applied;
    case LostColumn:
        return stats.lost;
    case DelayedColumn:
        return stats.delayed;
    case DuplicatedColumn:
        return stats.duplicated;
    case CorruptedColumn:
        return stats.corrupted;
    case OvertookColumn:
        return stats.overtook;
    case FullColumn:
        return stats.queueFull;
    case WaitingColumn:
        return static_cast<quint64>(stats.waiting);
    default:
        return 0;
    }
}

QVariant ImpairModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid) || !m_controller ||
        index.row() >= m_controller->impairments().size())
        return {};
    if (role == NumericRole)
        return index.column() != WordsColumn;
    if (index.column() == WordsColumn) {
        if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != SortRole)
            return {};
        return impairText(m_controller->impairments().at(index.row()));
    }
    const ImpairReport *found = report(index.row());
    if (!found)
        return {};
    const quint64 in = value(found->in, index.column());
    const quint64 out = value(found->out, index.column());
    if (role == Qt::DisplayRole)
        return Format::count(in + out);
    if (role == SortRole)
        return in + out;
    if (role == Qt::ToolTipRole)
        return tr("%1 in, %2 out").arg(Format::count(in), Format::count(out));
    return {};
}

QVariant ImpairModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section != WordsColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Impairment"), tr("Messages"), tr("Lost"),     tr("Delayed"), tr("Copied"),
                                        tr("Corrupted"),  tr("Overtook"), tr("No place"), tr("Waiting")};
    return texts[section];
}

void ImpairModel::handleChanged()
{
    const int now = static_cast<int>(m_controller->impairments().size());
    if (now > m_rows) {
        beginInsertRows({}, m_rows, now - 1);
        m_rows = now;
        endInsertRows();
    } else if (now < m_rows) {
        beginRemoveRows({}, now, m_rows - 1);
        m_rows = now;
        endRemoveRows();
    }
    handleRead();
}

void ImpairModel::handleRead()
{
    if (m_rows > 0)
        Q_EMIT dataChanged(index(0, 0), index(m_rows - 1, ColumnCount - 1));
}

} // namespace SockScope
