#include "ui/views/logtable.h"

#include <QDataStream>
#include <QIODevice>

#include <algorithm>

#include "ui/models/roles.h"

// The part of LogTable that remembers its columns.

namespace SockScope {

QString LogTable::columnKey(int logical) const
{
    const QString key = model()->headerData(logical, Qt::Horizontal, KeyRole).toString();
    return key.isEmpty() ? QString::number(logical) : key;
}

void LogTable::resetColumns()
{
    DataTable::resetColumns();
    for (int logical = 0; model() && logical < model()->columnCount(); ++logical) {
        if (!isInitialColumn(logical))
            placeAddedColumn(logical);
    }
}

// A column that a person added is narrow, and stands before the one that takes what is left.
void LogTable::placeAddedColumn(int logical)
{
    constexpr int leastCharacters = 8;
    constexpr int mostCharacters = 16;
    QHeaderView *header = horizontalHeader();
    header->setSectionHidden(logical, false);
    header->setSectionResizeMode(logical, QHeaderView::Interactive);
    const int character = fontMetrics().horizontalAdvance(u'0');
    const int title = fontMetrics().horizontalAdvance(model()->headerData(logical, Qt::Horizontal).toString());
    header->resizeSection(logical, std::clamp(title + 6, leastCharacters * character, mostCharacters * character) + 10);
    int before = 0;
    while (before < header->count() && header->logicalIndex(before) != stretchColumn())
        ++before;
    if (header->visualIndex(logical) > before)
        header->moveSection(header->visualIndex(logical), before);
}

// What takes the rest keeps some room: where the others leave none, the table scrolls sideways.
void LogTable::balanceColumns()
{
    constexpr int characters = 10;
    QHeaderView *header = horizontalHeader();
    const int stretch = stretchColumn();
    if (stretch < 0 || stretch >= header->count() || header->isSectionHidden(stretch))
        return;
    const int least = characters * fontMetrics().horizontalAdvance(u'0') + 10;
    const int left = viewport()->width() - (header->length() - header->sectionSize(stretch));
    const auto mode = left >= least ? QHeaderView::Stretch : QHeaderView::Interactive;
    if (header->sectionResizeMode(stretch) == mode)
        return;
    header->setSectionResizeMode(stretch, mode);
    if (mode == QHeaderView::Interactive)
        header->resizeSection(stretch, least);
}

int LogTable::sizeHintForColumn(int column) const
{
    if (!model() || column < 0 || column >= model()->columnCount())
        return -1;
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    int wanted = 0;
    const auto [first, last] = visibleRows();
    for (int row = first; row <= last; ++row) {
        const QModelIndex index = model()->index(row, column);
        wanted = qMax(wanted, itemDelegateForIndex(index)->sizeHint(option, index).width());
    }
    return qMin(wanted, viewport()->width());
}

QByteArray LogTable::saveColumns() const
{
    QByteArray result;
    QDataStream stream(&result, QIODevice::WriteOnly);
    const QHeaderView *header = horizontalHeader();
    stream << qint32(header->count());
    for (int visual = 0; visual < header->count(); ++visual) {
        const int logical = header->logicalIndex(visual);
        const bool hidden = header->isSectionHidden(logical);
        stream << columnKey(logical) << hidden << qint32(hidden ? 0 : header->sectionSize(logical));
    }
    return result;
}

bool LogTable::restoreColumns(const QByteArray &state)
{
    struct Saved
    {
        QString key;
        bool hidden = false;
        qint32 width = 0;
    };
    constexpr int maximumColumns = 1000;
    QDataStream stream(state);
    qint32 count = 0;
    stream >> count;
    QList<Saved> saved;
    for (int i = 0; i < qMin(count, maximumColumns) && stream.status() == QDataStream::Ok; ++i) {
        Saved one;
        stream >> one.key >> one.hidden >> one.width;
        saved.append(one);
    }
    resetColumns();
    if (stream.status() != QDataStream::Ok || count <= 0 || count > maximumColumns)
        return false;
    QHash<QString, int> logicals;
    QHeaderView *header = horizontalHeader();
    for (int logical = 0; logical < header->count(); ++logical)
        logicals.insert(columnKey(logical), logical);
    int visual = 0;
    bool anyShown = false;
    for (const Saved &one : std::as_const(saved)) {
        const int logical = logicals.value(one.key, -1);
        if (logical < 0)
            continue; // a column that is gone
        header->moveSection(header->visualIndex(logical), visual++);
        header->setSectionHidden(logical, one.hidden);
        anyShown = anyShown || !one.hidden;
        if (!one.hidden && logical != stretchColumn())
            header->resizeSection(logical, qBound(header->minimumSectionSize(), one.width, 10'000));
    }
    // A table without any column cannot be asked for its columns any more.
    if (!anyShown)
        resetColumns();
    return anyShown;
}

} // namespace SockScope
