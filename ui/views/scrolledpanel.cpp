#include "ui/views/scrolledpanel.h"

#include <QScrollBar>

namespace SockScope {

ScrolledPanel::ScrolledPanel(QWidget *panel)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus); // the fields have it, and the one that has it is scrolled to
    setWidget(panel);
}

QSize ScrolledPanel::sizeHint() const
{
    return widget()->sizeHint();
}

QSize ScrolledPanel::minimumSizeHint() const
{
    return {widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width(), leastHeight};
}

} // namespace SockScope
