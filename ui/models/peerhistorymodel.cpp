#include "ui/models/peerhistorymodel.h"

#include <algorithm>
#include <utility>

#include "ui/models/format.h"
#include "ui/models/peermodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

namespace SockScope {

PeerHistoryModel::PeerHistoryModel(const PeerModel *peers, const SockDirectory *directory, QObject *parent)
    : QAbstractTableModel(parent)
    , m_peers(peers)
    , m_directory(directory)
{
}

int PeerHistoryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int PeerHistoryModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PeerHistoryModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Line &line = m_lines[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case SortRole:
        if (index.column() == TimeColumn)
            return role == SortRole ? QVariant(line.wallUs) : QVariant(Format::clockTime(line.wallUs).left(12));
        return index.column() == PeerColumn     ? line.key.endpoint.toString()
               : index.column() == SocketColumn ? m_directory->name(line.key.sockId)
                                                : line.text;
    case Qt::ToolTipRole:
        return index.column() == TimeColumn ? Format::dateTime(line.wallUs) : line.details;
    case NumericRole:
        return index.column() == TimeColumn;
    case SockIdRole:
        return line.key.sockId;
    case EndpointRole:
        return QVariant::fromValue(line.key.endpoint);
    case WallUsRole:
        return line.wallUs;
    default:
        return {};
    }
}

QVariant PeerHistoryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == NumericRole)
        return section == TimeColumn;
    if (role != Qt::DisplayRole)
        return {};
    const QString texts[ColumnCount] = {tr("Time"), tr("Peer"), tr("Socket"), tr("What happened")};
    return texts[section];
}

void PeerHistoryModel::setPeer(const std::optional<PeerKey> &key)
{
    m_key = key;
    read();
}

void PeerHistoryModel::read()
{
    std::vector<Line> lines;
    quint64 leftOut = 0;
    if (!m_key) {
        leftOut = m_peers->past().forgotten();
        for (const PastPeers::Entry &entry : m_peers->past().entries())
            lines.push_back({entry.story.lastUs(), entry.key, entry.story.summary(), entry.story.lines()});
        std::reverse(lines.begin(), lines.end());
    } else if (const PeerStory *story = m_peers->storyOf(*m_key)) {
        leftOut = story->leftOut();
        for (const PeerEvent &event : story->events())
            lines.push_back({event.wallUs, *m_key, PeerStory::what(event), {}});
    }
    const bool same =
        std::equal(lines.begin(), lines.end(), m_lines.begin(), m_lines.end(), [](const Line &a, const Line &b) {
            return a.wallUs == b.wallUs && a.key == b.key && a.text == b.text;
        });
    m_leftOut = leftOut;
    if (same)
        return; // whoever reads it keeps the place
    beginResetModel();
    m_lines = std::move(lines);
    endResetModel();
}

} // namespace SockScope
