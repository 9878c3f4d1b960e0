#pragma once

#include <QWidget>

#include "ui/models/messagelogmodel.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace SockScope {

/*! The bar under the log that looks for text or bytes.
 *  Path    a person → Filter → [this] → MessageLogModel's find → the log's current row
 *  Shape   one search at a time, on another thread
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
    bool isSearching() const { return m_log->isFinding(); }
    /// Where the search starts; the panel keeps it up to date.
    void setCurrentNo(quint64 no) { m_currentNo = no; }

public Q_SLOTS:
    void findNext();
    void findPrevious();

Q_SIGNALS:
    void found(quint64 no);
    void closed();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void search(FindRunner::Direction direction);
    void handleFound(quint64 no, bool wrapped);
    void handleNotFound(quint64 unreadable);

    MessageLogModel *m_log;
    QComboBox *m_kind;
    QLineEdit *m_field;
    QLabel *m_message;
    quint64 m_currentNo = 0;
};

} // namespace SockScope
