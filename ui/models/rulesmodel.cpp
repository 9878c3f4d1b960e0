#include "ui/models/rulesmodel.h"

#include "core/project/jsontext.h"
#include "core/simulate/rulejson.h"
#include "ui/models/format.h"
#include "ui/models/simulation.h"

namespace SockScope {

RulesModel::RulesModel(Simulation *simulation, QObject *parent)
    : QAbstractTableModel(parent)
    , m_simulation(simulation)
    , m_rows(static_cast<int>(simulation->rules().size()))
{
    connect(simulation, &Simulation::rulesChanged, this, &RulesModel::handleRulesChanged);
    connect(simulation, &Simulation::reported, this, [this] {
        if (m_rows > 0)
            Q_EMIT dataChanged(index(0, HitsColumn), index(m_rows - 1, ErrorColumn));
    });
}

void RulesModel::handleRulesChanged()
{
    const int rows = static_cast<int>(m_simulation->rules().size());
    if (rows == m_rows) { // what is chosen stays chosen
        if (rows > 0)
            Q_EMIT dataChanged(index(0, 0), index(rows - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_rows = rows;
    endResetModel();
}

int RulesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int RulesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RulesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Rule &rule = m_simulation->rules().at(index.row());
    const RuleReport &report = m_simulation->report();
    const auto row = static_cast<size_t>(index.row());
    const RuleStats stats = row < report.rules.size() ? report.rules[row] : RuleStats();
    quint64 failed = 0;
    for (const ActionStats &action : stats.actions)
        failed += action.failed;
    const QString error = report.failures.value(index.row());
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case NameColumn:
            return rule.name.isEmpty() ? tr("rule %1").arg(index.row() + 1) : rule.name;
        case HitsColumn:
            return Format::count(qint64(stats.hits));
        case FailedColumn:
            return Format::count(qint64(failed));
        default:
            return error;
        }
    case Qt::CheckStateRole:
        return index.column() == NameColumn ? QVariant(rule.enabled ? Qt::Checked : Qt::Unchecked) : QVariant();
    case Qt::ToolTipRole:
        return index.column() == ErrorColumn
                   ? error
                   : QString::fromUtf8(writeJsonText(rulesToJson({rule}).items().front()).left(2000));
    case Qt::TextAlignmentRole:
        return index.column() == HitsColumn || index.column() == FailedColumn
                   ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter))
                   : QVariant();
    default:
        return {};
    }
}

bool RulesModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role != Qt::CheckStateRole ||
        index.column() != NameColumn)
        return false;
    m_simulation->setRuleEnabled(index.row(), value.toInt() == Qt::Checked);
    return true;
}

QVariant RulesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return int(section == HitsColumn || section == FailedColumn ? Qt::AlignRight | Qt::AlignVCenter
                                                                    : Qt::AlignLeft | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString titles[] = {tr("Rule"), tr("Hits"), tr("Failed"), tr("Last error")};
    return section >= 0 && section < ColumnCount ? titles[section] : QVariant();
}

Qt::ItemFlags RulesModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags result = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == NameColumn)
        result |= Qt::ItemIsUserCheckable;
    return result;
}

} // namespace SockScope
