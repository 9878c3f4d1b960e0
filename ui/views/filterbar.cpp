#include "ui/views/filterbar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>

#include <algorithm>
#include <utility>

#include "ui/icons.h"
#include "ui/models/filtercompletion.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/theme.h"
#include "ui/views/completionpopup.h"
#include "ui/views/filteredit.h"
#include "ui/views/savedfilterrow.h"
#include "ui/views/stylerole.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr qint64 seenMs = 1000; ///< what was seen is collected again after this
constexpr qsizetype historyCharacters = 80;
} // namespace

FilterBar::FilterBar(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_log(inspection->messageLogModel())
    , m_field(new FilterEdit(this))
    , m_label(new QLabel(this))
    , m_historyMenu(new QMenu(this))
    , m_popup(new CompletionPopup(m_field))
    , m_savedRow(new SavedFilterRow(&m_saved, this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    // The field keeps its width whatever is said beside it.
    auto *beside = new QWidget(this);
    auto *besideLayout = new QHBoxLayout(beside);
    besideLayout->setContentsMargins(0, 0, 0, 0);
    besideLayout->addWidget(m_label);
    besideLayout->addWidget(m_savedRow, 1);
    for (QWidget *part : std::initializer_list<QWidget *>{m_field, beside})
        part->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layout->addWidget(m_field, 10);
    layout->addWidget(beside, 7);
    createField();
    m_label->setAccessibleName(tr("State of the filter"));
    m_label->setTextFormat(Qt::PlainText);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_label->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    m_label->setContentsMargins(2, 0, 4, 0);
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, &FilterBar::applyNow);
    connect(m_popup, &CompletionPopup::taken, this, [this](const Completion &completion) {
        m_field->setSelection(completion.from, completion.length);
        m_field->insert(completion.insert);
        complete(completion.insert.endsWith(u' '));
    });
    connect(m_savedRow, &SavedFilterRow::chosen, this, &FilterBar::applyTerm);
    connect(m_log, &MessageLogModel::scanProgressed, this, &FilterBar::showState);
    connect(m_log, &QAbstractItemModel::rowsInserted, this, &FilterBar::showState);
    connect(m_log, &QAbstractItemModel::rowsRemoved, this, &FilterBar::showState);
    connect(m_log, &QAbstractItemModel::modelReset, this, &FilterBar::showState);
    connect(Theme::instance(), &Theme::changed, this, &FilterBar::showState);
    showState();
}

void FilterBar::createField()
{
    m_icon = m_field->addAction(themeIcon(u"filter"), QLineEdit::LeadingPosition);
    QAction *history = m_field->addAction(themeIcon(u"clock"), QLineEdit::TrailingPosition);
    history->setToolTip(tr("The last filters (Alt+Down)"));
    history->setText(history->toolTip());
    connect(history, &QAction::triggered, this, &FilterBar::fillHistory);
    m_historyMenu->setObjectName(u"filterHistory"_s);
    m_historyMenu->setAccessibleName(tr("The last filters"));
    m_field->setObjectName(u"filterField"_s);
    m_field->setPlaceholderText(tr("Filter: words, peer == 127.0.0.1, type == move && size > 100, error"));
    m_field->setAccessibleName(tr("Filter for messages"));
    m_field->setToolTip(
        tr("Shows only the messages for which the filter holds (Ctrl+/).\n"
           "It is applied while you write, after a short pause, once it can be read; at once with Enter.\n"
           "Ctrl+Space offers how it may go on, Alt+Down the last filters, Esc clears it.\n\n"
           "words  \"two words\"  dir == in  sock == \"game\"  peer == 127.0.0.1:9000  type == move  size > 100\n"
           "data.pos.x < 10  payload contains 0a:0b  text matches \"^he\"  no in 100..200  error  unhandled\n"
           "joined with  &&  ||  !  ( )"));
    m_field->setClearButtonEnabled(true);
    m_field->setMaxLength(static_cast<int>(Filter::maximumLength));
    m_field->setMinimumWidth(220);
    m_field->installEventFilter(this);
    m_field->installEventFilter(m_popup); // again, so that the list is asked before the bar
    connect(m_field, &QLineEdit::textEdited, this, &FilterBar::handleEdited);
    connect(m_field, &QLineEdit::textChanged, this, [this] {
        compile();
        if (m_field->text().isEmpty())
            return applyNow();
        m_pause.start();
        showState();
    });
}

QString FilterBar::text() const
{
    return m_field->text();
}

void FilterBar::setText(const QString &text)
{
    showText(text, false);
    applyNow();
}

void FilterBar::showText(const QString &text, bool prepared)
{
    m_field->setText(text);
    m_popup->hide();
    m_prepared = prepared;
    if (prepared)
        m_pause.stop();
    showState();
}

void FilterBar::applyTerm(const QString &term, FilterJoin join)
{
    if (m_field->text().trimmed() != term || join != FilterJoin::And)
        showText(filterCombined(m_field->text(), term, join), false);
    applyNow();
    m_history.add(m_field->text());
}

void FilterBar::prepareTerm(const QString &term, FilterJoin join)
{
    showText(filterCombined(m_field->text(), term, join), true);
    m_field->setFocus(Qt::OtherFocusReason);
    m_field->setCursorPosition(static_cast<int>(m_field->text().size()));
}

QString FilterBar::message() const
{
    return m_message;
}

void FilterBar::focusField()
{
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void FilterBar::clear()
{
    setText({});
}

void FilterBar::loadSettings(const QSettings &settings)
{
    m_history.load(settings);
    m_saved.load(settings);
}

void FilterBar::saveSettings(QSettings &settings) const
{
    m_history.save(settings);
    m_saved.save(settings);
}

void FilterBar::compile()
{
    const QString text = m_field->text();
    m_error = {};
    m_filter = text.trimmed().isEmpty() ? Filter() : Filter::compile(text, &m_error);
    if (m_filter)
        m_field->clearWrong();
    else
        m_field->setWrong(m_error.column, m_error.length);
}

void FilterBar::handleEdited()
{
    m_prepared = false;
    complete(false);
}

void FilterBar::applyNow()
{
    m_pause.stop();
    m_prepared = false;
    if (!m_filter)
        compile();
    // Setting it cancels the scan that runs.
    if (m_filter && !(*m_filter == m_log->filter()))
        m_log->setFilter(*m_filter);
    tellWhatIsShown(!m_filter);
    showState();
}

// After the pause, so that nothing comes and goes while somebody writes.
void FilterBar::tellWhatIsShown(bool stale)
{
    constexpr qsizetype characters = 200;
    QString what;
    if (stale) {
        const QString old = m_log->filter().text();
        const QString shown = old.size() > characters ? old.left(characters) + u'…' : old;
        what = old.isEmpty()
                   ? tr("Still showing all messages. The filter cannot be read: %1").arg(m_error.toString())
                   : tr("Still showing: %1\nThe new filter cannot be read: %2").arg(shown, m_error.toString());
    }
    if (std::exchange(m_stale, what) != what)
        Q_EMIT staleChanged(what);
}

void FilterBar::showState()
{
    const bool empty = m_field->text().trimmed().isEmpty();
    const bool inForce = m_filter && *m_filter == m_log->filter();
    m_state = !m_filter && !empty     ? State::Invalid
              : m_prepared            ? State::Prepared
              : !empty && !inForce    ? State::Pending
              : empty                 ? State::Empty
              : m_log->isCatchingUp() ? State::Scanning
                                      : State::Valid;
    m_field->setLook(m_state == State::Invalid ? FilterEdit::Look::Invalid
                     : empty                   ? FilterEdit::Look::Plain
                                               : FilterEdit::Look::Valid);
    m_field->setProgress(m_state == State::Scanning ? m_log->scanProgress() : -1);
    m_savedRow->setPresent(m_field->text(), m_filter.has_value());
    switch (m_state) {
    case State::Empty:
        m_icon->setIcon(themeIcon(u"filter"));
        showMessage({}, false);
        break;
    case State::Pending:
        m_icon->setIcon(themeIcon(u"dots"));
        showMessage(tr("Enter applies"), false);
        break;
    case State::Prepared:
        m_icon->setIcon(themeIcon(u"dots"));
        showMessage(tr("prepared: Enter applies"), false);
        break;
    case State::Valid:
        m_icon->setIcon(themeIcon(u"ok"));
        showMessage(tr("%1 shown").arg(Format::count(qint64(m_log->rowCount()))), false);
        break;
    case State::Scanning:
        m_icon->setIcon(themeIcon(u"clock"));
        showMessage(tr("scanning, %1").arg(Format::percent(m_log->scanProgress())), false);
        break;
    case State::Invalid:
        m_icon->setIcon(themeIcon(u"error"));
        showMessage(m_error.toString(), true);
        break;
    }
}

void FilterBar::showMessage(const QString &text, bool wrong)
{
    m_message = text;
    // A place of its own for figures, so that what stands beside it keeps still while they grow.
    const QFontMetrics metrics(m_label->font());
    const int margins = m_label->contentsMargins().left() + m_label->contentsMargins().right();
    const int room = std::max(60, m_label->parentWidget()->width() - m_savedRow->minimumSizeHint().width() - 12);
    const int usual = metrics.horizontalAdvance(tr("scanning, 100.0 %")) + margins;
    const int wanted = text.isEmpty() ? 0 : std::max(usual, metrics.horizontalAdvance(text) + margins + 2);
    const int wide = std::min(wanted, room);
    m_label->setVisible(!text.isEmpty());
    m_label->setFixedWidth(wide);
    m_label->setText(metrics.elidedText(text, Qt::ElideRight, wide - margins));
    m_label->setToolTip(text);
    m_label->setAccessibleDescription(text);
    m_field->setAccessibleDescription(text);
    setRole(m_label, wrong ? u"error"_s : u"secondary"_s);
}

void FilterBar::complete(bool asked)
{
    if (!m_seenSince.isValid() || m_seenSince.elapsed() > seenMs) {
        m_seen = SeenValues::collect(m_inspection->directory(), m_inspection->recorder()->store().chunks());
        m_seenSince.start();
    }
    m_popup->offer(FilterCompletion::complete(m_field->text(), m_field->cursorPosition(), m_seen, asked));
}

void FilterBar::fillHistory()
{
    m_popup->hide();
    m_historyMenu->clear();
    for (const QString &text : m_history.texts()) {
        const QString line = text.size() > historyCharacters ? text.left(historyCharacters) + u'…' : text;
        QAction *action = m_historyMenu->addAction(QString(line).replace(u'&', u"&&"_s), this, [this, text] {
            setText(text);
            m_history.add(text);
        });
        action->setToolTip(text);
    }
    if (m_history.texts().isEmpty())
        m_historyMenu->addAction(tr("Filters that you apply with Enter are kept here"))->setEnabled(false);
    m_historyMenu->addSeparator();
    m_historyMenu->addAction(themeIcon(u"clear"), tr("&Forget All"), this, [this] { m_history.clear(); })
        ->setEnabled(!m_history.texts().isEmpty());
    m_historyMenu->popup(m_field->mapToGlobal(QPoint(0, m_field->height())));
}

bool FilterBar::handleKey(int key, Qt::KeyboardModifiers modifiers)
{
    switch (key) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        applyNow();
        if (m_filter)
            m_history.add(m_field->text());
        return true;
    case Qt::Key_Escape:
        if (m_field->text().isEmpty())
            return false;
        clear();
        return true;
    case Qt::Key_Space:
        if (!(modifiers & Qt::ControlModifier))
            return false;
        complete(true);
        return true;
    case Qt::Key_Down:
        if (modifiers & Qt::AltModifier)
            fillHistory();
        else
            complete(true);
        return true;
    default:
        return false;
    }
}

bool FilterBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (handleKey(key->key(), key->modifiers()))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FilterBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    showMessage(m_message, m_state == State::Invalid);
}

} // namespace SockScope
