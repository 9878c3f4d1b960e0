#include "ui/models/ledgermodel.h"

#include "ui/models/format.h"
#include "ui/models/roles.h"

namespace SockScope {

LedgerModel::LedgerModel(QObject *parent)
    : QAbstractTableModel(parent)
    , m_rows(makeRows({}))
{
}

std::vector<LedgerModel::Row> LedgerModel::makeRows(const Ledger &ledger)
{
    std::vector<Row> rows;
    const auto add = [&rows](const std::vector<LedgerTerm> &terms, Section section) {
        bool total = true; // the left side comes first
        for (const LedgerTerm &term : terms) {
            rows.push_back({QString::fromLatin1(term.key), term.label, term.count, section, total, true, false});
            total = false;
        }
    };
    add(ledger.inboundTerms(), Inbound);
    add(ledger.outboundTerms(), Outbound);
    for (const LedgerNote &note : ledger.notes()) {
        const Count count = note.inBytes ? Count{0, note.count} : Count{note.count, 0};
        rows.push_back({QString::fromLatin1(note.key), note.label, count, Beside, false, note.inBytes,
                        note.kind == LedgerNote::Trouble});
    }
    return rows;
}

int LedgerModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int LedgerModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

bool LedgerModel::isTotal(int row) const
{
    return row >= 0 && row < rowCount() && m_rows[static_cast<size_t>(row)].total;
}

QVariant LedgerModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == TermColumn)
            return row.label;
        if (index.column() == MessagesColumn)
            return row.key == QLatin1String("bytesBuffered") ? QString() : Format::count(row.count.messages);
        return row.hasBytes ? Format::count(row.count.bytes) : QString();
    case SortRole:
        if (index.column() == TermColumn)
            return row.label;
        return index.column() == MessagesColumn ? row.count.messages : row.count.bytes;
    case NumericRole:
        return index.column() != TermColumn;
    case SockIdRole:
        return m_sock.value_or(0);
    case KeyRole:
        return row.key;
    case SectionRole:
        return static_cast<int>(row.section);
    case LevelRole: {
        const bool trouble =
            !row.total && row.count.messages > 0 &&
            (row.section == Beside
                 ? row.trouble
                 : row.key != QLatin1String("handled") && row.key != QLatin1String("sent") &&
                       row.key != QLatin1String("stillQueued") && row.key != QLatin1String("sendQueued") &&
                       !row.key.startsWith(QLatin1String("impairWaiting")));
        return static_cast<int>(row.total && !m_balanced ? Level::Error : trouble ? Level::Warning : Level::Good);
    }
    default:
        return {};
    }
}

QVariant LedgerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == NumericRole)
        return section != TermColumn;
    if (role != Qt::DisplayRole)
        return {};
    return section == TermColumn       ? tr("Ledger")
           : section == MessagesColumn ? tr("Messages")
           : section == BytesColumn    ? tr("Bytes")
                                       : QVariant();
}

void LedgerModel::setSock(std::optional<quint32> sockId)
{
    if (m_sock == sockId)
        return;
    m_sock = sockId;
    refresh();
}

void LedgerModel::apply(std::span<const SockChanges> changes)
{
    bool shown = false;
    for (const SockChanges &one : changes) {
        if (one.snapshot.sockId == 0)
            continue;
        m_ledgers.insert(one.snapshot.sockId, one.snapshot.ledger);
        shown = shown || !m_sock || *m_sock == one.snapshot.sockId;
    }
    if (shown)
        refresh();
}

void LedgerModel::removeSock(quint32 sockId)
{
    if (m_ledgers.remove(sockId) == 0)
        return;
    if (m_sock == sockId)
        m_sock.reset();
    refresh();
}

void LedgerModel::refresh()
{
    m_ledger = {};
    // A sum can be balanced while two defects cancel each other, so each ledger is asked.
    bool balanced = true;
    for (auto it = m_ledgers.cbegin(); it != m_ledgers.cend(); ++it) {
        if (m_sock && *m_sock != it.key())
            continue;
        m_ledger += *it;
        balanced = balanced && it->isBalanced();
    }
    const bool flipped = balanced != m_balanced;
    m_balanced = balanced;
    m_rows = makeRows(m_ledger); // as many rows as ever: the terms are fixed
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    if (flipped)
        Q_EMIT balancedChanged(balanced);
}

} // namespace SockScope
