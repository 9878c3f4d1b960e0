#pragma once

#include <QWidget>

class QComboBox;
class QLabel;

namespace SockScope {

class CopyTree;
class DataTable;
class Inspection;

/*! What each handler did, and a box to switch it off.
 *  Path    HandlerStatsModel → [this] → SockController::setHandlerEnabled
 *  Shape   a row a handler and a row a type without one
 *  Units   as the model
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class HandlersPanel : public QWidget
{
    Q_OBJECT
public:
    explicit HandlersPanel(Inspection *inspection, QWidget *parent = nullptr);
    DataTable *table() const { return m_table; }

Q_SIGNALS:
    void filterRequested(const QString &term);

private:
    void showContextMenu(QPoint position);

    DataTable *m_table;
};

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

/*! Every error with its time and stage, and what to do about it.
 *  Path    ErrorModel → [this]
 *  Shape   newest at the end; followed only while at the end
 *  Units   none
 *  Errors  it shows them
 *  Thread  the window's
 *  Source  none
 */
class ErrorsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ErrorsPanel(Inspection *inspection, QWidget *parent = nullptr);
    DataTable *table() const { return m_table; }

private:
    void updateDetail();

    Inspection *m_inspection;
    DataTable *m_table;
    QLabel *m_detail;
};

} // namespace SockScope
