#include "ui/delegates/celldelegate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHeaderView>
#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QTableView>
#include <QToolTip>

#include <algorithm>

#include "core/types/enums.h"
#include "ui/icons.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/models/rulecolour.h"
#include "ui/theme.h"

namespace SockScope {

namespace {

QColor levelColor(Level level)
{
    const Theme::Colors &colors = Theme::instance()->colors();
    switch (level) {
    case Level::Good:
        break;
    case Level::Notice:
        return colors.secondary;
    case Level::Warning:
        return colors.warning;
    case Level::Error:
        return colors.error;
    }
    return colors.text;
}

void setTextColor(QStyleOptionViewItem *option, const QColor &color)
{
    option->palette.setColor(QPalette::Text, color);
    option->palette.setColor(QPalette::HighlightedText, color);
}

} // namespace

void CellDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->state &= ~QStyle::State_HasFocus; // the row is lit; a frame around one of its cells says nothing more
    option->displayAlignment = Qt::AlignVCenter | (index.data(NumericRole).toBool() ? Qt::AlignRight : Qt::AlignLeft);
    if (index.column() == m_addressColumn)
        option->textElideMode = Qt::ElideLeft;
    const auto showIcon = [option](QStringView name, const QColor &color) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = QIcon(themePixmap(name, 14, option->widget ? option->widget->devicePixelRatioF() : 1.0, color));
        option->decorationSize = QSize(14, 14);
    };
    if (index.column() == m_impairedColumn && index.data(IsImpairedRole).toBool())
        showIcon(u"impair", levelColor(Level::Warning));
    const QVariant value = index.data(LevelRole);
    if (!value.isValid())
        return;
    const auto level = static_cast<Level>(value.toInt());
    if (level != Level::Good)
        setTextColor(option, levelColor(level));
    if (index.column() == m_levelIconColumn) {
        const QStringView name = level == Level::Good     ? u"ok"
                                 : level == Level::Notice ? u"info"
                                 : level == Level::Error  ? u"error"
                                                          : u"warning";
        const QColor color = level == Level::Good ? Theme::instance()->colors().ok : levelColor(level);
        showIcon(name, color);
    }
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    QStyleOptionViewItem option(given);
    initStyleOption(&option, index);
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    constexpr auto more =
        QStyleOptionViewItem::HasDecoration | QStyleOptionViewItem::HasCheckIndicator | QStyleOptionViewItem::WrapText;
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, &option, option.widget) + 1;
    const QRect rect = option.rect.adjusted(margin, 0, -margin, 0);
    if ((option.features & more) || option.textElideMode != Qt::ElideRight ||
        !m_text.layOut(rect, option.font, option.displayAlignment, option.text)) {
        style->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
        return;
    }
    if (!m_text.isWhole() && (option.displayAlignment & Qt::AlignRight))
        widenFor(option, index, 2 * margin);
    drawGround(painter, option);
    const QPalette::ColorGroup group = !(option.state & QStyle::State_Enabled)  ? QPalette::Disabled
                                       : !(option.state & QStyle::State_Active) ? QPalette::Inactive
                                                                                : QPalette::Normal;
    const QPen pen = painter->pen();
    painter->setPen(option.palette.color(group, option.state & QStyle::State_Selected ? QPalette::HighlightedText
                                                                                      : QPalette::Text));
    m_text.draw(painter);
    painter->setPen(pen);
}

// Half a number is a wrong number. After the painting: it must not change what is being painted.
void CellDelegate::widenFor(const QStyleOptionViewItem &option, const QModelIndex &index, int margins) const
{
    constexpr int widest = 240;
    auto *table = qobject_cast<QTableView *>(const_cast<QWidget *>(option.widget));
    const int needed = QFontMetrics(option.font).horizontalAdvance(option.text) + margins + 2;
    int &known = m_widened[index.column()];
    if (!table || needed <= known || needed > widest)
        return;
    known = needed;
    QMetaObject::invokeMethod(
        table,
        [table, needed, column = index.column()] {
            QHeaderView *header = table->horizontalHeader();
            if (column < header->count() && header->sectionResizeMode(column) == QHeaderView::Interactive &&
                header->sectionSize(column) < needed)
                header->resizeSection(column, needed);
        },
        Qt::QueuedConnection);
}

bool CellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                             const QModelIndex &index)
{
    if (event->type() == QEvent::ToolTip && index.isValid() && !index.data(Qt::ToolTipRole).isValid()) {
        const bool cut = sizeHint(option, index).width() > view->visualRect(index).width();
        QToolTip::showText(event->globalPos(), cut ? index.data().toString() : QString(), view);
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

void CellDelegate::drawGround(QPainter *painter, const QStyleOptionViewItem &option)
{
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
}

void LogDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    CellDelegate::initStyleOption(option, index);
    const Theme::Colors &colors = Theme::instance()->colors();
    option->palette.setColor(QPalette::Text, colors.text);
    option->palette.setColor(QPalette::HighlightedText, colors.text);
    if (index.data(IsErrorRole).toBool()) {
        setTextColor(option, colors.error);
        option->backgroundBrush = colors.errorGround;
    } else if (index.data(IsUnhandledRole).toBool() && index.column() == MessageLogModel::TypeColumn) {
        setTextColor(option, colors.warning);
    } else if (index.column() == MessageLogModel::NoColumn || index.column() == MessageLogModel::TimeColumn ||
               index.column() == MessageLogModel::SocketColumn) {
        setTextColor(option, colors.secondary);
    }
    if (const QVariant rule = index.data(RuleGroundRole); rule.isValid()) {
        const auto ground = rule.value<RuleColour>();
        if (const QColor color = Theme::instance()->ruleGround(ground); color.isValid())
            option->backgroundBrush = color;
        setTextColor(option, Theme::instance()->ruleText(index.data(RuleTextRole).value<RuleColour>(), ground));
    }
    // The name alone, where there is one: with its number, as it is copied, it would not fit.
    if (index.column() == MessageLogModel::TypeColumn)
        option->text = index.data(TypeTextRole).toString();
    if (index.data(IsMarkedRole).toBool())
        option->backgroundBrush = colors.mark;
    if (index.data(IsIgnoredRole).toBool()) { // greyed; the summary says why
        setTextColor(option, colors.disabled);
        option->backgroundBrush = QBrush();
    }
    if (index.column() == MessageLogModel::TimeColumn && index.data(IsReferenceRole).toBool()) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        const qreal ratio = option->widget ? option->widget->devicePixelRatioF() : 1.0;
        option->icon = QIcon(themePixmap(u"clock", 14, ratio, colors.accent));
        option->decorationSize = QSize(14, 14);
        setTextColor(option, colors.text);
    }
    if (index.column() == MessageLogModel::SummaryColumn && !index.data(CommentRole).toString().isEmpty()) {
        option->features |= QStyleOptionViewItem::HasDecoration;
        const qreal ratio = option->widget ? option->widget->devicePixelRatioF() : 1.0;
        option->icon = QIcon(themePixmap(u"comment", 14, ratio, colors.accent));
        option->decorationSize = QSize(14, 14);
    }
    // Our own writing stands out without a colour: it leans.
    if (index.data(IsInjectedRole).toBool())
        option->font.setItalic(true);
}

void LogDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    if (index.column() != MessageLogModel::DirectionColumn || index.data(IsIgnoredRole).toBool()) {
        CellDelegate::paint(painter, given, index);
        // A colour rule shows by more than its ground: a bar before the number, whose tool tip names it.
        if (const QVariant rule = index.data(RuleTextRole);
            rule.isValid() && index.column() == MessageLogModel::NoColumn) {
            const QColor bar =
                Theme::instance()->ruleText(rule.value<RuleColour>(), index.data(RuleGroundRole).value<RuleColour>());
            painter->fillRect(QRect(given.rect.x(), given.rect.y() + 2, 3, given.rect.height() - 4), bar);
        }
        // A mark shows by its ground, and by a folded corner, which the ground of a chosen row does not hide.
        if (index.column() == MessageLogModel::NoColumn && index.data(IsMarkedRole).toBool()) {
            constexpr int size = 8;
            const QPoint corner = given.rect.topLeft();
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(Theme::instance()->colors().warning);
            painter->drawPolygon(QPolygon{{corner, corner + QPoint(size, 0), corner + QPoint(0, size)}});
            painter->restore();
        }
        return;
    }
    QStyleOptionViewItem option(given);
    initStyleOption(&option, index);
    drawGround(painter, option);
    const Theme::Colors &colors = Theme::instance()->colors();
    const bool out = index.data(DirectionRole).toInt() == static_cast<int>(Direction::Out);
    const QColor color = index.data(IsErrorRole).toBool() ? colors.error : out ? colors.accent : colors.secondary;
    constexpr int size = 14;
    const QRect &cell = option.rect;
    painter->drawPixmap(cell.x() + (cell.width() - size) / 2, cell.y() + (cell.height() - size) / 2,
                        themePixmap(out ? u"out" : u"in", size, painter->device()->devicePixelRatioF(), color));
}

void SparklineDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    QStyleOptionViewItem option(given);
    initStyleOption(&option, index);
    drawGround(painter, option);
    const auto history = index.data(HistoryRole).value<QList<float>>();
    const QRectF area = QRectF(option.rect).adjusted(4.5, 4.5, -4.5, -3.5);
    const Theme::Colors &colors = Theme::instance()->colors();
    painter->save();
    painter->setPen(QPen(colors.border, 1));
    painter->drawLine(area.bottomLeft(), area.bottomRight());
    const float highest = history.isEmpty() ? 0.0F : *std::max_element(history.begin(), history.end());
    if (history.size() > 1 && highest > 0) {
        painter->setRenderHint(QPainter::Antialiasing);
        const double step = area.width() / static_cast<double>(history.size() - 1);
        QPainterPath line;
        for (qsizetype i = 0; i < history.size(); ++i) {
            const QPointF point(area.left() + step * static_cast<double>(i),
                                area.bottom() - area.height() * static_cast<double>(history.at(i) / highest));
            i == 0 ? line.moveTo(point) : line.lineTo(point);
        }
        QPainterPath ground = line;
        ground.lineTo(area.bottomRight());
        ground.lineTo(area.bottomLeft());
        QColor fill = colors.accent;
        fill.setAlphaF(0.18F);
        painter->fillPath(ground, fill);
        painter->setPen(QPen(colors.accent, 1.2));
        painter->drawPath(line);
    }
    painter->restore();
}

void CountdownDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    CellDelegate::paint(painter, option, index);
    const QVariant value = index.data(SecondsLeftRole);
    if (!value.isValid() || value.toDouble() < 0)
        return;
    const double whole = m_timeoutSeconds ? m_timeoutSeconds(index.data(SockIdRole).toUInt()) : 0;
    if (whole <= 0)
        return;
    const double part = qBound(0.0, value.toDouble() / whole, 1.0);
    const Theme::Colors &colors = Theme::instance()->colors();
    const QRectF bar(option.rect.left() + 4, option.rect.bottom() - 1, (option.rect.width() - 8) * part, 1.5);
    painter->fillRect(bar, part < 0.25 ? colors.warning : colors.border);
}

} // namespace SockScope
