#include "ui/delegates/spandelegate.h"

#include <QPainter>

#include "ui/models/roles.h"
#include "ui/theme.h"

namespace SockScope {

void SpanDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    QStyleOptionViewItem option(given);
    initStyleOption(&option, index);
    drawGround(painter, option);
    const Theme::Colors &colors = Theme::instance()->colors();
    const QRectF area = QRectF(option.rect).adjusted(6.5, 0.5, -6.5, -0.5);
    const double left = area.left() + area.width() * qBound(0.0, index.data(SpanBeginRole).toDouble(), 1.0);
    const double right = area.left() + area.width() * qBound(0.0, index.data(SpanEndRole).toDouble(), 1.0);
    const QString kind = index.data(KindRole).toString();
    const auto level = static_cast<Level>(index.data(LevelRole).toInt());
    const QColor color = level == Level::Error     ? colors.error
                         : level == Level::Warning ? colors.warning
                                                   : colors.accent;
    painter->save();
    painter->setPen(QPen(colors.border, 1, Qt::DotLine));
    painter->drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()));
    const auto bar = [&](double height) {
        return QRectF(left, area.center().y() - height / 2, qMax(right - left, 2.0), height);
    };
    if (kind == QLatin1String("run")) {
        painter->fillRect(bar(9), color);
    } else if (kind == QLatin1String("send") || kind == QLatin1String("sent")) {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(color);
        const double x = qMin(left, area.right());
        const double y = area.center().y();
        painter->drawPolygon(QPolygonF({{x - 4, y}, {x, y - 4}, {x + 4, y}, {x, y + 4}}));
    } else if (kind == QLatin1String("dispatched") || kind == QLatin1String("parseWait")) {
        painter->fillRect(bar(7), option.state & QStyle::State_Selected ? colors.selection : colors.base);
        painter->setPen(QPen(colors.secondary, 1));
        painter->drawRect(bar(7));
    } else if (kind != QLatin1String("lost") && kind != QLatin1String("unlisted")) {
        painter->fillRect(bar(4), level == Level::Good ? colors.secondary : color);
    }
    painter->restore();
}

} // namespace SockScope
