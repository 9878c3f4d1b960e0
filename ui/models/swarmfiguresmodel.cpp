#include "ui/models/swarmfiguresmodel.h"

#include <algorithm>

#include "core/simulate/swarm.h"
#include "ui/models/format.h"

namespace SockScope {

int SwarmFiguresModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SwarmFiguresModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant SwarmFiguresModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto &[name, value] = m_rows[static_cast<size_t>(index.row())];
    if (role == Qt::DisplayRole || (role == Qt::ToolTipRole && index.column() == NameColumn))
        return index.column() == NameColumn ? name : value;
    if (role == Qt::TextAlignmentRole && index.column() == ValueColumn)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant SwarmFiguresModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return int(section == ValueColumn ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == NameColumn ? tr("The swarm") : tr("Count");
}

void SwarmFiguresModel::clear()
{
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

void SwarmFiguresModel::show(const SwarmStats &stats, int count)
{
    std::vector<std::pair<QString, QString>> rows;
    const auto number = [](quint64 value) { return Format::count(qint64(value)); };
    const auto add = [&](const QString &name, quint64 value, bool always = false) {
        if (always || value > 0)
            rows.emplace_back(name, number(value));
    };
    rows.emplace_back(tr("connected"), tr("%1 of %2").arg(number(quint64(stats.connected)), number(quint64(count))));
    add(tr("started"), quint64(stats.started), true);
    add(tr("could not start or connect"), quint64(stats.failed), true);
    add(tr("lost"), quint64(stats.lost - stats.lostMisbehaving), true);
    add(tr("lost of those that misbehave"), quint64(stats.lostMisbehaving));
    add(tr("heartbeats"), stats.heartbeats);
    add(tr("connected again"), stats.reconnects);
    add(tr("sequences passed"), quint64(stats.sequencesPassed));
    add(tr("sequences failed"), quint64(stats.sequencesFailed));
    add(tr("script calls"), stats.scripts.calls);
    add(tr("sent by scripts"), stats.scripts.sent);
    add(tr("not sent by scripts"), stats.scripts.refused);
    add(tr("errors of scripts"), stats.scripts.errors);
    add(tr("lines that scripts said"), stats.scriptLines + stats.scripts.droppedLogLines);
    for (size_t i = 1; i < misbehaviourCount; ++i)
        add(tr("misbehaving: %1").arg(misbehaviourName(static_cast<Misbehaviour>(i))), quint64(stats.misbehaving[i]));
    for (const auto &terms : {stats.ledger.inboundTerms(), stats.ledger.outboundTerms()})
        for (const LedgerTerm &term : terms)
            add(term.label, term.count.messages, &term == &terms.front());
    rows.emplace_back(tr("ledger"), stats.isBalanced ? tr("balanced") : tr("DOES NOT ADD UP: a defect of SockScope"));

    const bool isSame = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
                                   [](const auto &a, const auto &b) { return a.first == b.first; });
    if (!isSame)
        beginResetModel();
    m_rows = std::move(rows);
    if (!isSame)
        endResetModel();
    else
        Q_EMIT dataChanged(index(0, ValueColumn), index(rowCount() - 1, ValueColumn));
}

} // namespace SockScope
