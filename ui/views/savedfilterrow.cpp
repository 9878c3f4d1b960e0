#include "ui/views/savedfilterrow.h"

#include <QApplication>
#include <QFrame>
#include <QInputDialog>
#include <QMenu>
#include <QMouseEvent>
#include <QToolButton>

#include <algorithm>
#include <utility>

#include "ui/icons.h"
#include "ui/models/savedfilters.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int gap = 2;
constexpr int widestButton = 140;

QString shown(const QString &text)
{
    return QString(text).replace(u'&', u"&&"_s);
}

} // namespace

SavedFilterRow::SavedFilterRow(SavedFilters *filters, QWidget *parent)
    : QWidget(parent)
    , m_filters(filters)
    , m_add(new QToolButton(this))
    , m_more(new QToolButton(this))
    , m_mark(new QFrame(this))
{
    setAccessibleName(tr("Saved filters"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_add->setObjectName(u"saveFilter"_s);
    m_add->setIcon(themeIcon(u"add"));
    m_add->setAutoRaise(true);
    m_add->setAccessibleName(tr("Save this filter"));
    m_more->setObjectName(u"moreFilters"_s);
    m_more->setText(u"»"_s);
    m_more->setAutoRaise(true);
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setMenu(new QMenu(m_more));
    m_more->setToolTip(tr("More saved filters"));
    m_more->setAccessibleName(m_more->toolTip());
    for (QToolButton *button : {m_add, m_more})
        button->setFocusPolicy(Qt::TabFocus);
    connect(m_add, &QToolButton::clicked, this, &SavedFilterRow::saveFilter);
    connect(m_more->menu(), &QMenu::aboutToShow, this, &SavedFilterRow::fillMoreMenu);
    connect(m_filters, &SavedFilters::changed, this, &SavedFilterRow::rebuild);
    m_mark->setProperty("role", u"dropMark"_s);
    m_mark->hide();
    rebuild();
    setPresent({}, false);
}

void SavedFilterRow::setPresent(const QString &text, bool valid)
{
    m_present = text.trimmed();
    m_presentValid = valid && !m_present.isEmpty();
    m_add->setEnabled(m_presentValid);
    m_add->setToolTip(m_presentValid ? tr("Save this filter as a button (Ctrl+Shift+S)")
                                     : tr("Save a filter as a button: write one first"));
    showPressed();
}

void SavedFilterRow::showPressed()
{
    for (int i = 0; i < m_buttons.size(); ++i)
        m_buttons[i]->setChecked(!m_present.isEmpty() && m_filters->filters().at(i).text == m_present);
}

void SavedFilterRow::rebuild()
{
    for (QToolButton *button : std::as_const(m_buttons))
        button->deleteLater(); // its own menu may have removed it
    m_buttons.clear();
    m_dragged = m_dropAt = -1;
    m_mark->hide();
    int index = 0;
    for (const SavedFilter &filter : m_filters->filters()) {
        auto *button = new QToolButton(this);
        button->setAutoRaise(true);
        button->setCheckable(true);
        button->setProperty("role", u"toggle"_s);
        button->setFocusPolicy(Qt::TabFocus);
        button->setText(shown(fontMetrics().elidedText(filter.name, Qt::ElideRight, widestButton - 20)));
        button->setToolTip(filter.name + u'\n' + filter.text);
        button->setAccessibleName(tr("Saved filter %1").arg(filter.name));
        button->setAccessibleDescription(filter.text);
        button->setContextMenuPolicy(Qt::CustomContextMenu);
        button->setMaximumWidth(widestButton);
        button->installEventFilter(this);
        connect(button, &QToolButton::clicked, this, [this, text = filter.text] {
            showPressed(); // the field says what is pressed, not the click
            Q_EMIT chosen(text, FilterJoin::Replace);
        });
        connect(button, &QWidget::customContextMenuRequested, this, [this, button, index](QPoint position) {
            auto *menu = new QMenu(this);
            menu->setAttribute(Qt::WA_DeleteOnClose);
            fillMenu(menu, index);
            menu->popup(button->mapToGlobal(position));
        });
        m_buttons.append(button);
        ++index;
    }
    showPressed();
    place();
    updateGeometry();
}

// A click stays the button's own until the mouse has gone so far that it is dragged.
bool SavedFilterRow::eventFilter(QObject *watched, QEvent *event)
{
    const QEvent::Type type = event->type();
    if (type != QEvent::MouseButtonPress && type != QEvent::MouseMove && type != QEvent::MouseButtonRelease)
        return QWidget::eventFilter(watched, event);
    auto *button = qobject_cast<QToolButton *>(watched);
    const auto *mouse = static_cast<const QMouseEvent *>(event);
    switch (type) {
    case QEvent::MouseButtonPress:
        m_dragged = mouse->button() == Qt::LeftButton ? m_buttons.indexOf(button) : -1;
        m_dropAt = -1;
        m_mark->hide();
        m_pressed = button->mapToParent(mouse->position().toPoint());
        break;
    case QEvent::MouseMove: {
        const QPoint at = button->mapToParent(mouse->position().toPoint());
        if (m_dragged < 0 || !(mouse->buttons() & Qt::LeftButton) ||
            (button->isDown() && (at - m_pressed).manhattanLength() < QApplication::startDragDistance()))
            break;
        button->setDown(false);
        dragTo(at);
        return true;
    }
    case QEvent::MouseButtonRelease:
        if (m_dragged < 0 || button->isDown())
            break;
        drop();
        return true;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

void SavedFilterRow::dragTo(QPoint position)
{
    m_dropAt = -1;
    const int tolerance = 2 * height();
    if (m_shown > 0 && position.y() > -tolerance && position.y() < height() + tolerance) {
        qsizetype before = 0; // the button that it would stand before
        while (before < m_shown && position.x() > m_buttons[before]->geometry().center().x())
            ++before;
        if (before != m_dragged && before != m_dragged + 1)
            m_dropAt = before > m_dragged ? before - 1 : before;
        const int x = before < m_shown ? m_buttons[before]->x() - gap : m_buttons[m_shown - 1]->geometry().right() + 1;
        m_mark->setGeometry(x, 1, 2, height() - 2);
        m_mark->raise();
    }
    m_mark->setVisible(m_dropAt >= 0);
}

void SavedFilterRow::drop()
{
    m_mark->hide();
    const qsizetype from = std::exchange(m_dragged, -1);
    if (m_dropAt >= 0)
        m_filters->move(from, std::exchange(m_dropAt, -1));
}

void SavedFilterRow::fillMenu(QMenu *menu, int index)
{
    const SavedFilter filter = m_filters->filters().at(index);
    const std::pair<QString, FilterJoin> joins[] = {
        {tr("&Apply"), FilterJoin::Replace},     {tr("Apply &Not"), FilterJoin::ReplaceNot},
        {tr("…&and It"), FilterJoin::And},       {tr("…&or It"), FilterJoin::Or},
        {tr("…and Not It"), FilterJoin::AndNot}, {tr("…or Not It"), FilterJoin::OrNot}};
    for (const auto &[text, join] : joins)
        menu->addAction(text, this, [this, filter, which = join] { Q_EMIT chosen(filter.text, which); });
    menu->addSeparator();
    menu->addAction(themeIcon(u"edit"), tr("&Rename…"), this, [this, index, filter] {
        askName(tr("Rename Saved Filter"), filter.name,
                [this, index](const QString &name) { return m_filters->rename(index, name); });
    });
    menu->addAction(tr("Replace &with the Present Filter"), this,
                    [this, index] { m_filters->setText(index, m_present); })
        ->setEnabled(m_presentValid && filter.text != m_present);
    menu->addAction(themeIcon(u"previous"), tr("Move &Left"), this,
                    [this, index] { m_filters->move(index, index - 1); })
        ->setEnabled(index > 0);
    menu->addAction(themeIcon(u"next"), tr("Move Ri&ght"), this, [this, index] { m_filters->move(index, index + 1); })
        ->setEnabled(index + 1 < m_filters->filters().size());
    menu->addSeparator();
    menu->addAction(themeIcon(u"remove"), tr("Re&move"), this, [this, index] { m_filters->removeAt(index); });
}

void SavedFilterRow::fillMoreMenu()
{
    QMenu *menu = m_more->menu();
    menu->clear();
    for (int i = m_shown; i < m_filters->filters().size(); ++i) {
        QMenu *one = menu->addMenu(shown(m_filters->filters().at(i).name));
        fillMenu(one, i);
    }
}

void SavedFilterRow::askName(const QString &title, const QString &suggestion,
                             const std::function<std::optional<QString>(const QString &name)> &take, const QString &why)
{
    auto *dialog = new QInputDialog(this);
    dialog->setObjectName(u"filterName"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText((why.isEmpty() ? QString() : why + u"\n\n"_s) + tr("Name of the filter"));
    dialog->setTextValue(suggestion);
    connect(dialog, &QInputDialog::textValueSelected, this, [this, title, take](const QString &name) {
        if (const auto refused = take(name))
            askName(title, name, take, *refused);
    });
    dialog->open();
}

void SavedFilterRow::saveFilter()
{
    if (!m_presentValid)
        return;
    askName(tr("Save Filter"), m_filters->suggestedName(m_present),
            [this, text = m_present](const QString &name) { return m_filters->add(name, text); });
}

QSize SavedFilterRow::sizeHint() const
{
    int width = m_add->sizeHint().width();
    for (const QToolButton *button : m_buttons)
        width += gap + std::min(button->sizeHint().width(), widestButton);
    return {width, m_add->sizeHint().height()};
}

QSize SavedFilterRow::minimumSizeHint() const
{
    return {m_add->sizeHint().width() + gap + m_more->sizeHint().width(), m_add->sizeHint().height()};
}

void SavedFilterRow::place()
{
    const int high = height();
    const int addWidth = m_add->sizeHint().width();
    int total = 0;
    for (const QToolButton *button : std::as_const(m_buttons))
        total += gap + std::min(button->sizeHint().width(), widestButton);
    const bool all = addWidth + total <= width();
    const int room = width() - (all ? 0 : gap + m_more->sizeHint().width());
    int x = addWidth;
    m_add->setGeometry(0, 0, addWidth, high);
    m_shown = 0;
    bool fits = true;
    for (QToolButton *button : std::as_const(m_buttons)) {
        const int wide = std::min(button->sizeHint().width(), widestButton);
        fits = fits && x + gap + wide <= room;
        button->setVisible(fits);
        if (!fits)
            continue;
        button->setGeometry(x + gap, 0, wide, high);
        x += gap + wide;
        ++m_shown;
    }
    m_more->setVisible(!all);
    m_more->setGeometry(x + gap, 0, m_more->sizeHint().width(), high);
}

void SavedFilterRow::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place();
}

} // namespace SockScope
