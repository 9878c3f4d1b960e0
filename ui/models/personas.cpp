#include "ui/models/personas.h"

#include <QSettings>

#include <utility>

#include "core/project/jsontext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

int Personas::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_nodes.size());
}

QString Personas::name(int row) const
{
    const JsonNode *name = row >= 0 && row < rowCount() ? node(row).find(u"name") : nullptr;
    return name ? name->text() : QString();
}

QVariant Personas::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::DisplayRole)
        return name(index.row());
    if (role == Qt::ToolTipRole)
        return QString::fromUtf8(writeJsonText(node(index.row())).left(2000));
    return {};
}

std::optional<SimulateError> Personas::set(int row, const JsonNode &persona)
{
    if (row < 0 || row >= rowCount())
        return insert(rowCount(), persona);
    JsonNode list = JsonNode::array();
    for (int other = 0; other < rowCount(); ++other)
        list.append(other == row ? persona : node(other));
    SimulateError error;
    if (!personasFromJson(list, &error))
        return error;
    m_nodes[static_cast<size_t>(row)] = persona;
    Q_EMIT dataChanged(index(row), index(row));
    Q_EMIT personasChanged();
    return std::nullopt;
}

std::optional<SimulateError> Personas::insert(int row, const JsonNode &persona)
{
    const int at = qBound(0, row, rowCount());
    JsonNode list = JsonNode::array();
    for (int other = 0; other < rowCount(); ++other) {
        if (other == at)
            list.append(persona);
        list.append(node(other));
    }
    if (at == rowCount())
        list.append(persona);
    SimulateError error;
    if (!personasFromJson(list, &error))
        return error;
    beginInsertRows({}, at, at);
    m_nodes.insert(m_nodes.begin() + at, persona);
    endInsertRows();
    Q_EMIT personasChanged();
    return std::nullopt;
}

JsonNode Personas::take(int row)
{
    beginRemoveRows({}, row, row);
    JsonNode taken = std::move(m_nodes[static_cast<size_t>(row)]);
    m_nodes.erase(m_nodes.begin() + row);
    endRemoveRows();
    Q_EMIT personasChanged();
    return taken;
}

void Personas::setJson(const JsonNode &list)
{
    if (list == toJson())
        return;
    beginResetModel();
    m_nodes = list.items();
    endResetModel();
    Q_EMIT personasChanged();
}

JsonNode Personas::toJson() const
{
    JsonNode list = JsonNode::array();
    for (const JsonNode &one : m_nodes)
        list.append(one);
    return list;
}

void Personas::load(const QSettings &settings)
{
    ProjectError damaged;
    SimulateError wrong;
    const auto list = parseJsonText(settings.value("simulate/personas"_L1).toString().toUtf8(), &damaged);
    setJson(list && personasFromJson(*list, &wrong) ? *list : JsonNode::array());
}

void Personas::save(QSettings &settings) const
{
    settings.setValue("simulate/personas"_L1, QString::fromUtf8(writeJsonText(toJson())));
}

} // namespace SockScope
