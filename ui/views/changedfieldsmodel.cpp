#include "ui/views/changedfieldsmodel.h"

#include "ui/models/messagediff.h"
#include "ui/models/roles.h"

namespace SockScope {

void ChangedFieldsModel::setOnlyChanged(bool only)
{
    m_only = only;
    invalidateFilter();
}

bool ChangedFieldsModel::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    // A container is changed when anything in it is. What was not compared must be seen, too.
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    return !m_only || index.data(ChangeRole).toInt() != static_cast<int>(FieldChange::Same) ||
           index.data(LevelRole).toInt() != static_cast<int>(Level::Good);
}

} // namespace SockScope
