#pragma once

#include <QAbstractListModel>

#include <deque>

#include "core/simulate/scriptrunner.h"

namespace SockScope {

/*! What a script said, and its errors.
 *  Path    Scripts → [this] → ScriptsPanel
 *  Shape   a row a line, newest at the end; at most maximumRows, the oldest leave first and are counted
 *  Units   lines and columns of the script from 1, 0: none
 *  Errors  rows of their own
 *  Thread  the window's
 *  Source  none
 */
class ScriptLogModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { ErrorRole = Qt::UserRole, LineRole, ColumnRole };
    static constexpr int maximumRows = 2'000;

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    void append(const QList<ScriptLine> &lines);
    void clear();
    quint64 dropped() const { return m_dropped; }
    void countDropped(quint64 lines) { m_dropped += lines; }

private:
    std::deque<ScriptLine> m_lines;
    quint64 m_dropped = 0;
};

} // namespace SockScope
