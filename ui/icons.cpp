#include "ui/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/*! Draws one SVG of one stroke in whatever colour the theme has now.
 *  Path    resources/icons → [this] → actions, buttons
 *  Shape   the file's black becomes the text, disabled or accent colour; pixmaps are cached by name, size and colour
 *  Units   device pixels
 *  Errors  an unknown name draws nothing
 *  Thread  the window's
 *  Source  QIconEngine
 */
class ThemeIconEngine : public QIconEngine
{
public:
    explicit ThemeIconEngine(QString name)
        : m_name(std::move(name))
    {
    }
    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatioF() : 1.0;
        const int side = qMin(rect.width(), rect.height());
        const QPoint corner(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2);
        painter->drawPixmap(corner, themePixmap(m_name, side, ratio, colorOf(mode)));
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State) override
    {
        return themePixmap(m_name, qMin(size.width(), size.height()), 1.0, colorOf(mode));
    }
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal scale) override
    {
        // size is in device pixels here
        const int side = qRound(qMin(size.width(), size.height()) / scale);
        return themePixmap(m_name, side, scale, colorOf(mode));
    }
    QString iconName() override { return m_name; }
    bool isNull() override { return false; }
    QIconEngine *clone() const override { return new ThemeIconEngine(m_name); }

private:
    static QColor colorOf(QIcon::Mode mode)
    {
        const Theme::Colors &colors = Theme::instance()->colors();
        return mode == QIcon::Disabled ? colors.disabled : colors.text;
    }

    QString m_name;
};

} // namespace

QPixmap themePixmap(QStringView name, int size, qreal ratio, const QColor &color)
{
    const int device = qMax(1, qRound(size * ratio));
    const QString key = u"sockscope/%1/%2/%3/%4"_s.arg(name).arg(device).arg(ratio).arg(color.rgba());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(device, device);
    pixmap.fill(Qt::transparent);
    QFile file(u":/sockscope/icons/%1.svg"_s.arg(name));
    if (file.open(QIODevice::ReadOnly)) {
        QByteArray svg = file.readAll();
        svg.replace("#000", color.name().toLatin1());
        QSvgRenderer renderer(svg);
        QPainter painter(&pixmap);
        renderer.render(&painter, QRectF(0, 0, device, device));
    }
    pixmap.setDevicePixelRatio(ratio);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

QIcon themeIcon(QStringView name)
{
    Theme::instance(); // the resources, before the first painting
    return QIcon(new ThemeIconEngine(name.toString()));
}

} // namespace SockScope
