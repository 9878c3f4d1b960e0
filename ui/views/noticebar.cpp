#include "ui/views/noticebar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <utility>

#include "ui/icons.h"
#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

NoticeBar::NoticeBar(const QString &accessibleName, QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_layout(new QHBoxLayout(this))
{
    setProperty("role", u"notice"_s);
    setAccessibleName(accessibleName);
    m_layout->setContentsMargins(8, 3, 8, 3);
    m_layout->addWidget(m_icon);
    m_layout->addWidget(m_text, 1);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    hide();
}

QString NoticeBar::text() const
{
    return m_text->text();
}

void NoticeBar::add(const Notice &notice)
{
    if (m_notices.size() >= maximum)
        ++m_left;
    else
        m_notices.append(notice);
    showFirst();
}

void NoticeBar::addFirst(const Notice &notice)
{
    if (m_notices.size() >= maximum) {
        m_notices.removeLast();
        ++m_left;
    }
    m_notices.prepend(notice);
    showFirst();
}

void NoticeBar::say(const QString &text, const QString &toolTip)
{
    addFirst({text, toolTip, {{tr("Close"), u"noticeClose"_s, {}, {}, {}}}});
}

void NoticeBar::showFirst()
{
    m_sure = false;
    for (QPushButton *button : std::exchange(m_buttons, {})) {
        button->hide();
        button->deleteLater(); // it may be the one that was clicked
    }
    if (m_notices.isEmpty()) {
        m_left = 0;
        return hide();
    }
    const Notice &notice = m_notices.first();
    const bool last = m_notices.size() == 1 && m_left > 0;
    m_text->setText(last ? notice.text + u' ' + tr("%1 more were left out.").arg(m_left) : notice.text);
    m_text->setToolTip(notice.toolTip);
    m_icon->setPixmap(themePixmap(u"info", 16, devicePixelRatioF(), Theme::instance()->colors().text));
    for (qsizetype i = 0; i < notice.answers.size(); ++i) {
        auto *button = new QPushButton(notice.answers.at(i).text, this);
        button->setObjectName(notice.answers.at(i).objectName);
        button->setToolTip(notice.answers.at(i).toolTip);
        connect(button, &QPushButton::clicked, this, [this, i] { answer(i); });
        m_layout->addWidget(button);
        m_buttons.append(button);
    }
    show();
}

void NoticeBar::answer(qsizetype index)
{
    const Notice::Answer chosen = m_notices.first().answers.at(index);
    if (!chosen.sureText.isEmpty() && !std::exchange(m_sure, true)) {
        m_buttons.at(index)->setText(chosen.sureText);
        return;
    }
    m_notices.removeFirst();
    showFirst();
    if (chosen.act)
        chosen.act();
}

} // namespace SockScope
