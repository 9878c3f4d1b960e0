#include "ui/delegates/fielddelegate.h"

#include <QWidget>

#include "ui/icons.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/roles.h"
#include "ui/theme.h"

namespace SockScope {

namespace {

constexpr int signSize = 12;

QStringView signOf(FieldChange change)
{
    switch (change) {
    case FieldChange::Same:
        break;
    case FieldChange::Changed:
        return u"changed";
    case FieldChange::Added:
        return u"add";
    case FieldChange::Removed:
        return u"remove";
    }
    return {};
}

} // namespace

void FieldDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    CellDelegate::initStyleOption(option, index);
    const Theme::Colors &colors = Theme::instance()->colors();
    const auto change = static_cast<FieldChange>(index.data(ChangeRole).toInt());
    const bool isError = index.data(LevelRole).toInt() == static_cast<int>(Level::Error);
    QColor color = option->palette.color(QPalette::Text);
    if (index.column() >= FieldTreeModel::WasColumn && !isError)
        color = colors.secondary;
    const bool isLeaf = !index.model()->hasChildren(index.siblingAtColumn(0));
    // Of what holds others, the name alone: how many they are has not changed as a rule.
    if (change != FieldChange::Same &&
        index.column() <= (isLeaf ? FieldTreeModel::ValueColumn : FieldTreeModel::NameColumn))
        option->font.setBold(true);
    if (change == FieldChange::Removed && index.column() <= FieldTreeModel::WasColumn) {
        option->font.setStrikeOut(index.column() != FieldTreeModel::ValueColumn);
        color = colors.secondary;
    }
    option->palette.setColor(QPalette::Text, color);
    option->palette.setColor(QPalette::HighlightedText, color);

    if (index.column() == FieldTreeModel::NameColumn) {
        // What changed inside of a container is said there; that it came or went as a whole, at itself.
        const bool signs = isLeaf || change != FieldChange::Changed;
        const QStringView sign = isError ? QStringView(u"error") : signs ? signOf(change) : QStringView();
        if (!sign.isEmpty()) {
            const qreal ratio = option->widget ? option->widget->devicePixelRatioF() : 1.0;
            option->features |= QStyleOptionViewItem::HasDecoration;
            option->icon = QIcon(themePixmap(sign, signSize, ratio, isError ? colors.error : colors.accent));
            option->decorationSize = QSize(signSize, signSize);
        }
    }
    if (m_lit.isValid() && index.siblingAtColumn(0) == m_lit)
        option->backgroundBrush = Theme::mix(colors.base, colors.mark, 0.5);
}

QSize FieldDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    // As high with a bold name or a sign as without, and not as tight as the font alone.
    constexpr int air = 4;
    return {CellDelegate::sizeHint(option, index).width(), option.fontMetrics.height() + air};
}

} // namespace SockScope
