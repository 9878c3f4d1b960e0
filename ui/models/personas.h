#pragma once

#include <QAbstractListModel>

#include "core/project/jsonnode.h"
#include "core/simulate/persona.h"

class QSettings;

namespace SockScope {

/*! The personas of a project.
 *  Path    project, a person → [this] → PersonasPanel, SwarmPlan
 *  Shape   a row a persona, each kept as the JSON that was written
 *  Units   none
 *  Errors  set answers what is wrong with one, and changes nothing then
 *  Thread  the window's
 *  Source  none
 */
class Personas : public QAbstractListModel
{
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

    QString name(int row) const;
    const JsonNode &node(int row) const { return m_nodes.at(static_cast<size_t>(row)); }
    /// In place of a row, or at the end; what is wrong otherwise.
    std::optional<SimulateError> set(int row, const JsonNode &persona);
    std::optional<SimulateError> insert(int row, const JsonNode &persona);
    JsonNode take(int row);
    /// A list of good ones.
    void setJson(const JsonNode &list);
    JsonNode toJson() const;
    void load(const QSettings &settings);
    void save(QSettings &settings) const;

Q_SIGNALS:
    void personasChanged();

private:
    std::vector<JsonNode> m_nodes;
};

} // namespace SockScope
