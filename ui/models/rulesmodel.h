#pragma once

#include <QAbstractTableModel>

namespace SockScope {

class Simulation;

/*! The rules with what they have done.
 *  Path    Simulation → [this] → RulesPanel
 *  Shape   a row a rule, in the order in which they see a message; the check box of the first column turns it on and
 *          off
 *  Units   counts
 *  Errors  the last of each rule is a column
 *  Thread  the window's
 *  Source  none
 */
class RulesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { NameColumn, HitsColumn, FailedColumn, ErrorColumn, ColumnCount };

    explicit RulesModel(Simulation *simulation, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

private:
    void handleRulesChanged();

    Simulation *m_simulation;
    int m_rows = 0;
};

} // namespace SockScope
