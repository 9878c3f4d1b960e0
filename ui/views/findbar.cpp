#include "ui/views/findbar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "ui/icons.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr int sliceMs = 8;
}

FindBar::FindBar(MessageLogModel *log, QWidget *parent)
    : QWidget(parent)
    , m_log(log)
    , m_kind(new QComboBox(this))
    , m_field(new QLineEdit(this))
    , m_message(new QLabel(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 4);
    m_kind->addItems({tr("Text"), tr("Hex")});
    m_kind->setAccessibleName(tr("What to look for"));
    m_field->setObjectName(u"findField"_s);
    m_field->setAccessibleName(tr("Find in messages"));
    m_field->setPlaceholderText(tr("Find in payload, summary, type, peer"));
    m_field->setMaxLength(MessageFilter::maximumTextLength);
    m_message->setProperty("role", u"secondary"_s);
    const auto button = [&](QStringView icon, const QString &text, auto slot) {
        auto *tool = new QToolButton(this);
        tool->setIcon(themeIcon(icon));
        tool->setToolTip(text);
        tool->setAccessibleName(text);
        tool->setAutoRaise(true);
        connect(tool, &QToolButton::clicked, this, slot);
        return tool;
    };
    layout->addWidget(m_kind);
    layout->addWidget(m_field, 1);
    layout->addWidget(button(u"previous", tr("Previous hit (Ctrl+B)"), &FindBar::findPrevious));
    layout->addWidget(button(u"next", tr("Next hit (Ctrl+N)"), &FindBar::findNext));
    layout->addWidget(m_message);
    layout->addWidget(button(u"close", tr("Close (Esc)"), [this] {
        hide();
        Q_EMIT closed();
    }));
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &FindBar::goOn);
    connect(m_field, &QLineEdit::textEdited, this, [this] {
        m_timer.stop();
        m_message->clear();
    });
    hide();
}

void FindBar::open()
{
    show();
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

QString FindBar::message() const
{
    return m_message->text();
}

void FindBar::findNext()
{
    search(MessageLogModel::Search::Forward);
}

void FindBar::findPrevious()
{
    search(MessageLogModel::Search::Backward);
}

void FindBar::search(MessageLogModel::Search direction)
{
    m_timer.stop();
    if (isHidden() || m_field->text().isEmpty())
        return open();
    if (m_kind->currentIndex() == 1) {
        QString wrong;
        const auto bytes = FindPattern::fromHex(m_field->text(), &wrong);
        if (!bytes)
            return m_message->setText(wrong);
        m_pattern = *bytes;
    } else {
        m_pattern = FindPattern::fromText(m_field->text());
    }
    m_direction = direction;
    m_message->setText(tr("searching…"));
    finish(m_log->find(m_pattern, m_currentRow, direction, true, sliceMs));
}

void FindBar::goOn()
{
    finish(m_log->findOn(m_pattern, m_last, m_direction, true, sliceMs));
}

void FindBar::finish(const MessageLogModel::FindResult &result)
{
    m_last = result;
    if (!result.complete) {
        m_timer.start();
        return;
    }
    m_timer.stop();
    if (result.row < 0)
        return m_message->setText(tr("not found"));
    m_message->setText(result.wrapped ? tr("found, round the end") : QString());
    Q_EMIT found(result.row);
}

void FindBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        m_timer.stop();
        hide();
        Q_EMIT closed();
        return;
    }
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        event->modifiers() & Qt::ShiftModifier ? findPrevious() : findNext();
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace SockScope
