#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "core/types/endpoint.h"
#include "core/types/messagetype.h"

namespace SockScope::Bench {

/*! The log as one would write it first: a vector of structs, each with its payload in a QByteArray.
 *  Path    beside the product: tests/bench only
 *  Shape   a row a message, the columns of the inspector's log
 *  Units   nanoseconds, bytes
 *  Errors  none
 *  Thread  the window's
 *  Source  the model/view chapter of Qt's manual
 */
class VectorModel : public QAbstractTableModel
{
public:
    struct Row
    {
        qint64 wallNs = 0;
        Endpoint peer;
        MessageType type;
        quint32 sock = 0;
        quint32 size = 0;
        bool out = false;
        QByteArray payload;
    };

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : 8; }
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override
    {
        if (role != Qt::DisplayRole || !index.isValid())
            return {};
        const Row &row = m_rows[static_cast<size_t>(index.row())];
        switch (index.column()) {
        case 0:
            return index.row() + 1;
        case 1:
            return row.wallNs;
        case 2:
            return row.out ? QStringLiteral("out") : QStringLiteral("in");
        case 3:
            return row.sock;
        case 4:
            return row.peer.toString();
        case 5:
            return row.type.toString();
        case 6:
            return row.size;
        default:
            return QString::fromLatin1(row.payload.left(100).toHex());
        }
    }
    void append(std::vector<Row> &&batch)
    {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(batch.size()) - 1);
        m_rows.insert(m_rows.end(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
        endInsertRows();
    }
    const std::vector<Row> &rows() const { return m_rows; }

private:
    std::vector<Row> m_rows;
};

} // namespace SockScope::Bench
