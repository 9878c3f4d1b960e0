#include "ui/views/logtable.h"

#include <QElapsedTimer>
#include <QPaintEvent>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QStringListModel>
#include <QStyleOptionViewItem>
#include <QTimer>

#include <algorithm>
#include <limits>

namespace SockScope {

namespace {
constexpr qint64 readingNs = 6'000'000; // so long a painting reads rows; the others wait for the next
}

LogTable::LogTable(const QString &accessibleName, QWidget *parent)
    : DataTable(accessibleName, parent)
{
    // By pixels: by items, Qt shifts the rows by a part of one when the end is reached or left.
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
}

void LogTable::setModel(QAbstractItemModel *newModel)
{
    if (model())
        model()->disconnect(this);
    DataTable::setModel(newModel);
    verticalHeader()->setModel(new QStringListModel(verticalHeader())); // no rows, ever
    if (!newModel)
        return;
    connect(newModel, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { handleRowsInserted(first, last); });
    connect(newModel, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { handleRowsRemoved(first, last); });
    connect(newModel, &QAbstractItemModel::columnsInserted, this, [this](const QModelIndex &, int first, int last) {
        for (int logical = first; logical <= last; ++logical)
            placeAddedColumn(logical);
    });
    // The base's doItemsLayout comes later, on its timer: until then the bar would count rows that are gone.
    connect(newModel, &QAbstractItemModel::modelReset, this, [this] { updateGeometries(); });
    updateGeometries();
}

void LogTable::setFollowing(bool following)
{
    m_following = following;
    if (following) {
        updateGeometries();
        viewport()->update();
    }
}

int LogTable::rowHeight() const
{
    return verticalHeader()->defaultSectionSize();
}

int LogTable::maximumRows() const
{
    return std::numeric_limits<int>::max() / rowHeight() - 1;
}

int LogTable::rowAt(int y) const
{
    const int row = (y + verticalOffset()) / rowHeight();
    return y + verticalOffset() >= 0 && row < rowCount() ? row : -1;
}

std::pair<int, int> LogTable::visibleRows() const
{
    const int first = verticalOffset() / rowHeight();
    const int last = (verticalOffset() + viewport()->height() - 1) / rowHeight();
    return {first, qMin(last, rowCount() - 1)};
}

int LogTable::verticalOffset() const
{
    return verticalScrollBar()->value();
}

QRect LogTable::visualRect(const QModelIndex &index) const
{
    if (!index.isValid() || isIndexHidden(index))
        return {};
    return {columnViewportPosition(index.column()), index.row() * rowHeight() - verticalOffset(),
            columnWidth(index.column()), rowHeight()};
}

bool LogTable::isIndexHidden(const QModelIndex &index) const
{
    return isColumnHidden(index.column());
}

QModelIndex LogTable::indexAt(const QPoint &position) const
{
    const int row = rowAt(position.y());
    const int column = horizontalHeader()->logicalIndexAt(position.x());
    return row >= 0 && column >= 0 ? model()->index(row, column) : QModelIndex();
}

void LogTable::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    if (!index.isValid())
        return;
    const int height = viewport()->height();
    const int top = index.row() * rowHeight();
    const int offset = verticalOffset();
    const bool above = top < offset;
    const bool below = top + rowHeight() > offset + height;
    int wanted = offset;
    if (hint == PositionAtTop || (hint == EnsureVisible && above))
        wanted = top;
    else if (hint == PositionAtBottom || (hint == EnsureVisible && below))
        wanted = qMin(top, top + rowHeight() - height);
    else if (hint == PositionAtCenter)
        wanted = top - (height - rowHeight()) / 2;
    if (rowHeight() > height)
        wanted = hint == EnsureVisible && !above && !below ? offset : top;
    verticalScrollBar()->setValue(wanted);

    // Sideways only as far as the cell asks for; a click on a row must not move the columns under the hand.
    if (isColumnHidden(index.column()) || hint != EnsureVisible)
        return;
    const int left = columnViewportPosition(index.column());
    const int width = columnWidth(index.column());
    QScrollBar *bar = horizontalScrollBar();
    if (left < 0 || width > viewport()->width())
        bar->setValue(bar->value() + left);
    else if (left + width > viewport()->width())
        bar->setValue(bar->value() + left + width - viewport()->width());
}

void LogTable::updateGeometries()
{
    if (m_adjusting)
        return;
    const QScopedValueRollback guard(m_adjusting, true);
    balanceColumns();
    QHeaderView *header = horizontalHeader();
    const int headerHeight =
        header->isHidden() ? 0 : qBound(header->minimumHeight(), header->sizeHint().height(), header->maximumHeight());
    setViewportMargins(0, headerHeight, 0, 0);
    const QRect area = viewport()->geometry();
    header->setGeometry(area.left(), area.top() - headerHeight, area.width(), headerHeight);

    const QSize size = viewport()->size();
    horizontalScrollBar()->setPageStep(size.width());
    horizontalScrollBar()->setRange(0, qMax(0, header->length() - size.width()));
    horizontalScrollBar()->setSingleStep(qMax(2, size.width() / 20));
    header->setOffset(horizontalScrollBar()->value());

    const qint64 length = qint64(rowCount()) * rowHeight();
    const int last = static_cast<int>(
        std::clamp<qint64>(length - size.height(), 0, std::numeric_limits<int>::max() - size.height() - 1));
    verticalScrollBar()->setPageStep(size.height());
    verticalScrollBar()->setRange(0, last);
    verticalScrollBar()->setSingleStep(rowHeight());
    if (m_following)
        verticalScrollBar()->setValue(last);
    QAbstractItemView::updateGeometries();
}

void LogTable::resizeEvent(QResizeEvent *event)
{
    QAbstractItemView::resizeEvent(event);
    updateGeometries();
}

// The base waits with that until its own layout has run, which is not what is painted here.
void LogTable::dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight, const QList<int> &roles)
{
    DataTable::dataChanged(topLeft, bottomRight, roles);
    const auto [first, last] = visibleRows();
    if (topLeft.row() <= last && bottomRight.row() >= first)
        viewport()->update();
}

// What is seen stays where it is, while rows come or go above it.
void LogTable::shiftBy(qint64 rows)
{
    const qint64 wanted = verticalOffset() + rows * rowHeight();
    updateGeometries(); // the new range first
    const QScopedValueRollback guard(m_adjusting, true);
    verticalScrollBar()->setValue(
        static_cast<int>(std::clamp<qint64>(wanted, 0, std::numeric_limits<int>::max()))); // the bar knows its range
}

void LogTable::handleRowsInserted(int first, int last)
{
    const int count = last - first + 1;
    const bool above = first * rowHeight() <= verticalOffset() && count < rowCount();
    if (!m_following && above)
        shiftBy(count);
    else
        updateGeometries();
    viewport()->update();
}

void LogTable::handleRowsRemoved(int first, int last)
{
    const qint64 above = std::clamp<qint64>(verticalOffset() / rowHeight() - first, 0, last - first + 1);
    if (!m_following && above > 0)
        shiftBy(-above);
    else
        updateGeometries();
    viewport()->update();
}

void LogTable::paintEvent(QPaintEvent *event)
{
    if (!model() || !selectionModel())
        return;
    QPainter painter(viewport());
    QStyleOptionViewItem base;
    initViewItemOption(&base);
    const QHeaderView *header = horizontalHeader();
    const QRect area = event->rect();
    const int first = rowAt(qMax(0, area.top()));
    if (first < 0)
        return;
    const int last = qMin(rowCount() - 1, (area.bottom() + verticalOffset()) / rowHeight());
    const bool focused = hasFocus() || viewport()->hasFocus();
    const QModelIndex current = currentIndex();
    QElapsedTimer reading;
    qint64 readNs = 0;
    for (int row = first; row <= last; ++row) {
        const int y = row * rowHeight() - verticalOffset();
        // The rows of a filter may each lie in another chunk on the disk: they come a few at a time.
        if (readNs > readingNs) {
            painter.setPen(palette().color(QPalette::Disabled, QPalette::Text));
            painter.drawText(QRect(6, y, viewport()->width(), rowHeight()), Qt::AlignLeft | Qt::AlignVCenter,
                             tr("reading…"));
            continue;
        }
        reading.start();
        model()->index(row, 0).data();
        readNs += reading.nsecsElapsed();
        for (int visual = 0; visual < header->count(); ++visual) {
            const int column = header->logicalIndex(visual);
            if (header->isSectionHidden(column))
                continue;
            const QRect cell(columnViewportPosition(column), y, columnWidth(column), rowHeight());
            if (cell.right() < area.left() || cell.left() > area.right())
                continue;
            const QModelIndex index = model()->index(row, column);
            QStyleOptionViewItem option(base);
            option.rect = cell;
            if (selectionModel()->isSelected(index))
                option.state |= QStyle::State_Selected;
            if (focused && index == current)
                option.state |= QStyle::State_HasFocus;
            option.palette.setCurrentColorGroup(isEnabled() ? QPalette::Normal : QPalette::Disabled);
            style()->drawPrimitive(QStyle::PE_PanelItemViewRow, &option, &painter, this);
            itemDelegateForIndex(index)->paint(&painter, option, index);
        }
    }
    if (readNs > readingNs)
        QTimer::singleShot(0, viewport(), qOverload<>(&QWidget::update));
}

QModelIndex LogTable::moveCursor(CursorAction action, Qt::KeyboardModifiers)
{
    const int rows = rowCount();
    const QHeaderView *header = horizontalHeader();
    if (rows == 0 || header->count() == header->hiddenSectionCount())
        return {};
    const QModelIndex current = currentIndex();
    int row = current.isValid() ? current.row() : qMax(0, rowAt(0));
    int visual = current.isValid() ? header->visualIndex(current.column()) : -1;
    const auto step = [&](int by) {
        int next = visual + by;
        while (next >= 0 && next < header->count() && header->isSectionHidden(header->logicalIndex(next)))
            next += by;
        if (next >= 0 && next < header->count())
            visual = next;
    };
    if (visual < 0)
        step(1);
    const int page = qMax(1, viewport()->height() / rowHeight());
    switch (action) {
    case MoveUp:
        row -= current.isValid() ? 1 : 0;
        break;
    case MoveDown:
        row += current.isValid() ? 1 : 0;
        break;
    case MovePageUp:
        row -= page;
        break;
    case MovePageDown:
        row += page;
        break;
    case MoveHome:
        row = 0;
        break;
    case MoveEnd:
        row = rows - 1;
        break;
    case MoveLeft:
    case MovePrevious:
        step(-1);
        break;
    case MoveRight:
    case MoveNext:
        step(1);
        break;
    }
    return model()->index(qBound(0, row, rows - 1), header->logicalIndex(visual));
}

void LogTable::setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags command)
{
    if (!selectionModel() || rowCount() == 0)
        return;
    const int top = (qMin(rect.top(), rect.bottom()) + verticalOffset()) / rowHeight();
    const int bottom = (qMax(rect.top(), rect.bottom()) + verticalOffset()) / rowHeight();
    if (top >= rowCount() || bottom < 0) {
        if (command & QItemSelectionModel::Clear)
            selectionModel()->select(QItemSelection(), command);
        return;
    }
    // Whole rows, whatever the columns of the rectangle.
    const QModelIndex first = model()->index(qMax(0, top), 0);
    const QModelIndex last = model()->index(qMin(bottom, rowCount() - 1), model()->columnCount() - 1);
    selectionModel()->select(QItemSelection(first, last), command);
}

QRegion LogTable::visualRegionForSelection(const QItemSelection &selection) const
{
    const auto [first, last] = visibleRows();
    QRegion region;
    for (const QItemSelectionRange &range : selection) {
        const int top = qMax(first, range.top());
        const int bottom = qMin(last, range.bottom());
        if (top <= bottom)
            region +=
                QRect(0, top * rowHeight() - verticalOffset(), viewport()->width(), (bottom - top + 1) * rowHeight());
    }
    return region;
}

} // namespace SockScope
