#pragma once

#include <QAbstractTableModel>
#include <QColor>

#include <unordered_set>
#include <vector>

#include "ui/models/ratecounts.h"

namespace SockScope {

/*! The list of lines beside the plot: name, value at the cursor, total; one that is unchecked is not drawn.
 *  Path    RatesPanel → [this] → the legend's table
 *  Shape   one row a line, known by its key, so that a hidden line stays hidden while the order changes. Roles:
 *          SortRole NumericRole Qt::DecorationRole (how the line is drawn) Qt::CheckStateRole
 *  Units   the texts say theirs
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class RatesLegend : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, ValueColumn, TotalColumn, ColumnCount };
    struct Line
    {
        RateKey key;
        bool others = false;
        QString name;
        QString value;
        QString total;
        QColor color;
        Qt::PenStyle style = Qt::SolidLine;
    };

    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// A reset when other lines stand in it, a change of texts otherwise.
    void setLines(std::vector<Line> lines);
    const std::vector<Line> &lines() const { return m_lines; }
    bool isShown(const RateKey &key, bool others) const { return !m_hidden.contains({key, others}); }
    void toggle(int row);
    void showAll();

Q_SIGNALS:
    void shownChanged();

private:
    struct Id
    {
        RateKey key;
        bool others = false;
        friend bool operator==(const Id &, const Id &) = default;
    };
    struct IdHash
    {
        size_t operator()(const Id &id) const noexcept { return RateKeyHash()(id.key) ^ (id.others ? 1 : 0); }
    };

    std::vector<Line> m_lines;
    std::unordered_set<Id, IdHash> m_hidden;
};

} // namespace SockScope
