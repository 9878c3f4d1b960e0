#pragma once

#include <QScrollArea>

namespace SockScope {

/*! A panel that scrolls up and down where there is no room for all of it, so that it asks no height of the window.
 *  Path    QDockWidget → [this] → a panel of fields
 *  Shape   as wide as the panel needs and at least leastHeight high; takes the panel over
 *  Units   pixels
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class ScrolledPanel : public QScrollArea
{
    Q_OBJECT
public:
    static constexpr int leastHeight = 90;

    explicit ScrolledPanel(QWidget *panel);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
};

} // namespace SockScope
