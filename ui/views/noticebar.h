#pragma once

#include <QFrame>
#include <QList>

#include <functional>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace SockScope {

/// What a bar says, and what can be answered.
struct Notice
{
    struct Answer
    {
        QString text;
        QString objectName;
        std::function<void()> act;
        QString sureText; ///< not empty: the first click only changes the button's text to it
        QString toolTip;
    };
    QString text;
    QString toolTip;
    QList<Answer> answers;
};

/*! Notices above the log, one after the other, each until it is answered.
 *  Path    ProjectSession → [this] → a person
 *  Shape   a bar that blocks nothing and takes no focus; at most maximum wait, and those beyond are counted in the last
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class NoticeBar : public QFrame
{
    Q_OBJECT
public:
    static constexpr qsizetype maximum = 120;

    explicit NoticeBar(const QString &accessibleName, QWidget *parent = nullptr);

    void add(const Notice &notice);
    /// Before those that wait: it is about what was just done.
    void addFirst(const Notice &notice);
    /// What can only be read, and closed.
    void say(const QString &text, const QString &toolTip = {});
    QString text() const;
    qsizetype count() const { return m_notices.size(); }

private:
    void showFirst();
    void answer(qsizetype index);

    QList<Notice> m_notices;
    int m_left = 0; ///< that were not taken in
    bool m_sure = false;
    QLabel *m_icon;
    QLabel *m_text;
    QHBoxLayout *m_layout;
    QList<QPushButton *> m_buttons;
};

} // namespace SockScope
