#include "ui/views/findbar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "core/filter/filtertext.h"
#include "ui/icons.h"
#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

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
    m_field->setPlaceholderText(tr("Find in payload, type, peer, note"));
    m_field->setMaxLength(static_cast<int>(Filter::maximumLength / 4)); // what is quoted grows
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
    connect(m_log, &MessageLogModel::found, this, &FindBar::handleFound);
    connect(m_log, &MessageLogModel::notFound, this, &FindBar::handleNotFound);
    connect(m_log, &MessageLogModel::findProgressed, this,
            [this](double fraction) { m_message->setText(tr("searching, %1").arg(Format::percent(fraction))); });
    connect(m_field, &QLineEdit::textEdited, this, [this] {
        m_log->cancelFind();
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
    search(FindRunner::Direction::Forward);
}

void FindBar::findPrevious()
{
    search(FindRunner::Direction::Backward);
}

void FindBar::search(FindRunner::Direction direction)
{
    if (isHidden() || m_field->text().isEmpty())
        return open();
    QString text = filterQuoted(m_field->text());
    if (m_kind->currentIndex() == 1) {
        QString wrong;
        const auto bytes = Format::parseHex(m_field->text(), &wrong);
        if (!bytes)
            return m_message->setText(wrong);
        text = filterContains(u"payload", *bytes);
    }
    FilterError error;
    const std::optional<Filter> filter = Filter::compile(text, &error);
    if (!filter)
        return m_message->setText(error.toString());
    m_message->setText(tr("searching…"));
    m_log->startFind(*filter, m_currentNo, direction);
}

void FindBar::handleFound(quint64 no, bool wrapped)
{
    m_message->setText(wrapped ? tr("found, round the end") : QString());
    Q_EMIT found(no);
}

void FindBar::handleNotFound(quint64 unreadable)
{
    m_message->setText(unreadable == 0 ? tr("not found")
                                       : tr("not found; %1 messages could not be read").arg(Format::count(unreadable)));
}

void FindBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        m_log->cancelFind();
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
