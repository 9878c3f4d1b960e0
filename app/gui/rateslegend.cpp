#include "app/gui/rateslegend.h"

#include <QIcon>
#include <QPainter>
#include <QPixmap>

#include <algorithm>

#include "ui/models/roles.h"

namespace SockScope {

namespace {

QIcon lineIcon(const QColor &color, Qt::PenStyle style)
{
    QPixmap pixmap(18, 12);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setPen(QPen(color, 2.5, style));
    painter.drawLine(1, 6, 17, 6);
    return QIcon(pixmap);
}

} // namespace

int RatesLegend::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int RatesLegend::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RatesLegend::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Line &line = m_lines[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case SortRole:
        return index.column() == NameColumn ? line.name : index.column() == ValueColumn ? line.value : line.total;
    case NumericRole:
        return index.column() != NameColumn;
    case Qt::DecorationRole:
        return index.column() == NameColumn ? lineIcon(line.color, line.style) : QVariant();
    case Qt::CheckStateRole:
        if (index.column() != NameColumn)
            return {};
        return static_cast<int>(isShown(line.key, line.others) ? Qt::Checked : Qt::Unchecked);
    default:
        return {};
    }
}

QVariant RatesLegend::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section != NameColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Line"), tr("Value"), tr("Total")};
    return texts[section];
}

void RatesLegend::setLines(std::vector<Line> lines)
{
    const bool same = std::equal(lines.begin(), lines.end(), m_lines.begin(), m_lines.end(),
                                 [](const Line &a, const Line &b) { return a.key == b.key && a.others == b.others; });
    if (!same)
        beginResetModel();
    m_lines = std::move(lines);
    if (!same)
        endResetModel();
    else if (!m_lines.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

void RatesLegend::toggle(int row)
{
    if (row < 0 || row >= rowCount())
        return;
    const Line &line = m_lines[static_cast<size_t>(row)];
    if (m_hidden.erase({line.key, line.others}) == 0)
        m_hidden.insert({line.key, line.others});
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    Q_EMIT shownChanged();
}

void RatesLegend::showAll()
{
    if (m_hidden.empty())
        return;
    m_hidden.clear();
    if (!m_lines.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT shownChanged();
}

} // namespace SockScope
