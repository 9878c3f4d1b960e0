#pragma once

#include <QWidget>

class QComboBox;
class QLabel;

namespace SockScope {

class CopyTree;
class DataTable;
class Inspection;

/*! Queues, ticks and limits of every sock.
 *  Path    HealthModel → [this]
 *  Shape   a branch a sock
 *  Units   as the model
 *  Errors  rows in their level's colour, with an icon
 *  Thread  the window's
 *  Source  none
 */
class HealthPanel : public QWidget
{
    Q_OBJECT
public:
    explicit HealthPanel(Inspection *inspection, QWidget *parent = nullptr);
    CopyTree *tree() const { return m_tree; }

private:
    CopyTree *m_tree;
    QLabel *m_note;
};

/*! The ledger of one sock or of all, and whether it adds up.
 *  Path    LedgerModel → [this]
 *  Shape   the terms of both equations, then what stands beside them
 *  Units   messages, bytes
 *  Errors  a mismatch is said above the table
 *  Thread  the window's
 *  Source  none
 */
class LedgerPanel : public QWidget
{
    Q_OBJECT
public:
    explicit LedgerPanel(Inspection *inspection, QWidget *parent = nullptr);
    DataTable *table() const { return m_table; }

private:
    void fillSocks();
    void updateBadge();

    Inspection *m_inspection;
    QComboBox *m_sock;
    QLabel *m_badge;
    DataTable *m_table;
};

} // namespace SockScope
