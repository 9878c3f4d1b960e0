// Linked beside embed.cpp, so that the example stays what a reader copies: looks at the window that it opens, then
// quits.
#include <QApplication>
#include <QImage>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <cstdio>

#include <ui/inspectorwindow.h>

namespace {

constexpr int pollMs = 50;
constexpr int polls = 400;
std::atomic<bool> warned = false;

/// A warning fails the test, save the one that the offscreen platform always gives.
void handleMessage(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    std::fprintf(stderr, "%s\n", qPrintable(text));
    if (type != QtDebugMsg && type != QtInfoMsg && !text.contains(QStringLiteral("propagateSizeHints")))
        warned = true;
}

SockScope::InspectorWindow *visibleWindow()
{
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        auto *window = qobject_cast<SockScope::InspectorWindow *>(widget);
        if (window && window->isVisible())
            return window;
    }
    return nullptr;
}

/// An empty or a missing interior has a handful of colours; text alone has dozens.
bool isPainted(QWidget *window)
{
    const QImage image = window->grab().toImage();
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            colours.insert(image.pixel(x, y));
    return colours.size() > 16;
}

void probe()
{
    qInstallMessageHandler(handleMessage);
    auto *timer = new QTimer(qApp);
    timer->setInterval(pollMs);
    QObject::connect(timer, &QTimer::timeout, timer, [left = polls]() mutable {
        SockScope::InspectorWindow *window = visibleWindow();
        if (window && isPainted(window)) {
            QApplication::exit(warned ? 1 : 0);
        } else if (--left == 0) {
            std::fprintf(stderr, "%s\n", window ? "the window is blank" : "no InspectorWindow is visible");
            QApplication::exit(1);
        }
    });
    timer->start();
}

} // namespace

Q_COREAPP_STARTUP_FUNCTION(probe)
