#pragma once

#include <QWidget>

class QDockWidget;
class QToolButton;

namespace SockScope {

/*! The title of a dock: its name, a button to float it and one to close it.
 *  Path    beside QDockWidget, which moves when it is dragged here
 *  Shape   one line
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class DockTitle : public QWidget
{
    Q_OBJECT
public:
    explicit DockTitle(QDockWidget *dock);
};

} // namespace SockScope
