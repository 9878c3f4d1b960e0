#include "app/gui/display.h"

#include <cstdlib>

#include "app/common/standardoutput.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QtMessageHandler handlerBefore = nullptr;

/// Only while the application is made. What the platform plugin says ahead of the fatal message is kept back.
void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    if (type == QtFatalMsg) {
        writeError(u"sockscope: no display can be reached: start it in a desktop session (or set DISPLAY or "
                   "WAYLAND_DISPLAY), or run sockscope-cli in the terminal"_s);
        std::_Exit(1);
    }
    const QLatin1StringView category(context.category);
    if (!category.startsWith("qt.qpa"_L1) && handlerBefore)
        handlerBefore(type, context, text);
}

} // namespace

std::unique_ptr<QApplication> createApplication(int &argc, char **argv)
{
    handlerBefore = qInstallMessageHandler(handleMessage);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(nullptr);
    return application;
}

} // namespace SockScope
