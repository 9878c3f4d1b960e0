#include "ui/views/findbar.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QRegularExpression>
#include <QSettings>
#include <QStyle>
#include <QToolButton>

#include "core/filter/filtertext.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/filteredit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

FindBar::FindBar(MessageLogModel *log, QWidget *parent)
    : QWidget(parent)
    , m_log(log)
    , m_kind(new QComboBox(this))
    , m_field(new FilterEdit(this))
    , m_case(new QCheckBox(tr("C&ase"), this))
    , m_message(new QLabel(this))
    , m_historyMenu(new QMenu(this))
{
    build();
    connect(m_kind, &QComboBox::currentIndexChanged, this, &FindBar::showKind);
    connect(m_field, &QLineEdit::textChanged, this, &FindBar::check);
    connect(m_case, &QCheckBox::toggled, this, &FindBar::check);
    connect(m_log, &MessageLogModel::found, this, &FindBar::handleFound);
    connect(m_log, &MessageLogModel::notFound, this, &FindBar::handleNotFound);
    connect(m_log, &MessageLogModel::findProgressed, this, &FindBar::showProgress);
    setKind(Kind::Text);
    showKind();
    hide();
}

void FindBar::build()
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 4);
    m_kind->setObjectName(u"findKind"_s);
    m_kind->addItems({tr("Filter"), tr("Text"), tr("Hex"), tr("Regular Expression")});
    m_kind->setAccessibleName(tr("What to look for"));
    m_field->setObjectName(u"findField"_s);
    m_field->setAccessibleName(tr("Find in messages"));
    m_field->setMaxLength(4096);
    QAction *history = m_field->addAction(themeIcon(u"clock"), QLineEdit::TrailingPosition);
    history->setToolTip(tr("What was looked for last (Alt+Down)"));
    history->setText(history->toolTip());
    connect(history, &QAction::triggered, this, &FindBar::fillHistory);
    m_historyMenu->setAccessibleName(history->toolTip());
    m_case->setToolTip(tr("Upper and lower case are different"));
    m_message->setTextFormat(Qt::PlainText);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_message->setAccessibleName(tr("State of the search"));
    m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long error leaves the field its room
    // Room for what is usually said, so that the buttons keep still.
    m_message->setMinimumWidth(fontMetrics().horizontalAdvance(tr("found, round the end")) + 8);
    const auto button = [&](QStringView icon, const QString &text, auto slot) {
        auto *tool = new QToolButton(this);
        tool->setIcon(themeIcon(icon));
        tool->setToolTip(text);
        tool->setAccessibleName(text);
        tool->setAutoRaise(true);
        tool->setFocusPolicy(Qt::TabFocus);
        connect(tool, &QToolButton::clicked, this, slot);
        return tool;
    };
    layout->addWidget(m_kind);
    layout->addWidget(m_field, 3);
    layout->addWidget(m_case);
    layout->addWidget(button(u"previous", tr("Previous hit (Ctrl+B, Shift+Enter)"), &FindBar::findPrevious));
    layout->addWidget(button(u"next", tr("Next hit (Ctrl+N, Enter)"), &FindBar::findNext));
    layout->addWidget(m_message, 1);
    layout->addWidget(button(u"close", tr("Close (Esc)"), &FindBar::close));
}

void FindBar::open()
{
    show();
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void FindBar::close()
{
    m_log->cancelFind();
    m_searching = false;
    m_field->setProgress(-1);
    hide();
    Q_EMIT closed();
}

FindBar::Kind FindBar::kind() const
{
    return static_cast<Kind>(m_kind->currentIndex());
}

void FindBar::setKind(Kind kind)
{
    m_kind->setCurrentIndex(static_cast<int>(kind));
}

QString FindBar::text() const
{
    return m_field->text();
}

QString FindBar::message() const
{
    return m_message->text();
}

bool FindBar::isSearching() const
{
    return m_searching;
}

std::optional<Filter> FindBar::filterFor(Kind kind, const QString &text, bool caseSensitive, FilterError *error)
{
    switch (kind) {
    case Kind::Filter:
        return Filter::compile(text, error);
    case Kind::Text: {
        const QString quoted = filterQuoted(text);
        return Filter::compile(caseSensitive ? u"text contains %1 || note contains %1"_s.arg(quoted) : quoted, error);
    }
    case Kind::Hex: {
        QString wrong;
        const auto bytes = Format::parseHex(text, &wrong);
        if (!bytes || bytes->isEmpty()) {
            *error = {0, static_cast<int>(text.size()), wrong.isEmpty() ? tr("expected bytes such as 0a 1f") : wrong};
            return std::nullopt;
        }
        return Filter::compile(filterContains(u"payload", *bytes), error);
    }
    case Kind::Regex: {
        const QString pattern = caseSensitive ? text : u"(?i)"_s + text;
        if (const QRegularExpression expression(pattern); !expression.isValid()) {
            const auto column = static_cast<int>(expression.patternErrorOffset() - (pattern.size() - text.size()));
            *error = {qBound(0, column, static_cast<int>(text.size())), 0,
                      tr("expected a regular expression: %1").arg(expression.errorString())};
            return std::nullopt;
        }
        auto filter = Filter::compile(u"text matches "_s + filterPatternQuoted(pattern), error);
        if (!filter) // too long: the column is that of the whole filter, which nobody sees
            *error = {0, static_cast<int>(text.size()), error->what};
        return filter;
    }
    }
    return std::nullopt;
}

void FindBar::showKind()
{
    const QString hints[] = {tr("Find by filter: type == move && size > 100"),
                             tr("Find a text in payload, type, peer and note"), tr("Find bytes: 0a 1f or 0a:1f"),
                             tr("Find by regular expression in the payload's text")};
    m_field->setPlaceholderText(hints[m_kind->currentIndex()]);
    m_case->setEnabled(kind() == Kind::Text || kind() == Kind::Regex);
    check();
}

/// What is typed is judged at once; a search that runs looks for something else now.
void FindBar::check()
{
    if (m_searching) {
        m_log->cancelFind();
        m_searching = false;
        m_field->setProgress(-1);
    }
    FilterError error;
    const bool empty = m_field->text().isEmpty();
    const bool readable = empty || filterFor(kind(), m_field->text(), m_case->isChecked(), &error);
    m_field->setLook(empty ? FilterEdit::Look::Plain : readable ? FilterEdit::Look::Valid : FilterEdit::Look::Invalid);
    if (readable)
        m_field->clearWrong();
    else
        m_field->setWrong(error.column, error.length);
    showMessage(readable ? QString() : kind() == Kind::Filter ? error.toString() : error.what, true);
}

void FindBar::showMessage(const QString &text, bool wrong)
{
    const QString role = wrong ? u"error"_s : u"secondary"_s;
    if (m_message->property("role").toString() != role) {
        m_message->setProperty("role", role);
        m_message->style()->unpolish(m_message);
        m_message->style()->polish(m_message);
    }
    m_message->setText(text);
    m_message->setToolTip(text);
    m_message->setToolTip(text);
    m_field->setAccessibleDescription(text);
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
    FilterError error;
    const auto filter = filterFor(kind(), m_field->text(), m_case->isChecked(), &error);
    if (!filter || filter->isEmpty())
        return check();
    m_history.add(m_field->text());
    m_direction = direction;
    m_searching = true;
    showMessage(tr("searching…"), false);
    m_log->startFind(*filter, m_currentNo, direction, true);
}

void FindBar::showProgress(double fraction)
{
    if (!m_searching)
        return;
    m_field->setProgress(fraction);
    showMessage(tr("searching, %1").arg(Format::percent(fraction)), false);
}

void FindBar::handleFound(quint64 no, bool wrapped)
{
    if (!m_searching)
        return; // somebody else asked
    m_searching = false;
    m_field->setProgress(-1);
    const bool forward = m_direction == FindRunner::Direction::Forward;
    showMessage(!wrapped ? QString() : forward ? tr("found, round the end") : tr("found, round the start"), false);
    Q_EMIT found(no);
}

void FindBar::handleNotFound(quint64 unreadable)
{
    if (!m_searching)
        return;
    m_searching = false;
    m_field->setProgress(-1);
    showMessage(unreadable == 0 ? tr("not found")
                                : tr("not found; %1 messages cannot be read").arg(Format::count(unreadable)),
                true);
}

void FindBar::fillHistory()
{
    m_historyMenu->clear();
    for (const QString &text : m_history.texts())
        m_historyMenu->addAction(QString(text.left(80)).replace(u'&', u"&&"_s), this,
                                 [this, text] { m_field->setText(text); });
    if (m_history.texts().isEmpty())
        m_historyMenu->addAction(tr("What you look for is kept here"))->setEnabled(false);
    m_historyMenu->popup(m_field->mapToGlobal(QPoint(0, -m_historyMenu->sizeHint().height())));
}

void FindBar::loadSettings(const QSettings &settings)
{
    m_history.load(settings);
    const int kind = settings.value("find/kind"_L1, static_cast<int>(Kind::Text)).toInt();
    if (kind >= 0 && kind < m_kind->count())
        m_kind->setCurrentIndex(kind);
    m_case->setChecked(settings.value("find/case"_L1).toBool());
}

void FindBar::saveSettings(QSettings &settings) const
{
    m_history.save(settings);
    settings.setValue("find/kind"_L1, m_kind->currentIndex());
    settings.setValue("find/case"_L1, m_case->isChecked());
}

void FindBar::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Escape:
        return close();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return event->modifiers() & Qt::ShiftModifier ? findPrevious() : findNext();
    case Qt::Key_Down:
        if (event->modifiers() & Qt::AltModifier)
            return fillHistory();
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

} // namespace SockScope
