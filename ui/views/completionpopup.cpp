#include "ui/views/completionpopup.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>

#include <algorithm>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr int rowsShown = 12;
}

CompletionPopup::CompletionPopup(QLineEdit *field)
    : QTreeWidget(field)
    , m_field(field)
{
    setObjectName(u"completionPopup"_s);
    setAccessibleName(tr("Completions"));
    setColumnCount(2);
    header()->hide();
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(SingleSelection);
    connect(this, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem *item) { take(indexOfTopLevelItem(item)); });
    m_field->installEventFilter(this);
    hide();
}

void CompletionPopup::offer(const std::vector<Completion> &completions)
{
    m_completions = completions;
    clear();
    if (m_completions.empty() || !m_field->isVisible()) {
        hide();
        return;
    }
    const QColor secondary = Theme::instance()->colors().secondary;
    for (const Completion &completion : m_completions) {
        auto *item = new QTreeWidgetItem(this, {completion.text, completion.help});
        item->setForeground(1, secondary);
        item->setToolTip(0, completion.text);
    }
    place();
    show();
    raise();
}

QStringList CompletionPopup::offered() const
{
    QStringList texts;
    for (const Completion &completion : m_completions)
        texts.append(completion.text);
    return texts;
}

void CompletionPopup::place()
{
    QWidget *window = m_field->window();
    if (parentWidget() != window)
        setParent(window);
    ensurePolished();
    const int rowHeight = std::max(sizeHintForRow(0), fontMetrics().height() + 4);
    resizeColumnToContents(0);
    setColumnWidth(0, std::clamp(columnWidth(0) + 16, 120, 360));
    const int rows = std::min(rowsShown, topLevelItemCount());
    const int wide = std::clamp(columnWidth(0) + sizeHintForColumn(1) + 32, 260, std::max(260, m_field->width()));
    const int high = rows * rowHeight + 2 * frameWidth() + 4;
    const QPoint below = m_field->mapTo(window, QPoint(0, m_field->height() + 1));
    setGeometry(below.x(), below.y(), wide, std::min(high, std::max(40, window->height() - below.y() - 4)));
}

void CompletionPopup::take(int row)
{
    if (row < 0 || static_cast<size_t>(row) >= m_completions.size())
        return;
    const Completion completion = m_completions[static_cast<size_t>(row)];
    hide();
    Q_EMIT taken(completion);
}

void CompletionPopup::moveCurrent(int step)
{
    const int count = topLevelItemCount();
    const int present = currentItem() ? indexOfTopLevelItem(currentItem()) : step > 0 ? -1 : count;
    setCurrentItem(topLevelItem(std::clamp(present + step, 0, count - 1)));
}

bool CompletionPopup::handleKey(int key, Qt::KeyboardModifiers modifiers)
{
    if (modifiers & ~Qt::KeypadModifier)
        return false;
    switch (key) {
    case Qt::Key_Down:
        moveCurrent(1);
        return true;
    case Qt::Key_Up:
        moveCurrent(-1);
        return true;
    case Qt::Key_PageDown:
        moveCurrent(rowsShown - 1);
        return true;
    case Qt::Key_PageUp:
        moveCurrent(1 - rowsShown);
        return true;
    case Qt::Key_Tab:
        take(currentItem() ? indexOfTopLevelItem(currentItem()) : 0);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!currentItem()) {
            hide();
            return false; // nothing was chosen: the filter is applied as it stands
        }
        take(indexOfTopLevelItem(currentItem()));
        return true;
    case Qt::Key_Escape:
        hide();
        return true;
    default:
        return false;
    }
}

bool CompletionPopup::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_field || !isVisible())
        return QTreeWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::ShortcutOverride:
        // Escape and the arrows may be shortcuts of the window; while the list is there they are its keys.
        switch (static_cast<QKeyEvent *>(event)->key()) {
        case Qt::Key_Escape:
        case Qt::Key_Tab:
        case Qt::Key_Up:
        case Qt::Key_Down:
            event->accept();
            return true;
        default:
            break;
        }
        break;
    case QEvent::KeyPress: {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (handleKey(key->key(), key->modifiers()))
            return true;
        break;
    }
    case QEvent::FocusOut:
    case QEvent::Hide:
    case QEvent::Move:
        hide();
        break;
    case QEvent::Resize:
        place();
        break;
    default:
        break;
    }
    return QTreeWidget::eventFilter(watched, event);
}

} // namespace SockScope
