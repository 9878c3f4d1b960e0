#pragma once

#include <QScreen>
#include <QWidget>

namespace SockScope {

/// Resizes a window to `wanted`, or to what the screen has room for, frame and all: its buttons are always reached.
inline void resizeWithinScreen(QWidget *window, QSize wanted)
{
    window->resize(wanted.boundedTo(window->screen()->availableGeometry().size() - QSize(8, 40)));
}

} // namespace SockScope
