#pragma once

#include <QWidget>

#include "core/filter/filtertext.h"

class QAction;
class QLabel;
class QLineEdit;

namespace SockScope {

class MessageLogModel;

/*! The filter field: green when the filter holds, red and with the reason when it cannot be read.
 *  Path    a person → Filter → [this] → MessageLogModel
 *  Shape   a filter that can be read is in force as it is typed; one that cannot leaves the last good one in force
 *  Units   none
 *  Errors  stand beside the field, with the column; colour, icon and words say the same
 *  Thread  the window's
 *  Source  Wireshark's display filter field
 */
class FilterBar : public QWidget
{
    Q_OBJECT
public:
    enum class State : quint8 { Empty, Valid, Invalid, Scanning };
    Q_ENUM(State)

    explicit FilterBar(MessageLogModel *log, QWidget *parent = nullptr);

    QString text() const;
    void setText(const QString &text);
    /// The term joined with what stands there, in force at once.
    void applyTerm(const QString &term, SockScope::FilterJoin join = SockScope::FilterJoin::And);
    State state() const { return m_state; }
    QString message() const;
    QLineEdit *field() const { return m_field; }

public Q_SLOTS:
    void focusField();
    void clear();

private:
    void applyText();
    void showState();
    bool eventFilter(QObject *watched, QEvent *event) override;

    MessageLogModel *m_log;
    QLineEdit *m_field;
    QAction *m_icon;
    QLabel *m_message;
    State m_state = State::Empty;
    QString m_error;
};

} // namespace SockScope
