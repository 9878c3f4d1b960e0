#pragma once

#include <QAbstractTableModel>
#include <QHash>

#include <optional>
#include <span>
#include <vector>

#include "core/tap/sockmonitor.h"

namespace SockScope {

/*! The ledger of one sock, or the sum of all, line by line.
 *  Path    SockChanges → [this] → the Health view
 *  Shape   the inbound terms, the outbound terms (in each the left side of the equation first), and what stands beside
 *          them; a fixed number of rows. Roles: SortRole NumericRole KeyRole SectionRole LevelRole
 *  Units   messages, bytes on the wire
 *  Errors  isBalanced is false: a defect of SockScope, shown, never hidden
 *  Thread  the window's
 *  Source  double-entry book-keeping
 */
class LedgerModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TermColumn, MessagesColumn, BytesColumn, ColumnCount };
    Q_ENUM(Column)
    enum Section { Inbound, Outbound, Beside };
    Q_ENUM(Section)

    explicit LedgerModel(QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Nothing: the sum of all socks.
    void setSock(std::optional<quint32> sockId);
    std::optional<quint32> sock() const { return m_sock; }
    const Ledger &ledger() const { return m_ledger; }
    /// Of what is shown.
    bool isBalanced() const { return m_balanced; }
    bool isTotal(int row) const;
    void apply(std::span<const SockChanges> changes);
    void removeSock(quint32 sockId);

Q_SIGNALS:
    void balancedChanged(bool balanced);

private:
    struct Row
    {
        QString key;
        QString label;
        Count count;
        Section section = Inbound;
        bool total = false;
        bool hasBytes = true;
        bool trouble = false; ///< beside the equation: a warning when it is not 0
    };
    static std::vector<Row> makeRows(const Ledger &ledger);
    void refresh();

    QHash<quint32, Ledger> m_ledgers;
    std::optional<quint32> m_sock;
    Ledger m_ledger;
    std::vector<Row> m_rows;
    bool m_balanced = true;
};

} // namespace SockScope
