#include "ui/models/injecthistory.h"

#include <utility>

#include "ui/models/messagetreemodel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

int InjectHistory::add(const ProjectMessage &message, const QDateTime &when, const QString &breakage)
{
    const int number = m_next++;
    beginInsertRows({}, 0, 0);
    m_entries.prepend({number, message, when, breakage, {}, false});
    m_characters += message.payload.size();
    endInsertRows();
    while (m_entries.size() > 1 && (m_entries.size() > maximum || m_characters > maximumCharacters)) {
        const int last = static_cast<int>(m_entries.size()) - 1;
        ++m_forgotten; // before the view hears of it and says so
        beginRemoveRows({}, last, last);
        m_characters -= m_entries.takeLast().message.payload.size();
        endRemoveRows();
    }
    return number;
}

void InjectHistory::setResult(int number, const QString &result, bool failed)
{
    for (int row = 0; row < static_cast<int>(m_entries.size()); ++row) {
        if (m_entries.at(row).number != number)
            continue;
        m_entries[row].result = result;
        m_entries[row].failed = failed;
        Q_EMIT dataChanged(index(row), index(row));
        return;
    }
}

std::optional<ProjectMessage> InjectHistory::messageAt(const QModelIndex &index) const
{
    return checkIndex(index, CheckIndexOption::IndexIsValid) ? std::optional(m_entries.at(index.row()).message)
                                                             : std::nullopt;
}

QString InjectHistory::breakageAt(const QModelIndex &index) const
{
    return checkIndex(index, CheckIndexOption::IndexIsValid) ? m_entries.at(index.row()).breakage : QString();
}

void InjectHistory::clear()
{
    beginResetModel();
    m_entries.clear();
    m_characters = 0;
    m_forgotten = 0;
    endResetModel();
}

int InjectHistory::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant InjectHistory::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry &entry = m_entries.at(index.row());
    const ProjectMessage &message = entry.message;
    switch (role) {
    case Qt::DisplayRole:
        return QString(entry.when.toString(u"HH:mm:ss"_s) + (message.asReceived ? u" ← "_s : u" → "_s) +
                       (entry.breakage.isEmpty() ? QString() : u'[' + entry.breakage + u"] "_s) +
                       MessageTreeModel::nameOf(message));
    case Qt::ToolTipRole: {
        constexpr qsizetype shown = 1000;
        const QString peer = message.to.isEmpty() ? tr("all peers") : message.to;
        QString way = (message.asReceived ? tr("%1, as if from %2") : tr("%1 to %2")).arg(message.socket, peer);
        if (!entry.breakage.isEmpty())
            way += tr(", broken on purpose: %1").arg(entry.breakage);
        return QString(way + u'\n' + message.payload.left(shown) +
                       (entry.result.isEmpty() ? QString() : u'\n' + entry.result));
    }
    case FailedRole:
        return entry.failed;
    default:
        return {};
    }
}

} // namespace SockScope
