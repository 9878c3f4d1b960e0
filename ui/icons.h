#pragma once

#include <QIcon>
#include <QStringView>

class QColor;
class QPixmap;

namespace SockScope {

/// An icon of resources/icons, drawn in the theme's colours at the moment when it is painted.
QIcon themeIcon(QStringView name);
/// The same in a colour of its own, for delegates and badges.
QPixmap themePixmap(QStringView name, int size, qreal ratio, const QColor &color);

} // namespace SockScope
