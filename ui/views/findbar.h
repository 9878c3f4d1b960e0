#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/models/messagelogmodel.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace SockScope {

/*! The bar under the log that looks for text or bytes.
 *  Path    a person → FindPattern → [this] → the log's current row
 *  Shape   searches in slices between the window's other work, so that a million rows never freeze it
 *  Units   none
 *  Errors  bytes that cannot be read and a search without a hit are said in the bar
 *  Thread  the window's
 *  Source  Wireshark's find bar
 */
class FindBar : public QWidget
{
    Q_OBJECT
public:
    explicit FindBar(MessageLogModel *log, QWidget *parent = nullptr);

    void open();
    QString message() const;
    bool isSearching() const { return m_timer.isActive(); }
    /// Where the search starts; the panel keeps it up to date.
    void setCurrentRow(int row) { m_currentRow = row; }

public Q_SLOTS:
    void findNext();
    void findPrevious();

Q_SIGNALS:
    void found(int row);
    void closed();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void search(MessageLogModel::Search direction);
    void goOn();
    void finish(const MessageLogModel::FindResult &result);

    MessageLogModel *m_log;
    QComboBox *m_kind;
    QLineEdit *m_field;
    QLabel *m_message;
    QTimer m_timer;
    int m_currentRow = -1;
    FindPattern m_pattern;
    MessageLogModel::FindResult m_last;
    MessageLogModel::Search m_direction = MessageLogModel::Search::Forward;
};

} // namespace SockScope
