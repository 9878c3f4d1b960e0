#include "ui/views/recoverybar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include <algorithm>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

RecoveryBar::RecoveryBar(Open open, Discard discard, HasMessages hasMessages, QWidget *parent)
    : QFrame(parent)
    , m_openSpool(std::move(open))
    , m_discardSpool(std::move(discard))
    , m_hasMessages(std::move(hasMessages))
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_open(new QPushButton(themeIcon(u"open"), tr("&Open"), this))
    , m_keep(new QPushButton(tr("&Keep for Later"), this))
    , m_delete(new QPushButton(themeIcon(u"remove"), tr("&Delete"), this))
    , m_close(new QPushButton(themeIcon(u"close"), tr("Close"), this))
{
    setObjectName(u"recoveryBar"_s);
    setProperty("role", u"notice"_s);
    setAccessibleName(tr("Messages that were left on the disk"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 3, 8, 3);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_open->setObjectName(u"recoveryOpen"_s);
    m_keep->setObjectName(u"recoveryKeep"_s);
    m_delete->setObjectName(u"recoveryDelete"_s);
    m_close->setObjectName(u"recoveryClose"_s);
    m_keep->setToolTip(tr("They stay on the disk, and are offered again at the next start"));
    for (QPushButton *button : {m_open, m_keep, m_delete, m_close})
        layout->addWidget(button);
    connect(m_open, &QPushButton::clicked, this, &RecoveryBar::openSpool);
    connect(m_keep, &QPushButton::clicked, this, &RecoveryBar::keep);
    connect(m_delete, &QPushButton::clicked, this, &RecoveryBar::discard);
    connect(m_close, &QPushButton::clicked, this, &RecoveryBar::showNext);
    hide();
}

void RecoveryBar::offer(std::vector<AbandonedSpool> spools)
{
    m_spools = std::move(spools);
    std::reverse(m_spools.begin(), m_spools.end());
    m_current = 0;
    showQuestion();
}

QString RecoveryBar::text() const
{
    return m_text->text();
}

void RecoveryBar::showNext()
{
    ++m_current;
    showQuestion();
}

void RecoveryBar::showQuestion()
{
    setVisible(m_current < m_spools.size());
    if (isHidden())
        return;
    const AbandonedSpool &spool = m_spools[m_current];
    const QString when = spool.lastWritten.toString(u"yyyy-MM-dd HH:mm"_s);
    QString text = tr("SockScope ended without closing its log on %1: %2 messages, %3, are still on the disk.")
                       .arg(when, Format::count(spool.messages), Format::bytes(static_cast<quint64>(spool.bytes)));
    if (m_spools.size() > 1)
        text = tr("%1 of %2: %3").arg(m_current + 1).arg(m_spools.size()).arg(text);
    m_text->setText(text);
    m_text->setToolTip(spool.path);
    m_sure = false;
    m_delete->setText(tr("&Delete"));
    m_icon->setPixmap(themePixmap(u"info", 16, devicePixelRatioF(), Theme::instance()->colors().text));
    const bool clears = m_hasMessages();
    m_open->setText(clears ? tr("&Open, Clear the List") : tr("&Open"));
    m_open->setToolTip(clears ? tr("The messages that are in the list now leave it: they are counted as cleared")
                              : tr("The messages come into the list, with the numbers that they had"));
    for (QPushButton *button : {m_open, m_keep, m_delete})
        button->show();
    m_close->hide();
}

void RecoveryBar::enterEvent(QEnterEvent *event)
{
    QFrame::enterEvent(event);
    // Messages may have come since the question was asked.
    if (m_open->isVisible() && m_hasMessages())
        m_open->setText(tr("&Open, Clear the List"));
}

void RecoveryBar::showResult(const QString &text)
{
    m_text->setText(text);
    for (QPushButton *button : {m_open, m_keep, m_delete})
        button->hide();
    m_close->show();
}

void RecoveryBar::openSpool()
{
    const RecoveryReport report = m_openSpool(m_spools[m_current].path);
    if (report.error)
        return showResult(tr("Nothing was opened: %1").arg(report.error->toString()));
    QString text = tr("%1 messages came back.").arg(Format::count(report.recoveredMessages));
    if (report.lostMessages > 0 || report.lostBytes > 0)
        text += u' ' + tr("The end was damaged: %1 messages and %2 are lost.")
                           .arg(Format::count(report.lostMessages),
                                Format::bytes(static_cast<quint64>(std::max<qint64>(report.lostBytes, 0))));
    else
        text += u' ' + tr("What was on the disk is whole; what was only in memory is lost.");
    text += u' ' + tr("They leave the disk when this program ends.");
    showResult(text);
}

void RecoveryBar::keep()
{
    showNext();
}

void RecoveryBar::discard()
{
    if (!m_sure) {
        m_sure = true;
        m_delete->setText(tr("&Delete for Good"));
        return;
    }
    if (const auto error = m_discardSpool(m_spools[m_current].path))
        return showResult(tr("They were not deleted: %1").arg(error->toString()));
    showNext();
}

} // namespace SockScope
