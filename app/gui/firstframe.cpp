#include "app/gui/firstframe.h"

#include <QElapsedTimer>
#include <QEvent>
#include <QLoggingCategory>
#include <QTimer>
#include <QWidget>

namespace SockScope {

namespace {

Q_LOGGING_CATEGORY(startUp, "sockscope.startup", QtWarningMsg)

QElapsedTimer sinceMain; // NOLINT: the clock of the process

} // namespace

void FirstFrame::begin()
{
    sinceMain.start();
}

void FirstFrame::watch(QWidget *window)
{
    if (startUp().isDebugEnabled())
        window->installEventFilter(new FirstFrame(window));
}

bool FirstFrame::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Paint) {
        watched->removeEventFilter(this);
        // The window paints itself, then its children, then hands all of it to the screen; a timer comes after that.
        QTimer::singleShot(0, this, [this] {
            qCDebug(startUp, "first frame after %lld ms", static_cast<long long>(sinceMain.elapsed()));
            deleteLater();
        });
    }
    return QObject::eventFilter(watched, event);
}

} // namespace SockScope
