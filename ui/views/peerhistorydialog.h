#pragma once

#include <QDialog>
#include <QTimer>

#include <optional>

#include "ui/models/peerhistorymodel.h"

class QComboBox;
class QLabel;

namespace SockScope {

class DataTable;
class Inspection;

/*! What happened to a peer, and who has left; it stays open and up to date beside the window.
 *  Path    PeerHistoryModel → [this] → the screen
 *  Shape   one peer's events, or the peers that have left
 *  Units   none
 *  Errors  what had no place in the history is said with its number
 *  Thread  the window's
 *  Source  none
 */
class PeerHistoryDialog : public QDialog
{
    Q_OBJECT
public:
    static constexpr int refreshMs = 500;

    /// Without a key it shows the peers that have left.
    PeerHistoryDialog(Inspection *inspection, const std::optional<PeerKey> &key, QWidget *parent = nullptr);

    DataTable *table() const { return m_table; }
    QComboBox *choice() const { return m_choice; }
    QLabel *note() const { return m_note; }

private:
    void choose();
    void refresh();

    const std::optional<PeerKey> m_key;
    PeerHistoryModel *m_model;
    QComboBox *m_choice;
    DataTable *m_table;
    QLabel *m_note;
    QTimer m_timer;
};

} // namespace SockScope
