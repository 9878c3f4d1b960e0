#pragma once

#include <QObject>

class QWidget;

namespace SockScope {

/*! Says when a window has painted for the first time: QT_LOGGING_RULES="sockscope.startup.debug=true" shows it.
 *  Path    the window → [this] → the log
 *  Shape   one line; nothing is installed while the category is off
 *  Units   milliseconds since main()
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class FirstFrame : public QObject
{
    Q_OBJECT
public:
    /// To be called first in main().
    static void begin();
    static void watch(QWidget *window);

private:
    using QObject::QObject;
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace SockScope
