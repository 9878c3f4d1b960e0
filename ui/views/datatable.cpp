#include "ui/views/datatable.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QHelpEvent>
#include <QIODevice>
#include <QKeyEvent>
#include <QMenu>
#include <QToolTip>

#include <algorithm>

#include "ui/delegates/celldelegate.h"
#include "ui/models/format.h"
#include "ui/models/roles.h"
#include "ui/views/emptystate.h"

namespace SockScope {

DataHeader::DataHeader(QWidget *parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setHighlightSections(false);
    setSectionsMovable(true);
    setSectionsClickable(true);
    setMinimumSectionSize(20);
    setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    setTextElideMode(Qt::ElideRight);
    setContextMenuPolicy(Qt::CustomContextMenu);
}

void DataHeader::initStyleOptionForIndex(QStyleOptionHeader *option, int logicalIndex) const
{
    QHeaderView::initStyleOptionForIndex(option, logicalIndex);
    if (model() && model()->headerData(logicalIndex, Qt::Horizontal, NumericRole).toBool())
        option->textAlignment = Qt::AlignRight | Qt::AlignVCenter;
    if (const auto label = m_shortLabels.constFind(logicalIndex); label != m_shortLabels.constEnd())
        option->text = *label;
}

bool DataHeader::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && model()) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const int logical = logicalIndexAt(help->pos());
        QString text = model()->headerData(logical, Qt::Horizontal, Qt::ToolTipRole).toString();
        if (text.isEmpty())
            text = model()->headerData(logical, Qt::Horizontal).toString();
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QHeaderView::viewportEvent(event);
}

DataTable::DataTable(const QString &accessibleName, QWidget *parent)
    : QTableView(parent)
{
    setHorizontalHeader(new DataHeader(this));
    setAccessibleName(accessibleName);
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setAlternatingRowColors(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setCornerButtonEnabled(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setItemDelegate(new CellDelegate(this));
    updateRowHeight();
    m_emptyState = new EmptyState(this);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this, &DataTable::showHeaderMenu);
}

DataHeader *DataTable::dataHeader() const
{
    return static_cast<DataHeader *>(horizontalHeader());
}

void DataTable::setModel(QAbstractItemModel *model)
{
    QTableView::setModel(model);
    m_emptyState->watchModel();
}

void DataTable::updateRowHeight()
{
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 6);
}

void DataTable::changeEvent(QEvent *event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateRowHeight();
}

void DataTable::setColumns(std::initializer_list<Column> columns)
{
    m_columns = QList<Column>(columns);
    resetColumns();
}

bool DataTable::isInitialColumn(int logical) const
{
    return std::any_of(m_columns.begin(), m_columns.end(),
                       [logical](const Column &column) { return column.logical == logical; });
}

int DataTable::stretchColumn() const
{
    const auto found =
        std::find_if(m_columns.begin(), m_columns.end(), [](const Column &column) { return column.characters <= 0; });
    return found == m_columns.end() ? -1 : found->logical;
}

void DataTable::resetColumns()
{
    QHeaderView *header = horizontalHeader();
    const int count = model() ? model()->columnCount() : 0;
    const int character = fontMetrics().horizontalAdvance(u'0');
    for (int logical = 0; logical < count; ++logical)
        header->setSectionHidden(logical, true);
    int visual = 0;
    header->setStretchLastSection(false);
    for (const Column &column : std::as_const(m_columns)) {
        header->moveSection(header->visualIndex(column.logical), visual++);
        header->setSectionHidden(column.logical, !column.shown);
        const bool stretches = column.characters <= 0;
        header->setSectionResizeMode(column.logical, stretches ? QHeaderView::Stretch : QHeaderView::Interactive);
        if (!stretches)
            header->resizeSection(column.logical, qRound(column.characters * character) + 10);
    }
}

QString DataTable::currentCellText() const
{
    return currentIndex().isValid() ? currentIndex().data().toString() : QString();
}

QString DataTable::selectedText() const
{
    if (!selectionModel())
        return {};
    QList<int> rows;
    qint64 left = 0;
    const QItemSelection ranges = selectionModel()->selection();
    for (const QItemSelectionRange &range : ranges) {
        const int end =
            static_cast<int>(qMin<qint64>(range.bottom() + 1LL, range.top() + maximumCopiedRows - rows.size()));
        for (int row = range.top(); row < end; ++row)
            rows.append(row);
        left += range.bottom() + 1 - end;
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());

    QList<int> columns;
    for (int visual = 0; visual < horizontalHeader()->count(); ++visual) {
        const int logical = horizontalHeader()->logicalIndex(visual);
        if (!isColumnHidden(logical))
            columns.append(logical);
    }
    const auto line = [&columns](auto &&cell) {
        QStringList cells;
        for (const int column : columns)
            cells.append(cell(column));
        return cells.join(u'\t');
    };
    QStringList lines;
    if (rows.size() > 1)
        lines.append(line([this](int column) { return model()->headerData(column, Qt::Horizontal).toString(); }));
    for (const int row : std::as_const(rows))
        lines.append(line([this, row](int column) {
            QString text = model()->index(row, column).data().toString();
            return text.replace(u'\t', u' ').replace(u'\n', u' ');
        }));
    if (left > 0)
        lines.append(tr("(%1 more rows were chosen; at most %2 are copied at once)")
                         .arg(Format::count(left), Format::count(maximumCopiedRows)));
    return lines.join(u'\n');
}

void DataTable::copyRows() const
{
    const QString text = selectedText();
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
}

void DataTable::copyCell() const
{
    QApplication::clipboard()->setText(currentCellText());
}

void DataTable::focusInEvent(QFocusEvent *event)
{
    // Qt makes the first row the current one when there is none: a person who chose nothing has not chosen that.
    const bool hadCurrent = currentIndex().isValid();
    if (hadCurrent || !selectionModel())
        return QTableView::focusInEvent(event);
    {
        const QSignalBlocker blocker(selectionModel());
        QTableView::focusInEvent(event);
        selectionModel()->clearCurrentIndex();
    }
    viewport()->update();
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    // The arrows start from what is seen, not from a first row far above.
    const bool moves = event->key() == Qt::Key_Down || event->key() == Qt::Key_Up || event->key() == Qt::Key_PageDown ||
                       event->key() == Qt::Key_PageUp;
    const int top = indexAt(QPoint(0, 0)).row();
    if (moves && selectionModel() && !currentIndex().isValid() && top > 0) {
        const QSignalBlocker blocker(selectionModel());
        selectionModel()->setCurrentIndex(model()->index(top - 1, 0), QItemSelectionModel::NoUpdate);
    }
    if (event->matches(QKeySequence::Copy))
        return copyRows();
    if (event->key() == Qt::Key_Menu || (event->key() == Qt::Key_F10 && event->modifiers() == Qt::ShiftModifier)) {
        const QRect cell = visualRect(currentIndex());
        Q_EMIT customContextMenuRequested(cell.isValid() ? cell.center() : QPoint(8, 8));
        return;
    }
    QTableView::keyPressEvent(event);
}

QByteArray DataTable::saveColumns() const
{
    QByteArray result;
    QDataStream stream(&result, QIODevice::WriteOnly);
    stream << qint32(horizontalHeader()->count()) << horizontalHeader()->saveState();
    return result;
}

bool DataTable::restoreColumns(const QByteArray &state)
{
    QDataStream stream(state);
    qint32 count = 0;
    QByteArray header;
    stream >> count >> header;
    if (stream.status() != QDataStream::Ok || count != horizontalHeader()->count() ||
        !horizontalHeader()->restoreState(header)) {
        resetColumns();
        return false;
    }
    // A table without any column cannot be asked for its columns any more.
    if (horizontalHeader()->hiddenSectionCount() >= horizontalHeader()->count())
        resetColumns();
    return true;
}

void DataTable::addColumnActions(QMenu *menu)
{
    for (int visual = 0; visual < horizontalHeader()->count(); ++visual) {
        const int logical = horizontalHeader()->logicalIndex(visual);
        QString title = model()->headerData(logical, Qt::Horizontal, Qt::ToolTipRole).toString();
        if (title.isEmpty())
            title = model()->headerData(logical, Qt::Horizontal).toString();
        QAction *action = menu->addAction(title);
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(logical));
        connect(action, &QAction::toggled, this, [this, logical](bool shown) {
            const bool last = horizontalHeader()->hiddenSectionCount() + 1 >= horizontalHeader()->count();
            if (!shown && last)
                return;
            setColumnHidden(logical, !shown);
            if (shown && columnWidth(logical) < 24)
                setColumnWidth(logical, 80);
        });
    }
    menu->addSeparator();
    menu->addAction(tr("Reset Columns"), this, &DataTable::resetColumns);
}

void DataTable::showHeaderMenu(QPoint position)
{
    QMenu menu(this);
    Q_EMIT headerMenuRequested(&menu, horizontalHeader()->logicalIndexAt(position));
    addColumnActions(&menu);
    menu.exec(horizontalHeader()->mapToGlobal(position));
}

} // namespace SockScope
