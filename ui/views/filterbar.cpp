#include "ui/views/filterbar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/messagelogmodel.h"
#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

FilterBar::FilterBar(MessageLogModel *log, QWidget *parent)
    : QWidget(parent)
    , m_log(log)
    , m_field(new QLineEdit(this))
    , m_message(new QLabel(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_field, 1);
    layout->addWidget(m_message);
    m_icon = m_field->addAction(themeIcon(u"filter"), QLineEdit::LeadingPosition);
    m_field->setObjectName(u"filterField"_s);
    m_field->setPlaceholderText(
        tr("Filter: words, dir == in, peer == 127.0.0.1, type == move, size > 100, error, !not"));
    m_field->setAccessibleName(tr("Filter for messages"));
    m_field->setToolTip(tr("Shows only the messages for which the filter holds (Ctrl+/)"));
    m_field->setClearButtonEnabled(true);
    m_field->setMaxLength(static_cast<int>(Filter::maximumLength));
    m_field->setFont(font());
    m_field->installEventFilter(this);
    m_message->setAccessibleName(tr("State of the filter"));
    m_message->setTextFormat(Qt::PlainText);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    connect(m_field, &QLineEdit::textChanged, this, &FilterBar::applyText);
    connect(m_log, &MessageLogModel::scanProgressed, this, &FilterBar::showState);
    connect(m_log, &QAbstractItemModel::rowsInserted, this, &FilterBar::showState);
    connect(m_log, &QAbstractItemModel::rowsRemoved, this, &FilterBar::showState);
    connect(m_log, &QAbstractItemModel::modelReset, this, &FilterBar::showState);
    connect(Theme::instance(), &Theme::changed, this, &FilterBar::showState);
    showState();
}

QString FilterBar::text() const
{
    return m_field->text();
}

void FilterBar::setText(const QString &text)
{
    m_field->setText(text);
}

void FilterBar::applyTerm(const QString &term, FilterJoin join)
{
    if (m_field->text().trimmed() != term)
        m_field->setText(filterCombined(m_field->text(), term, join));
}

QString FilterBar::message() const
{
    return m_message->text();
}

void FilterBar::focusField()
{
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void FilterBar::clear()
{
    m_field->clear();
}

void FilterBar::applyText()
{
    FilterError wrong;
    const auto filter = Filter::compile(m_field->text(), &wrong);
    m_error = filter ? QString() : wrong.toString();
    if (filter && !(*filter == m_log->filter()))
        m_log->setFilter(*filter);
    showState();
}

void FilterBar::showState()
{
    const bool empty = m_field->text().trimmed().isEmpty();
    m_state = !m_error.isEmpty()    ? State::Invalid
              : empty               ? State::Empty
              : m_log->isScanning() ? State::Scanning
                                    : State::Valid;
    const QString style = m_state == State::Invalid ? u"invalid"_s : empty ? QString() : u"valid"_s;
    if (m_field->property("filterState").toString() != style) {
        m_field->setProperty("filterState", style);
        m_field->style()->unpolish(m_field);
        m_field->style()->polish(m_field);
    }
    switch (m_state) {
    case State::Empty:
        m_icon->setIcon(themeIcon(u"filter"));
        m_message->clear();
        break;
    case State::Valid:
        m_icon->setIcon(themeIcon(u"ok"));
        m_message->setText(tr("%1 shown").arg(Format::count(qint64(m_log->rowCount()))));
        break;
    case State::Scanning:
        m_icon->setIcon(themeIcon(u"clock"));
        m_message->setText(tr("scanning, %1").arg(Format::percent(m_log->scanProgress())));
        break;
    case State::Invalid:
        m_icon->setIcon(themeIcon(u"error"));
        m_message->setText(m_error);
        break;
    }
    const QString role = m_state == State::Invalid ? u"error"_s : u"secondary"_s;
    if (m_message->property("role").toString() != role) {
        m_message->setProperty("role", role);
        m_message->style()->unpolish(m_message);
        m_message->style()->polish(m_message);
    }
    m_message->setVisible(!m_message->text().isEmpty());
    m_field->setAccessibleDescription(m_message->text());
}

bool FilterBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_field && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape && !m_field->text().isEmpty()) {
        m_field->clear();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace SockScope
