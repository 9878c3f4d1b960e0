#pragma once

#include <QSortFilterProxyModel>

namespace SockScope {

/*! A tree of compared fields, or what changed of it.
 *  Path    FieldTreeModel → [this] → the compare dialog
 *  Shape   the same columns and roles
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class ChangedFieldsModel : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setOnlyChanged(bool only);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    bool m_only = false;
};

} // namespace SockScope
