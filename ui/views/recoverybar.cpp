#include "ui/views/recoverybar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include <algorithm>
#include <utility>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/theme.h"
#include "ui/views/recoveredwindow.h"

namespace SockScope {

using namespace Qt::StringLiterals;

RecoveryBar::RecoveryBar(Open open, Discard discard, QWidget *parent)
    : QFrame(parent)
    , m_openSpool(std::move(open))
    , m_discardSpool(std::move(discard))
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
    connect(m_close, &QPushButton::clicked, this, &RecoveryBar::closeResult);
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
    if (spool.messages == 0)
        text = tr("SockScope ended without closing its log on %1: nothing of it can be read from the disk.").arg(when);
    if (spool.lostInMemory.value_or(0) > 0)
        text +=
            u' ' + tr("At least %1 messages were in memory only and are lost.").arg(Format::count(*spool.lostInMemory));
    if (m_spools.size() > 1)
        text = tr("%1 of %2: %3").arg(m_current + 1).arg(m_spools.size()).arg(text);
    m_text->setText(text);
    m_text->setToolTip(spool.path);
    m_sure = false;
    m_delete->setText(tr("&Delete"));
    m_icon->setPixmap(themePixmap(u"info", 16, devicePixelRatioF(), Theme::instance()->colors().text));
    m_open->setToolTip(tr("In a window of their own, with the numbers that they had; the list here is not touched"));
    const bool hasFiles = spool.bytes > 0; // damaged ones too are deleted only when a person says so
    m_open->setVisible(spool.messages > 0);
    m_keep->setVisible(hasFiles);
    m_delete->setVisible(hasFiles);
    m_close->setVisible(!hasFiles);
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
    showResult(RecoveredWindow::describe(report) + u' ' +
               tr("They are in a window of their own, which asks what becomes of them when it is closed."));
}

void RecoveryBar::keep()
{
    showNext();
}

// When there is nothing to open or to keep, what was said is all that there is.
void RecoveryBar::closeResult()
{
    if (m_spools[m_current].bytes == 0 && !std::exchange(m_sure, true)) {
        if (const auto error = m_discardSpool(m_spools[m_current].path))
            return showResult(tr("The folder was not deleted: %1").arg(error->toString()));
    }
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
